use std::fmt;
use std::str::FromStr;

use mlops_core::{Digest, Timestamp};

use super::{PublicKey, Signature, base64};
use crate::{Error, Result};

/// How the holder of a key signs a [note](super::SignedNote).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum NoteKind {
    /// The text as it is: what a log signs. Type `0x01` of signed notes.
    Text,
    /// The text and when it was seen: a witness has checked that this checkpoint extends all
    /// that it has signed before. Type `0x04` of signed notes, `cosignature/v1`.
    Cosignature,
}

impl NoteKind {
    const fn byte(self) -> u8 {
        match self {
            Self::Text => 1,
            Self::Cosignature => 4,
        }
    }
}

/// A key that signatures of notes are checked with, and the name that it signs under.
///
/// Written `name+id+key`: the name, eight hexadecimal digits, and base 64.
///
/// ```
/// use mlops_registry::merkle::VerifierKey;
/// let key: VerifierKey = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW".parse()?;
/// assert_eq!((key.name(), key.id()), ("PeterNeumann", 0xc74f_20a3));
/// # Ok::<(), mlops_registry::Error>(())
/// ```
///
/// # Source
/// C2SP, *signed-note* v1.0.0, verifier keys.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct VerifierKey {
    name: String,
    kind: NoteKind,
    key: PublicKey,
}

impl VerifierKey {
    /// The key of a log, or of anyone who signs text as it is.
    ///
    /// # Errors
    /// [`Error::Invalid`] if the name is empty, longer than 256 bytes, or holds a space, a plus
    /// sign or a control character.
    pub fn new(name: impl Into<String>, key: PublicKey) -> Result<Self> {
        Self::of_kind(name.into(), NoteKind::Text, key)
    }

    /// The key of a witness, who signs checkpoints with the time.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn witness(name: impl Into<String>, key: PublicKey) -> Result<Self> {
        Self::of_kind(name.into(), NoteKind::Cosignature, key)
    }

    fn of_kind(name: String, kind: NoteKind, key: PublicKey) -> Result<Self> {
        if is_key_name(&name) {
            Ok(Self { name, kind, key })
        } else {
            Err(Error::Invalid {
                field: "name of a note's key",
                value: name.chars().take(256).collect(),
                expected: "1 to 256 bytes without spaces, plus signs or control characters".to_owned(),
            })
        }
    }

    /// The name that it signs under.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How it signs.
    pub const fn kind(&self) -> NoteKind {
        self.kind
    }

    /// The key itself.
    pub const fn public_key(&self) -> &PublicKey {
        &self.key
    }

    /// What tells signatures of this key from others under the same name. It is short: who
    /// wants one that collides can make one, and gains nothing by it.
    pub fn id(&self) -> u32 {
        let bytes = [self.name.as_bytes(), b"\n", &[self.kind.byte()], self.key.as_bytes()].concat();
        let [a, b, c, d, ..] = *Digest::of(bytes).as_bytes();
        u32::from_be_bytes([a, b, c, d])
    }

    /// Checks the bytes of a signature, and gives the time that a witness put in it: `None`
    /// for none, the error for a signature that is not one of `text` by this key.
    pub(super) fn check(&self, text: &str, bytes: &[u8]) -> Result<Option<Timestamp>, ()> {
        let holds = |message: &[u8], signature: &[u8]| {
            let signature: [u8; 64] = signature.try_into().map_err(|_| ())?;
            if self.key.verifies(message, &Signature::from_bytes(signature)) { Ok(()) } else { Err(()) }
        };
        match self.kind {
            NoteKind::Text => holds(text.as_bytes(), bytes).map(|()| None),
            NoteKind::Cosignature => {
                let (seconds, signature) = bytes.split_first_chunk::<8>().ok_or(())?;
                let seconds = i64::try_from(u64::from_be_bytes(*seconds)).map_err(|_| ())?;
                holds(cosigned(text, seconds).as_bytes(), signature)?;
                Ok(Some(Timestamp::from_micros(seconds.saturating_mul(1_000_000))))
            }
        }
    }
}

/// What a witness signs.
pub(super) fn cosigned(text: &str, seconds: i64) -> String {
    format!("cosignature/v1\ntime {seconds}\n{text}")
}

pub(super) fn is_key_name(name: &str) -> bool {
    let allowed = |c: char| c != '+' && !c.is_whitespace() && !c.is_control();
    (1..=256).contains(&name.len()) && name.chars().all(allowed)
}

impl fmt::Display for VerifierKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut bytes = vec![self.kind.byte()];
        bytes.extend_from_slice(self.key.as_bytes());
        write!(f, "{}+{:08x}+{}", self.name, self.id(), base64::encode(&bytes))
    }
}

impl FromStr for VerifierKey {
    type Err = Error;
    fn from_str(value: &str) -> Result<Self> {
        let read = || {
            // Base 64 has plus signs of its own.
            let mut parts = value.splitn(3, '+');
            let (name, _id, bytes) = (parts.next()?, parts.next()?, base64::decode(parts.next()?)?);
            let (kind, key) = bytes.split_first()?;
            let kind =
                [NoteKind::Text, NoteKind::Cosignature].into_iter().find(|known| known.byte() == *kind)?;
            let key = PublicKey::from_bytes(key.try_into().ok()?).ok()?;
            let key = Self::of_kind(name.to_owned(), kind, key).ok()?;
            // The id must be that of name and key, in its one spelling.
            (key.to_string() == value).then_some(key)
        };
        read().ok_or_else(|| Error::Invalid {
            field: "key of a note",
            value: value.chars().take(400).collect(),
            expected: "`name+id+key`: an Ed25519 key of type 1 or 4 whose id follows from it".to_owned(),
        })
    }
}
