use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::ops::Range;
use std::panic::resume_unwind;
use std::thread;

use hashbrown::HashMap;
use mlops_core::Digest;

use super::glance::{key_of, key_text};
use super::page::{Event, PAGE, Page, differing, is_over, read_nodes};
use super::{Discrepancy, Pruned, PrunedUnder};
use crate::Result;
use crate::merkle::{Frontier, NodeId};
use crate::store::{Key, Kind, MetadataStore};

/// The state of a record as the log tells it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Written {
    /// The entry that wrote or removed it last.
    pub(super) by: u64,
    /// The digest of its body; `None` if it was removed.
    pub(super) digest: Option<Digest>,
    /// Whether it was met among the records.
    pub(super) seen: bool,
}

/// The entries about an artifact.
#[derive(Clone, Copy, Debug)]
pub(super) struct Named {
    /// The first.
    pub(super) first: u64,
    last: u64,
}

/// What the log tells of each record, by kind and the text of its key.
#[derive(Debug, Default)]
pub(super) struct State(Vec<HashMap<Box<str>, Written>>);

impl State {
    fn of_kind(&mut self, kind: Kind) -> &mut HashMap<Box<str>, Written> {
        let place = kind as usize;
        if self.0.len() <= place {
            self.0.resize_with(place + 1, HashMap::new);
        }
        &mut self.0[place]
    }

    pub(super) fn get(&self, kind: Kind, key: &str) -> Option<Written> {
        self.0.get(kind as usize)?.get(key).copied()
    }

    /// The same, and that it was met among the records.
    pub(super) fn meet(&mut self, kind: Kind, key: &str) -> Option<Written> {
        let written = self.0.get_mut(kind as usize)?.get_mut(key)?;
        written.seen = true;
        Some(*written)
    }

    /// How many records there must be.
    pub(super) fn count(&self) -> u64 {
        self.all().filter(|written| written.digest.is_some()).count() as u64
    }

    pub(super) fn all(&self) -> impl Iterator<Item = &Written> {
        self.0.iter().flat_map(HashMap::values)
    }

    /// The records that must be there and were not met, in order.
    pub(super) fn absent(&self) -> Result<Vec<(Kind, Key)>> {
        let mut absent = Vec::new();
        for (kind, of_kind) in
            Kind::ALL.into_iter().filter_map(|kind| Some((kind, self.0.get(kind as usize)?)))
        {
            for (key, written) in of_kind {
                if written.digest.is_some() && !written.seen {
                    absent.push((kind, key_of(key)?));
                }
            }
        }
        absent.sort();
        Ok(absent)
    }
}

/// The log read from its first entry, and what follows from it.
#[derive(Debug, Default)]
pub(super) struct Replay {
    threads: usize,
    frontier: Frontier,
    pub(super) state: State,
    /// The artifacts that entries are about, and which the store must hold.
    pub(super) artifacts: BTreeMap<Digest, Named>,
    /// Entries that are gone, changed or unreadable: what they wrote can't be told.
    pub(super) lost: BTreeSet<u64>,
    /// Entries that are gone, and after how many of the discrepancies they were missed.
    missing: Vec<(usize, Range<u64>)>,
    /// What entries say that they took out.
    pruned: Vec<(u64, Pruned)>,
    /// Leaves whose hash in the tree is not that of their bytes.
    skewed: BTreeSet<u64>,
    /// The sizes at which the root is of interest, and the root there once it is known.
    pub(super) roots: BTreeMap<u64, Option<Digest>>,
    found: Vec<Discrepancy>,
    differ: BTreeSet<NodeId>,
    /// Whether a gap was met that is not read across.
    stuck: bool,
}

