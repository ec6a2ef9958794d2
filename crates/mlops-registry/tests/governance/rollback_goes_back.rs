//! One call by a deployer puts the version before back, with a reason that stays.

use crate::world::{World, granted, model, principal, refused, version, worlds};
use mlops_core::{Clock as _, Digest, Outcome, Timestamp};
use mlops_registry::Error;
use mlops_registry::access::Role;
use mlops_registry::model::Stage;
use mlops_registry::promotion::{Promotion, Rollback};

fn production(world: &World) -> String {
    world.registry.production(&model()).unwrap().unwrap().version.to_string()
}

fn stages(world: &World) -> Vec<(String, Stage)> {
    let stages = world.registry.stages(&model()).unwrap();
    stages.into_iter().map(|stage| (stage.version.to_string(), stage.stage)).collect()
}

fn back(world: &World) -> Result<Promotion, Error> {
    world.later();
    world.dora.rollback(&model(), "1.1.0 over-predicts by 0.05")
}

#[test]
fn the_version_before_is_in_production_again() {
    for world in worlds() {
        let first = world.promoted("1.0.0");
        world.promoted("1.1.0");
        let rollback = back(&world).unwrap();
        assert_eq!(
            (rollback.number, &rollback.version, &rollback.replaced, rollback.promoted_by.as_str()),
            (3, &version("1.0.0"), &Some(version("1.1.0")), "dora")
        );
        let why = rollback.rollback.clone().unwrap();
        assert_eq!((why.reason.as_str(), why.restores), ("1.1.0 over-predicts by 0.05", 1));
        // What it had when it went in is what it rests on.
        assert_eq!((&rollback.approved_by, &rollback.evidence), (&first.approved_by, &first.evidence));
        assert_eq!((rollback.artifact, rollback.request), (first.artifact, first.request));
        assert_eq!(world.registry.history(&model()).unwrap().pop(), Some(rollback.clone()));
        assert_eq!(production(&world), "1.0.0");
        let reference = "flight-delay@production".parse().unwrap();
        assert_eq!(world.registry.resolve(&reference).unwrap().version, version("1.0.0"));
        assert_eq!(
            stages(&world),
            [("1.0.0".to_owned(), Stage::Production), ("1.1.0".to_owned(), Stage::Archived)]
        );
        let entry = world.registry.entries(0..u64::MAX).unwrap().pop().unwrap();
        assert_eq!(entry.act.at, rollback.promoted_at);
        assert_eq!(
            entry.act.to_string(),
            format!(
                "{} dora promotion.rollback flight-delay/1.0.0 (1.1.0 over-predicts by 0.05)",
                rollback.promoted_at
            )
        );
        assert_eq!(entry.act.artifacts, [first.artifact]);
        world.is_whole();
    }
}

#[test]
fn again_and_again_it_goes_further_back() {
    for world in worlds() {
        for text in ["1.0.0", "2.0.0", "3.0.0"] {
            world.promoted(text);
        }
        assert_eq!(back(&world).unwrap().version, version("2.0.0"));
        assert_eq!(back(&world).unwrap().version, version("1.0.0"));
        let size = world.registry.store().size().unwrap();
        match back(&world) {
            Err(error @ Error::NothingBefore { .. }) => {
                assert_eq!(error.to_string(), "nothing was in production of flight-delay before 1.0.0");
            }
            other => panic!("{other:?}"),
        }
        assert_eq!((production(&world).as_str(), world.registry.store().size().unwrap()), ("1.0.0", size));

        // A promotion begins a new way back, to what it replaced.
        world.promoted("4.0.0");
        assert_eq!(back(&world).unwrap().version, version("1.0.0"));
        assert!(matches!(back(&world), Err(Error::NothingBefore { .. })));
        let history = world.registry.history(&model()).unwrap();
        let restored: Vec<_> =
            history.iter().filter_map(|promotion| Some(promotion.rollback.as_ref()?.restores)).collect();
        assert_eq!(restored, [2, 1, 1]);
        world.is_whole();
    }
}

