//! Experiments and runs are renamed, nested, deleted, restored and purged; what is refused
//! says why, and a clock that goes back loses nothing.

use std::time::Duration;

use crate::world::{experiment, model, version, worlds};
use mlops_core::{Clock as _, ExperimentName};
use mlops_registry::model::NewVersion;
use mlops_registry::tracking::{Lifecycle, NewRun, RunBatch, RunId, RunStatus, View};
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

#[test]
fn an_experiment_is_called_described_and_tagged() {
    for world in worlds() {
        let ana = &world.ana;
        assert_eq!(world.registry.experiment(&experiment()).unwrap().title(), "flight-delay");
        ana.rename_experiment(&experiment(), "Delays (summer)").unwrap();
        ana.describe_experiment(&experiment(), "What is *late*.").unwrap();
        ana.tag_experiment(&experiment(), "team", "pricing").unwrap();
        ana.tag_experiment(&experiment(), "team", "ops").unwrap();
        ana.tag_experiment(&experiment(), "tmp", "x").unwrap();
        ana.untag_experiment(&experiment(), "tmp").unwrap();
        gone(ana.untag_experiment(&experiment(), "tmp"));
        let size = world.registry.store().size().unwrap();
        ana.tag_experiment(&experiment(), "team", "ops").unwrap();
        let there = ana.rename_experiment(&experiment(), "Delays (summer)").unwrap();
        assert_eq!(world.registry.store().size().unwrap(), size, "the same again changes nothing");
        assert_eq!((there.title(), there.name.as_str()), ("Delays (summer)", "flight-delay"));
        assert_eq!(there.description, "What is *late*.");
        let tags = world.registry.experiment_tags(&experiment()).unwrap();
        assert_eq!(tags.into_iter().collect::<Vec<_>>(), [("team".to_owned(), "ops".to_owned())]);
        for title in ["", " x", "x\u{202e}y", &"x".repeat(501)] {
            let refused = ana.rename_experiment(&experiment(), title);
            assert!(matches!(refused, Err(Error::Invalid { field: "experiment title", .. })), "{title:?}");
        }
        let long = ana.tag_experiment(&experiment(), "note", &"x".repeat(20_001));
        assert!(long.unwrap_err().to_string().contains("note of 20001 bytes"));
        gone(ana.rename_experiment(&name("nowhere"), "x"));
        let ben = world.ben.rename_experiment(&experiment(), "x");
        assert!(matches!(ben, Err(Error::Denied { .. })), "{ben:?}");
        world.is_whole();
    }
}

#[test]
fn a_deleted_experiment_hides_its_runs_and_takes_nothing() {
    for world in worlds() {
        let (ana, registry) = (&world.ana, &world.registry);
        let run = ana.start_run(&experiment(), "x").unwrap().id;
        let second = ana.start_run(&experiment(), "y").unwrap().id;
        ana.delete_run(&second).unwrap();
        let deleted = ana.delete_experiment(&experiment()).unwrap();
        assert_eq!(deleted.lifecycle(), Lifecycle::Deleted);
        assert_eq!(registry.experiments().unwrap(), []);
        assert_eq!(registry.experiments_in(View::Deleted).unwrap(), [deleted]);
        assert_eq!(registry.runs(&experiment()).unwrap(), []);
        assert_eq!(registry.runs_in(&experiment(), View::Deleted).unwrap().len(), 2);
        for refused in [
            conflict(ana.start_run(&experiment(), "z")),
            conflict(ana.log(&run, &RunBatch::new().tag("a", "b"))),
            conflict(ana.end_run(&run, RunStatus::Finished)),
            conflict(ana.rename_experiment(&experiment(), "z")),
            conflict(ana.tag_experiment(&experiment(), "a", "b")),
            conflict(ana.delete_experiment(&experiment())),
            conflict(ana.delete_run(&run)),
            conflict(ana.restore_run(&second)),
            conflict(ana.log_file(&run, &"a".parse().unwrap(), &mut "x".as_bytes())),
            conflict(
                ana.create_experiment(&name("other"))
                    .and_then(|_| ana.start_run_with(&NewRun::new(name("other"), "z").within(run.clone()))),
            ),
        ] {
            assert!(refused.contains("deleted by ana at 2013-04-01"), "{refused}");
        }
        let again = conflict(ana.create_experiment(&experiment()));
        assert!(again.contains("deleted by ana") && again.contains("the name stays its own"), "{again}");
        ana.restore_experiment(&experiment()).unwrap();
        assert!(conflict(ana.restore_experiment(&experiment())).contains("is active, not deleted"));
        let ids: Vec<_> = registry.runs(&experiment()).unwrap().into_iter().map(|run| run.id).collect();
        assert_eq!(ids, std::slice::from_ref(&run), "what was deleted on its own stays so");
        ana.log(&run, &RunBatch::new().tag("a", "b")).unwrap();
        world.is_whole();
    }
}

