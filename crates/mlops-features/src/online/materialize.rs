use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::fmt;
use std::sync::Arc;
use std::time::Duration;

use mlops_core::{FeatureName, Timestamp, ViewName};

use super::ahead::{Ahead, Due};
use super::rows::{Columns, feature_names};
use crate::definition::{Catalog, FeatureView};
use crate::{EntityKey, Error, FeatureRow, OnlineStore, Result};

/// What [`Materializer::advance`] did.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Materialized {
    /// Feature rows that became due.
    pub rows: u64,
    /// Of them those that took a place in the store: the newest of their keys, unless the
    /// store already had a newer one.
    pub written: u64,
    /// Of them those with a null join key, which nothing can look up.
    pub skipped: u64,
}

/// Brings the history of views to an online store as time goes on, and never a row before
/// its time.
///
/// [`advance`](Self::advance) publishes what has become known since the last time: of the
/// rows with `watermark < event timestamp <= until` the newest of each key. Of rows with equal
/// key and time the one created last counts, of those the last in the source, as in the
/// [point-in-time join](crate::PointInTimeJoin). The watermark of each view is kept in the store and moves
/// together with the rows, so that who is killed and starts again, or runs twice, ends with
/// the same store. Of two materialisers of one store each row is published by one.
///
/// A row that comes into the source late, with an event timestamp that the watermark has
/// passed, is not published: [`Push`](crate::Push) is for those. A source shows the same rows as long as
/// it lives, so that new ones are found by a new materialiser over a source that was opened
/// again. A view whose features change keeps its watermark and its rows; it is better given
/// a new name.
///
/// A step in which nothing becomes due costs a comparison a view, one in which something
/// does one write a view. Rows are read ahead, by default 65,536 at once, and it is they that
/// take memory, however many are due. The times of the source are read once more at the
/// start; a source that is not in the order of time is scanned again, in its time column, for
/// each part that is read ahead.
///
/// ```
/// use std::sync::Arc;
/// use arrow_array::{Float64Array, Int64Array, RecordBatch, TimestampMicrosecondArray};
/// use mlops_core::Timestamp;
/// use mlops_features::{
///     Catalog, Entity, FeatureView, Materializer, MemoryOnlineStore, MemorySource, OnlineStore, ValueType,
/// };
///
/// let rows = RecordBatch::try_from_iter([
///     ("customer", Arc::new(Int64Array::from(vec![7, 7])) as _),
///     ("at", Arc::new(TimestampMicrosecondArray::from(vec![100, 200])) as _),
///     ("balance", Arc::new(Float64Array::from(vec![10.0, 20.0])) as _),
/// ])?;
/// let account = FeatureView::builder("account", MemorySource::single("balances", rows))
///     .entity(&Entity::new("customer", ["customer"])?)
///     .timestamp("at")
///     .feature("balance", ValueType::Float)
///     .build()?;
/// let store = MemoryOnlineStore::default();
/// let mut online = Materializer::new(&Catalog::new([account])?, Arc::new(store.clone()))?;
///
/// let balance = || store.get_many(&"account".parse()?, &["balance".parse()?], &[7.into()]);
/// assert_eq!(online.advance(Timestamp::from_micros(199))?.written, 1);
/// assert_eq!(balance()?[0].as_ref().unwrap().values, [10.0.into()]);
/// online.advance(Timestamp::from_micros(200))?;
/// assert_eq!(balance()?[0].as_ref().unwrap().values, [20.0.into()]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct Materializer {
    store: Arc<dyn OnlineStore>,
    views: Vec<Published>,
    watermark_every: Duration,
}

/// A view, and how far it is published.
#[derive(Debug)]
struct Published {
    view: Arc<FeatureView>,
    features: Vec<FeatureName>,
    ahead: Ahead,
    watermark: Option<Timestamp>,
}

impl fmt::Debug for Materializer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let names: Vec<&str> = self.views.iter().map(|published| published.view.name().as_str()).collect();
        f.debug_struct("Materializer").field("views", &names).finish_non_exhaustive()
    }
}

impl Materializer {
    /// A materialiser of all views of `catalog` to `store`, from where each view's watermark is.
    ///
    /// # Errors
    /// [`Error::ColumnType`] for a view with a join key of bytes; what the store gives when
    /// it is asked for the watermarks.
    pub fn new(catalog: &Catalog, store: Arc<dyn OnlineStore>) -> Result<Self> {
        Self::of(catalog.views().iter().map(Arc::clone), store)
    }

    /// A materialiser of some views.
    ///
    /// # Errors
    /// As [`new`](Self::new).
    pub fn of(
        views: impl IntoIterator<Item = Arc<FeatureView>>,
        store: Arc<dyn OnlineStore>,
    ) -> Result<Self> {
        let views = views
            .into_iter()
            .map(|view| {
                Columns::new(&view)?;
                let watermark = store.watermark(view.name())?;
                let ahead = Ahead::new(Arc::clone(&view), READ_AHEAD, watermark.map(Timestamp::as_micros));
                Ok(Published { features: feature_names(&view), view, ahead, watermark })
            })
            .collect::<Result<_>>()?;
        Ok(Self { store, views, watermark_every: WATERMARK_EVERY })
    }

