//! Rows come to the store when they are known, each once, whoever brings them.
#![expect(clippy::unwrap_used, reason = "tests fail by panic")]

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use arrow_array::{
    ArrayRef, BinaryArray, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray, UInt64Array,
};
use mlops_core::{FeatureName, Timestamp, ViewName};
use mlops_features::{
    Catalog, Entity, EntityKey, Error, FeatureRow, FeatureView, Materializer, MemoryOnlineStore,
    MemorySource, OnlineStore, Result, Value, ValueType,
};

fn at(micros: i64) -> Timestamp {
    Timestamp::from_micros(micros)
}

/// A view `v` of rows of key, time and value.
fn catalog(rows: &[(Option<i64>, Option<i64>, i64)]) -> Catalog {
    let rows = RecordBatch::try_from_iter_with_nullable([
        ("key", Arc::new(rows.iter().map(|row| row.0).collect::<Int64Array>()) as ArrayRef, true),
        ("at", Arc::new(rows.iter().map(|row| row.1).collect::<TimestampMicrosecondArray>()), true),
        ("x", Arc::new(rows.iter().map(|row| Some(row.2)).collect::<Int64Array>()), true),
    ])
    .unwrap();
    view_of(rows, "x", ValueType::Int)
}

fn view_of(rows: RecordBatch, feature: &str, value_type: ValueType) -> Catalog {
    let view = FeatureView::builder("v", MemorySource::single("rows", rows))
        .entity(&Entity::new("key", ["key"]).unwrap())
        .timestamp("at")
        .feature(feature, value_type);
    Catalog::new([view.build().unwrap()]).unwrap()
}

fn known(rows: &[(i64, i64, i64)]) -> Catalog {
    catalog(&rows.iter().map(|(key, at, x)| (Some(*key), Some(*at), *x)).collect::<Vec<_>>())
}

fn x(store: &dyn OnlineStore, key: i64) -> Option<i64> {
    let row =
        store.get_many(&"v".parse().unwrap(), &["x".parse().unwrap()], &[key.into()]).unwrap().remove(0)?;
    match row.values[0] {
        Value::Int(x) => Some(x),
        ref other => panic!("{other:?}"),
    }
}

fn watermark(store: &dyn OnlineStore) -> Option<i64> {
    store.watermark(&"v".parse().unwrap()).unwrap().map(Timestamp::as_micros)
}

fn over(catalog: &Catalog, store: &MemoryOnlineStore) -> Materializer {
    Materializer::new(catalog, Arc::new(store.clone())).unwrap()
}

#[test]
fn a_row_is_there_at_its_time_and_not_before() {
    // The source is not in the order of time.
    let catalog = known(&[(1, 30, 3), (1, 10, 1), (2, 15, 9), (1, 20, 2)]);
    for read_ahead in [1, 2, 3, 100] {
        let store = MemoryOnlineStore::default();
        let mut online = over(&catalog, &store).read_ahead(read_ahead);
        let mut seen = Vec::new();
        for now in [9, 10, 19, 20, 29, 30, 1000] {
            online.advance(at(now)).unwrap();
            seen.push((x(&store, 1), x(&store, 2)));
        }
        let expected = [
            (None, None),
            (Some(1), None),
            (Some(1), Some(9)),
            (Some(2), Some(9)),
            (Some(2), Some(9)),
            (Some(3), Some(9)),
            (Some(3), Some(9)),
        ];
        assert_eq!(seen, expected, "{read_ahead} rows read ahead");
    }
}

#[test]
fn it_says_what_it_did() {
    let rows = [
        (Some(1), Some(5), 1),
        (Some(1), Some(6), 2),
        (None, Some(6), 3),
        (Some(2), None, 4),
        (Some(3), Some(8), 5),
    ];
    let store = MemoryOnlineStore::default();
    let mut online = over(&catalog(&rows), &store);
    let done = online.advance(at(7)).unwrap();
    assert_eq!((done.rows, done.written, done.skipped), (3, 1, 1), "the newest of key 1; one without key");
    assert_eq!(watermark(&store), Some(7));
    let mut told = Vec::new();
    let done = online.advance_with(at(9), |view, done| told.push((view.to_string(), done))).unwrap();
    assert_eq!((done.rows, done.written, done.skipped), (1, 1, 0));
    assert_eq!(told, [("v".to_owned(), done)]);
    assert_eq!(online.advance(at(9)).unwrap().rows, 0);
    assert_eq!(online.advance(at(1)).unwrap().rows, 0, "to go back does nothing");
    assert_eq!(watermark(&store), Some(9));
}

