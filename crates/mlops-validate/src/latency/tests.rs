use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use proptest::prelude::*;

use super::*;

/// Says that the `n`-th call took `took(n)` microseconds.
struct Scripted<F> {
    took: F,
    calls: AtomicU64,
}

impl<F: Fn(u64) -> u64 + Sync> Timer for Scripted<F> {
    fn time(&self, call: &mut dyn FnMut()) -> Duration {
        call();
        Duration::from_micros((self.took)(self.calls.fetch_add(1, Ordering::Relaxed)))
    }
}

fn scripted<F: Fn(u64) -> u64 + Sync>(took: F) -> Scripted<F> {
    Scripted { took, calls: AtomicU64::new(0) }
}

type Answer = Result<(), Box<dyn std::error::Error + Send + Sync>>;

#[expect(clippy::unnecessary_wraps, reason = "a model that always answers")]
fn answers(_: u64) -> Answer {
    Ok(())
}

fn measured(load: Load, took: impl Fn(u64) -> u64 + Sync) -> LatencyReport {
    load.measure(&Probe::of_calls(&answers).timed_by(&scripted(took))).unwrap()
}

#[test]
fn calls_to_warm_up_are_made_and_not_counted() {
    let report = measured(Load::calls(100).warm_up(10), |call| if call < 10 { 9_000_000 } else { 1_000 });
    assert_eq!(report.times_ms(), vec![1.0; 100]);
    let throughput = report.throughput(0.95).unwrap();
    assert!((throughput.per_second - 1_000.0).abs() < 1e-9);
    assert!(report.clumping().abs() < 1e-12);
}

#[test]
fn a_claim_is_shown_exactly_if_its_bound_is_within_the_limit() {
    let claim = Claim::percentile(99.0).at_most_ms(5.0);
    let slow = |many: u64| measured(Load::calls(2_000), move |call| if call < many { 6_000 } else { 1_000 });
    for (many, statement) in [(0, true), (12, true), (13, false), (20, false)] {
        let answer = slow(many).claim(&claim).unwrap();
        assert_eq!(answer.statement == Statement::Shown, statement, "{many}: {answer:?}");
        assert_eq!(answer.slow_calls, many);
        assert_eq!(answer.confidence >= 0.95, statement, "{answer:?}");
    }
    assert_eq!(slow(21).claim(&claim).unwrap().statement, Statement::Above);
}

#[test]
fn what_is_not_shown_says_how_many_calls_would_do() {
    let claim = Claim::percentile(99.0).at_most_ms(5.0);
    let few = measured(Load::calls(100), |_| 1_000).claim(&claim).unwrap();
    assert_eq!(few.statement, Statement::NotShown { needed_calls: Some(299) });
    assert_eq!(few.upper_bound_ms, None);
    // 1 % and no less is slow: no number of calls shows that fewer are.
    let edge = measured(Load::calls(1_000), |call| if call % 100 == 0 { 6_000 } else { 1_000 });
    assert_eq!(edge.claim(&claim).unwrap().statement, Statement::NotShown { needed_calls: None });
    let close = measured(Load::calls(1_000), |call| if call % 125 == 0 { 6_000 } else { 1_000 });
    let Statement::NotShown { needed_calls: Some(needed) } = close.claim(&claim).unwrap().statement else {
        panic!("0.8 % of 1,000 calls do not show 1 %");
    };
    let enough = u32::try_from(needed).unwrap();
    let more =
        measured(
            Load::calls(enough.next_multiple_of(125)),
            |call| {
                if call % 125 == 0 { 6_000 } else { 1_000 }
            },
        );
    assert_eq!(more.claim(&claim).unwrap().statement, Statement::Shown, "{needed}");
}

#[test]
fn a_claim_that_is_none_is_refused() {
    let report = measured(Load::calls(10), |_| 1);
    for claim in [
        Claim::percentile(99.0),
        Claim::percentile(100.0).at_most_ms(1.0),
        Claim::percentile(0.99).at_most_ms(1.0),
        Claim::percentile(f64::NAN).at_most_ms(1.0),
        Claim::percentile(50.0).at_most_ms(-1.0),
        Claim::percentile(50.0).at_most_ms(1.0).with_confidence(1.0),
    ] {
        assert!(report.claim(&claim).is_err(), "{claim:?}");
    }
    assert!(report.percentile(100.0).is_err() && report.throughput(1.0).is_err());
}

#[test]
fn a_load_that_can_not_be_run_is_refused_and_says_why() {
    let probe = Probe::of_calls(&answers);
    for (load, part) in [
        (Load::calls(0), "calls is 0"),
        (Load::calls(10_000_001), "calls is 10000001"),
        (Load::calls(1).callers(0), "callers is 0"),
        (Load::calls(1).callers(2_000), "callers is 2000"),
        (Load::calls(1).per_second(0.0), "per_second is 0"),
        (Load::calls(1).per_second(f64::NAN), "per_second is NaN"),
    ] {
        let error = load.measure(&probe).unwrap_err().to_string();
        assert!(error.contains(part), "{error}");
    }
}

#[test]
fn a_model_that_fails_has_no_latency() {
    let fails = |call: u64| if call == 17 { Err("out of memory".into()) } else { Ok(()) };
    let probe = Probe::of_calls(&fails);
    let error = Load::calls(100).measure(&probe).unwrap_err().to_string();
    assert_eq!(error, "latency: call 17 was not answered: out of memory");
    let error = Load::calls(100).callers(4).measure(&probe).unwrap_err().to_string();
    assert_eq!(error, "latency: call 17 was not answered: out of memory");
}

