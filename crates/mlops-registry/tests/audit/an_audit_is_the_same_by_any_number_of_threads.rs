//! A log of many pages is read side by side: the report does not depend on who read what,
//! and each node of the tree is read once.

use std::ops::Range;
use std::sync::atomic::{AtomicU64, Ordering};

use mlops_core::{Digest, Timestamp};
use mlops_registry::Result;
use mlops_registry::audit::{Act, Audit, Discrepancy};
use mlops_registry::merkle::{InclusionProof, NodeId, NodeSource, Tree, leaf_hash};
use mlops_registry::search::{Matches, Search};
use mlops_registry::store::{Change, Commit, Key, Kind, MemoryStore, MetadataStore, Query, Record, Revision};

const SIZE: u64 = 9_000;

fn filled() -> MemoryStore {
    let store = MemoryStore::default();
    let mut written = std::collections::HashMap::new();
    for number in 0..SIZE {
        let at = Timestamp::from_micros(1_364_774_400_000_000 + number.cast_signed() * 1_000_003);
        let act = Act::new(at, "ana".parse().unwrap(), "write", format!("m{}", number % 700));
        let key = Key::from([format!("m{}", number % 700)]);
        let was = written.insert(number % 700, number).map(Revision);
        let change = match was {
            Some(was) if number % 11 == 3 => {
                written.remove(&(number % 700));
                Change::remove(Kind::Model, key, was).unwrap()
            }
            was => Change::put(Kind::Model, key, was, &number).unwrap(),
        };
        store.commit(&Commit::new(act, vec![], vec![change]).unwrap()).unwrap();
    }
    store
}

/// A store that was tampered with, and counts what is read.
#[derive(Debug)]
struct Tampered {
    inner: MemoryStore,
    /// Leaves of which a byte is changed, and that are gone.
    changed: Vec<u64>,
    gone: Range<u64>,
    /// A node with another hash.
    node: Option<NodeId>,
    nodes: AtomicU64,
    reads: AtomicU64,
}

fn tampered(changed: Vec<u64>, gone: Range<u64>, node: Option<NodeId>) -> Tampered {
    let (nodes, reads) = (AtomicU64::new(0), AtomicU64::new(0));
    Tampered { inner: filled(), changed, gone, node, nodes, reads }
}

impl NodeSource for Tampered {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        self.nodes.fetch_add(ids.len() as u64, Ordering::Relaxed);
        self.reads.fetch_add(1, Ordering::Relaxed);
        let mut hashes = self.inner.nodes(ids)?;
        for (id, hash) in ids.iter().zip(&mut hashes) {
            if Some(*id) == self.node {
                *hash = Digest::of("another");
            }
        }
        Ok(hashes)
    }
}

impl MetadataStore for Tampered {
    fn read(&self, query: &Query) -> Result<Vec<Record>> {
        self.inner.read(query)
    }
    fn search(&self, search: &Search) -> Result<Matches> {
        self.inner.search(search)
    }
    fn commit(&self, commit: &Commit) -> Result<u64> {
        self.inner.commit(commit)
    }
    fn size(&self) -> Result<u64> {
        self.inner.size()
    }
    fn leaves(&self, range: Range<u64>) -> Result<Vec<(u64, Vec<u8>)>> {
        let mut leaves = self.inner.leaves(range)?;
        leaves.retain(|(sequence, _)| !self.gone.contains(sequence));
        for (sequence, leaf) in &mut leaves {
            if self.changed.contains(sequence) {
                let at = leaf.iter().position(|byte| *byte == b'a').unwrap();
                leaf[at] = b'b';
            }
        }
        Ok(leaves)
    }
    fn damage(&self) -> Result<Vec<String>> {
        self.inner.damage()
    }
}

#[test]
fn the_report_is_the_same() {
    let node = NodeId { level: 3, index: 900 };
    let store = tampered(vec![17, 2047, 2048, 8_999], 4_000..4_300, Some(node));
    let report = Audit::of(&store).threads(1).verify().unwrap();
    assert_eq!(report.entries, SIZE);
    let found = &report.discrepancies;
    assert_eq!(found[0], Discrepancy::EntryChanged { sequence: 17 });
    let missing = found.iter().filter(|found| matches!(found, Discrepancy::EntryMissing { .. })).count();
    assert_eq!(missing, 300);
    assert!(found.contains(&Discrepancy::TreeChanged { level: 3, position: 900 }));
    for threads in [2, 3, 4, 9] {
        assert_eq!(Audit::of(&store).threads(threads).verify().unwrap(), report, "{threads} threads");
    }
}

#[test]
fn each_node_is_read_once() {
    let store = tampered(vec![], 0..0, None);
    let report = Audit::of(&store).verify().unwrap();
    assert!(report.is_clean(), "{report}");
    let complete: u64 = (0..64).map(|level| SIZE >> level).sum();
    let (nodes, reads) = (store.nodes.load(Ordering::Relaxed), store.reads.load(Ordering::Relaxed));
    // Besides, it looks for 64 that must not be there: one by one, since none of them is.
    assert!((complete..complete + 1000).contains(&nodes), "{nodes} of {complete}");
    assert!(reads < 200, "{reads} reads");
}

#[test]
fn a_proof_is_one_read_of_the_path() {
    let store = tampered(vec![], 0..0, None);
    for size in [1, 2, 1_000, 8_192, SIZE] {
        for index in [0, size / 2, size - 1] {
            let before = (store.nodes.load(Ordering::Relaxed), store.reads.load(Ordering::Relaxed));
            let proof = InclusionProof::of(&store, index, size).unwrap();
            assert_eq!(store.reads.load(Ordering::Relaxed) - before.1, 1);
            let nodes = store.nodes.load(Ordering::Relaxed) - before.0;
            assert!(nodes <= 2 * u64::from(u64::BITS - size.leading_zeros()), "{nodes} nodes for {size}");
            assert!(proof.hashes.len() <= 14);
        }
    }
}

#[test]
fn the_root_is_that_of_the_leaves() {
    let store = filled();
    let leaves = store.leaves(0..SIZE).unwrap();
    let tree: Tree = leaves.iter().map(|(_, leaf)| leaf_hash(leaf)).collect();
    for threads in [1, 3] {
        assert_eq!(Audit::of(&store).threads(threads).verify().unwrap().root, tree.root());
    }
}
