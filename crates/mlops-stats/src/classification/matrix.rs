use std::collections::{BTreeMap, BTreeSet};

use crate::error::same_length;
use crate::{Error, Result};

use super::tally::{Cells, tally};
use super::{Confusion, OneVsRest};

/// What the numbers of a confusion matrix are shares of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "rows, columns, all: a table has no more")]
pub enum Normalize {
    /// Of the rows that truly are of the class.
    True,
    /// Of the rows that were predicted to be of the class.
    Predicted,
    /// Of all rows.
    All,
}

/// How often each true class met each predicted class: counts, or sums of weights.
///
/// An accumulator: [`update`](Self::update) with any number of batches,
/// [`merge`](Self::merge) what others counted; every metric of labels is a method of it.
/// It keeps the pairs of classes that occur, at most one for each row, so that ten
/// thousand classes need no hundred million cells. Labels are anything with an order:
/// numbers, strings, enums, `bool`; floats through [`whole_labels`](super::whole_labels).
///
/// Weights are finite, may be negative (a row taken back), and are not all 0. Counts are
/// exact and the same however the rows are split; weighted sums are the same for every
/// number of threads, and equal up to rounding however they are split.
///
/// ```
/// use mlops_stats::classification::ConfusionMatrix;
/// let mut seen = ConfusionMatrix::new(&[0, 1, 2], &[0, 2, 2])?;
/// seen.update(&[1, 0], &[1, 0])?;
/// assert_eq!(seen.classes(), [0, 1, 2]);
/// assert_eq!(seen.matrix(), [[2.0, 0.0, 0.0], [0.0, 1.0, 1.0], [0.0, 0.0, 1.0]]);
/// assert_eq!(seen.accuracy()?, 0.8);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ConfusionMatrix<L> {
    /// Ascending, unless they were chosen by `only`.
    classes: Vec<L>,
    /// By true and predicted class, in ascending order.
    cells: Cells,
}

impl<L> Default for ConfusionMatrix<L> {
    /// Of no rows yet.
    fn default() -> Self {
        Self { classes: Vec::new(), cells: Cells::new() }
    }
}

impl<L: Ord + Clone + Sync> ConfusionMatrix<L> {
    /// Counts rows, in parallel; O(n log k) for k classes.
    ///
    /// # Errors
    /// [`Error::Shape`] if the lengths differ or there are no rows.
    pub fn new(truth: &[L], predicted: &[L]) -> Result<Self> {
        let mut matrix = Self::default();
        matrix.update(truth, predicted)?;
        Ok(matrix)
    }

    /// Sums the weights of rows. Rows of weight 0 add nothing but their classes.
    ///
    /// # Errors
    /// [`Error::Shape`] if the lengths differ, there are no rows, or all weights are 0;
    /// [`Error::Value`] for the first weight that is NaN or infinite.
    pub fn weighted(truth: &[L], predicted: &[L], weights: &[f64]) -> Result<Self> {
        let mut matrix = Self::default();
        matrix.update_weighted(truth, predicted, weights)?;
        Ok(matrix)
    }

    /// Counts more rows.
    ///
    /// # Errors
    /// As [`new`](Self::new); nothing is counted then.
    pub fn update(&mut self, truth: &[L], predicted: &[L]) -> Result<()> {
        self.add_rows(truth, predicted, None)
    }

    /// Adds the weights of more rows.
    ///
    /// # Errors
    /// As [`weighted`](Self::weighted); nothing is added then.
    pub fn update_weighted(&mut self, truth: &[L], predicted: &[L], weights: &[f64]) -> Result<()> {
        same_length("weights", weights.len(), "labels", truth.len())?;
        super::weights::some_weight(weights)?;
        self.add_rows(truth, predicted, Some(weights))
    }

