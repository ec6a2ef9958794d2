//! Columns together: components of a reference with a chunk of new rows, and a classifier
//! that tells the two sides apart.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::drift::chunks::Chunking;
use mlops::drift::multivariate::{DomainClassifier, ReconstructionChunks, ReconstructionSettings};
use mlops::drift::{Magnitude, Rows};
use mlops::stats::Random;

const COLUMNS: usize = 50;

/// Pairs of columns that go together, or against each other.
fn table(rows: usize, replicate: u64, sign: f64) -> Rows {
    let mut random = Random::replicate(6, replicate);
    let mut normal = || (0..4).map(|_| random.unit()).sum::<f64>() - 2.0;
    let mut table = Rows::default();
    for pair in 0..COLUMNS / 2 {
        let first: Vec<f64> = (0..rows).map(|_| normal()).collect();
        let second = first.iter().map(|value| sign * value + 0.3 * normal()).collect();
        table = table.numbers(format!("a{pair}"), first).unwrap();
        table = table.numbers(format!("b{pair}"), second).unwrap();
    }
    table
}

fn together(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("drift");
    for rows in [10_000, 100_000] {
        let reference = table(rows, 0, 1.0);
        let settings = ReconstructionSettings::default().chunks(Chunking::number(10));
        let fitted = ReconstructionChunks::fit(&reference, &settings).unwrap();
        assert!(fitted.measure(&table(rows, 1, -1.0)).unwrap().iter().all(|chunk| chunk.alert));
        group.throughput(Throughput::Elements((rows * COLUMNS) as u64));
        group.bench_function(BenchmarkId::new("pca/fit", rows), |bench| {
            bench.iter(|| ReconstructionChunks::fit(black_box(&reference), &settings).unwrap());
        });
        group.bench_function(BenchmarkId::new("pca/measure", rows), |bench| {
            bench.iter(|| fitted.measure(black_box(&reference)).unwrap());
        });
    }
    let rows = 10_000;
    let (reference, current) = (table(rows, 0, 1.0), table(rows, 1, -1.0));
    let classifier = DomainClassifier::default();
    assert_eq!(classifier.compare(&reference, &current).unwrap().magnitude, Magnitude::Material);
    group.throughput(Throughput::Elements((2 * rows * COLUMNS) as u64));
    group.bench_function(BenchmarkId::new("domain_classifier", rows), |bench| {
        bench.iter(|| classifier.compare(black_box(&reference), &current).unwrap());
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().sample_size(10).measurement_time(Duration::from_secs(4));
    targets = together
}
criterion_main!(benches);
