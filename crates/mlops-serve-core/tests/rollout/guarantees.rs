//! The chance of stopping a candidate that is within its limits is at most α, over a whole
//! rollout that is looked at after every request.

use mlops_serve_core::Pair;
use mlops_serve_core::rollout::{Cause, Event, Rollout, RolloutPlan, Step};
use mlops_stats::Random;

use crate::{hour, id, minute, pair, start};

/// A plan that never ends by itself, so that only its checks can end it.
fn endless() -> RolloutPlan {
    let mut plan = RolloutPlan::default();
    plan.steps = vec![Step::new(0.1, 10_000)];
    plan
}

/// How many of `runs` were stopped by a check, and by which cause first.
fn stopped(runs: u32, seed: u64, one: impl Fn(&mut Rollout, &mut Random)) -> (u32, Vec<Cause>) {
    let mut causes = Vec::new();
    for run in 0..runs {
        let mut rollout = start(endless(), hour(0));
        one(&mut rollout, &mut Random::replicate(seed, u64::from(run)));
        if let mlops_serve_core::rollout::Phase::Stopped(stop) = rollout.phase() {
            causes.push(stop.cause.clone());
        }
    }
    (u32::try_from(causes.len()).unwrap(), causes)
}

/// 5 % of the runs, and three standard deviations for chance.
fn allowed(runs: u32) -> f64 {
    let runs = f64::from(runs);
    0.05 * runs + 3.0 * (0.05 * 0.95 * runs).sqrt()
}

fn failing(number: usize, candidate: bool, production: bool) -> Pair {
    let mut pair = pair(number, minute(number as u64), 0.2, 0.2);
    if candidate {
        pair.candidate = Err("output_not_finite");
    }
    if production {
        pair.production = Err("output_not_finite");
    }
    pair
}

/// Exactly the tolerated 0.5 % more than production, in two ways: production never fails;
/// both fail often, each on requests of its own, the worst case for a bold wager.
#[test]
fn failures_at_the_limit() {
    for (seed, candidate, production) in [(1, 0.005, 0.0), (2, 0.1025, 0.0975)] {
        let (stops, causes) = stopped(600, seed, |rollout, random| {
            for number in 0..1_500 {
                let chance = random.unit();
                let (c, p) = (chance < candidate, (candidate..candidate + production).contains(&chance));
                if !rollout.apply(Event::Pair(&failing(number, c, p))).is_empty() {
                    break;
                }
            }
        });
        println!("failures at the limit: {stops} of 600 stopped");
        assert!(f64::from(stops) <= allowed(600), "{stops}");
        assert!(causes.iter().all(|cause| *cause == Cause::Failures));
        assert!(stops > 0, "a test that never errs has no power either");
    }
}

/// Twenty segments at once, each with its mean exactly at the limit or below: with noise of
/// the size that real scores have, and for every other request of some a mean far above it,
/// after one far below: a running mean may move.
#[test]
fn twenty_segments_at_the_limit() {
    const RUNS: u32 = 200;
    let (stops, _) = stopped(RUNS, 3, |rollout, random| {
        for number in 0..4_000_usize {
            let segment = number % 20;
            let mean = match segment {
                0..5 => 0.05,
                5..10 => -0.05,
                10..15 if (number / 20) % 2 == 0 => -0.05,
                10..15 => 0.15,
                _ => 0.0,
            };
            let noise = if random.below(2) == 0 { 0.15 } else { -0.15 };
            let mut pair = pair(number, minute(number as u64), 0.5 + mean + noise, 0.5);
            pair.segments = vec![("segment".into(), format!("s{segment}").into())];
            if !rollout.apply(Event::Pair(&pair)).is_empty() {
                break;
            }
        }
    });
    println!("segments at the limit: {stops} of {RUNS} stopped");
    assert!(f64::from(stops) <= allowed(RUNS), "{stops}");
}

/// A perturbed copy within the margins, as a retraining on nearly the same data is: its scores
/// wander by day, the labels follow the mean of both.
#[test]
fn a_perturbed_copy_is_rarely_stopped() {
    const RUNS: u32 = 200;
    let (stops, causes) = stopped(RUNS, 4, |rollout, random| {
        let mut shift = 0.0;
        for number in 0..2_000_usize {
            if number % 100 == 0 {
                shift = 0.08 * (random.unit() - 0.5);
            }
            let score = 0.1 + 0.4 * random.unit();
            let perturbed = score + shift + 0.06 * (random.unit() - 0.5);
            let at = minute(10 * number as u64);
            let mut pair = pair(number, at, perturbed, score);
            pair.segments = vec![("carrier".into(), format!("c{}", random.below(15)).into())];
            let late = f64::from(u8::from(random.unit() < f64::midpoint(score, perturbed)));
            let mut actions = rollout.apply(Event::Pair(&pair));
            actions.extend(rollout.apply(Event::Label { id: &id(number), value: late, known_at: at }));
            if !actions.is_empty() {
                break;
            }
        }
    });
    println!("perturbed copies: {stops} of {RUNS} stopped");
    assert!(f64::from(stops) <= 0.05 * f64::from(RUNS), "{stops}: {causes:?}");
}

/// Harm exactly at the limit, on labels that the scores do not know; then twice, thrice, four
/// times the limit is found.
#[test]
fn harm_at_the_limit_and_above() {
    const RUNS: u32 = 300;
    // For a late share of 1/2 and production's 1/2, a candidate's 1/2 ± e is worse by e².
    let run = |harm: f64, seed| {
        stopped(RUNS, seed, |rollout, random| {
            for number in 0..2_000_usize {
                let off = if random.below(2) == 0 { harm.sqrt() } else { -harm.sqrt() };
                let mut pair = pair(number, minute(number as u64), 0.5 + off, 0.5);
                pair.segments = vec![("carrier".into(), "UA".into())];
                let late = f64::from(u8::from(random.below(2) == 0));
                let mut actions = rollout.apply(Event::Pair(&pair));
                let known_at = minute(number as u64);
                actions.extend(rollout.apply(Event::Label { id: &id(number), value: late, known_at }));
                if !actions.is_empty() {
                    break;
                }
            }
        })
    };
    let (stops, _) = run(0.01, 5);
    println!("harm at the limit: {stops} of {RUNS} stopped");
    assert!(f64::from(stops) <= allowed(RUNS), "{stops}");
    let (stops, causes) = run(0.04, 6);
    assert!(stops >= RUNS * 9 / 10 && causes.contains(&Cause::Harm), "{stops} of {RUNS}");
}