    fn add_rows(&mut self, truth: &[L], predicted: &[L], weights: Option<&[f64]>) -> Result<()> {
        same_length("predicted", predicted.len(), "labels", truth.len())?;
        if truth.is_empty() {
            return Err(Error::Shape { what: "labels", found: 0, expected: "at least 1".to_owned() });
        }
        let (classes, cells) = tally(truth, predicted, weights);
        let counted = Self { classes: classes.into_iter().cloned().collect(), cells };
        if self.classes.is_empty() {
            *self = counted;
        } else {
            self.merge(&counted);
        }
        Ok(())
    }

    /// Adds what another one counted. Classes that only one of them knows are kept, all in
    /// ascending order.
    pub fn merge(&mut self, other: &Self) {
        if self.classes != other.classes {
            let classes: Vec<L> = self
                .classes
                .iter()
                .chain(&other.classes)
                .collect::<BTreeSet<_>>()
                .into_iter()
                .cloned()
                .collect();
            self.cells = renamed(&self.cells, &self.classes, &classes);
            for (cell, weight) in renamed(&other.cells, &other.classes, &classes) {
                *self.cells.entry(cell).or_default() += weight;
            }
            self.classes = classes;
            return;
        }
        for (cell, weight) in &other.cells {
            *self.cells.entry(*cell).or_default() += weight;
        }
    }

    /// Only these classes, in this order: rows whose true or predicted class is another one
    /// are left out. A class that no row has is a row and a column of zeros.
    ///
    /// # Errors
    /// [`Error::Shape`] if no class is named, one is named twice, or none of them is the
    /// true class of a row.
    pub fn only(&self, classes: &[L]) -> Result<Self> {
        let refused = |expected: &str| {
            Err(Error::Shape { what: "classes", found: classes.len(), expected: expected.to_owned() })
        };
        if classes.is_empty() {
            return refused("at least 1");
        }
        let mut kept: Vec<Option<usize>> = vec![None; self.classes.len()];
        let mut named = BTreeSet::new();
        for (position, class) in classes.iter().enumerate() {
            if !named.insert(class) {
                return refused("each class once");
            }
            if let Some(index) = self.position(class) {
                kept[index] = Some(position);
            }
        }
        if !self.cells.keys().any(|(truth, _)| kept[*truth as usize].is_some()) {
            return refused("at least one that is the true class of a row");
        }
        let narrow = |position: usize| u32::try_from(position).unwrap_or(u32::MAX);
        let cells = self.cells.iter().filter_map(|((truth, predicted), weight)| {
            let (truth, predicted) = (kept[*truth as usize]?, kept[*predicted as usize]?);
            Some(((narrow(truth), narrow(predicted)), *weight))
        });
        Ok(Self { classes: classes.to_vec(), cells: cells.collect() })
    }

    /// The classes, in the order of all lists and tables.
    pub fn classes(&self) -> &[L] {
        &self.classes
    }

    /// Whether all rows are of one class, true and predicted: what agrees then says nothing,
    /// and scikit-learn warns.
    pub fn is_single_class(&self) -> bool {
        self.classes.len() == 1
    }

    /// Rows (or weight) of true class `truth` that were predicted to be `predicted`.
    pub fn count(&self, truth: &L, predicted: &L) -> f64 {
        let cell = self.position(truth).zip(self.position(predicted));
        let narrow = |position: usize| u32::try_from(position).ok();
        cell.and_then(|(truth, predicted)| self.cells.get(&(narrow(truth)?, narrow(predicted)?)))
            .copied()
            .unwrap_or(0.0)
    }

    /// The whole table, a row for each true class; k² numbers.
    pub fn matrix(&self) -> Vec<Vec<f64>> {
        let k = self.classes.len();
        let mut matrix = vec![vec![0.0; k]; k];
        for ((truth, predicted), weight) in &self.cells {
            matrix[*truth as usize][*predicted as usize] = *weight;
        }
        matrix
    }

