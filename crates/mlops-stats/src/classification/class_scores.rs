use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::error::{all_finite, same_length};
use crate::{Error, Result};

use super::parallel::weighted_sums;
use super::weights::some_weight;

/// Scores of a classifier of two or more classes: for each row its class, and a score for
/// every class.
///
/// Scores are row by row, their columns the classes in ascending order. They are finite, and
/// need to be probabilities only where a metric says so.
///
/// ```
/// use mlops_stats::classification::{Average, ClassScores};
/// let rows = ClassScores::new(&["cat", "dog", "fox"], &[
///     0.7, 0.2, 0.1,
///     0.3, 0.6, 0.1,
///     0.1, 0.5, 0.4,
/// ])?;
/// assert_eq!(rows.top_k_accuracy(2)?, 1.0);
/// assert!((rows.log_loss()? - 0.594_597).abs() < 1e-6);
/// assert_eq!(rows.roc_auc_one_vs_rest(Average::Macro)?.value, 1.0);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ClassScores<'a> {
    /// The column of each row's class.
    pub(super) truth: Vec<u32>,
    pub(super) classes: usize,
    pub(super) scores: &'a [f64],
    pub(super) weights: Option<&'a [f64]>,
}

impl<'a> ClassScores<'a> {
    /// Rows whose classes are those that occur, each row of weight 1.
    ///
    /// # Errors
    /// [`Error::Shape`] if there are no rows, fewer than two classes occur, or there is not a
    /// score for each row and class; [`Error::Value`] for the first that is NaN or infinite.
    pub fn new<L: Ord + Sync>(truth: &[L], scores: &'a [f64]) -> Result<Self> {
        let classes: Vec<&L> = truth.iter().collect::<BTreeSet<_>>().into_iter().collect();
        Self::encoded(truth, &classes, scores)
    }

    /// Rows of these classes, of which some may not occur.
    ///
    /// # Errors
    /// As [`new`](Self::new), and [`Error::Shape`] if the classes are not in ascending order,
    /// each once, or a row has another one.
    pub fn with_classes<L: Ord + Sync>(truth: &[L], classes: &[L], scores: &'a [f64]) -> Result<Self> {
        if !classes.is_sorted_by(|left, right| left < right) {
            let expected = "in ascending order, each once".to_owned();
            return Err(Error::Shape { what: "classes", found: classes.len(), expected });
        }
        Self::encoded(truth, &classes.iter().collect::<Vec<_>>(), scores)
    }

    fn encoded<L: Ord + Sync>(truth: &[L], classes: &[&L], scores: &'a [f64]) -> Result<Self> {
        if truth.is_empty() {
            return Err(Error::Shape { what: "labels", found: 0, expected: "at least 1".to_owned() });
        }
        let refused =
            |expected: String| Err(Error::Shape { what: "classes", found: classes.len(), expected });
        if classes.len() < 2 {
            return refused("at least 2; name those that do not occur".to_owned());
        }
        let size = truth.len().checked_mul(classes.len());
        if size != Some(scores.len()) {
            let expected = format!("one for each of {} rows and {} classes", truth.len(), classes.len());
            return Err(Error::Shape { what: "scores", found: scores.len(), expected });
        }
        all_finite("scores", scores)?;
        let column = |label: &L| {
            let place = classes.binary_search(&label).ok()?;
            u32::try_from(place).ok()
        };
        let truth: Vec<Option<u32>> = truth.par_iter().map(column).collect();
        if let Some(row) = truth.iter().position(Option::is_none) {
            return refused(format!("that of each row; row {row} has another"));
        }
        let truth = truth.into_iter().flatten().collect();
        Ok(Self { truth, classes: classes.len(), scores, weights: None })
    }

    /// The same rows with these weights.
    ///
    /// # Errors
    /// [`Error::Shape`] if there is not one for each row or all are 0, [`Error::Value`] for
    /// the first that is NaN or infinite.
    pub fn weighted(self, weights: &'a [f64]) -> Result<Self> {
        same_length("weights", weights.len(), "rows", self.truth.len())?;
        some_weight(weights)?;
        Ok(Self { weights: Some(weights), ..self })
    }

