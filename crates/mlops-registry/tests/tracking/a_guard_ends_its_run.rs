//! A run ends by itself: finished, or failed by a panic or an early return; what nobody
//! could say is not pretended, and a store that fails meanwhile takes nothing down.

use std::ops::Range;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::Arc;
use std::sync::atomic::{AtomicU8, Ordering};
use std::thread;

use crate::world::{World, experiment, worlds};
use mlops_core::Digest;
use mlops_registry::merkle::{NodeId, NodeSource};
use mlops_registry::search::{Matches, Search};
use mlops_registry::store::{Commit, MemoryStore, MetadataStore, Query, Record};
use mlops_registry::tracking::{FAILURE_TAG, RunBatch, RunGuard, RunId, RunStatus};
use mlops_registry::{Error, Result};

#[track_caller]
fn ended(world: &World, run: &RunId) -> (RunStatus, Option<String>) {
    let data = world.registry.run_data(run).unwrap();
    (world.registry.run(run).unwrap().status, data.tags.get(FAILURE_TAG).cloned())
}

#[test]
fn a_run_that_comes_to_its_end_is_finished() {
    for world in worlds() {
        let run = world.ana.run(&experiment(), "x").unwrap();
        run.log(&RunBatch::new().param("trees", 100)).unwrap();
        run.log_file(&"a".parse().unwrap(), &mut "x".as_bytes()).unwrap();
        let id = run.id().clone();
        assert_eq!(ended(&world, &id), (RunStatus::Running, None));
        let part = run.nested("part").unwrap();
        assert_eq!(part.run().parent.as_ref(), Some(&id));
        part.finish().unwrap();
        assert_eq!(run.finish().unwrap().status, RunStatus::Finished);
        assert_eq!(ended(&world, &id), (RunStatus::Finished, None));
        let again = world.ana.resume(&id).unwrap();
        again.fail("too little data, said postgres://ana:hunter2@db/").unwrap();
        let told = Some("too little data, said postgres://db/".to_owned());
        assert_eq!(ended(&world, &id), (RunStatus::Failed, told));
        world.ana.resume(&id).unwrap().kill().unwrap();
        assert_eq!(ended(&world, &id).0, RunStatus::Killed);
        world.is_whole();
    }
}

#[test]
fn an_early_return_is_a_failure() {
    fn train(world: &World) -> Result<()> {
        let run = world.ana.run(&experiment(), "x")?;
        run.log(&RunBatch::new().param("", 1))?;
        run.finish()?;
        Ok(())
    }
    for world in worlds() {
        assert!(train(&world).is_err());
        let id = world.registry.runs(&experiment()).unwrap().remove(0).id;
        let told = Some("dropped before it was finished".to_owned());
        assert_eq!(ended(&world, &id), (RunStatus::Failed, told));
        world.is_whole();
    }
}

#[test]
fn a_panic_in_a_thread_is_a_failure() {
    for world in worlds() {
        let run = world.ana.run(&experiment(), "x").unwrap();
        let id = run.id().clone();
        let thread = thread::spawn(move || {
            run.log(&RunBatch::new().metric("auc", 0.7)).unwrap();
            panic!("out of memory");
        });
        assert!(thread.join().is_err());
        assert_eq!(ended(&world, &id), (RunStatus::Failed, Some("dropped by a panic".to_owned())));
        assert_eq!(world.registry.run_data(&id).unwrap().metrics.len(), 1, "what was logged is kept");
        world.is_whole();
    }
}

