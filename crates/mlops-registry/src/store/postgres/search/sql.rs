//! The statement of a search. Every word of its text is ours; every value is bound.

use postgres::types::{ToSql, Type};

use super::super::connection::Parameter;
use super::super::name::Schema;
use super::super::text::{MARK, encode};
use super::rows::INDEXED;
use crate::search::{Comparison, Pattern, Position, Rank, Test, Value, behind};

/// A value that is bound.
#[derive(Clone, Debug)]
pub(super) enum Bound {
    Integer(i64),
    Number(f64),
    Text(String),
    Texts(Vec<String>),
}

impl Bound {
    pub(super) fn parameter(&self) -> (Parameter<'_>, Type) {
        let (value, of): (&(dyn ToSql + Sync), Type) = match self {
            Self::Integer(number) => (number, Type::INT8),
            Self::Number(number) => (number, Type::FLOAT8),
            Self::Text(text) => (text, Type::TEXT),
            Self::Texts(texts) => (texts, Type::TEXT_ARRAY),
        };
        (value, of)
    }
}

/// A statement and what is bound to its marks.
#[derive(Clone, Debug, Default)]
pub(super) struct Sql {
    pub(super) text: String,
    pub(super) bound: Vec<Bound>,
    /// Whether it gives things that do not pass, since it can't tell.
    pub(super) is_loose: bool,
}

impl Sql {
    pub(super) fn push(&mut self, text: &str) -> &mut Self {
        self.text.push_str(text);
        self
    }

    pub(super) fn bind(&mut self, value: Bound) -> &mut Self {
        self.bound.push(value);
        let mark = format!("${}", self.bound.len());
        self.push(&mark)
    }

    fn integer(&mut self, number: i64) -> &mut Self {
        self.bind(Bound::Integer(number))
    }

    fn number(&mut self, number: f64) -> &mut Self {
        self.bind(Bound::Number(number))
    }

    /// Text as the server keeps it.
    fn encoded(&mut self, text: &str) -> &mut Self {
        self.bind(Bound::Text(encode(text).into_owned()))
    }

    /// ` AND the item has a value of the field that passes all of the tests`.
    pub(super) fn and_has(&mut self, schema: &Schema, field: i32, tests: &[&Test]) {
        self.push(&format!(
            "\nAND EXISTS (SELECT FROM {schema}.search_value AS v WHERE v.item = i.id AND v.field = {field}"
        ));
        for test in tests {
            self.push(" AND ").test(test);
        }
        self.push(")");
    }

    /// ` AND the item has no value of the field`.
    pub(super) fn and_lacks(&mut self, schema: &Schema, field: i32) {
        self.push(&format!(
            "\nAND NOT EXISTS (SELECT FROM {schema}.search_value AS v WHERE v.item = i.id AND v.field = {field})"
        ));
    }

    /// That the value `v` passes. What is neither a number nor a word is NaN.
    fn test(&mut self, test: &Test) -> &mut Self {
        match test {
            Test::Number(Comparison::NotEqual, number) => {
                self.push("(v.number <> ").number(*number).push(" OR v.number IS NULL AND v.word IS NULL)")
            }
            Test::Number(comparison, number) => {
                self.push("v.number ").push(comparison.as_str()).push(" ").number(*number)
            }
            Test::Within(from, until) => {
                self.push("v.number >= ").number(*from).push(" AND v.number < ").number(*until)
            }
            Test::Without(from, until) => {
                self.push("(v.number < ").number(*from).push(" OR v.number >= ").number(*until).push(")")
            }
            Test::NotANumber(true) => self.push("v.number IS NULL AND v.word IS NULL"),
            Test::NotANumber(false) => self.push("v.number IS NOT NULL"),
            Test::Is(text) => {
                self.push(&indexed()).push(" = ").bind(Bound::Text(cut(&encode(text))));
                self.push(" AND v.word = ").encoded(text)
            }
            Test::IsNot(text) => self.push("v.word <> ").encoded(text),
            Test::Like(pattern) => self.like(pattern),
            Test::In(list) => {
                let list: Vec<String> = list.iter().map(|text| encode(text).into_owned()).collect();
                let heads = list.iter().map(|text| cut(text)).collect();
                self.push(&indexed()).push(" = ANY (").bind(Bound::Texts(heads));
                self.push(") AND v.word = ANY (").bind(Bound::Texts(list)).push(")")
            }
            Test::NotIn(list) => {
                let list = list.iter().map(|text| encode(text).into_owned()).collect();
                self.push("v.word IS NOT NULL AND v.word <> ALL (").bind(Bound::Texts(list)).push(")")
            }
            Test::NotNull => self.push("TRUE"),
            // Never asked of a value that is there.
            Test::Null => self.push("FALSE"),
        }
    }

