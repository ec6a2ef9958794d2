//! Metrics: what recording costs a request, and a scrape the service.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::sync::Arc;
use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::monitor::metrics::{Buckets, Classes, Counter, Family, Format, ModelMetrics, Registry, Spec};
use mlops::{ManualClock, Observer as _, Prediction, PredictionEvent, ServedBy, Timestamp, Version};

fn registry() -> Registry {
    Registry::new(Arc::new(ManualClock::new(Timestamp::from_micros(1_364_774_400_000_000))))
}

fn event(score: f64) -> PredictionEvent {
    PredictionEvent {
        id: "UA1545".parse().unwrap(),
        model: "flight-delay".parse().unwrap(),
        version: Version::new(1, 1, 0),
        at: "2013-04-01T10:00:00Z".parse().unwrap(),
        latency: Duration::from_micros(80),
        served_by: ServedBy::Champion,
        inputs: Arc::new([7.0; 16]),
        prediction: Prediction::Score(score),
    }
}

/// Counters with the labels of `model_predictions_total`.
fn counters(registry: &Registry, series: usize) -> Family<Counter> {
    let labels = ["model_name", "model_version", "prediction_type"];
    let counters =
        registry.counter(Spec::new("model_predictions_total", "Predictions").labels(labels)).unwrap();
    for version in 0..series {
        counters.with(&["flight-delay", &format!("1.{version}.0"), "late"]).unwrap().inc();
    }
    counters
}

fn record(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("metrics");
    group.throughput(Throughput::Elements(1));

    let registry = registry();
    let counters = counters(&registry, 1_000);
    let values = ["flight-delay", "1.500.0", "late"];
    let counter = counters.with(&values).unwrap();
    group.bench_function(BenchmarkId::new("count", "known handle"), |bencher| bencher.iter(|| counter.inc()));
    group.bench_function(BenchmarkId::new("count", "looked up among 1000 series"), |bencher| {
        bencher.iter(|| counters.with(&values).unwrap().inc());
    });
    let bounds = Buckets::new([0.01, 0.05, 0.1, 0.5, 1.0, 2.0, 5.0]).unwrap();
    let histogram = registry.histogram(Spec::new("latency_seconds", "Latency"), bounds).unwrap();
    let histogram = histogram.with(&[]).unwrap();
    group.bench_function(BenchmarkId::new("observe", "histogram of 8 buckets"), |bencher| {
        bencher.iter(|| histogram.observe(0.03).unwrap());
    });

    let metrics =
        ModelMetrics::new(&self::registry(), Classes::new(0.5, "late", "on_time").unwrap()).unwrap();
    let event = event(0.31);
    group.bench_function(BenchmarkId::new("observe", "prediction event"), |bencher| {
        bencher.iter(|| metrics.observe(&event));
    });
    group.finish();
}

fn encode(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("metrics");
    let registry = registry();
    counters(&registry, 1_000);
    let mut text = registry.encode(Format::Text);
    assert_eq!(text.lines().filter(|line| line.starts_with("model_predictions_total{")).count(), 1_000);
    group.throughput(Throughput::Elements(1_000));
    for format in [Format::Text, Format::OpenMetrics] {
        group.bench_function(BenchmarkId::new("encode", format!("1000 series/{format:?}")), |bencher| {
            bencher.iter(|| {
                text.clear();
                registry.encode_into(&mut text, format);
                text.len()
            });
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = record, encode
}
criterion_main!(benches);
