//! Small tables, and random numbers that are the same every time.
#![allow(dead_code, reason = "every test takes what it needs of it")]
#![allow(clippy::unwrap_used, reason = "this is a test")]

use std::sync::Arc;

use arrow_array::{ArrayRef, Float64Array, RecordBatch, StringArray};
use mlops_drift::{Columns, Detector, DriftReport};
use mlops_stats::Random;

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

/// A normal number by the polar method.
pub(crate) fn normal(random: &mut Random) -> f64 {
    loop {
        let (a, b) = (random.unit() * 2.0 - 1.0, random.unit() * 2.0 - 1.0);
        let square: f64 = a * a + b * b;
        if square > 0.0 && square < 1.0 {
            return a * (-2.0 * square.ln() / square).sqrt();
        }
    }
}
