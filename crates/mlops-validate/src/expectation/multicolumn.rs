use serde_json::{Map, Value};

use super::ignore::{AboutColumns, about_columns_methods};
use super::{Expectation, Judge, Kwargs};
use crate::Result;
use crate::plan::Planner;
use crate::rule::RecordRule;
use crate::table::number;

/// What expectations about a list of columns without further parameters have in common.
macro_rules! about_list {
    ($(#[$doc:meta])* $type:ident, $name:literal, $rule:literal, $plan:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug)]
        #[must_use]
        pub struct $type {
            about: AboutColumns,
        }

        impl $type {
            pub(super) const NAME: &str = $name;

            /// The rule for all rows of at least two columns.
            pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
                Self { about: AboutColumns::list(columns) }
            }

            about_columns_methods!();

            pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
                Ok(Self { about: AboutColumns::parse_list(kwargs)? })
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
                self.about.rule(&format!(concat!("{} ", $rule), self.about.names()))
            }

            fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
                let plan: fn(&AboutColumns, &mut Planner<'_>) -> Result<Judge> = $plan;
                plan(&self.about, planner)
            }
        }
    };
}

about_list!(
    /// `expect_compound_columns_to_be_unique`: no two rows have the same values in all of these
    /// columns. All rows that do are reported, the first too; missing values are equal.
    ///
    /// Needs memory for every distinct row.
    CompoundUnique,
    "expect_compound_columns_to_be_unique",
    "unique together",
    |about, planner| about.judge_repeated(planner, CompoundUnique::NAME)
);

about_list!(
    /// `expect_select_column_values_to_be_unique_within_record`: the values of a row are all
    /// different; two missing values are not.
    UniqueWithinRecord,
    "expect_select_column_values_to_be_unique_within_record",
    "different from each other",
    |about, planner| about.judge(planner, UniqueWithinRecord::NAME, RecordRule::AllDifferent)
);

about_list!(
    /// `expect_multicolumn_values_to_be_equal`: the values of a row are all the same; missing
    /// values are the same as each other and as nothing else.
    AllColumnsEqual,
    "expect_multicolumn_values_to_be_equal",
    "equal",
    |about, planner| about.judge(planner, AllColumnsEqual::NAME, RecordRule::AllEqual)
);

/// `expect_multicolumn_sum_to_equal`: the values of a row add up to a number.
///
/// Whole numbers are added exactly, others as floating point numbers in the order of the
/// columns; the sum has to be equal, not nearly so. With a missing value nothing adds up.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Float64Array, RecordBatch};
/// use mlops_validate::Suite;
/// use mlops_validate::expectation::ColumnsAddUp;
///
/// let suite = Suite::new("scores").expect(ColumnsAddUp::new(["yes", "no"], 1.0));
/// # let yes: ArrayRef = Arc::new(Float64Array::from(vec![0.25, 0.5]));
/// # let no: ArrayRef = Arc::new(Float64Array::from(vec![0.75, 0.25]));
/// # let batch = RecordBatch::try_from_iter([("yes", yes), ("no", no)])?;
/// let result = suite.validate(&[batch])?;
/// assert_eq!(result.results[0].broken().map(|broken| broken.count), Some(1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ColumnsAddUp {
    about: AboutColumns,
    total: f64,
}

impl ColumnsAddUp {
    pub(super) const NAME: &str = "expect_multicolumn_sum_to_equal";

    /// The rule for all rows of at least two columns.
    pub fn new<S: Into<String>>(columns: impl IntoIterator<Item = S>, total: f64) -> Self {
        Self { about: AboutColumns::list(columns), total }
    }

    about_columns_methods!();

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let about = AboutColumns::parse_list(kwargs)?;
        let written = kwargs.required("sum_total", "a number")?;
        let total = match written {
            Value::Number(number) => number.as_f64(),
            Value::Bool(flag) => Some(f64::from(u8::from(*flag))),
            Value::String(text) => text.trim().parse().ok(),
            _ => None,
        };
        let total = total.filter(|total: &f64| !total.is_nan());
        let total = total.ok_or_else(|| kwargs.invalid("sum_total", written, "a number"))?;
        Ok(Self { about, total })
    }
}

impl Expectation for ColumnsAddUp {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = self.about.kwargs();
        kwargs.insert("sum_total".to_owned(), number(self.total));
        kwargs
    }

    fn rule(&self) -> String {
        self.about.rule(&format!("{} adding up to {}", self.about.names(), self.total))
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        self.about.judge(planner, Self::NAME, RecordRule::AddUpTo(self.total))
    }
}
