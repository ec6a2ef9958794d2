//! Reading entries by the hundred thousand.
//!
//! An entry in canonical form has its members in a known order and one spelling, so that
//! most are understood in one pass over their bytes, borrowed, and without writing them
//! again to compare. What this does not understand, [`Entry::read`] decides on: this
//! accepts nothing that the other refuses, and says the same of what it accepts.

use mlops_core::{Digest, Principal, canonical};

use super::{Collected, Entry, Pruned};
use crate::store::{Key, Kind, Part};
use crate::{Error, Result};

/// As much of an entry as a replay needs.
#[derive(Debug, Default, PartialEq, Eq)]
pub(super) struct Glance {
    pub(super) artifacts: Vec<Digest>,
    pub(super) changes: Vec<Glanced>,
    pub(super) pruned: Option<Pruned>,
    pub(super) collected: Option<Collected>,
}

/// One record that an entry wrote or removed.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Glanced {
    pub(super) kind: Kind,
    /// The key as [`key_text`] writes it.
    pub(super) key: Box<str>,
    pub(super) was: Option<u64>,
    pub(super) digest: Option<Digest>,
}

/// Reads many entries one after the other; neighbours tend to be by the same people.
#[derive(Debug, Default)]
pub(super) struct Reader {
    /// The last actor that was looked at, and found to be one.
    actor: String,
}

impl Reader {
    /// Reads the entry that is leaf `sequence`.
    ///
    /// # Errors
    /// Those of [`Entry::read`].
    pub(super) fn read(&mut self, sequence: u64, leaf: &[u8]) -> Result<Glance> {
        if let Some(glance) = self.fast(sequence, leaf) {
            return Ok(glance);
        }
        let entry = Entry::read(sequence, leaf)?;
        let changes = entry.changes.into_iter().map(|change| {
            Ok(Glanced {
                kind: change.kind,
                key: key_text(&change.key)?.into(),
                was: change.was.map(|was| was.0),
                digest: change.digest,
            })
        });
        Ok(Glance {
            artifacts: entry.act.artifacts,
            changes: changes.collect::<Result<_>>()?,
            pruned: entry.pruned,
            collected: entry.collected,
        })
    }

    fn fast(&mut self, sequence: u64, leaf: &[u8]) -> Option<Glance> {
        let text = std::str::from_utf8(leaf).ok()?;
        let mut rest = Scan(text);
        rest.token("{\"action\":")?;
        rest.string()?;
        rest.token(",\"actor\":")?;
        let actor = rest.string()?;
        if actor != self.actor {
            Principal::new(actor).ok()?.as_str().clone_into(&mut self.actor);
        }
        let mut artifacts = Vec::new();
        if rest.token(",\"artifacts\":[").is_some() {
            rest.items(|rest| rest.digest().map(|digest| artifacts.push(digest)))?;
        }
        rest.token(",\"at\":")?;
        if !is_moment(rest.string()?.as_bytes()) {
            return None;
        }
        rest.token(",\"changes\":[")?;
        let mut changes = Vec::new();
        if rest.token("]").is_none() {
            rest.items(|rest| rest.change().map(|change| changes.push(change)))?;
        }
        if rest.token(",\"evidence\":[").is_some() {
            rest.items(|rest| rest.digest().map(drop))?;
        }
        if rest.token(",\"reason\":").is_some() {
            rest.string()?;
        }
        if rest.token(",\"refused\":[").is_some() {
            rest.items(|rest| rest.string().map(drop))?;
        }
        rest.token(",\"sequence\":")?;
        if rest.number()? != sequence {
            return None;
        }
        rest.token(",\"subject\":")?;
        rest.string()?;
        (rest.0 == "}").then_some(Glance { artifacts, changes, pruned: None, collected: None })
    }
}

/// The canonical JSON of a key: what stands for it in memory.
///
/// # Errors
/// [`Error::Corrupt`] if it can't be written.
pub(super) fn key_text(key: &Key) -> Result<String> {
    use std::fmt::Write as _;
    let mut text = String::with_capacity(64);
    for part in key.parts() {
        text.push(if text.is_empty() { '[' } else { ',' });
        match part {
            Part::Text(part) if part.bytes().all(is_plain) => {
                text.push('"');
                text.push_str(part);
                text.push('"');
            }
            Part::Number(number) if number.unsigned_abs() <= EXACT => {
                write!(text, "{number}").expect("writing to a string never fails");
            }
            _ => return Ok(canonical::to_string(key)?),
        }
    }
    if text.is_empty() {
        text.push('[');
    }
    text.push(']');
    Ok(text)
}

/// The key that a text stands for.
///
/// # Errors
/// [`Error::Corrupt`] if it is none, which [`key_text`] does not write.
pub(super) fn key_of(text: &str) -> Result<Key> {
    serde_json::from_str(text)
        .map_err(|error| Error::Corrupt { what: "key of a record".to_owned(), reason: error.to_string() })
}

/// The largest number up to which each is a double, and so spelled digit by digit.
const EXACT: u64 = 1 << 53;

/// Whether a byte stands for itself in a JSON string.
const fn is_plain(byte: u8) -> bool {
    byte >= b' ' && byte != b'"' && byte != b'\\'
}

