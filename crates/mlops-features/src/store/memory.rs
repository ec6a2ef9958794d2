use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::hash_map::EntryRef;
use hashbrown::{DefaultHashBuilder, HashMap};
use mlops_core::{FeatureName, Timestamp, ViewName};
use parking_lot::{Mutex, RwLock};

use super::{EntityKey, FeatureRow, OnlineStore, Value, check_rows, check_watermark};
use crate::Result;

/// Parts of a view that are locked apart, so that writers and readers of different keys
/// seldom meet.
const SHARDS: usize = 32;

/// An online store in memory. Cloning shares it.
///
/// A look-up costs a hash, an uncontended lock and a copy of the values. Locks are held for
/// one row at a time.
#[derive(Clone, Debug, Default)]
pub struct MemoryOnlineStore {
    views: Arc<RwLock<HashMap<ViewName, Arc<View>>>>,
}

#[derive(Debug, Default)]
struct View {
    /// Held while rows are published, so that who sees it moved sees the rows.
    watermark: Mutex<Option<Timestamp>>,
    hasher: DefaultHashBuilder,
    shards: [RwLock<HashMap<EntityKey, Kept>>; SHARDS],
}

/// A row, with the names of its values.
#[derive(Debug)]
struct Kept {
    features: Arc<[FeatureName]>,
    row: FeatureRow,
}

impl View {
    /// Keeps rows that have been checked.
    fn keep(&self, features: &[FeatureName], rows: &[(EntityKey, FeatureRow)]) -> usize {
        let features: Arc<[FeatureName]> = features.into();
        let mut taken = 0;
        for (key, row) in rows {
            let kept = || Kept { features: Arc::clone(&features), row: row.clone() };
            match self.shard(key).write().entry_ref(key) {
                EntryRef::Vacant(place) => {
                    place.insert(kept());
                }
                EntryRef::Occupied(mut place) if row.supersedes(&place.get().row) => {
                    place.insert(kept());
                }
                EntryRef::Occupied(_) => continue,
            }
            taken += 1;
        }
        taken
    }

    fn shard(&self, key: &EntityKey) -> &RwLock<HashMap<EntityKey, Kept>> {
        let hash =
            usize::try_from(self.hasher.hash_one(key) % SHARDS as u64).expect("it is below the divisor");
        &self.shards[hash]
    }
}

impl Kept {
    /// The row with the values of `features` alone, in their order.
    fn select(&self, features: &[FeatureName]) -> FeatureRow {
        let values = if *self.features == *features {
            self.row.values.clone()
        } else {
            let value = |name| {
                let place = self.features.iter().position(|feature| feature == name);
                place.map_or(Value::Null, |place| self.row.values[place].clone())
            };
            features.iter().map(value).collect()
        };
        FeatureRow { event_timestamp: self.row.event_timestamp, created: self.row.created, values }
    }
}

impl MemoryOnlineStore {
    /// The view, a new one if it is not there yet.
    fn view(&self, name: &ViewName) -> Arc<View> {
        if let Some(view) = self.views.read().get(name) {
            return Arc::clone(view);
        }
        Arc::clone(self.views.write().entry_ref(name).or_default())
    }
}

impl OnlineStore for MemoryOnlineStore {
    fn write(
        &self,
        view: &ViewName,
        features: &[FeatureName],
        rows: &[(EntityKey, FeatureRow)],
    ) -> Result<usize> {
        check_rows(view, features, rows)?;
        Ok(self.view(view).keep(features, rows))
    }

    fn publish(
        &self,
        view: &ViewName,
        features: &[FeatureName],
        rows: &[(EntityKey, FeatureRow)],
        from: Option<Timestamp>,
        to: Timestamp,
    ) -> Result<usize> {
        check_rows(view, features, rows)?;
        let kept = self.view(view);
        let mut watermark = kept.watermark.lock();
        check_watermark(view, *watermark, from, to)?;
        let taken = kept.keep(features, rows);
        *watermark = Some(to);
        Ok(taken)
    }

    fn watermark(&self, view: &ViewName) -> Result<Option<Timestamp>> {
        let view = self.views.read().get(view).map(Arc::clone);
        Ok(view.and_then(|view| *view.watermark.lock()))
    }

    fn get_many(
        &self,
        view: &ViewName,
        features: &[FeatureName],
        keys: &[EntityKey],
    ) -> Result<Vec<Option<FeatureRow>>> {
        let view = self.views.read().get(view).map(Arc::clone);
        let Some(view) = view else { return Ok(vec![None; keys.len()]) };
        let find = |key| view.shard(key).read().get(key).map(|kept| kept.select(features));
        Ok(keys.iter().map(find).collect())
    }
}

#[cfg(test)]
mod tests {
    crate::online_store_suite!(conformance, crate::MemoryOnlineStore::default());
}
