//! The registry on its durable store: every write is flushed before it returns.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::registry::access::{Role, Scope};
use mlops::registry::artifact::MemoryArtifacts;
use mlops::registry::audit::Act;
use mlops::registry::merkle::Ed25519Signer;
use mlops::registry::model::NewVersion;
use mlops::registry::store::{Commit, MetadataStore as _, SqliteStore};
use mlops::registry::tracking::RunBatch;
use mlops::registry::{Registry, Session};
use mlops::{ExperimentName, Timestamp};
use tempfile::TempDir;

fn registry() -> (TempDir, Arc<SqliteStore>, Session, ExperimentName) {
    let folder = tempfile::tempdir().unwrap();
    let store = Arc::new(SqliteStore::open(folder.path().join("registry.db")).unwrap());
    let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
    let root = "root".parse().unwrap();
    let registry = Registry::builder(Arc::clone(&store) as _, Arc::new(MemoryArtifacts::default()), signer)
        .create("bench.example".parse().unwrap(), &root)
        .unwrap();
    let ana = "ana".parse().unwrap();
    registry.session(&root).grant(&ana, Role::Author, Scope::All).unwrap();
    let (session, experiment) = (registry.session(&ana), "bench".parse().unwrap());
    session.create_experiment(&experiment).unwrap();
    (folder, store, session, experiment)
}

/// How long `callers` threads take for `count` calls that they share.
fn shared(callers: u64, count: u64, call: impl Fn() + Sync) -> Duration {
    let next = AtomicU64::new(0);
    let start = Instant::now();
    thread::scope(|scope| {
        for _ in 0..callers {
            scope.spawn(|| {
                while next.fetch_add(1, Ordering::Relaxed) < count {
                    call();
                }
            });
        }
    });
    start.elapsed()
}

fn tracking(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("registry");
    group.throughput(Throughput::Elements(1));
    for callers in [1, 8] {
        let (_folder, _store, session, experiment) = registry();
        let run = session.start_run(&experiment, "log").unwrap().id;
        let steps = AtomicI64::new(0);
        let log = || {
            let step = steps.fetch_add(1, Ordering::Relaxed);
            let at = Timestamp::from_micros(step * 1000);
            let batch = (0..10).fold(RunBatch::new(), |batch, metric| {
                batch.metric_at(format!("m{metric}"), step as f64, step, at)
            });
            session.log(&run, &batch).unwrap();
        };
        group.bench_function(
            BenchmarkId::new("log_batch/10 metrics", format!("{callers} callers")),
            |bencher| {
                bencher.iter_custom(|count| shared(callers, count, log));
            },
        );
        let there = session.registry().metric_history(&run, "m9").unwrap().len();
        assert_eq!(i64::try_from(there).unwrap(), steps.load(Ordering::Relaxed));
        group.bench_function(BenchmarkId::new("start_run", format!("{callers} callers")), |bencher| {
            bencher.iter_custom(|count| {
                shared(callers, count, || drop(session.start_run(&experiment, "bench").unwrap()))
            });
        });
    }
    group.finish();
}

/// Entries of the audit log alone, by so many callers that each flush is shared.
fn entries(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("registry");
    group.throughput(Throughput::Elements(1));
    for callers in [1, 64] {
        let (_folder, store, session, _) = registry();
        let append = || {
            let act =
                Act::new(Timestamp::from_micros(0), session.principal().clone(), "bench.append", "bench");
            store.commit(&Commit::new(act, vec![], vec![]).unwrap()).unwrap();
        };
        group.bench_function(BenchmarkId::new("audit entry", format!("{callers} callers")), |bencher| {
            bencher.iter_custom(|count| shared(callers, count, append));
        });
        assert!(session.registry().verify().unwrap().is_clean());
    }
    group.finish();
}

fn resolving(criterion: &mut Criterion) {
    let (_folder, _store, session, experiment) = registry();
    let run = session.start_run(&experiment, "log").unwrap().id;
    let file = session.store_artifact(&mut "the model file".as_bytes()).unwrap();
    let new = NewVersion::new("flight-delay".parse().unwrap(), "1.0.0".parse().unwrap(), run, file);
    let version = session.register(&new).unwrap();
    let resolver = session.registry().resolver();
    let reference = "flight-delay/1.0.0".parse().unwrap();
    assert_eq!(*resolver.resolve(&reference).unwrap(), version);
    let mut group = criterion.benchmark_group("registry");
    group.bench_function("resolve/from memory", |bencher| {
        bencher.iter(|| resolver.resolve(&reference).unwrap());
    });
    group.bench_function("resolve/from the store", |bencher| {
        bencher.iter(|| session.registry().resolve(&reference).unwrap());
    });
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = tracking, entries, resolving
}
criterion_main!(benches);