#[test]
fn a_year_in_one_call_is_told_part_by_part() {
    let rows: Vec<_> = (0..1000).map(|row| (row % 7, (row * 37) % 1000, row)).collect();
    let store = MemoryOnlineStore::default();
    let mut parts = Vec::new();
    let done = over(&known(&rows), &store)
        .read_ahead(100)
        .advance_with(at(2000), |_, done| parts.push(done.rows))
        .unwrap();
    assert_eq!(done.rows, 1000);
    assert_eq!(parts, (1..=10).map(|part| part * 100).collect::<Vec<_>>());
    assert_eq!(watermark(&store), Some(2000));
}

#[test]
fn who_starts_again_goes_on_from_the_watermark() {
    let catalog = known(&[(1, 10, 1), (1, 20, 2), (2, 20, 3), (1, 30, 4)]);
    let store = MemoryOnlineStore::default();
    over(&catalog, &store).advance(at(20)).unwrap();
    let mut again = over(&catalog, &store);
    assert_eq!(again.advance(at(20)).unwrap().rows, 0, "nothing is published twice");
    assert_eq!(again.advance(at(40)).unwrap().rows, 1);
    assert_eq!((x(&store, 1), x(&store, 2)), (Some(4), Some(3)));
}

/// An event time that the watermark has passed is not looked at again.
#[test]
fn a_row_that_comes_late_is_left_to_push() {
    let store = MemoryOnlineStore::default();
    over(&known(&[(1, 10, 1)]), &store).advance(at(50)).unwrap();
    let grown = known(&[(1, 10, 1), (1, 50, 2), (1, 51, 3)]);
    let mut later = over(&grown, &store);
    later.advance(at(50)).unwrap();
    assert_eq!(x(&store, 1), Some(1), "the row of 50 came after 50 was published");
    later.advance(at(51)).unwrap();
    assert_eq!(x(&store, 1), Some(3));
}

#[test]
fn two_materialisers_share_the_work() {
    let catalog = known(&(0..300).map(|row| (row % 5, row, row)).collect::<Vec<_>>());
    let store = MemoryOnlineStore::default();
    let (mut one, mut other) = (over(&catalog, &store).read_ahead(7), over(&catalog, &store));
    let mut rows = 0;
    for now in 0..300 {
        let who = if now % 3 == 0 { &mut one } else { &mut other };
        rows += who.advance(at(now)).unwrap().rows;
        assert_eq!(x(&store, now % 5), Some(now));
        assert_eq!(watermark(&store), Some(now));
    }
    assert_eq!(rows, 300, "each row was published by one of them");
}

#[test]
fn racing_materialisers_end_with_the_same_store() {
    let rows: Vec<_> = (0..2000).map(|row| (row % 11, (row * 7919) % 500, row)).collect();
    let catalog = known(&rows);
    let (alone, shared) = (MemoryOnlineStore::default(), MemoryOnlineStore::default());
    over(&catalog, &alone).advance(at(500)).unwrap();
    let published = AtomicU64::new(0);
    std::thread::scope(|threads| {
        for step in [1, 3, 50] {
            let (catalog, shared, published) = (&catalog, &shared, &published);
            threads.spawn(move || {
                let mut online = over(catalog, shared).read_ahead(64).watermark_every(Duration::ZERO);
                for now in (0..=500).step_by(step).chain([500]) {
                    published.fetch_add(online.advance(at(now)).unwrap().rows, Ordering::Relaxed);
                    let there = watermark(shared).unwrap();
                    assert!(there >= now, "published until {there} at {now}");
                }
            });
        }
    });
    for key in 0..11 {
        assert_eq!(x(&shared, key), x(&alone, key), "key {key}");
    }
    assert!(published.into_inner() >= 2000);
    assert_eq!(watermark(&shared), Some(500));
}

/// A store that was emptied, or another one put in its place, is filled again.
#[test]
fn a_store_that_lost_its_watermark_is_filled_from_the_start() {
    #[derive(Debug, Default)]
    struct Emptied(parking_lot::RwLock<MemoryOnlineStore>);
    impl OnlineStore for Emptied {
        fn write(&self, v: &ViewName, f: &[FeatureName], rows: &[(EntityKey, FeatureRow)]) -> Result<usize> {
            self.0.read().write(v, f, rows)
        }
        fn publish(
            &self,
            v: &ViewName,
            f: &[FeatureName],
            rows: &[(EntityKey, FeatureRow)],
            from: Option<Timestamp>,
            to: Timestamp,
        ) -> Result<usize> {
            self.0.read().publish(v, f, rows, from, to)
        }
        fn watermark(&self, view: &ViewName) -> Result<Option<Timestamp>> {
            self.0.read().watermark(view)
        }
        fn get_many(
            &self,
            v: &ViewName,
            f: &[FeatureName],
            keys: &[EntityKey],
        ) -> Result<Vec<Option<FeatureRow>>> {
            self.0.read().get_many(v, f, keys)
        }
    }
    let store = Arc::new(Emptied::default());
    let mut online =
        Materializer::new(&known(&[(1, 10, 1), (2, 20, 2), (3, 30, 3)]), Arc::clone(&store) as _).unwrap();
    online.advance(at(20)).unwrap();
    *store.0.write() = MemoryOnlineStore::default();
    online.advance(at(30)).unwrap();
    assert_eq!([1, 2, 3].map(|key| x(store.as_ref(), key)), [Some(1), Some(2), Some(3)]);
}

