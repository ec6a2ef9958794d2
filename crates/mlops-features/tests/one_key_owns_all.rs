//! A key that owns every row costs no more than keys that share them. Pairs of rows would
//! be 10¹², which no test lives to see.
#![expect(clippy::unwrap_used, reason = "tests fail by panic")]

use std::sync::Arc;
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray};
use mlops_features::{
    Catalog, Entity, FeatureService, FeatureView, MemorySource, PointInTimeJoin, ValueType,
};

const ENTITY_ROWS: i64 = 500_000;
const FEATURE_ROWS: i64 = 2_000_000;

fn table(time: &str, times: Vec<i64>) -> Vec<(&str, ArrayRef)> {
    let key: StringArray = std::iter::repeat_n(Some("the only one"), times.len()).collect();
    vec![("key", Arc::new(key)), (time, Arc::new(TimestampMicrosecondArray::from(times)))]
}

/// Joins rows of one key at these times; a feature row's value is its number.
fn join(entity_times: Vec<i64>, feature_times: Vec<i64>, ttl: Duration) -> Vec<Option<i64>> {
    let mut features = table("at", feature_times);
    features.push(("value", Arc::new((0..FEATURE_ROWS).collect::<Int64Array>())));
    let features = RecordBatch::try_from_iter(features).unwrap();
    let view = FeatureView::builder("view", MemorySource::single("features", features))
        .entity(&Entity::new("thing", ["key"]).unwrap())
        .timestamp("at")
        .ttl(ttl)
        .feature("value", ValueType::Int)
        .build()
        .unwrap();
    let catalog = Catalog::new([view]).unwrap();
    let service = FeatureService::new("service", ["view:value"]).unwrap();
    let entities = RecordBatch::try_from_iter(table("event_timestamp", entity_times)).unwrap();
    let joined = PointInTimeJoin::new(&catalog, &service).unwrap().run(&entities).unwrap();
    joined.batch().column(2).as_primitive::<Int64Type>().iter().collect()
}

#[test]
fn with_times_of_their_own() {
    // Entity rows at 0, 4, 8, … from the last to the first; a feature row at each moment, likewise.
    let entities = (0..ENTITY_ROWS).rev().map(|row| row * 4).collect();
    let features = (0..FEATURE_ROWS).rev().collect();
    let joined = join(entities, features, Duration::ZERO);
    let expected = (0..ENTITY_ROWS).rev().map(|row| Some(FEATURE_ROWS - 1 - row * 4));
    assert!(joined.into_iter().eq(expected));
}

#[test]
fn with_one_time_for_all() {
    let joined = join(vec![7; 500_000], vec![7; 2_000_000], Duration::ZERO);
    assert!(joined.iter().all(|value| *value == Some(FEATURE_ROWS - 1)), "the last row in the source wins");
}

#[test]
fn with_all_features_before_all_entities() {
    let entities: Vec<i64> = (0..ENTITY_ROWS).map(|row| FEATURE_ROWS + row).collect();
    let joined = join(entities, (0..FEATURE_ROWS).collect(), Duration::from_millis(1));
    let expected = (0..ENTITY_ROWS).map(|row| (row < 1000).then_some(FEATURE_ROWS - 1));
    assert!(joined.into_iter().eq(expected));
}
