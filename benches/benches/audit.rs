//! The audit of a whole log: every entry read, hashed, understood and compared with the tree, every record with the log.
#![allow(missing_docs, clippy::unwrap_used, reason = "criterion's macro; a bench may stop")]

use std::time::Duration;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use mlops::Timestamp;
use mlops::registry::audit::{Act, Audit};
use mlops::registry::merkle::InclusionProof;
use mlops::registry::store::{Change, Commit, Key, Kind, MemoryStore, MetadataStore, Revision, SqliteStore};

/// How many records the entries are about, in turn.
const RECORDS: u64 = 10_000;

/// Commits that move the stages of versions about; each leaves an entry of some 330 bytes.
fn commits(entries: u64) -> impl Iterator<Item = Commit> {
    (0..entries).map(|number| {
        let micros = 1_364_774_400_000_000 + i64::try_from(number).unwrap() * 1_500_017;
        let name = format!("model-{:05}", number % RECORDS);
        let subject = format!("{name}/1.0.0");
        let act = Act::new(
            Timestamp::from_micros(micros),
            "ana@bank.example".parse().unwrap(),
            "stage.set",
            subject,
        );
        let was = number.checked_sub(RECORDS).map(Revision);
        let key = Key::from([name.as_str(), "1.0.0"]);
        let change = Change::put(Kind::Stage, key, was, &format!("move {number}")).unwrap();
        Commit::new(act, vec![], vec![change]).unwrap()
    })
}

fn audit(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("audit");
    group.sample_size(10);
    let folder = tempfile::tempdir().unwrap();
    let memory = MemoryStore::default();
    let sqlite = SqliteStore::open(folder.path().join("registry.db")).unwrap();
    // A commit to the disk is flushed: of these there are fewer.
    let stores: [(&str, u64, &dyn MetadataStore); 2] =
        [("memory", 200_000, &memory), ("sqlite", 20_000, &sqlite)];
    for (name, entries, store) in stores {
        for commit in commits(entries) {
            store.commit(&commit).unwrap();
        }
        let report = Audit::of(store).verify().unwrap();
        assert!(report.is_clean() && report.entries == entries, "{report}");
        group.throughput(Throughput::Elements(entries));
        for threads in [1, 2] {
            let id =
                BenchmarkId::new(format!("verify/{threads} threads"), format!("{entries} entries, {name}"));
            group.bench_function(id, |bencher| {
                bencher.iter(|| Audit::of(store).threads(threads).verify().unwrap());
            });
        }
        group.throughput(Throughput::Elements(1));
        group.bench_function(BenchmarkId::new("prove", format!("{entries} entries, {name}")), |bencher| {
            bencher.iter(|| InclusionProof::of(store, entries / 3, entries).unwrap());
        });
    }
    group.finish();
}

criterion_group! {
    name = benches;
    config = Criterion::default().warm_up_time(Duration::from_secs(1));
    targets = audit
}
criterion_main!(benches);
