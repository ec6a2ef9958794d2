//! What was imported is not imported twice, an import that broke off goes on, and what was
//! changed here since stays as it is.

use mlops_registry::Error;
use mlops_registry::mlflow_import::{ImportReport, Matter, MlflowImport};
use mlops_registry::tracking::{Run, View};

use crate::recorded::{Recorded, in_memory, size, world};
use crate::world::meddled::meddled;
use crate::world::{World, worlds};

/// A run by its id in MLflow.
fn run_of(world: &World, experiment: &str, id: &str) -> Run {
    let runs = world.registry.runs_in(&experiment.parse().unwrap(), View::All).unwrap();
    runs.into_iter().find(|run| run.imported.as_ref().is_some_and(|imported| imported.id == id)).unwrap()
}

/// The id in MLflow of the run of a name.
fn id_of(source: &Recorded, name: &str) -> String {
    source.answers().runs.into_iter().find(|run| run.name == name).unwrap().id
}

#[test]
fn a_second_import_adds_nothing() {
    for source in Recorded::all() {
        for world in worlds().into_iter().map(in_memory) {
            let first = source.import(&world.admin).unwrap();
            let before = size(&world.registry);
            let second = source.import(&world.admin).unwrap();
            assert_eq!(size(&world.registry), before, "{}: not even an entry of the log", source.name);
            assert_eq!((second.taken(), second.entry), (0, None), "{}\n{second}", source.name);
            for matter in Matter::ALL {
                let (one, two) = (first.count(matter), second.count(matter));
                assert_eq!(
                    (two.found, two.refused, two.differ, two.verified, two.there),
                    (one.found, one.refused, 0, one.verified, one.taken + one.there),
                    "{} {matter}\n{second}",
                    source.name
                );
            }
            world.is_whole();
        }
    }
}

#[test]
fn one_that_breaks_off_goes_on() {
    let source = Recorded::database("v3_17");
    let whole = source.import(&world().admin).unwrap();
    let mut broken = 0;
    for at in (1..80).step_by(3) {
        let (world, store) = meddled().remove(0);
        let world = in_memory(world);
        let mut left = at;
        store.meddle(move |call| {
            left -= i32::from(call.commits());
            if left > 0 || !call.commits() {
                return Ok(());
            }
            Err(Error::Unavailable { store: "disk".to_owned(), transient: false, source: "full".into() })
        });
        let first = source.import(&world.admin);
        store.rest();
        if let Err(error) = &first {
            assert!(matches!(error, Error::Unavailable { .. }), "{error}");
            broken += 1;
        }
        let second = source.import(&world.admin).unwrap();
        for matter in Matter::ALL {
            let (one, two) = (whole.count(matter), second.count(matter));
            assert_eq!(
                (two.found, two.refused, two.verified),
                (one.found, one.refused, one.verified),
                "{at} {matter}\n{second}"
            );
        }
        assert_eq!(second.differences, [], "{at}");
        let before = size(&world.registry);
        assert_eq!(source.import(&world.admin).unwrap().taken(), 0, "{at}");
        assert_eq!(size(&world.registry), before, "{at}");
        world.is_whole();
    }
    assert!(broken > 10, "{broken} imports broke off");
}

#[test]
fn what_was_added_since_is_taken() {
    let (source, world) = (Recorded::database("v3_17"), world());
    let _first = source.import(&world.admin).unwrap();
    let id = id_of(&source, "sweep");
    source.change(&format!(
        "INSERT INTO params VALUES ('late', '1', '{id}');
         INSERT INTO tags (key, value, run_uuid) VALUES ('late', '2', '{id}');
         INSERT INTO metrics (key, value, timestamp, step, is_nan, run_uuid) VALUES ('late', 3.0, 1, 1, 0, '{id}');
         INSERT INTO model_versions (name, version, current_stage, status, source, workspace) \
         VALUES ('flight-delay', 6, 'None', 'READY', 's3://x', 'default');"
    ));
    let second = source.import(&world.admin).unwrap();
    for (matter, taken) in [
        (Matter::Params, 1),
        (Matter::Tags, 1),
        (Matter::Points, 1),
        (Matter::Versions, 1),
        (Matter::Runs, 0),
    ] {
        assert_eq!(second.count(matter).taken, taken, "{matter}\n{second}");
    }
    assert_eq!(second.taken(), 4, "{second}");
    let run = run_of(&world, "delays", &id);
    let data = world.registry.run_data(&run.id).unwrap();
    assert_eq!(
        (data.params["late"].as_str(), data.tags["late"].as_str(), data.metrics["late"]),
        ("1", "2", 3.0)
    );
    world.is_whole();
}

