use std::fmt;

use mlops_core::Digest;
use serde::{Deserialize, Serialize};

use crate::artifact::{Reclaimed, Sweep};

/// What a collection has removed, or would remove, and why the rest stays.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GarbageReport {
    /// Whether it was removed.
    pub sweep: Sweep,
    /// What goes, by digest.
    pub garbage: Vec<Garbage>,
    /// All bytes of what goes. Where artifacts are in chunks, what is given back may be less.
    pub bytes: u64,
    /// What stays, by digest.
    pub kept: Vec<Kept>,
    /// What the store has given back beside: chunks that no artifact needs, and what writers that
    /// died have left. What goes now frees chunks that a dry run still counts as needed.
    pub reclaimed: Reclaimed,
    /// The entries of the audit log that tell of it; none in a dry run.
    pub entries: Vec<u64>,
}

impl GarbageReport {
    /// How many artifacts stay for this reason.
    pub fn kept_because(&self, because: KeptBecause) -> usize {
        self.kept.iter().filter(|kept| kept.because == because).count()
    }
}

/// In one line: `2 artifacts of 300 bytes would go; 5 stay: 3 of a version, 2 young`.
impl fmt::Display for GarbageReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let go = match self.sweep {
            Sweep::DryRun => "would go",
            Sweep::Remove => "are gone",
        };
        let Self { garbage, bytes, kept, reclaimed, .. } = self;
        write!(f, "{} artifacts of {bytes} bytes {go}; {} stay", garbage.len(), kept.len())?;
        let mut separator = ": ";
        for because in KeptBecause::ALL {
            let count = self.kept_because(because);
            if count > 0 {
                write!(f, "{separator}{count} {because}")?;
                separator = ", ";
            }
        }
        if reclaimed.parts > 0 {
            write!(f, "; {} parts of {} bytes {go}", reclaimed.parts, reclaimed.bytes)?;
        }
        Ok(())
    }
}

/// An artifact that goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Garbage {
    /// Its address.
    pub digest: Digest,
    /// How many bytes.
    pub size: u64,
}

/// An artifact that stays.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Kept {
    /// Its address.
    pub digest: Digest,
    /// Why.
    pub because: KeptBecause,
}

/// Why an artifact stays. Of several reasons, the first of these.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum KeptBecause {
    /// A version is registered with it.
    Version,
    /// It is a file of a run.
    File,
    /// A run has read it, or a version was made from it.
    DataSet,
    /// A version had it that was deleted.
    DeletedVersion,
    /// It was on trial, or a trial ended for it.
    Trial,
    /// It was put, or asked to be registered, within the grace period.
    Young,
    /// What is there is not what was put, and can't be judged.
    Damaged,
}

impl KeptBecause {
    /// All of them.
    pub const ALL: [Self; 7] = [
        Self::Version,
        Self::File,
        Self::DataSet,
        Self::DeletedVersion,
        Self::Trial,
        Self::Young,
        Self::Damaged,
    ];
}

impl fmt::Display for KeptBecause {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Version => "of a version",
            Self::File => "of a run",
            Self::DataSet => "data sets",
            Self::DeletedVersion => "of a deleted version",
            Self::Trial => "of a trial",
            Self::Young => "young",
            Self::Damaged => "damaged",
        })
    }
}
