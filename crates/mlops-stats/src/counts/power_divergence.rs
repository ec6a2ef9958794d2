use crate::{Error, Result};

/// How the distance of observed from expected counts is summed: a power λ of their ratio.
///
/// All members have the chi-square distribution in the limit. [`Self::PEARSON`] is the
/// chi-square statistic, [`Self::LOG_LIKELIHOOD`] that of the G-test.
///
/// # Source
/// Cressie and Read, *Multinomial goodness-of-fit tests* (1984); names and values as
/// `scipy.stats.power_divergence` (1.17).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PowerDivergence {
    lambda: f64,
}

impl PowerDivergence {
    /// `Σ (o − e)² / e`
    pub const PEARSON: Self = Self { lambda: 1.0 };
    /// `2 Σ o ln(o / e)`, also called G.
    pub const LOG_LIKELIHOOD: Self = Self { lambda: 0.0 };
    /// λ = −1/2
    pub const FREEMAN_TUKEY: Self = Self { lambda: -0.5 };
    /// `2 Σ e ln(e / o)`
    pub const MODIFIED_LOG_LIKELIHOOD: Self = Self { lambda: -1.0 };
    /// λ = −2, `Σ (o − e)² / o`
    pub const NEYMAN: Self = Self { lambda: -2.0 };
    /// λ = 2/3
    pub const CRESSIE_READ: Self = Self { lambda: 2.0 / 3.0 };

    /// Another power.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless it is finite.
    pub fn new(lambda: f64) -> Result<Self> {
        if lambda.is_finite() {
            return Ok(Self { lambda });
        }
        Err(Error::Parameter { what: "lambda", value: lambda, expected: "a finite number" })
    }

    /// The sum over pairs of observed and expected counts; infinite where one of them is
    /// impossible beside the other.
    pub(super) fn statistic(self, pairs: impl Iterator<Item = (f64, f64)>) -> Result<f64> {
        let total: f64 = pairs.map(|(observed, expected)| self.term(observed, expected)).sum();
        if total.is_nan() {
            let reason = format!("a count of 0 has no place in the power {}", self.lambda);
            return Err(Error::undefined("power divergence", reason));
        }
        Ok(total)
    }

    #[expect(clippy::float_cmp, reason = "the powers with a formula of their own")]
    fn term(self, observed: f64, expected: f64) -> f64 {
        // `a ln b` is 0 where a is, unless b is nothing at all.
        let times_log = |a: f64, b: f64| if a == 0.0 && !b.is_nan() { 0.0 } else { a * b.ln() };
        if self.lambda == 1.0 {
            (observed - expected).powi(2) / expected
        } else if self.lambda == 0.0 {
            2.0 * times_log(observed, observed / expected)
        } else if self.lambda == -1.0 {
            2.0 * times_log(expected, expected / observed)
        } else {
            observed * ((observed / expected).powf(self.lambda) - 1.0)
                / (0.5 * self.lambda * (self.lambda + 1.0))
        }
    }
}
