use std::collections::BTreeMap;
use std::ops::{Bound, Range};

use mlops_core::Digest;
use parking_lot::RwLock;

use super::{Commit, Key, Kind, MetadataStore, Query, Record, Revision};
use crate::Result;
use crate::audit::Pruned;
use crate::merkle::{NodeId, NodeSource, Tree, leaf_hash};
use crate::search::{Facet, Facets, Field, Matches, MemoryIndex, Search};

/// Keeps everything in memory, for tests and for trying things out. It is gone with the value.
#[derive(Debug, Default)]
pub struct MemoryStore(RwLock<State>);

#[derive(Debug, Default)]
struct State {
    records: BTreeMap<Kind, BTreeMap<Key, (Revision, String)>>,
    /// `None` where the body was forgotten.
    leaves: Vec<Option<String>>,
    tree: Tree,
    index: MemoryIndex,
}

impl State {
    fn revision(&self, kind: Kind, key: &Key) -> Option<Revision> {
        self.records.get(&kind)?.get(key).map(|(revision, _)| *revision)
    }

    fn record(&self, kind: Kind, key: &Key) -> Option<Record> {
        let (revision, body) = self.records.get(&kind)?.get(key)?;
        Some(Record { kind, key: key.clone(), revision: *revision, body: body.clone().into_bytes() })
    }

    fn take_in(&mut self, facets: &Facets) {
        let Self { records, index, .. } = self;
        let points = records.get(&Kind::Metric);
        index.apply(facets, |metric: &Field| -> Option<Facet> {
            let group = facets.key.clone().and(metric.name.as_str());
            let behind = group.clone().and(i64::MAX);
            let (key, (_, body)) = points?.range(group.clone()..behind).next_back()?;
            Facets::of(Kind::Metric, key, body)?.values.pop()
        });
    }
}

impl MetadataStore for MemoryStore {
    fn read(&self, query: &Query) -> Result<Vec<Record>> {
        query.check()?;
        let state = self.0.read();
        let Some(table) = state.records.get(&query.kind) else { return Ok(Vec::new()) };
        let start = query.after.as_ref().map_or(Bound::Included(&query.under), Bound::Excluded);
        let rows = table.range((start, Bound::Unbounded));
        let rows = rows.take_while(|(key, _)| key.is_under(&query.under)).take(query.limit);
        let record = |(key, (revision, body)): (&Key, &(Revision, String))| Record {
            kind: query.kind,
            key: key.clone(),
            revision: *revision,
            body: body.clone().into_bytes(),
        };
        Ok(rows.map(record).collect())
    }

    fn search(&self, search: &Search) -> Result<Matches> {
        let state = self.0.read();
        Ok(state.index.search(search, |key| state.record(search.kind, key)))
    }

    fn commit(&self, commit: &Commit) -> Result<u64> {
        let mut state = self.0.write();
        for expected in commit.conditions() {
            expected.check(state.revision(expected.kind, &expected.key))?;
        }
        let sequence = state.tree.size();
        let leaf = commit.leaf(sequence)?;
        let forgotten: Vec<usize> = commit
            .forgets()
            .into_iter()
            .flat_map(Pruned::ranges)
            .flatten()
            .map(|sequence| usize::try_from(sequence).unwrap_or(usize::MAX))
            .collect();
        if forgotten.iter().any(|index| state.leaves.get(*index).is_none_or(Option::is_none)) {
            return Err(commit.forgotten_before());
        }
        // Nothing can fail from here on.
        for index in forgotten {
            state.leaves[index] = None;
        }
        for change in commit.changes() {
            let table = state.records.entry(change.expected().kind).or_default();
            let key = &change.expected().key;
            match change.body() {
                Some(body) => {
                    table.insert(key.clone(), (Revision(sequence), body.to_owned()));
                }
                None => {
                    table.remove(key);
                }
            }
            if let Some(facets) = change.facets() {
                state.take_in(facets);
            }
        }
        state.tree.append(leaf_hash(leaf.as_bytes()));
        state.leaves.push(Some(leaf));
        Ok(sequence)
    }

    fn size(&self) -> Result<u64> {
        Ok(self.0.read().tree.size())
    }

    fn leaves(&self, range: Range<u64>) -> Result<Vec<(u64, Vec<u8>)>> {
        let state = self.0.read();
        let first = usize::try_from(range.start).unwrap_or(usize::MAX);
        let count = usize::try_from(range.end.saturating_sub(range.start)).unwrap_or(usize::MAX);
        let leaves = state.leaves.iter().skip(first).take(count);
        let there = |(sequence, leaf): (u64, &Option<String>)| Some((sequence, leaf.clone()?.into_bytes()));
        Ok((range.start..).zip(leaves).filter_map(there).collect())
    }

    fn damage(&self) -> Result<Vec<String>> {
        Ok(Vec::new())
    }
}

impl NodeSource for MemoryStore {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        self.0.read().tree.nodes(ids)
    }
}
