use mlops_core::{Digest, canonical};

use super::{Position, Search};
use crate::{Error, Result};

/// What a token begins with: how the rest is to be read.
const VERSION: &str = "p1";

/// How many bytes of a digest a token holds, twice.
const SUM: usize = 8;

/// A page of what was found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Page<T> {
    /// What was found, in the order that was asked for.
    pub items: Vec<T>,
    /// The token of the next page; `None` if this was the last one.
    ///
    /// It holds the place of the last thing of this page, and so goes on from there however
    /// much was added or deleted before it. It fits the same search alone, with whatever
    /// limit. It hides nothing: it holds the values that the last thing was sorted by.
    pub next: Option<String>,
}

/// The token for what comes behind `position`.
pub(super) fn token(search: &Search, position: &Position) -> Result<String> {
    let payload = canonical::to_string(position)?;
    let mut bytes = fingerprint(search)?.to_vec();
    bytes.extend_from_slice(payload.as_bytes());
    let sum = sum(&bytes);
    bytes.extend_from_slice(&sum);
    let mut text = VERSION.to_owned();
    for byte in bytes {
        for digit in [byte >> 4, byte & 15] {
            text.push(char::from_digit(u32::from(digit), 16).expect("half a byte is a hexadecimal digit"));
        }
    }
    Ok(text)
}

/// The place that a token of this search holds.
pub(super) fn position(search: &Search, token: &str) -> Result<Position> {
    let invalid = |expected: &str| Error::Invalid {
        field: "page token",
        value: token.chars().take(40).collect(),
        expected: expected.to_owned(),
    };
    let unchanged = || invalid("the token of the page before, unchanged");
    let digits = token.strip_prefix(VERSION).ok_or_else(unchanged)?;
    let bytes = digits.as_bytes().chunks(2).map(|pair| match pair {
        [high, low] => Some(digit(*high)? << 4 | digit(*low)?),
        _ => None,
    });
    let bytes = bytes.collect::<Option<Vec<u8>>>().ok_or_else(unchanged)?;
    let (said, found) = bytes.split_last_chunk::<SUM>().ok_or_else(unchanged)?;
    if sum(said) != *found {
        return Err(unchanged());
    }
    let (of, payload) = said.split_first_chunk::<SUM>().ok_or_else(unchanged)?;
    if *of != fingerprint(search)? {
        return Err(invalid("a token of this search: it is one of another filter, order, view or place"));
    }
    let position: Position = serde_json::from_slice(payload).map_err(|_| unchanged())?;
    search.kind.check(&position.key, true).map_err(|_| unchanged())?;
    if position.ranks.len() != search.order.len() {
        return Err(unchanged());
    }
    Ok(position)
}

/// A digit of what we write: in lower case.
fn digit(byte: u8) -> Option<u8> {
    match byte {
        b'0'..=b'9' => Some(byte - b'0'),
        b'a'..=b'f' => Some(byte - b'a' + 10),
        _ => None,
    }
}

fn fingerprint(search: &Search) -> Result<[u8; SUM]> {
    Ok(cut(&Digest::of(search.identity()?)))
}

fn sum(bytes: &[u8]) -> [u8; SUM] {
    cut(&Digest::of(bytes))
}

fn cut(digest: &Digest) -> [u8; SUM] {
    *digest.as_bytes().first_chunk().expect("a digest has 32 bytes")
}
