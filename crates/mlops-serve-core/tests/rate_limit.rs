//! The rate limiter agrees with `governor` nanosecond for nanosecond, and with a bucket that
//! is filled in the obvious way.
#![allow(clippy::unwrap_used, reason = "a test stops at what it did not expect")]

use std::path::Path;

use mlops_serve_core::predictor::{NotNow, RateLimit, RateLimiter};
use proptest::prelude::*;
use serde::Deserialize;

#[derive(Deserialize)]
struct File {
    cases: Vec<serde_json::Value>,
}

#[derive(Deserialize)]
struct Input {
    limit_per_s: u32,
    burst: u32,
    cost: u32,
    arrivals_ns: Vec<i64>,
}

#[derive(Deserialize)]
struct Expected {
    allowed: Vec<bool>,
    wait_ns: Vec<Option<u64>>,
}

#[test]
fn recorded_arrivals_are_let_in_as_governor_does() {
    let folder = std::env::var_os("MLOPS_CASES")
        .map_or_else(|| Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata"), Into::into);
    let path = folder.join("rollout/rate_limit.json");
    let Ok(text) = std::fs::read_to_string(&path) else {
        println!("{} is absent", path.display());
        assert!(std::env::var_os("MLOPS_CASES").is_some());
        return;
    };
    let file: File = serde_json::from_str(&text).unwrap();
    let mut compared = 0;
    for case in file.cases.iter().filter(|case| case["op"] == "gcra_exact") {
        let input: Input = serde_json::from_value(case["input"].clone()).unwrap();
        let expected: Expected = serde_json::from_value(case["expected"].clone()).unwrap();
        let limiter = RateLimiter::new(RateLimit::per_second(input.limit_per_s, input.burst).unwrap());
        for (place, arrival) in input.arrivals_ns.iter().enumerate() {
            let (allowed, wait) = match limiter.admit_at(*arrival, input.cost) {
                Ok(()) => (true, Some(0)),
                Err(NotNow::RetryAfter(wait)) => (false, Some(u64::try_from(wait.as_nanos()).unwrap())),
                Err(NotNow::TooLarge) => (false, None),
            };
            let recorded = (expected.allowed[place], expected.wait_ns[place]);
            assert_eq!((allowed, wait), recorded, "{}, arrival {place}", case["id"]);
            compared += 2;
        }
    }
    println!("{compared} recorded numbers compared");
    assert!(compared > 1000);
}

proptest! {
    /// A bucket of `burst` drops, each of `interval` nanoseconds, that fills as time goes on.
    #[test]
    fn it_is_a_leaky_bucket(
        rate in 1..2_000_u32,
        burst in 1..20_u32,
        steps in prop::collection::vec((0..2_000_000_000_i64, 0..6_u32), 1..60),
    ) {
        let limiter = RateLimiter::new(RateLimit::per_second(rate, burst).unwrap());
        let interval = i128::from(1_000_000_000 / rate);
        let full = interval * i128::from(burst);
        let (mut level, mut now) = (full, 0_i64);
        for (step, cost) in steps {
            now += step;
            level = (level + i128::from(step)).min(full);
            let need = interval * i128::from(cost);
            let expected = if cost > burst {
                Err(NotNow::TooLarge)
            } else if need <= level {
                level -= need;
                Ok(())
            } else {
                Err(NotNow::RetryAfter(std::time::Duration::from_nanos(u64::try_from(need - level).unwrap())))
            };
            prop_assert_eq!(limiter.admit_at(now, cost), expected);
        }
    }

    #[test]
    fn no_clock_breaks_it(rate in 1..u32::MAX, burst in 1..u32::MAX, times in prop::collection::vec(any::<i64>(), 1..20)) {
        let limiter = RateLimiter::new(RateLimit::per_second(rate, burst).unwrap());
        let bucket = 1_000_000_000 / u64::from(rate) * u64::from(burst);
        for time in times {
            if let Err(NotNow::RetryAfter(wait)) = limiter.admit_at(time, 1) {
                prop_assert!(wait.as_nanos() <= u128::from(bucket), "{wait:?}");
            }
        }
    }
}

#[test]
fn many_threads_get_what_one_would() {
    let limiter = RateLimiter::new(RateLimit::per_second(1, 1000).unwrap());
    let admitted: usize = std::thread::scope(|scope| {
        let ask = || (0..600).filter(|_| limiter.admit_at(7, 1).is_ok()).count();
        let threads: Vec<_> = (0..4).map(|_| scope.spawn(ask)).collect();
        threads.into_iter().map(|thread| thread.join().unwrap()).sum()
    });
    assert_eq!(admitted, 1000);
}
