//! Results, field by field as Great Expectations writes them.

use serde_json::{Map, Value, json};

use super::format::MAX_VALUES;
use super::{BrokenRow, BrokenRows, ExpectationResult, Level, ResultFormat, ValidationResult};
use crate::expectation::{Observed, ValuesNull};
use crate::table::{Cell, number};

pub(super) fn validation(result: &ValidationResult) -> Value {
    let statistics = result.statistics();
    json!({
        "success": result.success(),
        "results": result.results.iter().map(expectation).collect::<Vec<_>>(),
        "suite_name": result.suite,
        "suite_parameters": {},
        "statistics": {
            "evaluated_expectations": statistics.evaluated,
            "successful_expectations": statistics.successful,
            "unsuccessful_expectations": statistics.unsuccessful,
            "success_percent": statistics.success_percent(),
        },
        "meta": {},
        "id": null,
    })
}

pub(super) fn expectation(result: &ExpectationResult) -> Value {
    json!({
        "success": result.success(),
        "expectation_config": result.entry.to_json(),
        "result": self::result(result),
        "meta": {},
        "exception_info": {
            "raised_exception": result.outcome.is_err(),
            "exception_message": result.outcome.as_ref().err(),
            "exception_traceback": null,
        },
    })
}

pub(super) fn result(result: &ExpectationResult) -> Map<String, Value> {
    let mut json = Map::new();
    let format = result.format.as_ref();
    let Ok(judgement) = &result.outcome else { return json };
    if format.level == Level::BooleanOnly {
        return json;
    }
    match &judgement.observed {
        Observed::Nothing => {}
        Observed::Value { value, details } => {
            json.insert("observed_value".to_owned(), value.clone());
            if let Some(details) = details {
                json.insert("details".to_owned(), details.clone());
            }
        }
        Observed::Set { unexpected, missing } => {
            json.insert("observed_value".to_owned(), Value::Null);
            for (name, differing) in [("unexpected", unexpected), ("missing", missing)] {
                let Some(differing) = differing else { continue };
                json.insert(format!("{name}_count"), json!(differing.count));
                if format.partial_unexpected_count > 0 {
                    let first = differing.first.iter().map(Cell::to_json).collect();
                    json.insert(format!("partial_{name}_list"), first);
                }
            }
        }
        Observed::Rows { rows: count, missing, broken } => {
            let column = result.expectation().column().unwrap_or_default();
            rows(&mut json, format, column, (*count, *missing), broken);
            if result.expectation().name() == ValuesNull::NAME {
                // Great Expectations names them for every other expectation.
                json.remove("unexpected_index_column_names");
            }
        }
    }
    json
}

/// `part` of `whole` in percent; null of nothing.
fn percent(part: u64, whole: u64) -> Value {
    if whole == 0 { Value::Null } else { number(part as f64 / whole as f64 * 100.0) }
}

fn rows(
    json: &mut Map<String, Value>,
    format: &ResultFormat,
    column: &str,
    (count, missing): (u64, Option<u64>),
    broken: &BrokenRows,
) {
    let mut put = |name: &str, value: Value| json.insert(name.to_owned(), value);
    let considered = count - missing.unwrap_or(0);
    let partial = format.partial_unexpected_count;
    let values = || broken.first.iter().take(MAX_VALUES).map(|row| &row.value);
    let as_json =
        |values: &mut dyn Iterator<Item = &Cell<'static>>| -> Value { values.map(Cell::to_json).collect() };

    put("element_count", json!(count));
    put("unexpected_count", json!(broken.count));
    // What is missing does not count against the rule, unless there is nothing at all.
    let of_considered =
        if missing.is_some() && count == 0 { Value::Null } else { percent(broken.count, considered) };
    put("unexpected_percent", of_considered.clone());
    if !format.exclude_unexpected_values {
        put("partial_unexpected_list", as_json(&mut values().take(partial)));
    }
    if let Some(names) = &format.index_columns {
        put("unexpected_index_column_names", json!(names.as_ref()));
    }
    if let Some(missing) = missing {
        put("missing_count", json!(missing));
        put("missing_percent", percent(missing, count));
        put("unexpected_percent_total", percent(broken.count, count));
        put("unexpected_percent_nonmissing", of_considered);
    }
    if format.include_unexpected_rows {
        let row = |row: &BrokenRow| -> Map<String, Value> {
            row.whole.iter().map(|(name, value)| (name.clone(), value.to_json())).collect()
        };
        let rows: Vec<_> = broken.first.iter().take(partial).map(row).collect();
        put("unexpected_rows", json!(rows));
    }
    if format.level == Level::Basic {
        return;
    }

    if partial > 0 {
        if !format.exclude_unexpected_values {
            // Counted over the values that the list of this level holds.
            let limit = if format.level == Level::Complete { MAX_VALUES } else { partial };
            let listed: Vec<&Cell<'static>> = values().take(limit).collect();
            if let Some(counts) = counts(&listed, partial) {
                put("partial_unexpected_counts", counts);
            }
        }
        put("partial_unexpected_index_list", index(format, column, broken, partial));
    }
    if format.level == Level::Complete {
        if !format.exclude_unexpected_values {
            put("unexpected_list", as_json(&mut values()));
        }
        put("unexpected_index_list", index(format, column, broken, usize::MAX));
    }
}

