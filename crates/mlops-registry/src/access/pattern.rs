use std::fmt;
use std::str::FromStr;

use mlops_core::ModelName;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::{Error, Result};

/// The most stars that a pattern may have. Matching is of the order of the lengths of
/// pattern and name multiplied, whatever the pattern: this keeps patterns legible.
const MAX_STARS: usize = 8;

/// The models whose names look like this: `*` stands for any characters, also for none, and
/// everything else for itself.
///
/// ```
/// use mlops_registry::access::ModelPattern;
/// let pattern: ModelPattern = "fraud-*".parse()?;
/// assert!(pattern.matches(&"fraud-cards".parse()?));
/// assert!(!pattern.matches(&"antifraud-cards".parse()?));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct ModelPattern(String);

impl ModelPattern {
    /// The pattern, checked.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it has no star, more than eight or two side by side, or if the
    /// rest of it could not stand in the name of a model.
    pub fn new(text: impl Into<String>) -> Result<Self> {
        let text = text.into();
        let stars = text.matches(Self::STAR).count();
        let starred = (1..=MAX_STARS).contains(&stars) && !text.contains("**");
        // A star may itself stand in a name, so that what is no name is no pattern either.
        if starred && ModelName::new(text.as_str()).is_ok() {
            return Ok(Self(text));
        }
        Err(Error::Invalid {
            field: "pattern of model names",
            value: text.chars().take(256).collect(),
            expected: format!(
                "what could be a name of a model, with 1 to {MAX_STARS} `*`, no two of them side by side"
            ),
        })
    }

    /// What stands for any characters.
    pub(crate) const STAR: char = '*';

    /// The pattern as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// Whether the name of `model` looks like this. Upper and lower case differ.
    pub fn matches(&self, model: &ModelName) -> bool {
        let (pattern, name) = (self.0.as_bytes(), model.as_str().as_bytes());
        let (mut at, mut from) = (0, 0);
        // Where to go on if what follows the last star does not fit: one character later.
        let mut again: Option<(usize, usize)> = None;
        while from < name.len() {
            if pattern.get(at) == Some(&b'*') {
                at += 1;
                again = Some((at, from));
            } else if pattern.get(at) == Some(&name[from]) {
                (at, from) = (at + 1, from + 1);
            } else if let Some((star, taken)) = again {
                (at, from) = (star, taken + 1);
                again = Some((star, taken + 1));
            } else {
                return false;
            }
        }
        pattern[at..].iter().all(|byte| *byte == b'*')
    }

    /// To how many characters it holds a name.
    pub(crate) fn literal(&self) -> usize {
        self.0.chars().filter(|letter| *letter != Self::STAR).count()
    }
}

impl fmt::Display for ModelPattern {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for ModelPattern {
    type Err = Error;
    fn from_str(text: &str) -> Result<Self> {
        Self::new(text)
    }
}

impl Serialize for ModelPattern {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_str(self)
    }
}

impl<'de> Deserialize<'de> for ModelPattern {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// The same, letter by letter and without any cleverness.
    fn naive(pattern: &[char], name: &[char]) -> bool {
        match pattern.split_first() {
            None => name.is_empty(),
            Some(('*', rest)) => (0..=name.len()).any(|taken| naive(rest, &name[taken..])),
            Some((letter, rest)) => name.first() == Some(letter) && naive(rest, &name[1..]),
        }
    }

    proptest! {
        #[test]
        fn matches_as_the_naive_one(pattern in "[abü*]{1,8}", name in "[abü]{1,8}") {
            if let Ok(pattern) = ModelPattern::new(pattern) {
                let letters: Vec<char> = pattern.as_str().chars().collect();
                let expected = naive(&letters, &name.chars().collect::<Vec<_>>());
                prop_assert_eq!(pattern.matches(&name.parse().unwrap()), expected);
            }
        }

        #[test]
        fn text_never_panics(text in "\\PC*") {
            let _ = ModelPattern::new(text);
        }
    }

    #[test]
    fn a_pattern_has_a_few_stars_and_is_else_a_name() {
        for good in ["*", "fraud-*", "*-v2", "a*b*c", "*a*a*a*a*a*a*a*"] {
            assert_eq!(ModelPattern::new(good).unwrap().as_str(), good);
        }
        let (long, many) = ("a".repeat(256) + "*", "*a".repeat(9));
        for bad in ["", "fraud", "**", "a/*", "a:*", "*@b", " *", "* ", "a\n*", &long, &many] {
            let error = ModelPattern::new(bad).unwrap_err().to_string();
            assert!(error.contains("pattern of model names") && error.len() < 500, "{error}");
        }
    }

    #[test]
    fn the_worst_pattern_takes_no_time() {
        let pattern = ModelPattern::new("*a*a*a*a*a*a*a*b").unwrap();
        assert!(!pattern.matches(&"a".repeat(256).parse().unwrap()));
    }
}
