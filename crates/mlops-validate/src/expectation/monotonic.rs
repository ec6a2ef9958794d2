use serde_json::{Map, Value, json};

use super::rows::{About, about_methods};
use super::{Expectation, Judge, Kwargs};
use crate::metric::{Direction, OutOfOrder};
use crate::plan::Planner;
use crate::table::Kind;
use crate::{Error, Result};

/// `expect_column_values_to_be_increasing` and `expect_column_values_to_be_decreasing`: each
/// value follows the one before it in order.
///
/// A value is compared with the value before it, be that one out of order itself; rows
/// without a value, and those outside of the condition, are passed over. Numbers, truth
/// values, moments and text (by bytes) are ordered. An infinity beside the same infinity is
/// in its place even if the order has to be strict.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Int64Array, RecordBatch};
/// use mlops_validate::Suite;
/// use mlops_validate::expectation::Monotonic;
///
/// let suite = Suite::new("flights").expect(Monotonic::increasing("id").strictly());
/// # let id: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 2, 3]));
/// # let batch = RecordBatch::try_from_iter([("id", id)])?;
/// let result = suite.validate(&[batch])?;
/// let broken = result.results[0].broken().expect("rows were judged");
/// assert_eq!((broken.count, broken.first[0].row), (1, 2));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Monotonic {
    about: About,
    decreasing: bool,
    /// `None` is no, too, but not written.
    strictly: Option<bool>,
}

impl Monotonic {
    pub(super) const INCREASING: &str = "expect_column_values_to_be_increasing";
    pub(super) const DECREASING: &str = "expect_column_values_to_be_decreasing";

    /// No value is below the one before it.
    pub fn increasing(column: impl Into<String>) -> Self {
        Self { about: About::new(column), decreasing: false, strictly: None }
    }

    /// No value is above the one before it.
    pub fn decreasing(column: impl Into<String>) -> Self {
        Self { decreasing: true, ..Self::increasing(column) }
    }

    /// Nor is one equal to the one before it.
    pub fn strictly(mut self) -> Self {
        self.strictly = Some(true);
        self
    }

    about_methods!();

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let about = About::parse(kwargs)?;
        let strictly = match kwargs.optional("strictly") {
            Some(_) => Some(kwargs.flag("strictly", false)?),
            None => None,
        };
        Ok(Self { about, decreasing: kwargs.expectation() == Self::DECREASING, strictly })
    }
}

impl Expectation for Monotonic {
    fn name(&self) -> &str {
        if self.decreasing { Self::DECREASING } else { Self::INCREASING }
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = self.about.kwargs();
        if let Some(strictly) = self.strictly {
            kwargs.insert("strictly".to_owned(), json!(strictly));
        }
        kwargs
    }

    fn rule(&self) -> String {
        let strictly = if self.strictly == Some(true) { "strictly " } else { "" };
        let direction = if self.decreasing { "decreasing" } else { "increasing" };
        self.about.rule(&format!("{strictly}{direction}"))
    }

    fn column(&self) -> Option<&str> {
        Some(&self.about.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let domain = self.about.domain(planner)?;
        let (column, strictly) = (self.about.column.clone(), self.strictly == Some(true));
        let rule = format!("order of column {column:?}");
        let data_type = planner.column(&column)?;
        if Kind::of(data_type) == Kind::Opaque {
            return Err(Error::Evaluation {
                rule,
                reason: format!("values of type {data_type} have no order"),
            });
        }
        let direction = if self.decreasing {
            Direction::Decreasing { strictly }
        } else {
            Direction::Increasing { strictly }
        };
        let keep = planner.keep().not_yet_broken();
        let examined = planner.measure(OutOfOrder { direction, column, domain, keep });
        Ok(planner.judge_examined(examined, self.about.mostly))
    }
}
