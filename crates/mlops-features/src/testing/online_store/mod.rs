//! What an [`OnlineStore`] must do, one function a promise. Each takes an empty store and
//! panics if the promise is broken; [`online_store_suite!`](crate::online_store_suite) makes
//! a test of each.
#![expect(clippy::missing_panics_doc, reason = "to panic is how a case fails")]

mod publishing;
mod racing;

use mlops_core::{FeatureName, Timestamp, ViewName};

pub use self::publishing::{
    a_stale_publisher_changes_nothing, a_watermark_never_goes_back, a_wrong_row_moves_no_watermark,
    nothing_is_published_at_first, rows_and_watermark_are_published_together, watermarks_of_views_do_not_mix,
};
pub(super) use self::racing::{ROUNDS, WRITERS, the_newest_is_there, write_rounds};
pub use self::racing::{
    one_of_racing_publishers_wins, racing_writers_leave_the_newest, readers_never_see_half_a_row,
    who_sees_the_watermark_sees_the_rows,
};
use crate::{EntityKey, Error, FeatureRow, KeyPart, OnlineStore, Value};

/// Makes a module `$name` with one test for each promise of an online store; `$store` makes
/// an empty one and is evaluated for each test.
///
/// ```
/// mod suite {
///     mlops_features::online_store_suite!(memory, mlops_features::MemoryOnlineStore::default());
/// }
/// ```
#[macro_export]
macro_rules! online_store_suite {
    ($name:ident, $store:expr) => {
        $crate::online_store_suite!(@ $name, $store;
            what_is_written_is_read,
            values_come_back_bit_by_bit,
            what_is_not_there_is_none,
            answers_follow_the_keys,
            features_come_in_the_order_asked_for,
            older_never_replaces_newer,
            created_decides_between_equal_timestamps,
            the_last_of_equals_stays,
            rows_of_one_call_follow_each_other,
            a_row_is_replaced_as_a_whole,
            views_and_keys_do_not_mix,
            a_wrong_row_writes_nothing,
            rows_stay_however_old,
            racing_writers_leave_the_newest,
            readers_never_see_half_a_row,
            nothing_is_published_at_first,
            rows_and_watermark_are_published_together,
            a_stale_publisher_changes_nothing,
            a_watermark_never_goes_back,
            a_wrong_row_moves_no_watermark,
            watermarks_of_views_do_not_mix,
            one_of_racing_publishers_wins,
            who_sees_the_watermark_sees_the_rows,
        );
    };
    (@ $name:ident, $store:expr; $($case:ident,)+) => {
        mod $name {
            #[allow(unused_imports, reason = "the store may be named by a full path")]
            use super::*;
            $(
                #[test]
                fn $case() {
                    $crate::testing::online_store::$case(&$store);
                }
            )+
        }
    };
}

pub(super) fn view(name: &str) -> ViewName {
    ViewName::new(name).expect("the suite's names are valid")
}

pub(super) fn features<const N: usize>(names: [&str; N]) -> [FeatureName; N] {
    names.map(|name| FeatureName::new(name).expect("the suite's names are valid"))
}

pub(super) fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

pub(super) fn row(event: i64, created: Option<i64>, values: impl IntoIterator<Item = Value>) -> FeatureRow {
    let values = values.into_iter().collect();
    FeatureRow { event_timestamp: at(event), created: created.map(at), values }
}

/// Writes one value `x` for key 1 and says how many rows took a place.
pub(super) fn put(store: &dyn OnlineStore, event: i64, created: Option<i64>, x: i64) -> usize {
    let rows = [(EntityKey::from(1), row(event, created, [Value::Int(x)]))];
    store.write(&view("v"), &features(["x"]), &rows).expect("the store can be written")
}

fn get(store: &dyn OnlineStore, key: impl Into<EntityKey>) -> Option<FeatureRow> {
    let mut rows =
        store.get_many(&view("v"), &features(["x"]), &[key.into()]).expect("the store can be read");
    assert_eq!(rows.len(), 1, "one key was asked for");
    rows.remove(0)
}

/// The value `x` of key 1.
pub(super) fn x(store: &dyn OnlineStore) -> Option<Value> {
    get(store, 1).map(|row| row.values[0].clone())
}

/// A row comes back with its values and both of its times.
pub fn what_is_written_is_read(store: &dyn OnlineStore) {
    for (key, created) in [(1, None), (2, Some(7))] {
        let written = row(5, created, [Value::Int(3)]);
        let taken = store.write(&view("v"), &features(["x"]), &[(EntityKey::from(key), written.clone())]);
        assert_eq!(taken.expect("the store can be written"), 1);
        assert_eq!(get(store, key), Some(written));
    }
}

