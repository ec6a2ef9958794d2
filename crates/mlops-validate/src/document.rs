//! Reading a document, such as a gate file or a suite of behaviour: every field is taken by name, what is left over is refused, and
//! each refusal says where it is and what would have been right.

use std::fmt;
use std::ops::RangeInclusive;

use serde::de::{Deserialize, Deserializer, Error as _, MapAccess, SeqAccess, Visitor};
use serde_json::{Map, Value};

use crate::error::shorten;
use crate::{Error, Result};

/// Reads JSON text, to the depth that `serde_json` allows.
pub(crate) fn read(what: &'static str, text: &str) -> Result<Value> {
    serde_json::from_str::<Unique>(text).map(|document| document.0).map_err(|error| Error::parse(what, error))
}

/// JSON in which no key stands twice: what a reviewer reads must be what counts.
pub(crate) struct Unique(pub(crate) Value);

impl<'de> Deserialize<'de> for Unique {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(UniqueVisitor)
    }
}

struct UniqueVisitor;

impl<'de> Visitor<'de> for UniqueVisitor {
    type Value = Unique;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<Unique, E> {
        Ok(Unique(Value::Null))
    }

    fn visit_bool<E>(self, value: bool) -> Result<Unique, E> {
        Ok(Unique(value.into()))
    }

    fn visit_i64<E>(self, value: i64) -> Result<Unique, E> {
        Ok(Unique(value.into()))
    }

    fn visit_u64<E>(self, value: u64) -> Result<Unique, E> {
        Ok(Unique(value.into()))
    }

    fn visit_f64<E>(self, value: f64) -> Result<Unique, E> {
        Ok(Unique(value.into()))
    }

