use std::hash::BuildHasher;
use std::sync::Arc;

use hashbrown::hash_map::Entry;
use hashbrown::{DefaultHashBuilder, HashMap};
use mlops_core::{FeatureName, ViewName};
use parking_lot::RwLock;

use super::{EntityKey, FeatureRow, OnlineStore, Value, check_rows};
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

impl OnlineStore for MemoryOnlineStore {
    fn write(
        &self,
        view: &ViewName,
        features: &[FeatureName],
        rows: &[(EntityKey, FeatureRow)],
    ) -> Result<usize> {
        check_rows(view, features, rows)?;
        let view = Arc::clone(self.views.write().entry_ref(view).or_default());
        let features: Arc<[FeatureName]> = features.into();
        let mut taken = 0;
        for (key, row) in rows {
            let kept = || Kept { features: Arc::clone(&features), row: row.clone() };
            match view.shard(key).write().entry(key.clone()) {
                Entry::Vacant(place) => {
                    place.insert(kept());
                }
                Entry::Occupied(mut place) if row.supersedes(&place.get().row) => {
                    place.insert(kept());
                }
                Entry::Occupied(_) => continue,
            }
            taken += 1;
        }
        Ok(taken)
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
