use std::fmt;

use mlops_core::Timestamp;

use super::verifier_key::{cosigned, is_key_name};
use super::{Rejection, Signer, VerifierKey, base64};
use crate::{Error, Result};

/// What a signature's line begins with.
const DASH: &str = "— ";

/// The longest note that is read, in bytes.
const MAX_BYTES: usize = 1_000_000;

/// The most signatures that are read.
const MAX_SIGNATURES: usize = 100;

/// Text and who has signed it, in the form that transparency logs exchange.
///
/// Whatever stands in it counts only once [`verify`](Self::verify) has said who signed it.
///
/// # Source
/// C2SP, *signed-note* v1.0.0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedNote {
    text: String,
    signatures: Vec<NoteSignature>,
}

/// A line below a note: who claims to have signed it.
#[derive(Clone, Debug, PartialEq, Eq)]
struct NoteSignature {
    name: String,
    id: u32,
    bytes: Vec<u8>,
}

/// One who has signed a note.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct SignedBy<'k> {
    /// With which of the keys that were asked for.
    pub key: &'k VerifierKey,
    /// When, if it was a witness: by its clock, to the second.
    pub at: Option<Timestamp>,
}

impl SignedNote {
    /// Signs `text` as it is, under `name`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it can't be the text of a note (it is empty, does not end with a line feed,
    /// holds another control character, or is too long), or `name` that of a key; those of the signer.
    pub fn sign(text: impl Into<String>, name: &str, signer: &dyn Signer) -> Result<Self> {
        let text = text.into();
        if let Err(reason) = check_text(&text) {
            return Err(Error::Invalid {
                field: "text of a note",
                value: text.chars().take(200).collect(),
                expected: format!("lines without control characters: {reason}"),
            });
        }
        let key = VerifierKey::new(name, signer.public_key())?;
        let bytes = signer.sign(text.as_bytes())?.as_bytes().to_vec();
        Ok(Self { text, signatures: vec![NoteSignature { name: name.to_owned(), id: key.id(), bytes }] })
    }

    /// Adds the signature of a witness, who has seen this text at the time `at`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if `name` can't be that of a key, `at` is before 1970, or a hundred
    /// have signed; those of the signer.
    pub fn cosign(mut self, name: &str, signer: &dyn Signer, at: Timestamp) -> Result<Self> {
        let key = VerifierKey::witness(name, signer.public_key())?;
        let seconds = at.as_micros().div_euclid(1_000_000);
        let invalid = |field, value: String, expected: &str| Error::Invalid {
            field,
            value,
            expected: expected.to_owned(),
        };
        let stamp = u64::try_from(seconds)
            .map_err(|_| invalid("time of a cosignature", at.to_string(), "a moment since 1970"))?;
        if self.signatures.len() >= MAX_SIGNATURES {
            return Err(invalid("signatures", self.signatures.len().to_string(), "fewer than 100"));
        }
        let signature = signer.sign(cosigned(&self.text, seconds).as_bytes())?;
        let bytes = [stamp.to_be_bytes().as_slice(), signature.as_bytes()].concat();
        self.signatures.push(NoteSignature { name: name.to_owned(), id: key.id(), bytes });
        Ok(self)
    }

    /// Reads a note, and insists on its form: UTF-8, no control character but the line feed,
    /// at most a million bytes and a hundred signatures.
    ///
    /// # Errors
    /// [`Error::Corrupt`] that says what is wrong. No signature is looked at.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        read(bytes).map_err(|reason| Error::Corrupt { what: "signed note".to_owned(), reason })
    }

    /// The note as it is exchanged; [`from_bytes`](Self::from_bytes) reads it back.
    pub fn to_text(&self) -> String {
        self.to_string()
    }

    /// The text, and which of `keys` have signed it, in the order of the signatures.
    /// Signatures of others say nothing; if one of `keys` has signed another text, nothing does.
    ///
    /// # Errors
    /// [`Rejection::Unsigned`] if none of them has signed it, [`Rejection::Forged`] if a
    /// signature under the name and id of one of them is not theirs,
    /// [`Rejection::AmbiguousKey`] if two of them have the same name and id.
    pub fn verify<'k>(&self, keys: &'k [VerifierKey]) -> Result<Vec<SignedBy<'k>>, Rejection> {
        let mut signed: Vec<SignedBy<'k>> = Vec::new();
        for NoteSignature { name, id, bytes } in &self.signatures {
            let mut known = keys.iter().filter(|key| key.name() == name && key.id() == *id);
            let Some(key) = known.next() else { continue };
            if known.any(|other| other != key) {
                return Err(Rejection::AmbiguousKey { id: *id });
            }
            let at = key.check(&self.text, bytes).map_err(|()| Rejection::Forged)?;
            if !signed.iter().any(|signed| signed.key == key) {
                signed.push(SignedBy { key, at });
            }
        }
        if signed.is_empty() {
            Err(Rejection::Unsigned { signatures: self.signatures.len() })
        } else {
            Ok(signed)
        }
    }

    /// What it says, whoever has signed it: its lines, each with its line feed.
    pub fn unverified(&self) -> &str {
        &self.text
    }

    /// How many signatures it bears, of whomever.
    pub const fn signatures(&self) -> usize {
        self.signatures.len()
    }
}

impl fmt::Display for SignedNote {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}", self.text)?;
        for NoteSignature { name, id, bytes } in &self.signatures {
            let bytes = [id.to_be_bytes().as_slice(), bytes].concat();
            writeln!(f, "{DASH}{name} {}", base64::encode(&bytes))?;
        }
        Ok(())
    }
}

fn check_text(text: &str) -> Result<(), String> {
    if text.len() > MAX_BYTES {
        return Err(format!("{} bytes are more than {MAX_BYTES}", text.len()));
    }
    if let Some(control) = text.chars().find(|c| *c < ' ' && *c != '\n') {
        return Err(format!("it holds the control character {control:?}"));
    }
    if !text.ends_with('\n') {
        return Err("no line feed at the end".to_owned());
    }
    Ok(())
}

fn read(bytes: &[u8]) -> Result<SignedNote, String> {
    // Before anything is looked at: the limit bounds the work.
    if bytes.len() > MAX_BYTES {
        return Err(format!("{} bytes are more than {MAX_BYTES}", bytes.len()));
    }
    let note = std::str::from_utf8(bytes).map_err(|error| error.to_string())?;
    check_text(note)?;
    let end = note.rfind("\n\n").ok_or("no blank line before the signatures")?;
    let (text, lines) = (&note[..=end], &note[end + 2..]);
    let mut signatures = Vec::new();
    for line in lines.split_terminator('\n') {
        if signatures.len() == MAX_SIGNATURES {
            return Err(format!("it has more than {MAX_SIGNATURES} signatures"));
        }
        let number = signatures.len() + 1;
        signatures.push(read_signature(line).ok_or_else(|| {
            let line: String = line.chars().take(80).collect();
            format!("line {number} below the text is no signature: {line:?}")
        })?);
    }
    if signatures.is_empty() {
        return Err("no signature below the text".to_owned());
    }
    Ok(SignedNote { text: text.to_owned(), signatures })
}

fn read_signature(line: &str) -> Option<NoteSignature> {
    let (name, bytes) = line.strip_prefix(DASH)?.split_once(' ')?;
    let bytes = base64::decode(bytes)?;
    let (id, bytes) = bytes.split_first_chunk::<4>()?;
    (is_key_name(name) && !bytes.is_empty()).then(|| NoteSignature {
        name: name.to_owned(),
        id: u32::from_be_bytes(*id),
        bytes: bytes.to_vec(),
    })
}
