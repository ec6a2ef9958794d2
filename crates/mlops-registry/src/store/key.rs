use std::fmt;

use serde::{Deserialize, Serialize};

/// A part of a key.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(untagged)]
#[expect(clippy::exhaustive_enums, reason = "every adapter must know how to store and order a part")]
pub enum Part {
    /// A whole number within ±2⁵³, ordered as such.
    Number(i64),
    /// Text, ordered by its bytes.
    Text(String),
}

impl From<i64> for Part {
    fn from(number: i64) -> Self {
        Self::Number(number)
    }
}

impl From<&str> for Part {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<String> for Part {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl fmt::Display for Part {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Number(number) => write!(f, "{number}"),
            Self::Text(text) => f.write_str(text),
        }
    }
}

/// What identifies a record among those of its kind: the parts of
/// [`Kind::columns`](super::Kind::columns), or as many of the first as name a group.
///
/// ```
/// use mlops_registry::store::Key;
/// let group = Key::from(["flight-delay"]);
/// assert!(Key::from(["flight-delay", "1.0.0"]).is_under(&group));
/// assert!(!Key::from(["flight-delays", "1.0.0"]).is_under(&group));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Key(Vec<Part>);

impl Key {
    /// The empty key: under it is everything.
    pub const fn all() -> Self {
        Self(Vec::new())
    }

    /// This key and one part more.
    #[must_use]
    pub fn and(mut self, part: impl Into<Part>) -> Self {
        self.0.push(part.into());
        self
    }

    /// The parts in their order.
    pub fn parts(&self) -> &[Part] {
        &self.0
    }

    /// How many parts there are.
    pub fn len(&self) -> usize {
        self.0.len()
    }

    /// Whether there are none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether this key begins with the parts of `group`.
    pub fn is_under(&self, group: &Self) -> bool {
        self.0.starts_with(&group.0)
    }
}

impl<P: Into<Part>> FromIterator<P> for Key {
    fn from_iter<I: IntoIterator<Item = P>>(parts: I) -> Self {
        Self(parts.into_iter().map(Into::into).collect())
    }
}

impl<P: Into<Part>, const N: usize> From<[P; N]> for Key {
    fn from(parts: [P; N]) -> Self {
        parts.into_iter().collect()
    }
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (i, part) in self.0.iter().enumerate() {
            if i > 0 {
                f.write_str("/")?;
            }
            write!(f, "{part}")?;
        }
        Ok(())
    }
}
