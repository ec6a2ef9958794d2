use serde_json::{Map, Value, json};

use super::rows::{with_condition, write_condition};
use super::{Expectation, Judge, Judgement, Kwargs};
use crate::condition::RowCondition;
use crate::metric::{Interpolation, KeepColumn, has_numbers};
use crate::plan::Planner;
use crate::table::{Cell, Scalar, number};
use crate::{Error, Result};

/// `expect_column_quantile_values_to_be_between`: each of some quantiles of a column of
/// numbers lies in its range.
///
/// A quantile is the value of the nearest rank; of two that are as near, the even one. An end
/// that is met to a tenth of a per mille is met. Without a value no range is met. A NaN that
/// is a value stands after all numbers.
///
/// Keeps the column.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Int64Array, RecordBatch};
/// use mlops_validate::Suite;
/// use mlops_validate::expectation::QuantilesBetween;
///
/// let quantiles = QuantilesBetween::new("delay")
///     .quantile(0.5, -5.0..=5.0)?
///     .quantile(0.95, ..=60.0)?;
/// # let delay: ArrayRef = Arc::new(Int64Array::from(vec![-3, 0, 2, 240]));
/// # let batch = RecordBatch::try_from_iter([("delay", delay)])?;
/// let result = Suite::new("flights").expect(quantiles).validate(&[batch])?;
/// assert_eq!(
///     result.lines(),
///     ["delay: expected quantile 0.5 from -5 to 5, quantile 0.95 up to 60, \
///       but it is {\"quantiles\":[0.5,0.95],\"values\":[2,240]}"]
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct QuantilesBetween {
    column: String,
    /// As it was written: what is wrong with it is found when it is evaluated, as Great
    /// Expectations does.
    ranges: Value,
    /// False, true, or the name of an interpolation.
    relative_error: Value,
    condition: Option<RowCondition>,
}

/// Quantiles with the range of each, where those are known.
#[derive(Debug)]
struct Ranges {
    quantiles: Vec<f64>,
    ranges: Vec<(f64, f64)>,
}

const QUANTILES: &str = "quantiles";
const RANGES: &str = "value_ranges";

impl QuantilesBetween {
    pub(super) const NAME: &str = "expect_column_quantile_values_to_be_between";

    /// No quantile; add them.
    pub fn new(column: impl Into<String>) -> Self {
        Self {
            column: column.into(),
            ranges: json!({QUANTILES: [], RANGES: []}),
            relative_error: Value::Bool(false),
            condition: None,
        }
    }

    /// A quantile, from 0 to 1, and the range that it has to lie in; both ends belong to it.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the quantile is not from 0 to 1, or the range is the wrong way round.
    pub fn quantile(mut self, quantile: f64, range: impl std::ops::RangeBounds<f64>) -> Result<Self> {
        use std::ops::Bound;
        let end = |bound: Bound<&f64>| match bound {
            Bound::Included(end) | Bound::Excluded(end) => Some(*end),
            Bound::Unbounded => None,
        };
        let (min, max) = (end(range.start_bound()), end(range.end_bound()));
        if !(0.0..=1.0).contains(&quantile) {
            return Err(Error::invalid(Self::NAME, QUANTILES, quantile, "a number from 0 to 1"));
        }
        if let (Some(min), Some(max)) = (min, max)
            && (min > max || min.is_nan() || max.is_nan())
        {
            return Err(Error::invalid(Self::NAME, RANGES, json!([min, max]), "a lower and an upper end"));
        }
        let mut push = |name: &str, value: Value| {
            if let Some(list) = self.ranges.get_mut(name).and_then(Value::as_array_mut) {
                list.push(value);
            }
        };
        push(QUANTILES, json!(quantile));
        push(RANGES, json!([min, max]));
        Ok(self)
    }

