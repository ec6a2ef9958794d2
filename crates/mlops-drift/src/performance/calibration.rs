use std::borrow::Cow;
use std::collections::BTreeSet;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::expected::are_probabilities;
use super::isotonic::helps;
use super::order::sort_by_number;
use super::predictions::class;
use super::{Isotonic, Predictions};
use crate::Result;

/// Whether scores are made probabilities before they are believed.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Calibration {
    /// If they then say better which rows are positive: by the Brier score of rows of the
    /// reference that each had no part in their curve (ten folds, of more than 20,000 rows two,
    /// drawn from a fixed seed). Not if the reference has one class only, fewer than twenty
    /// rows, or scores that separate the classes as they are (an area under the ROC curve above
    /// 0.999). Always if scores lie outside 0 to 1. Decided for each class by itself.
    ///
    /// `NannyML` asks by the expected calibration error of ten random tenths: where
    /// calibration hardly matters, it may decide otherwise.
    #[default]
    IfItHelps,
    /// Always.
    Always,
    /// Never: scores are probabilities already. Those outside 0 to 1 are refused.
    Never,
    /// For these classes only; of two classes, `1` is the one with scores.
    Of(BTreeSet<String>),
}

impl Calibration {
    fn wants(&self, class: &str, rows: &[(f64, bool)]) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Of(classes) => classes.contains(class),
            Self::IfItHelps => {
                let outside =
                    |row: Option<&(f64, bool)>| row.is_some_and(|row| !(0.0..=1.0).contains(&row.0));
                outside(rows.first()) || outside(rows.last()) || helps(rows)
            }
        }
    }
}

/// What makes probabilities of each column of scores.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Calibrators {
    /// `None` where scores are probabilities as they are.
    pub(super) of: Vec<Option<Isotonic>>,
}

impl Calibrators {
    /// From the rows that have every score and a true class.
    pub(super) fn fit(reference: &Predictions, calibration: &Calibration) -> Self {
        let classes = reference.classes();
        let actual = reference.actual.as_deref().unwrap_or_default();
        let of = reference
            .scores
            .par_iter()
            .enumerate()
            .map(|(column, scores)| {
                let positive = if reference.is_binary() { 1 } else { column };
                if *calibration == Calibration::Never {
                    return None;
                }
                let mut rows: Vec<(f64, bool)> = (0..reference.len())
                    .filter(|row| reference.is_scored(*row))
                    .filter_map(|row| Some((scores[row], class(actual, row)? == positive)))
                    .collect();
                sort_by_number(&mut rows, |row| row.0);
                let target = |(score, positive): &(f64, bool)| (*score, f64::from(u8::from(*positive)));
                calibration
                    .wants(&classes[positive], &rows)
                    .then(|| Isotonic::from_sorted(rows.iter().map(target)))
                    .flatten()
            })
            .collect();
        Self { of }
    }

    /// Whether probabilities are the scores themselves.
    pub(super) fn is_nothing(&self) -> bool {
        matches!(self.of[..], [None])
    }

    /// The probability of each row by column; of several columns they sum to 1, and a row
    /// with a missing score has none.
    pub(super) fn probabilities<'p>(&self, rows: &'p Predictions) -> Result<Cow<'p, [Vec<f64>]>> {
        for (column, (scores, curve)) in rows.scores.iter().zip(&self.of).enumerate() {
            if curve.is_none() {
                are_probabilities(scores, &format!("score {column}"))?;
            }
        }
        if self.is_nothing() {
            return Ok(Cow::Borrowed(&rows.scores));
        }
        let mut all: Vec<Vec<f64>> = rows
            .scores
            .iter()
            .zip(&self.of)
            .map(|(scores, curve)| match curve {
                Some(curve) => curve.predict_all(scores),
                None => scores.clone(),
            })
            .collect();
        if !rows.is_binary() {
            let even = 1.0 / all.len() as f64;
            for row in 0..rows.len() {
                // NaN if one is.
                let sum: f64 = all.iter().map(|column| column[row]).sum();
                for column in &mut all {
                    column[row] = if sum == 0.0 { even } else { column[row] / sum };
                }
            }
        }
        Ok(Cow::Owned(all))
    }
}
