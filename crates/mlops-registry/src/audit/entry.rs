use std::fmt;
use std::ops::Range;

use mlops_core::{Digest, Principal, Timestamp, canonical};
use serde::{Deserialize, Serialize};

use crate::store::{Key, Kind, Revision};
use crate::{Error, Result};

/// Who did what, when.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Act {
    /// When, by the clock of the registry that did it.
    pub at: Timestamp,
    /// Who.
    pub actor: Principal,
    /// What, such as `promotion.approve`.
    pub action: String,
    /// To what, such as `flight-delay/1.0.0`.
    pub subject: String,
    /// Why, where it takes a reason: a rollback, the end of a trial.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
    /// The verdicts that it rests on.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub evidence: Vec<Digest>,
    /// The artifacts that it is about; the store of artifacts must hold them from then on,
    /// until they are [collected](Entry::collected).
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub artifacts: Vec<Digest>,
    /// Why it was refused; empty if it was done.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub refused: Vec<String>,
}

impl Act {
    /// An act that rests on no verdict and is about no artifact.
    pub fn new(
        at: Timestamp,
        actor: Principal,
        action: impl Into<String>,
        subject: impl Into<String>,
    ) -> Self {
        Self {
            at,
            actor,
            action: action.into(),
            subject: subject.into(),
            reason: None,
            evidence: Vec::new(),
            artifacts: Vec::new(),
            refused: Vec::new(),
        }
    }

    /// The verdicts that it rests on.
    #[must_use]
    pub fn evidence(mut self, digests: impl IntoIterator<Item = Digest>) -> Self {
        self.evidence.extend(digests);
        self
    }

    /// The artifacts that it is about.
    #[must_use]
    pub fn artifacts(mut self, digests: impl IntoIterator<Item = Digest>) -> Self {
        self.artifacts.extend(digests);
        self
    }

    /// Why it was refused.
    #[must_use]
    pub fn refused(mut self, reasons: impl IntoIterator<Item = String>) -> Self {
        self.refused.extend(reasons);
        self
    }
}

/// In one line: `2013-04-01T00:00:00Z ben promotion.approve flight-delay/1.0.0`, and why.
impl fmt::Display for Act {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {} {}", self.at, self.actor, self.action, self.subject)?;
        if let Some(reason) = &self.reason {
            write!(f, " ({reason})")?;
        }
        if !self.refused.is_empty() {
            write!(f, ", refused: {}", self.refused.join("; "))?;
        }
        Ok(())
    }
}

/// One record that an entry wrote or removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Recorded {
    /// The kind of the record.
    pub kind: Kind,
    /// Which one.
    pub key: Key,
    /// The entry that had written it before; `None` if it was not there.
    pub was: Option<Revision>,
    /// The digest of its body from now on; `None` if it was removed.
    pub digest: Option<Digest>,
}

/// An entry of the audit log: a leaf of its Merkle tree. All entries together tell which
/// records there are and what each holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Entry {
    /// Its place in the log, counted from 0; the revision of the records that it wrote.
    pub sequence: u64,
    /// Who did what, when.
    #[serde(flatten)]
    pub act: Act,
    /// The records that it wrote or removed.
    pub changes: Vec<Recorded>,
    /// The entries whose bodies it took out of the store, their hashes left in the tree.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub pruned: Option<Pruned>,
    /// The artifacts that the store need not hold any more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub collected: Option<Collected>,
}

/// Artifacts to which nothing referred any more, and which were then removed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenCollected")]
pub struct Collected {
    artifacts: Vec<Digest>,
    as_of: u64,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenCollected {
    artifacts: Vec<Digest>,
    as_of: u64,
}

impl TryFrom<WrittenCollected> for Collected {
    type Error = Error;
    fn try_from(WrittenCollected { artifacts, as_of }: WrittenCollected) -> Result<Self> {
        Self::new(as_of, artifacts)
    }
}

impl Collected {
    /// The artifacts to which nothing referred when the log had `as_of` entries.
    ///
    /// # Errors
    /// [`Error::Invalid`] if there are none, or they are not in order, each once.
    pub fn new(as_of: u64, artifacts: impl IntoIterator<Item = Digest>) -> Result<Self> {
        let artifacts: Vec<_> = artifacts.into_iter().collect();
        if !artifacts.is_empty() && artifacts.windows(2).all(|pair| pair[0] < pair[1]) {
            return Ok(Self { artifacts, as_of });
        }
        Err(Error::Invalid {
            field: "collected artifacts",
            value: format!("{:?}", &artifacts[..artifacts.len().min(8)]),
            expected: "one or more in order, each once".to_owned(),
        })
    }

