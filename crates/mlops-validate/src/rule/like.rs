use arrow_array::Array;
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;

use super::text::{broken_by_text, prepared_for_text};
use super::{CellRule, Mismatch, ValueRule};

/// A pattern of SQL's `LIKE`: `%` stands for any text, `_` for one character (a code
/// point), all else for itself, case and line breaks included. After the escape character,
/// if there is one, a character stands for itself.
///
/// Matching is at worst the product of the lengths of pattern and text.
#[derive(Clone, Debug)]
pub(crate) struct LikePattern {
    /// What stands between the `%`.
    pieces: Vec<Piece>,
}

/// Text in which `None` is any one character.
#[derive(Clone, Debug, Default)]
struct Piece {
    units: Vec<Option<char>>,
    /// All of it, if it holds no `_`.
    plain: Option<String>,
}

impl Piece {
    fn new(units: Vec<Option<char>>) -> Self {
        let plain = units.iter().copied().collect();
        Self { units, plain }
    }

    /// What follows the piece at the beginning of `text`.
    fn after<'a>(&self, text: &'a str) -> Option<&'a str> {
        if let Some(plain) = &self.plain {
            return text.strip_prefix(plain.as_str());
        }
        let mut rest = text.chars();
        for unit in &self.units {
            let found = rest.next()?;
            if unit.is_some_and(|unit| unit != found) {
                return None;
            }
        }
        Some(rest.as_str())
    }

    fn ends(&self, text: &str) -> bool {
        if let Some(plain) = &self.plain {
            return text.ends_with(plain.as_str());
        }
        let mut rest = text.chars();
        self.units
            .iter()
            .rev()
            .all(|unit| rest.next_back().is_some_and(|found| unit.is_none_or(|unit| unit == found)))
    }

    /// What follows the first place where the piece stands.
    fn find<'a>(&self, text: &'a str) -> Option<&'a str> {
        if let Some(plain) = &self.plain {
            return text.find(plain.as_str()).map(|at| &text[at + plain.len()..]);
        }
        let ends = std::iter::once(text.len());
        text.char_indices().map(|(at, _)| at).chain(ends).find_map(|at| self.after(&text[at..]))
    }

    /// How many bytes it stands for at least.
    fn least(&self) -> usize {
        self.units.iter().map(|unit| unit.map_or(1, char::len_utf8)).sum()
    }
}

impl LikePattern {
    /// Reads a pattern.
    ///
    /// # Errors
    /// What would have been right, if it ends with the escape character.
    pub(crate) fn new(pattern: &str, escape: Option<char>) -> Result<Self, &'static str> {
        let (mut pieces, mut units) = (Vec::new(), Vec::new());
        let mut rest = pattern.chars();
        while let Some(next) = rest.next() {
            if Some(next) == escape {
                units.push(Some(rest.next().ok_or("a pattern with a character after the escape")?));
            } else if next == '%' {
                pieces.push(Piece::new(std::mem::take(&mut units)));
            } else {
                units.push((next != '_').then_some(next));
            }
        }
        pieces.push(Piece::new(units));
        Ok(Self { pieces })
    }

    /// Whether the whole text is of this shape.
    pub(crate) fn is_match(&self, text: &str) -> bool {
        let [first, between @ .., last] = self.pieces.as_slice() else {
            // There is no `%`.
            return self.pieces.iter().all(|piece| piece.after(text).is_some_and(str::is_empty));
        };
        let Some(mut rest) = first.after(text) else { return false };
        for piece in between {
            match piece.find(rest) {
                Some(after) => rest = after,
                None => return false,
            }
        }
        rest.len() >= last.least() && last.ends(rest)
    }
}

/// Values match one of, or all of, some patterns.
#[derive(Clone, Debug)]
pub(crate) struct Like {
    pub(crate) key: String,
    pub(crate) patterns: Vec<LikePattern>,
    /// Whether one match is enough.
    pub(crate) any: bool,
    /// Whether what matches breaks the rule.
    pub(crate) negated: bool,
}

impl Like {
    fn fulfils(&self, text: &str) -> bool {
        let matches = if self.any {
            self.patterns.iter().any(|pattern| pattern.is_match(text))
        } else {
            self.patterns.iter().all(|pattern| pattern.is_match(text))
        };
        matches != self.negated
    }
}

impl ValueRule for Like {
    fn key(&self) -> String {
        self.key.clone()
    }

    fn broken(&self, values: &dyn Array) -> Result<BooleanBuffer, Mismatch> {
        broken_by_text(values, |text| Ok(self.fulfils(text)))
    }

    fn prepare(&self, data_type: &DataType) -> Option<Result<CellRule, Mismatch>> {
        let rule = self.clone();
        prepared_for_text(data_type, move |text| Ok(rule.fulfils(text)))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Each reading of the pattern is tried.
    fn plainly(pattern: &[char], text: &[char]) -> bool {
        match pattern {
            [] => text.is_empty(),
            ['%', rest @ ..] => (0..=text.len()).any(|skip| plainly(rest, &text[skip..])),
            ['_', rest @ ..] => !text.is_empty() && plainly(rest, &text[1..]),
            [one, rest @ ..] => text.first() == Some(one) && plainly(rest, &text[1..]),
        }
    }

    #[test]
    fn an_escaped_character_stands_for_itself() {
        let pattern = LikePattern::new("100!%!!!_", Some('!')).unwrap();
        assert!(pattern.is_match("100%!_"));
        assert!(!pattern.is_match("100x!_"));
        assert!(!pattern.is_match("100%!x"));
        assert!(LikePattern::new("a!", Some('!')).is_err());
        assert!(LikePattern::new("a\\", None).unwrap().is_match("a\\"));
    }

    #[test]
    fn a_suffix_does_not_overlap_what_came_before() {
        let pattern = LikePattern::new("a%_b", None).unwrap();
        assert!(!pattern.is_match("ab"));
        assert!(pattern.is_match("aéb"));
        assert!(!LikePattern::new("ab%ba", None).unwrap().is_match("aba"));
    }

    proptest! {
        #[test]
        fn agrees_with_a_plain_search(
            pattern in prop::collection::vec(prop::sample::select(vec!['a', 'b', 'é', '%', '_']), 0..8),
            text in prop::collection::vec(prop::sample::select(vec!['a', 'b', 'é']), 0..9),
        ) {
            let written: String = pattern.iter().collect();
            let value: String = text.iter().collect();
            let found = LikePattern::new(&written, None).unwrap().is_match(&value);
            prop_assert_eq!(found, plainly(&pattern, &text), "{} {}", written, value);
        }
    }
}
