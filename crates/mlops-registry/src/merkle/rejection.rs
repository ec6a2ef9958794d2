use mlops_core::Digest;

/// Why a proof does not prove what it is given for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Rejection {
    /// There is no such leaf in a tree of that size.
    #[error("leaf {index} is not in a tree of {size} leaves")]
    NoSuchLeaf {
        /// The leaf that was asked about, from 0.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// The older tree is larger than the newer one.
    #[error("a tree of {new_size} leaves can't extend one of {old_size}")]
    Shrunk {
        /// Leaves in the older tree.
        old_size: u64,
        /// Leaves in the newer tree.
        new_size: u64,
    },
    /// Every tree extends the empty one: there is nothing to prove, and a proof says nothing.
    #[error("a proof from the empty tree to one of {new_size} leaves proves nothing")]
    FromNothing {
        /// Leaves in the newer tree.
        new_size: u64,
    },
    /// The proof holds too few or too many hashes for these sizes.
    #[error("the proof holds {found} hashes where {expected} were expected")]
    Length {
        /// What a proof for these sizes has.
        expected: usize,
        /// What this one has.
        found: usize,
    },
    /// The hashes lead to another root than the one of the tree.
    #[error("the proof leads to root {computed}, not to {root}")]
    Root {
        /// The root that the proof leads to.
        computed: Digest,
        /// The root that was given.
        root: Digest,
    },
    /// The hashes lead to another root than the one of the older tree.
    #[error("the proof leads to old root {computed}, not to {root}")]
    OldRoot {
        /// The root that the proof leads to.
        computed: Digest,
        /// The root that was given.
        root: Digest,
    },
    /// The head is signed with another key, or says so. Get the key of this signer.
    #[error("the head is signed with key {found}, not with {expected}")]
    OtherKey {
        /// The id of the key that it was checked with.
        expected: Digest,
        /// The id of the key that the head names.
        found: Digest,
    },
    /// The signature is not one of this head: one of the two was changed.
    #[error("the signature is not one of this head")]
    Forged,
    /// Nobody has signed it whose key was asked for.
    #[error("none of the {signatures} signatures is by a key that was asked for")]
    Unsigned {
        /// How many signatures it bears.
        signatures: usize,
    },
    /// Two different keys that were asked for have this id and the same name.
    #[error("two keys with id {id:08x} have the same name: which of them has signed, can't be told")]
    AmbiguousKey {
        /// The id of both.
        id: u32,
    },
}
