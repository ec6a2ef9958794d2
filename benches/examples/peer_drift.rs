//! Our side of `peers/drift.py`: `peer_drift FOLDER COLUMNS`, rounds on standard input.
//!
//! The folder holds columns of 64-bit floats in the machine's bytes: `x` and `y`, and of both
//! sides of a table `reference_0`, `current_0` and so on. A round is `ks` (the test of `x` and
//! `y`, unsorted), or one of the presets, from the columns to the report.

use std::error::Error;
use std::fs;
use std::path::Path;

use mlops::drift::{Columns, Comparison, Detector, DriftReport, Series, Window};
use mlops::stats::two_sample::{KolmogorovSmirnov, Sample};
use serde_json::json;

fn column(folder: &Path, name: &str) -> Result<Vec<f64>, Box<dyn Error>> {
    Ok(fs::read(folder.join(name))?.as_chunks().0.iter().map(|bytes| f64::from_ne_bytes(*bytes)).collect())
}

/// The scores of all columns in their order.
fn scores(report: &DriftReport) -> Vec<f64> {
    report.columns.iter().filter_map(|column| column.values.as_ref()).map(Comparison::score).collect()
}

fn main() -> Result<(), Box<dyn Error>> {
    let mut arguments = std::env::args().skip(1);
    let folder = arguments.next().ok_or("expected a folder of columns")?;
    let columns: usize = arguments.next().ok_or("expected how many columns")?.parse()?;
    let folder = Path::new(&folder);
    let (x, y) = (column(folder, "x")?, column(folder, "y")?);
    let side = |name: &str| {
        (0..columns).map(|index| column(folder, &format!("{name}_{index}"))).collect::<Result<Vec<_>, _>>()
    };
    let (reference, current) = (side("reference")?, side("current")?);
    let names: Vec<String> = (0..columns).map(|index| format!("c{index}")).collect();
    let read = |side: &[Vec<f64>]| {
        let columns = names.iter().zip(side).map(|(name, values)| (name.as_str(), Series::from(&values[..])));
        Window::from_columns(columns, &Columns::default())
    };
    let judged_by = |detector: &Detector| detector.compare(&read(&reference)?, &read(&current)?);
    mlops_benches::answer_rounds(
        |operation| -> Result<Vec<f64>, Box<dyn Error>> {
            Ok(match operation {
                "ks" => {
                    let found = KolmogorovSmirnov::of(&Sample::new(x.clone())?, &Sample::new(y.clone())?);
                    vec![found.statistic(), found.p_value()]
                }
                "evidently" => scores(&judged_by(&Detector::evidently())?),
                "default" => scores(&judged_by(&Detector::default())?),
                other => return Err(format!("no operation {other}").into()),
            })
        },
        |answer| json!(answer),
    )
}
