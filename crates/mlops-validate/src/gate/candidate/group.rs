use std::sync::Arc;

use mlops_stats::bootstrap::Blocks;

use crate::error::shorten;
use crate::slice::SliceColumn;

/// A column by which rows fall into groups: a key a row, or none.
///
/// Rows without a key are a group of their own, not left out: a model that fails those
/// of whom less is known fails somebody.
#[derive(Clone, Debug)]
pub struct GroupColumn {
    name: String,
    keys: Vec<Option<Arc<str>>>,
    /// Index into `keys` for each row.
    of_row: Vec<u32>,
}

impl GroupColumn {
    /// The column `name`, a key or none for each row. O(n) look-ups.
    ///
    /// ```
    /// use mlops_validate::gate::GroupColumn;
    /// let carriers = GroupColumn::new("carrier", [Some("UA"), None, Some("AA"), Some("UA")]);
    /// assert_eq!(carriers.groups(), 3);
    /// ```
    pub fn new<K: AsRef<str>>(name: impl Into<String>, keys: impl IntoIterator<Item = Option<K>>) -> Self {
        let mut index: hashbrown::HashMap<Arc<str>, u32> = hashbrown::HashMap::new();
        let mut of_none: Option<u32> = None;
        let mut distinct: Vec<Option<Arc<str>>> = Vec::new();
        let mut add = |key: Option<Arc<str>>| {
            let number = u32::try_from(distinct.len()).unwrap_or(u32::MAX);
            distinct.push(key);
            number
        };
        let of_row = keys
            .into_iter()
            .map(|key| match key {
                None => *of_none.get_or_insert_with(|| add(None)),
                Some(key) => index.get(key.as_ref()).copied().unwrap_or_else(|| {
                    let key: Arc<str> = Arc::from(key.as_ref());
                    let number = add(Some(Arc::clone(&key)));
                    index.insert(key, number);
                    number
                }),
            })
            .collect();
        Self { name: name.into(), keys: distinct, of_row }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many distinct keys it has; none counts as one.
    pub fn groups(&self) -> usize {
        self.keys.len()
    }

    pub(in crate::gate) fn key(&self, group: usize) -> Option<&str> {
        self.keys.get(group).and_then(|key| key.as_deref())
    }

    /// Whether any labelled row has a key.
    pub(in crate::gate) fn has_keys(&self) -> bool {
        self.of_row.iter().any(|group| self.key(*group as usize).is_some())
    }

    pub(in crate::gate) fn of_rows(&self) -> &[u32] {
        &self.of_row
    }

    /// As a column by which slices are cut.
    pub(in crate::gate) fn as_slices(&self) -> SliceColumn {
        SliceColumn::coded(self.name.clone(), self.keys.clone(), self.of_row.clone())
    }

    /// The labelled rows, when `kept` are these.
    pub(super) fn only(self, kept: &[usize]) -> Self {
        let of_row = kept.iter().map(|row| self.of_row[*row]).collect();
        Self { of_row, ..self }
    }

    /// Rows of the same key as one block; or which row has none, and so can't be told from
    /// any. Blocks are in the order of keys, whichever row comes first.
    pub(super) fn blocks(&self) -> Result<Blocks, String> {
        if let Some(row) = self.of_row.iter().position(|group| self.key(*group as usize).is_none()) {
            let name = shorten(&self.name);
            return Err(format!("labelled row {row} has no {name}: it can't be said with whom it is drawn"));
        }
        let mut order: Vec<usize> = (0..self.keys.len()).collect();
        order.sort_unstable_by(|left, right| self.keys[*left].cmp(&self.keys[*right]));
        let mut rank = vec![0_u32; order.len()];
        for (place, group) in order.into_iter().enumerate() {
            rank[group] = u32::try_from(place).map_err(|_| "it has more than 2³² keys".to_owned())?;
        }
        let ids: Vec<u32> = self.of_row.iter().map(|group| rank[*group as usize]).collect();
        Blocks::by(&ids).map_err(|error| error.to_string())
    }
}
