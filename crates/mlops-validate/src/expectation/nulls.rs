use serde_json::{Map, Value};

use super::rows::{About, about_methods};
use super::{Expectation, Judge, Kwargs};
use crate::Result;
use crate::metric::Breaks;
use crate::plan::Planner;

/// `expect_column_values_to_not_be_null`: every row has a value. NaN is no value unless
/// the validation says otherwise; empty text is one.
#[derive(Clone, Debug)]
#[must_use]
pub struct ValuesNotNull {
    about: About,
}

/// `expect_column_values_to_be_null`: no row has a value.
#[derive(Clone, Debug)]
#[must_use]
pub struct ValuesNull {
    about: About,
}

macro_rules! nulls {
    ($type:ident, $name:literal, $breaks:expr, $rule:literal) => {
        impl $type {
            pub(crate) const NAME: &str = $name;

            /// The rule for all rows of a column.
            pub fn new(column: impl Into<String>) -> Self {
                Self { about: About::new(column) }
            }

            about_methods!();

            pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
                Ok(Self { about: About::parse(kwargs)? })
            }
        }

        impl Expectation for $type {
            fn name(&self) -> &str {
                Self::NAME
            }

            fn kwargs(&self) -> Map<String, Value> {
                self.about.kwargs()
            }

            fn rule(&self) -> String {
                self.about.rule($rule)
            }

            fn column(&self) -> Option<&str> {
                Some(&self.about.column)
            }

            fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
                planner.judge_rows(
                    &self.about.column,
                    self.about.condition.as_ref(),
                    self.about.mostly,
                    $breaks,
                )
            }
        }
    };
}

nulls!(ValuesNotNull, "expect_column_values_to_not_be_null", Breaks::Missing, "not null");
nulls!(ValuesNull, "expect_column_values_to_be_null", Breaks::Present, "null");
