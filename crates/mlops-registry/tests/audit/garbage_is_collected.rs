//! What nothing refers to goes, and nothing else; the log tells of it, and still holds.

use std::io::Read;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;
use std::time::Duration;

use mlops_core::{Digest, ManualClock};
use mlops_registry::access::{Action, Role, Scope};
use mlops_registry::artifact::{
    ArtifactStore, ArtifactStoreExt as _, ChunkSizes, ChunkedArtifacts, FolderArtifacts, MemoryArtifacts,
    Reclaimed, Sweep,
};
use mlops_registry::audit::Discrepancy;
use mlops_registry::garbage::{GarbageCollection, KeptBecause};
use mlops_registry::merkle::Ed25519Signer;
use mlops_registry::model::NewVersion;
use mlops_registry::store::MemoryStore;
use mlops_registry::{Error, Registry, Result};

use crate::world::{World, experiment, model, principal, version, worlds};

fn after_an_hour() -> GarbageCollection {
    GarbageCollection::new().grace(Duration::from_hours(1))
}

/// Time enough for anything to be old.
fn two_hours_later(world: &World) {
    world.clock.advance(Duration::from_hours(2));
}

fn digests(report: &mlops_registry::garbage::GarbageReport) -> Vec<Digest> {
    report.garbage.iter().map(|garbage| garbage.digest).collect()
}

fn sorted(digests: impl IntoIterator<Item = Digest>) -> Vec<Digest> {
    let mut digests: Vec<_> = digests.into_iter().collect();
    digests.sort_unstable();
    digests
}

#[test]
fn what_nothing_refers_to_goes_and_the_report_says_why_the_rest_stays() {
    for world in worlds() {
        let registered = world.register("1.0.0");
        let deleted = world.register("1.1.0");
        world.admin.delete_version(&model(), &deleted.version, "a mistake").unwrap();
        let run = world.ana.start_run(&experiment(), "files").unwrap().id;
        let path = "report.txt".parse().unwrap();
        let replaced = world.ana.log_file(&run, &path, &mut "old report".as_bytes()).unwrap().digest;
        let logged = world.ana.log_file(&run, &path, &mut "new report".as_bytes()).unwrap().digest;
        let orphan = world.ana.store_artifact(&mut "never registered".as_bytes()).unwrap();
        two_hours_later(&world);
        let young = world.ana.store_artifact(&mut "just stored".as_bytes()).unwrap();

        let before =
            (world.registry.store().size().unwrap(), world.registry.artifacts().list(None, 99).unwrap());
        let planned = world.admin.garbage(&after_an_hour()).unwrap();
        assert_eq!(digests(&planned), sorted([replaced, orphan]), "{}", world.name);
        assert_eq!((planned.sweep, planned.bytes, planned.entries.len()), (Sweep::DryRun, 26, 0));
        let because = |digest: &Digest| {
            planned.kept.iter().find(|kept| kept.digest == *digest).map(|kept| kept.because)
        };
        assert_eq!(because(&registered.artifact), Some(KeptBecause::Version));
        assert_eq!(because(&deleted.artifact), Some(KeptBecause::DeletedVersion));
        assert_eq!(because(&logged), Some(KeptBecause::File));
        assert_eq!(because(&young), Some(KeptBecause::Young));
        assert_eq!(
            planned.to_string(),
            "2 artifacts of 26 bytes would go; 4 stay: 1 of a version, 1 of a run, 1 of a deleted version, 1 young"
        );
        let after =
            (world.registry.store().size().unwrap(), world.registry.artifacts().list(None, 99).unwrap());
        assert_eq!(after, before, "a dry run changes nothing");

        let collected = world.admin.collect_garbage(&after_an_hour(), "the disk is full").unwrap();
        assert_eq!((digests(&collected), collected.kept), (digests(&planned), planned.kept));
        for (digest, there) in [
            (registered.artifact, true),
            (deleted.artifact, true),
            (logged, true),
            (young, true),
            (replaced, false),
            (orphan, false),
        ] {
            assert_eq!(world.registry.artifacts().contains(&digest).unwrap(), there, "{digest}");
        }
        let [entry] = collected.entries[..] else { panic!("{:?}", collected.entries) };
        let entry = world.registry.entries(entry..entry + 1).unwrap().remove(0);
        assert_eq!(entry.act.action, Action::CollectGarbage.as_str());
        assert_eq!(entry.act.reason.as_deref(), Some("the disk is full"));
        assert_eq!(entry.collected.unwrap().artifacts(), sorted([replaced, orphan]));
        world.is_whole();

        let again = world.admin.collect_garbage(&after_an_hour(), "again").unwrap();
        assert!(again.garbage.is_empty() && again.entries.is_empty(), "{again}");
        // What the log named, and told was collected, must not be confused with a loss.
        world.registry.artifacts().remove(&logged).unwrap();
        let report = world.registry.verify().unwrap();
        assert!(
            matches!(report.discrepancies[..], [Discrepancy::ArtifactMissing { digest, .. }] if digest == logged)
        );
    }
}