#[test]
fn work_in_a_run_tells_why_it_failed() {
    for world in worlds() {
        let last = || world.registry.runs(&experiment()).unwrap().pop().unwrap().id;
        let with = |work: fn(&RunGuard) -> Result<u8>| world.ana.with_run(&experiment(), "x", work);
        assert_eq!(with(|_| Ok(7)).unwrap(), 7);
        assert_eq!(ended(&world, &last()), (RunStatus::Finished, None));
        let error = with(|run| run.log(&RunBatch::new().param("", 1)).map(|()| 7)).unwrap_err();
        assert!(matches!(error, Error::Invalid { .. }));
        assert_eq!(ended(&world, &last()), (RunStatus::Failed, Some(error.to_string())));
        for (work, told) in [
            ((|_| panic!("a {}", "text")) as fn(&RunGuard) -> Result<u8>, "panic: a text"),
            (|_| panic!("words"), "panic: words"),
            (|_| std::panic::panic_any(7), "a panic without words"),
            (|_| panic!("token=hunter2"), "panic: token=[redacted]"),
        ] {
            let panic = catch_unwind(AssertUnwindSafe(|| with(work)));
            assert!(panic.is_err(), "it goes on");
            assert_eq!(ended(&world, &last()), (RunStatus::Failed, Some(told.to_owned())));
        }
        // Whoever ends it within the work has the last word on it.
        let mine = world.ana.with_run(&experiment(), "x", |run| {
            world.ana.end_run(run.id(), RunStatus::Killed)?;
            Ok::<_, Error>(())
        });
        assert!(matches!(mine, Err(Error::Conflict { .. })), "{mine:?}");
        assert_eq!(ended(&world, &last()).0, RunStatus::Killed);
        world.is_whole();
    }
}

/// A store that can be told to fail, or to panic, at each commit.
#[derive(Debug, Default)]
struct Failing {
    store: MemoryStore,
    how: AtomicU8,
}

impl NodeSource for Failing {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        self.store.nodes(ids)
    }
}

impl MetadataStore for Failing {
    fn read(&self, query: &Query) -> Result<Vec<Record>> {
        self.store.read(query)
    }
    fn commit(&self, commit: &Commit) -> Result<u64> {
        match self.how.load(Ordering::SeqCst) {
            0 => self.store.commit(commit),
            1 => Err(Error::Unavailable {
                store: "the disk".to_owned(),
                transient: false,
                source: "it is full".into(),
            }),
            _ => panic!("the store is broken"),
        }
    }
    fn size(&self) -> Result<u64> {
        self.store.size()
    }
    fn leaves(&self, range: Range<u64>) -> Result<Vec<(u64, Vec<u8>)>> {
        self.store.leaves(range)
    }
    fn damage(&self) -> Result<Vec<String>> {
        self.store.damage()
    }
    fn search(&self, search: &Search) -> Result<Matches> {
        self.store.search(search)
    }
}

#[test]
fn a_store_that_fails_meanwhile_takes_nothing_down() {
    for how in [1, 2] {
        let store = Arc::new(Failing::default());
        let world = World::over("failing", tempfile::tempdir().unwrap(), Arc::clone(&store) as _);
        let start = || {
            store.how.store(0, Ordering::SeqCst);
            let run = world.ana.run(&experiment(), "x").unwrap();
            store.how.store(how, Ordering::SeqCst);
            (run.id().clone(), run)
        };
        let (returned, run) = start();
        drop(run);
        let (panicked, run) = start();
        // A panic while another one is on its way would abort the test as a whole.
        let panic = catch_unwind(AssertUnwindSafe(move || {
            let _run = run;
            panic!("the first");
        }));
        assert_eq!(panic.unwrap_err().downcast_ref::<&str>(), Some(&"the first"));
        store.how.store(0, Ordering::SeqCst);
        let within = catch_unwind(AssertUnwindSafe(|| {
            world.ana.with_run(&experiment(), "x", |_| -> Result<()> {
                store.how.store(how, Ordering::SeqCst);
                panic!("the work")
            })
        }));
        assert_eq!(within.unwrap_err().downcast_ref::<&str>(), Some(&"the work"));
        store.how.store(0, Ordering::SeqCst);
        for run in [returned, panicked] {
            assert_eq!(ended(&world, &run), (RunStatus::Running, None), "nobody could say");
        }
        world.is_whole();
    }
}

#[test]
fn finishing_tells_of_an_error() {
    let store = Arc::new(Failing::default());
    let world = World::over("failing", tempfile::tempdir().unwrap(), Arc::clone(&store) as _);
    let run = world.ana.run(&experiment(), "x").unwrap();
    let id = run.id().clone();
    store.how.store(1, Ordering::SeqCst);
    assert!(matches!(run.finish(), Err(Error::Unavailable { .. })));
    store.how.store(0, Ordering::SeqCst);
    assert_eq!(ended(&world, &id), (RunStatus::Running, None), "it has not failed");
    world.ana.end_run(&id, RunStatus::Finished).unwrap();
}

