use std::fmt;

use mlops_core::Digest;

use super::Discrepancy;

/// What an audit looks at.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Phase {
    /// The files of the store.
    Store,
    /// The entries of the log.
    Entries,
    /// The records.
    Records,
    /// The artifacts.
    Artifacts,
}

impl fmt::Display for Phase {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Store => "store",
            Self::Entries => "entries",
            Self::Records => "records",
            Self::Artifacts => "artifacts",
        })
    }
}

/// How far an audit is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// What it looks at.
    pub phase: Phase,
    /// How many of these it has seen.
    pub done: u64,
    /// How many there are, as far as it knows.
    pub total: u64,
}

/// Entries whose bodies were taken out as [`prune_log`](crate::Session::prune_log) does.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrunedUnder {
    /// The entry that says so.
    pub entry: u64,
    /// How many bodies it took out.
    pub entries: u64,
}

/// What an audit has found.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct AuditReport {
    /// How many entries of the log were replayed.
    pub entries: u64,
    /// How many records were compared.
    pub records: u64,
    /// How many artifacts were read.
    pub artifacts: u64,
    /// How many tree heads from outside were compared.
    pub heads: u64,
    /// The entries that are no longer there, as others say: no damage. Of them the hashes are compared.
    pub pruned: Vec<PrunedUnder>,
    /// The root of the Merkle tree, computed from the entries.
    pub root: Digest,
    /// Everything that is not as it should be; the log first, then records, then artifacts.
    pub discrepancies: Vec<Discrepancy>,
}

impl AuditReport {
    /// Whether nothing was found.
    pub fn is_clean(&self) -> bool {
        self.discrepancies.is_empty()
    }
}

impl fmt::Display for AuditReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { entries, records, artifacts, heads, .. } = self;
        write!(f, "{entries} entries, {records} records, {artifacts} artifacts, {heads} tree heads: ")?;
        for PrunedUnder { entry, entries } in &self.pruned {
            write!(f, "{entries} entries pruned under entry {entry}; ")?;
        }
        if self.is_clean() {
            return f.write_str("all as the audit log says");
        }
        write!(f, "{} found", self.discrepancies.len())?;
        for discrepancy in &self.discrepancies {
            write!(f, "\n  {discrepancy}")?;
        }
        Ok(())
    }
}
