use crate::{Error, Result};

use super::multilabel_scores::complete;
use super::{Average, BinaryScores, ClassScores, Measured, MultilabelScores, ZeroDivision};

/// Areas under curves, of each class against the rest or against each other.
impl ClassScores<'_> {
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