    /// The whole table as shares. A class without rows has a row (or column) of zeros.
    pub fn normalized(&self, of: Normalize) -> Vec<Vec<f64>> {
        let (of_truth, of_predicted) = self.margins();
        let all: f64 = of_truth.iter().sum();
        let mut matrix = self.matrix();
        for (truth, row) in matrix.iter_mut().enumerate() {
            for (predicted, cell) in row.iter_mut().enumerate() {
                let whole = match of {
                    Normalize::True => of_truth[truth],
                    Normalize::Predicted => of_predicted[predicted],
                    Normalize::All => all,
                };
                *cell = if whole == 0.0 { 0.0 } else { *cell / whole };
            }
        }
        matrix
    }

    /// Each class against the rest, in the order of [`classes`](Self::classes).
    ///
    /// Without rows there is no class, and every mean over them is not defined.
    pub fn one_vs_rest(&self) -> OneVsRest {
        OneVsRest::of_list(self.counts_by_class())
    }

    /// These classes, each against all others (the unnamed too); one that no row has counts nothing.
    ///
    /// # Errors
    /// [`Error::Shape`] if no class is named.
    pub fn one_vs_rest_of(&self, classes: &[L]) -> Result<OneVsRest> {
        let counts = self.counts_by_class();
        let nowhere = Confusion::new(0.0, 0.0, self.total(), 0.0);
        OneVsRest::new(
            classes.iter().map(|class| self.position(class).map_or(nowhere, |index| counts[index])).collect(),
        )
    }

    /// The counts of a problem of two classes, of which `positive` is looked for.
    ///
    /// If all rows are of one class, `positive` may be the other one.
    ///
    /// # Errors
    /// [`Error::Shape`] if there are more than two classes, or two and neither is `positive`.
    pub fn binary(&self, positive: &L) -> Result<Confusion> {
        let refused = |expected: &str| {
            let found = self.classes.len();
            Err(Error::Shape { what: "classes", found, expected: expected.to_owned() })
        };
        match (self.classes.len(), self.position(positive)) {
            (3.., _) => refused("at most 2 for a binary metric"),
            (2, None) => refused("the positive class among the two"),
            (_, None) => Ok(Confusion::new(0.0, 0.0, self.total(), 0.0)),
            (_, Some(index)) => Ok(self.counts_by_class()[index]),
        }
    }

    fn position(&self, class: &L) -> Option<usize> {
        if self.classes.is_sorted() {
            self.classes.binary_search(class).ok()
        } else {
            self.classes.iter().position(|other| other == class)
        }
    }

    fn counts_by_class(&self) -> Vec<Confusion> {
        let (of_truth, of_predicted) = self.margins();
        let total = self.total();
        (0..self.classes.len())
            .map(|class| {
                let hits = self.diagonal(class);
                let (misses, alarms) = (of_truth[class] - hits, of_predicted[class] - hits);
                Confusion::new(hits, alarms, total - hits - misses - alarms, misses)
            })
            .collect()
    }
}

impl<L> ConfusionMatrix<L> {
    /// All rows, or their weight.
    pub fn total(&self) -> f64 {
        self.cells.values().sum()
    }

    pub(super) const fn cells(&self) -> &Cells {
        &self.cells
    }

    pub(super) fn diagonal(&self, class: usize) -> f64 {
        let class = u32::try_from(class).unwrap_or(u32::MAX);
        self.cells.get(&(class, class)).copied().unwrap_or(0.0)
    }

    /// Sums by true and by predicted class.
    pub(super) fn margins(&self) -> (Vec<f64>, Vec<f64>) {
        let mut of_truth = vec![0.0; self.classes.len()];
        let mut of_predicted = of_truth.clone();
        for ((truth, predicted), weight) in &self.cells {
            of_truth[*truth as usize] += weight;
            of_predicted[*predicted as usize] += weight;
        }
        (of_truth, of_predicted)
    }
}

/// Cells under the positions that their classes have in another, sorted list.
fn renamed<L: Ord>(cells: &Cells, from: &[L], to: &[L]) -> Cells {
    let position: BTreeMap<&L, u32> = to.iter().zip(0..).collect();
    cells
        .iter()
        .map(|((truth, predicted), weight)| {
            ((position[&from[*truth as usize]], position[&from[*predicted as usize]]), *weight)
        })
        .collect()
}