#[test]
fn runs_are_nested() {
    for world in worlds() {
        let (ana, registry) = (&world.ana, &world.registry);
        ana.create_experiment(&name("other")).unwrap();
        let sweep = ana.start_run(&experiment(), "sweep").unwrap().id;
        let part = |experiment: ExperimentName, title: &str| {
            ana.start_run_with(&NewRun::new(experiment, title).within(sweep.clone()).tag("part", "yes"))
                .unwrap()
        };
        let (one, two) = (part(experiment(), "depth 3"), part(name("other"), "depth 7"));
        assert_eq!(one.parent.as_ref(), Some(&sweep));
        let within = ana.start_run_with(&NewRun::new(experiment(), "fold 1").within(one.id.clone())).unwrap();
        assert_eq!(registry.children(&sweep).unwrap(), [one.clone(), two.clone()]);
        assert_eq!(registry.children(&one.id).unwrap(), [within]);
        assert_eq!(registry.children(&two.id).unwrap(), []);
        assert_eq!(registry.run_data(&two.id).unwrap().tags["part"], "yes");
        let missing = RunId { experiment: experiment(), number: 99 };
        gone(ana.start_run_with(&NewRun::new(experiment(), "x").within(missing)));
        ana.delete_run(&sweep).unwrap();
        let refused = conflict(ana.start_run_with(&NewRun::new(experiment(), "x").within(sweep.clone())));
        assert!(refused.contains("run \"flight-delay/1\" is deleted by ana"), "{refused}");
        assert_eq!(registry.children(&sweep).unwrap().len(), 2, "they stay as they are");
        world.is_whole();
    }
}

#[test]
fn a_run_goes_its_course() {
    for world in worlds() {
        let (ana, registry) = (&world.ana, &world.registry);
        let id = ana.start_run_with(&NewRun::new(experiment(), "night").scheduled()).unwrap().id;
        assert_eq!(registry.run(&id).unwrap().status, RunStatus::Scheduled);
        ana.log(&id, &RunBatch::new().param("trees", 100)).unwrap();
        world.later();
        let begun = ana.resume_run(&id).unwrap();
        assert_eq!((begun.status, begun.started_at), (RunStatus::Running, world.clock.now()));
        assert!(conflict(ana.resume_run(&id)).contains("is running, not scheduled or ended"));
        for (end, word) in
            [(RunStatus::Finished, "finished"), (RunStatus::Failed, "failed"), (RunStatus::Killed, "killed")]
        {
            world.later();
            let ended = ana.end_run(&id, end).unwrap();
            assert_eq!((ended.status, ended.ended_at), (end, Some(world.clock.now())));
            let json = serde_json::to_value(&ended).unwrap();
            assert_eq!(json["status"], word);
            let late = conflict(ana.log(&id, &RunBatch::new().metric("auc", 0.7)));
            assert!(late.contains(&format!("is {word}, not running")), "{late}");
            assert!(conflict(ana.log_file(&id, &"a".parse().unwrap(), &mut "x".as_bytes())).contains(word));
            ana.log(&id, &RunBatch::new().tag("seen", word)).unwrap();
            ana.rename_run(&id, &format!("night, {word}")).unwrap();
            ana.describe_run(&id, "It *ended*.").unwrap();
            let resumed = ana.resume_run(&id).unwrap();
            assert_eq!((resumed.status, resumed.ended_at), (RunStatus::Running, None));
            assert_eq!(resumed.started_at, begun.started_at, "it started when it did");
            assert_eq!(resumed.name, format!("night, {word}"));
            ana.log(&id, &RunBatch::new().metric_at("auc", 0.7, 1, world.clock.now())).unwrap();
        }
        let data = registry.run_data(&id).unwrap();
        assert_eq!((data.params["trees"].as_str(), data.tags["seen"].as_str()), ("100", "killed"));
        ana.untag_run(&id, "seen").unwrap();
        gone(ana.untag_run(&id, "seen"));
        for status in [RunStatus::Running, RunStatus::Scheduled] {
            assert!(matches!(ana.end_run(&id, status), Err(Error::Invalid { field: "status", .. })));
        }
        gone(ana.resume_run(&RunId { experiment: experiment(), number: 9 }));
        let actions: Vec<_> =
            registry.entries(0..u64::MAX).unwrap().into_iter().map(|e| e.act.to_string()).collect();
        assert!(
            actions.iter().any(|a| a.ends_with("ana run.resume flight-delay/1 that was killed")),
            "{actions:#?}"
        );
        world.is_whole();
    }
}

#[test]
fn a_second_name_is_stable() {
    let id: RunId = "flight-delay/1".parse().unwrap();
    assert_eq!(id.uid(), "8ed31c469dd8028ec7411ba397e52267");
    assert_ne!(id.uid(), "flight-delay/11".parse::<RunId>().unwrap().uid());
    assert!(id.uid().len() == 32 && id.uid().bytes().all(|b| b.is_ascii_hexdigit()));
}

