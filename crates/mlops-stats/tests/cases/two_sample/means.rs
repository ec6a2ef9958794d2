use serde_json::Value;

use super::Answer;

/// The answer of a test of two samples; `None` if the test is not of this file.
pub fn answer(_test: &str, _args: &Value, _x: &[f64], _y: &[f64]) -> Option<Answer> {
    None
}
