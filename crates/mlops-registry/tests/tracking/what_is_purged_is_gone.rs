//! What is purged is gone for good, from its first moment on; what others rest on is kept.

use std::collections::BTreeSet;
use std::time::Duration;

use crate::world::meddled::{full as disk_full, meddled};
use crate::world::{World, experiment, model, version, worlds};
use mlops_core::{Clock as _, Digest, ExperimentName};
use mlops_registry::artifact::ArtifactStoreExt as _;
use mlops_registry::search::RunSearch;
use mlops_registry::tracking::{FilePath, NewRun, RunBatch, RunId, View};
use mlops_registry::trial::{TrialKind, TrialOutcome};
use mlops_registry::{Error, Result};

const DAY: Duration = Duration::from_hours(24);

fn name(text: &str) -> ExperimentName {
    text.parse().unwrap()
}

#[track_caller]
fn conflict<T: std::fmt::Debug>(result: Result<T>) -> String {
    match result {
        Err(error @ Error::Conflict { .. }) => error.to_string(),
        other => panic!("{other:?}"),
    }
}

#[track_caller]
#[expect(clippy::needless_pass_by_value, reason = "it is spelled out in the call")]
fn gone<T: std::fmt::Debug>(result: Result<T>) {
    assert!(matches!(result, Err(Error::NotFound { .. })), "{result:?}");
}

/// A run with something of every kind, and more points than one transaction removes.
fn full(world: &World) -> RunId {
    let id = world.ana.start_run(&experiment(), "full").unwrap().id;
    let at = world.clock.now();
    for page in 0..3_i64 {
        let points =
            (0..500).fold(RunBatch::new(), |batch, i| batch.metric_at("loss", 0.5, page * 500 + i, at));
        world.ana.log(&id, &points.param(format!("p{page}"), "x")).unwrap();
    }
    world.ana.log(&id, &RunBatch::new().tag("a", "b").input("d", mlops_core::Digest::of("d"))).unwrap();
    world.ana.log_file(&id, &FilePath::new("a/b").unwrap(), &mut "x".as_bytes()).unwrap();
    id
}

#[test]
fn what_is_purged_is_gone_and_the_log_knows() {
    for world in worlds() {
        let (ana, root, registry) = (&world.ana, &world.admin, &world.registry);
        let id = full(&world);
        assert!(conflict(root.purge_run(&id, DAY)).contains("is active, not deleted"));
        ana.delete_run(&id).unwrap();
        let early = conflict(root.purge_run(&id, DAY));
        assert!(early.contains("is deleted by ana") && early.contains("not deleted 86400 s ago"), "{early}");
        world.clock.advance(DAY);
        assert!(matches!(ana.purge_run(&id, DAY), Err(Error::Denied { .. })), "authors may not");
        let purged = root.purge_run(&id, DAY).unwrap();
        assert_eq!((purged.runs, purged.records), (1, 1 + 1500 + 3 + 1 + 1 + 2));
        gone(registry.run(&id));
        gone(root.purge_run(&id, DAY));
        gone(ana.restore_run(&id));
        let data = registry.run_data(&id).unwrap();
        assert!(data.params.is_empty() && data.metrics.is_empty() && data.tags.is_empty());
        assert_eq!(registry.metric_history(&id, "loss").unwrap(), []);
        assert!(registry.files(&id).unwrap().is_empty() && registry.inputs(&id).unwrap().is_empty());
        let next = ana.start_run(&experiment(), "next").unwrap().id;
        assert_eq!(next.number, id.number + 1, "a number is never given again");
        let digests = registry.entries(0..u64::MAX).unwrap().into_iter().flat_map(|entry| entry.changes);
        let kept = digests.filter(|change| change.kind.as_str() == "metric" && change.digest.is_some());
        assert_eq!(kept.count(), 1500, "the log keeps what there was");
        world.is_whole();
    }
}

