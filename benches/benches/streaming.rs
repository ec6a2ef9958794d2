//! What a value costs each detector on a stream, and what performance without labels costs.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mlops::drift::chunks::Chunking;
use mlops::drift::performance::{Cbpe, CbpeSettings, ClassifierMetric, Predictions};
use mlops::drift::stream::{DetectorSettings, Status, StreamDetector, StreamMonitor};
use mlops::stats::Random;

const VALUES: usize = 100_000;

/// Whether each of so many predictions was wrong: one in five.
fn errors(random: &mut Random) -> Vec<f64> {
    (0..VALUES).map(|_| f64::from(u8::from(random.unit() < 0.2))).collect()
}

fn detectors(c: &mut Criterion) {
    let mut random = Random::replicate(1, 0);
    let errors = errors(&mut random);
    let mut group = c.benchmark_group("stream/update");
    group.throughput(Throughput::Elements(VALUES as u64)).sample_size(10);
    for settings in DetectorSettings::defaults() {
        let fresh = settings.detector().unwrap();
        group.bench_function(fresh.name(), |bencher| {
            bencher.iter(|| {
                let mut detector = fresh.clone();
                let drift = |value: &&f64| detector.update(**value) == Ok(Status::Drift);
                errors.iter().filter(drift).count()
            });
        });
    }
    group.finish();
}

/// The course and the alarms that are kept beside the detectors.
fn monitor(c: &mut Criterion) {
    let errors = errors(&mut Random::replicate(1, 0));
    let all = || DetectorSettings::defaults().into_iter().map(|settings| settings.detector().unwrap());
    let monitor: StreamMonitor = StreamMonitor::new("errors", all()).unwrap();
    let bytes = monitor.to_bytes();
    let mut group = c.benchmark_group("stream/monitor");
    group.throughput(Throughput::Elements(VALUES as u64)).sample_size(10);
    group.bench_function("all detectors", |bencher| {
        bencher.iter(|| {
            let mut monitor = StreamMonitor::from_bytes(&bytes).unwrap();
            errors.iter().map(|value| monitor.update(*value).unwrap().len()).sum::<usize>()
        });
    });
    group.finish();
}

fn without_labels(c: &mut Criterion) {
    let mut random = Random::replicate(2, 0);
    let scores: Vec<f64> = (0..VALUES).map(|_| random.unit()).collect();
    let labels: Vec<bool> = scores.iter().map(|score| random.unit() < *score).collect();
    let predicted = || scores.iter().map(|score| *score > 0.5);
    let today = Predictions::binary(&scores[..]).unwrap().predicted(predicted()).unwrap();
    let reference = today.clone().actual(labels).unwrap();
    let settings = CbpeSettings::default()
        .metrics([ClassifierMetric::RocAuc, ClassifierMetric::Accuracy, ClassifierMetric::F1])
        .chunks(Chunking::size(10_000));
    let cbpe = Cbpe::fit(&reference, &settings).unwrap();
    let accuracy = cbpe.estimate(&today).unwrap()[0].get("accuracy").unwrap().value.unwrap();
    assert!((accuracy - 0.75).abs() < 0.02, "{accuracy}");
    let mut group = c.benchmark_group("performance/cbpe");
    group.throughput(Throughput::Elements(VALUES as u64)).sample_size(10);
    group.bench_function("fit", |bencher| bencher.iter(|| Cbpe::fit(black_box(&reference), &settings)));
    group.bench_function("estimate", |bencher| bencher.iter(|| cbpe.estimate(black_box(&today))));
    group.finish();
}

criterion_group!(benches, detectors, monitor, without_labels);
criterion_main!(benches);
