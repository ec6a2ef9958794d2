//! Metrics by group of a million rows in fifteen groups.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::stats::Random;
use mlops::validate::fairness::{
    Feature, FrameOptions, GroupCounts, GroupMetric, GroupRows, Labels, Measure, MetricFrame,
};

const ROWS: usize = 1_000_000;
const GROUPS: u64 = 15;

fn rows(weights: &[f64]) -> GroupRows<'_> {
    let mut random = Random::replicate(15, 0);
    let labels: Vec<bool> = (0..ROWS).map(|_| random.below(3) == 0).collect();
    let predicted: Vec<bool> = labels.iter().map(|label| *label != (random.below(5) == 0)).collect();
    let groups = (0..ROWS).map(|_| i64::try_from(random.below(GROUPS)).ok());
    GroupRows::classified(Labels::bools(&labels), Labels::bools(&predicted))
        .and_then(|rows| rows.sensitive(Feature::new("group", groups)))
        .and_then(|rows| rows.weights("w", weights))
        .unwrap()
}

fn fairness(criterion: &mut Criterion) {
    let weights: Vec<f64> = (0..ROWS).map(|row| (row % 7) as f64).collect();
    let rows = rows(&weights);
    let counts = GroupCounts::of(&rows).unwrap();
    let measures: [Measure; 3] =
        [GroupMetric::Accuracy.into(), GroupMetric::SelectionRate.into(), GroupMetric::Count.into()];
    let frame =
        |counts: &GroupCounts| MetricFrame::of_counts(counts, &measures, FrameOptions::default()).unwrap();
    assert_eq!(frame(&counts), MetricFrame::of(&rows, &measures, FrameOptions::default()).unwrap());

    let mut group = criterion.benchmark_group("fairness");
    group.sample_size(20).throughput(Throughput::Elements(ROWS as u64));
    group.bench_function(BenchmarkId::new("count and weigh", ROWS), |bencher| {
        bencher.iter(|| GroupCounts::of(&rows).unwrap());
    });
    group
        .bench_function(BenchmarkId::new("frame of counts", ROWS), |bencher| bencher.iter(|| frame(&counts)));
    group.finish();
}

criterion_group!(benches, fairness);
criterion_main!(benches);
