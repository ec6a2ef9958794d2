//! A version on trial stands beside the one in production, one at a time, and ends with it.

use crate::world::{World, granted, model, version, worlds};
use mlops_core::{Digest, Outcome};
use mlops_registry::access::{Role, Scope};
use mlops_registry::model::Stage;
use mlops_registry::trial::{Trial, TrialKind, TrialOutcome};
use mlops_registry::{Error, Session};

const CANARY: TrialKind = TrialKind::Canary { percent: 10 };

fn stage(world: &World, text: &str) -> Stage {
    world.registry.stage(&model(), &version(text)).unwrap().stage
}

fn start(world: &World, text: &str, kind: TrialKind) -> Trial {
    world.later();
    world.dora.start_trial(&model(), &version(text), kind).unwrap()
}

fn withdrawn(reason: &str) -> TrialOutcome {
    TrialOutcome::Withdrawn { reason: reason.to_owned() }
}

/// What the last entry of the log says.
fn last(world: &World) -> String {
    world.registry.entries(0..u64::MAX).unwrap().pop().unwrap().act.to_string()
}

#[test]
fn from_shadow_to_canary_to_production() {
    for world in worlds() {
        world.promoted("1.0.0");
        let candidate = world.register("1.1.0");
        // No verdict and no approval yet: a trial takes none.
        let shadow = start(&world, "1.1.0", TrialKind::Shadow);
        assert_eq!((shadow.number, shadow.kind, shadow.artifact), (1, TrialKind::Shadow, candidate.artifact));
        assert_eq!((shadow.beside.clone(), shadow.stood), (Some(version("1.0.0")), Stage::None));
        assert_eq!(world.registry.trial(&model()).unwrap(), Some(shadow.clone()));
        assert_eq!(stage(&world, "1.1.0"), Stage::Staging);
        assert!(last(&world).ends_with("dora trial.start flight-delay/1.1.0 as shadow"), "{}", last(&world));

        world.later();
        let ten = world.dora.move_trial(&model(), &version("1.1.0"), CANARY).unwrap();
        assert!(last(&world).ends_with("dora trial.move flight-delay/1.1.0 as canary 10 %"));
        world.later();
        let half = TrialKind::Canary { percent: 50 };
        let fifty = world.dora.move_trial(&model(), &version("1.1.0"), half).unwrap();
        let kinds: Vec<_> = fifty.phases.iter().map(|phase| phase.kind).collect();
        assert_eq!(kinds, [TrialKind::Shadow, CANARY, half]);
        assert!(fifty.phases.is_sorted_by(|a, b| a.since < b.since));
        assert_eq!((fifty.number, fifty.kind, ten.kind), (1, half, CANARY));
        assert_eq!(fifty.to_string(), "flight-delay/1.1.0 as canary 50 %");
        // What it is already leaves no entry.
        let size = world.registry.store().size().unwrap();
        assert_eq!(world.dora.move_trial(&model(), &version("1.1.0"), half).unwrap(), fifty);
        assert_eq!(world.registry.store().size().unwrap(), size);

        world.judge(&candidate, Outcome::Passed);
        let request = world.request("1.1.0");
        let _approval = granted(world.ben.approve(&request).unwrap());
        world.later();
        let promotion = granted(world.dora.promote(&request.id()).unwrap());
        assert_eq!(world.registry.trial(&model()).unwrap(), None);
        let trials = world.registry.trials(&model()).unwrap();
        let end = trials[0].end.as_ref().unwrap();
        assert_eq!(
            (&end.outcome, end.at, trials.len()),
            (&TrialOutcome::Completed, promotion.promoted_at, 1)
        );
        assert_eq!(trials[0].to_string(), "flight-delay/1.1.0 as canary 50 %, completed");
        assert_eq!((stage(&world, "1.0.0"), stage(&world, "1.1.0")), (Stage::Archived, Stage::Production));
        // One entry for all of it.
        let entry = world.registry.entries(0..u64::MAX).unwrap().pop().unwrap();
        let kinds: Vec<_> = entry.changes.iter().map(|change| change.kind.as_str()).collect();
        assert_eq!(kinds, ["request", "model", "trial", "stage", "stage", "alias", "promotion"]);
        world.is_whole();
    }
}

