//! The audit log's Merkle tree: append, prove, verify.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::time::Duration;

use criterion::{BatchSize, BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::registry::merkle::{Frontier, InclusionProof, Tree, leaf_hash};

/// An entry of 400 bytes.
fn entry(index: u64) -> Vec<u8> {
    [index.to_le_bytes().as_slice(), &[7; 392]].concat()
}

fn log(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("merkle");
    group.throughput(Throughput::Elements(1));
    for size in [1_000_u64, 1_000_000] {
        let (mut frontier, mut tree) = (Frontier::new(), Tree::default());
        for index in 0..size {
            let leaf = leaf_hash(&index.to_le_bytes());
            frontier.append(leaf);
            tree.append(leaf);
        }
        let (place, leaf, root) = (size / 3, leaf_hash(&(size / 3).to_le_bytes()), tree.root());
        let proof = InclusionProof::of(&tree, place, size).unwrap();
        assert_eq!(frontier.root(), root);
        proof.verify(&leaf, &root).unwrap();
        proof.verify(&leaf_hash(b"another"), &root).unwrap_err();

        let next = entry(size);
        group.bench_function(BenchmarkId::new("append", format!("400 bytes to {size} leaves")), |bencher| {
            bencher.iter_batched_ref(
                || frontier.clone(),
                |frontier| {
                    frontier.append(leaf_hash(&next));
                    frontier.root()
                },
                BatchSize::SmallInput,
            );
        });
        group.bench_function(BenchmarkId::new("prove", format!("{size} leaves")), |bencher| {
            bencher.iter(|| InclusionProof::of(&tree, place, size).unwrap());
        });
        group.bench_function(BenchmarkId::new("verify", format!("{size} leaves")), |bencher| {
            bencher.iter(|| proof.verify(&leaf, &root).unwrap());
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = log
}
criterion_main!(benches);
