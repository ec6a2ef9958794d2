use std::sync::atomic::{AtomicU64, Ordering};

use super::{GuardCount, Predictor};

/// What a predictor has done since it was built.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Counts {
    /// Requests that got an answer.
    pub answered: u64,
    /// Of them, those that a constant answered.
    pub by_constant: u64,
    /// Requests that got an error.
    pub refused: u64,
    /// Pairs that were dropped since the queue was full.
    pub dropped_pairs: u64,
    /// Observers that panicked, once a time.
    pub observer_panics: u64,
    /// What the guards of fields and inputs have found, each rule and violation that occurred.
    pub guards: Vec<GuardCount>,
}

#[derive(Debug, Default)]
pub(crate) struct Tallies {
    answered: AtomicU64,
    by_constant: AtomicU64,
    refused: AtomicU64,
    observer_panics: AtomicU64,
}

impl Tallies {
    pub(crate) fn answered(&self) {
        self.answered.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn by_constant(&self) {
        self.answered();
        self.by_constant.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn refused(&self) {
        self.refused.fetch_add(1, Ordering::Relaxed);
    }

    pub(crate) fn observer_panicked(&self) {
        self.observer_panics.fetch_add(1, Ordering::Relaxed);
    }
}

impl Predictor {
    /// What it has done since it was built. The numbers are read one after the other: under
    /// load they need not add up to the last request.
    pub fn counts(&self) -> Counts {
        let read = |count: &AtomicU64| count.load(Ordering::Relaxed);
        let fields = self.input_guard.iter().flat_map(super::InputGuard::counts);
        Counts {
            answered: read(&self.tallies.answered),
            by_constant: read(&self.tallies.by_constant),
            refused: read(&self.tallies.refused),
            dropped_pairs: self.queue.dropped(),
            observer_panics: read(&self.tallies.observer_panics),
            guards: fields.chain(self.input_rules.counts()).collect(),
        }
    }
}
