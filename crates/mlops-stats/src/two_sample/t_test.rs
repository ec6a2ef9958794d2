use super::moments::{Moments, common_scale};
use crate::Alternative;
use crate::distribution::{student_isf, student_sf};
use crate::error::all_finite;
use crate::interval::{Interval, proper_share};
use crate::{Error, Result};

/// What a t-test takes the variances of its two samples to be.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "either they are taken as equal or they are not")]
pub enum Variances {
    /// Each sample has its own (Welch).
    #[default]
    Unequal,
    /// Both have the same, estimated from both (Student). Wrong p-values where they differ,
    /// most of all with samples of different sizes.
    Equal,
}

/// The t-test that two samples have the same mean: Welch's, Student's, or Yuen's of trimmed means.
///
/// Assumes independent rows. Values of any size: neither 1e200 nor 1e−200 overflows. Takes
/// slices in any order, `O(n + m)`; only trimming sorts.
///
/// ```
/// use mlops_stats::{Alternative, two_sample::TTest};
/// let test = TTest::welch(&[1.0, 2.0, 3.0, 4.0, 5.0], &[6.0, 7.0, 8.0, 9.0, 10.0])?;
/// assert_eq!((test.statistic(), test.difference()), (-5.0, -5.0));
/// assert!((test.p_value(Alternative::TwoSided) - 0.001_052_8).abs() < 1e-6);
/// let sure = test.confidence_interval(0.95)?;
/// assert!((sure.lower + 7.306_0).abs() < 1e-4 && (sure.upper + 2.694_0).abs() < 1e-4);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Welch, *The generalization of "Student's" problem when several different population
/// variances are involved* (1947); Yuen, *The two-sample trimmed t for unequal population
/// variances* (1974). Agrees with `scipy.stats.ttest_ind` (1.17).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TTest {
    difference: f64,
    standard_error: f64,
    statistic: f64,
    degrees_of_freedom: f64,
}

/// What a t-test needs of a sample that is not at hand as a slice.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a t-test needs these three numbers")]
pub struct Summary {
    /// The mean of the values.
    pub mean: f64,
    /// Their variance, divided by n − 1.
    pub variance: f64,
    /// How many there are.
    pub count: u64,
}

/// Mean, variance of the values, and how many there are.
struct Side {
    mean: f64,
    variance: f64,
    count: f64,
}

impl TTest {
    /// Welch's test: each sample has its own variance. The one to use unless a reason says otherwise.
    ///
    /// # Errors
    /// As [`TTest::trimmed`]; a single value on either side is [`Error::Undefined`].
    pub fn welch(x: &[f64], y: &[f64]) -> Result<Self> {
        Self::trimmed(x, y, 0.0, Variances::Unequal)
    }

    /// Welch's test from mean, variance and count of each sample, where the values themselves
    /// are too many to be looked at again.
    ///
    /// # Errors
    /// [`Error::Value`] for a mean or variance that is not finite or a negative variance (index
    /// 0 for the first sample, 1 for the second), [`Error::Undefined`] with fewer than two
    /// values on a side, or if both samples are the same constant.
    ///
    /// # Source
    /// `scipy.stats.ttest_ind_from_stats(equal_var=False)` (1.17).
    ///
    /// ```
    /// use mlops_stats::two_sample::{Summary, TTest};
    /// let of = |mean| Summary { mean, variance: 2.5, count: 5 };
    /// let test = TTest::of_summaries(of(3.0), of(8.0))?;
    /// assert_eq!(test, TTest::welch(&[1.0, 2.0, 3.0, 4.0, 5.0], &[6.0, 7.0, 8.0, 9.0, 10.0])?);
    /// # Ok::<(), mlops_stats::Error>(())
    /// ```
    pub fn of_summaries(x: Summary, y: Summary) -> Result<Self> {
        for (index, side) in [x, y].into_iter().enumerate() {
            if !side.mean.is_finite() {
                return Err(Error::Value {
                    what: "means",
                    index,
                    value: side.mean,
                    expected: "a finite number",
                });
            }
            if !(side.variance >= 0.0 && side.variance.is_finite()) {
                let expected = "a finite number, not negative";
                return Err(Error::Value { what: "variances", index, value: side.variance, expected });
            }
            if side.count < 2 {
                return Err(Error::undefined("t", "too few values for a variance"));
            }
        }
        let side = |of: Summary| Side { mean: of.mean, variance: of.variance, count: of.count as f64 };
        Self::of_sides(&side(x), &side(y), Variances::Unequal, 1.0)
    }

    /// Student's test: both samples have the same variance.
    ///
    /// # Errors
    /// As [`TTest::trimmed`]; one value on one side is allowed.
    pub fn pooled(x: &[f64], y: &[f64]) -> Result<Self> {
        Self::trimmed(x, y, 0.0, Variances::Equal)
    }

    /// Yuen's test, of the means without a share `trim` of the values at either end. Sorts copies.
    ///
    /// # Errors
    /// [`Error::Shape`] without a value on a side, [`Error::Value`] for NaN, or an infinity
    /// that is not trimmed away, [`Error::Parameter`] unless `trim` is at least 0 and below ½, [`Error::Undefined`] if
    /// there are too few values for a variance, or both samples are the same constant.
    pub fn trimmed(x: &[f64], y: &[f64], trim: f64, variances: Variances) -> Result<Self> {
        if !(0.0..0.5).contains(&trim) {
            return Err(Error::Parameter { what: "trim", value: trim, expected: "at least 0 and below 0.5" });
        }
        let scale = common_scale([x, y].into_iter());
        let (x, y) = (Side::of("x", x, trim, scale)?, Side::of("y", y, trim, scale)?);
        Self::of_sides(&x, &y, variances, scale)
    }