#[test]
fn every_caller_takes_its_share_and_each_call_is_made_once() {
    let seen = AtomicU64::new(0);
    let calls = |call: u64| {
        seen.fetch_add(1 << (call % 8 * 8), Ordering::Relaxed);
        Ok(())
    };
    let done = AtomicU64::new(0);
    let report = Load::calls(800)
        .callers(4)
        .measure_with(&Probe::of_calls(&calls).timed_by(&scripted(|_| 2_000)), &|seen| {
            done.fetch_max(u64::from(seen.done), Ordering::Relaxed);
            assert_eq!(seen.total, 800);
        })
        .unwrap();
    assert_eq!(report.times_ms().len(), 800);
    assert_eq!(seen.load(Ordering::Relaxed), 0x6464_6464_6464_6464, "100 of each remainder");
    assert_eq!(done.load(Ordering::Relaxed), 800);
    assert!((report.per_second() - 2_000.0).abs() < 1e-6, "four callers, 2 ms each");
}

#[test]
fn at_a_given_rate_whoever_waits_behind_a_stall_feels_it() {
    // Calls take 4 ms and are due every 1 ms: call n waits for n calls before it.
    let slow = |_| {
        let start = std::time::Instant::now();
        while start.elapsed() < Duration::from_millis(4) {
            std::hint::spin_loop();
        }
        Ok(())
    };
    let report = Load::calls(20).per_second(1_000.0).measure(&Probe::of_calls(&slow)).unwrap();
    for (call, took) in report.times_ms().iter().enumerate() {
        assert!(*took >= 4.0 + 3.0 * call as f64 - 1e-6, "call {call} took {took} ms");
    }
    let closed = Load::calls(20).measure(&Probe::of_calls(&slow)).unwrap();
    assert!(closed.percentile(50.0).unwrap().value < report.percentile(50.0).unwrap().value);
}

#[test]
fn memory_is_what_the_meter_says() {
    struct Growing(AtomicU64);
    impl MemoryMeter for Growing {
        fn resident_bytes(&self) -> Option<u64> {
            Some(self.0.fetch_add(1 << 20, Ordering::Relaxed))
        }
    }
    let meter = Growing(AtomicU64::new(1 << 20));
    let probe = Probe::of_calls(&answers).memory_by(&meter);
    let memory = *Load::calls(64).warm_up(1).measure(&probe).unwrap().memory().unwrap();
    // Before, once in the warm-up, after it, 64 times, at the end.
    assert_eq!((memory.before, memory.warm, memory.after), (1 << 20, 3 << 20, 68 << 20));
    assert_eq!((memory.peak, memory.growth()), (68 << 20, 65 << 20));
    assert_eq!(memory.most_above_start(), 67 << 20);
}

#[test]
#[cfg(target_os = "linux")]
fn the_process_knows_what_it_holds() {
    let before = ProcessMemory.resident_bytes().unwrap();
    let held = std::hint::black_box(vec![1_u8; 64 << 20]);
    let after = ProcessMemory.resident_bytes().unwrap();
    assert!(after > before + (32 << 20), "{before} {after} {}", held.len());
}

#[test]
fn clumps_are_seen() {
    let clumped = measured(Load::calls(1_000), |call| if call / 100 % 2 == 0 { 1_000 } else { 2_000 });
    assert!(clumped.clumping() > 0.9);
    let alternating = measured(Load::calls(1_000), |call| 1_000 + call % 2);
    assert!(alternating.clumping() < -0.9);
}

#[test]
fn a_report_that_was_written_is_read_and_a_false_one_refused() {
    let report = measured(Load::calls(50).callers(2), |call| 1_000 + call);
    let text = serde_json::to_string(&report).unwrap();
    assert_eq!(serde_json::from_str::<LatencyReport>(&text).unwrap(), report);
    for (from, to) in [
        ("\"calls\":50", "\"calls\":49"),
        ("\"calls\":50", "\"calls\":0"),
        ("[1.0,", "[-1.0,"),
        ("\"load\"", "\"weight\":1,\"load\""),
    ] {
        let wrong = text.replace(from, to);
        assert!(wrong != text && serde_json::from_str::<LatencyReport>(&wrong).is_err(), "{to}");
    }
    let summary = report.summary().unwrap();
    assert_eq!((summary.calls, summary.percentiles.len()), (50, 5));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// The statement of order statistics and that of the binomial test are one.
    #[test]
    fn the_confidence_and_the_bound_agree(
        times in prop::collection::vec(0_u64..2_000, 1..600),
        percentile in 50.0_f64..99.5,
        limit in 1_u64..2_000,
        confidence in 0.5_f64..0.999,
    ) {
        let calls = u32::try_from(times.len()).unwrap();
        let report = measured(Load::calls(calls), |call| times[usize::try_from(call).unwrap()]);
        let claim = Claim::percentile(percentile).at_most_ms(limit as f64 / 1_000.0).with_confidence(confidence);
        let answer = report.claim(&claim).unwrap();
        prop_assume!((answer.confidence - confidence).abs() > 1e-9);
        let shown = answer.statement == Statement::Shown;
        prop_assert_eq!(shown, answer.confidence > confidence, "{:?}", answer);
    }
}
