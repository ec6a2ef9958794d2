//! Results as Great Expectations 0.18 wrote them, for those who still read that form.

use serde_json::{Map, Value, json};

use super::{ExpectationResult, ValidationResult};
use crate::expectation::Observed;

pub(super) fn validation(result: &ValidationResult) -> Value {
    let mut json = result.to_json();
    json["results"] = result.results.iter().map(expectation).collect();
    if let Value::Object(fields) = &mut json {
        for name in ["suite_name", "suite_parameters", "id"] {
            fields.remove(name);
        }
        fields.insert("evaluation_parameters".to_owned(), Value::Object(result.parameters.clone()));
        fields.insert("meta".to_owned(), json!({"expectation_suite_name": result.suite}));
    }
    json
}

fn expectation(result: &ExpectationResult) -> Value {
    let mut json = result.to_json();
    let mut kwargs = result.expectation().kwargs();
    kwargs.extend(result.entry.passed_on.clone());
    kwargs.insert("result_format".to_owned(), result.format.to_json());
    json["expectation_config"] = json!({
        "expectation_type": result.expectation().name(),
        "kwargs": kwargs,
        "meta": result.entry.meta,
    });
    if let Value::Object(fields) = &mut json["result"] {
        write_result(fields, result);
    }
    json
}

fn write_result(fields: &mut Map<String, Value>, result: &ExpectationResult) {
    let Ok(judgement) = &result.outcome else { return };
    match &judgement.observed {
        // Of missing values it tells neither which they are nor the first of them.
        Observed::Rows { rows, missing: None, broken } if !fields.is_empty() => {
            fields.remove("partial_unexpected_counts");
            fields.remove("partial_unexpected_index_list");
            fields.insert("partial_unexpected_list".to_owned(), json!([]));
            let percent = (*rows > 0).then(|| broken.count as f64 / *rows as f64 * 100.0);
            fields.insert("unexpected_percent_total".to_owned(), json!(percent));
        }
        Observed::Value { .. } | Observed::Set { .. } if !fields.is_empty() => {
            if let Observed::Set { .. } = &judgement.observed {
                // It had the distinct values themselves, which are not kept.
                fields.retain(|name, _| name == "observed_value");
            }
            let Some(seen) = result.seen else { return };
            // Nothing missing was written as nothing known.
            let missing = (seen.missing > 0).then_some(seen.missing);
            let percent = missing.map(|missing| missing as f64 * 100.0 / seen.rows as f64);
            fields.insert("element_count".to_owned(), json!(seen.rows));
            fields.insert("missing_count".to_owned(), json!(missing));
            fields.insert("missing_percent".to_owned(), json!(percent));
        }
        _ => {}
    }
}
