//! May these rows be learned from? Reads a CSV file, checks what the training relies on,
//! and writes a page that says what is wrong.
//!
//! `cargo run --example validate_csv -- [file.csv] [report.html]`
//!
//! Exit code 0 if the data may be used, 1 if not, 2 if it could not be found out.
#![allow(clippy::print_stdout, reason = "it is what the program is for")]

use std::fs::{self, File};
use std::io::{BufReader, Seek as _};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::sync::Arc;

use arrow_csv::ReaderBuilder;
use arrow_csv::reader::Format;
use mlops::arrow::RecordBatch;
use mlops::validate::expectation::{ColumnExists, ValuesBetween, ValuesInSet, ValuesNotNull};
use mlops::validate::{Scalar, Suite, result};
use mlops_examples::{Result, data, exit_code};

/// What the training of a delay model relies on.
fn suite() -> Suite {
    let columns = ["carrier", "origin", "distance", "hour", "late"];
    let suite = Suite::new("training data");
    let suite = columns.into_iter().fold(suite, |suite, column| suite.expect(ColumnExists::new(column)));
    suite
        .expect(ValuesNotNull::new("carrier"))
        .expect(ValuesNotNull::new("late"))
        .expect(ValuesBetween::new("distance").above(0).max(5000))
        .expect(ValuesBetween::new("hour").min(0).max(23))
        .expect(ValuesInSet::texts("origin", ["EWR", "JFK", "LGA"]))
        .expect(ValuesInSet::new("late", [Scalar::Bool(true), Scalar::Bool(false)]))
}

/// The rows of a CSV file with a header; the types are those that all rows agree with.
fn read(path: &Path) -> Result<Vec<RecordBatch>> {
    let open = || File::open(path).map_err(|error| format!("can't open {}: {error}", path.display()));
    let mut file = BufReader::new(open()?);
    let format = Format::default().with_header(true);
    let (schema, _) = format.infer_schema(&mut file, None)?;
    file.rewind()?;
    let reader = ReaderBuilder::new(Arc::new(schema)).with_format(format).build_buffered(file)?;
    Ok(reader.collect::<std::result::Result<_, _>>()?)
}

fn validate(csv: &Path, report: &Path) -> Result<bool> {
    let batches = read(csv)?;
    let result = suite().validate(&batches)?;
    let counts = result.statistics();
    let rows: usize = batches.iter().map(RecordBatch::num_rows).sum();
    println!(
        "{}: {rows} rows, {} of {} expectations hold",
        csv.display(),
        counts.successful,
        counts.evaluated
    );
    for line in result.lines() {
        println!("  {line}");
    }
    fs::write(report, result::page(&result))
        .map_err(|error| format!("can't write {}: {error}", report.display()))?;
    println!("{}, details in {}", if result.success() { "passed" } else { "refused" }, report.display());
    Ok(result.success())
}

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1).map(PathBuf::from);
    let csv = arguments.next().unwrap_or_else(|| data("training_data.csv"));
    let report = arguments.next().unwrap_or_else(|| PathBuf::from("data_validation.html"));
    exit_code(validate(&csv, &report))
}