#[test]
fn what_deleted_versions_had_goes_only_if_asked_for() {
    for world in worlds() {
        let deleted = world.register("1.0.0");
        world.admin.delete_version(&model(), &deleted.version, "a mistake").unwrap();
        two_hours_later(&world);
        let kept = world.admin.collect_garbage(&after_an_hour(), "tidy").unwrap();
        assert_eq!(kept.kept_because(KeptBecause::DeletedVersion), 1);
        let collected =
            world.admin.collect_garbage(&after_an_hour().deleted_versions(), "told to forget").unwrap();
        assert_eq!(digests(&collected), [deleted.artifact]);
        assert_eq!(world.registry.deleted_versions(&model()).unwrap()[0].artifact(), Some(deleted.artifact));
        world.is_whole();

        // Whoever wants it again puts it again; from then on it is asked for.
        let again = NewVersion::new(model(), deleted.version.clone(), world.run(), deleted.artifact);
        assert!(matches!(world.ana.register(&again), Err(Error::NotFound { what: "artifact", .. })));
        world.ana.store_artifact(&mut "model 1.0.0".as_bytes()).unwrap();
        world.ana.register(&again).unwrap();
        world.is_whole();
        world.registry.artifacts().remove(&deleted.artifact).unwrap();
        let report = world.registry.verify().unwrap();
        assert!(matches!(report.discrepancies[..], [Discrepancy::ArtifactMissing { .. }]), "{report}");
    }
}

#[test]
fn what_is_put_or_registered_again_counts_as_new() {
    for world in worlds() {
        let bytes = b"stored long ago".as_slice();
        let old = world.ana.store_artifact(&mut { bytes }).unwrap();
        two_hours_later(&world);
        assert_eq!(digests(&world.admin.garbage(&after_an_hour()).unwrap()), [old]);
        world.ana.store_artifact(&mut { bytes }).unwrap();
        let collected = world.admin.collect_garbage(&after_an_hour(), "tidy").unwrap();
        assert_eq!((collected.garbage.len(), collected.kept_because(KeptBecause::Young)), (0, 1));
        two_hours_later(&world);
        world.registry.artifacts().touch(&old).unwrap();
        assert!(world.admin.collect_garbage(&after_an_hour(), "tidy").unwrap().garbage.is_empty());
        world.ana.register(&NewVersion::new(model(), version("1.0.0"), world.run(), old)).unwrap();
        two_hours_later(&world);
        assert!(world.admin.collect_garbage(&after_an_hour(), "tidy").unwrap().garbage.is_empty());
        world.is_whole();
    }
}

