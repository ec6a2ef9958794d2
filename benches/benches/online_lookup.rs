//! The online store: a look-up of one request and of a hundred, and the step that brings the
//! store to the moment of a request. In memory and in SQLite.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::Timestamp;
use mlops::arrow::RecordBatch;
use mlops::arrow::array::cast::AsArray as _;
use mlops::arrow::array::types::{Int64Type, TimestampMicrosecondType};
use mlops::features::{
    Flush, KeyRef, Materializer, MemoryOnlineStore, MemorySource, OnlineFeatures, OnlineRequest, OnlineStore,
    PointInTimeJoin, SqliteOnlineStore,
};
use mlops_benches::{events, ten_features};

const KEYS: u64 = 10_000;
const REQUESTS: usize = 100;

/// Each store, in a folder of its own.
fn stores(folder: &tempfile::TempDir) -> [(&'static str, Arc<dyn OnlineStore>); 2] {
    let sqlite = SqliteOnlineStore::open(folder.path().join("online.db"), Flush::Checkpoints).unwrap();
    [("memory", Arc::new(MemoryOnlineStore::default())), ("sqlite", Arc::new(sqlite))]
}

/// The customers of requests that are all made at the end of the history.
fn asked(history: &RecordBatch) -> (Vec<i64>, Timestamp) {
    let times = history.column_by_name("event_timestamp").unwrap();
    let end = times.as_primitive::<TimestampMicrosecondType>().values().iter().max().unwrap();
    let ids = events(REQUESTS, KEYS, 0, 7);
    let ids = ids.column_by_name("entity_id").unwrap();
    (ids.as_primitive::<Int64Type>().values().to_vec(), Timestamp::from_micros(*end))
}

fn look_ups(criterion: &mut Criterion) {
    let history = events(200_000, KEYS, 10, 42);
    let (catalog, service) = ten_features(MemorySource::single("history", history.clone())).unwrap();
    let (ids, at) = asked(&history);
    let keys: Vec<[Option<KeyRef<'_>>; 1]> = ids.iter().map(|id| [Some(KeyRef::Int(*id))]).collect();
    let requests: Vec<OnlineRequest<'_>> =
        keys.iter().map(|keys| OnlineRequest { at, columns: &[], keys }).collect();
    let entities = RecordBatch::try_from_iter([
        (
            "entity_id",
            Arc::new(ids.iter().copied().map(Some).collect::<mlops::arrow::array::Int64Array>()) as _,
        ),
        (
            "event_timestamp",
            Arc::new(mlops::arrow::array::TimestampMicrosecondArray::from(vec![at.as_micros(); ids.len()]))
                as _,
        ),
    ])
    .unwrap();
    let joined = PointInTimeJoin::new(&catalog, &service).unwrap().run(&entities).unwrap().dense().unwrap();
    let expected: Vec<u64> = joined.values().iter().map(|value| value.to_bits()).collect();

    let folder = tempfile::tempdir().unwrap();
    let mut group = criterion.benchmark_group("online_lookup");
    for (name, store) in stores(&folder) {
        Materializer::new(&catalog, Arc::clone(&store)).unwrap().advance(at).unwrap();
        let features = OnlineFeatures::new(&catalog, &service, store).unwrap();
        let mut inputs = vec![0.0; REQUESTS * features.width()];
        features.fill_many(&requests, &mut inputs).unwrap();
        assert_eq!(inputs.iter().map(|value| value.to_bits()).collect::<Vec<_>>(), expected, "{name}");

        group.throughput(Throughput::Elements(1));
        let mut next = requests.iter().cycle();
        group.bench_function(BenchmarkId::new("one/ten features", name), |bencher| {
            let mut out = vec![0.0; features.width()];
            bencher.iter(|| {
                let request = next.next().unwrap();
                features.fill(request.at, request.columns, request.keys, &mut out).unwrap();
            });
        });
        group.throughput(Throughput::Elements(REQUESTS as u64));
        group.bench_function(BenchmarkId::new("hundred/ten features", name), |bencher| {
            bencher.iter(|| features.fill_many(&requests, &mut inputs).unwrap());
        });
    }
    group.finish();
}

/// A history is brought to a store in ten thousand steps, in each of which two rows are due.
fn steps(criterion: &mut Criterion) {
    const ROWS: usize = 20_000;
    const STEPS: i64 = 10_000;
    let history = events(ROWS, KEYS, 10, 42);
    let (catalog, service) = ten_features(MemorySource::single("history", history.clone())).unwrap();
    let times = history.column_by_name("event_timestamp").unwrap();
    let times = times.as_primitive::<TimestampMicrosecondType>().values();
    let (start, end) = (*times.iter().min().unwrap(), *times.iter().max().unwrap());
    let moments: Vec<Timestamp> = (0..=STEPS)
        .map(|step| Timestamp::from_micros(start + (end - start) / STEPS * step + step / STEPS * STEPS))
        .collect();

    let mut group = criterion.benchmark_group("online_lookup");
    group.sample_size(10).throughput(Throughput::Elements(moments.len() as u64));
    for name in ["memory", "sqlite"] {
        let fresh = || {
            let folder = tempfile::tempdir().unwrap();
            let store = stores(&folder).into_iter().find(|(other, _)| *other == name).unwrap().1;
            (folder, store)
        };
        let run = |store: &Arc<dyn OnlineStore>| -> u64 {
            let mut materializer = Materializer::new(&catalog, Arc::clone(store)).unwrap();
            moments.iter().map(|moment| materializer.advance(*moment).unwrap().rows).sum()
        };
        let (_folder, store) = fresh();
        assert_eq!(run(&store), ROWS as u64, "{name}");
        let features = OnlineFeatures::new(&catalog, &service, store).unwrap();
        assert_eq!(features.width(), 10);
        let id = BenchmarkId::new("advance/two rows a step", name);
        group.bench_function(id, |bencher| {
            bencher.iter_batched(
                fresh,
                |(folder, store)| (run(&store), store, folder),
                BatchSize::PerIteration,
            );
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = look_ups, steps
}
criterion_main!(benches);
