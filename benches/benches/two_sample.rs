//! Kolmogorov–Smirnov on two samples as they come, beside sorting them: the test itself
//! must cost little more than the order it needs.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::hint::black_box;
use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::stats::Random;
use mlops::stats::two_sample::{KolmogorovSmirnov, Sample};

/// Normal values: two independent uniform numbers make one.
fn normal(replicate: u64, size: usize, mean: f64) -> Vec<f64> {
    let mut random = Random::replicate(42, replicate);
    let mut value = || {
        let radius = (-2.0 * (1.0 - random.unit()).ln()).sqrt();
        mean + radius * (std::f64::consts::TAU * random.unit()).cos()
    };
    (0..size).map(|_| value()).collect()
}

/// The largest distance with a look at every value.
fn plain(x: &Sample, y: &Sample) -> f64 {
    let (x, y) = (x.values(), y.values());
    let (mut i, mut j, mut largest) = (0, 0, 0.0_f64);
    while i < x.len() && j < y.len() {
        let value = x[i].min(y[j]);
        i += x[i..].iter().take_while(|other| **other <= value).count();
        j += y[j..].iter().take_while(|other| **other <= value).count();
        largest = largest.max((i as f64 / x.len() as f64 - j as f64 / y.len() as f64).abs());
    }
    largest
}

fn kolmogorov_smirnov(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("two_sample");
    group.sample_size(20).measurement_time(Duration::from_secs(4));
    for size in [100_000, 1_000_000] {
        let (x, y) = (normal(0, size, 0.0), normal(1, size, 0.01));
        let both = || (x.clone(), y.clone());
        let sorted = || (Sample::new(x.clone()).unwrap(), Sample::new(y.clone()).unwrap());
        let (a, b) = sorted();
        assert!((KolmogorovSmirnov::of(&a, &b).statistic() - plain(&a, &b)).abs() < 1e-12);

        group.throughput(Throughput::Elements(2 * size as u64));
        let id = |operation: &str| BenchmarkId::new(operation, size);
        group.bench_function(id("sort by value"), |bencher| {
            let sort = |(mut x, mut y): (Vec<f64>, Vec<f64>)| {
                x.sort_unstable_by(f64::total_cmp);
                y.sort_unstable_by(f64::total_cmp);
                (x, y)
            };
            bencher.iter_batched(both, sort, BatchSize::LargeInput);
        });
        group.bench_function(id("sort as integers"), |bencher| {
            // Not the values, but as many bits in as random an order.
            let keys = |values: &[f64]| values.iter().map(|value| value.to_bits()).collect::<Vec<_>>();
            let sort = |(mut x, mut y): (Vec<u64>, Vec<u64>)| {
                x.sort_unstable();
                y.sort_unstable();
                (x, y)
            };
            bencher.iter_batched(|| (keys(&x), keys(&y)), sort, BatchSize::LargeInput);
        });
        group.bench_function(id("samples"), |bencher| {
            let read = |(x, y)| (Sample::new(x).unwrap(), Sample::new(y).unwrap());
            bencher.iter_batched(both, read, BatchSize::LargeInput);
        });
        group.bench_function(id("samples, ks, p"), |bencher| {
            let test = |(x, y)| {
                let ks = KolmogorovSmirnov::of(&Sample::new(x).unwrap(), &Sample::new(y).unwrap());
                (ks.statistic(), ks.p_value())
            };
            bencher.iter_batched(both, test, BatchSize::LargeInput);
        });
        group.bench_function(id("ks, p of samples"), |bencher| {
            bencher.iter(|| KolmogorovSmirnov::of(black_box(&a), black_box(&b)).p_value());
        });
    }
    for size in [2_000, 10_000] {
        // Unequal sizes: walks are counted one diagonal after the other.
        let sample = |replicate, size, mean| Sample::new(normal(replicate, size, mean)).unwrap();
        let (a, b) = (sample(0, size, 0.0), sample(1, size - 1, 0.05));
        let ks = KolmogorovSmirnov::of(&a, &b);
        assert!((ks.p_exact() / ks.p_limit().unwrap() - 1.0).abs() < 0.1);
        group.bench_function(BenchmarkId::new("exact p", size), |bencher| {
            bencher.iter(|| black_box(&ks).p_exact());
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = kolmogorov_smirnov
}
criterion_main!(benches);
