//! The text of a filter or an order, read from left to right, a word or a sign at a time.

use super::super::SyntaxError;
use super::super::field::attributes;
use super::super::syntax_error::MAX_TOKEN;
use super::Result;
use crate::store::Kind;

/// The longest filter or order, in bytes.
const MAX_LENGTH: usize = 1 << 16;

pub(super) struct Reader<'a> {
    pub(super) kind: Kind,
    what: &'static str,
    pub(super) text: &'a str,
    pub(super) at: usize,
}

impl<'a> Reader<'a> {
    pub(super) fn new(kind: Kind, what: &'static str, text: &'a str) -> Result<Self> {
        let mut reader = Self { kind, what, text, at: 0 };
        if attributes(kind).is_empty() {
            return Err(reader.error(format!("a kind of thing that can be searched, which {kind} is not")));
        }
        if text.len() > MAX_LENGTH {
            reader.at = text.floor_char_boundary(MAX_LENGTH);
            return Err(reader.error(format!("the end, within {MAX_LENGTH} bytes")));
        }
        Ok(reader)
    }

    pub(super) fn rest(&self) -> &'a str {
        self.text.get(self.at..).unwrap_or_default()
    }

    pub(super) fn space(&mut self) {
        self.at = self.text.len() - self.rest().trim_start().len();
    }

    /// What is wrong here.
    pub(super) fn error(&self, expected: impl Into<String>) -> SyntaxError {
        self.error_at(self.at, expected)
    }

    pub(super) fn error_at(&self, position: usize, expected: impl Into<String>) -> SyntaxError {
        let rest = self.text.get(position..).unwrap_or_default();
        let mut chars = rest.char_indices();
        let length = match chars.next() {
            Some((_, first)) if is_word(first) => rest.find(|c| !is_word(c)),
            Some((_, quote @ ('\'' | '"' | '`'))) => chars.find(|(_, c)| *c == quote).map(|(i, _)| i + 1),
            Some((_, first)) => Some(first.len_utf8()),
            None => None,
        };
        let token = rest.get(..length.unwrap_or(rest.len())).unwrap_or_default();
        SyntaxError {
            what: self.what,
            position,
            token: token.chars().take(MAX_TOKEN).collect(),
            expected: expected.into(),
        }
    }

    /// What is wrong with the word that was just read.
    pub(super) fn unread(&self, word: &str, expected: &str) -> SyntaxError {
        self.error_at(self.at - word.len(), expected)
    }

    /// Reads a word of the grammar, in whatever case, if it is next.
    pub(super) fn word(&mut self, word: &str) -> bool {
        self.space();
        let rest = self.rest();
        let found = rest.get(..word.len()).is_some_and(|found| found.eq_ignore_ascii_case(word))
            && !rest[word.len()..].starts_with(is_word);
        if found {
            self.at += word.len();
        }
        found
    }

    pub(super) fn sign(&mut self, sign: char) -> bool {
        let found = self.rest().starts_with(sign);
        if found {
            self.at += sign.len_utf8();
        }
        found
    }

    /// Text in quotes of one of these kinds, in which the quote itself is written twice.
    pub(super) fn quoted(&mut self, quotes: &[char]) -> Result<Option<String>> {
        let start = self.at;
        let Some(quote) = self.rest().chars().next().filter(|c| quotes.contains(c)) else { return Ok(None) };
        let mut text = String::new();
        let mut chars = self.text[start + 1..].char_indices().peekable();
        while let Some((i, c)) = chars.next() {
            if c != quote {
                text.push(c);
            } else if chars.next_if(|(_, next)| *next == quote).is_some() {
                text.push(quote);
            } else {
                self.at = start + 1 + i + 1;
                return Ok(Some(text));
            }
        }
        Err(self.error(format!("a closing {quote}")))
    }

    pub(super) fn plain(&mut self, of: impl Fn(char) -> bool) -> &'a str {
        let rest = self.rest();
        let plain = &rest[..rest.find(|c| !of(c)).unwrap_or(rest.len())];
        self.at += plain.len();
        plain
    }
}

pub(super) fn is_word(c: char) -> bool {
    c.is_alphanumeric() || c == '_'
}
