//! Our side of `peers/performance.py`: `peer_performance FOLDER`, rounds on standard input.
//!
//! The folder holds columns of 64-bit floats in the machine's bytes: `p`, `yh` and `y` of
//! `reference_` and `analysis_`. A round fits the reference and estimates the analysis, from
//! the columns to each chunk's answers.

use std::error::Error;
use std::fs;
use std::path::Path;

use mlops::drift::chunks::Chunking;
use mlops::drift::performance::{Cbpe, CbpeSettings, ClassifierMetric, Predictions};
use serde_json::json;

fn column(folder: &Path, name: &str) -> Result<Vec<f64>, Box<dyn Error>> {
    Ok(fs::read(folder.join(name))?.as_chunks().0.iter().map(|bytes| f64::from_ne_bytes(*bytes)).collect())
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("expected a folder of columns")?;
    let folder = Path::new(&folder);
    let side = |side: &str| -> Result<[Vec<f64>; 3], Box<dyn Error>> {
        let of = |name: &str| column(folder, &format!("{side}_{name}"));
        Ok([of("p")?, of("yh")?, of("y")?])
    };
    let (reference, analysis) = (side("reference")?, side("analysis")?);
    let settings = CbpeSettings::default()
        .metrics([ClassifierMetric::RocAuc, ClassifierMetric::Accuracy, ClassifierMetric::F1])
        .chunks(Chunking::size(50_000));
    mlops_benches::answer_rounds(
        |operation| -> Result<Vec<Vec<f64>>, Box<dyn Error>> {
            if operation != "cbpe" {
                return Err(format!("no operation {operation}").into());
            }
            let predicted = |[p, yh, _]: &[Vec<f64>; 3]| Predictions::binary(p.as_slice())?.predicted(yh);
            let cbpe = Cbpe::fit(&predicted(&reference)?.actual(&reference[2])?, &settings)?;
            let estimated = cbpe.estimate(&predicted(&analysis)?)?;
            let chunks = cbpe.reference().iter().chain(&estimated);
            Ok(chunks
                .map(|chunk| {
                    let metrics = chunk.metrics.iter();
                    let numbers = metrics.flat_map(|of| {
                        [of.value, of.thresholds.lower, of.thresholds.upper, of.sampling_error]
                    });
                    numbers.map(|number| number.unwrap_or(f64::NAN)).collect()
                })
                .collect())
        },
        |answer| json!(answer),
    )
}
