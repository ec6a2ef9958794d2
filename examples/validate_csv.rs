//! May these rows be learned from? Reads a CSV file, checks what the training relies on,
//! and writes a page that says what is wrong.
//!
//! `cargo run --example validate_csv -- [file.csv] [report.html]`
//!
//! Exit code 0 if the data may be used, 1 if not, 2 if it could not be found out.
#![allow(clippy::print_stdout, reason = "it is what the program is for")]

use std::fs;
use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use indicatif::ProgressBar;
use mlops::validate::expectation::{ColumnExists, ValuesBetween, ValuesInSet, ValuesNotNull};
use mlops::validate::source::CsvFormat;
use mlops::validate::{Scalar, Suite, result};
use mlops_examples::{Result, data, exit_code};

/// What the training of a delay model relies on.
fn expectations() -> Suite {
    let mut suite = Suite::new("training data");

    // Validate schema
    for column in ["carrier", "origin", "distance", "hour", "late"] {
        suite = suite.expect(ColumnExists::new(column));
    }

    // Validate no nulls
    for column in ["carrier", "late"] {
        suite = suite.expect(ValuesNotNull::new(column));
    }

    // Validate ranges
    for (column, min, max) in [("distance", 1, 5000), ("hour", 0, 23)] {
        suite = suite.expect(ValuesBetween::new(column).min(min).max(max));
    }

    // Validate categorical values
    suite
        .expect(ValuesInSet::texts("origin", ["EWR", "JFK", "LGA"]))
        .expect(ValuesInSet::new("late", [Scalar::Bool(true), Scalar::Bool(false)]))
}

fn validate_training_data(csv: &Path, report: &Path) -> Result<bool> {
    // Run validation
    let progress = ProgressBar::new_spinner();
    let results = expectations()
        .validator()
        .on_progress(|so_far| {
            progress.set_message(format!("{} rows", so_far.rows));
            progress.tick();
            ControlFlow::Continue(())
        })
        .csv(csv, &CsvFormat::default())?;
    progress.finish_and_clear();

    // Generate report
    fs::write(report, result::page(&results))
        .map_err(|error| format!("can't write {}: {error}", report.display()))?;

    // Check if validation passed
    print!("{}", results.to_terminal(120));
    let answer = if results.success() { "passed" } else { "failed" };
    println!("\nData validation {answer}, details in {}", report.display());
    Ok(results.success())
}

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let csv = arguments.next().unwrap_or_else(|| data("training_data.csv"));
    let report = arguments.next().unwrap_or_else(|| PathBuf::from("data_validation.html"));
    exit_code(validate_training_data(&csv, &report))
}
