//! Do the metrics of a run reach the least that was agreed? The guide's `check_metrics`: the
//! same arguments, the same lines, the same exit codes, and no metric is read as 0 because it
//! is not there.
//!
//! `cargo run --release --example check_metrics -- --metrics run.json --min-f1 0.85`
//!
//! Exit code 0 if all metrics pass, 1 if one does not, 2 if it could not be found out.
#![allow(clippy::print_stdout, reason = "it is what the program is for")]

use std::collections::BTreeMap;
use std::path::PathBuf;
use std::process::ExitCode;

use clap::Parser;
use mlops::validate::gate::threshold::{MetricThreshold, check_metrics};
use mlops_examples::{Result, exit_code};

/// Validates that a model meets minimum performance thresholds.
#[derive(Debug, Parser)]
struct Args {
    /// The metrics of the run, as JSON: a number for each name.
    #[arg(long, value_name = "FILE")]
    metrics: PathBuf,
    #[arg(long, default_value_t = 0.85)]
    min_f1: f64,
    #[arg(long, default_value_t = 0.80)]
    min_precision: f64,
    #[arg(long, default_value_t = 0.75)]
    min_recall: f64,
}

fn main() -> ExitCode {
    exit_code(check(&Args::parse()))
}

fn check(args: &Args) -> Result<bool> {
    let text = std::fs::read_to_string(&args.metrics)
        .map_err(|error| format!("can't read {}: {error}", args.metrics.display()))?;
    let metrics: BTreeMap<String, f64> = serde_json::from_str(&text)
        .map_err(|error| format!("{} has no metrics: {error}", args.metrics.display()))?;
    let at_least = |name: &str, least: f64| -> Result<(String, MetricThreshold)> {
        let threshold = MetricThreshold::builder().threshold(least).greater_is_better(true).build()?;
        Ok((name.to_owned(), threshold))
    };
    let thresholds = BTreeMap::from([
        at_least("f1_score", args.min_f1)?,
        at_least("precision", args.min_precision)?,
        at_least("recall", args.min_recall)?,
    ]);
    let checks = check_metrics(&thresholds, &metrics, None);
    for check in &checks {
        let mark = if check.blocks() { "❌" } else { "✅" };
        match (check.observed, thresholds[&check.name].threshold()) {
            (Some(actual), Some(least)) => {
                println!("{mark} {}: {actual:.4} (threshold: {least:.4})", check.name);
            }
            _ => println!("{mark} {}: {}", check.name, check.reason),
        }
    }
    let passed = !checks.iter().any(mlops::Check::blocks);
    println!();
    if passed {
        println!("✅ All metrics passed!");
    } else {
        println!("❌ Model does not meet minimum performance requirements!");
    }
    Ok(passed)
}