#[test]
fn only_an_admin_collects_and_says_why() {
    for world in worlds() {
        let size = world.registry.store().size().unwrap();
        for role in Role::ALL.into_iter().filter(|role| *role != Role::Admin) {
            let someone = principal(&format!("{role:?}").to_lowercase());
            world.admin.grant(&someone, role, Scope::All).unwrap();
            let session = world.registry.session(&someone);
            for denied in
                [session.garbage(&after_an_hour()), session.collect_garbage(&after_an_hour(), "curious")]
            {
                assert!(
                    matches!(denied, Err(Error::Denied { needed: Role::Admin, .. })),
                    "{role:?}: {denied:?}"
                );
            }
        }
        let log = world.registry.entries(size..u64::MAX).unwrap();
        let refused = log.iter().filter(|entry| !entry.act.refused.is_empty()).count();
        assert_eq!(refused, Role::ALL.len() - 1, "each refusal is told, once");
        for empty in ["", "  "] {
            let error = world.admin.collect_garbage(&after_an_hour(), empty).unwrap_err();
            assert!(matches!(error, Error::Invalid { field: "reason", .. }), "{error:?}");
        }
    }
}

/// Fails at the second removal, as if the process ended there.
#[derive(Debug)]
struct Ending(FolderArtifacts, AtomicUsize);

impl ArtifactStore for Ending {
    fn put(&self, source: &mut dyn Read) -> Result<Digest> {
        self.0.put(source)
    }
    fn open(&self, digest: &Digest) -> Result<Box<dyn Read + Send>> {
        self.0.open(digest)
    }
    fn size(&self, digest: &Digest) -> Result<Option<u64>> {
        self.0.size(digest)
    }
    fn list(&self, after: Option<&Digest>, limit: usize) -> Result<Vec<Digest>> {
        self.0.list(after, limit)
    }
    fn remove(&self, digest: &Digest) -> Result<bool> {
        self.0.remove(digest)
    }
    fn touch(&self, digest: &Digest) -> Result<bool> {
        self.0.touch(digest)
    }
    fn remove_older(&self, digest: &Digest, age: Duration, sweep: Sweep) -> Result<bool> {
        if sweep == Sweep::Remove && self.1.fetch_add(1, Ordering::Relaxed) == 1 {
            return Err(Error::Unavailable {
                store: "the store that ends".to_owned(),
                transient: true,
                source: "it is over".into(),
            });
        }
        self.0.remove_older(digest, age, sweep)
    }
    fn reclaim(&self, age: Duration, sweep: Sweep) -> Result<Reclaimed> {
        self.0.reclaim(age, sweep)
    }
}

#[test]
fn an_end_in_the_middle_leaves_a_whole_registry() {
    for world in worlds() {
        let folder =
            FolderArtifacts::with_clock(world.folder.path().join("ending"), Arc::clone(&world.clock) as _);
        let ending = Arc::new(Ending(folder.unwrap(), AtomicUsize::new(0)));
        let registry = Registry::builder(Arc::clone(&world.store), ending, Arc::clone(&world.signer) as _)
            .clock(Arc::clone(&world.clock) as _)
            .open()
            .unwrap();
        let (root, ana) = (registry.session(&principal("root")), registry.session(&principal("ana")));
        let run = ana.start_run(&experiment(), "files").unwrap().id;
        // Named by the log, and then by no record any more.
        for text in ["first", "second", "third", "last"] {
            ana.log_file(&run, &"file".parse().unwrap(), &mut text.as_bytes()).unwrap();
        }
        two_hours_later(&world);
        let ended = root.collect_garbage(&after_an_hour(), "tidy").unwrap_err();
        assert!(ended.is_transient(), "{ended:?}");
        assert_eq!(registry.artifacts().list(None, 9).unwrap().len(), 3, "one went before the end");
        let report = registry.verify().unwrap();
        assert!(report.is_clean(), "{report}");
        let rest = root.collect_garbage(&after_an_hour(), "tidy").unwrap();
        assert_eq!(rest.garbage.len(), 2);
        let report = registry.verify().unwrap();
        assert!(report.is_clean(), "{report}");
    }
}

