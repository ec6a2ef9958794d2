use serde_json::{Map, Value, json};

use super::rows::{About, about_methods};
use super::{Expectation, Judge, Judgement, Kwargs};
use crate::metric::{Interpolation, KeepColumn, Kept, has_numbers};
use crate::plan::Planner;
use crate::table::{Cell, is_moment, number};
use crate::{Error, Result};

/// `expect_column_value_z_scores_to_be_less_than`: no value lies further from the mean of
/// its column than so many standard deviations (of a sample, by `n − 1`).
///
/// One-sided, only values above the mean count. Where there is no deviation to measure in (one
/// value, values that are all the same or not all finite) no value is unexpected.
///
/// Of numbers, truth values and timestamps. Keeps the column, since its mean has to be known
/// before one value can be judged.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Float64Array, RecordBatch};
/// use mlops_validate::Suite;
/// use mlops_validate::expectation::ZScoresBelow;
///
/// let suite = Suite::new("flights").expect(ZScoresBelow::new("delay", 1.5));
/// # let delay: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0, 1.5, 2.5, 90.0]));
/// # let batch = RecordBatch::try_from_iter([("delay", delay)])?;
/// let result = suite.validate(&[batch])?;
/// let broken = result.results[0].broken().expect("rows were judged");
/// assert_eq!((broken.count, broken.first[0].row), (1, 4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ZScoresBelow {
    about: About,
    threshold: f64,
    double_sided: bool,
}

impl ZScoresBelow {
    pub(super) const NAME: &str = "expect_column_value_z_scores_to_be_less_than";

    /// At most so many standard deviations from the mean, on both sides.
    pub fn new(column: impl Into<String>, threshold: f64) -> Self {
        Self { about: About::new(column), threshold, double_sided: true }
    }

    /// Only values above the mean count.
    pub fn one_sided(mut self) -> Self {
        self.double_sided = false;
        self
    }

    about_methods!();

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        kwargs.required("double_sided", "true or false")?;
        Ok(Self {
            about: About::parse(kwargs)?,
            threshold: required_number(kwargs, "threshold")?,
            double_sided: kwargs.flag("double_sided", true)?,
        })
    }
}

fn required_number<'a>(kwargs: &Kwargs<'a>, name: &'a str) -> Result<f64> {
    kwargs.required(name, "a number")?;
    Ok(kwargs.number(name)?.unwrap_or(f64::NAN))
}

/// Judges the values of a column once all of them are known.
fn judge(
    about: &About,
    planner: &mut Planner<'_>,
    broken: impl Fn(&Kept) -> Result<Box<dyn Fn(f64) -> bool>> + Send + Sync + 'static,
) -> Result<Judge> {
    let domain = about.domain(planner)?;
    let keep = planner.keep().clone();
    let column = about.column.clone();
    let kept = planner.measure(KeepColumn { column, domain, rows: Some(keep.clone()) });
    let mostly = about.mostly.share();
    Ok(Box::new(move |measured| {
        let kept = measured.get(kept)?;
        let examined = kept.examine(&keep, broken(kept)?)?;
        Ok(Judgement::rows(&examined, mostly, true))
    }))
}

fn no_numbers(rule: &str, column: &str, planner: &Planner<'_>) -> Result<Error> {
    let reason = format!("values of type {} are no numbers", planner.column(column)?);
    Ok(Error::Evaluation { rule: rule.to_owned(), reason })
}

impl Expectation for ZScoresBelow {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = self.about.kwargs();
        kwargs.insert("threshold".to_owned(), number(self.threshold));
        kwargs.insert("double_sided".to_owned(), json!(self.double_sided));
        kwargs
    }

    fn rule(&self) -> String {
        let side = if self.double_sided { "from" } else { "above" };
        let threshold = if self.double_sided { self.threshold.abs() } else { self.threshold };
        self.about.rule(&format!("less than {threshold} standard deviations {side} the mean"))
    }

    fn column(&self) -> Option<&str> {
        Some(&self.about.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let data_type = planner.column(&self.about.column)?;
        if !has_numbers(data_type) && !is_moment(data_type) {
            return Err(no_numbers(Self::NAME, &self.about.column, planner)?);
        }
        let (threshold, double_sided) = (self.threshold, self.double_sided);
        judge(&self.about, planner, move |kept| {
            let (mean, deviation) = kept.mean_and_deviation()?;
            if deviation == 0.0 {
                return Ok(Box::new(|_| false));
            }
            Ok(Box::new(move |value| {
                let score = (value - mean) / deviation;
                let is_below = if double_sided { score.abs() < threshold.abs() } else { score < threshold };
                !is_below && !score.is_nan()
            }))
        })
    }
}

