use mlops_core::{Digest, DigestWriter};

/// Told apart from [`NODE`], so that nobody can pass an inner node off as a leaf.
const LEAF: [u8; 1] = [0];
const NODE: [u8; 1] = [1];

/// The hash of a leaf that holds `data`: `SHA-256(0x00 ‖ data)`.
///
/// Not the same as [`Digest::of`], which has no byte in front.
pub fn leaf_hash(data: &[u8]) -> Digest {
    let mut writer = DigestWriter::new();
    writer.update(LEAF);
    writer.update(data);
    writer.finish()
}

/// The hash of an inner node: `SHA-256(0x01 ‖ left ‖ right)`.
pub fn node_hash(left: &Digest, right: &Digest) -> Digest {
    let mut writer = DigestWriter::new();
    writer.update(NODE);
    writer.update(left.as_bytes());
    writer.update(right.as_bytes());
    writer.finish()
}

/// The root of the tree without leaves: `SHA-256()`.
pub fn empty_root() -> Digest {
    Digest::of([])
}

/// The root over subtrees that stand side by side, the largest on the left: they are
/// joined from the right. Without any, the root of the empty tree.
pub(super) fn fold(peaks: &[Digest]) -> Digest {
    match peaks.split_last() {
        None => empty_root(),
        Some((last, rest)) => rest.iter().rfold(*last, |right, left| node_hash(left, &right)),
    }
}
