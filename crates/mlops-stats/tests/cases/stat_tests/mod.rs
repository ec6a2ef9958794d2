mod bootstrap;
mod paired;
mod proportions;

use std::path::Path;

use mlops_cases::Tally;
use mlops_stats::{Alternative, Error};
use serde_json::Value;

/// Named numbers of an answer: `statistic`, `pvalue`, `low` … A recorded list of two is
/// `low` and `high`.
pub type Answer = Result<Vec<(&'static str, f64)>, Error>;

/// What is asked of each of the files beside this one; `Err` says what a case has that is
/// not known.
type Answering = fn(case: &Value) -> Result<Answer, String>;

fn answering(family: &str) -> Result<Answering, String> {
    Ok(match family {
        "mcnemar" => paired::mcnemar,
        "delong" => paired::delong,
        "hodges_lehmann" => paired::hodges_lehmann,
        "paired" => paired::paired,
        "proportion_interval" => proportions::interval,
        "two_proportions" => proportions::two,
        "bootstrap" => bootstrap::interval,
        other => return Err(format!("no family {other}")),
    })
}

pub fn run(path: &Path, file: &Value, tally: &mut Tally) -> Result<(), String> {
    let cases = file["cases"].as_array().ok_or("no list of cases")?;
    let stem = path.file_stem().unwrap_or_default().to_string_lossy();
    let answer = answering(file["family"].as_str().unwrap_or(&stem))?;
    for case in cases {
        let name = format!("{stem}/{}", case["name"].as_str().unwrap_or("?"));
        match answer(case) {
            Err(why) => tally.unsupported(format!("{name}: {why}")),
            Ok(seen) => {
                let said = compare(case, &seen);
                tally.check(said.is_ok(), || format!("{name}: {}", said.unwrap_err()));
            }
        }
    }
    Ok(())
}

fn compare(case: &Value, seen: &Answer) -> Result<(), String> {
    let expected = &case["expected"];
    let value = &expected["value"];
    let raises = !expected["exception"].is_null();
    match seen {
        Err(_) if raises => Ok(()),
        Err(error) if error.is_undefined() && has_nan(value) => Ok(()),
        Err(error) => Err(format!("{error}; expected {value}")),
        Ok(seen) if raises => Err(format!("{seen:?}; expected an error, {}", expected["exception"])),
        Ok(seen) => {
            let relative = case["rel_tol"].as_f64().unwrap_or(1e-9);
            for (name, seen) in seen {
                let expected = match (value, *name) {
                    (Value::Array(ends), "low") => &ends[0],
                    (Value::Array(ends), "high") => &ends[1],
                    (value, name) => &value[name],
                };
                let mut expected = mlops_cases::number(expected).ok_or(format!("no {name} in {value}"))?;
                if expected.is_nan() && case["input"]["x"].is_array() {
                    // Noted there: without variance the BCa interval is the value itself.
                    expected = mlops_cases::number(&case["input"]["x"][0]).ok_or("no x")?;
                }
                if !mlops_cases::close(*seen, expected, relative, absolute_tolerance(case, name)) {
                    return Err(format!("{name} is {seen}; expected {expected}"));
                }
            }
            let answered = match value {
                Value::Array(ends) => ends.len(),
                // Spread and standard error tell how the tolerance was made.
                Value::Object(numbers) => numbers
                    .keys()
                    .filter(|name| !name.ends_with("_spread") && *name != "standard_error")
                    .count(),
                _ => 1,
            };
            if answered == seen.len() { Ok(()) } else { Err(format!("{seen:?}; expected all of {value}")) }
        }
    }
}

/// Rounding around 0, or what the case allows. Where values tie, R looks for the shift and its
/// ends by a root finder that stops within 1e-4 whatever their size, which the case's note
/// says: next to 0 no relative tolerance holds. The p-value is computed, and keeps its own.
fn absolute_tolerance(case: &Value, name: &str) -> f64 {
    let own = case["abs_tol"].as_f64().or_else(|| case["input"]["abs_tol_of_each_end"].as_f64());
    let searched = case["note"].as_str().is_some_and(|note| note.contains("root finder"));
    let of_shift = ["estimate", "ci95_low", "ci95_high"].contains(&name);
    own.unwrap_or(if searched && of_shift { 1e-4 } else { 1e-12 })
}

fn has_nan(value: &Value) -> bool {
    match value {
        Value::Array(values) => values.iter().any(has_nan),
        Value::Object(values) => values.values().any(has_nan),
        value => value == "NaN",
    }
}

/// The recorded name of an alternative; both tools' words.
fn alternative(input: &Value) -> Result<Alternative, String> {
    match input["alternative"].as_str().unwrap_or("two-sided") {
        "two-sided" => Ok(Alternative::TwoSided),
        "less" | "smaller" => Ok(Alternative::Less),
        "greater" | "larger" => Ok(Alternative::Greater),
        other => Err(format!("no alternative {other}")),
    }
}
