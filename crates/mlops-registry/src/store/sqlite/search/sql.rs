//! Statements of a search. Every word of their text is ours; every value is bound.

use rusqlite::types::Value as Bound;

use super::read;
use crate::search::{Test, Value, behind};

/// A statement and what is bound to its marks, in the order in which they stand.
#[derive(Clone, Debug, Default)]
pub(super) struct Sql {
    pub(super) text: String,
    pub(super) bound: Vec<Bound>,
}

impl Sql {
    pub(super) fn new(text: &str) -> Self {
        Self { text: text.to_owned(), bound: Vec::new() }
    }

    pub(super) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub(super) fn bind(&mut self, value: impl Into<Bound>) -> &mut Self {
        self.text.push('?');
        self.bound.push(value.into());
        self
    }

    pub(super) fn bind_text(&mut self, text: &str) -> &mut Self {
        self.bind(text.to_owned())
    }

    /// ` AND column passes the test`.
    pub(super) fn and_test(&mut self, column: &str, test: &Test) -> &mut Self {
        self.push(" AND ");
        match test {
            Test::Number(comparison, number) if *comparison == crate::search::Comparison::NotEqual => {
                // NaN is NULL here, and unequal to every number.
                self.push("(").push(column).push(" <> ").bind(*number);
                self.push(" OR ").push(column).push(" IS NULL)")
            }
            Test::Number(comparison, number) => {
                self.push(column).push(" ").push(comparison.as_str()).push(" ").bind(*number)
            }
            Test::Within(from, until) => {
                self.push(column).push(" >= ").bind(*from);
                self.push(" AND ").push(column).push(" < ").bind(*until)
            }
            Test::Without(from, until) => {
                self.push("(").push(column).push(" < ").bind(*from);
                self.push(" OR ").push(column).push(" >= ").bind(*until).push(")")
            }
            Test::NotANumber(true) => self.push(column).push(" IS NULL"),
            Test::NotANumber(false) => self.push(column).push(" IS NOT NULL"),
            Test::Is(text) => self.push(column).push(" = ").bind_text(text),
            Test::IsNot(text) => self.push(column).push(" <> ").bind_text(text),
            Test::Like(pattern) => {
                let prefix = pattern.prefix();
                if !prefix.is_empty() {
                    self.push(column).push(" >= ").bind_text(prefix).push(" AND ");
                    if let Some(behind) = behind(prefix) {
                        self.push(column).push(" < ").bind_text(&behind).push(" AND ");
                    }
                }
                self.push(if pattern.ignores_case() { "mlops_ilike(" } else { "mlops_like(" });
                self.bind_text(pattern.as_str()).push(", ").push(column).push(")")
            }
            Test::In(list) => self.push(column).push(" IN (").list(list).push(")"),
            Test::NotIn(list) => self.push(column).push(" NOT IN (").list(list).push(")"),
            Test::NotNull => self.push("TRUE"),
            // Never asked of a value that is there.
            Test::Null => self.push("FALSE"),
        }
    }

    fn list(&mut self, list: &[String]) -> &mut Self {
        for (i, text) in list.iter().enumerate() {
            self.push(if i > 0 { ", " } else { "" }).bind_text(text);
        }
        self
    }
}

/// A value as it is bound; NaN is never compared.
pub(super) fn bound(value: &Value) -> Bound {
    match value {
        Value::Number(number) => Bound::Real(*number),
        Value::Text(text) => Bound::Text(text.clone()),
    }
}

/// Whether the index can go straight to what passes the test.
pub(super) fn is_range(test: &Test) -> bool {
    match test {
        Test::Like(pattern) => !pattern.prefix().is_empty(),
        Test::NotIn(_) | Test::NotNull | Test::Null => false,
        _ => true,
    }
}

/// What stands for NaN in a row, where NULL is what is missing.
const NAN: &str = "x'4E'";

/// `, rank` of a field: its value, NaN as a blob, NULL where there is none.
pub(super) fn and_rank(sql: &mut Sql, item: &str, field: Option<i64>) {
    match field {
        Some(field) => {
            sql.push(", (SELECT coalesce(r.value, ")
                .push(NAN)
                .push(") FROM search_value AS r WHERE r.item = ");
            sql.push(item).push(" AND r.field = ").bind(field).push(" AND r.part = '')");
        }
        None => {
            sql.push(", NULL");
        }
    }
}

/// The rank that [`and_rank`] gave.
pub(super) fn rank(row: &rusqlite::Row<'_>, column: usize) -> rusqlite::Result<crate::search::Rank> {
    use crate::search::Rank;
    match row.get_ref(column)? {
        rusqlite::types::ValueRef::Null => Ok(Rank::Missing),
        rusqlite::types::ValueRef::Blob(_) => Ok(Rank::NotANumber),
        other => Ok(Rank::Value(read::value(other, column)?)),
    }
}