#[test]
fn what_is_registered_while_others_collect_stays() {
    const EACH: usize = 12;
    for world in worlds() {
        let bytes = |thread: usize, turn: usize| format!("model {thread} {turn}").into_bytes();
        for (thread, turn) in (0..4).flat_map(|thread| (0..EACH).map(move |turn| (thread, turn))) {
            world.ana.store_artifact(&mut bytes(thread, turn).as_slice()).unwrap();
        }
        // All are old, and nothing refers to any.
        two_hours_later(&world);
        let run = world.run();
        let registered = thread::scope(|scope| {
            let authors: Vec<_> = (0..4)
                .map(|thread| {
                    let (ana, run) = (&world.ana, &run);
                    scope.spawn(move || {
                        let mut registered = 0;
                        for turn in 0..EACH {
                            let bytes = bytes(thread, turn);
                            // The one half put again what is there already, the others rely on it.
                            let digest = if turn % 2 == 0 {
                                ana.store_artifact(&mut bytes.as_slice()).unwrap()
                            } else {
                                Digest::of(&bytes)
                            };
                            let version = version(&format!("{}.{turn}.0", thread + 1));
                            match ana.register(&NewVersion::new(model(), version, run.clone(), digest)) {
                                Ok(_) => registered += 1,
                                Err(Error::NotFound { what: "artifact", .. }) if turn % 2 == 1 => {}
                                Err(error) => panic!("{error}"),
                            }
                        }
                        registered
                    })
                })
                .collect();
            let collector = scope.spawn(|| {
                while !authors.iter().all(thread::ScopedJoinHandle::is_finished) {
                    world.admin.collect_garbage(&after_an_hour(), "tidy").unwrap();
                }
                authors.into_iter().map(|author| author.join().unwrap()).sum::<usize>()
            });
            collector.join().unwrap()
        });
        let versions = world.registry.versions(&model()).unwrap();
        assert_eq!(versions.len(), registered);
        assert!(registered >= 4 * EACH / 2);
        for version in versions {
            world.registry.artifacts().check(&version.artifact).unwrap();
        }
        world.is_whole();
    }
}

#[test]
fn chunks_that_no_artifact_has_go_too() {
    let clock = Arc::new(ManualClock::new("2013-04-01".parse().unwrap()));
    let sizes = ChunkSizes::new(1 << 10, 4 << 10, 16 << 10).unwrap();
    let blobs = MemoryArtifacts::with_clock(Arc::clone(&clock) as _);
    let chunked = ChunkedArtifacts::with_sizes(blobs, sizes);
    let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
    let registry = Registry::builder(Arc::new(MemoryStore::default()), Arc::new(chunked), signer)
        .clock(Arc::clone(&clock) as _)
        .create("registry.example".parse().unwrap(), &principal("root"))
        .unwrap();
    let root = registry.session(&principal("root"));
    let mut state = 1_u64;
    let random: Vec<u8> = std::iter::repeat_with(|| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 56) as u8
    })
    .take(200_000)
    .collect();
    let mut fine_tuned = random.clone();
    fine_tuned[100_000..100_100].fill(0);
    let (old, new) = (
        registry.artifacts().put_bytes(&random).unwrap(),
        registry.artifacts().put_bytes(&fine_tuned).unwrap(),
    );
    clock.advance(Duration::from_hours(2));
    registry.artifacts().touch(&new).unwrap();
    let collected = root.collect_garbage(&after_an_hour(), "tidy").unwrap();
    assert_eq!(digests(&collected), [old]);
    assert!((1..=3).contains(&collected.reclaimed.parts), "{collected}: only what was not shared");
    assert_eq!(registry.artifacts().check(&new).unwrap(), 200_000);
    assert!(registry.verify().unwrap().is_clean());
}
