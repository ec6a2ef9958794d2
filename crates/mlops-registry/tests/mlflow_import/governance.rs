//! An import gives nobody a right: no approval, no production, no way around those who decide.

use mlops_core::{Outcome, Version};
use mlops_registry::Error;
use mlops_registry::access::{Role, Scope};
use mlops_registry::mlflow_import::{Matter, StageThere};
use mlops_registry::model::{Stage, StageTransition};

use crate::recorded::{Recorded, in_memory, size, world};
use crate::world::{World, granted, model, refused, worlds};

fn imported() -> Vec<(World, Recorded)> {
    let of = |world: World| {
        let source = Recorded::database("v3_17");
        let _report = source.import(&world.admin).unwrap();
        (world, source)
    };
    worlds().into_iter().map(in_memory).map(of).collect()
}

fn two() -> Version {
    "2.0.0".parse().unwrap()
}

#[test]
fn who_is_no_admin_is_denied_before_anything_is_read() {
    for world in worlds() {
        let source = Recorded::database("v3_17");
        let before = size(&world.registry);
        for session in [&world.ana, &world.ben, &world.dora] {
            assert!(matches!(source.import(session), Err(Error::Denied { .. })));
        }
        assert_eq!(size(&world.registry), before + 3, "each is told of");
        assert_eq!(world.registry.experiments().unwrap().len(), 1);
    }
}

#[test]
fn what_was_in_production_there_is_not_here() {
    for (world, _source) in imported() {
        let registry = &world.registry;
        assert_eq!(registry.production(&model()).unwrap(), None);
        assert_eq!(registry.history(&model()).unwrap(), []);
        assert_eq!(registry.promotion_requests(&model()).unwrap(), []);
        let version = registry.version(&model(), &two()).unwrap();
        let said = version.imported.as_deref().unwrap();
        assert_eq!((said.system.as_str(), said.id.as_str()), ("mlflow", "flight-delay/2"));
        assert_eq!((said.stage.as_deref(), &said.by), (Some("Production"), world.admin.principal()));
        assert_eq!(registry.stage(&model(), &two()).unwrap().stage, Stage::None);
        // Nor does a move by hand bring it there.
        let moved = world.dora.transition_stage(&model(), &two(), &StageTransition::to(Stage::Production));
        assert!(refused(moved.unwrap())[0].contains("nobody has asked"));
        assert_eq!(registry.production(&model()).unwrap(), None);
    }
}

#[test]
fn it_gets_there_by_the_rules_and_stays_told_apart() {
    for (world, source) in imported() {
        let version = world.registry.version(&model(), &two()).unwrap();
        // MLflow says that ana made the run, and root has taken it over: neither approves it.
        for name in ["ana", "root"] {
            world.admin.grant(&name.parse().unwrap(), Role::Approver, Scope::All).unwrap();
        }
        world.admin.grant(&"zoe".parse().unwrap(), Role::Author, Scope::All).unwrap();
        world.judge(&version, Outcome::Passed);
        let zoe = world.registry.session(&"zoe".parse().unwrap());
        let request = granted(zoe.request_promotion(&model(), &two()).unwrap());
        for session in [&world.ana, &world.admin] {
            let reasons = refused(session.approve(&request).unwrap());
            assert!(!reasons.is_empty(), "{reasons:?}");
        }
        let _approval = granted(world.ben.approve(&request).unwrap());
        let _promotion = granted(world.dora.promote(&request.id()).unwrap());
        let production = world.registry.production(&model()).unwrap().unwrap();
        assert_eq!(production.imported.unwrap().stage.as_deref(), Some("Production"));
        // The source says no more than before, and changes nothing.
        let before = size(&world.registry);
        let again = source.import(&world.admin).unwrap();
        assert_eq!(size(&world.registry), before);
        assert_eq!(again.stages, [still_in_staging(&again.stages)], "two is in production here as well");
        world.is_whole();
    }
}

fn still_in_staging(stages: &[StageThere]) -> StageThere {
    let found = stages.iter().find(|there| there.stage == "Staging").unwrap();
    assert_eq!(found.version.to_string(), "3.0.0");
    found.clone()
}

#[test]
fn the_log_tells_who_has_taken_what() {
    for (world, source) in imported() {
        let entries = world.registry.entries(0..u64::MAX).unwrap();
        let own: Vec<_> = entries.iter().filter(|entry| entry.act.action == "mlflow.import").collect();
        assert!(own.len() > 20, "{}", own.len());
        assert!(own.iter().all(|entry| entry.act.actor.as_str() == "root" && entry.act.refused.is_empty()));
        let last = own.last().unwrap();
        let digest = mlops_core::Digest::of(std::fs::read(&source.path).unwrap());
        assert_eq!(last.act.subject, format!("{} {digest}", source.path.display()));
        let words = last.act.reason.as_deref().unwrap();
        let (runs, versions) = (source.answers().runs.len(), source.answers().versions.len());
        assert!(words.contains(&format!("{runs} of {runs} runs")), "{words}");
        assert!(words.contains(&format!("{versions} of {versions} versions")), "{words}");
        assert!(words.contains("2 of 3 aliases (1 refused)"), "{words}");
        assert_eq!(last.changes, []);
    }
}

#[test]
fn an_alias_called_production_takes_a_promotion() {
    let report = Recorded::database("v3_17").import(&world().admin).unwrap();
    let told = report.not_taken.iter().find(|told| told.matter == Matter::Aliases).unwrap();
    assert_eq!(told.name, "flight-delay@production");
    assert!(told.reason.contains("takes a promotion"), "{told:?}");
}

#[test]
fn a_report_is_text_and_json() {
    let world = world();
    let report = Recorded::folder("v2_16_folder").import(&world.admin).unwrap();
    let json = serde_json::to_string(&report).unwrap();
    let back: mlops_registry::mlflow_import::ImportReport = serde_json::from_str(&json).unwrap();
    assert_eq!(back, report);
    let text = report.to_string();
    for words in [
        "MLflow folder ",
        "runs                         8         8         0         0         0         8",
        "not taken of files: flight-delay/3: all files: s3://elsewhere/model is not a path: say with \
         `artifacts_at` where a copy of it lies",
        "flight-delay/2.0.0 was in Production there; here that takes a promotion",
    ] {
        assert!(text.contains(words), "{words}\n{text}");
    }
    #[cfg(feature = "report")]
    {
        let page = mlops_report::Page::new("Import").section(report.section("What MLflow had")).render();
        assert!(page.contains("What MLflow had") && page.contains("Stages that take a promotion here"));
    }
}
