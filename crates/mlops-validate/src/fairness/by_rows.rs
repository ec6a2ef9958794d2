//! Metrics of scores and numbers, which need the rows of each group.

use std::borrow::Cow;

use mlops_stats::regression::RegressionRows;
use rayon::prelude::*;

use super::counts::group_codes;
use super::metric::{Answer, NO_WEIGHT, ONE_CLASS};
use super::rows::{binary, probabilities};
use super::{Convention, GroupMetric, GroupRows};
use crate::{Error, Result};

/// The numbers of all rows, those of a group side by side. As groups are numbered by
/// control level first, those of a level are side by side too.
pub(super) struct SortedRows {
    /// Where each group starts, and the number of rows at the end.
    starts: Vec<usize>,
    order: Vec<u32>,
    truth: Vec<f64>,
    predicted: Vec<f64>,
}

impl SortedRows {
    /// # Errors
    /// [`Error::Input`] if labels or predictions are no numbers.
    pub(super) fn new(rows: &GroupRows<'_>, groups: usize) -> Result<Self> {
        let (truth, predicted) = rows
            .as_numbers()
            .ok_or_else(|| Error::input("rows", "their labels are text, expected scores or numbers"))?;
        let mut codes = Vec::with_capacity(rows.rows());
        group_codes(rows.features(), 0, rows.rows(), &mut codes);
        let mut starts = vec![0; groups + 1];
        for code in &codes {
            starts[*code as usize + 1] += 1;
        }
        for group in 0..groups {
            starts[group + 1] += starts[group];
        }
        let mut next = starts.clone();
        let mut order = vec![0_u32; rows.rows()];
        for (row, code) in codes.iter().enumerate() {
            order[next[*code as usize]] = u32::try_from(row)
                .map_err(|_| Error::input("rows", format!("{} of them, expected below 2³²", rows.rows())))?;
            next[*code as usize] += 1;
        }
        let gathered = |values: &Cow<'_, [f64]>| -> Vec<f64> {
            order.par_iter().map(|row| values[*row as usize]).collect()
        };
        let (truth, predicted) = (gathered(&truth), gathered(&predicted));
        Ok(Self { starts, order, truth, predicted })
    }

    /// How many rows the groups of a range have.
    pub(super) fn rows_of(&self, groups: std::ops::Range<usize>) -> u64 {
        (self.starts[groups.end] - self.starts[groups.start]) as u64
    }

    /// Refuses what a metric can't take, by the number of the row.
    pub(super) fn check(rows: &GroupRows<'_>, metric: GroupMetric) -> Result<()> {
        match rows.as_numbers() {
            Some((_, scores)) if matches!(metric, GroupMetric::LogLoss | GroupMetric::Brier) => {
                probabilities(&scores)
            }
            _ => Ok(()),
        }
    }

    /// The metric of the groups of a range.
    pub(super) fn answer(
        &self,
        metric: GroupMetric,
        groups: std::ops::Range<usize>,
        weights: Option<&[f64]>,
        convention: Convention,
    ) -> Result<Answer, String> {
        let rows = self.starts[groups.start]..self.starts[groups.end];
        let weights: Option<Vec<f64>> = weights
            .map(|weights| self.order[rows.clone()].iter().map(|row| weights[*row as usize]).collect());
        let (truth, predicted) = (&self.truth[rows.clone()], &self.predicted[rows]);
        // What scikit-learn asks first of an area.
        if metric == GroupMetric::RocAuc && truth.windows(2).all(|two| two[0].total_cmp(&two[1]).is_eq()) {
            return Ok(Answer::undefined(f64::NAN, ONE_CLASS));
        }
        if weights.as_ref().is_some_and(|weights| weights.iter().all(|weight| *weight <= 0.0)) {
            return match convention {
                Convention::Fairlearn => Err(NO_WEIGHT.to_owned()),
                Convention::NotDefined => Ok(Answer::undefined(f64::NAN, NO_WEIGHT)),
            };
        }
        let weights = weights.as_deref();
        match metric {
            GroupMetric::RocAuc | GroupMetric::LogLoss | GroupMetric::Brier => {
                of_scores(metric, truth, predicted, weights, convention)
            }
            GroupMetric::MeanPrediction => {
                let weight = |row: usize| weights.map_or(1.0, |weights| weights[row]);
                let (sum, total) = (0..truth.len()).fold((0.0, 0.0), |(sum, total), row| {
                    (sum + weight(row) * predicted[row], total + weight(row))
                });
                Ok(Answer::value(sum / total))
            }
            metric => of_numbers(metric, truth, predicted, weights),
        }
    }
}

fn of_scores(
    metric: GroupMetric,
    truth: &[f64],
    scores: &[f64],
    weights: Option<&[f64]>,
    convention: Convention,
) -> Result<Answer, String> {
    let low = truth.iter().copied().fold(f64::INFINITY, f64::min);
    let high = truth.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if let Some(other) = truth.iter().find(|label| low < **label && **label < high) {
        return Err(format!("{low}, {other} and {high} are labels, expected two"));
    }
    let one_class = low >= high;
    // A label alone that is usually the negative one is.
    let negative_alone = one_class && metric == GroupMetric::Brier && [0.0, -1.0].contains(&high);
    let labels: Vec<bool> = truth.iter().map(|label| *label >= high && !negative_alone).collect();
    let rows = binary(&labels, scores, weights).map_err(|error| error.to_string())?;
    let of = |value: mlops_stats::Result<f64>| value.map_err(|error| error.to_string());
    Ok(match metric {
        GroupMetric::RocAuc => match rows.roc_auc() {
            Ok(area) => Answer::value(area),
            Err(error) if error.is_undefined() => Answer::undefined(f64::NAN, ONE_CLASS),
            Err(error) => return Err(error.to_string()),
        },
        GroupMetric::LogLoss if one_class && convention == Convention::Fairlearn => {
            return Err(format!("{low} is the only label, expected two"));
        }
        GroupMetric::LogLoss => Answer::value(of(rows.log_loss())?),
        _ => Answer::value(of(rows.brier())?),
    })
}

fn of_numbers(
    metric: GroupMetric,
    truth: &[f64],
    predicted: &[f64],
    weights: Option<&[f64]>,
) -> Result<Answer, String> {
    let rows = RegressionRows::new(truth, predicted)
        .and_then(|rows| weights.map_or(Ok(rows), |weights| rows.weighted(weights)))
        .map_err(|error| error.to_string())?;
    Ok(match metric {
        GroupMetric::MeanAbsoluteError => Answer::value(rows.mean_absolute_error()),
        GroupMetric::MeanSquaredError => Answer::value(rows.mean_squared_error()),
        GroupMetric::RootMeanSquaredError => Answer::value(rows.root_mean_squared_error()),
        GroupMetric::R2 => match rows.r2(true) {
            Ok(value) => Answer::value(value),
            Err(error) if error.is_undefined() => Answer::undefined(f64::NAN, "it takes at least two rows"),
            Err(error) => return Err(error.to_string()),
        },
        _ => return Err("it needs predicted labels".to_owned()),
    })
}
