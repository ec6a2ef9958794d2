//! Cases of thresholds, as MLflow judges them.

use std::collections::BTreeMap;

use mlops_cases::{Tally, number};
use mlops_core::Outcome;
use mlops_validate::gate::threshold::{MetricThreshold, check_metrics};
use serde_json::Value;

/// Every case of a file; the error says that it has none.
pub(crate) fn run(tally: &mut Tally, file: &str, document: &Value) -> Result<(), String> {
    for case in document["cases"].as_array().ok_or("no cases")? {
        let name = format!("{file}/{}", case["name"].as_str().unwrap_or("a case without a name"));
        let compared = check(case);
        tally.check(compared.is_ok(), || format!("{name}: {}", compared.unwrap_err()));
    }
    Ok(())
}

fn check(case: &Value) -> Result<(), String> {
    let expected = &case["expected"];
    let refused = expected["exception"]["stage"] == "construct";
    let thresholds: Result<BTreeMap<String, MetricThreshold>, _> =
        serde_json::from_value(case["thresholds"].clone());
    let thresholds = match (thresholds, refused) {
        (Err(_), true) => return Ok(()),
        (Ok(thresholds), true) => return Err(format!("{thresholds:?} was built, MLflow refuses it")),
        (Err(error), false) => return Err(format!("it was refused: {error}")),
        (Ok(thresholds), false) => thresholds,
    };
    // A written threshold is read as the same one; its canonical form may turn 1.0 into 1.
    for threshold in thresholds.values() {
        let text = serde_json::to_string(threshold).map_err(|error| error.to_string())?;
        let read: MetricThreshold =
            serde_json::from_str(&text).map_err(|error| format!("{text}: {error}"))?;
        if format!("{read:?}") != format!("{threshold:?}") {
            return Err(format!("{threshold:?} was read as {read:?}"));
        }
    }
    let candidate = metrics(&case["candidate"])?.ok_or("no candidate")?;
    let checks = check_metrics(&thresholds, &candidate, metrics(&case["baseline"])?.as_ref());
    let passed = checks.iter().all(|check| check.outcome == Outcome::Passed);
    // Where MLflow stops with an error of its own, ours does not pass.
    let expected = case["ours"]["pass"].as_bool().or(expected["pass"].as_bool()).unwrap_or(false);
    if checks.iter().any(|check| check.reason.is_empty() || check.expected.is_empty()) {
        return Err("a check without reason".to_owned());
    }
    if passed == expected { Ok(()) } else { Err(format!("{passed}, expected {expected}: {checks:?}")) }
}

fn metrics(object: &Value) -> Result<Option<BTreeMap<String, f64>>, String> {
    let Some(object) = object.as_object() else { return Ok(None) };
    let value = |(name, value): (&String, &Value)| {
        Ok((name.clone(), number(value).ok_or_else(|| format!("{name} is {value}"))?))
    };
    object.iter().map(value).collect::<Result<_, String>>().map(Some)
}
