use crate::distribution::{normal_isf, normal_sf};
use crate::interval::{Interval, proper_share, wilson};
use crate::{Alternative, Error, Result};

use super::{Share, score};

/// How the difference of two shares is judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum DifferenceMethod {
    /// The textbook one: variances of the shares seen. Without variance (both shares are 0
    /// or 1) it claims certainty from any number of rows; not for small counts.
    Wald,
    /// Wald's with one success and one failure added to each sample.
    AgrestiCaffo,
    /// From the Wilson intervals of both shares. An interval only, no test.
    #[default]
    Newcombe,
    /// Miettinen and Nurminen's score: variances of the likeliest shares that differ by
    /// what is tested.
    Score,
    /// The score as statsmodels 0.15 computes it, for comparison with its results: a
    /// coefficient of its cubic has the successes where Miettinen and Nurminen have the
    /// sample size, so that its shares are not the likeliest, and swapping the samples
    /// does not mirror the interval.
    ScoreOfStatsmodels,
}

impl DifferenceMethod {
    const fn name(self) -> &'static str {
        match self {
            Self::Wald => "wald difference",
            Self::AgrestiCaffo => "agresti-caffo difference",
            Self::Newcombe => "newcombe difference",
            Self::Score => "score difference",
            Self::ScoreOfStatsmodels => "score difference of statsmodels",
        }
    }
}

/// A statistic that is normal if nothing differs.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct ZTest {
    statistic: f64,
    p_value: f64,
}

impl ZTest {
    pub(super) fn new(
        what: &'static str,
        difference: f64,
        deviation: f64,
        alternative: Alternative,
    ) -> Result<Self> {
        let statistic = difference / deviation;
        if statistic.is_nan() {
            return Err(Error::undefined(what, "nothing differs and nothing varies"));
        }
        let p_value = alternative.of_tails(normal_sf(-statistic), normal_sf(statistic));
        Ok(Self { statistic, p_value })
    }

    /// The difference in standard errors; infinite without variance.
    pub const fn statistic(&self) -> f64 {
        self.statistic
    }

    /// How likely a statistic this large is if nothing differs.
    pub const fn p_value(&self) -> f64 {
        self.p_value
    }
}

impl Share {
    /// The interval of this share less another, at a level such as 0.95.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a level not within 0..1. [`Error::Undefined`] for
    /// [`ScoreOfStatsmodels`](DifferenceMethod::ScoreOfStatsmodels) where its search fails,
    /// as for shares of 0 and 1.
    ///
    /// # Source
    /// Agresti and Caffo, *American Statistician* 54 (2000); Newcombe, *Statistics in
    /// Medicine* 17 (1998), method 10; Miettinen and Nurminen, *Statistics in Medicine* 4
    /// (1985). Equal to `confint_proportions_2indep` of statsmodels 0.15, less its score.
    pub fn difference_interval(
        &self,
        other: &Self,
        method: DifferenceMethod,
        level: f64,
    ) -> Result<Interval> {
        proper_share("level", level)?;
        match method {
            DifferenceMethod::Wald | DifferenceMethod::AgrestiCaffo => {
                let (difference, variance) = moments(self, other, method);
                let half = normal_isf(0.5 * (1.0 - level)) * variance.sqrt();
                Ok(Interval { level, lower: difference - half, upper: difference + half })
            }
            DifferenceMethod::Newcombe => {
                let (a, b) = (self.value(), other.value());
                let of_a = wilson(self.successes, self.trials, level)?;
                let of_b = wilson(other.successes, other.trials, level)?;
                Ok(Interval {
                    level,
                    lower: a - b - (a - of_a.lower).hypot(of_b.upper - b),
                    upper: a - b + (b - of_b.lower).hypot(of_a.upper - a),
                })
            }
            DifferenceMethod::Score => Ok(score::interval(self, other, level)),
            DifferenceMethod::ScoreOfStatsmodels => score::interval_of_statsmodels(self, other, level),
        }
    }

    /// Tests that this share less another is `value`; with `-margin` and
    /// [`Alternative::Greater`], that this one is more than `margin` smaller (a small p
    /// says: it is not inferior).
    ///
    /// # Errors
    /// [`Error::Parameter`] for a value not within −1..1, or for Newcombe's method, which
    /// has no test; [`Error::Undefined`] if nothing differs and nothing varies.
    ///
    /// # Source
    /// As [`difference_interval`](Self::difference_interval); `test_proportions_2indep`.
    pub fn test_difference(
        &self,
        other: &Self,
        value: f64,
        method: DifferenceMethod,
        alternative: Alternative,
    ) -> Result<ZTest> {
        if !(-1.0..=1.0).contains(&value) {
            return Err(Error::Parameter { what: "difference", value, expected: "within -1..1" });
        }
        match method {
            DifferenceMethod::Wald | DifferenceMethod::AgrestiCaffo => {
                let (difference, variance) = moments(self, other, method);
                ZTest::new(method.name(), difference - value, variance.sqrt(), alternative)
            }
            DifferenceMethod::Newcombe => Err(Error::Parameter {
                what: "method (newcombe)",
                value: f64::NAN,
                expected: "one that has a test",
            }),
            DifferenceMethod::Score | DifferenceMethod::ScoreOfStatsmodels => {
                let known = method == DifferenceMethod::ScoreOfStatsmodels;
                let variance = score::variance(self, other, value, known);
                let difference = self.value() - other.value() - value;
                ZTest::new(method.name(), difference, variance.sqrt(), alternative)
            }
        }
    }

    /// Two one-sided tests: the p-value of "the difference is not between `low` and `high`".
    /// A small one says that the shares are equivalent within these bounds.
    ///
    /// # Errors
    /// As [`test_difference`](Self::test_difference).
    ///
    /// # Source
    /// Schuirmann, *J. Pharmacokinetics and Biopharmaceutics* 15 (1987);
    /// `tost_proportions_2indep` of statsmodels 0.15.
    pub fn equivalence(&self, other: &Self, low: f64, high: f64, method: DifferenceMethod) -> Result<f64> {
        let above = self.test_difference(other, low, method, Alternative::Greater)?;
        let below = self.test_difference(other, high, method, Alternative::Less)?;
        Ok(above.p_value.max(below.p_value))
    }

    /// The z-test that both shares are the same, with the variance of both samples together.
    ///
    /// # Errors
    /// [`Error::Undefined`] if all rows are successes, or none.
    ///
    /// # Source
    /// `statsmodels.stats.proportion.proportions_ztest` (0.15).
    pub fn z_test(&self, other: &Self, alternative: Alternative) -> Result<ZTest> {
        let (n, m) = (self.trials as f64, other.trials as f64);
        let pooled = (self.successes as f64 + other.successes as f64) / (n + m);
        let variance = pooled * (1.0 - pooled) * (1.0 / n + 1.0 / m);
        ZTest::new("z-test of two shares", self.value() - other.value(), variance.sqrt(), alternative)
    }
}

/// Difference and variance by Wald's method, or by Agresti and Caffo's.
fn moments(a: &Share, b: &Share, method: DifferenceMethod) -> (f64, f64) {
    let added = if method == DifferenceMethod::AgrestiCaffo { 1.0 } else { 0.0 };
    let of = |share: &Share| {
        let n = share.trials as f64 + 2.0 * added;
        let p = (share.successes as f64 + added) / n;
        (p, p * (1.0 - p) / n)
    };
    let ((a, of_a), (b, of_b)) = (of(a), of(b));
    (a - b, of_a + of_b)
}
