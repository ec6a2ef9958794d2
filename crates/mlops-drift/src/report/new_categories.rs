use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// So many names are kept.
const NAMES: usize = 12;

/// The categories of a column that the reference does not have: a name in a new spelling, a
/// code that nobody knew. Whether they are a drift is the test's answer, not theirs.
///
/// Empty where the reference is kept as a [`Profile`](crate::Profile) that had too many
/// categories to keep them all: there a name that is not kept may have been seen.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
#[non_exhaustive]
pub struct NewCategories {
    /// The most frequent, 12 at most, each with the rows that have it now; names as frequent
    /// as each other are in their order.
    pub names: Vec<(String, u64)>,
    /// How many more there are than `names`.
    pub more: u64,
    /// The rows that have any of them.
    pub rows: u64,
}

impl NewCategories {
    pub(crate) fn among(before: &BTreeMap<String, u64>, now: &BTreeMap<String, u64>) -> Self {
        let unknown = |name: &String| before.get(name).is_none_or(|count| *count == 0);
        let mut new: Vec<(&String, u64)> = now
            .iter()
            .filter(|(name, count)| **count > 0 && unknown(name))
            .map(|(name, count)| (name, *count))
            .collect();
        let rows = new.iter().fold(0_u64, |sum, (_, count)| sum.saturating_add(*count));
        // The sort is stable, and the names came in their order.
        new.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
        let more = new.len().saturating_sub(NAMES) as u64;
        let names = new.into_iter().take(NAMES).map(|(name, count)| (name.clone(), count));
        Self { names: names.collect(), more, rows }
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.names.is_empty()
    }

    /// How many there are.
    pub const fn count(&self) -> u64 {
        self.names.len() as u64 + self.more
    }
}