/// The rows by number, or by their key.
fn index(format: &ResultFormat, column: &str, broken: &BrokenRows, limit: usize) -> Value {
    let keys = format.keys();
    if keys.is_empty() {
        return broken.row_numbers().take(limit).map(Value::from).collect();
    }
    if format.exclude_unexpected_values {
        // All keys of a column together, which is how Great Expectations leaves out the value.
        let of_column =
            |at: usize| -> Value { broken.first.iter().map(|row| row.keys[at].to_json()).collect() };
        let columns: Map<String, Value> =
            keys.iter().enumerate().map(|(at, key)| (key.clone(), of_column(at))).collect();
        return if broken.first.is_empty() { json!([]) } else { json!([columns]) };
    }
    let row = |row: &BrokenRow| -> Map<String, Value> {
        let mut named: Map<String, Value> = match &row.value {
            Cell::Record(record) => {
                record.iter().map(|(name, value)| (name.to_owned(), value.to_json())).collect()
            }
            value => std::iter::once((column.to_owned(), value.to_json())).collect(),
        };
        named.extend(keys.iter().zip(&row.keys).map(|(name, value)| (name.clone(), value.to_json())));
        named
    };
    broken.first.iter().take(limit).map(|broken| Value::Object(row(broken))).collect()
}

/// How often each value occurs: the `limit` most frequent, ordered by count and value.
/// `None` if values that occur equally often have no order.
fn counts(values: &[&Cell<'static>], limit: usize) -> Option<Value> {
    // At most 200 values: a search among those seen is no cost.
    let mut counted: Vec<(&Cell<'static>, usize)> = Vec::new();
    for value in values {
        match counted.iter_mut().find(|(other, _)| is_one(other, value)) {
            Some((_, count)) => *count += 1,
            None => counted.push((value, 1)),
        }
    }
    // Stable, so that the first seen stay first among equals.
    counted.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    counted.truncate(limit);
    let sorted =
        python_sort(
            counted,
            |(a, count_a), (b, count_b)| {
                if count_a == count_b { a.is_below(b) } else { Some(count_a > count_b) }
            },
        )?;
    let one = |(value, count): &(&Cell<'static>, usize)| {
        let value = match value {
            Cell::Record(record) => record.as_list(),
            value => value.to_json(),
        };
        json!({"value": value, "count": count})
    };
    Some(sorted.iter().map(one).collect())
}

/// Whether two values are counted together.
fn is_one(a: &Cell<'_>, b: &Cell<'_>) -> bool {
    match (a, b) {
        (Cell::Record(a), Cell::Record(b)) => a.is_one_with(b),
        _ => a.same(b) || (a.is_missing() && b.is_missing()),
    }
}

/// Sorts as Python sorts up to 63 values: `is_below` need not be an order, since NaN is
/// below nothing, and then it matters how it is done. `None` once two values have no order.
///
/// # Source
/// `list.sort` of `CPython` 3.11: the run at the beginning, then binary insertion.
fn python_sort<T>(mut values: Vec<T>, is_below: impl Fn(&T, &T) -> Option<bool>) -> Option<Vec<T>> {
    let mut run = values.len().min(1);
    if values.len() > 1 {
        let falls = is_below(&values[1], &values[0])?;
        run = 2;
        while run < values.len() && is_below(&values[run], &values[run - 1])? == falls {
            run += 1;
        }
        if falls {
            values[..run].reverse();
        }
    }
    for next in run..values.len() {
        let (mut low, mut high) = (0, next);
        while low < high {
            let middle = low + (high - low) / 2;
            if is_below(&values[next], &values[middle])? {
                high = middle;
            } else {
                low = middle + 1;
            }
        }
        values[low..=next].rotate_right(1);
    }
    Some(values)
}
