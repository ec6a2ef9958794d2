mod arguments;
mod calibration;
mod labels;
mod prf;
mod probabilities;
mod ranking_lists;
mod regression;
mod scores;
mod seen;

use std::path::Path;

use mlops_cases::Tally;
use serde_json::Value;

pub use seen::Answer;

/// What is asked of each of the files beside this one: the answer of a function of
/// scikit-learn, or `None` if the function is not of that file.
type Answering = fn(metric: &str, args: &Value, kwargs: &Value) -> Option<mlops_stats::Result<Answer>>;

const ANSWERING: [Answering; 7] = [
    labels::answer,
    prf::answer,
    scores::answer,
    probabilities::answer,
    calibration::answer,
    regression::answer,
    ranking_lists::answer,
];

pub fn run(path: &Path, file: &Value, tally: &mut Tally) -> Result<(), String> {
    let cases = file["cases"].as_array().ok_or("no list of cases")?;
    let file = path.file_stem().unwrap_or_default().to_string_lossy();
    for case in cases {
        let (name, metric) = (case["name"].as_str().unwrap_or("?"), case["metric"].as_str().unwrap_or("?"));
        let name = format!("{file}/{name}");
        let (args, kwargs) = (&case["args"], &case["kwargs"]);
        let Some(seen) = ANSWERING.iter().find_map(|answer| answer(metric, args, kwargs)) else {
            tally.unsupported(format!("{name}: no {metric}"));
            continue;
        };
        let said = seen::compare(case, &seen);
        tally.check(said.is_ok(), || format!("{name}: {}", said.unwrap_err()));
    }
    Ok(())
}
