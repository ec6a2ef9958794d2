//! The dear part of a gate: is the candidate not worse than production, day by day?
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::stats::Random;
use mlops::stats::bootstrap::{BlockBootstrap, BlockMetric, Blocks, Estimate};
use mlops::stats::classification::{BinaryMetric, BinaryScores};
use mlops::validate::gate::{Candidate, Gate, GroupColumn, Production};
use mlops::{Digest, Outcome, Subject, Timestamp, Window};

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

/// A month of a large service.
const MANY: usize = 1_000_000;

/// What a candidate of a million rows is made of.
struct LargeMonth {
    times: Vec<Timestamp>,
    labels: Vec<Option<bool>>,
    candidate: Vec<f64>,
    production: Vec<f64>,
    groups: Vec<GroupColumn>,
}

impl LargeMonth {
    fn generated() -> Self {
        let mut random = Random::replicate(31, 0);
        let start: Timestamp = "2013-03-01".parse().unwrap();
        let step = 31 * 86_400 * 1_000_000 / MANY as u64;
        let times = (0..MANY as u64).map(|row| start + Duration::from_micros(step * row)).collect();
        let labels: Vec<Option<bool>> = (0..MANY).map(|_| Some(random.below(4) == 0)).collect();
        let mut scores = |knowledge: f64| -> Vec<f64> {
            let score = |label: &Option<bool>| {
                0.05 + 0.5 * random.unit() + if *label == Some(true) { knowledge } else { 0.0 }
            };
            labels.iter().map(score).collect()
        };
        let (candidate, production) = (scores(0.3), scores(0.2));
        let mut column = |name: &str, keys: u64| {
            let keys: Vec<String> = (0..MANY).map(|_| format!("{name} {}", random.below(keys))).collect();
            GroupColumn::new(name, keys.iter().map(Some))
        };
        let groups = vec![column("carrier", 15), column("origin", 3)];
        Self { times, labels, candidate, production, groups }
    }

    fn built(&self) -> Candidate<'static> {
        let month = Window::month_of(self.times[0]);
        Candidate::builder()
            .subject(Subject {
                model: "flight-delay".parse().unwrap(),
                version: "1.1.0".parse().unwrap(),
                artifact: Digest::of(b"model"),
            })
            .training(Window::new("2013-01-01".parse().unwrap(), month.from()).unwrap())
            .evaluation(month)
            .times(&self.times)
            .labels(&self.labels)
            .scores(&self.candidate)
            .production(Production::Version { version: "1.0.0".parse().unwrap(), scores: &self.production })
            .groups(self.groups.clone())
            .build()
            .unwrap()
    }
}

const TWENTY_CHECKS: &str = r#"{
  "gate": "to production", "decision_threshold": 0.3, "resampling": {"replicates": 2000},
  "checks": [
    {"kind": "evaluation_window", "rule": "full_utc_month_after_training", "every_day": true},
    {"kind": "metric", "metric": "roc_auc", "min": 0.6},
    {"kind": "metric", "metric": "log_loss", "max": 0.9},
    {"kind": "metric", "metric": "brier", "max": 0.5},
    {"kind": "metric", "metric": "accuracy", "min": 0.2},
    {"kind": "metric", "metric": "precision", "min": 0.2},
    {"kind": "metric", "metric": "recall", "min": 0.2},
    {"kind": "metric", "metric": "f1", "min": 0.2},
    {"kind": "metric", "metric": "calibration_gap", "min": -0.5, "max": 0.5},
    {"kind": "log_loss_below_constant_rate", "severity": "warn"},
    {"kind": "worst_group", "by": "carrier", "metric": "roc_auc", "min": 0.5, "min_labels": 200},
    {"kind": "worst_group", "by": "origin", "metric": "roc_auc", "min": 0.5, "min_labels": 200},
    {"kind": "worst_group", "by": "carrier", "metric": "log_loss", "max": 0.9, "min_labels": 200},
    {"kind": "group_difference", "by": "carrier", "metric": "roc_auc", "max": 0.2, "min_labels": 200},
    {"kind": "group_difference", "by": "origin", "metric": "roc_auc", "max": 0.2, "min_labels": 200},
    {"kind": "group_difference", "by": "carrier", "metric": "log_loss", "max": 0.2, "min_labels": 200},
    {"kind": "not_worse_than_production", "metric": "roc_auc", "margin": 0.01},
    {"kind": "not_worse_than_production", "metric": "log_loss", "margin": 0.02},
    {"kind": "not_worse_than_production", "metric": "brier", "margin": 0.02},
    {"kind": "not_worse_than_production", "metric": "f1", "margin": 0.02}
  ]
}"#;

fn whole_gate(criterion: &mut Criterion) {
    let month = LargeMonth::generated();
    let gate = Gate::from_json(TWENTY_CHECKS).unwrap();
    let at: Timestamp = "2013-04-02".parse().unwrap();
    let answered = gate.evaluate(&month.built(), at);
    assert_eq!(answered.checks.len(), 20);
    for check in &answered.checks {
        assert!(check.outcome != Outcome::Inconclusive, "{}: {}", check.name, check.reason);
    }
    let mut group = criterion.benchmark_group("gate");
    group.sample_size(10).measurement_time(Duration::from_secs(20));
    let size = format!("20 checks, {MANY} rows, {REPLICATES} draws of {DAYS} days");
    group.bench_function(BenchmarkId::new("whole gate", &size), |bencher| {
        // What a candidate remembers must not be of the run before.
        bencher.iter_batched_ref(
            || month.built(),
            |candidate| gate.evaluate(candidate, at),
            BatchSize::PerIteration,
        );
    });
    group.bench_function(BenchmarkId::new("candidate", format!("{MANY} rows")), |bencher| {
        bencher.iter(|| month.built());
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = gate, whole_gate
}
criterion_main!(benches);