    fn visit_str<E>(self, value: &str) -> Result<Unique, E> {
        Ok(Unique(value.into()))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<Unique, A::Error> {
        let mut list = Vec::new();
        while let Some(Unique(item)) = items.next_element()? {
            list.push(item);
        }
        Ok(Unique(Value::Array(list)))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Unique, A::Error> {
        let mut object = Map::new();
        while let Some(key) = entries.next_key::<String>()? {
            let Unique(value) = entries.next_value()?;
            if object.contains_key(&key) {
                return Err(A::Error::custom(format_args!("the key {:?} stands twice", shorten(&key))));
            }
            object.insert(key, value);
        }
        Ok(Unique(Value::Object(object)))
    }
}

/// The fields of one object, each to be taken once.
pub(crate) struct Fields {
    what: &'static str,
    path: String,
    left: Map<String, Value>,
    known: Vec<&'static str>,
}

impl Fields {
    /// Of an object in a gate file.
    pub(crate) fn of(path: impl Into<String>, value: Value) -> Result<Self> {
        Self::within("gate", path, value)
    }

    /// Of an object in a document, called `what` in messages.
    pub(crate) fn within(what: &'static str, path: impl Into<String>, value: Value) -> Result<Self> {
        let path = path.into();
        match value {
            Value::Object(left) => Ok(Self { what, path, left, known: Vec::new() }),
            other => Err(Error::invalid(what, path, other, "an object")),
        }
    }

    /// An error about a field of this object.
    pub(crate) fn invalid(&self, key: &str, value: impl fmt::Display, expected: impl Into<String>) -> Error {
        Error::invalid(self.what, self.place(key), value, expected)
    }

    /// Where a field of this object stands.
    pub(crate) fn place(&self, key: &str) -> String {
        if self.path.is_empty() { key.to_owned() } else { format!("{}.{key}", self.path) }
    }

    /// Unwraps what has to be there.
    pub(crate) fn needed<T>(&self, key: &str, found: Option<T>, expected: &str) -> Result<T> {
        found.ok_or_else(|| self.missing(key, expected))
    }

    /// An error about a field that is not there; a field that nobody knows and that is spelled
    /// almost like it is named, for it was perhaps meant.
    pub(crate) fn missing(&self, key: &str, expected: &str) -> Error {
        let unknown: Vec<&str> =
            self.left.keys().map(String::as_str).filter(|left| !self.known.contains(left)).collect();
        match nearest(key, &unknown) {
            Some(meant) => {
                self.invalid(key, "missing", format!("{expected}; is {:?} meant for it?", shorten(meant)))
            }
            None => self.invalid(key, "missing", expected),
        }
    }

    pub(crate) fn value(&mut self, key: &'static str) -> Option<Value> {
        self.known.push(key);
        self.left.remove(key)
    }

    /// Text of 1 to 256 bytes without control characters.
    pub(crate) fn text(&mut self, key: &'static str) -> Result<Option<String>> {
        let expected = "text of 1 to 256 bytes without control characters";
        match self.value(key) {
            None => Ok(None),
            Some(Value::String(text))
                if (1..=256).contains(&text.len()) && !text.chars().any(char::is_control) =>
            {
                Ok(Some(text))
            }
            Some(other) => Err(self.invalid(key, other, expected)),
        }
    }

    /// A number for which `valid` holds.
    pub(crate) fn number(
        &mut self,
        key: &'static str,
        valid: impl Fn(f64) -> bool,
        expected: &str,
    ) -> Result<Option<f64>> {
        match self.value(key) {
            None => Ok(None),
            Some(value) => match value.as_f64().filter(|number| number.is_finite() && valid(*number)) {
                Some(number) => Ok(Some(number)),
                None => Err(self.invalid(key, value, expected)),
            },
        }
    }

    /// A whole number within `range`.
    pub(crate) fn whole(&mut self, key: &'static str, range: RangeInclusive<u32>) -> Result<Option<u32>> {
        match self.value(key) {
            None => Ok(None),
            Some(value) => {
                let number = value.as_u64().and_then(|number| u32::try_from(number).ok());
                number.filter(|number| range.contains(number)).map(Some).ok_or_else(|| {
                    let expected = format!("a whole number, {} to {}", range.start(), range.end());
                    self.invalid(key, value, expected)
                })
            }
        }
    }

    pub(crate) fn truth(&mut self, key: &'static str) -> Result<Option<bool>> {
        match self.value(key) {
            None => Ok(None),
            Some(Value::Bool(truth)) => Ok(Some(truth)),
            Some(other) => Err(self.invalid(key, other, "true or false")),
        }
    }

    /// One of the words, as what it stands for.
    pub(crate) fn word<T: Copy>(&mut self, key: &'static str, words: &[(&str, T)]) -> Result<Option<T>> {
        match self.value(key) {
            None => Ok(None),
            Some(value) => {
                let found = value.as_str().and_then(|text| words.iter().find(|(word, _)| *word == text));
                found.map(|(_, meaning)| Some(*meaning)).ok_or_else(|| {
                    let words: Vec<&str> = words.iter().map(|(word, _)| *word).collect();
                    self.invalid(key, &value, one_of(&words, value.as_str()))
                })
            }
        }
    }

    /// Refuses what nobody took.
    pub(crate) fn finish(self) -> Result<()> {
        match self.left.keys().next() {
            None => Ok(()),
            Some(key) => {
                let place = if self.path.is_empty() { "the file" } else { &self.path };
                let expected = one_of(&self.known, Some(key));
                Err(Error::invalid(
                    self.what,
                    format!("a field of {place}"),
                    format!("{:?}", shorten(key)),
                    expected,
                ))
            }
        }
    }
}

/// The words that are allowed, and the one that was perhaps meant.
pub(crate) fn one_of(words: &[&str], given: Option<&str>) -> String {
    let list = words.join(", ");
    match given.and_then(|given| nearest(given, words)) {
        Some(word) => format!("{word}? (one of {list})"),
        None => format!("one of {list}"),
    }
}

fn nearest<'a>(given: &str, words: &[&'a str]) -> Option<&'a str> {
    // The beginning is enough, and keeps long nonsense cheap.
    let given: String = given.chars().take(64).collect::<String>().to_lowercase();
    let likeness = |word: &str| {
        let contained = given.len().min(word.len()) >= 3 && (word.contains(&given) || given.contains(word));
        strsim::jaro_winkler(&given, word) + if contained { 0.8 } else { 0.0 }
    };
    words
        .iter()
        .map(|word| (likeness(word), *word))
        .filter(|(likeness, _)| *likeness > 0.75)
        .max_by(|left, right| left.0.total_cmp(&right.0))
        .map(|(_, word)| word)
}
