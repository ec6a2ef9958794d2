use mlops_stats::Random;
use mlops_stats::interval::Interval;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::classifier::{AucRule, FoldedAuc, folds, sampled};
use crate::report::{ColumnDrift, Magnitude};
use crate::rows::RowColumn;
use crate::trees::{BinnedColumn, Binning, Boosted, Gaps, Growth, Logistic};
use crate::{Error, Result, Rows};

/// How the classifier is trained, and from when on what it finds matters.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct DomainClassifier {
    /// So many folds; each is scored by trees grown on the others. 5.
    pub folds: usize,
    /// So many trees a fold. 60.
    pub trees: usize,
    /// So many splits follow each other at most: so many columns can act together. 3.
    pub depth: usize,
    /// How much of a tree's answer is taken. 0.1.
    pub learning_rate: f64,
    /// From how much above 0.5 on the area matters, at the least it may be; 0.05. A shift of
    /// one normal column by 0.18 standard deviations gives this area, if nothing else moved.
    pub limit: f64,
    /// The confidence of the interval; 0.95.
    pub level: f64,
    /// So many rows a side are looked at, drawn at random; 10,000.
    pub max_rows: usize,
    /// Of the drawing and the folds.
    pub seed: u64,
}

/// So many bins has a column at most.
const BINS: usize = 64;

impl Default for DomainClassifier {
    fn default() -> Self {
        Self {
            folds: 5,
            trees: 60,
            depth: 3,
            learning_rate: 0.1,
            limit: 0.05,
            level: 0.95,
            max_rows: 10_000,
            seed: 7,
        }
    }
}

/// How well a classifier tells the two sides apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DomainDrift {
    /// How often a current row looks more like a current one than a row of the reference
    /// does; 0.5 if nothing tells them apart.
    pub auc: f64,
    /// Between what it lies.
    pub interval: Interval,
    /// How likely so large an area is if nothing tells them apart.
    pub p_value: f64,
    /// From how much above 0.5 on it matters, at the least it may be.
    pub limit: f64,
    /// How much it matters.
    pub magnitude: Magnitude,
    /// What tells them apart: how much of the area is lost if the column's values are
    /// shuffled, largest first. Columns that go together lose little each.
    pub columns: Vec<Contribution>,
    /// The rows of the reference that were looked at.
    pub reference_rows: usize,
    /// The current rows that were looked at.
    pub current_rows: usize,
    /// The answer in words.
    pub reason: String,
}

/// What a column adds to telling the sides apart.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Contribution {
    /// The column.
    pub column: String,
    /// How much of the area is lost without it.
    pub auc_lost: f64,
}

impl DomainClassifier {
    /// Trains on both sides and says how well it tells rows apart that it has not seen.
    ///
    /// Gradient boosting of small trees, not a logistic regression: it finds columns that
    /// changed together though none changed alone. Rows are taken as independent: with
    /// clusters (days, customers) it recognises the cluster, and the interval is too narrow.
    /// The same seed gives the same answer, whatever the number of threads.
    ///
    /// Without drift the lower end of the interval lies above 0.5 in about
    /// `(1 - level) / 2` of comparisons, and that is [`Magnitude::Slight`] unless it lies above
    /// the limit too.
    ///
    /// Cost: `O(folds · trees · depth · rows · columns)`, a byte a value.
    ///
    /// ```
    /// use mlops_drift::multivariate::DomainClassifier;
    /// use mlops_drift::{Magnitude, Rows};
    ///
    /// // Two columns that go together, and then against each other.
    /// let table = |sign: f64| {
    ///     let x = |row: u32| f64::from(row * 37 % 101) / 50.0 - 1.0;
    ///     let noise = |row: u32| f64::from(row * 71 % 97) / 100.0;
    ///     Rows::default()
    ///         .numbers("a", (0..600).map(x).collect())?
    ///         .numbers("b", (0..600).map(|row| sign * x(row) + noise(row)).collect())
    /// };
    /// let found = DomainClassifier::default().compare(&table(1.0)?, &table(-1.0)?)?;
    /// assert_eq!(found.magnitude, Magnitude::Material);
    /// assert!(found.interval.lower > 0.8 && found.columns.len() == 2);
    /// # Ok::<(), mlops_drift::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] if one is outside its range; [`Error::Empty`] without rows;
    /// [`Error::Schema`] if the current rows lack a column of the reference;
    /// [`Error::Undefined`] with fewer than four rows a fold on a side.
    ///
    /// # Source
    /// Lopez-Paz and Oquab, *Revisiting classifier two-sample tests* (2017); the interval of
    /// `LeDell`, Petersen and van der Laan, *Computationally efficient confidence intervals for
    /// cross-validated area under the ROC curve estimates* (2015) by `DeLong`'s variance a fold.
    pub fn compare(&self, reference: &Rows, current: &Rows) -> Result<DomainDrift> {
        let rule = self.rule()?;
        let growth = self.growth();
        let pairs: Vec<(&RowColumn, &RowColumn)> = reference
            .columns()
            .iter()
            .map(|column| Ok((column, current.same_column(column)?)))
            .collect::<Result<_>>()?;
        rule.enough(reference.len(), current.len())?;
        let of_reference = sampled(reference.len(), self.max_rows, self.seed, 0);
        let of_current = sampled(current.len(), self.max_rows, self.seed, 1);
        // Which side a value is from does not matter for its bin.
        let bins = |(r, c): &(&RowColumn, &RowColumn)| {
            let binning = Binning::of(&[(*r, &of_reference), (*c, &of_current)], BINS);
            let mut bins = binning.bins(r, of_reference.iter());
            bins.extend(binning.bins(c, of_current.iter()));
            BinnedColumn { bins, categories: binning.is_of_categories() }
        };
        let binned: Vec<BinnedColumn> = pairs.par_iter().map(bins).collect();
        let (n, m) = (of_reference.len(), of_current.len());
        let is_current: Vec<bool> = (0..n + m).map(|row| row >= n).collect();
        let folds = folds(n, m, self.folds, self.seed);
        let of_folds: Vec<(Vec<f64>, Vec<Vec<f64>>)> = (0..self.folds)
            .into_par_iter()
            .map(|fold| self.fold(&binned, &is_current, &folds, fold, &growth))
            .collect();
        let mut auc = FoldedAuc::default();
        let mut without = vec![FoldedAuc::default(); binned.len()];
        for (fold, (scores, shuffled)) in of_folds.iter().enumerate() {
            let tested: Vec<bool> =
                (0..n + m).filter(|row| folds[*row] == fold).map(|row| is_current[row]).collect();
            auc.add(&tested, scores);
            for (auc, shuffled) in without.iter_mut().zip(shuffled) {
                auc.add(&tested, if shuffled.is_empty() { scores } else { shuffled });
            }
        }
        let mut columns: Vec<Contribution> = pairs
            .iter()
            .zip(&without)
            .map(|((column, _), without)| Contribution {
                column: column.name.clone(),
                auc_lost: auc.value() - without.value(),
            })
            .filter(|contribution| contribution.auc_lost > 0.0)
            .collect();
        columns.sort_by(|a, b| b.auc_lost.total_cmp(&a.auc_lost));
        let judged = rule.judge(&auc);
        let mut reason = judged.reason;
        if judged.magnitude != Magnitude::None && !columns.is_empty() {
            let names: Vec<&str> = columns.iter().take(3).map(|found| found.column.as_str()).collect();
            reason = format!("{reason}, most by {}", names.join(", "));
        }
        Ok(DomainDrift {
            auc: auc.value(),
            interval: judged.interval,
            p_value: auc.p_value(),
            limit: self.limit,
            magnitude: judged.magnitude,
            columns,
            reference_rows: n,
            current_rows: m,
            reason,
        })
    }

