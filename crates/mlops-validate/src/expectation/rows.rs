use serde_json::{Map, Value};

use super::Judge;
use crate::condition::RowCondition;
use crate::plan::{Domain, Planner};
use crate::rule::ValueRule;
use crate::table::number;
use crate::{Error, Result};

/// The share of rows that must fulfil a rule, from 0 to 1.
#[derive(Clone, Copy, Debug, PartialEq, PartialOrd)]
pub struct Mostly(f64);

impl Mostly {
    /// All of them.
    pub const ALL: Self = Self(1.0);

    /// A share.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is not from 0 to 1.
    pub fn new(share: f64) -> Result<Self> {
        if (0.0..=1.0).contains(&share) {
            Ok(Self(share))
        } else {
            Err(Error::invalid("mostly", "mostly", share, "a number from 0 to 1"))
        }
    }

    /// The share.
    pub fn share(self) -> f64 {
        self.0
    }
}

impl Default for Mostly {
    fn default() -> Self {
        Self::ALL
    }
}

impl TryFrom<f64> for Mostly {
    type Error = Error;
    fn try_from(share: f64) -> Result<Self> {
        Self::new(share)
    }
}

/// What all expectations about the values of one column have.
#[derive(Clone, Debug)]
pub(super) struct About {
    pub(super) column: String,
    pub(super) mostly: Mostly,
    pub(super) condition: Option<RowCondition>,
}

impl About {
    pub(super) fn new(column: impl Into<String>) -> Self {
        Self { column: column.into(), mostly: Mostly::ALL, condition: None }
    }

    pub(super) fn parse(kwargs: &super::Kwargs<'_>) -> Result<Self> {
        Ok(Self {
            column: kwargs.column("column")?,
            mostly: kwargs.mostly()?,
            condition: kwargs.condition()?,
        })
    }

    pub(super) fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = Map::new();
        kwargs.insert("column".to_owned(), Value::from(self.column.as_str()));
        write_share(&mut kwargs, self.mostly, self.condition.as_ref());
        kwargs
    }

    /// The rule with how many must fulfil it, and where.
    pub(super) fn rule(&self, rule: &str) -> String {
        with_share(rule, self.mostly, self.condition.as_ref())
    }

    /// The column and the rows, once it is known that both are there.
    pub(super) fn domain(&self, planner: &mut Planner<'_>) -> Result<Domain> {
        planner.column(&self.column)?;
        planner.domain(self.condition.as_ref())
    }

    pub(super) fn judge_rule(&self, planner: &mut Planner<'_>, rule: impl ValueRule) -> Result<Judge> {
        planner.judge_values(&self.column, self.condition.as_ref(), self.mostly, rule)
    }
}

/// A rule with how many rows must fulfil it, and which it is about.
pub(super) fn with_share(rule: &str, mostly: Mostly, condition: Option<&RowCondition>) -> String {
    let rule = if mostly < Mostly::ALL {
        format!("{rule}, at least {} % of them", mostly.share() * 100.0)
    } else {
        rule.to_owned()
    };
    with_condition(rule, condition)
}

/// Writes what [`with_share`] says.
pub(super) fn write_share(kwargs: &mut Map<String, Value>, mostly: Mostly, condition: Option<&RowCondition>) {
    if mostly < Mostly::ALL {
        kwargs.insert("mostly".to_owned(), number(mostly.share()));
    }
    write_condition(kwargs, condition);
}

/// A rule with the rows that it is about.
pub(super) fn with_condition(rule: String, condition: Option<&RowCondition>) -> String {
    match condition {
        Some(condition) => format!("{rule}, where {}", condition.describe()),
        None => rule,
    }
}

pub(super) fn write_condition(kwargs: &mut Map<String, Value>, condition: Option<&RowCondition>) {
    let Some(condition) = condition else { return };
    kwargs.insert("row_condition".to_owned(), condition.to_json());
    if let Some(parser) = condition.parser() {
        kwargs.insert("condition_parser".to_owned(), Value::from(parser));
    }
}

/// The builder methods of expectations that are [`About`] a column.
macro_rules! about_methods {
    () => {
        /// Holds if at least this share of the rows fulfils the rule.
        pub fn mostly(mut self, mostly: $crate::expectation::Mostly) -> Self {
            self.about.mostly = mostly;
            self
        }

        /// Looks only at the rows that fulfil a condition.
        pub fn only_where(mut self, condition: $crate::condition::RowCondition) -> Self {
            self.about.condition = Some(condition);
            self
        }
    };
}
pub(super) use about_methods;

/// An expectation that is all in what makes a row of its column break it.
macro_rules! about_a_column {
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
                let About { column, mostly, condition } = &self.about;
                planner.judge_rows(column, condition.as_ref(), *mostly, $breaks)
            }
        }
    };
}
pub(super) use about_a_column;
