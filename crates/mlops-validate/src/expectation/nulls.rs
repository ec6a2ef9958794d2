use serde_json::{Map, Value};

use super::rows::{About, about_a_column, about_methods};
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

about_a_column!(ValuesNotNull, "expect_column_values_to_not_be_null", Breaks::Missing, "not null");
about_a_column!(ValuesNull, "expect_column_values_to_be_null", Breaks::Present, "null");
