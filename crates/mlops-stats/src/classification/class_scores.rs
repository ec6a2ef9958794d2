use std::collections::BTreeSet;

use rayon::prelude::*;

use crate::error::{all_finite, same_length};
use crate::{Error, Result};

use super::multilabel_scores::complete;
use super::parallel::weighted_sums;
use super::weights::some_weight;
use super::{Average, BinaryScores, Measured, MultilabelScores, ZeroDivision};

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
    truth: Vec<u32>,
    classes: usize,
    scores: &'a [f64],
    weights: Option<&'a [f64]>,
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

    fn sums(&self) -> impl Iterator<Item = f64> {
        self.scores.chunks_exact(self.classes).map(|row| row.iter().sum())
    }

    pub(super) fn total_weight(&self) -> f64 {
        self.weights.map_or(self.rows() as f64, |weights| crate::sum::sum(weights.iter().copied()))
    }

    fn weight(&self, row: usize) -> f64 {
        self.weights.map_or(1.0, |weights| weights[row])
    }

    fn row(&self, row: usize) -> &[f64] {
        &self.scores[row * self.classes..][..self.classes]
    }

    fn column(&self, row: usize) -> usize {
        self.truth[row] as usize
    }

    /// Weighted sum over rows, and the weight.
    fn sums_of(&self, value: impl Fn(usize) -> f64 + Sync) -> (f64, f64) {
        weighted_sums(self.rows(), |row| self.weight(row), value)
    }

    fn mean(&self, what: &'static str, value: impl Fn(usize) -> f64 + Sync) -> Result<f64> {
        let (total, weight) = self.sums_of(value);
        if weight == 0.0 { Err(Error::undefined(what, "the weights sum to 0")) } else { Ok(total / weight) }
    }

    fn probabilities(&self) -> Result<()> {
        match self.scores.iter().position(|score| !(0.0..=1.0).contains(score)) {
            None => Ok(()),
            Some(index) => {
                let value = self.scores[index];
                Err(Error::Value { what: "scores", index, value, expected: "a probability, 0 to 1" })
            }
        }
    }

    /// Weighted shares of the classes among the rows.
    fn frequencies(&self, what: &'static str) -> Result<Vec<f64>> {
        let mut frequencies = vec![0.0; self.classes];
        for row in 0..self.rows() {
            frequencies[self.column(row)] += self.weight(row);
        }
        let total: f64 = frequencies.iter().sum();
        if total == 0.0 {
            return Err(Error::undefined(what, "the weights sum to 0"));
        }
        Ok(frequencies.into_iter().map(|weight| weight / total).collect())
    }

    /// Mean negative log-likelihood of the rows' classes, in nats. Probabilities are brought
    /// to at least ε and at most 1 − ε, with ε = 2⁻⁵²; rows are not made to sum to 1.
    ///
    /// # Errors
    /// [`Error::Value`] if a score is not within 0..=1, [`Error::Undefined`] if the weights
    /// sum to 0.
    ///
    /// # Source
    /// Equal to `log_loss` of scikit-learn 1.9 for `f64`.
    pub fn log_loss(&self) -> Result<f64> {
        self.log_loss_clipped(f64::EPSILON)
    }

    /// Log loss with another ε: `f32::EPSILON` for what a model computed in 32 bits.
    ///
    /// # Errors
    /// As [`log_loss`](Self::log_loss), and [`Error::Parameter`] if ε is not above 0 and below ½.
    pub fn log_loss_clipped(&self, epsilon: f64) -> Result<f64> {
        if !(epsilon > 0.0 && epsilon < 0.5) {
            let expected = "above 0 and below 0.5";
            return Err(Error::Parameter { what: "epsilon", value: epsilon, expected });
        }
        self.probabilities()?;
        self.mean("log_loss", |row| surprise(self.row(row)[self.column(row)], epsilon))
    }

    /// Share of the log loss of the mere class frequencies that the probabilities save: 1 is
    /// perfect, 0 no better than the frequencies.
    ///
    /// # Errors
    /// As [`log_loss`](Self::log_loss), and [`Error::Undefined`] for fewer than two rows.
    ///
    /// # Source
    /// Equal to `d2_log_loss_score` of scikit-learn 1.9.
    pub fn d2_log_loss(&self) -> Result<f64> {
        let frequencies = self.null("d2_log_loss")?;
        let (loss, _) = self.sums_of(|row| surprise(self.row(row)[self.column(row)], f64::EPSILON));
        let (null, _) = self.sums_of(|row| surprise(frequencies[self.column(row)], f64::EPSILON));
        saved("d2_log_loss", loss, null)
    }

    /// Mean squared distance of the probabilities from 1 at the row's class and 0 elsewhere,
    /// summed over the classes: 0 to 2. Half of it, for two classes, is the
    /// [binary score](BinaryScores::brier).
    ///
    /// # Errors
    /// As [`log_loss`](Self::log_loss).
    ///
    /// # Source
    /// Brier, *Monthly Weather Review* 78 (1950); equal to
    /// `brier_score_loss(scale_by_half=False)` of scikit-learn 1.9, which halves two classes by default.
    pub fn brier(&self) -> Result<f64> {
        self.probabilities()?;
        self.mean("brier", |row| self.squared_distance(row, self.row(row)))
    }

    /// Share of the Brier score of the mere class frequencies that the probabilities save.
    ///
    /// # Errors
    /// As [`d2_log_loss`](Self::d2_log_loss), and [`Error::Undefined`] if all rows that count
    /// are of one class.
    ///
    /// # Source
    /// Equal to `d2_brier_score` of scikit-learn 1.9.
    pub fn d2_brier(&self) -> Result<f64> {
        let frequencies = self.null("d2_brier")?;
        let (score, _) = self.sums_of(|row| self.squared_distance(row, self.row(row)));
        let (null, _) = self.sums_of(|row| self.squared_distance(row, &frequencies));
        saved("d2_brier", score, null)
    }

    fn null(&self, what: &'static str) -> Result<Vec<f64>> {
        self.probabilities()?;
        if self.rows() < 2 {
            return Err(Error::undefined(what, "there is one row only"));
        }
        self.frequencies(what)
    }

    fn squared_distance(&self, row: usize, probabilities: &[f64]) -> f64 {
        let truth = self.column(row);
        let distance =
            |(class, probability): (usize, &f64)| (f64::from(u8::from(class == truth)) - probability).powi(2);
        probabilities.iter().enumerate().map(distance).sum()
    }

    /// Mean hinge loss of decision values: how far the row's class is from leading all others
    /// by 1.
    ///
    /// # Errors
    /// [`Error::Undefined`] if the weights sum to 0.
    ///
    /// # Source
    /// Crammer and Singer, *JMLR* 2 (2001); equal to `hinge_loss` of scikit-learn 1.9 for
    /// three and more classes. For two see [`BinaryScores::hinge_loss`].
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

    /// Area under the ROC curve of each class against the rest, averaged. A class that no row
    /// has counts nothing in a weighted mean, and is named in [`Measured::undefined`].
    ///
    /// # Errors
    /// [`Error::Value`] for the first row whose scores do not sum to 1, to a relative 10⁻⁵;
    /// [`Error::Undefined`] if no row, or every row, is of a class that counts.
    ///
    /// # Source
    /// Provost and Domingos (2000); equal to `roc_auc_score(multi_class="ovr")` of scikit-learn 1.9.
    pub fn roc_auc_one_vs_rest(&self, average: Average) -> Result<Measured> {
        self.sums_to_one()?;
        self.one_vs_rest(&self.indicators())?.roc_auc(average)
    }

    /// Area under the ROC curve of each class against the rest; `None` where it has no value.
    ///
    /// # Errors
    /// [`Error::Value`] as [`roc_auc_one_vs_rest`](Self::roc_auc_one_vs_rest).
    pub fn roc_auc_by_class(&self) -> Result<Vec<Option<f64>>> {
        self.sums_to_one()?;
        self.one_vs_rest(&self.indicators())?.roc_auc_by_label()
    }

    /// Area under the ROC curve of each class against each other, averaged over the pairs of
    /// classes that occur: alike, or each as much as it has rows. Insensitive to how frequent
    /// the classes are if alike.
    ///
    /// # Errors
    /// As [`roc_auc_one_vs_rest`](Self::roc_auc_one_vs_rest), and [`Error::Shape`] if the rows
    /// are weighted, for which it has no accepted form; [`Error::Undefined`] for
    /// [`Average::Micro`] and if one class only occurs.
    ///
    /// # Source
    /// Hand and Till, *Machine Learning* 45 (2001); equal to
    /// `roc_auc_score(multi_class="ovo")` of scikit-learn 1.9.
    pub fn roc_auc_one_vs_one(&self, average: Average) -> Result<f64> {
        self.sums_to_one()?;
        if let Some(weights) = self.weights {
            let expected = "none for one class against one".to_owned();
            return Err(Error::Shape { what: "weights", found: weights.len(), expected });
        }
        if average == Average::Micro {
            return Err(Error::undefined("roc_auc", "pairs of classes share no counts"));
        }
        let mut rows_of = vec![Vec::new(); self.classes];
        for row in 0..self.rows() {
            rows_of[self.column(row)].push(row);
        }
        let occur: Vec<usize> = (0..self.classes).filter(|class| !rows_of[*class].is_empty()).collect();
        let (mut values, mut weights) = (Vec::new(), Vec::new());
        for (place, left) in occur.iter().enumerate() {
            for right in &occur[place + 1..] {
                let one_way = |of: usize, against: usize| {
                    let rows = || rows_of[of].iter().chain(&rows_of[against]);
                    let labels: Vec<bool> = rows().map(|row| self.column(*row) == of).collect();
                    let scores: Vec<f64> = rows().map(|row| self.row(*row)[of]).collect();
                    BinaryScores::new(&labels, &scores)?.roc_auc()
                };
                values.push(Some(f64::midpoint(one_way(*left, *right)?, one_way(*right, *left)?)));
                weights.push((rows_of[*left].len() + rows_of[*right].len()) as f64);
            }
        }
        let weights = (average == Average::Weighted).then_some(weights.as_slice());
        Ok(complete("roc_auc", &values, weights)?.value)
    }

    /// Average precision of each class against the rest, averaged; a class that no row has
    /// counts as `zero` says.
    ///
    /// # Errors
    /// [`Error::Undefined`] if no class has a value, [`Error::Value`] for a negative weight.
    ///
    /// # Source
    /// Equal to `average_precision_score` of scikit-learn 1.9.
    pub fn average_precision(&self, average: Average, zero: ZeroDivision) -> Result<Measured> {
        self.one_vs_rest(&self.indicators())?.average_precision(average, zero)
    }

    /// Average precision of each class against the rest; `None` where no row has it.
    ///
    /// # Errors
    /// [`Error::Value`] for a negative weight.
    pub fn average_precision_by_class(&self) -> Result<Vec<Option<f64>>> {
        self.one_vs_rest(&self.indicators())?.average_precision_by_label()
    }

    /// For each row and class, whether it is the row's.
    fn indicators(&self) -> Vec<bool> {
        let mut indicators = vec![false; self.scores.len()];
        for (row, class) in self.truth.iter().enumerate() {
            indicators[row * self.classes + *class as usize] = true;
        }
        indicators
    }

    fn one_vs_rest<'b>(&'b self, indicators: &'b [bool]) -> Result<MultilabelScores<'b>> {
        let rows = MultilabelScores::new(indicators, self.scores, self.classes)?;
        match self.weights {
            None => Ok(rows),
            Some(weights) => rows.weighted(weights),
        }
    }

    fn sums_to_one(&self) -> Result<()> {
        match self.sums().enumerate().find(|(_, sum)| (1.0 - sum).abs() > 1e-8 + 1e-5 * sum.abs()) {
            None => Ok(()),
            Some((index, value)) => {
                Err(Error::Value { what: "the sums of rows of scores", index, value, expected: "1" })
            }
        }
    }
}

fn surprise(probability: f64, epsilon: f64) -> f64 {
    -probability.clamp(epsilon, 1.0 - epsilon).ln()
}

fn saved(what: &'static str, loss: f64, null: f64) -> Result<f64> {
    if null == 0.0 || !(loss / null).is_finite() {
        return Err(Error::undefined(what, "the frequencies alone have no loss"));
    }
    Ok(1.0 - loss / null)
}
