use mlops_stats::classification::Bins;
use mlops_stats::{Error, Result};
use serde_json::Value;

use super::Answer;
use super::arguments::{classes, numbers, refused};
use super::scores::{distinct, positives, with_rows};
use super::seen::Seen;

/// The answer of a function of scikit-learn; `None` if the function is not of this file.
pub fn answer(metric: &str, args: &Value, kwargs: &Value) -> Option<Result<Answer, Error>> {
    (metric == "calibration_curve").then(|| calibration_curve(args, kwargs))
}

fn calibration_curve(args: &Value, kwargs: &Value) -> Result<Answer> {
    let bins = match kwargs["n_bins"].as_i64() {
        None => 5,
        Some(bins) => usize::try_from(bins).map_err(|_| refused("at least one bin"))?,
    };
    let by = match kwargs["strategy"].as_str() {
        None | Some("uniform") => Bins::Uniform,
        Some("quantile") => Bins::Quantile,
        Some(_) => return Err(refused("bins that are uniform or quantiles")),
    };
    let labels = positives(&args[0], kwargs)?;
    if distinct(&classes(&args[0])?).len() > 2 {
        return Err(refused("two classes"));
    }
    // There are no weights in scikit-learn's call.
    let curve =
        with_rows(&labels, &numbers(&args[1])?, &Value::Null, |rows| rows.calibration_curve(bins, by))?;
    Ok(Seen::List(vec![curve.observed.into(), curve.predicted.into()]).into())
}
