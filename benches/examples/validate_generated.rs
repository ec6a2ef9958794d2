//! How much memory it takes to validate a table that is never whole in memory.
//!
//! ```sh
//! cargo run --release -p mlops-benches --example validate_generated 100000000
//! ```
//! Batches are made as they are read. The suite is that of `peers/expectations.py` without
//! the median, which needs the values of its column.
#![allow(clippy::print_stdout, reason = "it reports to whoever runs it")]

use std::error::Error;
use std::fs;
use std::time::Instant;

use mlops::arrow::array::RecordBatchIterator;
use mlops::validate::Suite;
use mlops_benches::{TWENTY_EXPECTATIONS, schema_of_ten_columns, ten_columns};

const BATCH_ROWS: u64 = 1 << 13;

/// The most memory that was resident, in KiB, as Linux tells it.
fn peak() -> Option<u64> {
    let status = fs::read_to_string("/proc/self/status").ok()?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"))?;
    line.trim().trim_end_matches(" kB").parse().ok()
}

fn main() -> Result<(), Box<dyn Error>> {
    let rows: u64 = std::env::args().nth(1).ok_or("expected a number of rows")?.parse()?;
    let mut document: serde_json::Value = serde_json::from_str(TWENTY_EXPECTATIONS)?;
    if let Some(expectations) = document["expectations"].as_array_mut() {
        expectations.retain(|each| each["type"] != "expect_column_median_to_be_between");
    }
    let suite = Suite::from_json(&document.to_string())?;
    let before = peak();
    let start = Instant::now();
    let batches = (0..rows.div_ceil(BATCH_ROWS)).map(|at| {
        let first = at * BATCH_ROWS;
        let len = usize::try_from(BATCH_ROWS.min(rows - first)).unwrap_or(0);
        Ok(ten_columns(first, len))
    });
    let result = suite.validator().reader(RecordBatchIterator::new(batches, schema_of_ten_columns()))?;
    let expectations = suite.entries().len();
    println!("{} rows, {expectations} expectations in {:.0} s", result.rows, start.elapsed().as_secs_f64());
    // Of the moments more are missing than the suite allows.
    if result.rows != rows || result.failures().count() != 1 {
        return Err(result.lines().join("\n").into());
    }
    if let (Some(before), Some(after)) = (before, peak()) {
        println!("resident at the most: {after} KiB, {before} KiB of it before the first row");
    }
    Ok(())
}
