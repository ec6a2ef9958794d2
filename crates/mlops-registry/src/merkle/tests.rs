use mlops_core::Digest;
use proptest::prelude::*;

use super::*;
use crate::{Error, Result};

fn leaf(index: u64) -> Digest {
    leaf_hash(format!("entry {index}").as_bytes())
}

fn tree(size: u64) -> Tree {
    (0..size).map(leaf).collect()
}

/// The definition of the RFC, word for word: slow, obvious, and shares no code with ours.
mod naive {
    use super::{Digest, empty_root, node_hash};

    fn split(leaves: &[Digest]) -> usize {
        let mut k = 1;
        while k * 2 < leaves.len() {
            k *= 2;
        }
        k
    }

    pub(super) fn root(leaves: &[Digest]) -> Digest {
        match leaves {
            [] => empty_root(),
            [one] => *one,
            _ => {
                let (left, right) = leaves.split_at(split(leaves));
                node_hash(&root(left), &root(right))
            }
        }
    }

    pub(super) fn inclusion(index: usize, leaves: &[Digest]) -> Vec<Digest> {
        if leaves.len() == 1 {
            return Vec::new();
        }
        let k = split(leaves);
        let (left, right) = leaves.split_at(k);
        let (mut proof, sibling) = if index < k {
            (inclusion(index, left), root(right))
        } else {
            (inclusion(index - k, right), root(left))
        };
        proof.push(sibling);
        proof
    }

    pub(super) fn consistency(old: usize, leaves: &[Digest], whole: bool) -> Vec<Digest> {
        if old == leaves.len() {
            return if whole { Vec::new() } else { vec![root(leaves)] };
        }
        let k = split(leaves);
        let (left, right) = leaves.split_at(k);
        let (mut proof, sibling) = if old <= k {
            (consistency(old, left, whole), root(right))
        } else {
            (consistency(old - k, right, false), root(left))
        };
        proof.push(sibling);
        proof
    }
}

fn flipped(digest: &Digest, bit: usize) -> Digest {
    let mut bytes = *digest.as_bytes();
    bytes[bit / 8 % 32] ^= 1 << (bit % 8);
    Digest::from_bytes(bytes)
}

#[test]
fn all_small_trees_are_those_of_the_definition() {
    let leaves: Vec<Digest> = (0..70).map(leaf).collect();
    let tree = tree(70);
    let mut frontier = Frontier::new();
    for size in 0..=70_usize {
        let (first, size64) = (&leaves[..size], size as u64);
        let root = naive::root(first);
        assert_eq!(frontier.root(), root);
        assert_eq!(tree.root_at(size64).unwrap(), root);
        assert_eq!(Frontier::load(&tree, size64).unwrap(), frontier);
        for (index, leaf) in first.iter().enumerate() {
            let proof = InclusionProof::of(&tree, index as u64, size64).unwrap();
            assert_eq!(proof.hashes, naive::inclusion(index, first), "{index} of {size}");
            proof.verify(leaf, &root).unwrap();
        }
        for old in 1..=size {
            let proof = ConsistencyProof::of(&tree, old as u64, size64).unwrap();
            assert_eq!(proof.hashes, naive::consistency(old, first, true), "{old} to {size}");
            proof.verify(&naive::root(&leaves[..old]), &root).unwrap();
        }
        if size < leaves.len() {
            assert_eq!(frontier.append(leaves[size]), size64);
        }
    }
}

#[test]
fn the_empty_tree_extends_itself_and_proves_nothing() {
    let empty = ConsistencyProof::of(&Tree::default(), 0, 0).unwrap();
    empty.verify(&empty_root(), &empty_root()).unwrap();
    assert!(matches!(empty.verify(&leaf(0), &leaf(0)), Err(Rejection::OldRoot { .. })));
    assert_eq!(
        verify_consistency(0, &empty_root(), 5, &leaf(0), &[]),
        Err(Rejection::FromNothing { new_size: 5 })
    );
    assert_eq!(
        verify_inclusion(&leaf(0), 0, 0, &leaf(0), &[]),
        Err(Rejection::NoSuchLeaf { index: 0, size: 0 })
    );
}

