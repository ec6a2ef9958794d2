//! What the rollout controller costs each canary request.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, Criterion, Throughput, criterion_group, criterion_main};
use mlops::serve::Pair;
use mlops::serve::rollout::{Cause, Event, Rollout, RolloutPlan};
use mlops::stats::Random;
use mlops::{PredictionId, ServedBy, Timestamp, Version};

const PAIRS: usize = 10_000;
const CARRIERS: u64 = 17;

const CANDIDATE: Version = Version::new(1, 1, 0);
const PRODUCTION: Version = Version::new(1, 0, 0);

fn at(number: usize) -> Timestamp {
    Timestamp::default() + Duration::from_secs(number as u64)
}

/// Requests of 20 segments, 17 carriers and 3 origins, on which two good versions differ a little.
fn pairs() -> Vec<Pair> {
    let mut random = Random::replicate(5, 0);
    let pair = |number: usize| {
        let score = 0.1 + 0.5 * random.unit();
        Pair {
            id: PredictionId::new(format!("flight-{number}")).unwrap(),
            at: at(number),
            segments: vec![
                ("carrier".into(), format!("C{}", random.below(CARRIERS)).into()),
                ("origin".into(), format!("O{}", random.below(3)).into()),
            ],
            candidate_role: ServedBy::Canary,
            candidate_version: CANDIDATE,
            production_version: PRODUCTION,
            candidate: Ok(score + 0.2 * (random.unit() - 0.5)),
            production: Ok(score),
        }
    };
    (0..PAIRS).map(pair).collect()
}

fn fed(pairs: &[Pair]) -> Rollout {
    let (mut rollout, _) =
        Rollout::start(RolloutPlan::default(), CANDIDATE, PRODUCTION, Timestamp::default()).unwrap();
    for pair in pairs {
        assert!(rollout.apply(Event::Pair(pair)).is_empty(), "two good versions are not stopped");
    }
    rollout
}

fn rollout(criterion: &mut Criterion) {
    let pairs = pairs();
    let labels: Vec<f64> =
        pairs.iter().map(|pair| f64::from(u8::from(pair.id.as_str().ends_with('7')))).collect();
    let (first, later) = pairs.split_at(PAIRS / 2);
    let warm = fed(first);
    assert_eq!(warm.watched().len(), 22, "failures, harm and 20 segments");

    let mut group = criterion.benchmark_group("rollout");
    group.warm_up_time(Duration::from_secs(1)).measurement_time(Duration::from_secs(3)).sample_size(20);
    group.throughput(Throughput::Elements(later.len() as u64));
    group.bench_function("pair/20 segments/mlops", |bencher| {
        bencher.iter_batched_ref(
            || warm.clone(),
            |rollout| {
                for pair in later {
                    black_box(rollout.apply(Event::Pair(pair)));
                }
            },
            BatchSize::LargeInput,
        );
    });
    let all = fed(&pairs);
    group.bench_function("label/10000 waiting/mlops", |bencher| {
        bencher.iter_batched_ref(
            || all.clone(),
            |rollout| {
                for (pair, value) in later.iter().zip(&labels) {
                    let known_at = at(PAIRS);
                    black_box(rollout.apply(Event::Label { id: &pair.id, value: *value, known_at }));
                }
            },
            BatchSize::LargeInput,
        );
    });
    group.throughput(Throughput::Elements(1));
    group.bench_function("interval/5000 pairs/mlops", |bencher| {
        bencher.iter(|| black_box(warm.reading(black_box(&Cause::Failures))));
    });
    group.finish();
}

criterion_group!(benches, rollout);
criterion_main!(benches);