/// What is left of a text. Each method takes something from its front, or says `None` and
/// is not asked again.
struct Scan<'a>(&'a str);

impl<'a> Scan<'a> {
    fn token(&mut self, token: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(token)?;
        Some(())
    }

    /// A string of bytes that stand for themselves.
    fn string(&mut self) -> Option<&'a str> {
        let inside = self.0.strip_prefix('"')?;
        let end = inside.bytes().position(|byte| !is_plain(byte))?;
        let (string, rest) = (&inside[..end], &inside[end..]);
        self.0 = rest.strip_prefix('"')?;
        Some(string)
    }

    /// What follows an opening bracket: one thing at least, then the closing one.
    fn items(&mut self, mut item: impl FnMut(&mut Self) -> Option<()>) -> Option<()> {
        loop {
            item(self)?;
            if self.token(",").is_none() {
                return self.token("]");
            }
        }
    }

    /// A whole number that is sure to be spelled like this.
    fn number(&mut self) -> Option<u64> {
        let end = self.0.bytes().position(|byte| !byte.is_ascii_digit())?;
        let digits = &self.0[..end];
        if !(1..=16).contains(&end) || (end > 1 && digits.starts_with('0')) {
            return None;
        }
        self.0 = &self.0[end..];
        digits.parse().ok().filter(|number| *number <= EXACT)
    }

    fn digest(&mut self) -> Option<Digest> {
        let text = self.string()?;
        let digits: &[u8; 64] = text.strip_prefix("sha256:")?.as_bytes().try_into().ok()?;
        let mut bytes = [0; 32];
        for (byte, pair) in bytes.iter_mut().zip(digits.chunks_exact(2)) {
            let (high, low) = (DIGITS[usize::from(pair[0])], DIGITS[usize::from(pair[1])]);
            if (high | low) > 15 {
                return None;
            }
            *byte = high << 4 | low;
        }
        Some(Digest::from_bytes(bytes))
    }

    fn change(&mut self) -> Option<Glanced> {
        self.token("{\"digest\":")?;
        let digest = if self.token("null").is_some() { None } else { Some(self.digest()?) };
        self.token(",\"key\":")?;
        let key = self.0;
        self.token("[")?;
        if self.token("]").is_none() {
            self.items(Self::part)?;
        }
        let key = &key[..key.len() - self.0.len()];
        self.token(",\"kind\":")?;
        let name = self.string()?;
        let kind = Kind::ALL.into_iter().find(|kind| kind.as_str() == name)?;
        self.token(",\"was\":")?;
        let was = if self.token("null").is_some() { None } else { Some(self.number()?) };
        self.token("}")?;
        Some(Glanced { kind, key: key.into(), was, digest })
    }

    fn part(&mut self) -> Option<()> {
        if self.0.starts_with('"') {
            return self.string().map(drop);
        }
        let negative = self.token("-").is_some();
        let number = self.number()?;
        // There is no negative zero in canonical form.
        (number > 0 || !negative).then_some(())
    }
}

/// What a lower-case hexadecimal digit stands for; more than 15 for all other bytes.
const DIGITS: [u8; 256] = {
    let mut table = [0xff; 256];
    let mut value = 0;
    while value < 16 {
        table[b"0123456789abcdef"[value as usize] as usize] = value;
        value += 1;
    }
    table
};

/// Whether this is a moment in the spelling of [`Timestamp`](mlops_core::Timestamp): in UTC,
/// with no, three or six digits of a second, as few as it takes. Not all of them: of those with a leap second or
/// in the year 0 the other reader decides.
fn is_moment(text: &[u8]) -> bool {
    let Some((moment, fraction)) = text.split_first_chunk::<19>() else { return false };
    let number = |from: usize, to: usize| {
        moment[from..to]
            .iter()
            .try_fold(0_u32, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(digit - b'0')))
    };
    let punctuated =
        (moment[4], moment[7], moment[10], moment[13], moment[16]) == (b'-', b'-', b'T', b':', b':');
    let (Some(year), Some(month), Some(day), Some(hour), Some(minute), Some(second)) =
        (number(0, 4), number(5, 7), number(8, 10), number(11, 13), number(14, 16), number(17, 19))
    else {
        return false;
    };
    let leap = year.is_multiple_of(4) && (!year.is_multiple_of(100) || year.is_multiple_of(400));
    let days = match month {
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        1..=12 => 31,
        _ => return false,
    };
    let fraction_fits = match fraction {
        [b'Z'] => true,
        [b'.', millis @ .., b'Z'] if millis.len() == 3 => is_fraction(millis),
        [b'.', micros @ .., b'Z'] if micros.len() == 6 => {
            micros.iter().all(u8::is_ascii_digit) && is_fraction(&micros[3..])
        }
        _ => false,
    };
    punctuated
        && fraction_fits
        && year > 0
        && (1..=days).contains(&day)
        && hour < 24
        && minute < 60
        && second < 60
}

/// Digits that are not all zero: else fewer would have been written.
fn is_fraction(digits: &[u8]) -> bool {
    digits.iter().all(u8::is_ascii_digit) && digits.iter().any(|digit| *digit != b'0')
}

#[cfg(test)]
#[path = "glance/tests.rs"]
mod tests;
