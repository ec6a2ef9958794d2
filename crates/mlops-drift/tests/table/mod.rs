//! Small tables, and random numbers that are the same every time.
#![allow(dead_code, reason = "every test takes what it needs of it")]
#![allow(clippy::unwrap_used, reason = "this is a test")]

pub(crate) mod shapes;

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use mlops_drift::{Columns, Detector, DriftReport};
use mlops_stats::Random;
#[allow(unused_imports, reason = "every test takes what it needs of it")]
pub(crate) use shapes::normal;

pub(crate) fn batch(columns: Vec<(&str, ArrayRef)>) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, array)| (name, array, true)))
        .unwrap()
}

pub(crate) fn numbers(values: Vec<Option<f64>>) -> ArrayRef {
    Arc::new(Float64Array::from(values))
}

pub(crate) fn texts(names: &[&str]) -> ArrayRef {
    Arc::new(StringArray::from(names.to_vec()))
}

/// 0, `step`, 2 `step` …
pub(crate) fn ramp(count: u32, step: f64) -> Vec<Option<f64>> {
    (0..count).map(|row| Some(f64::from(row) * step)).collect()
}

pub(crate) fn compare(reference: Vec<(&str, ArrayRef)>, current: Vec<(&str, ArrayRef)>) -> DriftReport {
    Detector::default().compare_batches(&[batch(reference)], &[batch(current)], &Columns::default()).unwrap()
}

/// What a profile of default size may be off by in the ranks of so many numbers: what the
/// sketch promises for 1,024 points, and what shrinking to them adds.
pub(crate) fn promised_ranks(numbers: u32) -> f64 {
    (1.0 + (f64::from(numbers) / 1024.0).log2()) / 1023.0 + 2.0 / 1024.0
}
