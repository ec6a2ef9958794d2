//! Our side of `peers/classification.py`: `peer_classification FOLDER`, rounds on standard
//! input.
//!
//! The folder holds columns in the machine's bytes: `scores` and `weights` as 64-bit floats,
//! `labels` as bytes 0 and 1, `truth` and `predicted` as 64-bit integers. A round is
//! `binary`, `weighted` (both: accuracy, weighted F1, area under the ROC curve, log loss),
//! `area` alone, or `classes` (accuracy and weighted F1 of many classes).

use std::error::Error;
use std::fs;
use std::path::Path;

use mlops::stats::classification::{
    Average, BinaryScores, ConfusionMatrix, LabelMetric, OneVsRest, ZeroDivision,
};
use serde_json::json;

fn column<T>(folder: &Path, name: &str, value: fn([u8; 8]) -> T) -> Result<Vec<T>, Box<dyn Error>> {
    Ok(fs::read(folder.join(name))?.as_chunks().0.iter().map(|bytes| value(*bytes)).collect())
}

fn f1(classes: &OneVsRest) -> mlops::stats::Result<f64> {
    Ok(classes.mean(LabelMetric::F1, Average::Weighted, ZeroDivision::Undefined)?.value)
}

fn all_four(rows: &BinaryScores<'_>) -> mlops::stats::Result<Vec<f64>> {
    let seen = rows.at(0.5)?;
    Ok(vec![seen.accuracy()?, f1(&seen.both_classes())?, rows.roc_auc()?, rows.log_loss()?])
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("expected a folder of columns")?;
    let folder = Path::new(&folder);
    let labels: Vec<bool> = fs::read(folder.join("labels"))?.into_iter().map(|label| label == 1).collect();
    let scores = column(folder, "scores", f64::from_ne_bytes)?;
    let weights = column(folder, "weights", f64::from_ne_bytes)?;
    let truth = column(folder, "truth", i64::from_ne_bytes)?;
    let predicted = column(folder, "predicted", i64::from_ne_bytes)?;
    mlops_benches::answer_rounds(
        |operation| -> Result<Vec<f64>, Box<dyn Error>> {
            // What is checked of the rows when they come in is part of the round.
            let rows = || BinaryScores::new(&labels, &scores);
            Ok(match operation {
                "binary" => all_four(&rows()?)?,
                "weighted" => all_four(&rows()?.weighted(&weights)?)?,
                "area" => vec![rows()?.roc_auc()?],
                "classes" => {
                    let seen = ConfusionMatrix::new(&truth, &predicted)?;
                    vec![seen.accuracy()?, f1(&seen.one_vs_rest())?]
                }
                other => return Err(format!("no operation {other}").into()),
            })
        },
        |answer| json!(answer),
    )
}
