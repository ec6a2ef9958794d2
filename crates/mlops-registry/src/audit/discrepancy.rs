use mlops_core::Digest;

use crate::merkle::{Origin, Rejection};
use crate::store::{Key, Kind};

/// Something that is not as the audit log, or a tree head from outside, says.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Discrepancy {
    /// The store's own files are damaged.
    #[error("the store is damaged: {reason}")]
    StoreDamaged {
        /// What the store says.
        reason: String,
    },
    /// An entry is gone.
    #[error("entry {sequence} of the audit log is missing")]
    EntryMissing {
        /// Its place.
        sequence: u64,
    },
    /// Many entries in a row are gone; what follows them was not looked at.
    #[error("entries {from} to {until} of the audit log are missing, or all but the last")]
    EntriesMissing {
        /// The first that is gone.
        from: u64,
        /// Where the log says that it ends.
        until: u64,
    },
    /// An entry is not the one that the tree was built over.
    #[error("entry {sequence} of the audit log was changed: it does not hash to its leaf")]
    EntryChanged {
        /// Its place.
        sequence: u64,
    },
    /// An entry can't be read.
    #[error("entry {sequence} of the audit log is no entry: {reason}")]
    EntryUnreadable {
        /// Its place.
        sequence: u64,
        /// What is wrong with it.
        reason: String,
    },
    /// An entry changes a record from a state that it was not in.
    #[error("entry {sequence} of the audit log does not follow from those before it: {kind} {key}")]
    EntryContradicts {
        /// Its place.
        sequence: u64,
        /// The kind of the record.
        kind: Kind,
        /// Which record.
        key: Key,
    },
    /// A hash within the tree does not follow from the entries.
    #[error(
        "the hash of the audit tree at level {level}, position {position} does not follow from the entries"
    )]
    TreeChanged {
        /// Height above the leaves.
        level: u8,
        /// Position from the left.
        position: u64,
    },
    /// The tree holds hashes of entries that would follow the last one.
    #[error("the audit tree goes on beyond the log, which ends after {size} entries: it was cut")]
    TreeBeyondEnd {
        /// Entries now.
        size: u64,
    },
    /// A tree head from outside is of another log.
    #[error("the tree head is of the log {head}, and this is {here}")]
    OtherLog {
        /// The log that it names.
        head: Origin,
        /// This log.
        here: Origin,
    },
    /// A tree head from outside is not signed as it should be.
    #[error("the tree head of size {size} can't be trusted: {reason}")]
    HeadRejected {
        /// The size that it claims.
        size: u64,
        /// What is wrong with the signature.
        reason: Rejection,
    },
    /// The log was longer once.
    #[error("the audit log was cut: it has {size} entries, and had {signed} when the tree head was signed")]
    LogCut {
        /// Entries now.
        size: u64,
        /// Entries when the head was signed.
        signed: u64,
    },
    /// The entries that a tree head was signed over were replaced as a whole.
    #[error(
        "the audit log was rewritten: its first {size} entries have root {found}, and {signed} was signed"
    )]
    LogRewritten {
        /// How many entries the head was signed over.
        size: u64,
        /// The root that was signed.
        signed: Digest,
        /// The root of the entries that are there.
        found: Digest,
    },
    /// A record is not what the log says was written.
    #[error("{kind} {key} was changed: it is not what entry {written_by} wrote")]
    RecordChanged {
        /// The kind of the record.
        kind: Kind,
        /// Which record.
        key: Key,
        /// The entry that wrote it last.
        written_by: u64,
    },
    /// A record is gone.
    #[error("{kind} {key} is missing: entry {written_by} wrote it and none removed it")]
    RecordMissing {
        /// The kind of the record.
        kind: Kind,
        /// Which record.
        key: Key,
        /// The entry that wrote it last.
        written_by: u64,
    },
    /// A record is there that the log knows nothing of.
    #[error("{kind} {key} was slipped in: no entry wrote it")]
    RecordUnaccounted {
        /// The kind of the record.
        kind: Kind,
        /// Which record.
        key: Key,
    },
    /// The index that searches go by does not say what the records say.
    #[error("searches find something else than the records say: {reason}")]
    IndexChanged {
        /// In what it differs.
        reason: String,
    },
    /// An artifact is gone.
    #[error("artifact {digest} is missing: entry {named_by} is about it")]
    ArtifactMissing {
        /// Its address.
        digest: Digest,
        /// The first entry that names it.
        named_by: u64,
    },
    /// An artifact is no longer the bytes that were put.
    #[error("artifact {digest} was changed: {reason}")]
    ArtifactChanged {
        /// Its address.
        digest: Digest,
        /// What is wrong with it.
        reason: String,
    },
}
