//! The point-in-time join: generated feature rows by the million, and the real flights.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::arrow::RecordBatch;
use mlops::features::{
    Catalog, Entity, FeatureService, FeatureView, MemorySource, OfflineSourceExt as _, ParquetSource,
    PointInTimeJoin, ValueType,
};
use mlops_benches::{Summary, events, flights, plain_join, ten_features};
use serde_json::Value;

fn generated(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("point_in_time");
    group.sample_size(10);
    for (entities, rows, keys) in
        [(10_000, 100_000, 1_000), (100_000, 1_000_000, 10_000), (100_000, 1_000_000, 1)]
    {
        let (decisions, history) = (events(entities, keys, 0, 7), events(rows, keys, 10, 42));
        let (catalog, service) = ten_features(MemorySource::single("history", history.clone())).unwrap();
        let join = || PointInTimeJoin::new(&catalog, &service).unwrap().run(&decisions).unwrap();
        let (found, expected) = (Summary::of(join().batch()), plain_join(&decisions, &history));
        assert!(found.agrees_with(&expected), "{found:?}, not {expected:?}");

        group.throughput(Throughput::Elements(rows as u64));
        let size = format!("{entities} of {rows} rows, {keys} keys");
        group.bench_function(BenchmarkId::new("join", size), |bencher| bencher.iter(join));
    }
    group.finish();
}

/// From the two Parquet files to the table: the weather that was known before each flight.
fn weather(all: &RecordBatch) -> RecordBatch {
    let origin = Entity::new("origin", ["origin"]).unwrap();
    let weather = FeatureView::builder("weather", ParquetSource::open(flights("weather.parquet")).unwrap())
        .entity(&origin)
        .timestamp("event_timestamp")
        .ttl(Duration::from_hours(3))
        .feature("temp", ValueType::Float)
        .build()
        .unwrap();
    let catalog = Catalog::new([weather]).unwrap();
    let service = FeatureService::new("service", ["weather:temp"]).unwrap();
    PointInTimeJoin::new(&catalog, &service).unwrap().run(all).unwrap().into_batch()
}

fn real(criterion: &mut Criterion) {
    let all = ParquetSource::open(flights("flights.parquet")).unwrap().read_all().unwrap();
    let expected = std::fs::read_to_string(flights("expected.json")).unwrap();
    let expected: Value = serde_json::from_str(&expected).unwrap();
    let known = weather(&all);
    let temp = known.column_by_name("temp").unwrap();
    assert_eq!((temp.len() - temp.null_count()) as u64, expected["non_null"]["temp"].as_u64().unwrap());

    let mut group = criterion.benchmark_group("point_in_time");
    group.sample_size(10).throughput(Throughput::Elements(all.num_rows() as u64));
    let size = format!("weather of {} flights", all.num_rows());
    group.bench_function(BenchmarkId::new("parquet", size), |bencher| bencher.iter(|| weather(&all)));
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = generated, real
}
criterion_main!(benches);
