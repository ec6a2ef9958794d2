//! Where the newest values are looked up while a request waits.

mod memory;
#[cfg(feature = "sqlite")]
mod sqlite;
mod value;

use std::fmt::Debug;
use std::time::Duration;

use mlops_core::{FeatureName, Timestamp, ViewName};

pub use memory::MemoryOnlineStore;
#[cfg(feature = "sqlite")]
pub use sqlite::{Flush, SqliteOnlineStore};
pub use value::{EntityKey, KeyPart, Value};

use crate::pit::{holds, ttl_micros};
use crate::{Error, Result};

/// The features of one key, and since when they are known.
#[derive(Clone, Debug, PartialEq)]
pub struct FeatureRow {
    /// From when on the values are known.
    pub event_timestamp: Timestamp,
    /// When they were written; of rows with equal timestamps the one written last counts.
    pub created: Option<Timestamp>,
    /// The values, in the order of the features that were named with them.
    pub values: Vec<Value>,
}

impl FeatureRow {
    /// Whether the values are known at `now` and still hold: `now − ttl <= event time <= now`,
    /// the rule of the point-in-time join. `None` and zero hold for ever.
    pub fn holds_at(&self, now: Timestamp, ttl: Option<Duration>) -> bool {
        let ttl = ttl.filter(|ttl| !ttl.is_zero()).map(ttl_micros);
        holds(self.event_timestamp.as_micros(), now.as_micros(), ttl)
    }

    /// Whether this row, written after `other`, takes its place: it is not older, by
    /// event timestamp and then by `created`, where none is the earliest.
    pub fn supersedes(&self, other: &Self) -> bool {
        (self.event_timestamp, self.created) >= (other.event_timestamp, other.created)
    }
}

/// A place that keeps the newest feature row of each key of each view.
///
/// # Contract
/// - A row takes the place of another only if it [supersedes](FeatureRow::supersedes) it,
///   whatever the order and the number of the writers.
/// - A row is replaced and read as a whole: never values of two rows, never a row without
///   some of its values.
/// - Values come back bit by bit.
/// - The watermark of a view says until when its history is published. It moves only by
///   [`publish`](Self::publish), only onwards, and together with the rows: who sees it sees
///   them. Of publishers that start from the same watermark one wins.
/// - No clock: rows stay however old they are. Whether they still hold, the caller judges
///   by [`FeatureRow::holds_at`].
/// - A clone of a handle is the same store.
pub trait OnlineStore: Debug + Send + Sync {
    /// Keeps `rows` of `view`, each with one value for each of `features`, and says how many
    /// of them took a place; the others were older than what is there. Rows of one call
    /// follow each other in their order. Safe to repeat.
    ///
    /// # Errors
    /// [`Error::Definition`] for a row with too few or too many values, [`Error::Duplicate`]
    /// for a feature that is named twice, both before anything is written;
    /// [`Error::Unavailable`] if the store can't be written, with some rows perhaps kept.
    fn write(
        &self,
        view: &ViewName,
        features: &[FeatureName],
        rows: &[(EntityKey, FeatureRow)],
    ) -> Result<usize>;

    /// As [`write`](Self::write), and moves the watermark of `view` from `from` to `to`: both
    /// or neither, even if the process dies. `None` is the watermark of a view of which
    /// nothing has been published. Without rows it only moves the watermark.
    ///
    /// # Errors
    /// As [`write`](Self::write), but then nothing is kept; [`Error::Conflict`] if the
    /// watermark is not at `from`, [`Error::Definition`] if `to` is before it.
    fn publish(
        &self,
        view: &ViewName,
        features: &[FeatureName],
        rows: &[(EntityKey, FeatureRow)],
        from: Option<Timestamp>,
        to: Timestamp,
    ) -> Result<usize>;

    /// Until when the history of `view` is published; `None` if nothing of it is.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the store can't be read.
    fn watermark(&self, view: &ViewName) -> Result<Option<Timestamp>>;

    /// The row of each of `keys`, in their order; `None` where there is none. The values are
    /// those of `features`, in that order; a feature that was not written with the row is
    /// [`Value::Null`].
    ///
    /// # Errors
    /// [`Error::Unavailable`] if the store can't be read.
    fn get_many(
        &self,
        view: &ViewName,
        features: &[FeatureName],
        keys: &[EntityKey],
    ) -> Result<Vec<Option<FeatureRow>>>;
}

/// Refuses what no adapter may write: call it before anything is changed.
///
/// # Errors
/// As [`OnlineStore::write`].
pub fn check_rows(view: &ViewName, features: &[FeatureName], rows: &[(EntityKey, FeatureRow)]) -> Result<()> {
    let within = || format!("view {:?}", view.as_str());
    if let Some(twice) = crate::definition::duplicate(features) {
        return Err(Error::Duplicate { what: "feature", name: twice.to_string(), within: within() });
    }
    match rows.iter().position(|(_, row)| row.values.len() != features.len()) {
        None => Ok(()),
        Some(index) => Err(Error::Definition {
            of: within(),
            reason: format!(
                "has {} features, but row {index} has {} values",
                features.len(),
                rows[index].1.values.len()
            ),
        }),
    }
}

/// Refuses to move a watermark that is elsewhere, or to move it back: call it under the lock
/// under which the watermark is then moved.
///
/// # Errors
/// As [`OnlineStore::publish`].
pub fn check_watermark(
    view: &ViewName,
    current: Option<Timestamp>,
    from: Option<Timestamp>,
    to: Timestamp,
) -> Result<()> {
    if current != from {
        return Err(Error::Conflict { view: view.to_string(), expected: from, current });
    }
    match from {
        Some(from) if to < from => Err(Error::Definition {
            of: format!("the watermark of view {:?}", view.as_str()),
            reason: format!("can't move back from {from} to {to}"),
        }),
        _ => Ok(()),
    }
}
