//! Is the candidate at most so much worse than the baseline?
//!
//! A test of "no difference" can't answer that: with few rows it finds no difference
//! between anything. Here the burden of proof is on the candidate: what is refuted is that
//! it is worse by the margin or more.
//!
//! ```
//! use mlops_stats::classification::Orientation;
//! use mlops_stats::non_inferiority::{Conclusion, NonInferiority};
//! let question = NonInferiority::new(0.05, Orientation::LowerIsBetter, 0.95)?;
//! // Absolute errors of both models on the same rows.
//! let candidate = [0.31, 0.22, 0.45, 0.18, 0.29, 0.40, 0.25, 0.33];
//! let baseline = [0.30, 0.24, 0.44, 0.19, 0.28, 0.41, 0.24, 0.32];
//! let answer = question.of_rows(&candidate, &baseline)?;
//! assert_eq!(answer.conclusion(), Conclusion::NotInferior);
//! assert!(answer.bound() > -0.05);
//! # Ok::<(), mlops_stats::Error>(())
//! ```

use crate::bootstrap::Estimate;
use crate::classification::Orientation;
use crate::distribution::{normal_isf, student_isf};
use crate::interval::proper_share;
use crate::paired::{DeLong, PairedT};
use crate::proportion::{DifferenceMethod, Share};
use crate::{Alternative, Error, Result};

/// The question: is the candidate less than a margin worse, with this confidence?
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct NonInferiority {
    margin: f64,
    /// 1 if higher is better, −1 if lower is.
    direction: f64,
    level: f64,
}

/// What the data say to the question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "a claim holds, its opposite does, or it is open")]
pub enum Conclusion {
    /// The candidate is less than the margin worse, with the confidence asked for.
    NotInferior,
    /// It is worse by more than the margin, with the same confidence.
    Inferior,
    /// The data allow both. More rows may tell.
    Open,
}

/// The answer: by how much the candidate is better, and how sure that is. Differences are
/// signed so that more is better, whichever way the metric goes.
#[derive(Clone, Copy, Debug, PartialEq)]
#[must_use]
pub struct Answer {
    conclusion: Conclusion,
    gain: f64,
    bound: f64,
    p_value: Option<f64>,
}

impl Answer {
    /// What the data say.
    pub const fn conclusion(&self) -> Conclusion {
        self.conclusion
    }

    /// By how much the candidate is better; negative if it is worse.
    pub const fn gain(&self) -> f64 {
        self.gain
    }

    /// The gain is at least this, with the confidence asked for (one-sided).
    pub const fn bound(&self) -> f64 {
        self.bound
    }

    /// The one-sided p-value of "worse by the margin or more"; a bootstrap has none.
    pub const fn p_value(&self) -> Option<f64> {
        self.p_value
    }
}

impl NonInferiority {
    /// Worse by less than `margin`, in units of the metric, at the one-sided level, such as 0.95.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a margin that is negative or not finite, a level not within
    /// 0..1, or a metric that does not say what is better.
    pub fn new(margin: f64, orientation: Orientation, level: f64) -> Result<Self> {
        proper_share("level", level)?;
        if !(margin.is_finite() && margin >= 0.0) {
            return Err(Error::Parameter { what: "margin", value: margin, expected: "at least 0" });
        }
        let direction = match orientation {
            Orientation::HigherIsBetter => 1.0,
            Orientation::LowerIsBetter => -1.0,
            Orientation::Neither => {
                let expected = "one that says what is better";
                return Err(Error::Parameter { what: "orientation (neither)", value: f64::NAN, expected });
            }
        };
        Ok(Self { margin, direction, level })
    }

    /// Of one value of each model a row, such as absolute errors, by the paired t-test.
    ///
    /// Takes rows as independent; for clusters see [`of_estimate`](Self::of_estimate).
    ///
    /// # Errors
    /// As [`PairedT::of`]. [`Error::Undefined`] if all differences are the margin.
    pub fn of_rows(&self, candidate: &[f64], baseline: &[f64]) -> Result<Answer> {
        let test = PairedT::of(candidate, baseline)?;
        let half = one_sided(self.level, |tail| student_isf(test.degrees_of_freedom(), tail))
            * test.standard_error();
        let p_value = test.p_value_against(-self.margin * self.direction, self.alternative())?;
        Ok(self.answer(test.mean(), half, p_value))
    }

    /// Of the areas under both ROC curves on the same rows, by `DeLong`'s variance.
    ///
    /// Takes rows as independent; for clusters see [`of_estimate`](Self::of_estimate).
    pub fn of_areas(&self, candidate_less_baseline: &DeLong) -> Answer {
        let test = candidate_less_baseline;
        let half = one_sided(self.level, normal_isf) * test.standard_error();
        let p_value = test.p_value_against(-self.margin * self.direction, self.alternative());
        self.answer(test.difference(), half, p_value)
    }

    /// Of two shares on different rows, by Agresti and Caffo's method.
    ///
    /// Takes rows as independent.
    ///
    /// # Errors
    /// [`Error::Parameter`] for a margin above 1.
    pub fn of_shares(&self, candidate: &Share, baseline: &Share) -> Result<Answer> {
        let method = DifferenceMethod::AgrestiCaffo;
        let value = -self.margin * self.direction;
        let test = candidate.test_difference(baseline, value, method, self.alternative())?;
        // The two-sided interval that leaves the one-sided level's tail on each side.
        let ends = candidate.difference_interval(
            baseline,
            method,
            (2.0 * self.level - 1.0).max(f64::MIN_POSITIVE),
        )?;
        let gain = self.direction * (candidate.value() - baseline.value());
        let (low, high) = self.directed(ends.lower, ends.upper);
        let p_value = Some(test.p_value());
        Ok(Answer { conclusion: self.concluded(low, high), gain, bound: low, p_value })
    }

