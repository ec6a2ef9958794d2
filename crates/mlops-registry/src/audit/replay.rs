use std::collections::{BTreeMap, BTreeSet, HashMap};

use mlops_core::Digest;

use super::{Discrepancy, Entry};
use crate::merkle::{Frontier, NodeId, leaf_hash};
use crate::store::{Key, Kind, MetadataStore, Revision};
use crate::{Error, Result};

/// How many leaves are read at a time, and how many hashes a store is asked for at once.
const PAGE: usize = 128;

/// The state of a record as the log tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// The entry that wrote or removed it last.
    pub(super) by: u64,
    /// The digest of its body; `None` if it was removed.
    pub(super) digest: Option<Digest>,
}

/// The log read from its first entry, and what follows from it.
#[derive(Debug, Default)]
pub(super) struct Replay {
    frontier: Frontier,
    pub(super) state: HashMap<(Kind, Key), Written>,
    /// The artifacts that entries are about, and the first that is.
    pub(super) artifacts: BTreeMap<Digest, u64>,
    /// Entries that are gone, changed or unreadable: what they wrote can't be told.
    pub(super) lost: BTreeSet<u64>,
    /// The sizes at which the root is of interest, and the root there once it is known.
    pub(super) roots: BTreeMap<u64, Option<Digest>>,
    pub(super) found: Vec<Discrepancy>,
    /// Whether a gap was met that is not read across.
    stuck: bool,
}

impl Replay {
    /// A replay that remembers the root at each of `sizes`.
    pub(super) fn new(sizes: impl IntoIterator<Item = u64>) -> Self {
        let mut replay =
            Self { roots: sizes.into_iter().map(|size| (size, None)).collect(), ..Self::default() };
        replay.remember_root();
        replay
    }

    /// How many entries were replayed.
    pub(super) const fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// The root of the entries so far, computed from their bytes.
    pub(super) fn root(&self) -> Digest {
        self.frontier.root()
    }

    /// Replays up to `size` entries; up to where none follow, if there are fewer, and then
    /// never again any further.
    pub(super) fn extend(
        &mut self,
        store: &dyn MetadataStore,
        size: u64,
        mut progress: impl FnMut(u64),
    ) -> Result<()> {
        while self.size() < size && !self.stuck {
            let start = self.size();
            let end = size.min(start + PAGE as u64);
            let leaves = match store.leaves(start..end) {
                Ok(leaves) => leaves,
                Err(Error::Corrupt { what, reason }) => {
                    self.found.push(Discrepancy::StoreDamaged { reason: format!("{what}: {reason}") });
                    Vec::new()
                }
                Err(error) => return Err(error),
            };
            if leaves.is_empty() {
                // The size is what the last entry says of itself: it can be as far away as a
                // liar likes.
                self.found.push(Discrepancy::EntriesMissing { from: start, until: size });
                self.stuck = true;
                return Ok(());
            }
            self.page(store, start..end, leaves)?;
            progress(self.size());
        }
        Ok(())
    }

    fn page(
        &mut self,
        store: &dyn MetadataStore,
        range: std::ops::Range<u64>,
        leaves: Vec<(u64, Vec<u8>)>,
    ) -> Result<()> {
        let ids: Vec<_> = range.clone().map(NodeId::leaf).collect();
        let stored = read_nodes(store, &ids)?;
        let mut leaves = leaves.into_iter().peekable();
        let mut nodes = Vec::new();
        for (sequence, stored) in range.zip(stored) {
            let leaf = leaves.next_if(|(found, _)| *found == sequence).map(|(_, leaf)| leaf);
            let hash = match &leaf {
                Some(leaf) => leaf_hash(leaf),
                // So that the rest of the tree can still be compared.
                None => stored.unwrap_or_else(|| leaf_hash(&[])),
            };
            match &leaf {
                None => self.lose(sequence, Discrepancy::EntryMissing { sequence }),
                Some(_) if stored.is_some_and(|stored| stored != hash) => {
                    self.lose(sequence, Discrepancy::EntryChanged { sequence });
                }
                Some(_) => {}
            }
            if let Some(leaf) = leaf {
                self.entry(sequence, &leaf);
            }
            self.frontier.append_with(hash, |node, hash| nodes.push((node, hash)));
            self.remember_root();
        }
        // A leaf whose hash is gone is told of here; one that differs was told of above.
        nodes.retain(|(node, _)| !self.is_over_a_loss(*node));
        self.compare(store, &nodes)
    }