#[test]
fn what_can_not_be_proven_is_refused() {
    let tree = tree(5);
    for error in [
        InclusionProof::of(&tree, 5, 5).unwrap_err(),
        ConsistencyProof::of(&tree, 4, 3).unwrap_err(),
        ConsistencyProof::of(&tree, 0, 3).unwrap_err(),
    ] {
        assert!(matches!(error, Error::Invalid { .. }), "{error}");
    }
    for error in [
        InclusionProof::of(&tree, 0, 6).unwrap_err(),
        ConsistencyProof::of(&tree, 5, 8).unwrap_err(),
        tree.root_at(6).unwrap_err(),
        Frontier::load(&tree, u64::MAX).unwrap_err(),
    ] {
        assert!(matches!(error, Error::Corrupt { .. }), "{error}");
    }
}

/// A tree of any size without its leaves: each node's hash follows from its place.
#[derive(Default)]
struct Imagined {
    reads: std::cell::RefCell<Vec<usize>>,
}

impl NodeSource for Imagined {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        self.reads.borrow_mut().push(ids.len());
        Ok(ids.iter().map(|id| Digest::of(format!("{id:?}"))).collect())
    }
}

#[test]
fn a_proof_takes_one_read_of_few_hashes() {
    let log = Imagined::default();
    for size in [1_000_000, (1 << 20) - 1, 1 << 20, u64::MAX, u64::MAX - 1, 1 << 63] {
        for index in [0, 1, size / 2, size - 2, size - 1] {
            InclusionProof::of(&log, index, size).unwrap();
            ConsistencyProof::of(&log, index + 1, size).unwrap();
        }
        Frontier::load(&log, size).unwrap();
    }
    assert_eq!(log.reads.borrow().len(), 6 * 11, "one read each");
    assert!(log.reads.borrow().iter().all(|hashes| *hashes <= 128));
    let log = Imagined::default();
    InclusionProof::of(&log, 999_999, 1_000_000).unwrap();
    ConsistencyProof::of(&log, 999_999, 1_000_000).unwrap();
    assert!(log.reads.borrow().iter().all(|hashes| *hashes <= 26), "{:?}", log.reads);
}

#[test]
fn a_source_that_gives_too_little_is_corrupt() {
    struct Short;
    impl NodeSource for Short {
        fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
            Ok(vec![leaf(0); ids.len() - 1])
        }
    }
    assert!(matches!(root_at(&Short, 3), Err(Error::Corrupt { .. })));
}

#[test]
fn every_completed_node_is_handed_out_once() {
    let mut frontier = Frontier::new();
    let mut kept = std::collections::BTreeMap::new();
    for index in 0..1000 {
        frontier.append_with(leaf(index), |id, hash| assert!(kept.insert(id, hash).is_none()));
    }
    // 1000 + 500 + 250 + 125 + 62 + 31 + 15 + 7 + 3 + 1
    assert_eq!(kept.len(), 1994);
    let reference = tree(1000);
    for (id, hash) in kept {
        assert_eq!(reference.nodes(&[id]).unwrap(), [hash]);
    }
}

#[test]
fn a_written_frontier_is_read_back_and_nothing_else() {
    let mut frontier = Frontier::load(&tree(11), 11).unwrap();
    let text = serde_json::to_string(&frontier).unwrap();
    let mut read: Frontier = serde_json::from_str(&text).unwrap();
    assert_eq!(read, frontier);
    assert_eq!((read.append(leaf(11)), read.root()), (frontier.append(leaf(11)), tree(12).root()));
    let error = serde_json::from_str::<Frontier>(&text.replace("11", "12")).unwrap_err().to_string();
    assert!(error.contains("a frontier of 12 leaves has 2 peaks, not 3"), "{error}");
}

#[test]
fn a_hash_that_is_not_32_bytes_does_not_become_a_proof() {
    let proof = InclusionProof::of(&tree(3), 2, 3).unwrap();
    let text = serde_json::to_string(&proof).unwrap();
    assert_eq!(serde_json::from_str::<InclusionProof>(&text).unwrap(), proof);
    let hash = proof.hashes[0].to_string();
    for hostile in [&hash[..hash.len() - 2], &format!("{hash}00"), ""] {
        let text = text.replace(&hash, hostile);
        assert!(serde_json::from_str::<InclusionProof>(&text).is_err(), "{text}");
    }
}

