//! A run keeps what was logged, a version keeps what its run said, and neither can be
//! talked out of it.

use std::thread;

use crate::world::{experiment, model, version, worlds};
use mlops_core::{Digest, ModelRef};
use mlops_registry::model::{NewVersion, Stage};
use mlops_registry::tracking::{RunBatch, RunId, RunStatus};
use mlops_registry::{Error, Registry};

#[test]
fn params_are_written_once() {
    for world in worlds() {
        let run = world.ana.start_run(&experiment(), "x").unwrap().id;
        world.ana.log(&run, &RunBatch::new().param("trees", 100)).unwrap();
        let size = world.registry.store().size().unwrap();
        world.ana.log(&run, &RunBatch::new().param("trees", "100")).unwrap();
        assert_eq!(world.registry.store().size().unwrap(), size, "the same again changes nothing");
        match world.ana.log(&run, &RunBatch::new().param("depth", 3).param("trees", 200)) {
            Err(Error::Conflict { what: "param", key, expected, current }) => {
                let told = (key.as_str(), expected.as_str(), current.as_str());
                assert_eq!(told, ("flight-delay/1 trees", "\"200\"", "\"100\""));
            }
            other => panic!("{other:?}"),
        }
        let data = world.registry.run_data(&run).unwrap();
        assert_eq!(data.params.into_iter().collect::<Vec<_>>(), [("trees".to_owned(), "100".to_owned())]);
        let twice = RunBatch::new().param("depth", 3).param("depth", 4);
        assert!(matches!(world.ana.log(&run, &twice), Err(Error::Invalid { field: "param", .. })));
        world.is_whole();
    }
}

#[test]
fn metrics_keep_their_history_and_what_is_not_finite() {
    for world in worlds() {
        let run = world.ana.start_run(&experiment(), "x").unwrap().id;
        let at = |text: &str| text.parse().unwrap();
        let batch = RunBatch::new()
            .metric_at("loss", 0.5, 2, at("2013-04-01"))
            .metric_at("loss", f64::NAN, 10, at("2013-04-01"))
            .metric_at("loss", 0.9, -1, at("2013-04-03"))
            .metric_at("loss", 0.4, 2, at("2013-04-02"))
            .metric_at("loss", -0.0, 2, at("2013-04-02"))
            .metric_at("loss", 0.0, 2, at("2013-04-02"))
            .metric_at("loss", -f64::NAN, 10, at("2013-04-01"))
            .metric_at("loss", f64::NEG_INFINITY, 2, at("2013-04-02"));
        world.ana.log(&run, &batch).unwrap();
        world.ana.log(&run, &batch).unwrap();
        let history = world.registry.metric_history(&run, "loss").unwrap();
        let seen: Vec<_> = history.iter().map(|metric| (metric.step, metric.value.to_string())).collect();
        let expected = [(-1, "0.9"), (2, "0.5"), (2, "-inf"), (2, "0"), (2, "0.4"), (10, "NaN")];
        assert_eq!(seen, expected.map(|(step, value)| (step, value.to_owned())));
        assert!(world.registry.run_data(&run).unwrap().metrics["loss"].is_nan());
        let far = RunBatch::new().metric_at("loss", 0.1, i64::MAX, at("2013-04-01"));
        assert!(matches!(world.ana.log(&run, &far), Err(Error::Invalid { .. })));
        world.is_whole();
    }
}

#[test]
fn an_ended_run_takes_nothing_more() {
    for world in worlds() {
        let run = world.run();
        for late in [
            RunBatch::new().param("depth", 3),
            RunBatch::new().metric("auc", 0.9).tag("late", "yes"),
            RunBatch::new().input("more.parquet", Digest::of("more")),
        ] {
            let late = world.ana.log(&run, &late);
            assert!(matches!(late, Err(Error::Conflict { what: "run", .. })), "{late:?}");
        }
        assert!(world.registry.run_data(&run).unwrap().tags.is_empty());
        world.ana.log(&run, &RunBatch::new().tag("reviewed", "yes")).unwrap();
        let again = world.ana.end_run(&run, RunStatus::Failed);
        assert!(matches!(again, Err(Error::Conflict { what: "run", .. })), "{again:?}");
        let missing = RunId { experiment: experiment(), number: 99 };
        let nowhere = world.ana.log(&missing, &RunBatch::new().tag("a", "b"));
        assert!(matches!(nowhere, Err(Error::NotFound { what: "run", .. })));
        assert!(matches!(world.ana.end_run(&run, RunStatus::Running), Err(Error::Invalid { .. })));
    }
}

#[test]
fn tags_and_inputs_are_kept_by_name() {
    for world in worlds() {
        let run = world.ana.start_run(&experiment(), "x").unwrap().id;
        world.ana.log(&run, &RunBatch::new().tag("state", "draft").input("b", Digest::of("b"))).unwrap();
        world.ana.log(&run, &RunBatch::new().tag("state", "final").input("a", Digest::of("a"))).unwrap();
        let data = world.registry.run_data(&run).unwrap();
        assert_eq!(data.tags["state"], "final");
        assert_eq!(data.inputs, [("a".to_owned(), Digest::of("a")), ("b".to_owned(), Digest::of("b"))]);
        for bad in ["", " a", "a\nb", &"x".repeat(501)] {
            for batch in [
                RunBatch::new().tag(bad, ""),
                RunBatch::new().param(bad, ""),
                RunBatch::new().metric(bad, 0.0),
                RunBatch::new().input(bad, Digest::of("")),
            ] {
                assert!(matches!(world.ana.log(&run, &batch), Err(Error::Invalid { .. })), "{bad:?}");
            }
        }
    }
}

