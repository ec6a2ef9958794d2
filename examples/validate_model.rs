//! May this model go to production? The guide's `validate_model_for_production`: accuracy,
//! fairness across groups, drift of the inputs and latency, all of them or none, on the people
//! of Massachusetts. A model learns from 2015 who is employed, and is judged on 2018.
//!
//! `cargo run --release --example validate_model -- [--min-accuracy 0.85] [--page report.html]`
//!
//! Exit code 0 if the model may be promoted, 1 if not, 2 if it could not be found out.
#![allow(clippy::print_stdout, reason = "it is what the program is for")]

use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use mlops::arrow::RecordBatch;
use mlops::drift::{Columns, Detector};
use mlops::features::{OfflineSourceExt as _, ParquetSource};
use mlops::validate::gate::{Candidate, Gate, GroupColumn, ModelReport, Production};
use mlops::validate::latency::{Load, Probe};
use mlops::validate::ndarray::Array2;
use mlops::{Check, Digest, Outcome, Severity, Subject, Timestamp, Window};
use mlops_examples::employment::{self, CODES, Tally};
use mlops_examples::{EMPLOYMENT_CODES, Result, data, exit_code};
use serde_json::json;

/// Judges a model of employment and writes a page about it.
#[derive(Debug, Parser)]
struct Args {
    /// The least accuracy; the model reaches about 0.78.
    #[arg(long, default_value_t = 0.85)]
    min_accuracy: f64,
    /// Where the page goes.
    #[arg(long, value_name = "FILE", default_value = "validate_model.html")]
    page: PathBuf,
}

fn main() -> ExitCode {
    exit_code(validate_model_for_production(&Args::parse()))
}

/// The four questions of the guide. Rows are people, who have nothing to do with each other,
/// so they are drawn one by one.
fn gate(min_accuracy: f64) -> Result<Gate> {
    let file = json!({
        "gate": "to production",
        "decision_threshold": 0.5,
        "resampling": {"unit": "row", "replicates": 2000, "seed": 7},
        "checks": [
            {"kind": "metric", "name": "accuracy", "metric": "accuracy", "min": min_accuracy},
            {"kind": "fairness", "name": "fairness", "by": "SEX", "metric": "equalized_odds_difference",
             "max": 0.2},
            {"kind": "custom", "name": "drift"},
            {"kind": "latency", "name": "latency", "percentile": 99, "max_ms": 100, "calls": 2000},
        ],
    });
    Ok(Gate::from_json(&file.to_string())?.judged_by("drift", |_: &Candidate<'_>| share_drifted())?)
}

/// Less than a tenth of the inputs may have moved between the two years.
fn share_drifted() -> Result<Check> {
    let inputs = Columns::default().categorical(EMPLOYMENT_CODES).ignore(["id", "employed"]);
    let (reference, current) = (people(2015)?, people(2018)?);
    let report = Detector::default().compare_batches(&[reference], &[current], &inputs)?;
    let share = report.share_drifted().ok_or("no input could be compared")?;
    let outcome = if share < 0.1 { Outcome::Passed } else { Outcome::Failed };
    Ok(Check::new("drift", Severity::Critical, outcome)
        .observed(share)
        .expected("less than a tenth of the inputs")
        .because(report.to_string()))
}

fn people(year: u16) -> Result<RecordBatch> {
    Ok(ParquetSource::open(data(&format!("employment_{year}.parquet")))?.read_all()?)
}

fn validate_model_for_production(args: &Args) -> Result<bool> {
    let (learned, judged) = (people(2015)?, people(2018)?);
    let model = Tally::learn(&learned)?;
    let inputs = employment::inputs(&judged)?;
    let scores: Vec<f64> = inputs.chunks_exact(CODES.len()).map(|row| model.predict(row)).collect();
    let labels: Vec<Option<bool>> = employment::labels(&judged)?.into_iter().map(Some).collect();
    let year =
        |from: &str, until: &str| -> Result<Window> { Ok(Window::new(from.parse()?, until.parse()?)?) };
    let evaluation = year("2018-01-01", "2019-01-01")?;
    // The survey says the year of an answer, and no more.
    let times = vec![evaluation.from(); scores.len()];
    let predict = |row: &[f64]| -> Result<f64> { Ok(model.predict(row)) };
    let rows = || Array2::from_shape_vec((scores.len(), CODES.len()), inputs.clone());
    let candidate = Candidate::builder()
        .subject(Subject {
            model: "employment".parse()?,
            version: "1.0.0".parse()?,
            artifact: Digest::of(model.to_bytes()),
        })
        .training(year("2015-01-01", "2016-01-01")?)
        .evaluation(evaluation)
        .times(&times)
        .labels(&labels)
        .scores(&scores)
        .production(Production::Nothing)
        .groups(vec![
            GroupColumn::new("SEX", employment::names(&judged, "SEX", &["", "male", "female"])?),
            GroupColumn::new("MAR", employment::names(&judged, "MAR", &employment::MARRIED)?),
        ])
        .probe(Probe::new(&predict, rows()?)?)
        .build()?;
    let gate = gate(args.min_accuracy)?;
    let at: Timestamp = "2019-02-01".parse()?;
    let verdict = gate.evaluate(&candidate, at);
    let latency = Load::calls(20_000).warm_up(1_000).measure(&Probe::new(&predict, rows()?)?)?;
    let report = ModelReport::of(&gate, &candidate, verdict).with_latency(&latency);
    println!("{}", report.to_terminal(110));
    std::fs::write(&args.page, report.to_html())
        .map_err(|error| format!("can't write {}: {error}", args.page.display()))?;
    println!("see {}", args.page.display());
    let passed = report.verdict.passed();
    if passed {
        println!("promoted to production");
    } else {
        let blocking: Vec<&str> = report.verdict.blocking().map(|check| check.name.as_str()).collect();
        println!("Validation failed: {}", blocking.join(", "));
    }
    Ok(passed)
}