    fn growth(&self) -> Growth {
        Growth {
            trees: self.trees,
            depth: self.depth,
            leaves: usize::MAX,
            learning_rate: self.learning_rate,
            leaf_rows: 10,
            ridge: 1.0,
            // As it always was: its answers stay the same.
            gaps: Gaps::Second,
        }
    }

    fn rule(&self) -> Result<AucRule> {
        let refuse = |setting, value, expected| Err(Error::Setting { setting, value, expected });
        if self.depth == 0 || self.depth > 16 {
            return refuse("depth", self.depth as f64, "from 1 to 16");
        }
        if self.trees == 0 {
            return refuse("trees", 0.0, "at least 1");
        }
        if !(self.learning_rate > 0.0 && self.learning_rate <= 1.0) {
            return refuse("learning_rate", self.learning_rate, "above 0 and at most 1");
        }
        AucRule::new(self.folds, self.limit, self.level, self.max_rows)
    }

    /// The scores of the rows of a fold by trees of the others, and the same with each column
    /// shuffled, empty for a column that no tree looks at.
    fn fold(
        &self,
        columns: &[BinnedColumn],
        is_current: &[bool],
        folds: &[usize],
        fold: usize,
        growth: &Growth,
    ) -> (Vec<f64>, Vec<Vec<f64>>) {
        let (tested, trained): (Vec<usize>, Vec<usize>) =
            (0..is_current.len()).partition(|row| folds[*row] == fold);
        let loss = Logistic::new(is_current, &trained);
        let model = Boosted::fit(columns, &loss, &trained, growth, || ());
        let score = |row: &usize| model.score(|column| columns[column].bins[*row]);
        let scores = tested.iter().map(score).collect();
        let used = model.uses(columns.len());
        let shuffled = |index: usize| -> Vec<f64> {
            if !used[index] {
                return Vec::new();
            }
            let mut random = Random::replicate(self.seed, ((fold + 1) * 1_000_003 + index + 2) as u64);
            let mut bins: Vec<u8> = tested.iter().map(|row| columns[index].bins[*row]).collect();
            for place in (1..bins.len()).rev() {
                bins.swap(place, random.index(place + 1));
            }
            let score = |(row, bin): (&usize, &u8)| {
                model.score(|column| if column == index { *bin } else { columns[column].bins[*row] })
            };
            tested.iter().zip(&bins).map(score).collect()
        };
        (scores, (0..columns.len()).map(shuffled).collect())
    }
}

impl DomainDrift {
    /// The answer as a row of a report, under a name such as `all columns together`.
    #[must_use]
    pub fn as_column(&self, name: impl Into<String>) -> ColumnDrift {
        let rule = AucRule { limit: self.limit, ..AucRule::default() };
        let measured = rule.measurement("domain_classifier", self.interval, self.p_value);
        ColumnDrift::found(name, measured, self.reason.clone())
    }
}
