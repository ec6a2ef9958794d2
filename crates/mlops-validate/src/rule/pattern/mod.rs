//! Patterns with the meaning of Python's `re`.
//!
//! A pattern is read by Python's grammar and written anew for one of two engines: `regex`,
//! whose time is linear in the text, if it can say it; else `fancy-regex`, which goes back
//! and gets a limited number of steps.

mod parse;
mod syntax;
mod write;

#[cfg(test)]
mod tests;

use syntax::Node;

/// Steps back that one value is worth, under a second; a pattern that takes more on a
/// value will take all the time there is on another.
const STEPS: usize = 200_000;
/// Bytes of a compiled pattern.
const LARGEST: usize = 10 << 20;
/// Parts of a pattern with look-around or back-references, repetitions written out.
const MOST_PARTS: u64 = 20_000;
/// Bytes of a text that is searched going back: each start may look at all of the rest.
const LONGEST_TEXT: usize = 1 << 14;

/// A pattern that is searched for, as Python's `re.search` does.
#[derive(Clone, Debug)]
pub(crate) struct Pattern {
    written: String,
    engine: Engine,
}

/// What searches for a pattern.
#[derive(Clone, Debug)]
enum Engine {
    /// In linear time, with the pattern in the syntax of the `regex` crate.
    Linear(regex::Regex, String),
    /// With word boundaries: both engines mean the same by them where all is ASCII and
    /// something is there.
    LinearInAscii(regex::Regex, fancy_regex::Regex),
    /// With look-around or back-references.
    Backtracking(fancy_regex::Regex),
}

impl Pattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// Why it is none, or can't be used: the syntax, or its size.
    pub(crate) fn new(written: &str) -> Result<Self, String> {
        let node = parse::parse(written)?;
        let bounded = node.any(&|node| matches!(node, Node::Boundary { .. }));
        let engine = match write::linear(&node) {
            None => Engine::Backtracking(compile_backtracking(&node)?),
            Some(syntax) => {
                let linear = compile(&syntax)?;
                if bounded {
                    Engine::LinearInAscii(linear, compile_backtracking(&node)?)
                } else {
                    Engine::Linear(linear, syntax)
                }
            }
        };
        Ok(Self { written: written.to_owned(), engine })
    }

    /// The pattern as it was written.
    pub(crate) fn as_str(&self) -> &str {
        &self.written
    }

    /// In the syntax of the `regex` crate, if it means the same there for every text.
    pub(crate) fn everywhere_linear(&self) -> Option<&str> {
        match &self.engine {
            Engine::Linear(_, syntax) => Some(syntax),
            Engine::LinearInAscii(..) | Engine::Backtracking(_) => None,
        }
    }

    /// Whether it is found in `text`.
    ///
    /// # Errors
    /// Why that can't be said: the text is too long for a pattern that goes back, or takes
    /// too many steps.
    pub(crate) fn is_match(&self, text: &str) -> Result<bool, String> {
        match &self.engine {
            Engine::Linear(linear, _) => Ok(linear.is_match(text)),
            Engine::LinearInAscii(linear, _) if !text.is_empty() && text.is_ascii() => {
                Ok(linear.is_match(text))
            }
            Engine::LinearInAscii(_, backtracking) | Engine::Backtracking(backtracking) => {
                self.search_back(backtracking, text)
            }
        }
    }

    fn search_back(&self, backtracking: &fancy_regex::Regex, text: &str) -> Result<bool, String> {
        let pattern = crate::error::shorten(&self.written);
        if text.len() > LONGEST_TEXT {
            return Err(format!(
                "the pattern {pattern:?} has look-around, back-references or word boundaries, and a value \
                 of {} bytes is longer than the {LONGEST_TEXT} that it is searched in",
                text.len()
            ));
        }
        backtracking.is_match(text).map_err(|error| {
            let value = crate::error::shorten(text);
            format!("the pattern {pattern:?} takes more than {STEPS} steps on the value {value:?} ({error})")
        })
    }
}

/// A pattern that needs no going back, in the syntax of the `regex` crate.
///
/// # Errors
/// What is wrong with it.
pub(super) fn linear_syntax(written: &str) -> Result<String, String> {
    let node = parse::parse(written)?;
    write::linear(&node).ok_or_else(|| "it needs look-around or back-references".to_owned())
}

fn compile(linear: &str) -> Result<regex::Regex, String> {
    regex::RegexBuilder::new(linear).size_limit(LARGEST).build().map_err(|error| match error {
        regex::Error::CompiledTooBig(limit) => format!("it is too large: compiled, over {limit} bytes"),
        other => format!("it can't be compiled: {other}"),
    })
}

fn compile_backtracking(node: &Node) -> Result<fancy_regex::Regex, String> {
    let size = node.size();
    if size > MOST_PARTS {
        return Err(format!(
            "it is too large: it has look-around, back-references or word boundaries, and {size} parts with \
             its repetitions written out, over {MOST_PARTS}"
        ));
    }
    fancy_regex::RegexBuilder::new(&write::backtracking(node))
        .backtrack_limit(STEPS)
        .delegate_size_limit(LARGEST)
        .build()
        .map_err(|error| format!("it can't be compiled: {error}"))
}

/// What values are searched for: one pattern, any of some, or all of them.
#[derive(Clone, Debug)]
pub(crate) struct Patterns {
    all: Vec<Pattern>,
    any: bool,
    /// All patterns at once.
    set: Option<regex::RegexSet>,
}

impl Patterns {
    /// `any` says that one is enough.
    pub(crate) fn new(patterns: Vec<Pattern>, any: bool) -> Self {
        let linear: Option<Vec<&str>> = patterns.iter().map(Pattern::everywhere_linear).collect();
        let set = linear.filter(|linear| any && linear.len() > 1).and_then(|linear| {
            // Too large as a whole: then one by one.
            regex::RegexSetBuilder::new(linear).size_limit(LARGEST).build().ok()
        });
        Self { all: patterns, any, set }
    }

    pub(crate) fn iter(&self) -> impl Iterator<Item = &str> {
        self.all.iter().map(Pattern::as_str)
    }

    pub(crate) fn any(&self) -> bool {
        self.any
    }

    fn is_match(&self, text: &str) -> Result<bool, String> {
        if let Some(set) = &self.set {
            return Ok(set.is_match(text));
        }
        for pattern in &self.all {
            if pattern.is_match(text)? == self.any {
                return Ok(self.any);
            }
        }
        Ok(!self.any)
    }
}

/// Values match patterns, or do not.
#[derive(Clone, Debug)]
pub(crate) struct Matching {
    pub(crate) patterns: Patterns,
    /// Whether what matches breaks the rule.
    pub(crate) negated: bool,
}

impl Matching {
    fn fulfils(&self, text: &str) -> Result<bool, super::Mismatch> {
        let matches = self.patterns.is_match(text).map_err(super::Mismatch)?;
        Ok(matches != self.negated)
    }
}

impl super::ValueRule for Matching {
    fn key(&self) -> String {
        let patterns: Vec<&str> = self.patterns.iter().collect();
        format!("match {patterns:?} {} {}", self.patterns.any, self.negated)
    }

    fn broken(
        &self,
        values: &dyn arrow_array::Array,
    ) -> Result<arrow_buffer::BooleanBuffer, super::Mismatch> {
        super::text::broken_by_text(values, |text| self.fulfils(text))
    }

    fn prepare(
        &self,
        data_type: &arrow_schema::DataType,
    ) -> Option<Result<super::CellRule, super::Mismatch>> {
        let rule = self.clone();
        super::text::prepared_for_text(data_type, move |text| rule.fulfils(text))
    }
}
