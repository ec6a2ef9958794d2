//! A stretch of the log by itself: what can be said of it without what came before.

use std::collections::BTreeSet;
use std::ops::Range;

use mlops_core::Digest;

use super::glance::Reader;
use super::{Collected, Discrepancy, Pruned};
use crate::merkle::{NodeId, leaf_hash, node_hash};
use crate::store::{Kind, MetadataStore};
use crate::{Error, Result};

/// How many leaves make a page, and so how many hashes a store is asked for at once.
pub(super) const PAGE: u64 = 2048;

/// How many leaves are read at a time: what is held in memory of them.
const READ: u64 = 256;

/// So many places in a row with neither an entry nor its hash are beyond the end of the log.
const GAP: u64 = 128;

/// One thing that an entry tells, in the order of the log.
#[derive(Debug)]
pub(super) enum Event {
    /// The entry is there, and not what it should be.
    Lost(u64, Discrepancy),
    /// The entry is not there.
    Missing(u64),
    /// The store could not read it.
    Damage(String),
    /// It is about an artifact.
    Artifact(u64, Digest),
    /// It wrote or removed a record.
    Change { sequence: u64, kind: Kind, key: Box<str>, was: Option<u64>, digest: Option<Digest> },
    /// It took bodies of other entries out of the store.
    Pruned(u64, Pruned),
    /// It says which artifacts need not be there any more.
    Collected(u64, Collected),
}

/// A page that was read, hashed and compared with the stored tree, as far as it reaches.
#[derive(Debug)]
pub(super) struct Page {
    pub(super) events: Vec<Event>,
    /// The subtrees that the page divides into, by their level, from the left.
    pub(super) subtrees: Vec<(u8, Digest)>,
    /// Nodes within the page that differ from the stored ones.
    pub(super) differ: Vec<NodeId>,
    /// Leaves whose hash in the tree is not that of their bytes.
    pub(super) skewed: Vec<u64>,
    /// Where the log ends though the page does not: nothing is beyond, or nothing can be read.
    pub(super) end: Option<u64>,
}

impl Page {
    /// Reads the leaves in `range`, at most [`PAGE`] of them.
    pub(super) fn read(store: &dyn MetadataStore, range: Range<u64>) -> Result<Self> {
        let ids: Vec<_> = range.clone().map(NodeId::leaf).collect();
        let stored = read_nodes(store, &ids)?;
        let mut page = Self {
            events: Vec::new(),
            subtrees: Vec::new(),
            differ: Vec::new(),
            skewed: Vec::new(),
            end: None,
        };
        let mut hashes = page.leaves(store, &range, &stored)?;
        if let Some(end) = page.end {
            hashes.truncate(usize::try_from(end - range.start).unwrap_or(usize::MAX));
        }
        page.tree(store, range.start, hashes, &stored)?;
        Ok(page)
    }

    fn leaves(
        &mut self,
        store: &dyn MetadataStore,
        range: &Range<u64>,
        stored: &[Option<Digest>],
    ) -> Result<Vec<Digest>> {
        let mut reader = Reader::default();
        let mut hashes = Vec::with_capacity(stored.len());
        let mut stored = stored.iter();
        let mut nothing = 0;
        let mut start = range.start;
        while start < range.end {
            let end = range.end.min(start + READ);
            let leaves = match store.leaves(start..end) {
                Ok(leaves) => leaves,
                Err(Error::Corrupt { what, reason }) => {
                    self.events.push(Event::Damage(format!("{what}: {reason}")));
                    self.end = Some(start);
                    return Ok(hashes);
                }
                Err(error) => return Err(error),
            };
            let mut leaves = leaves.into_iter().peekable();
            for sequence in start..end {
                let stored = stored.next().copied().flatten();
                let leaf = leaves.next_if(|(found, _)| *found == sequence).map(|(_, leaf)| leaf);
                nothing = if leaf.is_none() && stored.is_none() { nothing + 1 } else { 0 };
                if nothing == GAP {
                    let end = sequence + 1 - GAP;
                    self.end = Some(end);
                    // Of those places nothing is told but that they are empty.
                    self.events
                        .retain(|event| !matches!(event, Event::Missing(sequence) if *sequence >= end));
                    self.skewed.retain(|sequence| *sequence < end);
                    return Ok(hashes);
                }
                hashes.push(self.leaf(&mut reader, sequence, leaf.as_deref(), stored));
            }
            start = end;
        }
        Ok(hashes)
    }

