use std::fmt;

use mlops_core::{Digest, Timestamp};

use super::{Origin, Rejection, SignedBy, SignedNote, Signer, TreeHead, VerifierKey, base64};
use crate::{Error, Result};

/// A log at one moment, in the form that transparency logs exchange: origin, size and root, a line each.
///
/// Unlike a [`TreeHead`] it does not say when: witnesses do.
///
/// # Source
/// C2SP, *tlog-checkpoint* v1.0.0.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checkpoint {
    origin: Origin,
    size: u64,
    root: Digest,
    extensions: Vec<String>,
}

impl Checkpoint {
    /// The checkpoint of the log `origin`, which has `size` leaves and this `root`.
    pub const fn new(origin: Origin, size: u64, root: Digest) -> Self {
        Self { origin, size, root, extensions: Vec::new() }
    }

    /// The same log at the same moment as a tree head says.
    pub fn of(head: &TreeHead) -> Self {
        Self::new(head.origin().clone(), head.size(), *head.root())
    }

    /// Which log.
    pub const fn origin(&self) -> &Origin {
        &self.origin
    }

    /// How many leaves it had.
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// The root of these leaves.
    pub const fn root(&self) -> &Digest {
        &self.root
    }

    /// What else stands below the root: lines that mean something to whoever wrote them.
    pub fn extensions(&self) -> &[String] {
        &self.extensions
    }

    fn read(text: &str) -> Result<Self, String> {
        let mut lines = text.split_terminator('\n');
        let mut line = |what| lines.next().ok_or(format!("no {what}"));
        let origin = Origin::new(line("origin")?).map_err(|error| error.to_string())?;
        let size = line("size")?;
        let digits = !size.is_empty() && size.bytes().all(|digit| digit.is_ascii_digit());
        // A leading zero would be a second spelling of the same size.
        let number = size.parse().ok().filter(|_| digits && (size == "0" || !size.starts_with('0')));
        let shown: String = size.chars().take(40).collect();
        let size = number.ok_or(format!("{shown:?} is no size: a decimal number without leading zeros"))?;
        let root = line("root")?;
        let hash = base64::decode(root).and_then(|hash| <[u8; 32]>::try_from(hash).ok());
        let shown: String = root.chars().take(80).collect();
        let root =
            hash.map(Digest::from_bytes).ok_or(format!("{shown:?} is no root: 32 bytes in base 64"))?;
        let extensions: Vec<String> = lines.map(str::to_owned).collect();
        if extensions.iter().any(String::is_empty) {
            return Err("an extension line is empty".to_owned());
        }
        Ok(Self { origin, size, root, extensions })
    }
}

/// The text that is signed.
impl fmt::Display for Checkpoint {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "{}\n{}\n{}", self.origin, self.size, base64::encode(self.root.as_bytes()))?;
        self.extensions.iter().try_for_each(|line| writeln!(f, "{line}"))
    }
}

/// A [`Checkpoint`] and who has signed it: the log, and witnesses who have seen it.
///
/// ```
/// use mlops_core::{Clock, ManualClock};
/// use mlops_registry::merkle::{Checkpoint, Ed25519Signer, SignedCheckpoint, Signer, VerifierKey, empty_root};
///
/// let (log, witness) = (Ed25519Signer::from_seed(&[7; 32]), Ed25519Signer::from_seed(&[8; 32]));
/// let checkpoint = Checkpoint::new("registry.example".parse()?, 0, empty_root());
/// let text = SignedCheckpoint::sign(&checkpoint, "registry.example", &log)?
///     .cosign("witness.example/w1", &witness, "2013-04-01".parse()?)?
///     .to_text();
/// // … published …
/// let log = VerifierKey::new("registry.example", log.public_key())?;
/// let witnesses = [VerifierKey::witness("witness.example/w1", witness.public_key())?];
/// let signed = SignedCheckpoint::from_bytes(text.as_bytes())?;
/// let verified = signed.verify(&log, &witnesses)?;
/// assert_eq!((verified.checkpoint.size(), verified.witnesses.len()), (0, 1));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Source
/// C2SP, *tlog-checkpoint* v1.0.0 and *tlog-cosignature* v1.0.0 (Ed25519).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    note: SignedNote,
}

/// A checkpoint that the log has signed, and who has seen it.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct VerifiedCheckpoint<'a> {
    /// What it says. Look at its origin: one key may sign for several logs.
    pub checkpoint: &'a Checkpoint,
    /// The witnesses, of those that were asked for, that have signed it. How many are enough is the reader's to say.
    pub witnesses: Vec<SignedBy<'a>>,
}

impl SignedCheckpoint {
    /// Signs `checkpoint` under `name`, which should be the origin.
    ///
    /// # Errors
    /// [`Error::Invalid`] if `name` can't be that of a key; those of the signer.
    pub fn sign(checkpoint: &Checkpoint, name: &str, signer: &dyn Signer) -> Result<Self> {
        let note = SignedNote::sign(checkpoint.to_string(), name, signer)?;
        Ok(Self { checkpoint: checkpoint.clone(), note })
    }

    /// Adds the signature of a witness, who has seen at the time `at` that this checkpoint
    /// extends every one of this log that it has signed before. See that it does, with a
    /// [`ConsistencyProof`](super::ConsistencyProof), before it is said.
    ///
    /// # Errors
    /// Those of [`SignedNote::cosign`].
    pub fn cosign(self, name: &str, witness: &dyn Signer, at: Timestamp) -> Result<Self> {
        Ok(Self { note: self.note.cosign(name, witness, at)?, ..self })
    }

    /// Reads a checkpoint, and insists on its form.
    ///
    /// # Errors
    /// [`Error::Corrupt`] that says what is wrong. No signature is looked at.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        let note = SignedNote::from_bytes(bytes)?;
        let corrupt = |reason| Error::Corrupt { what: "checkpoint".to_owned(), reason };
        Ok(Self { checkpoint: Checkpoint::read(note.unverified()).map_err(corrupt)?, note })
    }

    /// The checkpoint as it is exchanged; [`from_bytes`](Self::from_bytes) reads it back.
    pub fn to_text(&self) -> String {
        self.note.to_text()
    }

    /// The checkpoint, if the holder of `log` has signed it, and which of `witnesses` have.
    /// Signatures of others say nothing.
    ///
    /// # Errors
    /// Those of [`SignedNote::verify`]; [`Rejection::Unsigned`] also if only witnesses have signed.
    pub fn verify<'a>(
        &'a self,
        log: &'a VerifierKey,
        witnesses: &'a [VerifierKey],
    ) -> Result<VerifiedCheckpoint<'a>, Rejection> {
        self.note.verify(std::slice::from_ref(log))?;
        let witnesses = match self.note.verify(witnesses) {
            Err(Rejection::Unsigned { .. }) => Vec::new(),
            other => other?,
        };
        Ok(VerifiedCheckpoint { checkpoint: &self.checkpoint, witnesses })
    }

    /// What it claims, whoever has signed it. Trust what [`verify`](Self::verify) gives.
    pub const fn unverified(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The note that it is.
    pub const fn note(&self) -> &SignedNote {
        &self.note
    }
}
