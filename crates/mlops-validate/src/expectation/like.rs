use serde_json::{Map, Value, json};

use super::regex::{describe, match_on};
use super::rows::{About, about_methods};
use super::{Expectation, Judge, Kwargs, MatchOn};
use crate::plan::Planner;
use crate::rule::{Like, LikePattern};
use crate::{Error, Result};

/// `expect_column_values_to_match_like_pattern` and its three relatives: every value, or
/// none, is of the shape of a pattern of SQL's `LIKE`, or of one of a list.
///
/// `%` stands for any text, `_` for one code point, all else for itself; case counts. With
/// an escape character, what follows it stands for itself; without one there is no escape.
/// What is no text is compared as Python's `str` writes it.
///
/// Great Expectations has these on SQL engines only; the answers are DuckDB's.
///
/// ```
/// use mlops_validate::expectation::{Expectation, ValuesMatchLike};
///
/// let rates = ValuesMatchLike::new("rate", "%!%", Some('!'))?;
/// assert_eq!(rates.rule(), "matching \"%!%\" (escaped by '!')");
/// # Ok::<(), mlops_validate::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ValuesMatchLike {
    about: About,
    written: Vec<String>,
    patterns: Vec<LikePattern>,
    escape: Option<char>,
    on: MatchOn,
    negated: bool,
    list: bool,
}

impl ValuesMatchLike {
    pub(super) const NAME: &str = "expect_column_values_to_match_like_pattern";
    pub(super) const NEGATED: &str = "expect_column_values_to_not_match_like_pattern";
    pub(super) const LIST: &str = "expect_column_values_to_match_like_pattern_list";
    pub(super) const NEGATED_LIST: &str = "expect_column_values_to_not_match_like_pattern_list";

    fn build(
        about: About,
        written: Vec<String>,
        escape: Option<char>,
        (on, negated, list): (MatchOn, bool, bool),
        invalid: impl Fn(&str, &Value, &str) -> Error,
    ) -> Result<Self> {
        let parameter = if list { "like_pattern_list" } else { "like_pattern" };
        if written.is_empty() {
            return Err(invalid(parameter, &json!([]), "at least one pattern"));
        }
        let patterns = written
            .iter()
            .map(|one| {
                LikePattern::new(one, escape).map_err(|expected| invalid(parameter, &json!(one), expected))
            })
            .collect::<Result<_>>()?;
        Ok(Self { about, written, patterns, escape, on, negated, list })
    }

    /// Every value is of the shape of the pattern.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the pattern ends with the escape character.
    pub fn new(column: impl Into<String>, pattern: &str, escape: Option<char>) -> Result<Self> {
        Self::of(column, [pattern], escape, (MatchOn::Any, false, false))
    }

    /// No value is of the shape of the pattern.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn never(column: impl Into<String>, pattern: &str, escape: Option<char>) -> Result<Self> {
        Self::of(column, [pattern], escape, (MatchOn::Any, true, false))
    }

    /// Every value is of the shape of any or all of the patterns.
    ///
    /// # Errors
    /// As [`new`](Self::new), and if there is no pattern.
    pub fn list<'a>(
        column: impl Into<String>,
        patterns: impl IntoIterator<Item = &'a str>,
        escape: Option<char>,
        on: MatchOn,
    ) -> Result<Self> {
        Self::of(column, patterns, escape, (on, false, true))
    }

    /// No value is of the shape of any of the patterns.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub fn none_of<'a>(
        column: impl Into<String>,
        patterns: impl IntoIterator<Item = &'a str>,
        escape: Option<char>,
    ) -> Result<Self> {
        Self::of(column, patterns, escape, (MatchOn::Any, true, true))
    }

    fn of<'a>(
        column: impl Into<String>,
        patterns: impl IntoIterator<Item = &'a str>,
        escape: Option<char>,
        kind: (MatchOn, bool, bool),
    ) -> Result<Self> {
        let written = patterns.into_iter().map(ToOwned::to_owned).collect();
        Self::build(About::new(column), written, escape, kind, |name, value, expected| {
            Error::invalid("LIKE pattern", name, value, expected)
        })
    }

    about_methods!();

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let about = About::parse(kwargs)?;
        let name = kwargs.expectation();
        let list = name == Self::LIST || name == Self::NEGATED_LIST;
        let negated = name == Self::NEGATED || name == Self::NEGATED_LIST;
        let on = if name == Self::LIST { match_on(kwargs)? } else { MatchOn::Any };
        let written =
            if list { kwargs.texts("like_pattern_list")? } else { vec![kwargs.text("like_pattern")?] };
        let escape = match kwargs.optional("escape") {
            None => None,
            Some(value) => {
                let text = kwargs.text("escape")?;
                let mut letters = text.chars();
                match (letters.next(), letters.next()) {
                    (Some(one), None) => Some(one),
                    _ => return Err(kwargs.invalid("escape", value, "a single character")),
                }
            }
        };
        Self::build(about, written, escape, (on, negated, list), |name, value, expected| {
            kwargs.invalid(name, value, expected)
        })
    }
}

impl Expectation for ValuesMatchLike {
    fn name(&self) -> &str {
        match (self.list, self.negated) {
            (false, false) => Self::NAME,
            (false, true) => Self::NEGATED,
            (true, false) => Self::LIST,
            (true, true) => Self::NEGATED_LIST,
        }
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = self.about.kwargs();
        if self.list {
            kwargs.insert("like_pattern_list".to_owned(), json!(self.written));
            if self.on == MatchOn::All {
                kwargs.insert("match_on".to_owned(), json!("all"));
            }
        } else {
            kwargs.insert("like_pattern".to_owned(), json!(self.written.first()));
        }
        if let Some(escape) = self.escape {
            kwargs.insert("escape".to_owned(), json!(escape));
        }
        kwargs
    }

    fn rule(&self) -> String {
        let patterns: Vec<String> = self.written.iter().map(|pattern| format!("{pattern:?}")).collect();
        let escape = self.escape.map_or_else(String::new, |escape| format!(" (escaped by {escape:?})"));
        let rule = describe(&patterns, self.on == MatchOn::Any, self.negated);
        self.about.rule(&format!("{rule}{escape}"))
    }

    fn column(&self) -> Option<&str> {
        Some(&self.about.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let any = self.on == MatchOn::Any;
        let key = format!("like {:?} {:?} {any} {}", self.written, self.escape, self.negated);
        let rule = Like { key, patterns: self.patterns.clone(), any, negated: self.negated };
        self.about.judge_rule(planner, rule)
    }
}