#[test]
fn a_purged_number_stays_taken_in_another_process() {
    for world in worlds() {
        let other = world.reopened();
        let (elsewhere, ana) = (other.session(world.ana.principal()), &world.ana);
        elsewhere.start_run(&experiment(), "1").unwrap();
        let second = ana.start_run(&experiment(), "2").unwrap().id;
        ana.delete_run(&second).unwrap();
        world.admin.purge_run(&second, Duration::ZERO).unwrap();
        assert_eq!(elsewhere.start_run(&experiment(), "3").unwrap().id.number, second.number + 1);
    }
}

#[test]
fn what_versions_came_from_and_what_others_are_within_is_kept() {
    for world in worlds() {
        let (ana, root) = (&world.ana, &world.admin);
        let registered = world.register("1.0.0");
        ana.delete_run(&registered.run).unwrap();
        let refused = conflict(root.purge_run(&registered.run, Duration::ZERO));
        assert!(refused.contains("flight-delay/1.0.0 came from, whose lineage is kept"), "{refused}");
        root.delete_version(&model(), &version("1.0.0"), "a mistake").unwrap();
        let refused = conflict(root.purge_run(&registered.run, Duration::ZERO));
        assert!(refused.contains("lineage is kept"), "{refused}");
        let told = world.registry.entries(0..u64::MAX).unwrap();
        assert!(
            told.iter().any(|e| e.act.action == "run.purge" && !e.act.refused.is_empty()),
            "it is told of"
        );

        let sweep = ana.start_run(&experiment(), "sweep").unwrap().id;
        let part = ana.start_run_with(&NewRun::new(experiment(), "part").within(sweep.clone())).unwrap().id;
        ana.delete_run(&sweep).unwrap();
        ana.delete_run(&part).unwrap();
        let refused = conflict(root.purge_run(&sweep, Duration::ZERO));
        assert!(refused.contains(&format!("the parent of 1, such as {part}")), "{refused}");
        root.purge_run(&part, Duration::ZERO).unwrap();
        root.purge_run(&sweep, Duration::ZERO).unwrap();
        world.is_whole();
    }
}

#[test]
fn a_purged_experiment_leaves_its_name() {
    for world in worlds() {
        let (ana, root, registry) = (&world.ana, &world.admin, &world.registry);
        ana.create_experiment(&name("tmp")).unwrap();
        ana.tag_experiment(&name("tmp"), "a", "b").unwrap();
        let sweep = ana.start_run(&name("tmp"), "sweep").unwrap().id;
        ana.start_run_with(&NewRun::new(name("tmp"), "part").within(sweep.clone())).unwrap();
        assert!(conflict(root.purge_experiment(&name("tmp"), DAY)).contains("is active"));
        ana.delete_experiment(&name("tmp")).unwrap();
        assert!(conflict(root.purge_experiment(&name("tmp"), DAY)).contains("86400"));
        let purged = root.purge_experiment(&name("tmp"), Duration::ZERO).unwrap();
        assert_eq!((purged.runs, purged.records), (2, 2 + 1 + 1));
        gone(registry.experiment(&name("tmp")));
        gone(ana.restore_experiment(&name("tmp")));
        gone(ana.start_run(&name("tmp"), "x"));
        assert!(registry.experiments_in(View::All).unwrap().iter().all(|e| e.name != name("tmp")));
        assert_eq!(registry.runs_in(&name("tmp"), View::All).unwrap(), []);
        let again = conflict(ana.create_experiment(&name("tmp")));
        assert!(again.contains("deleted for good by ana"), "{again}");

        // One of whose runs something came.
        world.register("1.0.0");
        ana.delete_experiment(&experiment()).unwrap();
        let refused = conflict(root.purge_experiment(&experiment(), Duration::ZERO));
        assert!(refused.contains("lineage is kept"), "{refused}");
        ana.restore_experiment(&experiment()).unwrap();
        assert_eq!(registry.runs(&experiment()).unwrap().len(), 1, "nothing was removed");
        world.is_whole();
    }
}

