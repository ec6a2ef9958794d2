use std::time::Duration;

/// What may go.
///
/// ```
/// use std::time::Duration;
/// use mlops_registry::garbage::GarbageCollection;
/// let collection = GarbageCollection::new().grace(Duration::from_hours(48)).deleted_versions();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct GarbageCollection {
    /// How long something must not have been put, or asked to be registered; 7 days unless told
    /// otherwise. Longer than it may take from the first byte of a model that is stored to its
    /// registration: what takes longer may lose its file. With none, nobody may be at work.
    pub grace: Duration,
    /// Whether the files of deleted versions go too, and those of trials that no version has any
    /// more; they stay unless told otherwise.
    pub deleted_versions: bool,
}

impl Default for GarbageCollection {
    fn default() -> Self {
        Self::new()
    }
}

impl GarbageCollection {
    /// What nothing refers to, and nobody has put for a week.
    pub const fn new() -> Self {
        Self { grace: Duration::from_hours(7 * 24), deleted_versions: false }
    }

    /// How long something must not have been put.
    pub const fn grace(mut self, grace: Duration) -> Self {
        self.grace = grace;
        self
    }

    /// The files of deleted versions as well. Their tombstones stay, with the digest; the bytes
    /// that were in production then can't be looked at any more.
    pub const fn deleted_versions(mut self) -> Self {
        self.deleted_versions = true;
        self
    }
}
