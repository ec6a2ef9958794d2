//! statsmodels' answers: p-values corrected by each of its methods.

use std::path::Path;

use mlops_cases::{Tally, close, numbers};
use mlops_stats::multiple_testing::{Correction, adjust};
use serde_json::Value;

pub(crate) fn run(path: &Path, case: &Value, tally: &mut Tally) -> Result<(), String> {
    let stem = path.file_stem().unwrap_or_default().to_string_lossy().into_owned();
    let p_values = numbers(&case["pvalues"])?;
    for (method, by_alpha) in case["expected"].as_object().ok_or("expected is no map")? {
        for (alpha, expected) in by_alpha.as_object().ok_or("not a map by alpha")? {
            let name = format!("{stem} {method} {alpha}");
            match Correction::named(method) {
                None => tally.unsupported(name),
                Some(correction) => one(&p_values, alpha, correction, expected, &name, tally)?,
            }
        }
    }
    Ok(())
}

fn one(
    p_values: &[f64],
    alpha: &str,
    correction: Correction,
    expected: &Value,
    name: &str,
    tally: &mut Tally,
) -> Result<(), String> {
    let alpha: f64 = alpha.parse().map_err(|_| format!("{name}: no number"))?;
    let answer = adjust(p_values, alpha, correction);
    if expected.get("error").is_some() {
        tally.check(answer.is_err(), || format!("{name}: {answer:?}, expected {expected}"));
        return Ok(());
    }
    let Ok(ours) = answer else {
        tally.check(false, || format!("{name}: {answer:?}, expected {expected}"));
        return Ok(());
    };
    let theirs = numbers(&expected["adjusted"])?;
    let rejected: Option<Vec<bool>> =
        expected["reject"].as_array().and_then(|values| values.iter().map(Value::as_bool).collect());
    let rejected = rejected.ok_or_else(|| format!("{name}: reject is no list of bools"))?;
    tally.check(ours.p_values.len() == theirs.len() && ours.rejected.len() == rejected.len(), || {
        format!("{name}: {} p-values, expected {}", ours.p_values.len(), theirs.len())
    });
    for (index, (a, b)) in ours.p_values.iter().zip(&theirs).enumerate() {
        tally.check(close(*a, *b, 1e-12, 0.0), || format!("{name}[{index}]: {a}, expected {b}"));
    }
    for (index, (a, b)) in ours.rejected.iter().zip(&rejected).enumerate() {
        tally.check(a == b, || format!("{name}[{index}]: rejected {a}, expected {b}"));
    }
    Ok(())
}