    fn entry(&mut self, sequence: u64, leaf: &[u8]) {
        let entry = match Entry::read(sequence, leaf) {
            Ok(entry) => entry,
            Err(error) => {
                // That it was changed has been said, and says more.
                if self.lost.insert(sequence) {
                    let reason = match error {
                        Error::Corrupt { reason, .. } => reason,
                        other => other.to_string(),
                    };
                    self.found.push(Discrepancy::EntryUnreadable { sequence, reason });
                }
                return;
            }
        };
        // What a changed entry says is followed as far as it helps to read the others.
        if !self.lost.contains(&sequence) {
            for digest in entry.act.artifacts {
                self.artifacts.entry(digest).or_insert(sequence);
            }
        }
        for change in entry.changes {
            let key = (change.kind, change.key);
            let before = self.state.get(&key);
            let follows = match (before, change.was) {
                (None | Some(Written { digest: None, .. }), None) => true,
                (Some(Written { by, digest: Some(_) }), Some(Revision(was))) => *by == was,
                _ => false,
            };
            let explained = change.was.is_some_and(|Revision(was)| self.lost.contains(&was))
                || before.is_some_and(|before| self.lost.contains(&before.by))
                || self.lost.contains(&sequence);
            if !follows && !explained {
                let (kind, key) = key.clone();
                self.found.push(Discrepancy::EntryContradicts { sequence, kind, key });
            }
            self.state.insert(key, Written { by: sequence, digest: change.digest });
        }
    }

    fn lose(&mut self, sequence: u64, discrepancy: Discrepancy) {
        self.lost.insert(sequence);
        self.found.push(discrepancy);
    }

    /// Whether a leaf below `node` is known to differ: then its hash says nothing new.
    fn is_over_a_loss(&self, node: NodeId) -> bool {
        let (first, last) = leaves_below(node);
        self.lost.range(first..=last).next().is_some()
    }

    fn compare(&mut self, store: &dyn MetadataStore, nodes: &[(NodeId, Digest)]) -> Result<()> {
        for page in nodes.chunks(PAGE) {
            let ids: Vec<_> = page.iter().map(|(node, _)| *node).collect();
            for ((node, hash), stored) in page.iter().zip(read_nodes(store, &ids)?) {
                if stored != Some(*hash) {
                    self.found.push(Discrepancy::TreeChanged { level: node.level, position: node.index });
                }
            }
        }
        Ok(())
    }

    /// Looks for hashes of what would follow the last entry. Whoever cuts the log by its end
    /// and forgets them shows that it was longer, also without a head from outside.
    pub(super) fn look_beyond(&mut self, store: &dyn MetadataStore) -> Result<()> {
        let size = self.size();
        let ids: Vec<_> = (0..64).map(|level| NodeId { level, index: size >> level }).collect();
        let beyond = read_nodes(store, &ids)?.iter().any(Option::is_some);
        // Others may have written meanwhile; hash and entry become visible together.
        if beyond && !self.stuck && store.size()? == size {
            self.found.push(Discrepancy::TreeBeyondEnd { size });
        }
        Ok(())
    }

    fn remember_root(&mut self) {
        let size = self.size();
        if self.roots.contains_key(&size) {
            let root = self.root();
            self.roots.insert(size, Some(root));
        }
    }
}

fn leaves_below(node: NodeId) -> (u64, u64) {
    let first = node.index << node.level;
    (first, first + ((1 << node.level) - 1))
}

/// The hashes that are there; `None` for one that is not.
pub(super) fn read_nodes(store: &dyn MetadataStore, ids: &[NodeId]) -> Result<Vec<Option<Digest>>> {
    match store.nodes(ids) {
        Ok(hashes) if hashes.len() == ids.len() => Ok(hashes.into_iter().map(Some).collect()),
        Ok(_) | Err(Error::Corrupt { .. }) if ids.len() == 1 => Ok(vec![None]),
        // One of them is not there: find out which.
        Ok(_) | Err(Error::Corrupt { .. }) => {
            let each = ids.iter().map(|id| Ok(read_nodes(store, &[*id])?.pop().flatten()));
            each.collect()
        }
        Err(error) => Err(error),
    }
}
