//! Drift by the week: the reference is read once, then every week is compared with it.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::Timestamp;
use mlops::drift::monitor::{Cadence, DriftMonitor, WindowReport};
use mlops::drift::{Columns, Window};
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

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = drift
}
criterion_main!(benches);