#[test]
fn any_version_that_was_there_can_be_named() {
    for world in worlds() {
        for text in ["1.0.0", "2.0.0", "3.0.0"] {
            world.promoted(text);
        }
        let to = |text: &str| {
            world.later();
            world.dora.rollback_to(&model(), &version(text), "by name")
        };
        assert_eq!(granted(to("1.0.0").unwrap()).replaced, Some(version("3.0.0")));
        match to("1.0.0") {
            Err(Error::Conflict { what: "version", current, .. }) => assert_eq!(current, "in production"),
            other => panic!("{other:?}"),
        }
        // Forward again; from there the way back is to what it replaced.
        let forward = granted(to("3.0.0").unwrap());
        assert_eq!(forward.rollback.unwrap().restores, 3);
        assert_eq!(back(&world).unwrap().version, version("1.0.0"));
        assert!(matches!(back(&world), Err(Error::NothingBefore { .. })));
        assert!(matches!(to("9.9.9"), Err(Error::NotFound { what: "version", .. })));
        world.is_whole();
    }
}

#[test]
fn what_never_was_in_production_is_refused_and_told() {
    for world in worlds() {
        world.promoted("1.0.0");
        world.register("1.1.0");
        let reasons =
            refused(world.dora.rollback_to(&model(), &version("1.1.0"), "through the back door").unwrap());
        assert_eq!(reasons, ["was in production: 1.1.0 never was: that takes gates and approvals"]);
        assert_eq!(production(&world), "1.0.0");
        let entry = world.registry.entries(0..u64::MAX).unwrap().pop().unwrap();
        assert_eq!((entry.act.action.as_str(), entry.changes.len()), ("promotion.rollback", 0));
        assert_eq!(
            (entry.act.refused, entry.act.reason.unwrap().as_str()),
            (reasons, "through the back door")
        );
        world.is_whole();
    }
}

#[test]
fn nothing_and_nobody_is_not_rolled_back() {
    for world in worlds() {
        let unknown = world.dora.rollback(&model(), "no such model");
        assert!(matches!(unknown, Err(Error::NotFound { what: "model", .. })), "{unknown:?}");
        world.register("1.0.0");
        match world.dora.rollback(&model(), "never promoted") {
            Err(error @ Error::NothingBefore { production: None, .. }) => {
                assert_eq!(error.to_string(), "nothing was in production of flight-delay before now");
            }
            other => panic!("{other:?}"),
        }
        world.promoted("1.1.0");
        assert!(matches!(back(&world), Err(Error::NothingBefore { production: Some(_), .. })));
    }
}

#[test]
fn it_takes_a_deployer_and_a_reason() {
    for world in worlds() {
        world.promoted("1.0.0");
        world.promoted("1.1.0");
        for session in [&world.admin, &world.ana, &world.ben] {
            match session.rollback(&model(), "I want to") {
                Err(Error::Denied { needed: Role::Deployer, action, .. }) => {
                    assert_eq!(action, "roll back the production of flight-delay");
                }
                other => panic!("{other:?}"),
            }
            let result = session.rollback_to(&model(), &version("1.0.0"), "I want to");
            assert!(matches!(result, Err(Error::Denied { .. })), "{result:?}");
        }
        for reason in ["", " \u{a0} ", "a\u{0}b"] {
            let result = world.dora.rollback(&model(), reason);
            assert!(matches!(result, Err(Error::Invalid { field: "reason", .. })), "{result:?}");
            let result = world.dora.rollback_to(&model(), &version("1.0.0"), reason);
            assert!(matches!(result, Err(Error::Invalid { field: "reason", .. })), "{result:?}");
        }
        assert_eq!(production(&world), "1.1.0");
        world.is_whole();
    }
}

#[test]
fn a_file_that_has_changed_is_not_put_back() {
    for world in worlds() {
        let first = world.promoted("1.0.0");
        world.promoted("1.1.0");
        world.registry.artifacts().remove(&first.artifact).unwrap();
        let result = back(&world);
        assert!(matches!(result, Err(Error::NotFound { what: "artifact", .. })), "{result:?}");
        assert_eq!(production(&world), "1.1.0");
    }
}

