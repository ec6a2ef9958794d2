//! Our side of `peers/predict.py`: `peer_predict MODEL ROWS`, rounds on standard input.
//!
//! `ROWS` holds 64-bit floats, little endian, row by row. A round is `batch N` (the first N
//! rows in one call) or `single N` (the first N rows in N calls).

use std::env;
use std::error::Error;

use mlops::serve::ndarray::{Array2, s};
use mlops::serve::{ModelArtifact, ModelExt as _};
use mlops_benches::answer_rounds;
use serde_json::json;

fn main() -> Result<(), Box<dyn Error>> {
    let paths: Vec<String> = env::args().skip(1).collect();
    let [model, rows] = paths.as_slice() else {
        return Err("expected a model file and a file of rows".into());
    };
    let artifact = ModelArtifact::from_path(model)?;
    let model = artifact.model();
    let rows = read(rows, model.signature().n_features())?;
    answer_rounds(
        |operation| match operation.split_once(' ') {
            Some(("batch", count)) => Ok(model.predict(rows.slice(s![..count.parse::<usize>()?, ..]))?),
            Some(("single", count)) => rows
                .rows()
                .into_iter()
                .take(count.parse()?)
                .map(|row| Ok(model.predict_one(row.as_slice().ok_or("the rows are row-major")?)?))
                .collect(),
            _ => Err(format!("expected `batch N` or `single N`, not {operation:?}").into()),
        },
        |predictions| json!(predictions),
    )
}

fn read(path: &str, columns: usize) -> Result<Array2<f64>, Box<dyn Error>> {
    let bytes = std::fs::read(path)?;
    let (values, rest) = bytes.as_chunks::<8>();
    if !rest.is_empty() {
        return Err(format!("{path} does not hold whole 64-bit floats").into());
    }
    let values: Vec<f64> = values.iter().map(|value| f64::from_le_bytes(*value)).collect();
    Ok(Array2::from_shape_vec((values.len() / columns, columns), values)?)
}
