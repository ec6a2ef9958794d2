//! The prediction log in memory and on disk: append, read a page, judge a month, open again.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::monitor::{
    Durability, FilePredictionLog, Label, MemoryPredictionLog, Performance, PredictionLog, PredictionQuery,
};
use mlops::{ModelName, Prediction, PredictionEvent, ServedBy, Timestamp, Version, Window};

/// Answers of a month of the flights data.
const MONTH: u64 = 28_000;

fn model() -> ModelName {
    "flight-delay".parse().unwrap()
}

fn april() -> Window {
    Window::month_of("2013-04-01".parse().unwrap())
}

/// An answer with eleven inputs, as the flights model has them; 28,000 fill the month.
fn event(number: u64) -> PredictionEvent {
    let at = april().from() + Duration::from_secs(number % MONTH * 30 * 86_400 / MONTH);
    PredictionEvent {
        id: format!("UA1545-{number:09}").parse().unwrap(),
        model: model(),
        version: Version::new(1, 0, 0),
        at,
        latency: Duration::from_micros(80),
        served_by: ServedBy::Champion,
        inputs: (0..11).map(|input| (input + number) as f64 / 3.0).collect(),
        prediction: Prediction::Score((number % 1000) as f64 / 1000.0),
    }
}

fn label(number: u64) -> Label {
    let event = event(number);
    let known = event.at + Duration::from_hours(2);
    Label::new(event.model, event.id, f64::from(u8::from(number.is_multiple_of(4))), known).unwrap()
}

fn append(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let mut group = criterion.benchmark_group("prediction_log/append");
    group.sample_size(20).measurement_time(Duration::from_secs(2));
    for batch in [1_u64, 100, 10_000] {
        group.throughput(Throughput::Elements(batch));
        let mut run = |engine: &str, log: &dyn PredictionLog, after: &dyn Fn()| {
            let mut next = 0;
            group.bench_function(BenchmarkId::new(batch.to_string(), engine), |bencher| {
                let batch = || {
                    let events: Vec<PredictionEvent> = (next..next + batch).map(event).collect();
                    next += batch;
                    events
                };
                let append = |events: Vec<PredictionEvent>| {
                    log.append(&events).unwrap();
                    after();
                    events
                };
                bencher.iter_batched(batch, append, BatchSize::PerIteration);
            });
        };
        run("memory", &MemoryPredictionLog::new(), &|| {});
        let open = |name: &str, durability| {
            FilePredictionLog::open(folder.path().join(format!("{name}-{batch}")), durability).unwrap()
        };
        run("file", &open("file", Durability::OnFlush), &|| {});
        let log = open("flushed", Durability::OnFlush);
        run("file, flushed each time", &log, &|| log.flush().unwrap());
    }
    group.finish();
}

fn read(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("month");
    let memory = MemoryPredictionLog::new();
    let file = FilePredictionLog::open(&path, Durability::Never).unwrap();
    for log in [&memory as &dyn PredictionLog, &file] {
        // As a service writes them: labels between the answers.
        for start in (0..MONTH).step_by(100) {
            log.append(&(start..start + 100).map(event).collect::<Vec<_>>()).unwrap();
            log.label(&(start..start + 100).map(label).collect::<Vec<_>>()).unwrap();
        }
    }
    let (page, version) = (PredictionQuery::new(model()).decided(april().range()), Version::new(1, 0, 0));
    let judge =
        |log: &dyn PredictionLog| Performance::of(log, &model(), &version, april(), Timestamp::MAX).unwrap();
    assert_eq!(memory.page(&page).unwrap(), file.page(&page).unwrap());
    assert_eq!(judge(&memory), judge(&file));
    assert_eq!(judge(&file).counts().labelled, MONTH);

    for (engine, log) in [("memory", &memory as &dyn PredictionLog), ("file", &file)] {
        let mut group = criterion.benchmark_group("prediction_log/page");
        group.throughput(Throughput::Elements(1000));
        group.bench_function(BenchmarkId::new("1000", engine), |bencher| {
            bencher.iter(|| log.page(&page).unwrap());
        });
        group.finish();
        let mut group = criterion.benchmark_group("prediction_log/performance");
        group.throughput(Throughput::Elements(MONTH)).sample_size(20);
        group.bench_function(BenchmarkId::new("28000", engine), |bencher| bencher.iter(|| judge(log)));
        group.finish();
    }
    drop(file);
    let mut group = criterion.benchmark_group("prediction_log/open");
    group.throughput(Throughput::Elements(MONTH)).sample_size(20);
    group.bench_function(BenchmarkId::new("28000", "file"), |bencher| {
        bencher.iter(|| FilePredictionLog::open(&path, Durability::Never).unwrap());
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = append, read
}
criterion_main!(benches);
