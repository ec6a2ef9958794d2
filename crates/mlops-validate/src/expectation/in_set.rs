use arrow_schema::DataType;
use serde_json::{Map, Value};

use super::rows::{About, about_methods};
use super::{Expectation, Judge, Kwargs};
use crate::plan::Planner;
use crate::rule::{Members, constants, text};
use crate::table::Scalar;
use crate::{Error, Result};

/// `expect_column_values_to_be_in_set` and `expect_column_values_to_not_be_in_set`: every
/// value, or none, is one of a set of constants.
///
/// `1`, `1.0` and `true` are the same; text is never a number. On a column of timestamps
/// or days, text in the set is a moment in ISO 8601.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, StringArray, RecordBatch};
/// use mlops_validate::Suite;
/// use mlops_validate::expectation::ValuesInSet;
///
/// let suite = Suite::new("flights").expect(ValuesInSet::texts("dest", ["BOS", "JFK"]));
/// # let dest: ArrayRef = Arc::new(StringArray::from(vec!["JFK", "jfk"]));
/// # let batch = RecordBatch::try_from_iter([("dest", dest)])?;
/// let result = suite.validate(&[batch])?;
/// assert_eq!(result.results[0].broken().map(|broken| broken.count), Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ValuesInSet {
    about: About,
    set: Members,
    negated: bool,
}

impl ValuesInSet {
    pub(super) const NAME: &str = "expect_column_values_to_be_in_set";
    pub(super) const NEGATED: &str = "expect_column_values_to_not_be_in_set";

    /// Every value is one of `set`.
    pub fn new(column: impl Into<String>, set: impl IntoIterator<Item = Scalar>) -> Self {
        let set = Members::new(set.into_iter().collect(), false);
        Self { about: About::new(column), set, negated: false }
    }

    /// No value is one of `set`.
    pub fn none_of(column: impl Into<String>, set: impl IntoIterator<Item = Scalar>) -> Self {
        let set = Members::new(set.into_iter().collect(), true);
        Self { about: About::new(column), set, negated: true }
    }

    /// Every value is one of these texts.
    pub fn texts<'a>(column: impl Into<String>, set: impl IntoIterator<Item = &'a str>) -> Self {
        Self::new(column, set.into_iter().map(text))
    }

    about_methods!();

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let about = About::parse(kwargs)?;
        let expected = "a list of constants";
        let written = kwargs.required("value_set", expected)?;
        let set = constants(written).ok_or_else(|| kwargs.invalid("value_set", written, expected))?;
        let negated = kwargs.expectation() == Self::NEGATED;
        Ok(Self { about, set: Members::new(set, negated), negated })
    }
}

impl Expectation for ValuesInSet {
    fn name(&self) -> &str {
        if self.negated { Self::NEGATED } else { Self::NAME }
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = self.about.kwargs();
        kwargs.insert("value_set".to_owned(), self.set.to_json());
        kwargs
    }

    fn rule(&self) -> String {
        let set = self.set.describe();
        self.about.rule(&if self.negated { format!("none of {set}") } else { format!("one of {set}") })
    }

    fn column(&self) -> Option<&str> {
        Some(&self.about.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let data_type = planner.column(&self.about.column)?;
        let of_values = match data_type {
            DataType::Dictionary(_, values) => values.as_ref(),
            other => other,
        };
        // Among what is allowed it allows nothing; but forbidden, a date with a slip would be
        // allowed for ever.
        let is_forbidden_moment = self.negated && matches!(of_values, DataType::Timestamp(_, _));
        if let (true, Some(text)) = (is_forbidden_moment, self.set.no_moment()) {
            return Err(Error::Evaluation {
                rule: self.name().to_owned(),
                reason: format!("{text:?} in value_set is no moment, and the column is {data_type}"),
            });
        }
        self.about.judge_rule(planner, self.set.clone())
    }
}