    /// Which artifacts, in order.
    pub fn artifacts(&self) -> &[Digest] {
        &self.artifacts
    }

    /// How many entries the log had when nothing referred to them: an entry from there on that
    /// names one wants it kept all the same.
    pub const fn as_of(&self) -> u64 {
        self.as_of
    }
}

/// Entries whose bodies are no longer kept, and where they went.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "WrittenPruned")]
pub struct Pruned {
    entries: Vec<(u64, u64)>,
    export: Digest,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct WrittenPruned {
    entries: Vec<(u64, u64)>,
    export: Digest,
}

impl TryFrom<WrittenPruned> for Pruned {
    type Error = Error;
    fn try_from(WrittenPruned { entries, export }: WrittenPruned) -> Result<Self> {
        Self::new(entries.into_iter().map(|(first, end)| first..end), export)
    }
}

impl Pruned {
    /// The entries in `ranges`, whose bodies, a line each, have the digest `export`.
    ///
    /// # Errors
    /// [`Error::Invalid`] if there are none, or the ranges are empty, overlap, or stand in another order.
    pub fn new(ranges: impl IntoIterator<Item = Range<u64>>, export: Digest) -> Result<Self> {
        let entries: Vec<_> = ranges.into_iter().map(|range| (range.start, range.end)).collect();
        let ordered = entries.iter().all(|(first, end)| first < end)
            && entries.windows(2).all(|pair| pair[0].1 <= pair[1].0);
        if ordered && !entries.is_empty() {
            return Ok(Self { entries, export });
        }
        Err(Error::Invalid {
            field: "pruned entries",
            value: format!("{:?}", &entries[..entries.len().min(8)]),
            expected: "ranges of entries, ascending and apart".to_owned(),
        })
    }

    /// Which entries.
    pub fn ranges(&self) -> impl ExactSizeIterator<Item = Range<u64>> {
        self.entries.iter().map(|(first, end)| *first..*end)
    }

    /// How many entries.
    pub fn count(&self) -> u64 {
        self.entries.iter().map(|(first, end)| end - first).sum()
    }

    /// Whether entry `sequence` is one of them.
    pub fn contains(&self, sequence: u64) -> bool {
        let behind = self.entries.partition_point(|(first, _)| *first <= sequence);
        behind > 0 && sequence < self.entries[behind - 1].1
    }

    /// Where the last of them ends.
    pub fn end(&self) -> u64 {
        self.entries.last().map_or(0, |(_, end)| *end)
    }

    /// The digest of their bodies as they were exported: canonical JSON, each with a line feed.
    pub const fn export(&self) -> &Digest {
        &self.export
    }
}

impl Entry {
    /// Reads a leaf.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if it is not an entry in canonical form, or not number `sequence`.
    pub fn read(sequence: u64, leaf: &[u8]) -> Result<Self> {
        let corrupt =
            |reason: String| Error::Corrupt { what: format!("entry {sequence} of the audit log"), reason };
        let text = std::str::from_utf8(leaf).map_err(|error| corrupt(error.to_string()))?;
        let entry: Self = canonical::from_str(text).map_err(|error| corrupt(error.to_string()))?;
        if entry.sequence == sequence {
            Ok(entry)
        } else {
            Err(corrupt(format!("it says that it is entry {}", entry.sequence)))
        }
    }

    /// Reads an entry by itself, as it stands in an export: its canonical JSON, and perhaps the line feed.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if it is not an entry in canonical form.
    pub fn read_line(line: &str) -> Result<Self> {
        let text = line.strip_suffix('\n').unwrap_or(line);
        canonical::from_str(text).map_err(|error| Error::Corrupt {
            what: "exported audit entry".to_owned(),
            reason: error.to_string(),
        })
    }
}
