use mlops_core::Digest;
use serde::{Deserialize, Serialize};

/// What a rotation of keys has done, data key by data key.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Rotation {
    /// Data keys that were wrapped in another key, and now in the new one.
    pub rewrapped: u64,
    /// Data keys that were wrapped in the new one already.
    pub already: u64,
    /// Data keys that could not be opened, which stay as they were.
    pub failed: Vec<NotRotated>,
}

impl Rotation {
    /// Whether nothing depends on the keys of before any more.
    pub const fn is_complete(&self) -> bool {
        self.failed.is_empty()
    }
}

/// A data key that could not be rotated.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NotRotated {
    /// Its name.
    pub data_key: Digest,
    /// Why.
    pub reason: String,
}

/// A data key, and what depends on it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct KeyUse {
    /// Its name.
    pub data_key: Digest,
    /// The greater, the later it was made; what is put is sealed with the greatest of those in
    /// the key of now.
    pub generation: u32,
    /// The key that it is wrapped in.
    pub wrapped_by: String,
    /// How many blobs are sealed with it: artifacts, chunks and lists of them.
    pub blobs: u64,
    /// Their bytes, as they are kept.
    pub bytes: u64,
}