#[test]
fn a_trial_that_is_stopped_says_why_and_what_it_rests_on() {
    for world in worlds() {
        world.promoted("1.1.0");
        world.register("1.2.0");
        start(&world, "1.2.0", CANARY);
        let state = Digest::of("the state of the controller");
        let outcome = TrialOutcome::Stopped {
            check: "failures".to_owned(),
            reason: "e-value 31.2 over 20 after 214 flights".to_owned(),
        };
        world.later();
        let trial = world.dora.end_trial_on(&model(), &version("1.2.0"), outcome.clone(), &[state]).unwrap();
        let end = trial.end.clone().unwrap();
        assert_eq!((end.outcome, end.evidence, end.by.as_str()), (outcome, vec![state], "dora"));
        assert_eq!(world.registry.trials(&model()).unwrap(), [trial]);
        assert_eq!(world.registry.trial(&model()).unwrap(), None);
        assert_eq!((stage(&world, "1.2.0"), stage(&world, "1.1.0")), (Stage::None, Stage::Production));
        let act = world.registry.entries(0..u64::MAX).unwrap().pop().unwrap().act;
        assert_eq!((act.subject.as_str(), act.evidence), ("flight-delay/1.2.0 as stopped", vec![state]));
        assert_eq!(act.reason.unwrap(), "failures: e-value 31.2 over 20 after 214 flights");

        // Nothing is in the way of the next one, nor of the same one again.
        world.register("1.2.1");
        assert_eq!(start(&world, "1.2.1", CANARY).number, 2);
        world.dora.end_trial(&model(), &version("1.2.1"), withdrawn("a better one is there")).unwrap();
        assert_eq!(start(&world, "1.2.0", TrialKind::Shadow).number, 3);
        world.is_whole();
    }
}

#[test]
fn a_model_has_one_trial_at_a_time() {
    for world in worlds() {
        world.promoted("1.0.0");
        world.register("1.1.0");
        world.register("1.2.0");
        let running = start(&world, "1.1.0", CANARY);
        for text in ["1.1.0", "1.2.0"] {
            match world.dora.start_trial(&model(), &version(text), TrialKind::Shadow) {
                Err(Error::Conflict { what: "trial", key, expected, current }) => {
                    assert_eq!((key.as_str(), expected.as_str()), ("flight-delay", "absent"));
                    let since = running.phases[0].since;
                    assert_eq!(current, format!("of 1.1.0 as canary 10 % since {since}"));
                }
                other => panic!("{other:?}"),
            }
        }
        for result in [
            world.dora.move_trial(&model(), &version("1.2.0"), TrialKind::Shadow),
            world.dora.end_trial(&model(), &version("1.2.0"), TrialOutcome::Completed),
        ] {
            match result {
                Err(Error::Conflict { what: "trial", expected, current, .. }) => {
                    assert_eq!(
                        (expected.as_str(), current.as_str()),
                        ("of 1.2.0", "of 1.1.0 as canary 10 %")
                    );
                }
                other => panic!("{other:?}"),
            }
        }
        // Another model is another matter.
        let other = "other".parse().unwrap();
        let artifact = world.ana.store_artifact(&mut "other".as_bytes()).unwrap();
        let new = mlops_registry::model::NewVersion::new(other, version("1.0.0"), world.run(), artifact);
        let other = world.ana.register(&new).unwrap().model;
        let trial = world.dora.start_trial(&other, &version("1.0.0"), TrialKind::Shadow).unwrap();
        assert_eq!((trial.number, trial.beside), (1, None));
        world.is_whole();
    }
}

#[test]
fn what_is_in_production_or_unknown_is_not_tried() {
    for world in worlds() {
        world.promoted("1.0.0");
        let result = world.dora.start_trial(&model(), &version("1.0.0"), TrialKind::Shadow);
        assert!(
            matches!(&result, Err(Error::Conflict { what: "version", current, .. }) if current == "in production"),
            "{result:?}"
        );
        let result = world.dora.start_trial(&model(), &version("9.9.9"), TrialKind::Shadow);
        assert!(matches!(result, Err(Error::NotFound { what: "version", .. })), "{result:?}");
        let result = world.dora.end_trial(&model(), &version("1.0.0"), TrialOutcome::Completed);
        assert!(
            matches!(&result, Err(Error::Conflict { what: "trial", current, .. }) if current == "not running"),
            "{result:?}"
        );
        assert_eq!(world.registry.trial(&"unknown".parse().unwrap()).unwrap(), None);
        world.is_whole();
    }
}

