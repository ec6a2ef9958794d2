use serde_json::{Map, Value, json};

use super::rows::{About, about_methods};
use super::{Expectation, Judge, Kwargs};
use crate::plan::Planner;
use crate::rule::{Matching, Pattern, Patterns};
use crate::{Error, Result};

/// How many patterns of a list a value has to match.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "there is no third way")]
pub enum MatchOn {
    /// One is enough.
    #[default]
    Any,
    /// All of them.
    All,
}

/// `expect_column_values_to_match_regex` and its three relatives: a pattern, or one of a
/// list, is found in every value, or in none.
///
/// Patterns are those of Python's `re` (3.11): they are searched for anywhere, `\d` and
/// `\w` know all of Unicode, `$` also stands before a line break that ends the text. What
/// is no text is searched as Python's `str` writes it.
///
/// Plain patterns take time linear in the text. Those with look-around, back-references,
/// atomic groups or possessive repetition, and those with `\b` on text beyond ASCII, go
/// back: one value gets 200 000 steps and may have 16 KiB, beyond which the expectation
/// can't be evaluated. What can't be compiled within 10 MiB is refused, as are characters
/// by name (`\N{…}`) and flags in the middle of a pattern.
///
/// ```
/// use mlops_validate::expectation::{Expectation, ValuesMatchRegex};
///
/// let codes = ValuesMatchRegex::new("airline", "^[A-Z]{2}$")?;
/// assert_eq!(codes.rule(), "matching /^[A-Z]{2}$/");
/// assert!(ValuesMatchRegex::new("airline", "^[A-Z{2}$").is_err());
/// # Ok::<(), mlops_validate::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct ValuesMatchRegex {
    about: About,
    matching: Matching,
    /// Whether the patterns were given as a list.
    list: bool,
}

impl ValuesMatchRegex {
    pub(super) const NAME: &str = "expect_column_values_to_match_regex";
    pub(super) const NEGATED: &str = "expect_column_values_to_not_match_regex";
    pub(super) const LIST: &str = "expect_column_values_to_match_regex_list";
    pub(super) const NEGATED_LIST: &str = "expect_column_values_to_not_match_regex_list";

    fn build(
        column: impl Into<String>,
        patterns: impl IntoIterator<Item = impl AsRef<str>>,
        on: MatchOn,
        (negated, list): (bool, bool),
    ) -> Result<Self> {
        let patterns: Vec<Pattern> = patterns
            .into_iter()
            .map(|written| {
                let written = written.as_ref();
                Pattern::new(written).map_err(|why| {
                    let name = if list { "regex_list" } else { "regex" };
                    Error::invalid("regular expression", name, format!("{written:?}"), expected(&why))
                })
            })
            .collect::<Result<_>>()?;
        if patterns.is_empty() {
            return Err(Error::invalid("regular expression", "regex_list", "[]", "at least one pattern"));
        }
        let patterns = Patterns::new(patterns, on == MatchOn::Any);
        Ok(Self { about: About::new(column), matching: Matching { patterns, negated }, list })
    }

    /// The pattern is found in every value.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is none, or too large.
    pub fn new(column: impl Into<String>, pattern: &str) -> Result<Self> {
        Self::build(column, [pattern], MatchOn::Any, (false, false))
    }

    /// The pattern is found in no value.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn never(column: impl Into<String>, pattern: &str) -> Result<Self> {
        Self::build(column, [pattern], MatchOn::Any, (true, false))
    }

    /// Any or all of the patterns are found in every value.
    ///
    /// # Errors
    /// As [`new`](Self::new), and if there is no pattern.
    pub fn list<'a>(
        column: impl Into<String>,
        patterns: impl IntoIterator<Item = &'a str>,
        on: MatchOn,
    ) -> Result<Self> {
        Self::build(column, patterns, on, (false, true))
    }

    /// None of the patterns is found in any value.
    ///
    /// # Errors
    /// As [`list`](Self::list).
    pub fn none_of<'a>(
        column: impl Into<String>,
        patterns: impl IntoIterator<Item = &'a str>,
    ) -> Result<Self> {
        Self::build(column, patterns, MatchOn::Any, (true, true))
    }

    about_methods!();

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let about = About::parse(kwargs)?;
        let name = kwargs.expectation();
        let list = name == Self::LIST || name == Self::NEGATED_LIST;
        let negated = name == Self::NEGATED || name == Self::NEGATED_LIST;
        let on = if name == Self::LIST { match_on(kwargs)? } else { MatchOn::Any };
        let parameter = if list { "regex_list" } else { "regex" };
        let written = if list { kwargs.texts("regex_list")? } else { vec![kwargs.text("regex")?] };
        let patterns = written
            .iter()
            .map(|written| {
                Pattern::new(written)
                    .map_err(|why| kwargs.invalid(parameter, &json!(written), &expected(&why)))
            })
            .collect::<Result<_>>()?;
        let patterns = Patterns::new(patterns, on == MatchOn::Any);
        Ok(Self { about, matching: Matching { patterns, negated }, list })
    }
}

fn expected(why: &str) -> String {
    format!("a regular expression of Python's re, but {why}")
}

/// `match_on`; any if it is not there.
pub(super) fn match_on(kwargs: &Kwargs<'_>) -> Result<MatchOn> {
    match kwargs.get("match_on") {
        None => Ok(MatchOn::Any),
        Some(Value::String(word)) if word == "any" => Ok(MatchOn::Any),
        Some(Value::String(word)) if word == "all" => Ok(MatchOn::All),
        Some(other) => Err(kwargs.invalid("match_on", other, "\"any\" or \"all\"")),
    }
}

/// Patterns in words.
pub(super) fn describe(patterns: &[String], any: bool, negated: bool) -> String {
    let list = |of: &str| format!("{of} {}", patterns.join(", "));
    match (patterns, negated) {
        ([one], false) => format!("matching {one}"),
        ([one], true) => format!("not matching {one}"),
        (_, true) => list("matching none of"),
        (_, false) => list(if any { "matching any of" } else { "matching all of" }),
    }
}

impl Expectation for ValuesMatchRegex {
    fn name(&self) -> &str {
        match (self.list, self.matching.negated) {
            (false, false) => Self::NAME,
            (false, true) => Self::NEGATED,
            (true, false) => Self::LIST,
            (true, true) => Self::NEGATED_LIST,
        }
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = self.about.kwargs();
        let patterns: Vec<&str> = self.matching.patterns.iter().collect();
        if self.list {
            kwargs.insert("regex_list".to_owned(), json!(patterns));
            if !self.matching.patterns.any() {
                kwargs.insert("match_on".to_owned(), json!("all"));
            }
        } else {
            kwargs.insert("regex".to_owned(), json!(patterns.first()));
        }
        kwargs
    }

    fn rule(&self) -> String {
        let patterns: Vec<String> =
            self.matching.patterns.iter().map(|pattern| format!("/{pattern}/")).collect();
        self.about.rule(&describe(&patterns, self.matching.patterns.any(), self.matching.negated))
    }

    fn column(&self) -> Option<&str> {
        Some(&self.about.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        self.about.judge_rule(planner, self.matching.clone())
    }
}
