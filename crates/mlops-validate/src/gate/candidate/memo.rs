use std::sync::Arc;

use mlops_stats::bootstrap::{BlockMetric, Blocks};
use parking_lot::RwLock;

use super::Side;
use crate::gate::metric::Metric;
use crate::gate::resampling::Resampling;
use crate::gate::unit::Unit;
use crate::gate::worst_slice::WorstSliceRule;
use crate::slice::SliceReport;

/// What several checks ask for, computed once.
#[derive(Debug, Default)]
pub(super) struct Known {
    pub(super) blocks: Memo<Unit, Result<Arc<Blocks>, String>>,
    pub(super) values: Memo<(Side, Metric), Result<f64, String>>,
    pub(super) digested: Memo<(Side, Metric, Unit), Result<Arc<BlockMetric>, String>>,
    pub(super) slices: Memo<(WorstSliceRule, Resampling), Result<Arc<SliceReport>, String>>,
}

/// What was computed once, by what it was computed of. A few dozen entries: a look-up is a
/// walk.
///
/// Nothing is locked while something is computed: a thread that waits for its own work to
/// be done may take up that of another check, and would wait for itself. Two that ask for
/// the same at the same time compute it twice and see one answer.
#[derive(Debug)]
pub(super) struct Memo<K, V>(RwLock<Vec<(K, V)>>);

impl<K, V> Default for Memo<K, V> {
    fn default() -> Self {
        Self(RwLock::new(Vec::new()))
    }
}

impl<K: PartialEq, V: Clone> Memo<K, V> {
    pub(super) fn get(&self, key: K, compute: impl FnOnce(&K) -> V) -> V {
        let known =
            |entries: &[(K, V)]| entries.iter().find(|(other, _)| *other == key).map(|(_, v)| v.clone());
        if let Some(value) = known(&self.0.read()) {
            return value;
        }
        let value = compute(&key);
        let mut entries = self.0.write();
        known(&entries).unwrap_or_else(|| {
            entries.push((key, value.clone()));
            value
        })
    }
}
