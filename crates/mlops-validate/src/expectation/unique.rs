use serde_json::{Map, Value};

use super::rows::{About, about_methods};
use super::{Expectation, Judge, Kwargs};
use crate::Result;
use crate::metric::Repeated;
use crate::plan::Planner;

/// `expect_column_values_to_be_unique`: no value occurs twice. All rows of a value that
/// does are reported, the first too; missing values repeat nothing.
///
/// Needs memory for every distinct value.
#[derive(Clone, Debug)]
#[must_use]
pub struct ValuesUnique {
    about: About,
}

impl ValuesUnique {
    pub(super) const NAME: &str = "expect_column_values_to_be_unique";

    /// The rule for all rows of a column.
    pub fn new(column: impl Into<String>) -> Self {
        Self { about: About::new(column) }
    }

    about_methods!();

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        Ok(Self { about: About::parse(kwargs)? })
    }
}

impl Expectation for ValuesUnique {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        self.about.kwargs()
    }

    fn rule(&self) -> String {
        self.about.rule("unique")
    }

    fn column(&self) -> Option<&str> {
        Some(&self.about.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let domain = self.about.domain(planner)?;
        let (keep, column) = (planner.keep().not_yet_broken(), self.about.column.clone());
        let examined = planner.measure(Repeated { column, domain, keep });
        Ok(planner.judge_examined(examined, self.about.mostly))
    }
}
