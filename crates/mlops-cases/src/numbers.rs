use serde_json::Value;

/// A recorded number: JSON's, or `"NaN"`, `"Infinity"`, `"-Infinity"`. `None` for anything else.
pub fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(name) => match name.as_str() {
            "NaN" => Some(f64::NAN),
            "Infinity" => Some(f64::INFINITY),
            "-Infinity" => Some(f64::NEG_INFINITY),
            _ => None,
        },
        _ => None,
    }
}

/// A recorded list of numbers, in full or as a rule that makes it.
///
/// # Errors
/// What it is, if it is no such list or has a missing value.
pub fn numbers(value: &Value) -> Result<Vec<f64>, String> {
    let missing = || "a list of numbers has a missing value".to_owned();
    optional_numbers(value)?.into_iter().map(|number| number.ok_or_else(missing)).collect()
}

/// A recorded list of numbers, in full or as a rule that makes it; `None` is a missing value.
///
/// The rules: `modlin`, `x_i = ((a·i + c) mod m) / div`; `modlin_nan`, the same with every
/// `nan_every`-th value missing; `rle`, runs of one value.
///
/// # Errors
/// What it is, if it is no such list.
pub fn optional_numbers(value: &Value) -> Result<Vec<Option<f64>>, String> {
    let no_list = || {
        let text = value.to_string();
        format!("not a list of numbers: {}", text.chars().take(80).collect::<String>())
    };
    match value {
        Value::Array(values) => values
            .iter()
            .map(|value| if value.is_null() { Ok(None) } else { number(value).map(Some).ok_or_else(no_list) })
            .collect(),
        Value::Object(rule) => match rule.get("gen").and_then(Value::as_str) {
            Some(name @ ("modlin" | "modlin_nan")) => {
                let whole = |field: &str| rule.get(field).and_then(Value::as_i64).ok_or_else(no_list);
                let divisor = rule.get("div").and_then(Value::as_f64).ok_or_else(no_list)?;
                let (n, a, c, m) = (whole("n")?, whole("a")?, whole("c")?, whole("m")?);
                let missing_every = if name == "modlin_nan" { Some(whole("nan_every")?) } else { None };
                Ok((0..n)
                    .map(|i| {
                        #[expect(clippy::cast_precision_loss, reason = "a remainder of a small number")]
                        let value = (a * i + c).rem_euclid(m) as f64 / divisor;
                        missing_every.is_none_or(|every| i % every != 0).then_some(value)
                    })
                    .collect())
            }
            Some("rle") => {
                let runs = rule.get("runs").and_then(Value::as_array).ok_or_else(no_list)?;
                let mut values = Vec::new();
                for run in runs {
                    let times = run.get(1).and_then(Value::as_u64).ok_or_else(no_list)?;
                    let times = usize::try_from(times).map_err(|error| error.to_string())?;
                    let value = run.get(0).ok_or_else(no_list)?;
                    let value = if value.is_null() { None } else { Some(number(value).ok_or_else(no_list)?) };
                    values.extend(std::iter::repeat_n(value, times));
                }
                Ok(values)
            }
            _ => Err(no_list()),
        },
        _ => Err(no_list()),
    }
}

/// Whether two numbers agree to `relative` of what is expected, or to `absolute`. NaN agrees
/// with NaN, an infinity with itself.
pub fn close(ours: f64, expected: f64, relative: f64, absolute: f64) -> bool {
    let same_kind = ours.is_nan() && expected.is_nan() || ours.total_cmp(&expected).is_eq();
    let near = (ours - expected).abs() <= absolute.max(relative * expected.abs());
    same_kind || near && ours.is_finite() && expected.is_finite()
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn rules_make_the_numbers_they_stand_for() {
        let rule = json!({"gen": "modlin", "n": 4, "a": 7, "c": 3, "m": 5, "div": 2});
        assert_eq!(numbers(&rule), Ok(vec![1.5, 0.0, 1.0, 2.0]));
        let rule = json!({"gen": "modlin_nan", "n": 4, "a": 7, "c": 3, "m": 5, "div": 2, "nan_every": 2});
        assert_eq!(optional_numbers(&rule), Ok(vec![None, Some(0.0), None, Some(2.0)]));
        assert!(numbers(&rule).is_err(), "a missing value is no number");
        let rule = json!({"gen": "rle", "runs": [[1.5, 2], ["Infinity", 1]]});
        assert_eq!(numbers(&rule), Ok(vec![1.5, 1.5, f64::INFINITY]));
        assert!(numbers(&json!({"gen": "unheard_of"})).is_err());
        assert!(numbers(&json!([1, "x"])).is_err());
    }

    #[test]
    fn close_tells_infinities_and_nan_apart() {
        assert!(close(f64::NAN, f64::NAN, 1e-9, 0.0) && close(f64::INFINITY, f64::INFINITY, 1e-9, 0.0));
        assert!(!close(f64::NAN, 1.0, 1e-9, 0.0) && !close(1.0, f64::NAN, 1e-9, 0.0));
        assert!(!close(1.0, f64::INFINITY, 1e-9, 0.0) && !close(f64::INFINITY, f64::NEG_INFINITY, 1e-9, 0.0));
        assert!(close(1.0 + 1e-10, 1.0, 1e-9, 0.0) && !close(1.0 + 1e-8, 1.0, 1e-9, 0.0));
        assert!(close(1e-13, 0.0, 1e-9, 1e-12) && !close(1e-11, 0.0, 1e-9, 1e-12));
    }
}
