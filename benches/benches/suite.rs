//! The suite of the lifecycle example over all flights of the year.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::features::{OfflineSourceExt as _, ParquetSource};
use mlops::validate::Suite;
use mlops_benches::{FLIGHTS_SUITE, flights};

fn validate(criterion: &mut Criterion) {
    let suite = Suite::from_json(FLIGHTS_SUITE).unwrap();
    let all = ParquetSource::open(flights("flights.parquet")).unwrap().read_all().unwrap();
    let genuine = suite.validate(std::slice::from_ref(&all)).unwrap();
    assert!(genuine.success(), "{:?}", genuine.lines());
    // A suite that passes anything would be quick too.
    let twice = suite.validate(&[all.slice(0, 20_000), all.slice(0, 20_000)]).unwrap();
    let broken: Vec<u64> = twice.failures().filter_map(|result| Some(result.broken()?.count)).collect();
    assert_eq!(broken, [40_000], "the flight ids are no longer unique: {:?}", twice.lines());

    let mut group = criterion.benchmark_group("suite");
    group.sample_size(20).throughput(Throughput::Elements(all.num_rows() as u64));
    let size = format!("{} expectations, {} rows", suite.entries().len(), all.num_rows());
    group.bench_function(BenchmarkId::new("validate", size), |bencher| {
        bencher.iter(|| suite.validate(std::slice::from_ref(&all)).unwrap());
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = validate
}
criterion_main!(benches);