#[cfg(feature = "sqlite")]
mod killed {
    use std::io::{BufRead as _, BufReader};
    use std::process::{Command, Stdio};

    use mlops_registry::Registry;
    use mlops_registry::artifact::MemoryArtifacts;
    use mlops_registry::merkle::Ed25519Signer;
    use mlops_registry::store::SqliteStore;

    use super::*;

    /// Where the child finds the store; unset, its part does nothing.
    const STORE: &str = "MLOPS_GUARD_CHILD";

    /// Starts a run, says so, and waits to be killed.
    #[test]
    fn child() {
        let Ok(path) = std::env::var(STORE) else { return };
        let store = Arc::new(SqliteStore::open(path).unwrap());
        let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
        let registry = Registry::builder(store, Arc::new(MemoryArtifacts::default()), signer).open().unwrap();
        let run = registry.session(&crate::world::principal("ana")).run(&experiment(), "killed").unwrap();
        run.log(&RunBatch::new().metric("auc", 0.7)).unwrap();
        println!("\nrun {}", run.id());
        std::thread::park();
        unreachable!("{run:?} was to be killed");
    }

    #[test]
    fn a_process_that_is_killed_leaves_its_run_running() {
        let world = World::sqlite();
        let mut child = Command::new(std::env::current_exe().unwrap())
            .args(["a_guard_ends_its_run::killed::child", "--exact", "--nocapture", "--test-threads=1"])
            .env(STORE, world.folder.path().join("registry.db"))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let lines = BufReader::new(child.stdout.take().unwrap()).lines();
        let id: RunId =
            lines.map(Result::unwrap).find_map(|line| line.strip_prefix("run ")?.parse().ok()).unwrap();
        child.kill().unwrap();
        child.wait().unwrap();
        assert_eq!(ended(&world, &id), (RunStatus::Running, None), "nothing is pretended");
        assert_eq!(world.registry.run_data(&id).unwrap().metrics.len(), 1);
        world.ana.end_run(&id, RunStatus::Killed).unwrap();
        assert_eq!(ended(&world, &id).0, RunStatus::Killed);
        world.is_whole();
    }
}

#[test]
fn a_run_hides_what_it_was_told_to() {
    use mlops_registry::tracking::environment::Redaction;
    use mlops_registry::tracking::{Dataset, NewRun};
    for world in worlds() {
        let new = NewRun::new(experiment(), "x").redaction(Redaction::default().known("hunter2"));
        let told = |run: &mlops_registry::tracking::RunId| {
            world.registry.run_data(run).unwrap().tags[FAILURE_TAG].clone()
        };
        let run = world.ana.run_with(&new).unwrap();
        let data = Dataset::new("d", Digest::of("d")).source("http", "https://a:b@host/hunter2?key=x");
        run.log(&RunBatch::new().dataset(data)).unwrap();
        let source = world.registry.inputs(run.id()).unwrap().remove(0).source;
        assert_eq!(source, "https://host/[redacted]?key=[redacted]");
        let nested = run.nested("part").unwrap();
        let (id, part) = (run.id().clone(), nested.id().clone());
        nested.fail("the part said hunter2").unwrap();
        run.fail("it said hunter2").unwrap();
        assert_eq!(
            (told(&id), told(&part)),
            ("it said [redacted]".into(), "the part said [redacted]".into())
        );
        let mut of = None;
        let failed = world.ana.with_new_run(&new, |run| {
            of = Some(run.id().clone());
            Err::<(), _>(Error::NotFound { what: "password", key: "hunter2".to_owned() })
        });
        assert!(failed.is_err());
        assert!(!told(&of.unwrap()).contains("hunter2"));
        let resumed = world.ana.resume(&id).unwrap().redaction(Redaction::default().known("again"));
        resumed.fail("once again").unwrap();
        assert_eq!(told(&id), "once [redacted]");
    }
}
