//! The dear part of a gate: is the candidate not worse than production, day by day?
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::stats::Random;
use mlops::stats::bootstrap::{BlockBootstrap, BlockMetric, Blocks, Estimate};
use mlops::stats::classification::{BinaryMetric, BinaryScores};

const DAYS: usize = 31;
const ROWS: usize = 28_000;
const REPLICATES: u32 = 2_000;

/// A month of labels and the scores of two models, the first of which knows more.
struct Month {
    days: Vec<usize>,
    labels: Vec<bool>,
    candidate: Vec<f64>,
    production: Vec<f64>,
}

impl Month {
    fn generated() -> Self {
        let mut random = Random::replicate(28, 0);
        let labels: Vec<bool> = (0..ROWS).map(|_| random.below(4) == 0).collect();
        let mut scores = |knowledge: f64| -> Vec<f64> {
            let score = |label: &bool| 0.05 + 0.6 * random.unit() + if *label { knowledge } else { 0.0 };
            labels.iter().map(score).collect()
        };
        let (candidate, production) = (scores(0.3), scores(0.2));
        Self { days: (0..ROWS).map(|row| row * DAYS / ROWS).collect(), labels, candidate, production }
    }

    fn difference(&self, metric: BinaryMetric) -> Estimate {
        let days = Blocks::by(&self.days).unwrap();
        let digested = |scores| {
            BlockMetric::new(metric, &BinaryScores::new(&self.labels, scores).unwrap(), &days).unwrap()
        };
        let bootstrap = BlockBootstrap::new(REPLICATES, 20_130_401, 0.95).unwrap();
        bootstrap.difference(&digested(&self.candidate), &digested(&self.production)).unwrap()
    }

    /// The same difference without any digest, each day once.
    fn plain_difference(&self, metric: BinaryMetric) -> f64 {
        let of = |scores| metric.of(&BinaryScores::new(&self.labels, scores).unwrap()).unwrap();
        of(&self.candidate) - of(&self.production)
    }
}

fn gate(criterion: &mut Criterion) {
    let month = Month::generated();
    let mut group = criterion.benchmark_group("gate");
    group.sample_size(20).throughput(Throughput::Elements(u64::from(REPLICATES)));
    for metric in [BinaryMetric::RocAuc, BinaryMetric::LogLoss] {
        let Estimate { value, interval, .. } = month.difference(metric);
        assert!((value - month.plain_difference(metric)).abs() < 1e-12);
        assert!(interval.lower < value && value < interval.upper);

        let operation = format!("difference of {}", metric.name());
        let size = format!("{REPLICATES} draws of {DAYS} days, {ROWS} rows");
        group.bench_function(BenchmarkId::new(operation, size), |bencher| {
            bencher.iter(|| month.difference(metric));
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = gate
}
criterion_main!(benches);
