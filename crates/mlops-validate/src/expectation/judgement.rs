use serde_json::Value;

use crate::metric::{BrokenRows, Examined};
use crate::table::Scalar;

/// What an expectation came to.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use]
pub struct Judgement {
    /// Whether the rule holds.
    pub success: bool,
    /// What was seen.
    pub observed: Observed,
}

/// What an expectation saw.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Observed {
    /// Nothing beyond whether the rule holds.
    Nothing,
    /// A value.
    Value {
        /// As it stands in the result, `null` if there was none.
        value: Value,
        /// What else there is to say.
        details: Option<Value>,
    },
    /// How a set of constants and the distinct values of a column differ.
    Set {
        /// Values that are not in the set; `None` if the rule is not about them.
        unexpected: Option<Differing>,
        /// Constants that are not among the values; `None` if the rule is not about them.
        missing: Option<Differing>,
    },
    /// Rows that break a rule.
    Rows {
        /// Rows that were looked at.
        rows: u64,
        /// Those without a value, which no rule about values is about; `None` for rules
        /// that are about missing values themselves.
        missing: Option<u64>,
        /// Those that break the rule.
        broken: BrokenRows,
    },
}

/// What is in one of two sets only: how many, and the first of them.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct Differing {
    /// How many there are.
    pub count: u64,
    /// The first twenty of them.
    pub first: Vec<Scalar>,
}

impl Differing {
    /// Great Expectations shows as many.
    const SHOWN: usize = 20;

    pub(crate) fn new(mut all: Vec<Scalar>) -> Self {
        let count = all.len() as u64;
        all.truncate(Self::SHOWN);
        Self { count, first: all }
    }
}

impl Judgement {
    /// A bare yes or no.
    pub fn only(success: bool) -> Self {
        Self { success, observed: Observed::Nothing }
    }

    /// A judgement on one observed value.
    pub fn value(success: bool, value: Value) -> Self {
        Self { success, observed: Observed::Value { value, details: None } }
    }

    /// A judgement on rows: it holds if the share of rows that break the rule leaves at
    /// least `mostly`, or if there is no row to judge.
    pub(crate) fn rows(examined: &Examined, mostly: f64, of_values: bool) -> Self {
        let considered = if of_values { examined.rows - examined.missing } else { examined.rows };
        let good = considered as f64 - examined.broken.count as f64;
        Self {
            success: considered == 0 || good / considered as f64 >= mostly,
            observed: Observed::Rows {
                rows: examined.rows,
                missing: of_values.then_some(examined.missing),
                broken: examined.broken.clone(),
            },
        }
    }

    /// More to say of the observed value.
    pub fn details(mut self, details: Value) -> Self {
        if let Observed::Value { details: own, .. } = &mut self.observed {
            *own = Some(details);
        }
        self
    }
}