    /// How many rows there are; at least 1.
    pub fn rows(&self) -> usize {
        self.truth.len()
    }

    /// How many classes there are; at least 2.
    pub const fn classes(&self) -> usize {
        self.classes
    }

    /// Rows whose scores do not sum to 1, to a relative 1.5·10⁻⁸: no probabilities. The losses
    /// take them as they are, as scikit-learn does with a warning.
    pub fn rows_not_summing_to_one(&self) -> usize {
        let tolerance = f64::EPSILON.sqrt() + 1e-8;
        self.sums().filter(|sum| (sum - 1.0).abs() > tolerance).count()
    }

    pub(super) fn sums(&self) -> impl Iterator<Item = f64> {
        self.scores.chunks_exact(self.classes).map(|row| row.iter().sum())
    }

    pub(super) fn total_weight(&self) -> f64 {
        self.weights.map_or(self.rows() as f64, |weights| crate::sum::sum(weights.iter().copied()))
    }

    pub(super) fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    pub(super) fn row(&self, row: usize) -> &[f64] {
        &self.scores[row * self.classes..][..self.classes]
    }

    pub(super) fn column(&self, row: usize) -> usize {
        self.truth[row] as usize
    }

    /// Weighted sum over rows, and the weight.
    pub(super) fn sums_of(&self, value: impl Fn(usize) -> f64 + Sync) -> (f64, f64) {
        weighted_sums(self.rows(), |row| self.weight(row), value)
    }

    pub(super) fn mean(&self, what: &'static str, value: impl Fn(usize) -> f64 + Sync) -> Result<f64> {
        let (total, weight) = self.sums_of(value);
        if weight == 0.0 { Err(Error::undefined(what, "the weights sum to 0")) } else { Ok(total / weight) }
    }

    /// Mean hinge loss of decision values: how far the row's class is from leading all others
    /// by 1.
    ///
    /// # Errors
    /// [`Error::Undefined`] if the weights sum to 0.
    ///
    /// # Source
    /// Crammer and Singer, *JMLR* 2 (2001); equal to `hinge_loss` of scikit-learn 1.9 for
    /// three and more classes. For two see [`BinaryScores::hinge_loss`](super::BinaryScores::hinge_loss).
    pub fn hinge_loss(&self) -> Result<f64> {
        self.mean("hinge_loss", |row| {
            let (truth, decisions) = (self.column(row), self.row(row));
            let others = decisions.iter().enumerate().filter(|(class, _)| *class != truth);
            let best = others.map(|(_, decision)| *decision).fold(f64::NEG_INFINITY, f64::max);
            (1.0 - (decisions[truth] - best)).max(0.0)
        })
    }

    /// Share of rows whose class is among the `k` of highest score. Of equal scores, the
    /// later class goes first. From `k` = [`classes`](Self::classes) on it is 1 and says nothing.
    ///
    /// # Errors
    /// [`Error::Parameter`] if `k` is 0, [`Error::Undefined`] if the weights sum to 0.
    ///
    /// # Source
    /// Equal to `top_k_accuracy_score` of scikit-learn 1.9.
    pub fn top_k_accuracy(&self, k: usize) -> Result<f64> {
        let hits = self.top_k_hits(k)?;
        let (_, weight) = self.sums_of(|_| 0.0);
        let reason = "the weights sum to 0";
        if weight == 0.0 { Err(Error::undefined("top_k_accuracy", reason)) } else { Ok(hits / weight) }
    }

    /// Rows (or weight) whose class is among the `k` of highest score.
    ///
    /// # Errors
    /// [`Error::Parameter`] if `k` is 0.
    pub fn top_k_hits(&self, k: usize) -> Result<f64> {
        if k == 0 {
            return Err(Error::Parameter { what: "k", value: 0.0, expected: "at least 1" });
        }
        let (hits, _) = self.sums_of(|row| {
            let (truth, scores) = (self.column(row), self.row(row));
            let ahead = |(class, score): (usize, &f64)| {
                *score > scores[truth] || class > truth && *score >= scores[truth]
            };
            f64::from(u8::from(scores.iter().enumerate().filter(|place| ahead(*place)).count() < k))
        });
        Ok(hits)
    }
}
