use mlops_core::Timestamp;
use mlops_stats::classification::BinaryScores;
use mlops_stats::regression::RegressionRows;

use crate::gate::text;
use crate::gate::window::utc_day;
use crate::{Error, Result};

/// What really happened, row by row, as it was given.
#[derive(Clone, Copy, Debug)]
pub(super) enum GivenTruth<'r> {
    Classes(&'r [Option<bool>]),
    Numbers(&'r [Option<f64>]),
}

/// What really happened in the labelled rows.
#[derive(Debug)]
pub(super) enum Truth {
    Classes(Vec<bool>),
    Numbers(Vec<f64>),
    /// There are no rows, only metrics computed elsewhere.
    Nothing,
}

/// Truth and scores of one model, to compute metrics of.
#[derive(Clone, Copy, Debug)]
pub(in crate::gate) enum Evaluated<'c> {
    Classes(BinaryScores<'c>),
    Numbers(RegressionRows<'c>),
}

/// Scores of the labelled rows, and the first row, labelled or not, whose score is no number.
#[derive(Debug, Default)]
pub(super) struct Column {
    values: Vec<f64>,
    broken: Option<(usize, f64)>,
}

impl GivenTruth<'_> {
    pub(super) const fn name(self) -> &'static str {
        match self {
            Self::Classes(_) => "labels",
            Self::Numbers(_) => "true values",
        }
    }

    pub(super) const fn len(self) -> usize {
        match self {
            Self::Classes(labels) => labels.len(),
            Self::Numbers(values) => values.len(),
        }
    }

    /// Which rows are labelled.
    pub(super) fn known(self) -> Vec<usize> {
        let known = |row: &usize| match self {
            Self::Classes(labels) => labels[*row].is_some(),
            Self::Numbers(values) => values[*row].is_some(),
        };
        (0..self.len()).filter(known).collect()
    }

    /// The truth of the labelled rows.
    pub(super) fn kept(self) -> Result<Truth> {
        match self {
            Self::Classes(labels) => Ok(Truth::Classes(labels.iter().flatten().copied().collect())),
            Self::Numbers(values) => {
                let broken = |value: &Option<f64>| value.is_some_and(|value| !value.is_finite());
                if let Some(row) = values.iter().position(broken) {
                    let shown = text::shown(values[row].unwrap_or(f64::NAN));
                    let reason =
                        format!("row {row} is {shown}, expected a number, or none if it is not known");
                    return Err(Error::input("true values", reason));
                }
                Ok(Truth::Numbers(values.iter().flatten().copied().collect()))
            }
        }
    }
}

impl<'c> Evaluated<'c> {
    pub(in crate::gate) fn classes(self) -> Result<BinaryScores<'c>, String> {
        match self {
            Self::Classes(rows) => Ok(rows),
            Self::Numbers(_) => Err("the candidate predicts numbers, this is asked of classes".to_owned()),
        }
    }

    pub(in crate::gate) fn numbers(self) -> Result<RegressionRows<'c>, String> {
        match self {
            Self::Numbers(rows) => Ok(rows),
            Self::Classes(_) => Err("the candidate predicts classes, this is asked of numbers".to_owned()),
        }
    }

    /// Asks of some rows only.
    pub(in crate::gate) fn only<T>(
        &self,
        rows: &[usize],
        then: impl FnOnce(&Evaluated<'_>) -> Result<T, String>,
    ) -> Result<T, String> {
        let only = |values: &[f64]| -> Vec<f64> { rows.iter().map(|row| values[*row]).collect() };
        match self {
            Self::Classes(all) => {
                let labels: Vec<bool> = rows.iter().map(|row| all.labels()[*row]).collect();
                let scores = only(all.scores());
                then(&Evaluated::Classes(
                    BinaryScores::new(&labels, &scores).map_err(|error| error.to_string())?,
                ))
            }
            Self::Numbers(all) => {
                let (truth, predicted) = (only(all.truth()), only(all.predicted()));
                then(&Evaluated::Numbers(
                    RegressionRows::new(&truth, &predicted).map_err(|error| error.to_string())?,
                ))
            }
        }
    }
}

/// How many labels are positive if all of them are, or none is.
pub(in crate::gate) fn of_one_class(rows: &BinaryScores<'_>) -> Option<usize> {
    let positives = rows.labels().iter().filter(|label| **label).count();
    (positives == 0 || positives == rows.rows()).then_some(positives)
}

/// In words, why what takes both classes can't be said of labels of one.
pub(in crate::gate) fn takes_both_classes(rows: &BinaryScores<'_>) -> Result<(), String> {
    match of_one_class(rows) {
        None => Ok(()),
        Some(positives) => {
            Err(format!("{positives} of {} labels are positive: it takes both classes", rows.rows()))
        }
    }
}

impl Truth {
    pub(super) const fn len(&self) -> usize {
        match self {
            Self::Classes(labels) => labels.len(),
            Self::Numbers(values) => values.len(),
            Self::Nothing => 0,
        }
    }
}

impl Column {
    /// Of probabilities where classes are predicted, of any numbers where numbers are.
    pub(super) fn new(what: &str, scores: &[f64], kept: &[usize], truth: GivenTruth<'_>) -> Result<Self> {
        let improbable = |score: f64| score.is_finite() && !(0.0..=1.0).contains(&score);
        if let GivenTruth::Classes(_) = truth
            && let Some(row) = scores.iter().position(|score| improbable(*score))
        {
            let reason = format!("row {row} is {}, expected a probability, 0 to 1", scores[row]);
            return Err(Error::input(what, reason));
        }
        let broken = scores.iter().position(|score| !score.is_finite()).map(|row| (row, scores[row]));
        Ok(Self { values: kept.iter().map(|row| scores[*row]).collect(), broken })
    }

    pub(super) fn values(&self) -> &[f64] {
        &self.values
    }

    /// With the truth, or in words why there is nothing to compute with.
    pub(super) fn with<'s>(&'s self, truth: &'s Truth, of_whom: &str) -> Result<Evaluated<'s>, String> {
        if let Truth::Nothing = truth {
            return Err("the candidate has no rows, only metrics computed elsewhere".to_owned());
        }
        if truth.len() == 0 {
            return Err("there are no labelled rows".to_owned());
        }
        let what = if let Truth::Numbers(_) = truth { "prediction" } else { "score" };
        if let Some((row, score)) = self.broken {
            return Err(format!("the {what}{of_whom} of row {row} is {}", text::shown(score)));
        }
        match truth {
            Truth::Classes(labels) => BinaryScores::new(labels, &self.values).map(Evaluated::Classes),
            Truth::Numbers(values) => RegressionRows::new(values, &self.values).map(Evaluated::Numbers),
            Truth::Nothing => return Err("there are no rows".to_owned()),
        }
        .map_err(|error| error.to_string())
    }
}

/// The UTC day of each labelled row, and each such day once, ascending.
pub(super) fn days(times: &[Timestamp], kept: &[usize]) -> (Vec<i64>, Vec<i64>) {
    let of_rows: Vec<i64> = kept.iter().map(|row| utc_day(times[*row])).collect();
    let mut days = of_rows.clone();
    days.dedup();
    days.sort_unstable();
    days.dedup();
    (of_rows, days)
}
