//! Compares a recorded suite of Great Expectations, written by 1.x and by 0.18, and what
//! both made of a table.

use mlops_cases::Tally;
use mlops_validate::result::ResultFormat;
use mlops_validate::{Error, Suite, ValidationResult};
use serde_json::{Map, Value, json};

use crate::gx::{NULL_EXPECTATIONS, same, table, without_defaults};

/// The expectations whose observed value is the tool's own: 1.24 leaves it out, 0.18 counts.
const DISTINCT_VALUES: &str = "expect_column_distinct_values_";

/// Compares the suite's two forms and their results; an error names what is not supported.
pub(crate) fn check(tally: &mut Tally, name: &str, case: &Value) -> Result<(), String> {
    for (form, suite, expected) in
        [("1.x", "suite_gx1", "validation_result"), ("0.18", "suite_gx018", "validation_result_gx018")]
    {
        let name = format!("{name}/{form}");
        let suite = match Suite::from_json(&case[suite].to_string()) {
            Ok(suite) => suite,
            Err(error @ Error::UnknownExpectation { .. }) => return Err(format!("{name}: {error}")),
            Err(error) => {
                tally.check(false, || format!("{name}: refused: {error}"));
                continue;
            }
        };
        match written_back(case, &suite, form) {
            Ok(()) => tally.check(true, String::new),
            Err(why) => tally.check(false, || format!("{name}: written back: {why}")),
        }
        let result = match validated(case, suite) {
            Ok(result) => result,
            Err(error) => {
                tally.check(false, || format!("{name}: {error}"));
                continue;
            }
        };
        let found = if form == "1.x" { result.to_json() } else { result.to_json_0_18() };
        for compared in compare(case, form, &case[expected], &found) {
            match compared {
                Ok(()) => tally.check(true, String::new),
                Err(why) => tally.check(false, || format!("{name}: {why}")),
            }
        }
    }
    Ok(())
}

fn validated(case: &Value, suite: Suite) -> Result<ValidationResult, Error> {
    let parameters = case["expectation_parameters"].as_object().cloned().unwrap_or_default();
    let suite = suite.with_parameters(parameters)?;
    let format = ResultFormat::from_json(&case["result_format"])?;
    suite.validator().result_format(format).count_values().batches(&[table(&case["table"])])
}

/// A suite reads as what it was read from.
fn written_back(case: &Value, suite: &Suite, form: &str) -> Result<(), String> {
    let written = suite.to_json();
    let (key, type_) =
        if form == "1.x" { ("suite_gx1", "type") } else { ("suite_gx018", "expectation_type") };
    let read = &case[key];
    let entry = |entry: &Value, type_: &str| {
        json!([
            entry[type_],
            without_defaults(&entry["kwargs"]),
            entry["meta"],
            entry["notes"],
            entry["id"],
            entry.get("severity").unwrap_or(&json!("critical")),
        ])
    };
    let entries = |suite: &Value, type_: &str| -> Value {
        suite["expectations"].as_array().unwrap().iter().map(|one| entry(one, type_)).collect()
    };
    let (ours, theirs) = (entries(&written, "type"), entries(read, type_));
    if !same(&ours, &theirs, 1e-12) {
        return Err(format!("{ours}, expected {theirs}"));
    }
    let name = read.get("name").unwrap_or(&read["expectation_suite_name"]);
    if written["name"] != *name || written["meta"] != read["meta"] || written["notes"] != read["notes"] {
        return Err(format!("{written} has another name, meta or notes"));
    }
    Ok(())
}

/// Every field, and every result by its configuration.
fn compare(case: &Value, form: &str, expected: &Value, found: &Value) -> Vec<Result<(), String>> {
    let mut compared = Vec::new();
    let mut check = |what: &str, found: &Value, expected: &Value| {
        let equal = same(found, expected, 1e-9);
        compared.push(if equal { Ok(()) } else { Err(format!("{what} is {found}, expected {expected}")) });
    };
    let keys = |value: &Value| -> Value { value.as_object().unwrap().keys().cloned().collect() };
    check("the fields", &keys(found), &keys(expected));
    for field in expected.as_object().unwrap().keys() {
        if !["results", "meta", "statistics", "success"].contains(&field.as_str()) {
            check(field, &found[field], &expected[field]);
        }
    }
    if form == "0.18" {
        let name = "expectation_suite_name";
        check("meta", &found["meta"][name], &expected["meta"][name]);
    }
    // What 0.18 failed on by a bug and 1.x answers is answered as by 1.x.
    let mut statistics = expected["statistics"].clone();
    let mut left: Vec<&Value> = found["results"].as_array().unwrap().iter().collect();
    for one in expected["results"].as_array().unwrap() {
        let one = match since_answered(case, form, one) {
            Some(answer) => {
                if answer["success"] == json!(true) {
                    for (field, change) in [("successful_expectations", 1), ("unsuccessful_expectations", -1)]
                    {
                        statistics[field] = json!(statistics[field].as_i64().unwrap() + change);
                    }
                    let share = |field: &str| statistics[field].as_f64().unwrap();
                    let percent = share("successful_expectations") / share("evaluated_expectations") * 100.0;
                    statistics["success_percent"] = json!(percent);
                }
                &answer.clone()
            }
            None => one,
        };
        let at = left.iter().position(|other| same(&config(other), &config(one), 1e-12));
        match at {
            Some(at) => {
                let other = left.remove(at);
                compared.push(same_result(form, other, one).map_err(|why| format!("{}: {why}", config(one))));
            }
            None => compared.push(Err(format!("there is no result of {}", config(one)))),
        }
    }
    let mut check = |what: &str, found: &Value, expected: &Value| {
        let equal = same(found, expected, 1e-9);
        compared.push(if equal { Ok(()) } else { Err(format!("{what} is {found}, expected {expected}")) });
    };
    let more: Vec<Value> = left.iter().map(|one| config(one)).collect();
    check("results beyond those expected", &json!(more), &json!([]));
    check("statistics", &found["statistics"], &statistics);
    let success = statistics["unsuccessful_expectations"] == json!(0);
    check("success", &found["success"], &json!(success));
    compared
}