#[test]
fn a_deleted_run_is_hidden_until_it_is_restored() {
    for world in worlds() {
        let (ana, registry) = (&world.ana, &world.registry);
        let id = world.run();
        ana.delete_run(&id).unwrap();
        assert!(conflict(ana.delete_run(&id)).contains("is deleted by ana at"));
        assert_eq!(registry.runs(&experiment()).unwrap(), []);
        assert_eq!(registry.runs_in(&experiment(), View::All).unwrap().len(), 1);
        assert_eq!(registry.run_data(&id).unwrap().params["trees"], "100", "nothing is lost");
        conflict(ana.log(&id, &RunBatch::new().tag("a", "b")));
        conflict(ana.resume_run(&id));
        conflict(ana.rename_run(&id, "x"));
        let file = ana.store_artifact(&mut "file".as_bytes()).unwrap();
        let new = NewVersion::new(model(), version("1.0.0"), id.clone(), file);
        assert!(conflict(ana.register(&new)).contains("deleted by ana"));
        ana.restore_run(&id).unwrap();
        assert!(conflict(ana.restore_run(&id)).contains("is active, not deleted"));
        ana.register(&new).unwrap();
        world.is_whole();
    }
}

#[test]
fn a_clock_that_goes_back_loses_nothing() {
    for world in worlds() {
        let (ana, registry) = (&world.ana, &world.registry);
        let start = world.clock.now();
        let id = ana.start_run(&experiment(), "x").unwrap().id;
        ana.log(&id, &RunBatch::new().metric("auc", 0.6)).unwrap();
        world.clock.set(start - DAY);
        ana.log(&id, &RunBatch::new().metric("auc", 0.7)).unwrap();
        let ended = ana.end_run(&id, RunStatus::Finished).unwrap();
        assert_eq!(
            (ended.started_at, ended.ended_at),
            (start, Some(start)),
            "it does not end before it starts"
        );
        let history = registry.metric_history(&id, "auc").unwrap();
        let seen: Vec<_> = history.iter().map(|metric| (metric.at, metric.value.to_bits())).collect();
        assert_eq!(seen, [(start - DAY, 0.7_f64.to_bits()), (start, 0.6_f64.to_bits())], "both are kept");
        let entries = registry.entries(0..u64::MAX).unwrap();
        assert_eq!(entries.last().unwrap().act.at, start - DAY, "the log says what the clock said");
        let sequences: Vec<_> = entries.iter().map(|entry| entry.sequence).collect();
        assert_eq!(sequences, (0..entries.len() as u64).collect::<Vec<_>>(), "the order is the log's");
        // What waits for time to pass waits.
        ana.delete_run(&id).unwrap();
        world.clock.set(start - DAY * 10);
        conflict(world.admin.purge_run(&id, Duration::from_secs(1)));
        world.is_whole();
    }
}

#[test]
fn names_that_look_alike_are_refused() {
    for world in worlds() {
        let ana = &world.ana;
        let refused = conflict(ana.create_experiment(&name("flight-dеlay")));
        assert!(refused.contains(r#"not to be told from "flight-delay" by its look"#), "{refused}");
        ana.create_experiment(&name("сос")).unwrap();
        assert!(conflict(ana.create_experiment(&name("coc"))).contains("\"сос\""));
        for plain in ["v1", "vl", "größe-1", "größe-l"] {
            ana.create_experiment(&name(plain)).unwrap();
        }
        for hidden in ["a\u{200b}b", "a\u{202e}b", "e\u{301}", "a\u{a0}b", "../x", "a/../b"] {
            let refused = ana.create_experiment(&name(hidden));
            assert!(matches!(refused, Err(Error::Invalid { field: "experiment", .. })), "{hidden:?}");
        }
        world.register("1.0.0");
        let file = ana.store_artifact(&mut "file".as_bytes()).unwrap();
        let new = NewVersion::new("flight-dеlay".parse().unwrap(), version("1.0.0"), world.run(), file);
        assert!(conflict(ana.register(&new)).contains("by its look"));
        world.is_whole();
    }
}

#[test]
fn of_two_who_take_names_that_look_alike_one_gets_it() {
    for world in worlds() {
        let names = ["аna", "ana", "anа", "аnа"];
        let took = std::thread::scope(|scope| {
            let take = |text: &'static str| {
                let ana = world.ana.clone();
                scope.spawn(move || ana.create_experiment(&name(text)).is_ok())
            };
            let tries = names.map(take);
            tries
                .into_iter()
                .filter(|_| true)
                .map(|thread| thread.join().unwrap())
                .filter(|took| *took)
                .count()
        });
        assert_eq!(took, 1);
        world.is_whole();
    }
}