proptest! {
    #[test]
    fn nothing_but_the_truth_is_included(
        (size, index) in (1..600_u64).prop_flat_map(|size| (Just(size), 0..size)),
        bit in 0..256_usize,
        other in any::<u64>(),
        other_size in 1..1200_u64,
        at in any::<prop::sample::Index>(),
    ) {
        let tree = tree(size);
        let (root, leaf) = (tree.root(), leaf(index));
        let proof = InclusionProof::of(&tree, index, size).unwrap();
        prop_assert_eq!(proof.verify(&leaf, &root), Ok(()));

        prop_assert!(proof.verify(&flipped(&leaf, bit), &root).is_err());
        prop_assert!(proof.verify(&leaf, &flipped(&root, bit)).is_err());
        for other in [other % size, other] {
            let moved = InclusionProof { index: other, ..proof.clone() };
            prop_assert_eq!(moved.verify(&leaf, &root).is_ok(), other == index);
        }
        let too_long = [proof.hashes.clone(), vec![root]].concat();
        prop_assert!(verify_inclusion(&leaf, index, size, &root, &too_long).is_err());
        if !proof.hashes.is_empty() {
            let at = at.index(proof.hashes.len());
            let mut changed = proof.clone();
            changed.hashes[at] = flipped(&changed.hashes[at], bit);
            prop_assert!(changed.verify(&leaf, &root).is_err());
            changed.hashes.remove(at);
            prop_assert!(changed.verify(&leaf, &root).is_err());
        }
        // Some other sizes have a path of the same shape, and then the same root follows:
        // the size is bound by the signed head, not by the proof.
        let resized = InclusionProof { size: other_size, ..proof.clone() };
        if resized.verify(&leaf, &root).is_ok() {
            prop_assert_eq!(
                InclusionProof::of(&self::tree(other_size), index, other_size).map(|p| p.hashes.len()).ok(),
                Some(proof.hashes.len())
            );
        }
    }

    #[test]
    fn nothing_but_an_extension_is_consistent(
        (new_size, old_size) in (1..600_u64).prop_flat_map(|size| (Just(size), 1..=size)),
        other in 0..1200_u64,
        bit in 0..256_usize,
        at in any::<prop::sample::Index>(),
    ) {
        let tree = tree(new_size);
        let (old_root, new_root) = (tree.root_at(old_size).unwrap(), tree.root());
        let proof = ConsistencyProof::of(&tree, old_size, new_size).unwrap();
        prop_assert_eq!(proof.verify(&old_root, &new_root), Ok(()));

        prop_assert!(proof.verify(&flipped(&old_root, bit), &new_root).is_err());
        prop_assert!(proof.verify(&old_root, &flipped(&new_root, bit)).is_err());
        let too_long = [proof.hashes.clone(), vec![new_root]].concat();
        prop_assert!(verify_consistency(old_size, &old_root, new_size, &new_root, &too_long).is_err());
        if old_size < new_size {
            prop_assert!(proof.verify(&new_root, &old_root).is_err(), "roots swapped");
            let moved = ConsistencyProof { old_size: other, ..proof.clone() };
            prop_assert_eq!(moved.verify(&old_root, &new_root).is_ok(), other == old_size);
            let at = at.index(proof.hashes.len());
            let mut changed = proof.clone();
            changed.hashes[at] = flipped(&changed.hashes[at], bit);
            prop_assert!(changed.verify(&old_root, &new_root).is_err());
            changed.hashes.remove(at);
            prop_assert!(changed.verify(&old_root, &new_root).is_err());
        }
    }

    #[test]
    fn a_rewritten_leaf_is_never_consistent(
        (new_size, old_size) in (1..300_u64).prop_flat_map(|size| (Just(size), 1..=size)),
        at in any::<prop::sample::Index>(),
    ) {
        let at = at.index(usize::try_from(old_size).unwrap()) as u64;
        let rewritten: Tree = (0..new_size).map(|i| leaf(if i == at { u64::MAX } else { i })).collect();
        let honest = tree(old_size).root();
        let proof = ConsistencyProof::of(&rewritten, old_size, new_size).unwrap();
        prop_assert!(proof.verify(&honest, &rewritten.root()).is_err());
    }

    #[test]
    fn hostile_numbers_never_panic(
        index in any::<u64>(), size in any::<u64>(), old in any::<u64>(), hashes in 0..200_usize,
    ) {
        let hashes = vec![leaf(0); hashes];
        prop_assert!(verify_inclusion(&leaf(0), index, size, &leaf(1), &hashes).is_err());
        prop_assert!(verify_consistency(old, &leaf(0), size, &leaf(1), &hashes).is_err());
    }
}
