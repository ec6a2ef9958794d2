//! The audit log: its leaves, its tree, and what is forgotten of it.

use mlops_core::Digest;

use super::{act, commit, conflicts, model, put, read, the_log_is_whole};
use crate::Error;
use crate::audit::{Audit, Entry, Pruned};
use crate::merkle::{ConsistencyProof, InclusionProof, Tree, leaf_hash, root_at};
use crate::store::{Change, Commit, Kind, MetadataStore, Revision};

/// Leaves come in order, with their numbers, and only those of the range.
pub fn leaves_come_by_range(store: &dyn MetadataStore) {
    for number in 0..7 {
        let changes = vec![put(Kind::Model, model(&format!("m{number}")), None, "x")];
        commit(store, changes).expect("a new record");
    }
    for (range, expected) in [
        (0..7, vec![0, 1, 2, 3, 4, 5, 6]),
        (2..4, vec![2, 3]),
        (5..100, vec![5, 6]),
        (7..9, vec![]),
        (3..3, vec![]),
    ] {
        let leaves = store.leaves(range).expect("the store reads");
        for (sequence, leaf) in &leaves {
            Entry::read(*sequence, leaf).expect("the entry of that number");
        }
        assert_eq!(
            leaves.into_iter().map(|(sequence, _)| sequence).collect::<Vec<_>>(),
            expected,
            "leaves out of range"
        );
    }
    assert!(store.leaves(0..u64::MAX).expect("the store reads").len() == 7);
}

/// The stored nodes give the roots and proofs of the tree over the leaves, at every size.
pub fn nodes_are_those_of_the_tree(store: &dyn MetadataStore) {
    const SIZE: u64 = 21;
    let mut tree = Tree::default();
    for number in 0..SIZE {
        let changes = vec![put(Kind::Model, model(&format!("m{number}")), None, "x")];
        commit(store, changes).expect("a new record");
        let leaves = store.leaves(number..number + 1).expect("the store reads");
        tree.append(leaf_hash(&leaves[0].1));
        assert_eq!(root_at(store, number + 1).expect("the nodes are there"), tree.root(), "another root");
    }
    for size in 1..=SIZE {
        let root = root_at(store, size).expect("the nodes are there");
        let proof = ConsistencyProof::of(store, size, SIZE).expect("the nodes are there");
        proof.verify(&root, &tree.root()).expect("the log only grew");
        let leaves = store.leaves(size - 1..size).expect("the store reads");
        let proof = InclusionProof::of(store, size - 1, SIZE).expect("the nodes are there");
        proof.verify(&leaf_hash(&leaves[0].1), &tree.root()).expect("the leaf is in the log");
    }
    assert!(matches!(root_at(store, SIZE + 1), Err(Error::Corrupt { .. })), "there are no more leaves");
}

/// A commit that forgets takes bodies out, and nothing else: size, nodes and records stay.
/// What is not there, or is to come, can't be forgotten, and then nothing is written.
pub fn what_is_forgotten_leaves_its_hash(store: &dyn MetadataStore) {
    for number in 0..6 {
        let was = read(store, Kind::Model, &model("a")).map(|(was, _)| was);
        commit(store, vec![put(Kind::Model, model("a"), was, &number.to_string())]).expect("it is as read");
    }
    let root = root_at(store, 6).expect("the nodes are there");
    let forgetting = |ranges: &[std::ops::Range<u64>], changes: Vec<Change>| {
        let pruned = Pruned::new(ranges.iter().cloned(), Digest::of("export")).expect("ranges in order");
        store.commit(&Commit::new(act("prune"), vec![], changes).expect("it fits").forgetting(pruned))
    };
    let there = || {
        let leaves = store.leaves(0..u64::MAX).expect("the store reads");
        leaves.into_iter().map(|(sequence, _)| sequence).collect::<Vec<_>>()
    };
    // To come, or not to come at all.
    for range in [6..7, 5..8, 100..101] {
        conflicts(&forgetting(&[range], vec![]));
    }
    assert_eq!(
        forgetting(&[0..2, 3..4], vec![put(Kind::Model, model("b"), None, "x")]).expect("all there"),
        6
    );
    assert_eq!(there(), [2, 4, 5, 6], "the bodies are not those that were to be left");
    assert_eq!(store.size().expect("the store reads"), 7);
    assert_eq!(root_at(store, 6).expect("the nodes are there"), root, "the tree has changed");
    assert_eq!(read(store, Kind::Model, &model("a")).expect("it is there").0, 5);
    // Once is enough: half of it is there, and nothing is done by half.
    for range in [0..1, 2..4] {
        conflicts(&forgetting(&[range], vec![put(Kind::Model, model("c"), None, "x")]));
    }
    assert_eq!(read(store, Kind::Model, &model("c")), None);
    assert_eq!(there(), [2, 4, 5, 6], "a conflict leaves no trace");
    let report = Audit::of(store).verify().expect("the audit can look");
    assert!(report.is_clean(), "{report}");
    assert_eq!(report.pruned.iter().map(|under| (under.entry, under.entries)).collect::<Vec<_>>(), [(6, 3)]);
}

/// An audit of a store that was written by the port alone finds nothing.
pub fn the_audit_finds_nothing(store: &dyn MetadataStore) {
    for number in 0..300_u64 {
        let name = model(&format!("m{}", number % 7));
        let change = match read(store, Kind::Model, &name) {
            Some((was, _)) if number % 5 == 0 => {
                Change::remove(Kind::Model, name, Revision(was)).expect("the key fits")
            }
            found => put(Kind::Model, name, found.map(|(was, _)| was), &number.to_string()),
        };
        commit(store, vec![change]).expect("it is as read");
    }
    the_log_is_whole(store);
}
