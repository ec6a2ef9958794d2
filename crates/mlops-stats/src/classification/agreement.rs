use crate::{Error, Result};

use super::average::mean;
use super::{ConfusionMatrix, Measured};

/// How much a disagreement of two ordered classes weighs in Cohen's kappa.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the three that are in use")]
pub enum KappaWeights {
    /// Any two classes differ alike.
    #[default]
    None,
    /// As much as their positions differ.
    Linear,
    /// As the square of what their positions differ.
    Quadratic,
}

impl<L> ConfusionMatrix<L> {
    /// Rows (or weight) that were predicted right.
    pub fn correct(&self) -> f64 {
        (0..self.margins().0.len()).map(|class| self.diagonal(class)).sum()
    }

    /// Share of rows that were predicted right.
    ///
    /// # Errors
    /// [`Error::Undefined`] if there are no rows, or the weights sum to 0.
    ///
    /// # Source
    /// Equal to `accuracy_score` of scikit-learn 1.9.
    pub fn accuracy(&self) -> Result<f64> {
        self.share("accuracy", self.correct())
    }

    /// Share of rows that were predicted wrong: the zero-one loss, which for one label a row
    /// is the Hamming loss too.
    ///
    /// # Errors
    /// As [`accuracy`](Self::accuracy).
    pub fn zero_one_loss(&self) -> Result<f64> {
        self.share("zero_one_loss", self.total() - self.correct())
    }

    fn share(&self, what: &'static str, part: f64) -> Result<f64> {
        let whole = self.total();
        if whole == 0.0 { Err(Error::undefined(what, "there is no weight")) } else { Ok(part / whole) }
    }

    /// Mean recall of the classes that rows truly have: what accuracy would be if all classes
    /// were as frequent. Classes that were only predicted are left out, and named in
    /// [`Measured::undefined`].
    ///
    /// # Errors
    /// [`Error::Undefined`] if there are no rows.
    ///
    /// # Source
    /// Brodersen et al., *ICPR* (2010); equal to `balanced_accuracy_score` of scikit-learn 1.9.
    pub fn balanced_accuracy(&self) -> Result<Measured> {
        let recalls: Vec<Option<f64>> = self
            .margins()
            .0
            .iter()
            .enumerate()
            .map(|(class, whole)| (*whole != 0.0).then(|| self.diagonal(class) / whole))
            .collect();
        let undefined = (0..recalls.len()).filter(|class| recalls[*class].is_none()).collect();
        let value = mean(&recalls, None)
            .ok_or_else(|| Error::undefined("balanced_accuracy", "no class has weight"))?;
        Ok(Measured { value, undefined })
    }

    /// Balanced accuracy on a scale where guessing is 0 and a perfect prediction is 1.
    ///
    /// # Errors
    /// [`Error::Undefined`] if rows truly have fewer than two classes.
    pub fn adjusted_balanced_accuracy(&self) -> Result<Measured> {
        let plain = self.balanced_accuracy()?;
        let classes = self.margins().0.iter().filter(|weight| **weight != 0.0).count();
        if classes < 2 {
            let reason = "chance is certain to be right about one class";
            return Err(Error::undefined("adjusted_balanced_accuracy", reason));
        }
        let chance = 1.0 / classes as f64;
        Ok(Measured { value: (plain.value - chance) / (1.0 - chance), ..plain })
    }

    /// Agreement of two raters beyond what their habits make by chance: 1 is full agreement,
    /// 0 is chance. With weights the classes are ordered, as they are listed.
    ///
    /// # Errors
    /// [`Error::Undefined`] if chance can't disagree: one class only, or no weight.
    ///
    /// # Source
    /// Cohen, *Educational and Psychological Measurement* 20 (1960), and *Psychological
    /// Bulletin* 70 (1968); equal to `cohen_kappa_score` of scikit-learn 1.9.
    pub fn cohen_kappa(&self, weights: KappaWeights) -> Result<f64> {
        let (of_truth, of_predicted) = self.margins();
        let total: f64 = of_predicted.iter().sum();
        if total == 0.0 {
            return Err(Error::undefined("cohen_kappa", "there is no weight"));
        }
        let distance = |left: usize, right: usize| match weights {
            KappaWeights::None => f64::from(u8::from(left != right)),
            KappaWeights::Linear => left.abs_diff(right) as f64,
            KappaWeights::Quadratic => (left.abs_diff(right) as f64).powi(2),
        };
        let seen: f64 = self
            .cells()
            .iter()
            .map(|((truth, predicted), weight)| weight * distance(*truth as usize, *predicted as usize))
            .sum();
        let mut expected = 0.0;
        for (truth, truth_weight) in of_truth.iter().enumerate() {
            for (predicted, predicted_weight) in of_predicted.iter().enumerate() {
                expected += distance(truth, predicted) * (truth_weight * predicted_weight / total);
            }
        }
        if expected == 0.0 {
            return Err(Error::undefined("cohen_kappa", "both know one class only, and the same"));
        }
        Ok(1.0 - seen / expected)
    }

    /// Correlation of true and predicted class, −1 to 1; 0, as scikit-learn has it, if either
    /// is constant.
    ///
    /// # Errors
    /// [`Error::Undefined`] if there are no rows, or weights below 0 leave no real root.
    ///
    /// # Source
    /// Matthews, *BBA Protein Structure* 405 (1975), for many classes Gorodkin,
    /// *Computational Biology and Chemistry* 28 (2004); equal to `matthews_corrcoef` of
    /// scikit-learn 1.9.
    pub fn matthews_correlation(&self) -> Result<f64> {
        let (of_truth, of_predicted) = self.margins();
        if of_truth.is_empty() {
            return Err(Error::undefined("matthews_correlation", "there are no rows"));
        }
        let total: f64 = of_predicted.iter().sum();
        let product = |left: &[f64], right: &[f64]| left.iter().zip(right).map(|(a, b)| a * b).sum::<f64>();
        let both = self.correct() * total - product(&of_truth, &of_predicted);
        let truth = total * total - product(&of_truth, &of_truth);
        let predicted = total * total - product(&of_predicted, &of_predicted);
        if truth * predicted == 0.0 {
            return Ok(0.0);
        }
        let value = both / (truth * predicted).sqrt();
        let reason = "the weights leave no variance";
        if value.is_nan() { Err(Error::undefined("matthews_correlation", reason)) } else { Ok(value) }
    }
}