    /// Of samples that were divided by `scale`.
    fn of_sides(x: &Side, y: &Side, variances: Variances, scale: f64) -> Result<Self> {
        let of_mean = (x.variance / x.count, y.variance / y.count);
        let (degrees_of_freedom, variance) = match variances {
            Variances::Equal => {
                let degrees = x.count + y.count - 2.0;
                // A single value has no variance of its own, and adds nothing to the common one.
                let squares = |side: &Side| {
                    if side.count > 1.0 { (side.count - 1.0) * side.variance } else { 0.0 }
                };
                (degrees, (squares(x) + squares(y)) / degrees * (1.0 / x.count + 1.0 / y.count))
            }
            Variances::Unequal => {
                let both = of_mean.0 + of_mean.1;
                let degrees =
                    both * both / (of_mean.0.powi(2) / (x.count - 1.0) + of_mean.1.powi(2) / (y.count - 1.0));
                // Two constants: whatever it is, an infinite statistic lies beyond.
                (if both == 0.0 { 1.0 } else { degrees }, both)
            }
        };
        let standard_error = variance.sqrt();
        let difference = x.mean - y.mean;
        let statistic = difference / standard_error;
        if statistic.is_nan() {
            let reason = if standard_error.is_nan() {
                "too few values for a variance"
            } else {
                "both samples are the same constant"
            };
            return Err(Error::undefined("t", reason));
        }
        Ok(Self {
            difference: difference * scale,
            standard_error: standard_error * scale,
            statistic,
            degrees_of_freedom,
        })
    }

    /// [`TTest::difference`] by [`TTest::standard_error`]; infinite if the samples are
    /// different constants.
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// The degrees of freedom: whole numbers only with equal variances.
    pub fn degrees_of_freedom(&self) -> f64 {
        self.degrees_of_freedom
    }

    /// The (trimmed) mean of the first sample less that of the second, in the values' unit.
    pub fn difference(&self) -> f64 {
        self.difference
    }

    /// The standard error of the difference.
    pub fn standard_error(&self) -> f64 {
        self.standard_error
    }

    /// How likely a statistic at least this far out is if the means are the same.
    pub fn p_value(&self, alternative: Alternative) -> f64 {
        alternative.symmetric_p_value(self.statistic, |t| student_sf(self.degrees_of_freedom, t))
    }

    /// A two-sided confidence interval of the difference.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the level lies between 0 and 1.
    pub fn confidence_interval(&self, level: f64) -> Result<Interval> {
        proper_share("level", level)?;
        let reach = student_isf(self.degrees_of_freedom, (1.0 - level) / 2.0) * self.standard_error;
        Ok(Interval { level, lower: self.difference - reach, upper: self.difference + reach })
    }

    /// A confidence interval of the difference that is open on the side of the alternative:
    /// a test of this alternative rejects every difference outside. Two-sided it is
    /// [`TTest::confidence_interval`].
    ///
    /// # Errors
    /// [`Error::Parameter`] unless the level lies between 0 and 1.
    pub fn confidence_bound(&self, level: f64, alternative: Alternative) -> Result<Interval> {
        proper_share("level", level)?;
        let reach = |beyond| {
            let above = |share| student_isf(self.degrees_of_freedom, share);
            self.standard_error * if beyond <= 0.5 { above(beyond) } else { -above(1.0 - beyond) }
        };
        let (lower, upper) = match alternative {
            Alternative::TwoSided => return self.confidence_interval(level),
            Alternative::Less => (f64::NEG_INFINITY, self.difference + reach(1.0 - level)),
            Alternative::Greater => (self.difference - reach(1.0 - level), f64::INFINITY),
        };
        Ok(Interval { level, lower, upper })
    }
}

impl Side {
    fn of(what: &'static str, values: &[f64], trim: f64, scale: f64) -> Result<Self> {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below half the length")]
        let cut = (values.len() as f64 * trim) as usize;
        let scaled = values.iter().map(|value| value / scale);
        if cut == 0 {
            all_finite(what, values)?;
            let Moments { mean, squares } = Moments::of(scaled);
            let count = values.len() as f64;
            // 0/0 for a single value: it has none.
            return Ok(Self { mean, variance: squares / (count - 1.0), count });
        }
        if let Some(index) = values.iter().position(|value| value.is_nan()) {
            return Err(Error::Value { what, index, value: f64::NAN, expected: "a number" });
        }
        let mut sorted: Vec<f64> = scaled.collect();
        sorted.sort_unstable_by(f64::total_cmp);
        let kept = &sorted[cut..sorted.len() - cut];
        let (low, high) = (kept[0], kept[kept.len() - 1]);
        if !(low.is_finite() && high.is_finite()) {
            // One of them at least is infinite.
            return all_finite(what, values).and(Err(Error::undefined("t", "a sample is infinite")));
        }
        let count = kept.len() as f64;
        // The mean is of what is kept; the variance of the values with the ends pulled in.
        let pulled_in = kept.iter().copied().chain((0..cut).flat_map(|_| [low, high]));
        let squares = Moments::of(pulled_in).squares;
        Ok(Self { mean: Moments::of(kept.iter().copied()).mean, variance: squares / (count - 1.0), count })
    }
}