    fn like(&mut self, pattern: &Pattern) -> &mut Self {
        // Where case is ignored there is none.
        let prefix = cut(&encode(pattern.prefix()));
        if !prefix.is_empty() {
            if let Some(behind) = behind(&prefix) {
                self.push(&indexed()).push(" < ").bind(Bound::Text(behind)).push(" AND ");
            }
            self.push(&indexed()).push(" >= ").bind(Bound::Text(prefix)).push(" AND ");
        }
        let of = if pattern.ignores_case() { "coalesce(v.folded, v.word)" } else { "v.word" };
        // No escape, as ours have none.
        self.push("(").push(of).push(" LIKE ").encoded(pattern.as_str()).push(" ESCAPE ''");
        if pattern.as_str().contains('_') {
            // Of a character that is kept as two it would take one.
            self.is_loose = true;
            self.push(" OR strpos(v.word, ").bind(Bound::Text(MARK.to_string())).push(") > 0");
        }
        self.push(")")
    }

    /// ` AND the item lies behind the place`, in this order.
    ///
    /// The rank of a thing by the first field is its value `r0`, and so on.
    pub(super) fn and_behind(&mut self, position: &Position, descending: &[bool]) {
        self.push("\nAND (");
        for (at, rank) in position.ranks.iter().enumerate() {
            let descending = descending.get(at).copied().unwrap_or_default();
            // Behind by this field …
            self.behind(at, rank, descending).push("\n  OR ");
            // … or equal by it, and behind by what follows.
            self.equal(at, rank).push(" AND (");
        }
        let (name, version, number) = super::rows::columns(&position.key);
        self.push("(i.tie, i.name, i.version, i.number) > (").integer(position.tie);
        self.push(", ").bind(Bound::Text(name)).push(", ").bind(Bound::Text(version)).push(", ");
        self.integer(number).push(")");
        for _ in &position.ranks {
            self.push(")");
        }
        self.push(")");
    }

    fn behind(&mut self, at: usize, rank: &Rank, descending: bool) -> &mut Self {
        let beyond = if descending { "<" } else { ">" };
        match rank {
            Rank::Value(Value::Number(number)) => {
                self.push(&format!("(r{at}.number {beyond} ")).number(*number);
                self.push(&format!(" OR r{at}.number IS NULL)"))
            }
            Rank::Value(Value::Text(text)) => {
                self.push(&format!("(r{at}.word {beyond} ")).encoded(text);
                self.push(&format!(" OR r{at}.word IS NULL)"))
            }
            Rank::NotANumber => self.push(&format!("r{at}.item IS NULL")),
            Rank::Missing => self.push("FALSE"),
        }
    }

    fn equal(&mut self, at: usize, rank: &Rank) -> &mut Self {
        match rank {
            Rank::Value(Value::Number(number)) => self.push(&format!("r{at}.number = ")).number(*number),
            Rank::Value(Value::Text(text)) => self.push(&format!("r{at}.word = ")).encoded(text),
            Rank::NotANumber => {
                self.push(&format!("r{at}.item IS NOT NULL AND r{at}.number IS NULL AND r{at}.word IS NULL"))
            }
            Rank::Missing => self.push(&format!("r{at}.item IS NULL")),
        }
    }
}

/// What of a word is in the index.
fn indexed() -> String {
    format!("left(v.word, {INDEXED})")
}

fn cut(text: &str) -> String {
    text.chars().take(INDEXED).collect()
}
