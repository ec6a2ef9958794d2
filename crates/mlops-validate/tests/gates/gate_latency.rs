//! The latency check with a timer that is told what to say.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use crate::gate_support::{gate_of, judge, march};
use mlops_core::Check;
use mlops_core::Outcome::{Failed, Inconclusive, Passed};
use mlops_validate::gate::{Gate, Probe, Timer};
use mlops_validate::latency::MemoryMeter;
use ndarray::{Array2, ShapeBuilder as _};

/// Says that call number `n`, warm-up included, took `took(n)` milliseconds.
struct Scripted<F> {
    took: F,
    calls: AtomicUsize,
}

impl<F: Fn(usize) -> u64 + Sync> Scripted<F> {
    const fn new(took: F) -> Self {
        Self { took, calls: AtomicUsize::new(0) }
    }
}

impl<F: Fn(usize) -> u64 + Sync> Timer for Scripted<F> {
    fn time(&self, call: &mut dyn FnMut()) -> Duration {
        call();
        Duration::from_millis((self.took)(self.calls.fetch_add(1, Ordering::Relaxed)))
    }
}

type Answer = Result<f64, Box<dyn std::error::Error + Send + Sync>>;

#[expect(clippy::unnecessary_wraps, reason = "a model that always answers")]
fn good(row: &[f64]) -> Answer {
    Ok(row[0] / 10.0)
}

fn rows() -> Array2<f64> {
    Array2::from_shape_fn((4, 2), |(row, column)| (row + column) as f64)
}

fn latency(calls: usize) -> Gate {
    gate_of(&format!(
        r#"{{"kind": "latency", "percentile": 99, "max_ms": 100, "calls": {calls}, "warm_up": 10}}"#
    ))
}

fn ask(gate: &Gate, predict: &(dyn Fn(&[f64]) -> Answer + Sync), timer: &dyn Timer) -> Check {
    let probe = Probe::new(predict, rows()).unwrap().timed_by(timer);
    judge(gate, &march(2).build_with(Some(probe)).unwrap()).checks.remove(0)
}

#[test]
fn a_percentile_is_shown_failed_or_not_shown() {
    // 2000 calls: the 1988th of them bounds p99 at 95 %, the 1980th is p99.
    let slow = |many: usize| Scripted::new(move |call| if call >= 10 && call < 10 + many { 150 } else { 2 });
    for (many, outcome, reason) in [
        (0, Passed, "p99 is shown to be at most 100 ms"),
        (12, Passed, "p99 is shown to be at most 100 ms"),
        (13, Inconclusive, "not shown"),
        (20, Inconclusive, "not shown"),
        (21, Failed, "p99 is above 100 ms"),
        (2000, Failed, "p99 is above 100 ms"),
    ] {
        let seen = ask(&latency(2000), &good, &slow(many));
        assert_eq!(seen.outcome, outcome, "{many}: {}", seen.reason);
        assert!(seen.reason.contains(reason), "{}", seen.reason);
        assert_eq!((seen.observed, seen.details.len()), (None, 0));
        let measured = seen.measured.unwrap();
        assert_eq!(measured.unit, "ms");
        assert!((measured.value > 100.0) == (outcome == Failed), "{measured:?}");
    }
}

#[test]
fn a_sample_that_is_too_small_shows_nothing() {
    let timer = Scripted::new(|_| 1);
    assert_eq!(ask(&latency(298), &good, &timer).outcome, Inconclusive);
    assert_eq!(ask(&latency(299), &good, &timer).outcome, Passed);
}

#[test]
fn warming_up_is_not_counted() {
    let timer = Scripted::new(|call| if call < 10 { 5_000 } else { 1 });
    assert_eq!(ask(&latency(2000), &good, &timer).outcome, Passed);
    assert_eq!(timer.calls.load(Ordering::Relaxed), 2010);
}

#[test]
fn a_model_that_is_far_too_slow_is_not_asked_to_the_end() {
    let timer = Scripted::new(|_| 1_000);
    let seen = ask(&latency(2000), &good, &timer);
    assert_eq!(seen.outcome, Failed);
    assert!(timer.calls.load(Ordering::Relaxed) < 50);
    assert!(seen.measured.unwrap().what.contains("single predictions"));
}

#[test]
fn a_model_that_does_not_answer_has_no_latency() {
    let timer = Scripted::new(|_| 1);
    let fails = |row: &[f64]| if row[0] > 1.5 { Err("no such leaf".into()) } else { good(row) };
    let seen = ask(&latency(2000), &fails, &timer);
    let reason = "sample row 2 can't be predicted: no such leaf";
    assert_eq!((seen.outcome, seen.reason.as_str()), (Inconclusive, reason));
    let nan = |_: &[f64]| Ok(f64::NAN);
    assert_eq!(ask(&latency(2000), &nan, &timer).reason, "the prediction of sample row 0 is NaN");
    let none = judge(&latency(2000), &march(2).build().unwrap()).checks.remove(0);
    assert_eq!((none.outcome, none.reason.as_str()), (Inconclusive, "no way to call the model was given"));
    assert!(Probe::new(&good, Array2::zeros((0, 2))).is_err());
}

