mod distances;
mod means;

use std::path::Path;

use mlops_cases::Tally;
use serde_json::Value;

/// Named numbers of an answer: `statistic`, `pvalue`, `value` …
pub type Answer = mlops_stats::Result<Vec<(&'static str, f64)>>;

pub fn run(_path: &Path, _case: &Value, _tally: &mut Tally) -> Result<(), String> {
    let [_, _] = [means::answer, distances::answer];
    Err("not read yet".to_owned())
}
