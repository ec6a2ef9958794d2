//! A crate of somebody else that takes nothing of `mlops` but drift.

use std::sync::Arc;

use mlops::arrow::RecordBatch;
use mlops::arrow::array::{ArrayRef, Float64Array};
use mlops::drift::{Columns, Detector};

fn temperatures(mean: f64) -> Result<RecordBatch, Box<dyn std::error::Error>> {
    let values = (0..500).map(|row| Some(mean + f64::from(row * 37 % 100) / 10.0));
    let column: ArrayRef = Arc::new(values.collect::<Float64Array>());
    Ok(RecordBatch::try_from_iter([("temp", column)])?)
}

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let detector = Detector::default();
    let same = detector.compare_batches(&[temperatures(33.0)?], &[temperatures(33.0)?], &Columns::default())?;
    let warmer = detector.compare_batches(&[temperatures(33.0)?], &[temperatures(36.0)?], &Columns::default())?;
    assert!(same.findings().is_empty(), "the same temperatures have not drifted");
    for finding in warmer.findings() {
        println!("{}: {}", finding.subject, finding.reason);
    }
    assert_eq!(warmer.findings().len(), 1);
    Ok(())
}
