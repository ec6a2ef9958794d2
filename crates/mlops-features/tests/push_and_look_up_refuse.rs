//! What can't be pushed or asked for is named, and changes nothing.
#![expect(clippy::unwrap_used, reason = "tests fail by panic")]

use std::sync::Arc;

use arrow_array::{
    ArrayRef, Float32Array, Float64Array, Int32Array, Int64Array, RecordBatch, StringArray,
    TimestampMicrosecondArray, TimestampSecondArray, UInt64Array,
};
use mlops_core::Timestamp;
use mlops_features::{
    Catalog, Entity, EntityKey, Error, FeatureRow, FeatureService, FeatureView, KeyPart, KeyRef, KeyType,
    MemoryOnlineStore, MemorySource, OnlineFeatures, OnlineRequest, OnlineStore, Push, Value, ValueType,
};

fn empty(columns: Vec<(&str, ArrayRef)>) -> MemorySource {
    MemorySource::single("empty", RecordBatch::try_from_iter(columns).unwrap().slice(0, 0))
}

/// A view `v` by carrier and flight number, with a float, a whole number and a text.
fn catalog() -> Catalog {
    let source = empty(vec![
        ("airline", Arc::new(StringArray::from(vec![""])) as _),
        ("flight", Arc::new(Int64Array::from(vec![0])) as _),
        ("at", Arc::new(TimestampMicrosecondArray::from(vec![0])) as _),
        ("delay", Arc::new(Float64Array::from(vec![0.0])) as _),
        ("seats", Arc::new(Int64Array::from(vec![0])) as _),
        ("gate", Arc::new(StringArray::from(vec![""])) as _),
    ]);
    let view = FeatureView::builder("v", source)
        .entity(&Entity::new("flight", ["carrier", "flight"]).unwrap())
        .key_column("carrier", "airline")
        .timestamp("at")
        .feature("delay", ValueType::Float)
        .feature("seats", ValueType::Int)
        .feature("gate", ValueType::Text);
    Catalog::new([view.build().unwrap()]).unwrap()
}

fn push(store: &MemoryOnlineStore) -> Push {
    Push::new(Arc::clone(&catalog().views()[0]), Arc::new(store.clone())).unwrap()
}

fn get(store: &MemoryOnlineStore, carrier: &str, flight: i64) -> Option<FeatureRow> {
    let key = EntityKey::from_iter([KeyPart::from(carrier), KeyPart::from(flight)]);
    let features = ["delay", "seats", "gate"].map(|name| name.parse().unwrap());
    store.get_many(&"v".parse().unwrap(), &features, &[key]).unwrap().remove(0)
}

/// Two rows, with columns of other widths than the source has; `change` replaces some.
fn pushed(change: &[(&str, ArrayRef)]) -> RecordBatch {
    let mut columns: Vec<(&str, ArrayRef)> = vec![
        ("seats", Arc::new(Int32Array::from(vec![Some(100), None]))),
        ("airline", Arc::new(StringArray::from(vec!["UA", "B6"]))),
        ("flight", Arc::new(UInt64Array::from(vec![1545, 7]))),
        ("at", Arc::new(TimestampSecondArray::from(vec![1, 2]))),
        ("delay", Arc::new(Float32Array::from(vec![0.1, -0.0]))),
        ("gate", Arc::new(StringArray::from(vec![None, Some("A1")]))),
        ("more", Arc::new(Int64Array::from(vec![0, 0]))),
    ];
    for (name, column) in change {
        columns.iter_mut().find(|(other, _)| other == name).unwrap().1 = Arc::clone(column);
    }
    RecordBatch::try_from_iter_with_nullable(columns.into_iter().map(|(name, column)| (name, column, true)))
        .unwrap()
}

#[test]
fn a_batch_is_pushed_by_the_names_of_its_columns() {
    let store = MemoryOnlineStore::default();
    assert_eq!(push(&store).batch(&pushed(&[])).unwrap(), 2);
    let row = get(&store, "UA", 1545).unwrap();
    assert_eq!(row.event_timestamp, Timestamp::from_micros(1_000_000));
    assert_eq!(row.values, [Value::Float(f64::from(0.1_f32)), Value::Int(100), Value::Null]);
    let row = get(&store, "B6", 7).unwrap();
    assert!(row.values[0].is_same(&Value::Float(-0.0)));
    assert_eq!(row.values[1..], [Value::Null, Value::from("A1")]);
    assert_eq!(store.watermark(&"v".parse().unwrap()).unwrap(), None, "the watermark stays where it is");
    let older: ArrayRef = Arc::new(TimestampSecondArray::from(vec![0, 3]));
    assert_eq!(push(&store).batch(&pushed(&[("at", older)])).unwrap(), 1, "one is older");
}

