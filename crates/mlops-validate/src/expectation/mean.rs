use serde_json::{Map, Value};

use super::between::{bounds_methods, write_bounds};
use super::rows::{with_condition, write_condition};
use super::{Expectation, Judge, Judgement, Kwargs};
use crate::condition::RowCondition;
use crate::metric::{Mean, MeanOf};
use crate::plan::Planner;
use crate::rule::{Bound, Bounds, Mismatch};
use crate::{Error, Result};

/// `expect_column_mean_to_be_between`: the mean of the values lies in a range.
///
/// Of numbers and truth values a number, of timestamps a moment. Without a value there is
/// no mean, and the expectation fails. The sum is exact: the mean does not depend on how
/// the rows were split.
#[derive(Clone, Debug)]
#[must_use]
pub struct MeanBetween {
    column: String,
    bounds: Bounds,
    condition: Option<RowCondition>,
}

impl MeanBetween {
    pub(super) const NAME: &str = "expect_column_mean_to_be_between";

    /// A range without ends, which any mean lies in; add them.
    pub fn new(column: impl Into<String>) -> Self {
        Self { column: column.into(), bounds: Bounds::default(), condition: None }
    }

    bounds_methods!();

    /// Looks only at the rows that fulfil a condition.
    pub fn only_where(mut self, condition: RowCondition) -> Self {
        self.condition = Some(condition);
        self
    }

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let bounds = kwargs.bounds()?;
        for (name, bound) in [("min_value", &bounds.min), ("max_value", &bounds.max)] {
            // Text has no mean: only a number or a moment can bound one.
            if bound.as_ref().is_some_and(Bound::is_only_text) {
                let value = kwargs.get(name).unwrap_or(&Value::Null);
                return Err(kwargs.invalid(name, value, "a number, a moment as ISO 8601, or null"));
            }
        }
        Ok(Self { column: kwargs.column("column")?, bounds, condition: kwargs.condition()? })
    }
}

impl Expectation for MeanBetween {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = Map::new();
        kwargs.insert("column".to_owned(), Value::from(self.column.as_str()));
        write_bounds(&mut kwargs, &self.bounds);
        write_condition(&mut kwargs, self.condition.as_ref());
        kwargs
    }

    fn rule(&self) -> String {
        let mean = if self.bounds.are_open() {
            "any mean".to_owned()
        } else {
            format!("a mean {}", self.bounds.describe())
        };
        with_condition(mean, self.condition.as_ref())
    }

    fn column(&self) -> Option<&str> {
        Some(&self.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let data_type = planner.column(&self.column)?;
        let of = MeanOf::column(data_type).ok_or_else(|| Error::Evaluation {
            rule: Self::NAME.to_owned(),
            reason: format!("values of type {data_type} have no mean"),
        })?;
        let domain = planner.domain(self.condition.as_ref())?;
        let mean = planner.measure(Mean { column: self.column.clone(), domain, of });
        let bounds = self.bounds.clone();
        Ok(Box::new(move |measured| {
            let mean = measured.get(mean)?;
            if mean.is_missing() {
                return Ok(Judgement::value(false, Value::Null));
            }
            let within = bounds
                .contain(mean)
                .map_err(|Mismatch(reason)| Error::Evaluation { rule: Self::NAME.to_owned(), reason })?;
            Ok(Judgement::value(within, mean.to_json()))
        }))
    }
}