/// How often the store is written to.
#[derive(Debug, Default)]
struct Counting(MemoryOnlineStore, AtomicU64);

impl OnlineStore for Counting {
    fn write(&self, v: &ViewName, f: &[FeatureName], rows: &[(EntityKey, FeatureRow)]) -> Result<usize> {
        self.0.write(v, f, rows)
    }
    fn publish(
        &self,
        v: &ViewName,
        f: &[FeatureName],
        rows: &[(EntityKey, FeatureRow)],
        from: Option<Timestamp>,
        to: Timestamp,
    ) -> Result<usize> {
        self.1.fetch_add(1, Ordering::Relaxed);
        self.0.publish(v, f, rows, from, to)
    }
    fn watermark(&self, view: &ViewName) -> Result<Option<Timestamp>> {
        self.0.watermark(view)
    }
    fn get_many(
        &self,
        v: &ViewName,
        f: &[FeatureName],
        keys: &[EntityKey],
    ) -> Result<Vec<Option<FeatureRow>>> {
        self.0.get_many(v, f, keys)
    }
}

#[test]
fn a_step_without_rows_is_written_once_in_a_while() {
    let store = Arc::new(Counting::default());
    let mut online = Materializer::new(&known(&[(1, 0, 1), (1, 1_000_000, 2)]), Arc::clone(&store) as _)
        .unwrap()
        .watermark_every(Duration::from_millis(1));
    for now in 0..100_000 {
        online.advance(at(now)).unwrap();
        let behind = now - watermark(store.as_ref()).unwrap();
        assert!((0..1000).contains(&behind), "the watermark is {behind} behind at {now}");
    }
    assert_eq!(store.1.load(Ordering::Relaxed), 100);
}

#[test]
fn what_a_store_cannot_hold_is_named() {
    let table = |key: ArrayRef, x: ArrayRef| {
        RecordBatch::try_from_iter([
            ("key", key),
            ("at", Arc::new(TimestampMicrosecondArray::from(vec![1, 2])) as ArrayRef),
            ("x", x),
        ])
        .unwrap()
    };
    let ids = || Arc::new(Int64Array::from(vec![1, 2])) as ArrayRef;
    let large = || Arc::new(UInt64Array::from(vec![1, u64::MAX])) as ArrayRef;
    let advance = |rows| {
        let store = MemoryOnlineStore::default();
        let mut online = over(&view_of(rows, "x", ValueType::Int), &store);
        (online.advance(at(9)).unwrap_err().to_string(), watermark(&store))
    };
    let expected = |column| {
        format!(
            "row 1 of rows has 18446744073709551615 in column {column:?}, expected at most 9223372036854775807"
        )
    };
    assert_eq!(advance(table(ids(), large())), (expected("x"), None));
    assert_eq!(advance(table(large(), ids())), (expected("key"), None));

    let bytes = Arc::new(BinaryArray::from_vec(vec![b"a", b"b"]));
    let catalog = view_of(table(bytes, ids()), "x", ValueType::Int);
    match Materializer::new(&catalog, Arc::new(MemoryOnlineStore::default())) {
        Err(Error::ColumnType { column, .. }) => assert_eq!(column, "key"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn text_and_dictionaries_come_as_they_are() {
    let words = StringArray::from(vec![Some("ü"), None]);
    let keys: arrow_array::DictionaryArray<arrow_array::types::Int8Type> =
        vec!["b", "a"].into_iter().collect();
    let rows = RecordBatch::try_from_iter_with_nullable([
        ("key", Arc::new(keys) as ArrayRef, true),
        ("at", Arc::new(TimestampMicrosecondArray::from(vec![1, 2])), true),
        ("word", Arc::new(words), true),
    ])
    .unwrap();
    let store = MemoryOnlineStore::default();
    over(&view_of(rows, "word", ValueType::Text), &store).advance(at(2)).unwrap();
    let found =
        store.get_many(&"v".parse().unwrap(), &["word".parse().unwrap()], &["b".into(), "a".into()]).unwrap();
    let values: Vec<_> = found.into_iter().map(|row| row.unwrap().values.remove(0)).collect();
    assert_eq!(values, [Value::from("ü"), Value::Null]);
}