impl Replay {
    /// A replay by so many threads that remembers the root at each of `sizes`.
    pub(super) fn new(threads: usize, sizes: impl IntoIterator<Item = u64>) -> Self {
        let roots = sizes.into_iter().map(|size| (size, None)).collect();
        let mut replay = Self { threads, roots, ..Self::default() };
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
    ///
    /// Pages are read, hashed and understood side by side, and put together in the order of
    /// the log, so that the result does not depend on the number of threads.
    pub(super) fn extend(
        &mut self,
        store: &dyn MetadataStore,
        size: u64,
        mut progress: impl FnMut(u64),
    ) -> Result<()> {
        let pages = size.saturating_sub(self.size()).div_ceil(PAGE);
        if self.threads < 2 || pages < 2 {
            while self.size() < size && !self.stuck {
                let range = self.next_page(self.size(), size);
                let page = Page::read(store, range.clone())?;
                self.add(store, range, size, page)?;
                progress(self.size());
            }
            return Ok(());
        }
        thread::scope(|scope| {
            let mut next = self.size();
            let mut reading = VecDeque::new();
            while !self.stuck && (next < size || !reading.is_empty()) {
                while next < size && reading.len() < self.threads {
                    let range = self.next_page(next, size);
                    next = range.end;
                    reading.push_back((range.clone(), scope.spawn(move || Page::read(store, range))));
                }
                let Some((range, page)) = reading.pop_front() else { break };
                let page = page.join().unwrap_or_else(|panic| resume_unwind(panic))?;
                self.add(store, range, size, page)?;
                progress(self.size());
            }
            Ok(())
        })
    }

    /// Where the page ends that begins at `start`: also where a root is of interest.
    fn next_page(&self, start: u64, size: u64) -> Range<u64> {
        // So that pages are whole subtrees, as far as they can be.
        let end = size.min((start / PAGE + 1) * PAGE);
        let root = self.roots.range(start + 1..end).next();
        start..root.map_or(end, |(size, _)| *size)
    }

    fn add(&mut self, store: &dyn MetadataStore, range: Range<u64>, size: u64, page: Page) -> Result<()> {
        self.skewed.extend(page.skewed);
        self.differ.extend(page.differ);
        for event in page.events {
            self.hear(event)?;
        }
        let mut nodes = Vec::new();
        for (level, hash) in page.subtrees {
            self.frontier.append_subtree(level, hash, |node, hash| nodes.push((node, hash)));
        }
        nodes.retain(|(node, _)| !is_over(*node, &self.skewed));
        self.differ.extend(differing(store, &nodes)?);
        debug_assert_eq!(self.size(), page.end.unwrap_or(range.end), "a page adds what it has read");
        self.remember_root();
        if let Some(from) = page.end {
            // The size is what the last entry says of itself: it can be as far away as a
            // liar likes.
            self.found.push(Discrepancy::EntriesMissing { from, until: size });
            self.stuck = true;
        }
        Ok(())
    }

    fn hear(&mut self, event: Event) -> Result<()> {
        match event {
            Event::Lost(sequence, discrepancy) => {
                self.lost.insert(sequence);
                self.found.push(discrepancy);
            }
            Event::Missing(sequence) => {
                self.lost.insert(sequence);
                match self.missing.last_mut() {
                    Some((after, range)) if range.end == sequence && *after == self.found.len() => {
                        range.end += 1;
                    }
                    _ => self.missing.push((self.found.len(), sequence..sequence + 1)),
                }
            }
            Event::Damage(reason) => self.found.push(Discrepancy::StoreDamaged { reason }),
            Event::Artifact(sequence, digest) => {
                let named = Named { first: sequence, last: sequence };
                self.artifacts.entry(digest).or_insert(named).last = sequence;
            }
            Event::Collected(sequence, collected) => {
                // What was named since nothing referred to it is wanted all the same.
                let as_of = collected.as_of().min(sequence);
                for digest in collected.artifacts() {
                    if self.artifacts.get(digest).is_some_and(|named| named.last < as_of) {
                        self.artifacts.remove(digest);
                    }
                }
            }
            Event::Pruned(sequence, pruned) => self.pruned.push((sequence, pruned)),
            Event::Change { sequence, kind, key, was, digest } => {
                let of_kind = self.state.of_kind(kind);
                let before = of_kind.get(&key).copied();
                let follows = match (before, was) {
                    (None | Some(Written { digest: None, .. }), None) => true,
                    (Some(Written { by, digest: Some(_), .. }), Some(was)) => by == was,
                    _ => false,
                };
                if !follows {
                    let lost = |sequence| self.lost.contains(&sequence);
                    let explained = was.is_some_and(lost)
                        || before.is_some_and(|before| lost(before.by))
                        || lost(sequence);
                    if !explained {
                        let key = key_of(&key)?;
                        self.found.push(Discrepancy::EntryContradicts { sequence, kind, key });
                    }
                }
                let seen = before.is_some_and(|before| before.seen);
                of_kind.insert(key, Written { by: sequence, digest, seen });
            }
        }
        Ok(())
    }

    /// Sets apart what entries say that they took out; whether there is more that is gone.
    pub(super) fn settle_pruned(&mut self) -> bool {
        let Self { pruned, lost, missing, .. } = self;
        let mut unsaid = false;
        for sequence in missing.iter().flat_map(|(_, range)| range.clone()) {
            if under(pruned, sequence).is_some() {
                lost.remove(&sequence);
            } else {
                unsaid = true;
            }
        }
        unsaid
    }

    /// Which entries were taken out by which entry.
    pub(super) fn pruned(&self) -> Vec<PrunedUnder> {
        let mut counts = BTreeMap::new();
        for sequence in self.missing.iter().flat_map(|(_, range)| range.clone()) {
            if let Some(entry) = under(&self.pruned, sequence) {
                *counts.entry(entry).or_insert(0) += 1;
            }
        }
        counts.into_iter().map(|(entry, entries)| PrunedUnder { entry, entries }).collect()
    }

    /// Everything that was found: the entries in their order, then the tree from its leaves up.
    pub(super) fn discrepancies(&mut self) -> Vec<Discrepancy> {
        let mut all = Vec::new();
        let mut missing = self.missing.iter().peekable();
        let found = std::mem::take(&mut self.found);
        let behind = found.len();
        let mut found = found.into_iter();
        for place in 0..=behind {
            while let Some((_, range)) = missing.next_if(|(after, _)| *after == place) {
                let unsaid = range.clone().filter(|sequence| under(&self.pruned, *sequence).is_none());
                all.extend(unsaid.map(|sequence| Discrepancy::EntryMissing { sequence }));
            }
            all.extend(found.next());
        }
        let differ = self.differ.iter();
        all.extend(differ.map(|node| Discrepancy::TreeChanged { level: node.level, position: node.index }));
        all
    }

    /// Looks for hashes of what would follow the last entry. Whoever cuts the log by its end
    /// and forgets them shows that it was longer, also without a head from outside.
    pub(super) fn look_beyond(&mut self, store: &dyn MetadataStore) -> Result<Option<Discrepancy>> {
        let size = self.size();
        let ids: Vec<_> = (0..64).map(|level| NodeId { level, index: size >> level }).collect();
        let beyond = read_nodes(store, &ids)?.iter().any(Option::is_some);
        // Others may have written meanwhile; hash and entry become visible together.
        let cut = beyond && !self.stuck && store.size()? == size;
        Ok(cut.then_some(Discrepancy::TreeBeyondEnd { size }))
    }

    /// What the log tells of one record.
    pub(super) fn written(&self, kind: Kind, key: &Key) -> Result<Option<Written>> {
        Ok(self.state.get(kind, &key_text(key)?))
    }

    fn remember_root(&mut self) {
        let size = self.size();
        if self.roots.contains_key(&size) {
            let root = self.root();
            self.roots.insert(size, Some(root));
        }
    }
}

/// The entry that says that it took `sequence` out.
fn under(pruned: &[(u64, Pruned)], sequence: u64) -> Option<u64> {
    pruned.iter().find(|(by, pruned)| sequence < *by && pruned.contains(sequence)).map(|(by, _)| *by)
}
