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
//!
//! The log is [exported](crate::Registry::export_log) for those who want all of it, and old entries on
//! which nothing rests any more can be [pruned](crate::Session::prune_log): their hashes stay, and with
//! them every proof.

mod discrepancy;
mod entry;
mod export;
mod extension;
mod filter;
mod glance;
mod outsider;
mod page;
mod proof;
mod reason;
mod replay;
mod report;
mod retention;
mod verify;

pub use discrepancy::Discrepancy;
pub use entry::{Act, Collected, Entry, Pruned, Recorded};
pub use export::{ExportFormat, Exported, ExportedLog, verify_export};
pub use extension::ExtensionProof;
pub use filter::EntryFilter;
pub use outsider::{Shown, Unproven, verify_text};
pub use proof::{EntryProof, Proven};
pub(crate) use reason::check_reason;
pub use report::{AuditReport, Phase, Progress, PrunedUnder};
pub use retention::PrunedLog;
pub use verify::Audit;
