//! Asking a model whose code is not ours: whatever it does, there is an answer or a failure.

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;

use ndarray::Array2;

use super::{Failure, OutputGuard};
use crate::{Model, ModelExt, Scale};

/// Runs code of the user's; a panic is contained and becomes its message.
///
/// Nothing of ours is half changed if it unwinds: it gets shared references and buffers that
/// nobody reads after a failure.
pub(crate) fn contained<T>(work: impl FnOnce() -> T) -> Result<T, String> {
    catch_unwind(AssertUnwindSafe(work)).map_err(|panic| message(panic.as_ref()))
}

fn message(panic: &(dyn Any + Send)) -> String {
    panic
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| panic.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "a panic without a message".to_owned())
}

/// The model's answer to one row, past the guard.
pub(crate) fn one(model: &dyn Model, guard: &OutputGuard, inputs: &[f64]) -> Result<f64, Failure> {
    match contained(|| model.predict_one(inputs)) {
        Ok(Ok(score)) => guard.check(score),
        Ok(Err(error)) => Err(Failure::Model(error)),
        Err(message) => Err(Failure::Panicked { message }),
    }
}

/// The model's answers to many rows, each past the guard, in their order.
///
/// In one batch; if the batch fails, row by row, so that a row which the model can't take
/// harms no other.
pub(crate) fn many(
    model: &dyn Model,
    guard: &OutputGuard,
    rows: &[Arc<[f64]>],
) -> Vec<Result<f64, &'static str>> {
    let kind = |result: Result<f64, Failure>| result.map_err(|failure| failure.kind());
    let width = model.signature().n_features();
    let values: Vec<f64> = rows.iter().flat_map(|row| row.iter().copied()).collect();
    if rows.len() > 1
        && let Ok(batch) = Array2::from_shape_vec((rows.len(), width), values)
    {
        let mut out = vec![f64::NAN; rows.len()];
        if matches!(contained(|| model.score_rows(Scale::Response, batch.view(), &mut out)), Ok(Ok(()))) {
            return out.into_iter().map(|score| kind(guard.check(score))).collect();
        }
    }
    rows.iter().map(|row| kind(one(model, guard, row))).collect()
}
