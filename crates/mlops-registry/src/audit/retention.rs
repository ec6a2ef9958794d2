use std::collections::HashSet;
use std::io::Write;
use std::ops::Range;

use mlops_core::{Digest, DigestWriter, Timestamp};

use super::replay::Replay;
use super::{Entry, EntryProof, Pruned, check_reason};
use crate::access::Action;
use crate::merkle::{InclusionProof, NodeId, leaf_hash};
use crate::registry::{Registry, Session};
use crate::store::{Commit, MetadataStore};
use crate::{Error, Result};

/// How many leaves are read at a time.
const PAGE: u64 = 256;

/// The most stretches that one entry names: it stays a few hundred kilobytes.
const MAX_RANGES: usize = 10_000;

/// What was taken out of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct PrunedLog {
    /// The entry that says so.
    pub entry: u64,
    /// Which entries.
    pub pruned: Pruned,
    /// Whether that was all; if not, the next call takes more.
    pub complete: bool,
}

impl Session {
    /// Takes the bodies of old entries out of the store, and writes them to `export` first: a
    /// line of canonical JSON each. Their hashes stay, so that every root, head and
    /// proof is what it was, and an exported line can still be [proven](Registry::prove_exported).
    ///
    /// Taken out are entries from before `before`, and from before now by the clock, on which nothing rests any more: later ones
    /// have written or removed every record that they did. The last entry about each record
    /// stays, as do those about artifacts and those that took out others. The act is itself an entry, with
    /// `reason`, which entries, and the digest of the export; an [audit](super::Audit) tells them from
    /// entries that someone has removed. `None` if there is nothing to take out.
    ///
    /// It reads the log twice, and is as an audit in memory. Others may go on writing meanwhile. Space in
    /// the store is used again, not given back, and may hold traces until then.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an admin, [`Error::Invalid`] for a reason that is
    /// none, [`Error::Corrupt`] if the log is damaged: then nothing is taken out, so that
    /// nothing is covered up; [`Error::Unavailable`] if the export can't be written,
    /// [`Error::Conflict`] if someone else has taken out the same meanwhile. After an error,
    /// what was exported has not been taken out.
    pub fn prune_log(
        &self,
        before: Timestamp,
        reason: &str,
        export: &mut dyn Write,
    ) -> Result<Option<PrunedLog>> {
        check_reason("reason", reason)?;
        let own = self.allowed_to(Action::PruneLog, None, &format!("entries before {before}"))?;
        // What is dated later than this very act stays: were the clock set back, such entries
        // are the proof of the time that has passed. The act itself vouches for what is older.
        let mut act = self.act(Action::PruneLog, "");
        let before = before.min(act.at);
        let subject = format!("entries before {before}");
        act.subject.clone_from(&subject);
        act.reason = Some(reason.to_owned());
        let store = self.registry().store();
        let size = store.size()?;
        let rests = resting(store, size)?;
        let mut lines = Lines { export, digest: DigestWriter::new() };
        let mut ranges: Vec<Range<u64>> = Vec::new();
        let mut complete = true;
        'log: for start in (0..size).step_by(256) {
            for (sequence, leaf) in store.leaves(start..size.min(start + PAGE))? {
                let entry = Entry::read(sequence, &leaf)?;
                let stays = entry.act.at >= before
                    || entry.pruned.is_some()
                    || entry.collected.is_some()
                    || !entry.act.artifacts.is_empty()
                    || rests.contains(&sequence);
                if stays {
                    continue;
                }
                let full = ranges.len() == MAX_RANGES;
                match ranges.last_mut() {
                    Some(range) if range.end == sequence => range.end += 1,
                    _ if full => {
                        complete = false;
                        break 'log;
                    }
                    _ => ranges.push(sequence..sequence + 1),
                }
                lines.put(&leaf)?;
            }
        }
        if ranges.is_empty() {
            return Ok(None);
        }
        let pruned = Pruned::new(ranges, lines.finish()?)?;
        let commit = Commit::new(act, vec![own], vec![])?.forgetting(pruned.clone());
        let entry = self.commit_told(Action::PruneLog, &subject, &commit)?;
        Ok(Some(PrunedLog { entry, pruned, complete }))
    }
}

/// The entries that the state of this moment rests on: the last about each record.
fn resting(store: &dyn MetadataStore, size: u64) -> Result<HashSet<u64>> {
    let mut replay = Replay::new(2, []);
    replay.extend(store, size, |_| {})?;
    replay.settle_pruned();
    if let Some(found) = replay.discrepancies().first() {
        return Err(Error::Corrupt { what: "audit log".to_owned(), reason: found.to_string() });
    }
    Ok(replay.state.all().map(|written| written.by).collect())
}

/// What is exported, and its digest.
struct Lines<'a> {
    export: &'a mut dyn Write,
    digest: DigestWriter,
}

impl Lines<'_> {
    fn put(&mut self, leaf: &[u8]) -> Result<()> {
        self.digest.update(leaf);
        self.digest.update(b"\n");
        let written = self.export.write_all(leaf).and_then(|()| self.export.write_all(b"\n"));
        written.map_err(unwritten)
    }

    fn finish(self) -> Result<Digest> {
        self.export.flush().map_err(unwritten)?;
        Ok(self.digest.finish())
    }
}

/// That an export can't be written.
pub(super) fn unwritten(error: std::io::Error) -> Error {
    Error::Unavailable {
        store: "export of the audit log".to_owned(),
        transient: false,
        source: Box::new(error),
    }
}

impl Registry {
    /// The proof of an entry whose body is no longer here, from the line that it was exported
    /// as: that this line is the entry that the log had, and has by its hash.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if the line is no entry, or not the one that the log had;
    /// [`Error::NotFound`] if the log is not that long; those of the store and of the signer.
    pub fn prove_exported(&self, line: &str) -> Result<EntryProof> {
        let entry = Entry::read_line(line)?;
        let head = self.tree_head()?;
        let (sequence, size) = (entry.sequence, head.unverified().size());
        if sequence >= size {
            return Err(Error::NotFound { what: "audit entry", key: sequence.to_string() });
        }
        let hash = leaf_hash(line.strip_suffix('\n').unwrap_or(line).as_bytes());
        if self.store().nodes(&[NodeId::leaf(sequence)])? != [hash] {
            return Err(Error::Corrupt {
                what: format!("exported entry {sequence}"),
                reason: format!("it is not the one in the log {}", self.origin()),
            });
        }
        EntryProof::new(entry, InclusionProof::of(self.store(), sequence, size)?, head)
    }

    /// The entry that took the body of entry `sequence` out of the store; `None` if none did.
    /// Looks through the log from there on.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if an entry on the way can't be read; those of the store.
    pub fn pruned_by(&self, sequence: u64) -> Result<Option<u64>> {
        let size = self.store().size()?;
        let mut start = sequence;
        while start < size {
            let end = size.min(start + PAGE);
            for entry in self.entries(start..end)? {
                let took = |pruned: &Pruned| sequence < entry.sequence && pruned.contains(sequence);
                if entry.pruned.as_ref().is_some_and(took) {
                    return Ok(Some(entry.sequence));
                }
            }
            start = end;
        }
        Ok(None)
    }
}