#[test]
fn a_purge_that_was_cut_off_shows_no_run_again() {
    for (world, store) in meddled() {
        let (ana, root, registry) = (&world.ana, &world.admin, &world.registry);
        ana.create_experiment(&name("tmp")).unwrap();
        let first = ana.start_run(&name("tmp"), "first").unwrap().id;
        ana.start_run(&name("tmp"), "second").unwrap();
        ana.delete_run(&first).unwrap();
        ana.delete_experiment(&name("tmp")).unwrap();
        let mut commits = 0;
        store.meddle(move |call| {
            commits += usize::from(call.commits());
            if commits > 1 { Err(disk_full()) } else { Ok(()) }
        });
        let cut = root.purge_experiment(&name("tmp"), Duration::ZERO);
        assert!(matches!(cut, Err(Error::Unavailable { .. })), "{cut:?}");
        store.rest();
        gone(registry.experiment(&name("tmp")));
        for view in [View::Active, View::Deleted, View::All] {
            for search in [RunSearch::default(), RunSearch::within([name("tmp")])] {
                let found = registry.search_runs(&search.view(view)).unwrap().items;
                assert!(found.is_empty(), "{} {view:?}: {found:?}", world.name);
            }
        }
        world.is_whole();
        assert_eq!(root.purge_experiment(&name("tmp"), Duration::ZERO).unwrap().runs, 2);
        world.is_whole();
    }
}

#[test]
fn what_a_purge_drops_is_referred_to_no_more() {
    for world in worlds() {
        let (ana, root, registry) = (&world.ana, &world.admin, &world.registry);
        let used = || registry.referenced_artifacts().unwrap();
        let shared = |path: &str| FilePath::new(path).unwrap();
        let of = |text: &str| Digest::of(text);
        let one = ana.start_run(&experiment(), "one").unwrap().id;
        let two = ana.start_run(&experiment(), "two").unwrap().id;
        for (run, path, bytes) in [
            (&one, "plots/own", "own"),
            (&one, "both", "shared"),
            (&two, "both", "shared"),
            (&two, "replaced", "first"),
            (&two, "replaced", "second"),
        ] {
            ana.log_file(run, &shared(path), &mut bytes.as_bytes()).unwrap();
        }
        ana.log(&one, &RunBatch::new().input("d", of("data of one"))).unwrap();
        let unused = ana.store_artifact(&mut "nobody's".as_bytes()).unwrap();
        let registered = world.register("1.0.0");
        let first = BTreeSet::from([
            of("own"),
            of("shared"),
            of("second"),
            of("data of one"),
            of("flights"),
            registered.artifact,
        ]);
        assert_eq!(used(), first, "{}", world.name);
        assert!(registry.artifacts().contains(&unused).unwrap());

        // Deleted is not gone: it may be restored, and tombstones keep the file.
        ana.delete_run(&one).unwrap();
        root.delete_version(&model(), &version("1.0.0"), "a mistake").unwrap();
        assert_eq!(used(), first);

        // What is purged drops what is its own, and what others have too stays.
        root.purge_run(&one, Duration::ZERO).unwrap();
        let left = BTreeSet::from([of("shared"), of("second"), of("flights"), registered.artifact]);
        assert_eq!(used(), left);
        assert!(registry.artifacts().contains(&of("own")).unwrap(), "the bytes are there");

        ana.create_experiment(&name("tmp")).unwrap();
        let run = ana.start_run(&name("tmp"), "run").unwrap().id;
        ana.log_file(&run, &shared("a"), &mut "tmp".as_bytes()).unwrap();
        assert!(used().contains(&of("tmp")));
        ana.delete_experiment(&name("tmp")).unwrap();
        assert!(used().contains(&of("tmp")));
        root.purge_experiment(&name("tmp"), Duration::ZERO).unwrap();
        assert_eq!(used(), left);

        // And what a trial rests on.
        let trial = world.register("1.1.0");
        world.dora.start_trial(&trial.model, &trial.version, TrialKind::Shadow).unwrap();
        let (outcome, grounds) = (TrialOutcome::Completed, [of("verdict")]);
        world.dora.end_trial_on(&trial.model, &trial.version, outcome, &grounds).unwrap();
        assert!(used().is_superset(&BTreeSet::from([trial.artifact, of("verdict")])));
        world.is_whole();
    }
}
