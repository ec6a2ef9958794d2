use serde_json::{Map, Value};

use super::rows::{Mostly, with_condition, write_condition};
use super::{Expectation, Judge, Kwargs};
use crate::condition::RowCondition;
use crate::plan::Planner;
use crate::table::number;
use crate::{Error, Result};

/// Text that a parameter must be. Great Expectations takes numbers and truth values too.
fn text(kwargs: &Kwargs<'_>, name: &'static str, expected: &str) -> Result<String> {
    match kwargs.required(name, expected)? {
        Value::String(text) => Ok(text.clone()),
        Value::Number(number) => Ok(number.to_string()),
        other => Err(kwargs.invalid(name, other, expected)),
    }
}

fn needs_a_database(name: &str) -> Error {
    Error::Evaluation {
        rule: name.to_owned(),
        reason: "it asks a database, and there is none here: only a table is validated".to_owned(),
    }
}

/// Expectations that ask a database. Suites that have them are read and written; the result
/// says that they can't be evaluated on a table, as that of Great Expectations on a data
/// frame does.
///
/// `unexpected_rows_expectation`: a query finds no row.
#[derive(Clone, Debug)]
#[must_use]
pub struct NoRowsFound {
    query: String,
}

impl NoRowsFound {
    pub(super) const NAME: &str = "unexpected_rows_expectation";

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let expected = "a query, in which {batch} is the table and braces are doubled";
        let query = text(kwargs, "unexpected_rows_query", expected)?;
        if !has_paired_braces(&query) {
            return Err(kwargs.invalid("unexpected_rows_query", &Value::from(query), expected));
        }
        Ok(Self { query })
    }
}

/// Whether Python could take a text as a format: doubled braces, and fields `{name!r:spec}`
/// whose specification may hold fields again.
fn has_paired_braces(format: &str) -> bool {
    let mut rest = format;
    while let Some(at) = rest.find(['{', '}']) {
        let (brace, after) = (rest.as_bytes()[at], &rest[at + 1..]);
        if after.as_bytes().first() == Some(&brace) {
            rest = &after[1..];
        } else if brace == b'}' {
            return false;
        } else {
            let Some(len) = field(after) else { return false };
            rest = &after[len..];
        }
    }
    true
}

/// The length of a field, its closing brace included, that begins after its opening one.
fn field(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    // The name ends at `!`, `:` or `}`; within brackets those are part of it.
    let mut at = 0;
    let mut bracket = false;
    loop {
        match bytes.get(at)? {
            b'[' => bracket = true,
            b']' => bracket = false,
            b'{' => return None,
            b'!' | b':' | b'}' if !bracket => break,
            _ => {}
        }
        at += 1;
    }
    if bytes[at] == b'!' {
        // One character, and then the specification or the end.
        let conversion = text[at + 1..].chars().next().filter(|one| *one != '}')?;
        at += 1 + conversion.len_utf8();
        if !matches!(bytes.get(at)?, b':' | b'}') {
            return None;
        }
    }
    let mut open = 0_usize;
    loop {
        match bytes.get(at)? {
            b'{' => open += 1,
            b'}' if open == 0 => return Some(at + 1),
            b'}' => open -= 1,
            _ => {}
        }
        at += 1;
    }
}

impl Expectation for NoRowsFound {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        [("unexpected_rows_query".to_owned(), Value::from(self.query.as_str()))].into_iter().collect()
    }

    fn rule(&self) -> String {
        format!("no row found by {:?}", self.query)
    }

    fn plan(&self, _planner: &mut Planner<'_>) -> Result<Judge> {
        Err(needs_a_database(Self::NAME))
    }
}

/// `expect_query_results_to_match_comparison`: two queries find the same rows. Asks a
/// database, see [`NoRowsFound`].
#[derive(Clone, Debug)]
#[must_use]
pub struct QueriesMatch {
    base_query: String,
    comparison_source: String,
    comparison_query: String,
    mostly: Mostly,
}

impl QueriesMatch {
    pub(super) const NAME: &str = "expect_query_results_to_match_comparison";

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        Ok(Self {
            base_query: text(kwargs, "base_query", "a query")?,
            comparison_source: text(kwargs, "comparison_data_source_name", "the name of a data source")?,
            comparison_query: text(kwargs, "comparison_query", "a query")?,
            mostly: kwargs.mostly()?,
        })
    }
}

impl Expectation for QueriesMatch {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = Map::new();
        for (name, value) in [
            ("base_query", &self.base_query),
            ("comparison_data_source_name", &self.comparison_source),
            ("comparison_query", &self.comparison_query),
        ] {
            kwargs.insert(name.to_owned(), Value::from(value.as_str()));
        }
        if self.mostly < Mostly::ALL {
            kwargs.insert("mostly".to_owned(), number(self.mostly.share()));
        }
        kwargs
    }

    fn rule(&self) -> String {
        format!("the rows of {:?} as those of {:?}", self.base_query, self.comparison_query)
    }

    fn plan(&self, _planner: &mut Planner<'_>) -> Result<Judge> {
        Err(needs_a_database(Self::NAME))
    }
}

/// `expect_table_row_count_to_equal_other_table`: another table of the same database has as
/// many rows. Asks a database, see [`NoRowsFound`].
#[derive(Clone, Debug)]
#[must_use]
pub struct RowCountOfOtherTable {
    other: String,
    condition: Option<RowCondition>,
}

impl RowCountOfOtherTable {
    pub(super) const NAME: &str = "expect_table_row_count_to_equal_other_table";

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let other = text(kwargs, "other_table_name", "the name of a table")?;
        Ok(Self { other, condition: kwargs.condition()? })
    }
}

impl Expectation for RowCountOfOtherTable {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs: Map<String, Value> =
            [("other_table_name".to_owned(), Value::from(self.other.as_str()))].into_iter().collect();
        write_condition(&mut kwargs, self.condition.as_ref());
        kwargs
    }

    fn rule(&self) -> String {
        with_condition(format!("as many rows as table {:?}", self.other), self.condition.as_ref())
    }

    fn plan(&self, _planner: &mut Planner<'_>) -> Result<Judge> {
        Err(needs_a_database(Self::NAME))
    }
}