#[test]
fn what_was_changed_here_stays() {
    let (source, world) = (Recorded::database("v3_17"), world());
    let _first = source.import(&world.admin).unwrap();
    let (sweep, deep) = (id_of(&source, "sweep"), id_of(&source, "depth 7"));
    let run = run_of(&world, "delays", &sweep).id;
    let batch = mlops_registry::tracking::RunBatch::new().tag("lines", "three");
    world.ana.log(&run, &batch).unwrap();
    world.ana.delete_run(&run_of(&world, "delays", &deep).id).unwrap();
    let model = "flight-delay".parse().unwrap();
    let one = "1.0.0".parse().unwrap();
    let champion = "champion".parse().unwrap();
    world.dora.set_alias(&model, &champion, &one, &mlops_registry::model::AliasIs::Any).unwrap();
    world.admin.delete_version(&model, &"5.0.0".parse().unwrap(), "wrong").unwrap();
    let before = size(&world.registry);
    let second = source.import(&world.admin).unwrap();
    assert_eq!((second.taken(), size(&world.registry)), (0, before), "{second}");
    assert_eq!(world.registry.run_data(&run).unwrap().tags["lines"], "three");
    for (matter, name, here) in [
        (Matter::Tags, format!("{sweep} lines"), "three"),
        (Matter::Runs, format!("{deep} lifecycle"), "deleted"),
        (Matter::Aliases, "flight-delay@champion".to_owned(), "1.0.0"),
    ] {
        let told = second.differences.iter().find(|told| told.matter == matter && told.name == name);
        assert_eq!(told.map(|told| told.here.as_str()), Some(here), "{name}\n{second}");
    }
    let told =
        |name: &str| second.not_taken.iter().find(|told| told.name == name).map(|told| told.reason.as_str());
    assert_eq!(told("flight-delay/5"), Some("it was deleted here"));
    assert_eq!(told("flight-delay@challenger"), Some("its version 5 is not taken"));
    assert!(second.not_taken.iter().any(|told| told.name == deep && told.reason.contains("deleted here")));
    world.is_whole();
}

fn prefixed(source: &Recorded) -> MlflowImport {
    source.import.clone().prefix("other ")
}

#[test]
fn two_sources_stand_beside_each_other() {
    let (one, two, world) = (Recorded::database("v3_17"), Recorded::database("v2_16"), world());
    let _first = one.import(&world.admin).unwrap();
    let runs = |name: &str| world.registry.runs_in(&name.parse().unwrap(), View::All).unwrap().len();
    let (delays, all) = (runs("delays"), two.answers().runs.len() as u64);
    // Experiments of one name are one; what is deleted in both goes together too.
    let second = two.import(&world.admin).unwrap();
    let not_here = |report: &ImportReport, matter| report.count(matter).refused;
    assert!(runs("delays") > delays);
    assert_eq!(second.count(Matter::Runs).taken, all, "{second}");
    assert_eq!(not_here(&second, Matter::Versions), two.answers().versions.len() as u64, "{second}");
    let told = second.not_taken.iter().find(|told| told.name == "flight-delay/1").unwrap();
    assert!(told.reason.contains("came from another source") && told.reason.contains("prefix"), "{told:?}");
    // Under another name all of it is taken, and each run once more.
    let third = world.admin.import_mlflow(&prefixed(&two), &mut |_| {}).unwrap();
    assert_eq!(third.count(Matter::Runs).taken, all, "{third}");
    assert_eq!(not_here(&third, Matter::Versions), 0, "{third}");
    assert!(world.registry.model(&"other flight-delay".parse().unwrap()).is_ok());
    world.is_whole();
}

#[test]
fn what_is_here_and_was_not_imported_is_left_alone() {
    let (source, world) = (Recorded::database("v3_17"), world());
    world.register("1.0.0");
    world.admin.create_experiment(&"delays".parse().unwrap()).unwrap_err();
    world.ana.create_experiment(&"delays".parse().unwrap()).unwrap();
    world.ana.create_experiment(&"old tries".parse().unwrap()).unwrap();
    let report = source.import(&world.admin).unwrap();
    assert_eq!(world.registry.versions(&crate::world::model()).unwrap().len(), 1);
    let told = |name: &str| report.not_taken.iter().find(|told| told.name == name).unwrap().reason.clone();
    assert_eq!(told("flight-delay"), "one of that name was registered here by ana: import with a prefix");
    assert!(told("old tries").contains("deleted in the source"), "{report}");
    assert_eq!(report.count(Matter::Experiments).there, 1, "{report}");
    assert_eq!(report.count(Matter::Runs).refused, 1, "the run of what is deleted: {report}");
    for matter in Matter::ALL {
        let count = report.count(matter);
        assert_eq!(
            count.found,
            count.taken + count.there + count.differ + count.refused,
            "{matter}\n{report}"
        );
    }
    world.is_whole();
}
