use std::fmt;

use crate::Error;

/// How much of what was found is told, in characters.
pub(super) const MAX_TOKEN: usize = 40;

/// Where a filter or an order is not one.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SyntaxError {
    /// Which text: `filter` or `order by`.
    pub what: &'static str,
    /// The byte in the text where it goes wrong.
    pub position: usize,
    /// What stands there, cut to 40 characters; empty at the end.
    pub token: String,
    /// What was expected there.
    pub expected: String,
}

impl fmt::Display for SyntaxError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { what, position, token, expected } = self;
        if token.is_empty() {
            write!(f, "{what} ends at byte {position}: expected {expected}")
        } else {
            write!(f, "{what} has {token:?} at byte {position}: expected {expected}")
        }
    }
}

impl std::error::Error for SyntaxError {}

impl From<SyntaxError> for Error {
    fn from(error: SyntaxError) -> Self {
        let SyntaxError { what, position, token, expected } = error;
        Self::Invalid { field: what, value: token, expected: format!("{expected} at byte {position}") }
    }
}

/// What was expected, after the nearest of the known words if one is near.
pub(super) fn hint<'w>(given: &str, known: impl IntoIterator<Item = &'w str>, expected: &str) -> String {
    let near = known.into_iter().map(|word| (distance(given, word), word)).min();
    match near {
        Some((distance, word)) if distance <= 2.max(word.len() / 3) && distance < word.len() => {
            format!("{word:?} perhaps; one of {expected}")
        }
        _ => format!("one of {expected}"),
    }
}

/// How many letters must be changed, added or taken out.
fn distance(a: &str, b: &str) -> usize {
    let a: Vec<char> = a.chars().take(MAX_TOKEN).collect();
    let mut row: Vec<usize> = (0..=a.len()).collect();
    for (i, right) in b.chars().enumerate() {
        let mut diagonal = std::mem::replace(&mut row[0], i + 1);
        for (j, left) in a.iter().enumerate() {
            let next = (diagonal + usize::from(*left != right)).min(row[j] + 1).min(row[j + 1] + 1);
            diagonal = std::mem::replace(&mut row[j + 1], next);
        }
    }
    row[a.len()]
}