    /// How many rows of each view are read ahead, and at most published in one write; at
    /// least one. 65,536 if not told otherwise.
    #[must_use]
    pub fn read_ahead(mut self, rows: usize) -> Self {
        for published in &mut self.views {
            let after = published.watermark.map(Timestamp::as_micros);
            published.ahead = Ahead::new(Arc::clone(&published.view), rows.max(1), after);
        }
        self
    }

    /// How far the stored watermark may stay behind while nothing becomes due; an hour if
    /// not told otherwise. It is written with every row in any case; each time it is written
    /// without one is a write of its own.
    #[must_use]
    pub fn watermark_every(mut self, span: Duration) -> Self {
        self.watermark_every = span;
        self
    }

    /// Publishes what is known at `until`. To go back does nothing.
    ///
    /// # Errors
    /// What sources and store give, and [`Error::Cell`] for an integer of the source that 64
    /// bits with sign can't hold. What was published until then stays; the same call may be
    /// repeated, and goes on from there.
    pub fn advance(&mut self, until: Timestamp) -> Result<Materialized> {
        self.advance_with(until, |_, _| {})
    }

    /// As [`advance`](Self::advance); `progress` is told after each write which view it was,
    /// and what has been done so far over all views.
    ///
    /// # Errors
    /// As [`advance`](Self::advance).
    pub fn advance_with(
        &mut self,
        until: Timestamp,
        mut progress: impl FnMut(&ViewName, Materialized),
    ) -> Result<Materialized> {
        let mut done = Materialized::default();
        for published in &mut self.views {
            published.advance(self.store.as_ref(), until, self.watermark_every, &mut done, &mut progress)?;
        }
        Ok(done)
    }
}

/// Rows that are read ahead if not told otherwise.
const READ_AHEAD: usize = 1 << 16;

/// How far a stored watermark may stay behind if not told otherwise.
const WATERMARK_EVERY: Duration = Duration::from_hours(1);

impl Published {
    fn advance(
        &mut self,
        store: &dyn OnlineStore,
        until: Timestamp,
        watermark_every: Duration,
        done: &mut Materialized,
        progress: &mut dyn FnMut(&ViewName, Materialized),
    ) -> Result<()> {
        let mut moved = false;
        while self.watermark.is_none_or(|watermark| watermark < until) {
            let from = self.watermark;
            let due = self.ahead.due(until.as_micros())?;
            let (rows, skipped) = due.as_ref().map_or_else(|| Ok((Vec::new(), 0)), newest)?;
            let to = match &due {
                // Rows of the time of the last one may still be to come.
                Some(due) if !due.all => {
                    let last = due.order.last().map_or(i64::MIN, |((time, _), _)| *time);
                    Timestamp::from_micros(last.saturating_sub(1)).max(from.unwrap_or(Timestamp::MIN))
                }
                Some(_) => until,
                None if moved || from.is_none_or(|from| until.saturating_since(from) >= watermark_every) => {
                    until
                }
                None => return Ok(()),
            };
            let count = due.map_or(0, |due| due.order.len());
            match store.publish(self.view.name(), &self.features, &rows, from, to) {
                Ok(written) => {
                    self.ahead.pass(count);
                    self.watermark = Some(to);
                    moved = true;
                    done.rows += count as u64;
                    done.written += written as u64;
                    done.skipped += skipped;
                    if count > 0 {
                        progress(self.view.name(), *done);
                    }
                }
                // Another one was faster: go on from where it came.
                Err(Error::Conflict { current, .. }) => {
                    match current {
                        Some(current) if from.is_none_or(|from| from <= current) => {
                            self.ahead.skip(current.as_micros());
                        }
                        // The store is another one, or was emptied.
                        _ => self.ahead.restart(current.map(Timestamp::as_micros)),
                    }
                    self.watermark = current;
                }
                Err(error) => return Err(error),
            }
        }
        Ok(())
    }
}

/// The newest of the rows that are due of each key, and how many have none.
fn newest(due: &Due<'_>) -> Result<(Vec<(EntityKey, FeatureRow)>, u64)> {
    let mut newest: BTreeMap<EntityKey, FeatureRow> = BTreeMap::new();
    let mut skipped = 0;
    for ((time, number), row) in due.order {
        let Ok(key) = due.rows.key(*row, *number)? else {
            skipped += 1;
            continue;
        };
        let found = due.rows.row(*row, *number, *time)?;
        match newest.entry(key) {
            Entry::Vacant(place) => {
                place.insert(found);
            }
            Entry::Occupied(mut place) => {
                if found.supersedes(place.get()) {
                    place.insert(found);
                }
            }
        }
    }
    Ok((newest.into_iter().collect(), skipped))
}
