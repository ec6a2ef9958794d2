use mlops_stats::Error;
use serde_json::Value;

use super::Answer;

/// The answer of a function of scikit-learn; `None` if the function is not of this file.
pub fn answer(_metric: &str, _args: &Value, _kwargs: &Value) -> Option<Result<Answer, Error>> {
    None
}
