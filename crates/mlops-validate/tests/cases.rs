//! Recorded answers of other tools, file by file: of Great Expectations cases of a family, of
//! `LIKE`, and whole suites; of fairlearn; of MLflow thresholds.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test may panic, and compares what must be equal"
)]

use gx::Compared;
use mlops_cases::Tally;
use serde_json::Value;

mod fairness;
mod gx;
mod like_cases;
mod suite_cases;
mod threshold_cases;

/// Cases of a family, of `LIKE`, or a whole suite; the error says that it is none of them.
fn run(tally: &mut Tally, name: &str, document: &Value) -> Result<(), String> {
    if document.get("suite_gx1").is_some() {
        return suite_cases::check(tally, name, document);
    }
    let cases = document["cases"].as_array().ok_or("neither cases nor a suite")?;
    for case in cases {
        let name = format!("{name}/{}", case["name"].as_str().unwrap_or("a case without a name"));
        let compared = if case.get("like_pattern").is_some() {
            like_cases::check(case)
        } else if case["expectation"]["type"].is_string() {
            gx::check(case)
        } else {
            tally.unsupported(format!("{name}: neither an expectation nor a LIKE pattern"));
            continue;
        };
        match compared {
            Ok(Compared::Passed) => tally.check(true, String::new),
            Ok(Compared::Free) => tally.informative(name),
            Err(why) if why.contains("no expectation is called") => {
                tally.unsupported(format!("{name}: {why}"));
            }
            Err(why) => tally.check(false, || format!("{name}: {why}")),
        }
    }
    Ok(())
}

#[test]
fn validate_gx() {
    mlops_cases::each_file("validate/gx", env!("CARGO_MANIFEST_DIR"), |path, document, tally| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        run(tally, &name, document)
    });
}

#[test]
fn validate_fairness() {
    mlops_cases::each_file("validate/fairness", env!("CARGO_MANIFEST_DIR"), run_fairness);
}

/// Random frames, labels and weights, degenerate ones among them, as fairlearn answered.
#[test]
fn answers_of_fairlearn_to_random_questions() {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/fairness_rules");
    let mut tally = Tally::default();
    for name in ["base_rates", "group_metrics", "metric_frame"] {
        let path = folder.join(format!("{name}.json"));
        let document = serde_json::from_str(&std::fs::read_to_string(&path).unwrap()).unwrap();
        run_fairness(&path, &document, &mut tally).unwrap();
    }
    tally.conclude("fairness_rules");
}

fn run_fairness(_path: &std::path::Path, document: &Value, tally: &mut Tally) -> Result<(), String> {
    let family = document["family"].as_str().unwrap_or("a family without a name");
    for case in document["cases"].as_array().ok_or("no cases")? {
        if let Err(why) = fairness::check(tally, family, case) {
            tally.unsupported(why);
        }
    }
    Ok(())
}

#[test]
fn validate_gates() {
    mlops_cases::each_file("validate/gates", env!("CARGO_MANIFEST_DIR"), |path, document, tally| {
        let name = path.file_stem().unwrap_or_default().to_string_lossy();
        threshold_cases::run(tally, &name, document)
    });
}

#[test]
fn thresholds_of_mlflow_to_the_last_bit() {
    let text = include_str!("../testdata/mlflow_thresholds/random_thresholds.json");
    let mut tally = mlops_cases::Tally::default();
    threshold_cases::run(&mut tally, "random", &serde_json::from_str(text).unwrap()).unwrap();
    tally.conclude("mlflow_thresholds");
}