    /// Looks only at the rows that fulfil a condition.
    pub fn only_where(mut self, condition: RowCondition) -> Self {
        self.condition = Some(condition);
        self
    }

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let expected = "an object with `quantiles` and `value_ranges`";
        let ranges = kwargs.required("quantile_ranges", expected)?;
        if !ranges.is_object() {
            return Err(kwargs.invalid("quantile_ranges", ranges, expected));
        }
        let relative_error = match kwargs.get("allow_relative_error") {
            None => Value::Bool(false),
            Some(Value::String(name)) => Value::from(name.as_str()),
            Some(Value::Bool(flag)) => Value::Bool(*flag),
            Some(Value::Number(number)) if number.as_f64() == Some(0.0) => Value::Bool(false),
            Some(Value::Number(number)) if number.as_f64() == Some(1.0) => Value::Bool(true),
            // Great Expectations takes a number for the name of an interpolation.
            Some(Value::Number(number)) => Value::from(number.to_string()),
            Some(other) => {
                let expected = "false, or linear, lower, higher, midpoint or nearest";
                return Err(kwargs.invalid("allow_relative_error", other, expected));
            }
        };
        Ok(Self {
            column: kwargs.column("column")?,
            ranges: ranges.clone(),
            relative_error,
            condition: kwargs.condition()?,
        })
    }

    fn interpolation(&self) -> Result<Interpolation> {
        if self.relative_error == Value::Bool(false) {
            return Ok(Interpolation::default());
        }
        let name = self.relative_error.as_str();
        let known = Interpolation::ALL.iter().find(|(known, _)| name == Some(known));
        known.map(|(_, known)| *known).ok_or_else(|| Error::Evaluation {
            rule: Self::NAME.to_owned(),
            reason: format!(
                "allow_relative_error is {}, expected false, linear, lower, higher, midpoint or nearest",
                self.relative_error
            ),
        })
    }

    fn ranges(&self) -> Result<Ranges> {
        let wrong = |what: &str| Error::Evaluation {
            rule: Self::NAME.to_owned(),
            reason: format!("quantile_ranges is {}, expected {what}", self.ranges),
        };
        let list = |name: &str| {
            self.ranges.get(name).and_then(Value::as_array).ok_or_else(|| wrong(&format!("a list {name}")))
        };
        let quantiles: Option<Vec<f64>> = list(QUANTILES)?
            .iter()
            .map(|quantile| quantile.as_f64().filter(|quantile| (0.0..=1.0).contains(quantile)))
            .collect();
        let quantiles = quantiles.ok_or_else(|| wrong("quantiles from 0 to 1"))?;
        let range = |range: &Value| match range.as_array().map(Vec::as_slice) {
            Some([min, max]) => Some((end(min, f64::NEG_INFINITY)?, end(max, f64::INFINITY)?)),
            _ => None,
        };
        let ranges: Option<Vec<_>> = list(RANGES)?.iter().map(range).collect();
        let ranges = ranges.ok_or_else(|| wrong("value_ranges of two numbers each"))?;
        if ranges.len() > quantiles.len() {
            return Err(wrong("a quantile for each range"));
        }
        Ok(Ranges { quantiles, ranges })
    }
}

/// An end of a range; none is an infinite one.
fn end(value: &Value, none: f64) -> Option<f64> {
    match value {
        Value::Null => Some(none),
        Value::String(name) => name.parse().ok(),
        number => number.as_f64(),
    }
}

/// Whether a value lies in a range, or all but meets one of its ends.
///
/// # Source
/// Great Expectations 1.24: `numpy.isclose` with a relative tolerance of 1e-4.
fn is_within(value: f64, (min, max): (f64, f64)) -> bool {
    #[expect(clippy::float_cmp, reason = "equal infinities are close")]
    let is_close =
        |end: f64| value == end || (end.is_finite() && (value - end).abs() <= 1e-8 + 1e-4 * end.abs());
    is_close(min) || is_close(max) || (min <= value && value <= max)
}

fn as_number(value: &Scalar) -> f64 {
    match value {
        Cell::Bool(value) => f64::from(u8::from(*value)),
        Cell::Int(value) => *value as f64,
        Cell::Float(value) => *value,
        _ => f64::NAN,
    }
}

impl Expectation for QuantilesBetween {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = Map::new();
        kwargs.insert("column".to_owned(), Value::from(self.column.as_str()));
        kwargs.insert("quantile_ranges".to_owned(), self.ranges.clone());
        if self.relative_error != Value::Bool(false) {
            kwargs.insert("allow_relative_error".to_owned(), self.relative_error.clone());
        }
        write_condition(&mut kwargs, self.condition.as_ref());
        kwargs
    }

    fn rule(&self) -> String {
        let Ok(Ranges { quantiles, ranges }) = self.ranges() else {
            return format!("quantiles in {}", self.ranges);
        };
        let one = |(quantile, (min, max)): (&f64, &(f64, f64))| {
            let range = match (min.is_finite(), max.is_finite()) {
                (true, true) => format!("from {min} to {max}"),
                (true, false) => format!("from {min}"),
                (false, true) => format!("up to {max}"),
                (false, false) => "of any value".to_owned(),
            };
            format!("quantile {quantile} {range}")
        };
        let all: Vec<String> = quantiles.iter().zip(&ranges).map(one).collect();
        with_condition(all.join(", "), self.condition.as_ref())
    }

    fn column(&self) -> Option<&str> {
        Some(&self.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let data_type = planner.column(&self.column)?;
        if !has_numbers(data_type) {
            return Err(Error::Evaluation {
                rule: Self::NAME.to_owned(),
                reason: format!("values of type {data_type} are no numbers"),
            });
        }
        let (interpolation, Ranges { quantiles, ranges }) = (self.interpolation()?, self.ranges()?);
        let domain = planner.domain(self.condition.as_ref())?;
        let kept = planner.measure(KeepColumn { column: self.column.clone(), domain, rows: None });
        Ok(Box::new(move |measured| {
            let values = measured.get(kept)?.quantiles(&quantiles, interpolation)?;
            let met: Vec<bool> = values
                .iter()
                .zip(&ranges)
                .map(|(value, range)| is_within(as_number(value), *range))
                .collect();
            let observed = json!({
                "quantiles": quantiles.iter().copied().map(number).collect::<Value>(),
                "values": values.iter().map(Cell::to_json).collect::<Value>(),
            });
            let success = met.iter().all(|met| *met);
            Ok(Judgement::value(success, observed).details(json!({"success_details": met})))
        }))
    }
}
