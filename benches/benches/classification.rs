//! Metrics of a classifier: what each costs over a million rows.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::stats::Random;
use mlops::stats::classification::{
    Average, BinaryScores, BinnedScores, ConfusionMatrix, CurvePoints, LabelMetric, ZeroDivision,
};

const ROWS: usize = 1_000_000;

fn binary(criterion: &mut Criterion) {
    let mut random = Random::replicate(7, 0);
    let scores: Vec<f64> = (0..ROWS).map(|_| random.unit()).collect();
    let labels: Vec<bool> = scores.iter().map(|score| random.unit() < 0.2 + 0.6 * score).collect();
    let weights: Vec<f64> = (0..ROWS).map(|_| random.unit()).collect();
    let rows = BinaryScores::new(&labels, &scores).unwrap();
    let weighted = rows.weighted(&weights).unwrap();
    let mut group = criterion.benchmark_group("classification");
    group.throughput(Throughput::Elements(ROWS as u64));

    // The two ways to the area agree, and bins of a millionth bound it.
    let area = rows.roc_auc().unwrap();
    assert!((rows.weighted(&vec![1.0; ROWS]).unwrap().roc_auc().unwrap() - area).abs() < 1e-12);
    let mut bins = BinnedScores::new(10_000).unwrap();
    bins.update(&rows).unwrap();
    assert!(bins.roc_auc().unwrap().lower <= area && area <= bins.roc_auc().unwrap().upper);

    for (name, rows) in [("plain", rows), ("weighted", weighted)] {
        let id = |operation| BenchmarkId::new(operation, format!("1M/{name}"));
        group.bench_function(id("confusion"), |bencher| bencher.iter(|| rows.at(0.5).unwrap()));
        group.bench_function(id("roc_auc"), |bencher| bencher.iter(|| rows.roc_auc().unwrap()));
        group.bench_function(id("log_loss"), |bencher| bencher.iter(|| rows.log_loss().unwrap()));
        group.bench_function(id("roc_curve"), |bencher| {
            bencher.iter(|| rows.roc_curve(CurvePoints::Corners).unwrap());
        });
        group.bench_function(id("binned"), |bencher| {
            bencher.iter(|| {
                let mut bins = BinnedScores::new(10_000).unwrap();
                bins.update(&rows).unwrap();
                bins.roc_auc().unwrap()
            });
        });
    }
    group.finish();
}

fn classes(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("classification");
    group.throughput(Throughput::Elements(ROWS as u64));
    for classes in [2, 10, 1_000] {
        let mut random = Random::replicate(8, 0);
        let truth: Vec<u64> = (0..ROWS).map(|_| random.below(classes)).collect();
        let predicted: Vec<u64> = truth
            .iter()
            .map(|class| if random.unit() < 0.8 { *class } else { random.below(classes) })
            .collect();
        let id = BenchmarkId::new("f1_weighted", format!("1M/{classes} classes"));
        group.bench_function(id, |bencher| {
            bencher.iter(|| {
                let seen = ConfusionMatrix::new(&truth, &predicted).unwrap().one_vs_rest();
                seen.mean(LabelMetric::F1, Average::Weighted, ZeroDivision::Undefined).unwrap()
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1)).sample_size(20);
    targets = binary, classes
}
criterion_main!(benches);
