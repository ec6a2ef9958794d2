//! Rows and the watermark of a view go together.

use mlops_core::Timestamp;

use super::{at, features, get, put, row, view, x};
use crate::{EntityKey, Error, OnlineStore, Result, Value};

pub(super) fn watermark(store: &dyn OnlineStore, name: &str) -> Option<i64> {
    store.watermark(&view(name)).expect("the store can be read").map(Timestamp::as_micros)
}

/// Publishes one value `x` for key 1 of view `v`.
pub(super) fn publish(
    store: &dyn OnlineStore,
    event: i64,
    x: i64,
    from: Option<i64>,
    to: i64,
) -> Result<usize> {
    let rows = [(EntityKey::from(1), row(event, None, [Value::Int(x)]))];
    store.publish(&view("v"), &features(["x"]), &rows, from.map(at), at(to))
}

/// Only publishing moves the watermark.
pub fn nothing_is_published_at_first(store: &dyn OnlineStore) {
    assert_eq!(watermark(store, "v"), None, "of an unknown view");
    put(store, 10, None, 1);
    assert_eq!(watermark(store, "v"), None, "a write moved the watermark");
}

/// Rows are published by the rule by which they are written, and the watermark is then where
/// it was to be, also if there are no rows or none of them took a place.
pub fn rows_and_watermark_are_published_together(store: &dyn OnlineStore) {
    assert_eq!(publish(store, -7, 1, None, -5).expect("the store can be written"), 1);
    assert_eq!((x(store), watermark(store, "v")), (Some(Value::Int(1)), Some(-5)));
    assert_eq!(publish(store, -8, 2, Some(-5), 5).expect("the store can be written"), 0, "it is older");
    assert_eq!((x(store), watermark(store, "v")), (Some(Value::Int(1)), Some(5)));
    let none = store.publish(&view("v"), &features(["x"]), &[], Some(at(5)), at(6));
    assert_eq!(none.expect("the store can be written"), 0);
    assert_eq!(watermark(store, "v"), Some(6), "without rows it does not move");
    assert_eq!(publish(store, 6, 3, Some(6), 6).expect("the store can be written"), 1);
    assert_eq!((x(store), watermark(store, "v")), (Some(Value::Int(3)), Some(6)));
    put(store, 7, None, 4);
    assert_eq!(watermark(store, "v"), Some(6), "a write moved the watermark");
    let end = Timestamp::MAX.as_micros();
    publish(store, 8, 5, Some(6), end).expect("the store can be written");
    assert_eq!(watermark(store, "v"), Some(end), "the last moment of all");
}

/// Who starts from another watermark is told the one that is, and writes nothing.
pub fn a_stale_publisher_changes_nothing(store: &dyn OnlineStore) {
    let refused = |from: Option<i64>| match publish(store, 100, 9, from, 100) {
        Err(Error::Conflict { expected, current, .. }) => {
            assert_eq!(expected, from.map(at), "what the publisher believed");
            current.map(Timestamp::as_micros)
        }
        other => panic!("a stale publisher got {other:?}"),
    };
    assert_eq!(refused(Some(0)), None);
    assert_eq!((x(store), watermark(store, "v")), (None, None), "a refused call left something behind");
    publish(store, 10, 1, None, 10).expect("the store can be written");
    for from in [None, Some(9), Some(11)] {
        assert_eq!(refused(from), Some(10));
        let left = (x(store), watermark(store, "v"));
        assert_eq!(left, (Some(Value::Int(1)), Some(10)), "a refused call left something behind");
    }
}

/// A watermark moves onwards or stays.
pub fn a_watermark_never_goes_back(store: &dyn OnlineStore) {
    publish(store, 10, 1, None, 10).expect("the store can be written");
    let refused = publish(store, 11, 2, Some(10), 9);
    assert!(matches!(refused, Err(Error::Definition { .. })), "{refused:?}");
    assert_eq!((x(store), watermark(store, "v")), (Some(Value::Int(1)), Some(10)));
}

/// What may not be written may not be published, and then neither half of it is.
pub fn a_wrong_row_moves_no_watermark(store: &dyn OnlineStore) {
    let rows = [
        (EntityKey::from(1), row(0, None, [Value::Int(1)])),
        (EntityKey::from(2), row(0, None, [Value::Int(1), Value::Int(2)])),
    ];
    let refused = store.publish(&view("v"), &features(["x"]), &rows, None, at(1));
    assert!(matches!(refused, Err(Error::Definition { .. })), "{refused:?}");
    assert_eq!((get(store, 1), watermark(store, "v")), (None, None), "a refused call left something behind");
}

/// Each view has its own.
pub fn watermarks_of_views_do_not_mix(store: &dyn OnlineStore) {
    for (name, to) in [("v", 1), ("w", 2), ("V", 3)] {
        let published = store.publish(&view(name), &features(["x"]), &[], None, at(to));
        assert_eq!(published.expect("the store can be written"), 0);
    }
    assert_eq!(["v", "w", "V", "z"].map(|name| watermark(store, name)), [Some(1), Some(2), Some(3), None]);
}
