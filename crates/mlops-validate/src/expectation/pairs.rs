use serde_json::{Map, Value, json};

use super::ignore::{AboutColumns, about_columns_methods};
use super::{Expectation, Judge, Kwargs};
use crate::Result;
use crate::plan::Planner;
use crate::rule::{Pairs, RecordRule};
use crate::table::{Cell, Scalar};

/// `expect_column_pair_values_to_be_equal`: two columns have the same value in every row.
///
/// Numbers compare across types, exactly; text beside a column of timestamps or days is a
/// moment in ISO 8601. A missing value is equal to nothing; rows where both are missing are
/// left out, unless [`ignore_row_if`](Self::ignore_row_if) says otherwise.
#[derive(Clone, Debug)]
#[must_use]
pub struct PairEqual {
    about: AboutColumns,
}

impl PairEqual {
    pub(super) const NAME: &str = "expect_column_pair_values_to_be_equal";

    /// The rule for all rows.
    pub fn new(a: impl Into<String>, b: impl Into<String>) -> Self {
        Self { about: AboutColumns::pair(a, b) }
    }

    about_columns_methods!();

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        Ok(Self { about: AboutColumns::parse_pair(kwargs)? })
    }
}

impl Expectation for PairEqual {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        self.about.kwargs()
    }

    fn rule(&self) -> String {
        self.about.rule(&format!("{} equal", self.about.names()))
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        self.about.judge(planner, Self::NAME, RecordRule::PairEqual)
    }
}

/// `expect_column_pair_values_a_to_be_greater_than_b`: in every row the first column's value
/// is above the second's.
///
/// Numbers, text (by bytes), truth values and moments are ordered, each among themselves;
/// text beside a column of timestamps or days is a moment. A missing value is above nothing.
#[derive(Clone, Debug)]
#[must_use]
pub struct PairGreater {
    about: AboutColumns,
    /// `None` is no, too, but not written.
    or_equal: Option<bool>,
}

impl PairGreater {
    pub(super) const NAME: &str = "expect_column_pair_values_a_to_be_greater_than_b";

    /// The rule for all rows.
    pub fn new(a: impl Into<String>, b: impl Into<String>) -> Self {
        Self { about: AboutColumns::pair(a, b), or_equal: None }
    }

    /// Lets the two be equal too.
    pub fn or_equal(mut self) -> Self {
        self.or_equal = Some(true);
        self
    }

    about_columns_methods!();

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let about = AboutColumns::parse_pair(kwargs)?;
        let or_equal = match kwargs.optional("or_equal") {
            Some(_) => Some(kwargs.flag("or_equal", false)?),
            None => None,
        };
        Ok(Self { about, or_equal })
    }
}

impl Expectation for PairGreater {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = self.about.kwargs();
        if let Some(or_equal) = self.or_equal {
            kwargs.insert("or_equal".to_owned(), json!(or_equal));
        }
        kwargs
    }

    fn rule(&self) -> String {
        let [a, b] = &*self.about.columns else { return String::new() };
        let than = if self.or_equal == Some(true) { "at least" } else { "above" };
        self.about.rule(&format!("{a} {than} {b}"))
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        self.about.judge(planner, Self::NAME, RecordRule::PairAbove { or_equal: self.or_equal == Some(true) })
    }
}

/// `expect_column_pair_values_to_be_in_set`: the two values of every row are one of these
/// pairs. A missing value is in a pair that is written with null.
#[derive(Clone, Debug)]
#[must_use]
pub struct PairInSet {
    about: AboutColumns,
    pairs: Pairs,
}

impl PairInSet {
    pub(super) const NAME: &str = "expect_column_pair_values_to_be_in_set";

    /// The rule for all rows.
    pub fn new(
        a: impl Into<String>,
        b: impl Into<String>,
        pairs: impl IntoIterator<Item = (Scalar, Scalar)>,
    ) -> Self {
        Self { about: AboutColumns::pair(a, b), pairs: Pairs::new(pairs.into_iter().collect()) }
    }

    about_columns_methods!();

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let about = AboutColumns::parse_pair(kwargs)?;
        let expected = "a list of pairs of constants";
        let written = kwargs.required("value_pairs_set", expected)?;
        let pair = |pair: &Value| match pair.as_array()?.as_slice() {
            [a, b] => Some((Cell::from_json(a)?, Cell::from_json(b)?)),
            _ => None,
        };
        let pairs: Option<Vec<(Scalar, Scalar)>> =
            written.as_array().and_then(|pairs| pairs.iter().map(pair).collect());
        let pairs = pairs.ok_or_else(|| kwargs.invalid("value_pairs_set", written, expected))?;
        Ok(Self { about, pairs: Pairs::new(pairs) })
    }
}

impl Expectation for PairInSet {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = self.about.kwargs();
        kwargs.insert("value_pairs_set".to_owned(), self.pairs.to_json());
        kwargs
    }

    fn rule(&self) -> String {
        self.about.rule(&format!("({}) one of {}", self.about.names(), self.pairs.describe()))
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        self.about.judge(planner, Self::NAME, RecordRule::PairIn(self.pairs.clone()))
    }
}
