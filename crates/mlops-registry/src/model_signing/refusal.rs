use serde::Serialize;

use super::name::Name;

/// What came of checking a model against a bundle.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[must_use]
#[non_exhaustive]
pub struct Verification {
    /// Why it is refused; empty if every file is as it was signed, and none is missing or more.
    pub refusals: Vec<Refusal>,
    /// What the model was called when it was signed, if the signature holds. It may be called
    /// otherwise now.
    pub model: Option<String>,
    /// How many files, or shards of files, were compared.
    pub compared: usize,
}

impl Verification {
    pub(super) fn refused(refusal: Refusal) -> Self {
        Self { refusals: vec![refusal], model: None, compared: 0 }
    }

    /// Whether the model is as it was signed by the holder of the key.
    pub fn is_ok(&self) -> bool {
        self.refusals.is_empty()
    }
}

/// Why a model is not as it was signed, or nobody has shown that it is.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, thiserror::Error)]
#[serde(rename_all = "snake_case", tag = "refused")]
#[non_exhaustive]
pub enum Refusal {
    /// The bundle can't be read.
    #[error("the bundle is malformed: {reason}")]
    Malformed {
        /// What is wrong with it.
        reason: String,
    },
    /// It is a bundle of another kind or version.
    #[error("the bundle is of the media type {found:?}, not of Sigstore's v0.3")]
    MediaType {
        /// What it says.
        found: String,
    },
    /// It is signed with a certificate, and not with a key.
    #[error("the bundle is not signed with a public key: a certificate is checked with the tool itself")]
    NoPublicKey,
    /// It has no DSSE envelope, or something beside it.
    #[error("the bundle has no DSSE envelope, or a signature of something else beside it")]
    NoEnvelope,
    /// Nobody has signed it.
    #[error("the bundle bears no signature")]
    NoSignature,
    /// It is signed with another key, or says so.
    #[error("the bundle is signed with the key {found}, not with {expected}")]
    OtherKey {
        /// What the key that it was checked with is called.
        expected: String,
        /// What the bundle calls its key.
        found: String,
    },
    /// The signature is not one of the payload: one of the two was changed.
    #[error("the signature is not one of this payload by this key")]
    Forged,
    /// The payload is no in-toto statement.
    #[error("the payload is of the type {found:?}, not an in-toto statement")]
    PayloadType {
        /// What it says.
        found: String,
    },
    /// The payload was signed, and can't be read.
    #[error("the payload is malformed: {reason}")]
    Payload {
        /// What is wrong with it.
        reason: String,
    },
    /// The statement is of another version, or says something else than what a model consists of.
    #[error("the statement is of the type {found:?}, which is not known here")]
    Statement {
        /// What it says.
        found: String,
    },
    /// The digest of the whole does not follow from those of the files.
    #[error("the digest of the model is {root}, and those of its files lead to {computed}")]
    Inconsistent {
        /// What the statement says.
        root: String,
        /// What follows from the files.
        computed: String,
    },
    /// A file is listed twice with different digests: it can't be told which one is meant.
    #[error("{name:?} is signed with two digests")]
    Ambiguous {
        /// The file.
        name: String,
    },
    /// The statement names a file outside of the model.
    #[error("{name:?} is no name within the model")]
    Outside {
        /// The name.
        name: String,
    },
    /// The statement says that everything is to be ignored.
    #[error("the statement ignores the whole model")]
    IgnoresAll,
    /// A file is signed by a hash that is not known here.
    #[error("{name:?} is signed by {algorithm:?}, not by {expected}")]
    Algorithm {
        /// The file.
        name: String,
        /// Its hash.
        algorithm: String,
        /// The one that would have been right.
        expected: String,
    },
    /// There is a link, and links are not followed; or one to a folder.
    #[error("{name:?} is a link")]
    Link {
        /// Its name.
        name: String,
    },
    /// There is something that is neither file nor folder, or a link that leads nowhere.
    #[error("{name:?} is neither a file nor a folder")]
    Special {
        /// Its name.
        name: String,
    },
    /// There is a file whose name is not Unicode, which no statement can hold.
    #[error("{name:?} is not a name in Unicode")]
    NotUnicode {
        /// The name, as far as it can be shown.
        name: String,
    },
    /// A file is there that was not signed.
    #[error("{name:?} was not signed")]
    Extra {
        /// The file, or shard of a file.
        name: String,
    },
    /// A file was signed that is not there.
    #[error("{name:?} is missing")]
    Missing {
        /// The file, or shard of a file.
        name: String,
    },
    /// A file has other bytes than those that were signed.
    #[error("{name:?} was signed as {signed}, and is {found}")]
    Changed {
        /// The file, or shard of a file.
        name: String,
        /// The digest that was signed.
        signed: String,
        /// The digest that it has.
        found: String,
    },
    /// There are many more shards than were signed.
    #[error("the files have {found} shards, and {signed} were signed")]
    Shards {
        /// How many were signed.
        signed: usize,
        /// How many there are.
        found: u64,
    },
}

impl Refusal {
    pub(super) fn link(name: &Name) -> Self {
        Self::Link { name: name.as_str().to_owned() }
    }

    pub(super) fn special(name: &Name) -> Self {
        Self::Special { name: name.as_str().to_owned() }
    }
}
