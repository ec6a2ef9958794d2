//! The join gives what a loop over all pairs of rows gives.
#![expect(clippy::unwrap_used, reason = "tests fail by panic")]

use std::cmp::Reverse;
use std::sync::Arc;
use std::time::Duration;

use arrow_array::cast::AsArray;
use arrow_array::types::Int64Type;
use arrow_array::{
    ArrayRef, Int32Array, Int64Array, RecordBatch, StringArray, TimestampMicrosecondArray,
    TimestampMillisecondArray,
};
use mlops_features::{
    Catalog, Entity, FeatureService, FeatureView, MemorySource, OfflineSource, PointInTimeJoin, ValueType,
};
use proptest::collection::vec;
use proptest::option::weighted;
use proptest::prelude::*;

/// A key of an integer and a word; either may be null.
type Key = (Option<i32>, Option<&'static str>);

#[derive(Clone, Debug)]
struct EntityRow {
    key: Key,
    at: Option<i64>,
}

#[derive(Clone, Debug)]
struct FeatureRow {
    key: Key,
    at: Option<i64>,
    created: Option<i64>,
    value: Option<i64>,
}

/// The rule as it is written down, row by row.
fn naive(entities: &[EntityRow], features: &[FeatureRow], ttl: i64, has_created: bool) -> Vec<Option<i64>> {
    let known = |entity: &EntityRow| {
        let now = entity.at?;
        features
            .iter()
            .enumerate()
            .filter(|(_, row)| row.key == entity.key && row.key.0.is_some() && row.key.1.is_some())
            .filter_map(|(index, row)| Some((row.at?, row.created.filter(|_| has_created), index, row.value)))
            .filter(|(at, ..)| *at <= now && (ttl == 0 || now - ttl <= *at))
            .min_by_key(|(at, created, index, _)| Reverse((*at, *created, *index)))?
            .3
    };
    entities.iter().map(known).collect()
}

fn columns(keys: &[Key], wide: bool) -> (ArrayRef, ArrayRef) {
    let ids = keys.iter().map(|key| key.0);
    let ids: ArrayRef = if wide {
        Arc::new(ids.map(|id| id.map(i64::from)).collect::<Int64Array>())
    } else {
        Arc::new(ids.collect::<Int32Array>())
    };
    (ids, Arc::new(keys.iter().map(|key| key.1).collect::<StringArray>()))
}

/// Times are given in milliseconds, so that both sides may have units of their own.
fn entity_table(rows: &[EntityRow]) -> RecordBatch {
    let (ids, words) = columns(&rows.iter().map(|row| row.key).collect::<Vec<_>>(), true);
    let at = rows.iter().map(|row| row.at.map(|at| at * 1000)).collect::<TimestampMicrosecondArray>();
    RecordBatch::try_from_iter_with_nullable([
        ("id", ids, true),
        ("word", words, true),
        ("event_timestamp", Arc::new(at.with_timezone("UTC")) as ArrayRef, true),
    ])
    .unwrap()
}

fn feature_table(rows: &[FeatureRow]) -> RecordBatch {
    let (ids, words) = columns(&rows.iter().map(|row| row.key).collect::<Vec<_>>(), false);
    let moments = |of: fn(&FeatureRow) -> Option<i64>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<TimestampMillisecondArray>())
    };
    RecordBatch::try_from_iter_with_nullable([
        ("number", ids, true),
        ("word", words, true),
        ("at", moments(|row| row.at), true),
        ("created", moments(|row| row.created), true),
        ("value", Arc::new(rows.iter().map(|row| row.value).collect::<Int64Array>()) as ArrayRef, true),
    ])
    .unwrap()
}

/// The rows in batches of `batch_rows`.
fn memory(table: &RecordBatch, batch_rows: usize) -> MemorySource {
    let batches = (0..table.num_rows())
        .step_by(batch_rows)
        .map(|start| table.slice(start, batch_rows.min(table.num_rows() - start)))
        .collect();
    MemorySource::new("features", table.schema(), batches).unwrap()
}