    /// Of any statistic's difference, candidate less baseline, with its bootstrap interval:
    /// what to use where rows come in clusters
    /// ([`BlockBootstrap::difference`](crate::bootstrap::BlockBootstrap::difference)).
    ///
    /// The interval's lower end has half of what its level leaves below it: a level of
    /// 0.9 there is the one-sided 0.95 here.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the interval has less confidence than was asked for.
    pub fn of_estimate(&self, difference: &Estimate) -> Result<Answer> {
        let (interval, needed) = (difference.interval, 2.0 * self.level - 1.0);
        if interval.level < needed - 1e-12 {
            let (what, value) = ("level of the interval", interval.level);
            return Err(Error::Parameter {
                what,
                value,
                expected: "at least twice the one-sided level, less 1",
            });
        }
        let (low, high) = self.directed(interval.lower, interval.upper);
        let gain = self.direction * difference.value;
        Ok(Answer { conclusion: self.concluded(low, high), gain, bound: low, p_value: None })
    }

    fn alternative(&self) -> Alternative {
        if self.direction > 0.0 { Alternative::Greater } else { Alternative::Less }
    }

    fn directed(&self, lower: f64, upper: f64) -> (f64, f64) {
        if self.direction > 0.0 { (lower, upper) } else { (-upper, -lower) }
    }

    fn answer(&self, difference: f64, half: f64, p_value: f64) -> Answer {
        let gain = self.direction * difference;
        let bound = gain - half;
        Answer { conclusion: self.concluded(bound, gain + half), gain, bound, p_value: Some(p_value) }
    }

    /// What follows from the least and the greatest gain.
    fn concluded(&self, low: f64, high: f64) -> Conclusion {
        if low > -self.margin {
            Conclusion::NotInferior
        } else if high < -self.margin {
            Conclusion::Inferior
        } else {
            Conclusion::Open
        }
    }
}

/// How far a one-sided bound at this level lies from the estimate, in standard errors;
/// 0 for a level of a half or less, where it would lie on the wrong side.
fn one_sided(level: f64, exceeded_with: impl Fn(f64) -> f64) -> f64 {
    if level > 0.5 { exceeded_with(1.0 - level) } else { 0.0 }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_rows_leave_it_open_many_do_not() {
        let question = NonInferiority::new(0.02, Orientation::HigherIsBetter, 0.95).unwrap();
        let share = |yes, of| Share::new(yes, of).unwrap();
        let few = question.of_shares(&share(90, 100), &share(90, 100)).unwrap();
        assert_eq!(few.conclusion(), Conclusion::Open);
        let many = question.of_shares(&share(90_000, 100_000), &share(90_000, 100_000)).unwrap();
        assert_eq!(many.conclusion(), Conclusion::NotInferior);
        let worse = question.of_shares(&share(80_000, 100_000), &share(90_000, 100_000)).unwrap();
        assert_eq!(worse.conclusion(), Conclusion::Inferior);
        assert!(many.p_value().unwrap() < 0.05 && few.p_value().unwrap() > 0.05);
    }

    #[test]
    fn the_conclusion_and_the_p_value_agree() {
        let baseline: Vec<f64> = (0..30).map(|row| f64::from(row * 7 % 11)).collect();
        for shift in [-0.6, -0.3, -0.1, 0.0, 0.2] {
            for orientation in [Orientation::HigherIsBetter, Orientation::LowerIsBetter] {
                let candidate: Vec<f64> = baseline
                    .iter()
                    .enumerate()
                    .map(|(row, value)| value + shift + (row % 5) as f64 / 4.0 - 0.5)
                    .collect();
                let question = NonInferiority::new(0.25, orientation, 0.9).unwrap();
                let answer = question.of_rows(&candidate, &baseline).unwrap();
                let small = answer.p_value().unwrap() < 0.1;
                assert_eq!(small, answer.conclusion() == Conclusion::NotInferior, "{shift} {orientation:?}");
            }
        }
    }

    #[test]
    fn an_interval_that_is_too_short_is_refused() {
        let question = NonInferiority::new(0.1, Orientation::HigherIsBetter, 0.95).unwrap();
        let values: Vec<f64> = (0..40).map(|row| f64::from(row % 7) / 10.0).collect();
        let estimate = |level| {
            let blocks = crate::bootstrap::Blocks::each_row(values.len()).unwrap();
            crate::bootstrap::BlockBootstrap::new(200, 1, level)
                .unwrap()
                .rows("mean", &blocks, |rows| Some(rows.iter().map(|row| values[*row]).sum::<f64>() / 40.0))
                .unwrap()
        };
        assert!(matches!(question.of_estimate(&estimate(0.8)), Err(Error::Parameter { .. })));
        assert_eq!(question.of_estimate(&estimate(0.9)).unwrap().conclusion(), Conclusion::NotInferior);
    }

    #[test]
    fn what_can_not_be_asked_is_refused() {
        for (margin, orientation, level) in [
            (-0.1, Orientation::HigherIsBetter, 0.95),
            (f64::NAN, Orientation::HigherIsBetter, 0.95),
            (0.1, Orientation::Neither, 0.95),
            (0.1, Orientation::LowerIsBetter, 1.0),
        ] {
            assert!(matches!(NonInferiority::new(margin, orientation, level), Err(Error::Parameter { .. })));
        }
    }
}