/// `expect_column_values_to_not_be_outliers`: no value lies far from the others.
///
/// - [`by_iqr`](Self::by_iqr): further below the first quartile, or above the third, than so
///   many times their distance (Tukey's fences, which belong to the range).
/// - [`by_deviation`](Self::by_deviation): as far from the mean as so many standard deviations
///   of a sample, or further; for 0, whatever is not the mean.
///
/// Where there is nothing to measure in (no value, infinite quartiles, one value) no value is
/// an outlier. Quartiles are interpolated linearly.
///
/// Of numbers and truth values. Keeps the column.
///
/// # Source
/// Tukey, *Exploratory Data Analysis* (1977); Great Expectations 1.24 for the edges.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Float64Array, RecordBatch};
/// use mlops_validate::Suite;
/// use mlops_validate::expectation::NotOutliers;
///
/// let suite = Suite::new("flights").expect(NotOutliers::new("delay").by_iqr(3.0)?);
/// # let delay: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0, 1.5, 2.5, 90.0]));
/// # let batch = RecordBatch::try_from_iter([("delay", delay)])?;
/// let result = suite.validate(&[batch])?;
/// let broken = result.results[0].broken().expect("rows were judged");
/// assert_eq!((broken.count, broken.first[0].row), (1, 4));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct NotOutliers {
    about: About,
    method: Method,
    multiplier: f64,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Method {
    Iqr,
    Std,
}

impl NotOutliers {
    pub(super) const NAME: &str = "expect_column_values_to_not_be_outliers";
    const MULTIPLIER: f64 = 1.5;

    /// By the quartiles and 1.5 times their distance.
    pub fn new(column: impl Into<String>) -> Self {
        Self { about: About::new(column), method: Method::Iqr, multiplier: Self::MULTIPLIER }
    }

    /// By the quartiles and so many times their distance.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is below 0 or no number.
    pub fn by_iqr(self, multiplier: f64) -> Result<Self> {
        self.by(Method::Iqr, multiplier)
    }

    /// By the mean and so many standard deviations.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is below 0 or no number.
    pub fn by_deviation(self, multiplier: f64) -> Result<Self> {
        self.by(Method::Std, multiplier)
    }

    fn by(self, method: Method, multiplier: f64) -> Result<Self> {
        if multiplier >= 0.0 {
            Ok(Self { method, multiplier, ..self })
        } else {
            Err(Error::invalid(Self::NAME, "multiplier", multiplier, "a number of at least 0"))
        }
    }

    about_methods!();

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let method = match kwargs.get("method") {
            None => Method::Iqr,
            Some(Value::String(name)) if name == "iqr" => Method::Iqr,
            Some(Value::String(name)) if name == "std" => Method::Std,
            Some(other) => return Err(kwargs.invalid("method", other, "\"iqr\" or \"std\"")),
        };
        let multiplier = match kwargs.get("multiplier") {
            None => Self::MULTIPLIER,
            Some(value) => {
                let multiplier = required_number(kwargs, "multiplier")?;
                if multiplier.is_nan() || multiplier < 0.0 {
                    return Err(kwargs.invalid("multiplier", value, "a number of at least 0"));
                }
                multiplier
            }
        };
        Ok(Self { about: About::parse(kwargs)?, method, multiplier })
    }
}

impl Expectation for NotOutliers {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = self.about.kwargs();
        if self.method == Method::Std {
            kwargs.insert("method".to_owned(), json!("std"));
        }
        if self.multiplier != Self::MULTIPLIER {
            kwargs.insert("multiplier".to_owned(), number(self.multiplier));
        }
        kwargs
    }

    fn rule(&self) -> String {
        let multiplier = self.multiplier;
        self.about.rule(&match self.method {
            Method::Iqr => format!("no further from the quartiles than {multiplier} times their distance"),
            Method::Std => format!("less than {multiplier} standard deviations from the mean"),
        })
    }

    fn column(&self) -> Option<&str> {
        Some(&self.about.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        if !has_numbers(planner.column(&self.about.column)?) {
            return Err(no_numbers(Self::NAME, &self.about.column, planner)?);
        }
        let (method, multiplier) = (self.method, self.multiplier);
        judge(&self.about, planner, move |kept| {
            let (low, high, spread) = match method {
                Method::Iqr => {
                    let quartiles = kept.quantiles(&[0.25, 0.75], Interpolation::Linear)?;
                    let finite = |cell: &Cell<'_>| match cell {
                        Cell::Float(value) => *value,
                        _ => f64::NAN,
                    };
                    let (low, high) = (finite(&quartiles[0]), finite(&quartiles[1]));
                    (low, high, high - low)
                }
                Method::Std => {
                    let (mean, deviation) = kept.mean_and_deviation()?;
                    (mean, mean, deviation)
                }
            };
            if !low.is_finite() || !high.is_finite() || !spread.is_finite() {
                return Ok(Box::new(|_| false));
            }
            let reach = multiplier * spread;
            #[expect(clippy::float_cmp, reason = "without any reach only the mean itself is inside")]
            Ok(match method {
                Method::Iqr => Box::new(move |value| !(value >= low - reach && value <= high + reach)),
                Method::Std if reach <= 0.0 => Box::new(move |value| value != low),
                Method::Std => Box::new(move |value| (value - low).abs() >= reach),
            })
        })
    }
}