/// The rows in a Parquet file with row groups of `group_rows`.
#[cfg(feature = "parquet")]
fn parquet(
    table: &RecordBatch,
    group_rows: usize,
    folder: &std::path::Path,
) -> mlops_features::ParquetSource {
    let path = folder.join("features.parquet");
    let properties = parquet::file::properties::WriterProperties::builder()
        .set_max_row_group_row_count(Some(group_rows))
        .set_data_page_row_count_limit(5)
        .set_write_batch_size(5)
        .build();
    let file = std::fs::File::create(&path).unwrap();
    let mut writer = parquet::arrow::ArrowWriter::try_new(file, table.schema(), Some(properties)).unwrap();
    writer.write(table).unwrap();
    writer.close().unwrap();
    mlops_features::ParquetSource::open(path).unwrap()
}

fn join(
    entities: &RecordBatch,
    source: impl OfflineSource + 'static,
    ttl: i64,
    has_created: bool,
    threads: usize,
) -> Vec<Option<i64>> {
    let mut view = FeatureView::builder("view", source)
        .entity(&Entity::new("thing", ["id", "word"]).unwrap())
        .key_column("id", "number")
        .timestamp("at")
        .ttl(Duration::from_millis(ttl.unsigned_abs()))
        .feature("value", ValueType::Int);
    if has_created {
        view = view.created("created");
    }
    let catalog = Catalog::new([view.build().unwrap()]).unwrap();
    let service = FeatureService::new("service", ["view:value"]).unwrap();
    let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
    let joined = pool.install(|| PointInTimeJoin::new(&catalog, &service).unwrap().run(entities)).unwrap();
    let batch = joined.into_batch();
    assert_eq!(batch.columns()[..3], *entities.columns());
    batch.column(3).as_primitive::<Int64Type>().iter().collect()
}

fn key() -> impl Strategy<Value = Key> {
    (weighted(0.95, 0..3_i32), weighted(0.95, prop::sample::select(vec!["", "u", "v"])))
}

fn entity_row() -> impl Strategy<Value = EntityRow> {
    (key(), weighted(0.95, -30..30_i64)).prop_map(|(key, at)| EntityRow { key, at })
}

fn feature_row() -> impl Strategy<Value = FeatureRow> {
    // Few moments, so that rows often tie and often stand at the ends of the TTL.
    (key(), weighted(0.95, -30..30_i64), weighted(0.7, 0..3_i64), weighted(0.8, any::<i64>()))
        .prop_map(|(key, at, created, value)| FeatureRow { key, at, created, value })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(300))]

    #[test]
    fn in_memory(
        entities in vec(entity_row(), 0..60),
        features in vec(feature_row(), 0..120),
        ttl in prop::sample::select(vec![0, 1, 5, 20, 1000]),
        has_created: bool,
        batch_rows in 1..50_usize,
        threads in 1..4_usize,
    ) {
        let (expected, table) = (naive(&entities, &features, ttl, has_created), feature_table(&features));
        let joined = join(&entity_table(&entities), memory(&table, batch_rows), ttl, has_created, threads);
        prop_assert_eq!(joined, expected);
    }
}

#[cfg(feature = "parquet")]
proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn from_parquet(
        entities in vec(entity_row(), 1..60),
        features in vec(feature_row(), 1..300),
        ttl in prop::sample::select(vec![0, 5, 20]),
        group_rows in 1..200_usize,
    ) {
        let folder = tempfile::tempdir().unwrap();
        let (expected, table) = (naive(&entities, &features, ttl, true), feature_table(&features));
        let source = parquet(&table, group_rows, folder.path());
        prop_assert_eq!(join(&entity_table(&entities), source, ttl, true, 2), expected);
    }
}

/// Many rows of few keys, few winners in many row groups: the sparse way to gather.
#[cfg(feature = "parquet")]
#[test]
fn few_winners_of_many_rows() {
    let features: Vec<FeatureRow> = (0..50_000)
        .map(|row| FeatureRow {
            key: (Some(i32::try_from(row % 3).unwrap()), Some("u")),
            at: Some(row * 7919 % 50_000),
            created: None,
            value: Some(row),
        })
        .collect();
    let entities: Vec<EntityRow> = (0..40)
        .map(|row| EntityRow { key: (Some(row % 4), Some("u")), at: Some(i64::from(row) * 1250) })
        .collect();
    let folder = tempfile::tempdir().unwrap();
    let source = parquet(&feature_table(&features), 7000, folder.path());
    let joined = join(&entity_table(&entities), source, 0, false, 2);
    assert_eq!(joined, naive(&entities, &features, 0, false));
    assert_eq!(joined.iter().flatten().count(), 30, "key 3 is not there");
}
