//! Artifacts in a folder beside what they can't do without: a hash over the bytes, and a copy of
//! them that is flushed. What is put is new each time, and what is read is checked.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::fs::{self, File};
use std::io::{self, Write as _};
use std::path::Path;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::registry::artifact::{
    ArtifactStore, ArtifactStoreExt as _, ChunkedArtifacts, FolderArtifacts, Sweep,
};
use mlops::{Digest, DigestWriter};

/// A file of bytes that repeat nowhere, on the disk.
fn file(path: &Path, size: u64) {
    let mut state = 0x9e37_79b9_7f4a_7c15_u64;
    let mut file = io::BufWriter::new(File::create(path).unwrap());
    for _ in 0..size / 8 {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        file.write_all(&state.to_le_bytes()).unwrap();
    }
    file.into_inner().unwrap().sync_all().unwrap();
}

fn hash(path: &Path) -> Digest {
    let mut digest = DigestWriter::new();
    io::copy(&mut io::BufReader::with_capacity(1 << 18, File::open(path).unwrap()), &mut digest).unwrap();
    digest.finish()
}

fn copy(from: &Path, to: &Path) {
    fs::copy(from, to).unwrap();
    File::open(to).unwrap().sync_all().unwrap();
}

/// How long it takes to put a file so often, each time as if it were new.
fn puts(store: &dyn ArtifactStore, file: &Path, count: u64) -> Duration {
    (0..count)
        .map(|_| {
            let start = Instant::now();
            let digest = store.put_file(file).unwrap();
            let took = start.elapsed();
            assert!(store.remove(&digest).unwrap());
            store.reclaim(Duration::ZERO, Sweep::Remove).unwrap();
            took
        })
        .sum()
}

fn get(store: &dyn ArtifactStore, digest: &Digest, to: &Path) {
    let mut file = File::create(to).unwrap();
    store.copy_to(digest, &mut file).unwrap();
    file.sync_all().unwrap();
}

fn artifacts(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("artifacts");
    group.sample_size(10);
    for mib in [64, 1024] {
        let folder = tempfile::tempdir().unwrap();
        let (model, other) = (folder.path().join("model"), folder.path().join("other"));
        file(&model, mib << 20);
        let whole = FolderArtifacts::open(folder.path().join("whole")).unwrap();
        let chunks = ChunkedArtifacts::new(FolderArtifacts::open(folder.path().join("chunks")).unwrap());
        let size = format!("{mib} MiB");
        group.throughput(Throughput::Bytes(mib << 20));
        group.bench_function(BenchmarkId::new("put/folder", &size), |bencher| {
            bencher.iter_custom(|count| puts(&whole, &model, count));
        });
        group.bench_function(BenchmarkId::new("put/chunks", &size), |bencher| {
            bencher.iter_custom(|count| puts(&chunks, &model, count));
        });
        let digest = whole.put_file(&model).unwrap();
        assert_eq!((digest, digest), (chunks.put_file(&model).unwrap(), hash(&model)));
        let list = *chunks.manifest(&digest).unwrap().unwrap().digest();
        group.bench_function(BenchmarkId::new("put/hash and copy", &size), |bencher| {
            bencher.iter(|| {
                copy(&model, &other);
                hash(&model)
            });
        });
        for (name, store) in [("get/folder", &whole as &dyn ArtifactStore), ("get/chunks", &chunks)] {
            group.bench_function(BenchmarkId::new(name, &size), |bencher| {
                bencher.iter(|| get(store, &digest, &other));
            });
        }
        for threads in [1, 2] {
            group.bench_function(
                BenchmarkId::new(format!("check_chunks/{threads} threads"), &size),
                |bencher| {
                    bencher.iter(|| chunks.check_chunks(&digest, &list, threads).unwrap());
                },
            );
        }
        group.bench_function(BenchmarkId::new("check/hash", &size), |bencher| bencher.iter(|| hash(&model)));
    }
    group.finish();
}

criterion_group!(benches, artifacts);
criterion_main!(benches);