#[test]
fn runs_that_start_at_once_get_numbers_of_their_own() {
    for world in worlds() {
        thread::scope(|scope| {
            for _ in 0..8 {
                scope.spawn(|| {
                    for _ in 0..5 {
                        world.ana.start_run(&experiment(), "x").unwrap();
                    }
                });
            }
        });
        let runs = world.registry.runs(&experiment()).unwrap();
        let numbers: Vec<_> = runs.iter().map(|run| run.id.number).collect();
        assert_eq!(numbers, (1..=40).collect::<Vec<_>>());
        world.is_whole();
    }
}

#[test]
fn a_version_keeps_the_lineage_of_its_run() {
    for world in worlds() {
        let registered = world.register("1.0.0");
        assert_eq!(registered.lineage.data, [("flights.parquet".to_owned(), Digest::of("flights"))]);
        assert_eq!(registered.lineage.params["trees"], "100");
        assert!((registered.lineage.metrics["auc"] - 0.71).abs() < 1e-12);
        assert_eq!(registered.lineage.window.unwrap().from(), "2013-01-01".parse().unwrap());
        assert_eq!(world.registry.version(&model(), &version("1.0.0")).unwrap(), registered);
        assert_eq!(world.registry.stage(&model(), &version("1.0.0")).unwrap().stage, Stage::None);

        let second = world.register("0.9.0");
        assert_eq!((registered.number, second.number), (1, 2), "numbers follow the registration");
        let versions = world.registry.versions(&model()).unwrap();
        assert_eq!(versions, [registered.clone(), second]);
        let resolve = |text: &str| world.registry.resolve(&text.parse::<ModelRef>().unwrap());
        assert_eq!(resolve("flight-delay/1.0.0").unwrap(), registered);
        assert!(matches!(resolve("flight-delay@production"), Err(Error::NotFound { what: "alias", .. })));
        assert!(matches!(resolve("flight-delay/7.0.0"), Err(Error::NotFound { what: "version", .. })));
        world.is_whole();
    }
}

#[test]
fn a_version_is_registered_once_and_only_with_its_file() {
    for world in worlds() {
        let registered = world.register("1.0.0");
        let run = world.run();
        let again =
            |artifact| world.ana.register(&NewVersion::new(model(), version("1.0.0"), run.clone(), artifact));
        match again(registered.artifact) {
            Err(Error::Conflict { what: "version", key, current, .. }) => {
                assert_eq!(key, "flight-delay/1.0.0");
                assert!(current.contains("registered by ana") && current.contains("sha256:"), "{current}");
            }
            other => panic!("{other:?}"),
        }
        let missing = again(Digest::of("nowhere"));
        assert!(matches!(missing, Err(Error::NotFound { what: "artifact", .. })), "{missing:?}");
        assert_eq!(world.registry.versions(&model()).unwrap(), [registered]);
    }
}

#[test]
fn the_same_story_gives_the_same_tree_head() {
    let heads: Vec<_> = worlds()
        .iter()
        .chain(&worlds())
        .map(|world| {
            world.promoted("1.0.0");
            world.registry.tree_head().unwrap().to_text().unwrap()
        })
        .collect();
    assert!(heads.windows(2).all(|pair| pair[0] == pair[1]), "{heads:?}");
}

#[test]
fn a_registry_is_founded_once() {
    for world in worlds() {
        let builder = || {
            let store: std::sync::Arc<dyn mlops_registry::store::MetadataStore> = {
                #[cfg(feature = "sqlite")]
                let path = world.folder.path().join("other.db");
                #[cfg(feature = "sqlite")]
                let store = std::sync::Arc::new(mlops_registry::store::SqliteStore::open(path).unwrap());
                #[cfg(not(feature = "sqlite"))]
                let store = std::sync::Arc::new(mlops_registry::store::MemoryStore::default());
                store
            };
            let artifacts = std::sync::Arc::new(mlops_registry::artifact::MemoryArtifacts::default());
            Registry::builder(store, artifacts, std::sync::Arc::clone(&world.signer) as _)
        };
        assert!(matches!(builder().open(), Err(Error::NotFound { what: "registry", .. })));
        if cfg!(feature = "sqlite") {
            builder().create("one.example".parse().unwrap(), &crate::world::principal("eve")).unwrap();
            let again = builder().create("two.example".parse().unwrap(), &crate::world::principal("mallory"));
            assert!(matches!(again, Err(Error::Conflict { what: "registry", .. })), "{again:?}");
            let opened = builder().open().unwrap();
            assert_eq!(opened.origin().as_str(), "one.example");
            assert_eq!(opened.grants().unwrap().len(), 1);
        }
        let first = world.registry.entries(0..1).unwrap().remove(0);
        assert_eq!((first.act.action.as_str(), first.act.actor.as_str()), ("registry.create", "root"));
        let kinds: Vec<_> = first.changes.iter().map(|change| change.kind.as_str()).collect();
        assert_eq!(kinds, ["registry", "grant"]);
    }
}

#[test]
fn the_last_admin_stays() {
    use mlops_registry::access::{Role, Scope};
    for world in worlds() {
        let root = world.admin.principal();
        let alone = world.admin.revoke(root, Role::Admin, Scope::All);
        assert!(matches!(alone, Err(Error::Invalid { field: "role", .. })), "{alone:?}");
        let eve = world.registry.session(&crate::world::principal("eve"));
        world.admin.grant(eve.principal(), Role::Admin, Scope::All).unwrap();
        world.admin.revoke(root, Role::Admin, Scope::All).unwrap();
        let over = world.admin.grant(root, Role::Admin, Scope::All);
        assert!(matches!(over, Err(Error::Denied { needed: Role::Admin, .. })), "{over:?}");
        assert!(matches!(eve.revoke(root, Role::Admin, Scope::All), Err(Error::NotFound { .. })));
        world.is_whole();
    }
}
