//! Our side of `peers/fairness.py`: `peer_fairness FOLDER`, rounds on standard input.
//!
//! The folder holds columns in the machine's bytes: `labels` and `predicted` as 64-bit
//! integers, `groups` as 32-bit codes of a dictionary whose keys are `g00`, `g01` and so on.
//! A round is `codes` (the group column is a dictionary) or `text` (it is plain text).

use std::error::Error;
use std::fs;
use std::path::Path;
use std::sync::Arc;

use mlops::arrow::array::types::Int32Type;
use mlops::arrow::array::{Array, ArrayRef, DictionaryArray, Int32Array, StringArray};
use mlops::validate::fairness::{
    Comparison, Feature, FrameOptions, GroupMetric, GroupRows, Labels, Measure, Method, MetricFrame,
};
use serde_json::json;

const METRICS: [GroupMetric; 8] = [
    GroupMetric::Accuracy,
    GroupMetric::SelectionRate,
    GroupMetric::TruePositiveRate,
    GroupMetric::FalsePositiveRate,
    GroupMetric::Precision,
    GroupMetric::Recall,
    GroupMetric::F1,
    GroupMetric::Count,
];

const COMPARISONS: [Comparison; 6] = [
    Comparison::GroupMin,
    Comparison::GroupMax,
    Comparison::Difference(Method::BetweenGroups),
    Comparison::Difference(Method::ToOverall),
    Comparison::Ratio(Method::BetweenGroups),
    Comparison::Ratio(Method::ToOverall),
];

/// The frame, and how far groups are apart by each metric.
type Answer = (MetricFrame, Vec<Option<f64>>);

fn integers(folder: &Path, name: &str) -> Result<Vec<i64>, Box<dyn Error>> {
    Ok(fs::read(folder.join(name))?.as_chunks().0.iter().map(|bytes| i64::from_ne_bytes(*bytes)).collect())
}

fn main() -> Result<(), Box<dyn Error>> {
    let folder = std::env::args().nth(1).ok_or("expected a folder of columns")?;
    let folder = Path::new(&folder);
    let (labels, predicted) = (integers(folder, "labels")?, integers(folder, "predicted")?);
    let codes: Vec<i32> = fs::read(folder.join("groups"))?
        .as_chunks()
        .0
        .iter()
        .map(|bytes| i32::from_ne_bytes(*bytes))
        .collect();
    let names: Vec<String> = (0..100).map(|group| format!("g{group:02}")).collect();
    let keys = StringArray::from(names.clone());
    let text = StringArray::from_iter_values(
        codes.iter().filter_map(|code| names.get(usize::try_from(*code).ok()?)),
    );
    let dictionary: ArrayRef =
        Arc::new(DictionaryArray::<Int32Type>::try_new(Int32Array::from(codes), Arc::new(keys))?);
    let measures: Vec<Measure> = METRICS.into_iter().map(Measure::new).collect();
    mlops_benches::answer_rounds(
        |operation| -> Result<Answer, Box<dyn Error>> {
            let column: &dyn Array = match operation {
                "codes" => &dictionary,
                "text" => &text,
                other => return Err(format!("no operation {other}").into()),
            };
            // What is read and checked of the columns is part of the round.
            let rows = GroupRows::classified(
                Labels::integers("label", &labels)?,
                Labels::integers("prediction", &predicted)?,
            )?
            .sensitive(Feature::from_array("group", column)?)?;
            let frame = MetricFrame::of(&rows, &measures, FrameOptions::fairlearn())?;
            // The peer compares while it makes a frame, so we do too.
            let mut apart = Vec::new();
            for measure in &measures {
                for comparison in COMPARISONS {
                    let found = frame.compare(measure.name(), comparison)?;
                    if comparison == Comparison::Difference(Method::BetweenGroups) {
                        apart.push(found[0].value);
                    }
                }
            }
            Ok((frame, apart))
        },
        |(frame, apart)| {
            let values = |values: &[mlops::validate::fairness::GroupValue]| -> Vec<Option<f64>> {
                values.iter().map(|value| value.value).collect()
            };
            json!({
                "overall": values(&frame.overall[0].values),
                "by_group": frame.groups.iter().map(|group| values(&group.values)).collect::<Vec<_>>(),
                "difference": apart,
            })
        },
    )
}