/// Every value of every type, the odd ones included, is the same when it is read.
pub fn values_come_back_bit_by_bit(store: &dyn OnlineStore) {
    let odd_nan = f64::from_bits(0x7ff8_0000_0000_beef);
    let values = [
        Value::Null,
        Value::Bool(false),
        Value::Bool(true),
        Value::Int(i64::MIN),
        Value::Int(i64::MAX),
        Value::Int((1 << 53) + 1),
        Value::Float(0.1 + 0.2),
        Value::Float(-0.0),
        Value::Float(f64::MIN_POSITIVE / 2.0),
        Value::Float(f64::NEG_INFINITY),
        Value::Float(f64::NAN),
        Value::Float(odd_nan),
        Value::from(""),
        Value::from("nul \0, quote ', ü, 🦀"),
        Value::Timestamp(Timestamp::MIN),
        Value::Timestamp(Timestamp::MAX),
        Value::Timestamp(at(-1)),
    ];
    for (key, value) in (0..).zip(&values) {
        let rows = [(EntityKey::from(key), row(0, None, [value.clone()]))];
        store.write(&view("v"), &features(["x"]), &rows).expect("the store can be written");
    }
    for (key, value) in (0..).zip(&values) {
        let read = get(store, key).expect("the row was written").values.remove(0);
        assert!(read.is_same(value), "{value:?} came back as {read:?}");
    }
}

/// Unknown views and keys are no error.
pub fn what_is_not_there_is_none(store: &dyn OnlineStore) {
    assert_eq!(get(store, 1), None, "of an unknown view");
    put(store, 0, None, 1);
    assert_eq!(get(store, 2), None, "of an unknown key");
    let nothing = store.get_many(&view("v"), &features(["x"]), &[]).expect("the store can be read");
    assert_eq!(nothing, [], "of no key");
    let written = store.write(&view("v"), &features(["x"]), &[]).expect("the store can be written");
    assert_eq!(written, 0, "no row was written");
}

/// One answer for each key, in the order of the keys, also for a key asked for twice.
pub fn answers_follow_the_keys(store: &dyn OnlineStore) {
    let rows: Vec<_> =
        (0..100).map(|key| (EntityKey::from(key), row(key, None, [Value::Int(key)]))).collect();
    assert_eq!(store.write(&view("v"), &features(["x"]), &rows).expect("the store can be written"), 100);
    let asked = [99, 0, 100, 50, 0];
    let keys = asked.map(EntityKey::from);
    let read = store.get_many(&view("v"), &features(["x"]), &keys).expect("the store can be read");
    let expected = asked.map(|key| (key < 100).then(|| row(key, None, [Value::Int(key)])));
    assert_eq!(read, expected);
}

/// Features are found by name; one that the row doesn't have is null.
pub fn features_come_in_the_order_asked_for(store: &dyn OnlineStore) {
    let rows = [(EntityKey::from(1), row(0, None, [Value::Int(1), Value::Int(2), Value::Int(3)]))];
    store.write(&view("v"), &features(["a", "b", "c"]), &rows).expect("the store can be written");
    let read = store
        .get_many(&view("v"), &features(["c", "z", "a", "c"]), &[EntityKey::from(1)])
        .expect("the store can be read");
    assert_eq!(read, [Some(row(0, None, [Value::Int(3), Value::Null, Value::Int(1), Value::Int(3)]))]);
}

/// A late writer with old values changes nothing, and is told so.
pub fn older_never_replaces_newer(store: &dyn OnlineStore) {
    assert_eq!(put(store, 10, Some(1), 1), 1);
    assert_eq!(put(store, 9, Some(100), 2), 0, "the row is older, though written later");
    assert_eq!(x(store), Some(Value::Int(1)), "an older row replaced a newer one");
    assert_eq!(put(store, 11, None, 3), 1);
    assert_eq!(x(store), Some(Value::Int(3)), "a newer row did not replace an older one");
    assert_eq!(put(store, -5, None, 4), 0, "before 1970 is older still");
    assert_eq!(x(store), Some(Value::Int(3)), "an older row replaced a newer one");
}

/// Of equal timestamps the one created last counts; not to know it is the earliest.
pub fn created_decides_between_equal_timestamps(store: &dyn OnlineStore) {
    put(store, 10, None, 1);
    assert_eq!(put(store, 10, Some(-5), 2), 1, "known is after unknown");
    assert_eq!(put(store, 10, None, 3), 0, "unknown is before known");
    assert_eq!(x(store), Some(Value::Int(2)), "unknown replaced known");
    assert_eq!(put(store, 10, Some(5), 4), 1);
    assert_eq!(put(store, 10, Some(4), 5), 0);
    assert_eq!(x(store), Some(Value::Int(4)), "earlier created replaced later created");
}

