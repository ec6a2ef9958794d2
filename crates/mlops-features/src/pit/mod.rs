//! The point-in-time join: what was known about each entity row at its time.
//!
//! In four steps, of which only the second looks at all feature rows:
//!
//! 1. `keys` and `timeline` index the entity rows: a dense number a key, the times of
//!    each key in order.
//! 2. `winners` streams the key, time and creation columns of the source. Each row goes, by
//!    binary search, to the first entity row of its key that is not before it; only the best
//!    row of each such slot is kept.
//! 3. One pass over the slots of each key hands the best row on to the later entity rows,
//!    and applies the TTL.
//! 4. `join` gathers the feature columns of the winning rows alone.

mod join;
mod keys;
mod micros;
mod timeline;
mod winners;

pub use join::{FeatureNaming, Joined, PointInTimeJoin, Progress};
pub(crate) use keys::{KeyKind, is_key};
pub(crate) use micros::{Micros, is_moment};

use std::time::Duration;

/// Whether what is known since `known` is known and still holds at `now`, all in
/// microseconds: `now - ttl <= known <= now`, both ends included.
pub(crate) fn holds(known: i64, now: i64, ttl: Option<i64>) -> bool {
    known <= now && ttl.is_none_or(|ttl| now.saturating_sub(ttl) <= known)
}

/// A TTL in microseconds.
pub(crate) fn ttl_micros(ttl: Duration) -> i64 {
    i64::try_from(ttl.as_micros()).unwrap_or(i64::MAX)
}