/// The answer of 1.x to what 0.18 raised an exception on, in the form of 0.18.
fn since_answered(case: &Value, form: &str, one: &Value) -> Option<Value> {
    if form == "1.x" || one["exception_info"]["raised_exception"] == json!(false) {
        return None;
    }
    let newer = case["validation_result"]["results"].as_array().unwrap();
    let newer = newer.iter().find(|newer| {
        let (newer, older) = (config(newer), config(one));
        newer["type"] == older["type"] && same(&newer["kwargs"], &older["kwargs"], 1e-12)
    })?;
    let mut answer = newer.clone();
    answer["expectation_config"] = one["expectation_config"].clone();
    Some(answer)
}

/// An expectation's configuration, in one form for both generations.
fn config(result: &Value) -> Value {
    let config = &result["expectation_config"];
    let mut kwargs: Map<String, Value> = without_defaults(&config["kwargs"]);
    kwargs.remove("batch_id");
    kwargs.remove("result_format");
    json!({
        "type": config.get("type").unwrap_or(&config["expectation_type"]),
        "kwargs": kwargs,
        "meta": config["meta"],
        "notes": config["notes"],
        "id": config["id"],
        "severity": config["severity"],
    })
}

fn same_result(form: &str, found: &Value, expected: &Value) -> Result<(), String> {
    let keys = |value: &Value| -> Vec<String> { value.as_object().unwrap().keys().cloned().collect() };
    if keys(found) != keys(expected) {
        return Err(format!("fields are {:?}, expected {:?}", keys(found), keys(expected)));
    }
    for field in ["success", "meta"] {
        if found[field] != expected[field] {
            return Err(format!("{field} is {}, expected {}", found[field], expected[field]));
        }
    }
    if form == "0.18" {
        let format = |result: &Value| result["expectation_config"]["kwargs"]["result_format"].clone();
        if format(found) != format(expected) {
            return Err(format!("result_format is {}, expected {}", format(found), format(expected)));
        }
    }
    let info = |result: &Value| result["exception_info"].clone();
    if info(expected)["raised_exception"] == json!(true) {
        let raised = info(found)["raised_exception"] == json!(true) && found["result"] == json!({});
        return if raised { Ok(()) } else { Err(format!("expected an error, found {found}")) };
    }
    if info(found) != info(expected) {
        return Err(format!("exception_info is {}, expected {}", info(found), info(expected)));
    }
    let type_ = config(expected)["type"].as_str().unwrap().to_owned();
    let (mut found, mut expected) = (found["result"].clone(), expected["result"].clone());
    for result in [&mut found, &mut expected] {
        let fields = result.as_object_mut().unwrap();
        // pandas code.
        fields.remove("unexpected_index_query");
        if NULL_EXPECTATIONS.contains(&type_.as_str()) {
            fields.remove("partial_unexpected_counts");
        }
        if type_.starts_with(DISTINCT_VALUES) {
            fields.remove("observed_value");
            if form == "0.18" {
                // It wrote a list of counts, and not what is unexpected or missing.
                fields.retain(|name, _| {
                    ["element_count", "missing_count", "missing_percent"].contains(&name.as_str())
                });
            }
        }
    }
    // 0.18 left the columns in the order of the table.
    if form == "0.18" && type_ == "expect_table_columns_to_match_set" {
        return same_rows_in_any_order(&found["observed_value"], &expected["observed_value"]);
    }
    if same(&found, &expected, 1e-9) {
        Ok(())
    } else {
        Err(format!("result is {found}, expected {expected}"))
    }
}

/// Two lists with the same values in any order.
fn same_rows_in_any_order(found: &Value, expected: &Value) -> Result<(), String> {
    let sorted = |list: &Value| {
        let mut list: Vec<String> = list.as_array().unwrap().iter().map(ToString::to_string).collect();
        list.sort_unstable();
        list
    };
    if sorted(found) == sorted(expected) {
        Ok(())
    } else {
        Err(format!("it is {found}, expected {expected}"))
    }
}
