//! What happened, in an order that nobody can change unnoticed.
//!
//! Each entry of the log is a leaf of a [Merkle tree](crate::merkle) and names, for every
//! record that it wrote, the digest of the new content. An [`Audit`] replays the log from
//! its first entry, and compares what it tells with the tree, with the records, with the
//! artifacts, and with tree heads that were kept outside the store. Whoever can write to the store
//! can change any of these, but not all of them and a head that is out of reach.
//!
//! An [`EntryProof`] shows one entry to who has neither the log nor a grant, an
//! [`ExtensionProof`] that the log has only grown; [`verify_text`] checks either.

mod discrepancy;
mod entry;
mod extension;
mod outsider;
mod proof;
mod reason;
mod replay;
mod report;
mod verify;

pub use discrepancy::Discrepancy;
pub use entry::{Act, Entry, Recorded};
pub use extension::ExtensionProof;
pub use outsider::{Shown, Unproven, verify_text};
pub use proof::{EntryProof, Proven};
pub(crate) use reason::check_reason;
pub use report::{AuditReport, Phase, Progress};
pub use verify::Audit;
