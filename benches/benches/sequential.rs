//! What looking after every observation costs, and whether it may be done: first a grid of
//! simulated courses larger than that of the tests of `mlops-stats` (half a minute), then
//! the time of an observation.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::print_stdout,
    reason = "criterion's macro; a bench may stop"
)]

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group};
use mlops::stats::Random;
use mlops::stats::sequential::{
    AsymptoticMeanSequence, BettingEProcess, BettingLowerBound, MeanSequence, Stakes,
};

/// Chances of a 1; the hypothesis is that they are at most that, which is just true.
const CHANCES: [f64; 4] = [0.001, 0.01, 0.1, 0.5];
const ALPHAS: [f64; 4] = [0.2, 0.05, 0.01, 0.001];
const LENGTHS: [u64; 4] = [100, 1_000, 10_000, 30_000];

fn hit(random: &mut Random, p: f64) -> f64 {
    f64::from(u8::from(random.unit() < p))
}

/// Stops if so many errors among `courses` have a chance below some 1 in 10,000.
fn within(errors: u32, courses: u64, alpha: f64) {
    let expected = alpha * courses as f64;
    let most = expected + 4.0 * ((1.0 - alpha) * expected).sqrt() + 2.0;
    assert!(f64::from(errors) <= most, "{errors} of {courses} at {alpha}");
}

/// How often a true hypothesis has been rejected by each length, at each α.
fn rejections() {
    const COURSES: u64 = 1_000;
    println!("\nshare of {COURSES} courses in which a true hypothesis was ever rejected");
    println!("{:>8} {:>8} {}", "chance", "length", ALPHAS.map(|alpha| format!("{alpha:>8}")).join(" "));
    for p in CHANCES {
        let mut rejected = [[0_u32; ALPHAS.len()]; LENGTHS.len()];
        for course in 0..COURSES {
            let mut random = Random::replicate(1, course);
            let mut process = BettingEProcess::above(p, (0.0, 1.0)).unwrap();
            for (length, rejected) in LENGTHS.into_iter().zip(&mut rejected) {
                while process.n() < length {
                    process.observe(hit(&mut random, p)).unwrap();
                }
                for (alpha, count) in ALPHAS.into_iter().zip(rejected) {
                    *count += u32::from(process.rejects(alpha));
                }
            }
        }
        for (length, rejected) in LENGTHS.into_iter().zip(rejected) {
            for (alpha, count) in ALPHAS.into_iter().zip(rejected) {
                within(count, COURSES, alpha);
            }
            let shares = rejected.map(|count| format!("{:>8.4}", f64::from(count) / COURSES as f64));
            println!("{p:>8} {length:>8} {}", shares.join(" "));
        }
    }
}

/// How often an interval, or a lower bound with either stakes, has ever missed the running
/// mean of a chance that moves. A bound takes 600 logarithms: it is looked at every tenth time.
fn misses() {
    const COURSES: u64 = 200;
    const LENGTH: u64 = 5_000;
    println!("\nshare of {COURSES} courses of {LENGTH} in which one ever missed the running mean");
    println!("{:>8} {:>8} {:>8} {:>8} {:>8}", "chance", "α", "interval", "steady", "rare");
    for p in CHANCES {
        for alpha in ALPHAS {
            let mut missed = [0_u32; 3];
            for course in 0..COURSES {
                let mut random = Random::replicate(2, course);
                let mut sequence = MeanSequence::new(alpha, (0.0, 1.0)).unwrap();
                let bound = BettingLowerBound::new(alpha, p, (0.0, 1.0)).unwrap();
                let mut bounds = [bound.clone(), bound.with_stakes(Stakes::Rare)];
                let (mut means, mut misses) = (0.0, [false; 3]);
                for n in 0..LENGTH {
                    let moving = p * (1.0 + (n as f64 / 200.0).sin());
                    means += moving;
                    let value = hit(&mut random, moving);
                    let mean = means / (n + 1) as f64;
                    sequence.observe(value).unwrap();
                    let interval = sequence.interval();
                    misses[0] |= mean < interval.lower || interval.upper < mean;
                    for (bound, miss) in bounds.iter_mut().zip(&mut misses[1..]) {
                        bound.observe(value).unwrap();
                        *miss |= n % 10 == 0 && bound.bound() > mean;
                    }
                }
                for (missed, miss) in missed.iter_mut().zip(misses) {
                    *missed += u32::from(miss);
                }
            }
            for missed in missed {
                within(missed, COURSES, alpha);
            }
            let shares = missed.map(|missed| format!("{:>8.4}", f64::from(missed) / COURSES as f64));
            println!("{p:>8} {alpha:>8} {}", shares.join(" "));
        }
    }
}

fn observations(criterion: &mut Criterion) {
    let mut random = Random::replicate(3, 0);
    let values: Vec<f64> = (0..10_000).map(|_| hit(&mut random, 0.1)).collect();
    let mut group = criterion.benchmark_group("sequential");
    group.throughput(Throughput::Elements(values.len() as u64));
    group.bench_function("observe/e-process", |bencher| {
        bencher.iter(|| {
            let mut process = BettingEProcess::above(0.1, (0.0, 1.0)).unwrap();
            for value in &values {
                process.observe(*value).unwrap();
            }
            black_box(process.log_e_value())
        });
    });
    group.bench_function("observe and ask/lower bound", |bencher| {
        bencher.iter(|| {
            let mut bound = BettingLowerBound::new(0.05, 0.1, (0.0, 1.0)).unwrap();
            for value in &values {
                bound.observe(*value).unwrap();
                black_box(bound.is_above());
            }
        });
    });
    group.bench_function("observe/mean", |bencher| {
        bencher.iter(|| {
            let mut sequence = MeanSequence::new(0.05, (0.0, 1.0)).unwrap();
            for value in &values {
                sequence.observe(*value).unwrap();
            }
            black_box(sequence.interval())
        });
    });
    group.bench_function("observe and look/mean", |bencher| {
        bencher.iter(|| {
            let mut sequence = MeanSequence::new(0.05, (0.0, 1.0)).unwrap();
            for value in &values {
                sequence.observe(*value).unwrap();
                black_box(sequence.interval());
            }
        });
    });
    group.bench_function("observe and look/asymptotic", |bencher| {
        bencher.iter(|| {
            let mut sequence = AsymptoticMeanSequence::new(0.05, 1_000.0).unwrap();
            for value in &values {
                sequence.observe(*value).unwrap();
                black_box(sequence.interval());
            }
        });
    });
    group.finish();
}

criterion_group!(benches, observations);

fn main() {
    // Only a real run pays for the grid: `cargo test` and a list of names pass here too.
    if std::env::args().any(|argument| argument == "--bench") {
        rejections();
        misses();
    }
    benches();
    Criterion::default().configure_from_args().final_summary();
}
