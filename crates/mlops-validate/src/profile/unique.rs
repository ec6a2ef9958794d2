use std::hash::{DefaultHasher, Hash, Hasher};

use hashbrown::HashSet;

use crate::table::{ValueKind, Values};

/// Whether a value repeats, as long as there are few enough to remember.
///
/// Values are remembered by hashes of 64 bits: two that collide make a column look as if
/// a value repeated, never the other way round. It depends only on the values, not on
/// their order or the merges.
#[derive(Clone, Debug)]
pub(crate) struct Unique {
    most: usize,
    seen: u64,
    /// `None` once a value repeats, or there are too many.
    hashes: Option<HashSet<u64>>,
}

impl Unique {
    /// Remembers up to this many values.
    pub(crate) fn new(most: usize) -> Self {
        Self { most, seen: 0, hashes: Some(HashSet::new()) }
    }

    pub(crate) fn update(&mut self, values: &Values<'_>) {
        self.seen += values.count();
        match &values.kind {
            ValueKind::Whole(values) | ValueKind::Moments(values) => self.add(values.iter().map(hash)),
            // A text that follows more than once repeats.
            ValueKind::Text(texts) if texts.iter().all(|(_, times)| *times == 1) => {
                self.add(texts.iter().map(|(text, _)| hash(text)));
            }
            // Numbers that measure something are different by accident.
            ValueKind::Opaque(0) | ValueKind::Truth { falses: 0, trues: 0 } => {}
            _ => self.hashes = None,
        }
    }

    fn add(&mut self, hashes: impl ExactSizeIterator<Item = u64>) {
        let Some(known) = &mut self.hashes else { return };
        let fits = known.len() + hashes.len() <= self.most;
        if !fits || !hashes.into_iter().all(|hash| known.insert(hash)) {
            self.hashes = None;
        }
    }

    pub(crate) fn merge(&mut self, later: Self) {
        self.seen += later.seen;
        match later.hashes {
            Some(hashes) => self.add(hashes.into_iter()),
            None => self.hashes = None,
        }
    }

    /// Whether there are values and none repeats, as far as could be remembered.
    pub(crate) fn is_proven(&self) -> bool {
        self.seen > 0 && self.hashes.is_some()
    }
}

fn hash(value: impl Hash) -> u64 {
    // Without keys drawn at random, so that parts from anywhere merge.
    let mut hasher = DefaultHasher::new();
    value.hash(&mut hasher);
    hasher.finish()
}
