//! Drift by the week: the reference is read once, then every week is compared with it. And
//! two tables of 50 columns, read and compared by Evidently's rules and by our own.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::hint::black_box;
use std::slice::from_ref;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::Timestamp;
use mlops::arrow::array::{ArrayRef, Float64Array, RecordBatch};
use mlops::drift::monitor::{Cadence, DriftMonitor, WindowReport};
use mlops::drift::{Columns, Detector, Window};
use mlops::stats::Random;

const FEATURES: usize = 11;
const REFERENCE: usize = 50_000;
const WEEK: usize = 6_300;
const WEEKS: u64 = 39;

/// Sums of uniform numbers: half of the columns to whole numbers, as hours and miles are;
/// one value in fifty is missing; the first column is `shift` higher.
fn rows(replicate: u64, rows: usize, shift: f64) -> Vec<[f64; FEATURES]> {
    let mut random = Random::replicate(39, replicate);
    let mut value = |feature: usize| {
        let sum = (0..4).map(|_| random.unit()).sum::<f64>() * 25.0;
        let value = if feature.is_multiple_of(2) { sum.round() } else { sum };
        if random.below(50) == 0 { f64::NAN } else { value + if feature == 0 { shift } else { 0.0 } }
    };
    (0..rows).map(|_| std::array::from_fn(&mut value)).collect()
}

fn names() -> Vec<String> {
    (0..FEATURES).map(|feature| format!("feature_{feature}")).collect()
}

fn read(rows: &[[f64; FEATURES]]) -> Window {
    Window::read_rows(&names(), rows.iter().map(|row| &row[..]), &Columns::default()).unwrap()
}

/// The Monday of a week.
fn monday(week: u64) -> Timestamp {
    "2013-04-01".parse::<Timestamp>().unwrap() + Duration::from_hours(week * 7 * 24)
}

fn fill(monitor: &mut DriftMonitor, week: u64, rows: &[[f64; FEATURES]]) -> Vec<WindowReport> {
    let at = monday(week);
    rows.iter().flat_map(|row| monitor.add_row(at, row).unwrap()).collect()
}

fn drift(criterion: &mut Criterion) {
    let training = rows(0, REFERENCE, 0.0);
    let weeks: Vec<_> =
        (0..WEEKS).map(|week| rows(week + 1, WEEK, if week.is_multiple_of(3) { 5.0 } else { 0.0 })).collect();
    let reference = Arc::new(read(&training));
    let monitor = || DriftMonitor::new(Arc::clone(&reference), Cadence::Week).unwrap();
    let watch = || {
        let mut monitor = monitor();
        for (week, rows) in (0..).zip(&weeks) {
            fill(&mut monitor, week, rows);
        }
        monitor.advance(monday(WEEKS));
        monitor
    };
    for (week, report) in watch().history().enumerate() {
        let drifted: Vec<&str> = report.drifted().map(|column| column.name.as_str()).collect();
        let expected: &[&str] = if week % 3 == 0 { &["feature_0"] } else { &[] };
        assert_eq!(drifted, expected, "{report}");
    }

    let mut group = criterion.benchmark_group("drift");
    group.sample_size(20).throughput(Throughput::Elements(REFERENCE as u64));
    let size = |rows: usize| format!("{rows} rows, {FEATURES} features");
    group.bench_function(BenchmarkId::new("fit reference", size(REFERENCE)), |bencher| {
        bencher.iter(|| read(black_box(&training)));
    });
    group.throughput(Throughput::Elements(WEEK as u64));
    let against = format!("{} against {REFERENCE}", size(WEEK));
    group.bench_function(BenchmarkId::new("close week", &against), |bencher| {
        let full = || {
            let mut monitor = monitor();
            fill(&mut monitor, 0, &weeks[0]);
            monitor
        };
        bencher.iter_batched(full, |mut full| full.advance(monday(1)), BatchSize::LargeInput);
    });
    group.throughput(Throughput::Elements(WEEK as u64 * WEEKS));
    group.bench_function(BenchmarkId::new("watch", format!("{WEEKS} weeks of {against}")), |bencher| {
        bencher.iter(watch);
    });
    group.finish();
}

/// Half of the columns have moved by 0.3 standard deviations.
fn table(replicate: u64, rows: usize, shift: f64) -> RecordBatch {
    const COLUMNS: usize = 50;
    let mut random = Random::replicate(50, replicate);
    let columns = (0..COLUMNS).map(|column| {
        let shift = if column % 2 == 1 { shift } else { 0.0 };
        // A sum of 12 is close to normal, with a standard deviation of 1.
        let values = (0..rows).map(|_| (0..12).map(|_| random.unit()).sum::<f64>() - 6.0 + shift);
        (format!("c{column}"), Arc::new(values.collect::<Float64Array>()) as ArrayRef)
    });
    RecordBatch::try_from_iter(columns.collect::<Vec<_>>()).unwrap()
}

fn presets(criterion: &mut Criterion) {
    const ROWS: usize = 100_000;
    let (reference, current) = (table(0, ROWS, 0.0), table(1, ROWS, 0.3));
    let mut group = criterion.benchmark_group("drift");
    group.sample_size(10).throughput(Throughput::Elements(2 * 50 * ROWS as u64));
    for (name, detector) in [("evidently", Detector::evidently()), ("default", Detector::default())] {
        let compare = || {
            let (reference, current) = (from_ref(&reference), from_ref(&current));
            detector.compare_batches(reference, current, &Columns::default()).unwrap()
        };
        assert_eq!(compare().drifted().count(), 25, "{name}");
        let id = BenchmarkId::new("preset", format!("50 columns of {ROWS} on either side/{name}"));
        group.bench_function(id, |bencher| bencher.iter(compare));
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = drift, presets
}
criterion_main!(benches);