#[test]
fn a_request_from_before_the_rollback_is_void() {
    for world in worlds() {
        world.promoted("1.0.0");
        world.promoted("1.1.0");
        let request = world.approved("1.2.0");
        back(&world).unwrap();
        let result = world.dora.promote(&request.id());
        assert!(
            matches!(&result, Err(Error::Conflict { what: "production of", current, .. }) if current == "at 1.0.0"),
            "{result:?}"
        );
        // What was rolled back takes a new request to come in again.
        world.later();
        let again = world.request("1.1.0");
        let _approval = granted(world.ben.approve(&again).unwrap());
        let promotion = granted(world.dora.promote(&again.id()).unwrap());
        assert_eq!((promotion.rollback, promotion.approved_by), (None, vec![principal("ben")]));
        world.is_whole();
    }
}

#[test]
fn what_was_in_production_when() {
    for world in worlds() {
        let at = |moment: Timestamp| {
            let promotion = world.registry.production_at(&model(), moment).unwrap();
            promotion.map(|promotion| (promotion.version.to_string(), promotion.rollback.is_some()))
        };
        assert_eq!(at(world.clock.now()), None);
        let first = world.promoted("1.0.0");
        let second = world.promoted("1.1.0");
        let third = back(&world).unwrap();
        let before = |promotion: &Promotion| Timestamp::from_micros(promotion.promoted_at.as_micros() - 1);
        let one = Some(("1.0.0".to_owned(), false));
        assert_eq!(at(before(&first)), None);
        assert_eq!((at(first.promoted_at), at(before(&second))), (one.clone(), one));
        let two = Some(("1.1.0".to_owned(), false));
        assert_eq!((at(second.promoted_at), at(before(&third))), (two.clone(), two));
        world.later();
        assert_eq!(at(world.clock.now()), Some(("1.0.0".to_owned(), true)));
        // Of one microsecond, the last counts.
        world.dora.rollback_to(&model(), &version("1.1.0"), "a").unwrap().granted().unwrap();
        world.dora.rollback_to(&model(), &version("1.0.0"), "b").unwrap().granted().unwrap();
        let promotion = world.registry.production_at(&model(), world.clock.now()).unwrap().unwrap();
        assert_eq!(promotion.rollback.map(|Rollback { reason, .. }| reason), Some("b".to_owned()));
    }
}

#[test]
fn a_version_that_was_registered_again_is_another_one() {
    for world in worlds() {
        let first = world.promoted("1.0.0");
        world.promoted("1.1.0");
        world.promoted("1.2.0");
        let to = |text: &str| {
            world.later();
            world.dora.rollback_to(&model(), &version(text), "by name").unwrap()
        };
        world.later();
        world.admin.delete_version(&model(), &version("1.1.0"), "a mistake").unwrap();
        // The same file, of another run.
        let again = world.register("1.1.0");
        assert_eq!((again.number, again.artifact), (4, Digest::of("model 1.1.0")));
        assert_eq!(
            refused(to("1.1.0")),
            [format!(
                "same registration: 1.1.0 was deleted since promotion 2, and registered again by ana at {}: \
                 that takes gates and approvals",
                again.registered_at
            )]
        );
        assert_eq!(production(&world), "1.2.0");
        // The way back goes past it.
        assert_eq!(back(&world).unwrap().version, version("1.0.0"));
        assert!(matches!(back(&world), Err(Error::NothingBefore { .. })));

        // By the rules it may come in again, and is then one to go back to.
        world.judge(&again, Outcome::Passed);
        let request = world.request("1.1.0");
        let _approval = granted(world.ben.approve(&request).unwrap());
        world.later();
        let anew = granted(world.dora.promote(&request.id()).unwrap());
        world.promoted("1.3.0");
        let restored = back(&world).unwrap();
        assert_eq!(
            (&restored.version, restored.rollback.map(|rollback| rollback.restores)),
            (&version("1.1.0"), Some(anew.number))
        );
        // A clock that was set back makes no difference.
        assert_eq!(granted(to("1.0.0")).rollback.unwrap().restores, first.number);
        world.admin.delete_version(&model(), &version("1.1.0"), "a mistake again").unwrap();
        world.clock.set("2013-01-01T00:00:00Z".parse().unwrap());
        world.register("1.1.0");
        let reasons = refused(to("1.1.0"));
        assert!(
            reasons[0].starts_with("same registration: 1.1.0 was deleted since promotion 5"),
            "{reasons:?}"
        );
        world.is_whole();
    }
}