#[test]
fn a_wrong_batch_is_named_and_writes_nothing() {
    let store = MemoryOnlineStore::default();
    let refused = |batch: &RecordBatch| push(&store).batch(batch).unwrap_err().to_string();
    let cases: [(&str, ArrayRef, &str); 7] = [
        (
            "airline",
            Arc::new(StringArray::from(vec![Some("UA"), None])),
            r#"row 1 of the pushed rows has null in column "airline", expected a join key"#,
        ),
        (
            "at",
            Arc::new(TimestampSecondArray::from(vec![Some(1), None])),
            r#"row 1 of the pushed rows has null in column "at", expected a moment"#,
        ),
        (
            "flight",
            Arc::new(UInt64Array::from(vec![1, u64::MAX])),
            r#"row 1 of the pushed rows has 18446744073709551615 in column "flight", expected at most 9223372036854775807"#,
        ),
        (
            "flight",
            Arc::new(StringArray::from(vec!["1", "2"])),
            r#"column "flight" of the pushed rows is Utf8, expected an integer as a join key"#,
        ),
        (
            "delay",
            Arc::new(Int64Array::from(vec![1, 2])),
            r#"column "delay" of the pushed rows is Int64, expected a feature of type float"#,
        ),
        (
            "at",
            Arc::new(Int64Array::from(vec![1, 2])),
            r#"column "at" of the pushed rows is Int64, expected a timestamp or a date"#,
        ),
        (
            "at",
            Arc::new(TimestampSecondArray::from(vec![1, i64::MAX])),
            r#"column "at" of the pushed rows holds 9223372036854775807 (seconds), which is out of the range of microseconds"#,
        ),
    ];
    for (column, values, expected) in cases {
        assert_eq!(refused(&pushed(&[(column, values)])), expected);
    }
    let without = pushed(&[]).project(&[0, 1, 2, 3, 4]).unwrap();
    assert_eq!(refused(&without), r#"the pushed rows has no column "gate"; did you mean "at"?"#);
    assert_eq!(get(&store, "UA", 1545), None, "a refused batch left a row behind");
}

#[test]
fn a_wrong_row_is_named_and_writes_nothing() {
    let store = MemoryOnlineStore::default();
    let key = || EntityKey::from_iter([KeyPart::from("UA"), KeyPart::from(1545)]);
    let row = |values: [Value; 3]| FeatureRow {
        event_timestamp: Timestamp::from_micros(5),
        created: None,
        values: values.into(),
    };
    let right = || row([Value::from(1.5), Value::Null, Value::from("A1")]);
    let refused = |key: EntityKey, row: FeatureRow| {
        let rows = [(EntityKey::from_iter([KeyPart::from("UA"), KeyPart::from(1)]), right()), (key, row)];
        push(&store).rows(&rows).unwrap_err()
    };
    let message = |key, row| refused(key, row).to_string();
    assert_eq!(message("UA".into(), right()), "1 parts of a key, expected 2");
    let swapped = EntityKey::from_iter([KeyPart::from(1545), KeyPart::from("UA")]);
    assert_eq!(
        message(swapped, right()),
        r#"row 1 of the pushed rows has 1545 in column "airline", expected text"#
    );
    assert_eq!(
        message(key(), row([Value::from(1.5), Value::from(2.0), Value::Null])),
        r#"row 1 of the pushed rows has Float(2.0) in column "seats", expected a value of type int"#
    );
    let short = FeatureRow { values: vec![Value::from(1.5)], ..right() };
    assert!(matches!(refused(key(), short), Error::Definition { .. }));
    assert_eq!(get(&store, "UA", 1), None, "a refused call left a row behind");
    assert_eq!(push(&store).rows(&[(key(), right())]).unwrap(), 1);
    assert_eq!(get(&store, "UA", 1545), Some(right()));
}

fn look_up(store: &MemoryOnlineStore) -> OnlineFeatures {
    let service = FeatureService::new("s", ["hour", "v:seats", "v:delay"]).unwrap();
    OnlineFeatures::new(&catalog(), &service, Arc::new(store.clone())).unwrap()
}

#[test]
fn what_is_asked_for_wrongly_is_named() {
    let store = MemoryOnlineStore::default();
    let features = look_up(&store);
    let keys: Vec<_> = features.join_keys().iter().map(|key| (key.name.as_str(), key.key_type)).collect();
    assert_eq!(keys, [("carrier", KeyType::Text), ("flight", KeyType::Int)]);
    let (ua, number) = (Some(KeyRef::Text("UA")), Some(KeyRef::Int(1545)));
    let at = Timestamp::from_micros(9);
    let fill = |columns: &[f64], keys: &[Option<KeyRef<'_>>], width: usize| {
        features.fill(at, columns, keys, &mut vec![0.0; width]).map_err(|error| error.to_string())
    };
    assert_eq!(fill(&[1.0], &[ua, number], 3), Ok(()));
    assert_eq!(fill(&[], &[ua, number], 3), Err("0 columns, expected 1".to_owned()));
    assert_eq!(fill(&[1.0], &[ua], 3), Err("1 join keys, expected 2".to_owned()));
    assert_eq!(fill(&[1.0], &[ua, number], 4), Err("4 inputs, expected 3".to_owned()));
    let wrong = r#"column "flight" of the request is the text "UA", expected an integer"#;
    assert_eq!(fill(&[1.0], &[ua, ua], 3), Err(wrong.to_owned()));
    assert_eq!(fill(&[1.0], &[None, ua], 3), Err(wrong.to_owned()), "also if another key is missing");
    let request = OnlineRequest { at, columns: &[1.0], keys: &[ua, number] };
    let many = features.fill_many(&[request, request], &mut [0.0; 5]).unwrap_err();
    assert_eq!(many.to_string(), "5 inputs, expected 6");
    features.fill_many(&[], &mut []).unwrap();
}

#[test]
fn a_store_that_answers_otherwise_than_it_was_asked_is_named() {
    let store = MemoryOnlineStore::default();
    let key = EntityKey::from_iter([KeyPart::from("UA"), KeyPart::from(1545)]);
    let row = FeatureRow {
        event_timestamp: Timestamp::from_micros(5),
        created: None,
        values: vec![Value::from("many")],
    };
    store.write(&"v".parse().unwrap(), &["seats".parse().unwrap()], &[(key, row)]).unwrap();
    let keys = [Some(KeyRef::Text("UA")), Some(KeyRef::Int(1545))];
    match look_up(&store).fill(Timestamp::from_micros(9), &[1.0], &keys, &mut [0.0; 3]) {
        Err(Error::Contract { reason, .. }) => {
            assert!(reason.contains("feature seats of view v"), "{reason}");
        }
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_service_that_cannot_be_served_is_refused_when_it_is_made() {
    let store: Arc<dyn OnlineStore> = Arc::new(MemoryOnlineStore::default());
    let new = |inputs: &[&str]| {
        let service = FeatureService::new("s", inputs).unwrap();
        OnlineFeatures::new(&catalog(), &service, Arc::clone(&store)).unwrap_err().to_string()
    };
    assert_eq!(new(&["v:gate"]), r#"column "gate" of view "v" is text, expected numbers or booleans"#);
    assert_eq!(new(&["v:delays"]), r#"view "v" has no feature "delays"; did you mean "delay"?"#);

    let other = empty(vec![
        ("carrier", Arc::new(Int64Array::from(vec![0])) as _),
        ("at", Arc::new(TimestampMicrosecondArray::from(vec![0])) as _),
        ("x", Arc::new(Float64Array::from(vec![0.0])) as _),
    ]);
    let other = FeatureView::builder("w", other)
        .entity(&Entity::new("carrier", ["carrier"]).unwrap())
        .timestamp("at")
        .feature("x", ValueType::Float)
        .build()
        .unwrap();
    let both = Catalog::new([catalog().views()[0].as_ref().clone(), other]).unwrap();
    let service = FeatureService::new("s", ["v:delay", "w:x"]).unwrap();
    let refused = OnlineFeatures::new(&both, &service, store).unwrap_err().to_string();
    assert_eq!(refused, r#"join key "carrier" is text in one view and an integer in view "w""#);
}