#[test]
fn rows_come_in_whole_whatever_their_layout() {
    let column_major = Array2::from_shape_fn((3, 2).f(), |(row, column)| (10 * row + column) as f64);
    let whole = |row: &[f64]| {
        if (row[1] - row[0] - 1.0).abs() < 1e-12 { Ok(0.5) } else { Err("mixed up".into()) }
    };
    let timer = Scripted::new(|_| 1);
    let probe = Probe::new(&whole, column_major).unwrap().timed_by(&timer);
    let seen = judge(&latency(300), &march(2).build_with(Some(probe)).unwrap()).checks.remove(0);
    assert_eq!(seen.outcome, Passed, "{}", seen.reason);
}

#[test]
fn what_was_measured_is_not_part_of_the_verdict() {
    let canonical = |took: u64| {
        let timer = Scripted::new(move |call| took + call as u64 % 3);
        let probe = Probe::new(&good, rows()).unwrap().timed_by(&timer);
        judge(&latency(2000), &march(2).build_with(Some(probe)).unwrap()).canonical().unwrap()
    };
    assert_eq!(canonical(1), canonical(70));
    assert_ne!(canonical(1), canonical(99), "the outcome is");
}

/// Memory that grows by so many bytes whenever someone looks.
struct Growing {
    step: u64,
    looks: std::sync::atomic::AtomicU64,
}

impl MemoryMeter for Growing {
    fn resident_bytes(&self) -> Option<u64> {
        Some(self.looks.fetch_add(1, Ordering::Relaxed) * self.step)
    }
}

#[test]
fn throughput_is_shown_failed_or_not_shown() {
    // 2000 calls of 1 to 3 ms: 500 answers a second, the parts of the run between 488 and 513.
    let took = |call: usize| 1 + (call * call / 7 % 3) as u64;
    for (min, outcome, reason) in [
        (300.0, Passed, "it is shown to give at least 300 answers a second"),
        (900.0, Failed, "it gives fewer than 900 answers a second"),
    ] {
        let gate = gate_of(&format!(r#"{{"kind": "throughput", "min_per_second": {min}}}"#));
        let seen = ask(&gate, &good, &Scripted::new(took));
        assert_eq!((seen.outcome, seen.reason.as_str()), (outcome, reason));
        assert_eq!(seen.measured.unwrap().unit, "answers a second");
    }
    // Ten calls have no parts, and so no interval.
    let gate = gate_of(r#"{"kind": "throughput", "min_per_second": 10, "calls": 10}"#);
    let seen = ask(&gate, &good, &Scripted::new(took));
    assert_eq!(seen.outcome, Inconclusive);
    assert!(seen.reason.starts_with("not shown"), "{}", seen.reason);
}

#[test]
fn memory_is_bounded_at_its_peak_or_in_its_growth() {
    let timer = Scripted::new(|_| 1);
    let ask = |of: &str, max: f64, step: u64| {
        let gate = gate_of(&format!(
            r#"{{"kind": "memory", "max_mib": {max}, "of": "{of}", "calls": 640, "warm_up": 0}}"#
        ));
        let meter = Growing { step, looks: 0.into() };
        let probe = Probe::new(&good, rows()).unwrap().timed_by(&timer).memory_by(&meter);
        judge(&gate, &march(2).build_with(Some(probe)).unwrap()).checks.remove(0)
    };
    // 64 looks during the run, one before, one after the warm-up, one at the end.
    let mib = 1 << 20;
    assert_eq!(ask("peak", 66.0, mib).outcome, Passed);
    let seen = ask("peak", 65.0, mib);
    assert_eq!((seen.outcome, seen.reason.as_str()), (Failed, "it is above 65 MiB"));
    assert_eq!(ask("growth", 65.0, mib).outcome, Passed);
    assert_eq!(ask("growth", 64.0, mib).outcome, Failed);
    assert_eq!(ask("growth", 0.001, 0).outcome, Passed);
}

#[test]
fn what_can_not_be_asked_of_a_machine_is_refused_when_the_file_is_read() {
    for (check, part) in [
        (r#"{"kind": "throughput"}"#, "min_per_second is missing"),
        (r#"{"kind": "throughput", "min_per_second": 0}"#, "answers a second, above 0"),
        (r#"{"kind": "memory", "max_mib": -1}"#, "mebibytes, above 0"),
        (r#"{"kind": "memory", "max_mib": 1, "of": "peek"}"#, "peak?"),
        (r#"{"kind": "latency", "percentile": 99, "max_ms": 1, "callers": 0}"#, "1 to 1024"),
    ] {
        let text = format!(r#"{{"gate": "g", "checks": [{check}]}}"#);
        let error = Gate::from_json(&text).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}
