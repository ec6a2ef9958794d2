use crate::{Error, Result};

use super::RegressionRows;
use super::errors::{check_alpha, pinball};
use super::quantile::weighted_quantile;

/// What a model leaves unexplained, and what there was to explain.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Explained {
    pub(super) left: f64,
    pub(super) whole: f64,
}

impl Explained {
    /// `1 − left / whole`. With nothing to explain: if `finite`, 1 for a perfect model and
    /// 0 for any other; else NaN and −∞.
    pub(super) fn score(self, finite: bool) -> f64 {
        if !finite || (self.left != 0.0 && self.whole != 0.0) {
            1.0 - self.left / self.whole
        } else if self.left == 0.0 {
            1.0
        } else {
            0.0
        }
    }
}

/// Scores of 1 for a perfect model and 0 for one that knows only the average. Equal to the
/// functions of the same names of `scikit-learn` 1.9; constant true values are recognised
/// exactly, also where rounding gives their mean another last digit.
impl RegressionRows<'_> {
    /// Coefficient of determination: the share of the variance that is explained. Negative
    /// for a model worse than the mean.
    ///
    /// If the true values are all the same and `finite` is set, 1 for perfect predictions
    /// and 0 for others; without it, not defined and −∞.
    ///
    /// # Errors
    /// [`Error::Undefined`] for a single row, or as said.
    pub fn r2(&self, finite: bool) -> Result<f64> {
        defined("r2", self.r2_parts()?.score(finite))
    }

    pub(super) fn r2_parts(&self) -> Result<Explained> {
        self.two_rows("r2")?;
        let explained = Explained { left: self.mean_squared_error(), whole: self.variance(|truth, _| truth) };
        // Sums, not means: outputs are weighed by them.
        let weight = self.weights().map_or(self.rows() as f64, |weights| weights.iter().sum());
        Ok(Explained { left: explained.left * weight, whole: explained.whole * weight })
    }

    /// Like [`r2`](Self::r2), but a constant error is forgiven.
    ///
    /// # Errors
    /// [`Error::Undefined`] as [`r2`](Self::r2) without `finite`; a single row is perfect.
    pub fn explained_variance(&self, finite: bool) -> Result<f64> {
        defined("explained variance", self.explained_variance_parts().score(finite))
    }

    pub(super) fn explained_variance_parts(&self) -> Explained {
        Explained {
            left: self.variance(|truth, predicted| truth - predicted),
            whole: self.variance(|truth, _| truth),
        }
    }

    /// The share of the pinball loss of the best constant that is explained.
    ///
    /// # Errors
    /// [`Error::Undefined`] for a single row, [`Error::Parameter`] for an `alpha` not
    /// within 0..=1.
    pub fn d2_pinball(&self, alpha: f64) -> Result<f64> {
        check_alpha(alpha)?;
        self.two_rows("d2 pinball")?;
        let quantile = weighted_quantile(self.truth(), self.weights(), alpha);
        let left = self.mean_pinball_loss(alpha)?;
        let whole = self.mean(|truth, _| pinball(truth - quantile, alpha));
        Ok(Explained { left, whole }.score(true))
    }

    /// The share of the absolute error around the median that is explained.
    ///
    /// # Errors
    /// [`Error::Undefined`] for a single row.
    pub fn d2_absolute_error(&self) -> Result<f64> {
        self.d2_pinball(0.5)
    }

    pub(super) fn two_rows(&self, what: &'static str) -> Result<()> {
        if self.rows() < 2 { Err(Error::undefined(what, "there is one row")) } else { Ok(()) }
    }
}

pub(super) fn defined(what: &'static str, score: f64) -> Result<f64> {
    if score.is_nan() { Err(Error::undefined(what, "all true values are the same")) } else { Ok(score) }
}