    /// What a leaf tells, and its hash.
    fn leaf(
        &mut self,
        reader: &mut Reader,
        sequence: u64,
        leaf: Option<&[u8]>,
        stored: Option<Digest>,
    ) -> Digest {
        let Some(leaf) = leaf else {
            self.events.push(Event::Missing(sequence));
            // So that the rest of the tree can still be compared.
            return stored.unwrap_or_else(|| {
                self.skewed.push(sequence);
                leaf_hash(&[])
            });
        };
        let hash = leaf_hash(leaf);
        let changed = stored.is_some_and(|stored| stored != hash);
        if changed {
            self.skewed.push(sequence);
            self.events.push(Event::Lost(sequence, Discrepancy::EntryChanged { sequence }));
        }
        match reader.read(sequence, leaf) {
            Ok(glance) => {
                // What a changed entry says is followed as far as it helps to read the others.
                if !changed {
                    self.events.extend(glance.artifacts.into_iter().map(|d| Event::Artifact(sequence, d)));
                    self.events.extend(glance.pruned.map(|pruned| Event::Pruned(sequence, pruned)));
                    let collected = glance.collected.map(|collected| Event::Collected(sequence, collected));
                    self.events.extend(collected);
                }
                self.events.extend(glance.changes.into_iter().map(|change| Event::Change {
                    sequence,
                    kind: change.kind,
                    key: change.key,
                    was: change.was,
                    digest: change.digest,
                }));
            }
            // That it was changed has been said, and says more.
            Err(_) if changed => {}
            Err(error) => {
                let reason = match error {
                    Error::Corrupt { reason, .. } => reason,
                    other => other.to_string(),
                };
                self.events.push(Event::Lost(sequence, Discrepancy::EntryUnreadable { sequence, reason }));
            }
        }
        hash
    }

    /// Hashes the leaves into the subtrees that lie within the page, and compares each with the stored one.
    fn tree(
        &mut self,
        store: &dyn MetadataStore,
        start: u64,
        leaves: Vec<Digest>,
        stored: &[Option<Digest>],
    ) -> Result<()> {
        let skewed: BTreeSet<u64> = self.skewed.iter().copied().collect();
        for ((index, hash), stored) in (start..).zip(&leaves).zip(stored) {
            // A leaf that differs was told of as its entry.
            if *stored != Some(*hash) && !skewed.contains(&index) {
                self.differ.push(NodeId::leaf(index));
            }
        }
        // All levels above in one read.
        let mut above: Vec<(NodeId, Digest)> = Vec::with_capacity(leaves.len());
        let mut right = Vec::new();
        let (mut level, mut first, mut hashes) = (0_u8, start, leaves);
        while !hashes.is_empty() {
            let mut whole = hashes.as_slice();
            if first & 1 == 1 {
                self.subtrees.push((level, whole[0]));
                whole = &whole[1..];
                first += 1;
            }
            let pairs = whole.chunks_exact(2);
            if let [rest] = pairs.remainder() {
                right.push((level, *rest));
            }
            level += 1;
            first >>= 1;
            let next: Vec<Digest> = pairs.map(|pair| node_hash(&pair[0], &pair[1])).collect();
            above.extend((first..).zip(&next).map(|(index, hash)| (NodeId { level, index }, *hash)));
            hashes = next;
        }
        self.subtrees.extend(right.into_iter().rev());
        above.retain(|(node, _)| !is_over(*node, &skewed));
        self.differ.extend(differing(store, &above)?);
        Ok(())
    }
}

/// Whether one of `leaves` lies below `node`.
pub(super) fn is_over(node: NodeId, leaves: &BTreeSet<u64>) -> bool {
    let first = node.index << node.level;
    let last = first + ((1 << node.level) - 1);
    !leaves.is_empty() && leaves.range(first..=last).next().is_some()
}

/// Those of `nodes` that are stored with another hash, or not at all.
pub(super) fn differing(store: &dyn MetadataStore, nodes: &[(NodeId, Digest)]) -> Result<Vec<NodeId>> {
    let mut differ = Vec::new();
    for nodes in nodes.chunks(usize::try_from(PAGE).unwrap_or(usize::MAX)) {
        let ids: Vec<_> = nodes.iter().map(|(node, _)| *node).collect();
        for ((node, hash), stored) in nodes.iter().zip(read_nodes(store, &ids)?) {
            if stored != Some(*hash) {
                differ.push(*node);
            }
        }
    }
    Ok(differ)
}

/// The hashes that are there; `None` for one that is not.
pub(super) fn read_nodes(store: &dyn MetadataStore, ids: &[NodeId]) -> Result<Vec<Option<Digest>>> {
    if ids.is_empty() {
        return Ok(Vec::new());
    }
    match store.nodes(ids) {
        Ok(hashes) if hashes.len() == ids.len() => Ok(hashes.into_iter().map(Some).collect()),
        Ok(_) | Err(Error::Corrupt { .. }) if ids.len() == 1 => Ok(vec![None]),
        // One of them is not there: find out which.
        Ok(_) | Err(Error::Corrupt { .. }) => {
            let (left, right) = ids.split_at(ids.len() / 2);
            let mut found = read_nodes(store, left)?;
            found.extend(read_nodes(store, right)?);
            Ok(found)
        }
        Err(error) => Err(error),
    }
}
