use serde_json::{Map, Value, json};

use super::rows::{About, about_methods};
use super::{Expectation, Judge, Kwargs};
use crate::plan::Planner;
use crate::rule::{Bound, Bounds};
use crate::{Error, Result};

/// `expect_column_values_to_be_between`: every value lies in a range.
///
/// An end is a number, or text: on a column of timestamps or days a moment in ISO 8601
/// (UTC), on a column of text compared by bytes, on a column of numbers a number.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Int64Array, RecordBatch};
/// use mlops_validate::Suite;
/// use mlops_validate::expectation::ValuesBetween;
///
/// let suite = Suite::new("flights").expect(ValuesBetween::new("distance").min(1).below(3000));
/// # let distance: ArrayRef = Arc::new(Int64Array::from(vec![187, -5, 96]));
/// # let batch = RecordBatch::try_from_iter([("distance", distance)])?;
/// let result = suite.validate(&[batch])?;
/// assert_eq!(
///     result.lines(),
///     [
///         "distance: expected between 1 and 3000 (exclusive), but 1 of 3 values are not (33.33 %): \
///          row 1 has -5"
///     ]
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ValuesBetween {
    about: About,
    bounds: Bounds,
}

/// The builder methods of expectations with [`Bounds`].
macro_rules! bounds_methods {
    () => {
        /// The lower end, which belongs to the range.
        pub fn min(mut self, min: impl Into<$crate::expectation::End>) -> Self {
            self.bounds.min = Some(min.into().0);
            self.bounds.strict_min = false;
            self
        }

        /// The upper end, which belongs to the range.
        pub fn max(mut self, max: impl Into<$crate::expectation::End>) -> Self {
            self.bounds.max = Some(max.into().0);
            self.bounds.strict_max = false;
            self
        }

        /// The lower end, which does not belong to the range.
        pub fn above(mut self, min: impl Into<$crate::expectation::End>) -> Self {
            self.bounds.min = Some(min.into().0);
            self.bounds.strict_min = true;
            self
        }

        /// The upper end, which does not belong to the range.
        pub fn below(mut self, max: impl Into<$crate::expectation::End>) -> Self {
            self.bounds.max = Some(max.into().0);
            self.bounds.strict_max = true;
            self
        }
    };
}
pub(super) use bounds_methods;

/// An end of a range, from a number or from text.
#[derive(Clone, Debug)]
pub struct End(pub(super) Bound);

impl From<f64> for End {
    fn from(value: f64) -> Self {
        Self(Bound::Number(value))
    }
}

impl From<i32> for End {
    fn from(value: i32) -> Self {
        Self(Bound::Number(value.into()))
    }
}

impl From<i64> for End {
    fn from(value: i64) -> Self {
        Self(Bound::Whole(value.into()))
    }
}

impl From<&str> for End {
    fn from(value: &str) -> Self {
        Self(Bound::Text(value.to_owned()))
    }
}

impl From<mlops_core::Timestamp> for End {
    fn from(value: mlops_core::Timestamp) -> Self {
        Self(Bound::Text(value.to_string()))
    }
}

/// The ends as parameters.
pub(super) fn write_bounds(kwargs: &mut Map<String, Value>, bounds: &Bounds) {
    let mut write = |name: &str, value: Option<Value>| {
        if let Some(value) = value {
            kwargs.insert(name.to_owned(), value);
        }
    };
    write("min_value", bounds.min.as_ref().map(Bound::to_json));
    write("max_value", bounds.max.as_ref().map(Bound::to_json));
    write("strict_min", bounds.strict_min.then_some(json!(true)));
    write("strict_max", bounds.strict_max.then_some(json!(true)));
}

impl ValuesBetween {
    pub(super) const NAME: &str = "expect_column_values_to_be_between";

    /// A range without ends; add them.
    pub fn new(column: impl Into<String>) -> Self {
        Self { about: About::new(column), bounds: Bounds::default() }
    }

    bounds_methods!();
    about_methods!();

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let (about, bounds) = (About::parse(kwargs)?, kwargs.bounds()?);
        if bounds.are_open() {
            return Err(kwargs.invalid("min_value", &Value::Null, "min_value or max_value"));
        }
        Ok(Self { about, bounds })
    }
}

impl Expectation for ValuesBetween {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = self.about.kwargs();
        write_bounds(&mut kwargs, &self.bounds);
        kwargs
    }

    fn rule(&self) -> String {
        self.about.rule(&self.bounds.describe())
    }

    fn column(&self) -> Option<&str> {
        Some(&self.about.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        if self.bounds.are_reversed() {
            return Err(Error::Evaluation {
                rule: Self::NAME.to_owned(),
                reason: format!("no value is {}: min_value is above max_value", self.bounds.describe()),
            });
        }
        self.about.judge_rule(planner, self.bounds.clone())
    }
}
