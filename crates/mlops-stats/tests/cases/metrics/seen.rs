use mlops_stats::Error;
use serde_json::Value;

/// What we said to a case, in the shape of what scikit-learn said.
#[derive(Debug, PartialEq)]
pub enum Seen {
    Number(f64),
    /// Where the other has NaN or nothing. Our own NaN is no answer.
    Undefined,
    List(Vec<Seen>),
}

impl From<f64> for Seen {
    fn from(value: f64) -> Self {
        Self::Number(value)
    }
}

impl From<Option<f64>> for Seen {
    fn from(value: Option<f64>) -> Self {
        value.map_or(Self::Undefined, Self::Number)
    }
}

impl<T: Into<Self>> From<Vec<T>> for Seen {
    fn from(values: Vec<T>) -> Self {
        Self::List(values.into_iter().map(Into::into).collect())
    }
}

/// An answer, and whether it came with a finding where scikit-learn warns.
#[derive(Debug)]
pub struct Answer {
    pub value: Seen,
    pub warned: bool,
}

impl<T: Into<Seen>> From<T> for Answer {
    fn from(value: T) -> Self {
        Self { value: value.into(), warned: false }
    }
}

/// Says what differs from the recorded answer of a case.
pub fn compare(case: &Value, seen: &Result<Answer, Error>) -> Result<(), String> {
    let expected = &case["expected"];
    let raises = !expected["exception"].is_null();
    let warns = expected["warnings"].as_array().is_some_and(|warnings| !warnings.is_empty());
    match seen {
        Err(_) if raises => Ok(()),
        // Where the other has no number, we say that there is none; to refuse the call is no answer.
        Err(error) if error.is_undefined() && no_number(&expected["value"]) => Ok(()),
        Err(error) => Err(format!("{error}; expected {}", shortened(&expected["value"]))),
        Ok(answer) if raises => {
            Err(format!("{answer:?}; expected an error, {}", expected["exception"]["message"]))
        }
        Ok(answer) => {
            let tolerance = |name: &str| case[name].as_f64().or_else(|| expected[name].as_f64());
            let near = (tolerance("rel_tol").unwrap_or(1e-9), tolerance("abs_tol").unwrap_or(1e-15));
            if !same(&answer.value, &expected["value"], near) {
                return Err(format!("{:?}; expected {}", answer.value, shortened(&expected["value"])));
            }
            if answer.warned != warns {
                return Err(format!("with a finding: {}; expected {}", answer.warned, expected["warnings"]));
            }
            Ok(())
        }
    }
}

fn same(seen: &Seen, expected: &Value, near: (f64, f64)) -> bool {
    match (seen, expected) {
        (Seen::List(seen), Value::Array(expected)) => {
            seen.len() == expected.len()
                && seen.iter().zip(expected).all(|(seen, expected)| same(seen, expected, near))
        }
        (Seen::Undefined, expected) => expected.is_null() || expected == "NaN",
        (Seen::Number(seen), expected) => mlops_cases::number(expected)
            .is_some_and(|expected| !seen.is_nan() && mlops_cases::close(*seen, expected, near.0, near.1)),
        (Seen::List(_), _) => false,
    }
}

/// NaN or the infinity of a division by 0; of a curve, one axis of nothing else. A list in
/// which one number is missing has the others, and is compared one by one.
fn no_number(expected: &Value) -> bool {
    let is_nan = |value: &Value| value == "NaN";
    match expected {
        Value::Array(axes) if axes.iter().all(Value::is_array) => axes.iter().any(no_number),
        Value::Array(values) => !values.is_empty() && values.iter().all(is_nan),
        value => mlops_cases::number(value).is_some_and(|value| !value.is_finite()),
    }
}

fn shortened(value: &Value) -> String {
    value.to_string().chars().take(200).collect()
}