#[test]
fn a_canary_gets_a_share_and_an_end_gets_a_reason() {
    for world in worlds() {
        world.promoted("1.0.0");
        world.register("1.1.0");
        let size = world.registry.store().size().unwrap();
        for percent in [0, 100, 255] {
            let kind = TrialKind::Canary { percent };
            let result = world.dora.start_trial(&model(), &version("1.1.0"), kind);
            assert!(matches!(result, Err(Error::Invalid { field: "percent of a canary", .. })), "{result:?}");
        }
        assert_eq!(world.registry.store().size().unwrap(), size);
        start(&world, "1.1.0", TrialKind::Canary { percent: 1 });
        let result = world.dora.move_trial(&model(), &version("1.1.0"), TrialKind::Canary { percent: 100 });
        assert!(matches!(result, Err(Error::Invalid { field: "percent of a canary", .. })), "{result:?}");
        let long = "x".repeat(2001);
        for reason in ["", "  ", "two\nlines", long.as_str()] {
            let result = world.dora.end_trial(&model(), &version("1.1.0"), withdrawn(reason));
            assert!(matches!(result, Err(Error::Invalid { field: "reason", .. })), "{result:?}");
            let stopped = TrialOutcome::Stopped { check: reason.to_owned(), reason: "why".to_owned() };
            let result = world.dora.end_trial(&model(), &version("1.1.0"), stopped);
            assert!(matches!(result, Err(Error::Invalid { field: "check", .. })), "{result:?}");
        }
        assert!(world.registry.trial(&model()).unwrap().is_some());
    }
}

#[test]
fn a_trial_takes_a_deployer_and_nobody_else() {
    for world in worlds() {
        world.promoted("1.0.0");
        world.register("1.1.0");
        let all = |session: &Session| {
            [
                session.start_trial(&model(), &version("1.1.0"), CANARY).map(drop),
                session.move_trial(&model(), &version("1.1.0"), TrialKind::Shadow).map(drop),
                session.end_trial(&model(), &version("1.1.0"), TrialOutcome::Completed).map(drop),
            ]
        };
        for session in [&world.admin, &world.ana, &world.ben] {
            for result in all(session) {
                assert!(matches!(result, Err(Error::Denied { needed: Role::Deployer, .. })), "{result:?}");
            }
        }
        let erin = world.registry.session(&crate::world::principal("erin"));
        world.admin.grant(erin.principal(), Role::Deployer, Scope::Model("other".parse().unwrap())).unwrap();
        assert!(matches!(all(&erin)[0], Err(Error::Denied { .. })));
        world.admin.grant(erin.principal(), Role::Deployer, Scope::Model(model())).unwrap();
        for result in all(&erin) {
            result.unwrap();
        }
        world.is_whole();
    }
}

#[test]
fn a_version_whose_file_has_changed_is_not_tried() {
    for world in worlds() {
        let candidate = world.register("1.1.0");
        world.registry.artifacts().remove(&candidate.artifact).unwrap();
        let result = world.dora.start_trial(&model(), &version("1.1.0"), TrialKind::Shadow);
        assert!(matches!(result, Err(Error::NotFound { what: "artifact", .. })), "{result:?}");
        assert_eq!(world.registry.trials(&model()).unwrap(), []);
    }
}

#[test]
fn another_version_in_production_withdraws_the_trial() {
    for world in worlds() {
        world.promoted("1.0.0");
        world.register("2.0.0");
        start(&world, "2.0.0", CANARY);
        world.promoted("1.1.0");
        assert_eq!(world.registry.trial(&model()).unwrap(), None);
        let trial = world.registry.trials(&model()).unwrap().remove(0);
        assert_eq!(trial.end.unwrap().outcome, withdrawn("1.1.0 went into production"));
        assert_eq!(stage(&world, "2.0.0"), Stage::None);

        // So does a rollback; a version that was in production once goes back among those.
        let tried = start(&world, "2.0.0", CANARY);
        assert_eq!(tried.beside, Some(version("1.1.0")));
        world.dora.rollback(&model(), "it drifts").unwrap();
        let trial = world.registry.trials(&model()).unwrap().remove(1);
        assert_eq!(trial.end.unwrap().outcome, withdrawn("1.0.0 went into production"));
        let again = start(&world, "1.1.0", TrialKind::Shadow);
        assert_eq!(again.stood, Stage::Archived);
        world.dora.end_trial(&model(), &version("1.1.0"), TrialOutcome::Completed).unwrap();
        assert_eq!(stage(&world, "1.1.0"), Stage::Archived);

        // And one that is rolled back to from its trial has completed it.
        start(&world, "1.1.0", TrialKind::Shadow);
        let back = granted(world.dora.rollback_to(&model(), &version("1.1.0"), "it was better").unwrap());
        assert_eq!(back.replaced, Some(version("1.0.0")));
        let trial = world.registry.trials(&model()).unwrap().pop().unwrap();
        assert_eq!(trial.end.unwrap().outcome, TrialOutcome::Completed);
        assert_eq!((stage(&world, "1.0.0"), stage(&world, "1.1.0")), (Stage::Archived, Stage::Production));
        world.is_whole();
    }
}