/// Of rows that are equal in both times the one written last counts.
pub fn the_last_of_equals_stays(store: &dyn OnlineStore) {
    for created in [None, Some(3)] {
        put(store, 10, created, 1);
        assert_eq!(put(store, 10, created, 2), 1);
        assert_eq!(x(store), Some(Value::Int(2)), "a row did not replace its equal");
    }
}

/// A key may stand several times in one call.
pub fn rows_of_one_call_follow_each_other(store: &dyn OnlineStore) {
    let rows = [(5, 1), (7, 2), (6, 3), (7, 4), (5, 5)]
        .map(|(event, x)| (EntityKey::from(1), row(event, None, [Value::Int(x)])));
    assert_eq!(store.write(&view("v"), &features(["x"]), &rows).expect("the store can be written"), 3);
    assert_eq!(get(store, 1), Some(row(7, None, [Value::Int(4)])));
}

/// What the new row doesn't have is not taken from the old one.
pub fn a_row_is_replaced_as_a_whole(store: &dyn OnlineStore) {
    let key = || EntityKey::from(1);
    let write = |names: &[FeatureName], row| {
        store.write(&view("v"), names, &[(key(), row)]).expect("the store can be written");
    };
    write(&features(["a", "b"]), row(1, Some(1), [Value::Int(1), Value::Int(2)]));
    write(&features(["b", "c"]), row(2, None, [Value::Null, Value::Int(3)]));
    let read =
        store.get_many(&view("v"), &features(["a", "b", "c"]), &[key()]).expect("the store can be read");
    assert_eq!(read, [Some(row(2, None, [Value::Null, Value::Null, Value::Int(3)]))]);
}

/// Keys that look alike are different, and so are equal keys of different views.
pub fn views_and_keys_do_not_mix(store: &dyn OnlineStore) {
    let pair = |one: &str, other: &str| EntityKey::from_iter([KeyPart::from(one), KeyPart::from(other)]);
    let keys = [
        EntityKey::from(1),
        EntityKey::from(-1),
        EntityKey::from("1"),
        EntityKey::from(""),
        EntityKey::from("ab"),
        EntityKey::from("AB"),
        pair("a", "b"),
        pair("ab", ""),
        pair("", "ab"),
        pair("a\0", "b"),
        pair("a", "\0b"),
        EntityKey::from_iter([KeyPart::from("a"), KeyPart::from("b"), KeyPart::from("")]),
        EntityKey::from_iter([KeyPart::from(1), KeyPart::from("1")]),
        EntityKey::from_iter([KeyPart::from("1"), KeyPart::from(1)]),
    ];
    let names = ["v", "w"];
    let numbered = |view: usize, key: usize| {
        let number = i64::try_from(100 * view + key).expect("the numbers are small");
        row(0, None, [Value::Int(number)])
    };
    for (v, name) in names.iter().enumerate() {
        let rows: Vec<_> = keys.iter().enumerate().map(|(k, key)| (key.clone(), numbered(v, k))).collect();
        let taken = store.write(&view(name), &features(["x"]), &rows).expect("the store can be written");
        assert_eq!(taken, keys.len(), "two keys are taken for one");
    }
    for (v, name) in names.iter().enumerate() {
        let read = store.get_many(&view(name), &features(["x"]), &keys).expect("the store can be read");
        for (k, row) in read.into_iter().enumerate() {
            assert_eq!(row, Some(numbered(v, k)), "view {name}, key {}", keys[k]);
        }
    }
}

/// A call with a row of the wrong length, or with a feature twice, is refused before
/// anything is written.
pub fn a_wrong_row_writes_nothing(store: &dyn OnlineStore) {
    for values in [vec![], vec![Value::Int(1), Value::Int(2)]] {
        let rows =
            [(EntityKey::from(1), row(0, None, [Value::Int(1)])), (EntityKey::from(2), row(0, None, values))];
        let refused = store.write(&view("v"), &features(["x"]), &rows);
        assert!(matches!(refused, Err(Error::Definition { .. })), "{refused:?}");
    }
    let rows = [(EntityKey::from(1), row(0, None, [Value::Int(1), Value::Int(2)]))];
    let refused = store.write(&view("v"), &features(["x", "x"]), &rows);
    assert!(matches!(refused, Err(Error::Duplicate { .. })), "{refused:?}");
    assert_eq!(get(store, 1), None, "a refused call left a row behind");
}

/// The store has no clock: the oldest and the furthest moments are kept alike.
pub fn rows_stay_however_old(store: &dyn OnlineStore) {
    let moments = [Timestamp::MIN, at(0), Timestamp::MAX];
    for (key, moment) in (0..).zip(moments) {
        let kept = FeatureRow { event_timestamp: moment, created: Some(moment), values: vec![Value::Null] };
        let rows = [(EntityKey::from(key), kept.clone())];
        store.write(&view("v"), &features(["x"]), &rows).expect("the store can be written");
        assert_eq!(get(store, key), Some(kept));
    }
}
