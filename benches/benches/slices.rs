//! The worst slices of 200,000 rows and ten columns, of which one pair of values is bad.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use mlops::stats::Random;
use mlops::validate::slice::{Losses, SliceColumn, SliceSearch};

const ROWS: usize = 200_000;

fn slices(criterion: &mut Criterion) {
    let mut random = Random::replicate(16, 0);
    let keys: Vec<Vec<u64>> =
        (0..6).map(|column| (0..ROWS).map(|_| random.below(4 + column)).collect()).collect();
    let numbers: Vec<Vec<f64>> = (0..4).map(|_| (0..ROWS).map(|_| random.unit()).collect()).collect();
    let losses = (0..ROWS).map(|row| {
        let bad = keys[0][row] == 1 && keys[3][row] == 2;
        random.unit() + if bad { 0.3 } else { 0.0 }
    });
    let losses = Losses::other(losses.collect()).unwrap();
    let categories = keys.iter().enumerate().map(|(index, keys)| {
        let names = keys.iter().map(|key| Some(format!("k{key}")));
        SliceColumn::categories(format!("c{index}"), names)
    });
    let numbers =
        numbers.iter().enumerate().map(|(index, values)| SliceColumn::numbers(format!("n{index}"), values));
    let columns: Vec<SliceColumn> = categories.chain(numbers).collect();
    let found = SliceSearch::default().find(&columns, &losses).unwrap();
    assert_eq!(found.slices[0].description, "c0 = k1 and c3 = k2");

    let mut group = criterion.benchmark_group("slices");
    group.sample_size(10).throughput(Throughput::Elements(ROWS as u64));
    for depth in [1, 2, 3] {
        let search = SliceSearch::default().depth(depth);
        group.bench_function(format!("depth {depth}"), |bencher| {
            bencher.iter(|| search.find(&columns, &losses).unwrap());
        });
    }
    group.finish();
}

criterion_group!(benches, slices);
criterion_main!(benches);
