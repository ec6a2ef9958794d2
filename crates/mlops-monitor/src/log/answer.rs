use mlops_core::{ModelName, Prediction, PredictionEvent, PredictionId, ServedBy, Version};

use crate::Error;

/// What makes an answer one, within its model.
pub(super) fn key(event: &PredictionEvent) -> (&PredictionId, &Version, ServedBy) {
    (&event.id, &event.version, event.served_by)
}

/// Whether two answers under one key are the same bit by bit; a missing input (NaN) equals itself.
pub(super) fn same(a: &PredictionEvent, b: &PredictionEvent) -> bool {
    let bits = |inputs: &[f64]| inputs.iter().map(|input| input.to_bits()).collect::<Vec<u64>>();
    let answer = match (&a.prediction, &b.prediction) {
        (Prediction::Score(a), Prediction::Score(b)) => a.to_bits() == b.to_bits(),
        (a, b) => a == b,
    };
    answer && a.at == b.at && a.latency == b.latency && bits(&a.inputs) == bits(&b.inputs)
}

pub(super) fn conflict(what: &'static str, model: &ModelName, id: &PredictionId) -> Error {
    Error::Conflict { what, model: model.clone(), id: id.clone() }
}
