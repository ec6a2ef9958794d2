//! Where the registry keeps its records and its audit log.
//!
//! The port is small on purpose: a store reads records by kind and key, and commits. What
//! a promotion is, or an approval, it does not know; the domain modules build the changes.
//! Every commit appends its own account to the audit log within the same transaction, so
//! that there is no state without a story, and no story without a state.
//!
//! Implementations: [`MemoryStore`] for tests, `SqliteStore` (feature `sqlite`) for one
//! machine, `PostgresStore` (feature `postgres`) for several. The suite in `testing` (feature `testing`) is the contract as code.

mod commit;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod group;
mod key;
mod kind;
mod memory;
#[cfg(feature = "postgres")]
mod postgres;
mod record;
#[cfg(feature = "sqlite")]
mod sqlite;

use std::fmt::Debug;
use std::ops::Range;

#[cfg(any(feature = "sqlite", feature = "postgres"))]
use commit::Account;
pub use commit::{Change, Commit, Expected};
pub use key::{Key, Part};
pub use kind::{Column, Kind};
pub use memory::MemoryStore;
#[cfg(feature = "postgres")]
pub(crate) use postgres::LONGEST_SCHEMA;
#[cfg(feature = "postgres")]
pub use postgres::{PostgresServer, PostgresStore, tls};
pub use record::{Query, Record, Revision};
#[cfg(feature = "sqlite")]
pub use sqlite::{BackupProgress, SqliteStore};

use crate::Result;
use crate::merkle::NodeSource;
use crate::search::{Matches, Search};

/// A place that keeps the registry's records, and its audit log beside them.
///
/// # Contract
/// - [`commit`](Self::commit) does all or nothing, and one at a time: of two commits that
///   expect the same state, exactly one goes through and the other is a
///   [`Conflict`](crate::Error::Conflict) that leaves no trace.
/// - A commit that returned is read by every later call of anyone; a durable store keeps
///   it through a crash from then on.
/// - The leaf of a commit is [`Commit::leaf`] of the number of leaves before it, byte for
///   byte. That number is the revision of every record that it wrote.
/// - What a commit [forgets](Commit::forgets) is gone with it: these leaves are no longer
///   among [`leaves`](Self::leaves), while [`size`](Self::size) and all nodes stay as they
///   were. If one of them is not there, it is a conflict, as
///   [`Commit::forgotten_before`] says.
/// - The [`NodeSource`] gives the complete subtrees of the Merkle tree over all leaves.
/// - Records come in the order of their keys: numbers as numbers, text by its bytes.
/// - What a search finds is what the records of that moment say, as
///   [`scan`](crate::search::scan) has it.
pub trait MetadataStore: NodeSource + Debug + Send + Sync {
    /// The records that `query` asks for.
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) if a key does not fit the kind;
    /// [`Error::Corrupt`](crate::Error::Corrupt) if what is there can't be a record.
    fn read(&self, query: &Query) -> Result<Vec<Record>>;

    /// The things that `search` looks for: those that pass its filter, in its order, from
    /// behind its place on. What each [`Change`] says of a thing is [`Change::facets`].
    ///
    /// # Errors
    /// [`Error::Corrupt`](crate::Error::Corrupt) if what is there can't be an index.
    fn search(&self, search: &Search) -> Result<Matches>;

    /// Checks what the commit expects, writes its changes and appends its leaf; returns
    /// the sequence of the leaf.
    ///
    /// # Errors
    /// [`Error::Conflict`](crate::Error::Conflict) with the current state if it is not
    /// what was expected. After [`Error::Unavailable`](crate::Error::Unavailable) nothing
    /// is written, unless the store died while it was confirming.
    fn commit(&self, commit: &Commit) -> Result<u64>;

    /// How many leaves the audit log has.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if it can't be read.
    fn size(&self) -> Result<u64>;

    /// The leaves whose sequence lies in `range`, in order, each with its sequence. One
    /// that someone has removed is left out.
    ///
    /// # Errors
    /// [`Error::Corrupt`](crate::Error::Corrupt) if what is there can't be a leaf.
    fn leaves(&self, range: Range<u64>) -> Result<Vec<(u64, Vec<u8>)>>;

    /// What the store finds wrong with its own files, in words; empty if nothing, or if
    /// it has none. Reads everything.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if it could not look.
    fn damage(&self) -> Result<Vec<String>>;

    /// In what the index of its searches differs from its records, in words; empty if in
    /// nothing, or if it has none. Reads every record.
    ///
    /// # Errors
    /// Those of [`read`](Self::read).
    fn index_damage(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}
