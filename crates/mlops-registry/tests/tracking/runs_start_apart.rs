//! Who starts a run or logs to one waits for nobody else who does: there is no record that all
//! of them change.

use std::collections::BTreeSet;
use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::thread;

use crate::world::{World, experiment, principal, worlds};
use mlops_core::{Digest, Timestamp};
use mlops_registry::access::{Role, Scope};
use mlops_registry::artifact::MemoryArtifacts;
use mlops_registry::merkle::{Ed25519Signer, NodeId, NodeSource};
use mlops_registry::search::{Matches, Search};
use mlops_registry::store::{Commit, MemoryStore, MetadataStore, Query, Record};
use mlops_registry::tracking::RunBatch;
use mlops_registry::{Error, Registry, Result};

/// A store that counts what is asked of it.
#[derive(Debug, Default)]
struct Counting {
    inner: MemoryStore,
    reads: AtomicUsize,
    conflicts: AtomicUsize,
}

impl NodeSource for Counting {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        self.inner.nodes(ids)
    }
}

impl MetadataStore for Counting {
    fn read(&self, query: &Query) -> Result<Vec<Record>> {
        self.reads.fetch_add(1, Ordering::SeqCst);
        self.inner.read(query)
    }
    fn search(&self, search: &Search) -> Result<Matches> {
        self.inner.search(search)
    }
    fn commit(&self, commit: &Commit) -> Result<u64> {
        let result = self.inner.commit(commit);
        if matches!(result, Err(Error::Conflict { .. })) {
            self.conflicts.fetch_add(1, Ordering::SeqCst);
        }
        result
    }
    fn size(&self) -> Result<u64> {
        self.inner.size()
    }
    fn leaves(&self, range: Range<u64>) -> Result<Vec<(u64, Vec<u8>)>> {
        self.inner.leaves(range)
    }
    fn damage(&self) -> Result<Vec<String>> {
        self.inner.damage()
    }
}

fn counting() -> (Arc<Counting>, World) {
    let store = Arc::new(Counting::default());
    let world = World::over("counting", tempfile::tempdir().unwrap(), Arc::clone(&store) as _);
    (store, world)
}

#[test]
fn starters_do_not_get_in_each_others_way() {
    let (store, world) = counting();
    thread::scope(|scope| {
        for _ in 0..8 {
            scope.spawn(|| {
                for step in 0..25 {
                    let run = world.ana.start_run(&experiment(), "x").unwrap().id;
                    let batch = RunBatch::new().metric_at("loss", 0.5, step, Timestamp::from_micros(0));
                    world.ana.log(&run, &batch).unwrap();
                }
            });
        }
    });
    assert_eq!(store.conflicts.load(Ordering::SeqCst), 0);
    assert_eq!(world.registry.runs(&experiment()).unwrap().len(), 200);
    world.is_whole();
}

#[test]
fn what_is_new_is_logged_without_a_look_at_each_piece() {
    let (store, world) = counting();
    let run = world.ana.start_run(&experiment(), "x").unwrap().id;
    let mut batch = RunBatch::new().param("trees", 100);
    for step in 0..100 {
        batch = batch.metric_at("loss", 0.5, step, Timestamp::from_micros(0));
    }
    let before = store.reads.load(Ordering::SeqCst);
    world.ana.log(&run, &batch).unwrap();
    let reads = store.reads.load(Ordering::SeqCst) - before;
    assert!(reads <= 3, "{reads} reads");
    // What is there is found, and left as it is.
    let size = store.size().unwrap();
    world.ana.log(&run, &batch).unwrap();
    assert_eq!(store.size().unwrap(), size, "nothing was new");
    world.ana.log(&run, &batch.metric_at("loss", 0.4, 100, Timestamp::from_micros(0))).unwrap();
    assert_eq!(world.registry.metric_history(&run, "loss").unwrap().len(), 101);
    let other = RunBatch::new().metric_at("loss", 0.3, 101, Timestamp::from_micros(0)).param("trees", 200);
    assert!(matches!(world.ana.log(&run, &other), Err(Error::Conflict { what: "param", .. })));
    assert_eq!(world.registry.metric_history(&run, "loss").unwrap().len(), 101, "all or nothing");
    world.is_whole();
}

#[test]
fn a_role_that_is_taken_away_is_gone_at_once() {
    for world in worlds() {
        let run = world.ana.start_run(&experiment(), "x").unwrap().id;
        world.ana.log(&run, &RunBatch::new().metric("loss", 0.5)).unwrap();
        world.admin.revoke(&principal("ana"), Role::Author, Scope::All).unwrap();
        let denied = |result: Result<()>| assert!(matches!(result, Err(Error::Denied { .. })), "{result:?}");
        denied(world.ana.log(&run, &RunBatch::new().metric("loss", 0.4)));
        denied(world.ana.start_run(&experiment(), "x").map(drop));
        world.admin.grant(&principal("ana"), Role::Author, Scope::All).unwrap();
        world.ana.log(&run, &RunBatch::new().metric("loss", 0.4)).unwrap();
        world.is_whole();
    }
}

/// Another process, as far as the registry can tell: nothing is shared but the store.
fn beside(world: &World, store: Arc<dyn MetadataStore>) -> Registry {
    let artifacts = Arc::new(MemoryArtifacts::default());
    Registry::builder(store, artifacts, Arc::new(Ed25519Signer::from_seed(&[7; 32])))
        .clock(Arc::clone(&world.clock) as _)
        .open()
        .unwrap()
}

#[test]
fn two_registries_over_one_store_give_no_number_twice() {
    let (store, world) = counting();
    let other = beside(&world, Arc::clone(&store) as _).session(world.ana.principal());
    thread::scope(|scope| {
        for session in [&world.ana, &world.ana, &other, &other] {
            scope.spawn(move || {
                for _ in 0..50 {
                    session.start_run(&experiment(), "x").unwrap();
                }
            });
        }
    });
    let runs = world.registry.runs(&experiment()).unwrap();
    let numbers: BTreeSet<u32> = runs.iter().map(|run| run.id.number).collect();
    assert_eq!((runs.len(), numbers.len()), (200, 200));
    // Who comes later goes on behind the last.
    let last = numbers.last().unwrap();
    let later = beside(&world, store as _).session(world.ana.principal());
    assert_eq!(later.start_run(&experiment(), "x").unwrap().id.number, last + 1);
    world.is_whole();
}

#[test]
fn a_role_that_another_process_takes_away_is_gone_too() {
    let (store, world) = counting();
    let run = world.ana.start_run(&experiment(), "x").unwrap().id;
    world.ana.log(&run, &RunBatch::new().metric("loss", 0.5)).unwrap();
    let admin = beside(&world, store as _).session(world.admin.principal());
    admin.revoke(&principal("ana"), Role::Author, Scope::All).unwrap();
    let result = world.ana.log(&run, &RunBatch::new().metric("loss", 0.4));
    assert!(matches!(result, Err(Error::Denied { .. })), "{result:?}");
    world.is_whole();
}
