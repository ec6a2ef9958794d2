//! Stages by hand: from any to any as in MLflow, but nothing goes into production that way,
//! and never more than one version is there.

use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Barrier};
use std::thread;

use crate::world::{World, granted, model, refused, version, worlds};
use mlops_core::{Outcome, Timestamp};
use mlops_registry::access::Role;
use mlops_registry::model::{Stage, StageTransition};
use mlops_registry::promotion::Decision;
use mlops_registry::trial::{TrialKind, TrialOutcome};
use mlops_registry::{Error, Registry, Session};

fn stage(registry: &Registry, text: &str) -> Stage {
    registry.stage(&model(), &version(text)).unwrap().stage
}

fn to(world: &World, text: &str, transition: &StageTransition) -> Stage {
    world.later();
    granted(world.dora.transition_stage(&model(), &version(text), transition).unwrap()).stage
}

fn last(world: &World) -> String {
    world.registry.entries(0..u64::MAX).unwrap().pop().unwrap().act.to_string()
}

#[test]
fn from_any_to_any_but_production() {
    for world in worlds() {
        world.register("1.0.0");
        let stages = [Stage::None, Stage::Staging, Stage::Archived];
        for from in stages {
            for into in stages {
                to(&world, "1.0.0", &StageTransition::to(from));
                let size = world.registry.store().size().unwrap();
                assert_eq!(to(&world, "1.0.0", &StageTransition::to(into)), into);
                assert_eq!(stage(&world.registry, "1.0.0"), into);
                let entries = world.registry.store().size().unwrap() - size;
                assert_eq!(entries, u64::from(from != into), "{from} to {into}");
            }
        }
        to(&world, "1.0.0", &StageTransition::to(Stage::Staging).because("the nightly tests"));
        assert!(
            last(&world)
                .ends_with("dora version.transition flight-delay/1.0.0 to staging (the nightly tests)"),
            "{}",
            last(&world)
        );
        world.is_whole();
    }
}

#[test]
fn any_number_is_in_staging_unless_those_there_are_archived() {
    for world in worlds() {
        for text in ["1.0.0", "1.1.0", "1.2.0"] {
            world.register(text);
        }
        to(&world, "1.0.0", &StageTransition::to(Stage::Staging));
        to(&world, "1.1.0", &StageTransition::to(Stage::Staging));
        assert_eq!(stage(&world.registry, "1.0.0"), Stage::Staging);
        let since = world.registry.stage(&model(), &version("1.1.0")).unwrap().since;
        to(&world, "1.2.0", &StageTransition::to(Stage::Staging).archiving_existing());
        let stages = ["1.0.0", "1.1.0", "1.2.0"].map(|text| stage(&world.registry, text));
        assert_eq!(stages, [Stage::Archived, Stage::Archived, Stage::Staging]);
        // One that is there already stays, and the others go.
        to(&world, "1.1.0", &StageTransition::to(Stage::Staging));
        to(&world, "1.2.0", &StageTransition::to(Stage::Staging).archiving_existing());
        assert_eq!(stage(&world.registry, "1.1.0"), Stage::Archived);
        assert!(world.registry.stage(&model(), &version("1.1.0")).unwrap().since > since);
        for stage in [Stage::None, Stage::Archived] {
            let transition = StageTransition::to(stage).archiving_existing();
            let result = world.dora.transition_stage(&model(), &version("1.0.0"), &transition);
            assert!(matches!(result, Err(Error::Invalid { field: "stage", .. })), "{result:?}");
        }
        world.is_whole();
    }
}

#[test]
fn nothing_goes_into_production_by_hand() {
    for world in worlds() {
        let candidate = world.register("1.0.0");
        let production = StageTransition::to(Stage::Production);
        let move_it = |session: &Session| session.transition_stage(&model(), &version("1.0.0"), &production);
        let reasons = refused(move_it(&world.dora).unwrap());
        assert_eq!(
            reasons,
            ["promotion request: nobody has asked to put 1.0.0 into production: request its promotion, \
              have it approved, then promote it"]
        );
        assert!(last(&world).contains("version.transition flight-delay/1.0.0 to production, refused"));
        assert_eq!(stage(&world.registry, "1.0.0"), Stage::None);
        for session in [&world.admin, &world.ana, &world.ben] {
            let result = move_it(session);
            assert!(matches!(result, Err(Error::Denied { needed: Role::Deployer, .. })), "{result:?}");
        }
        // A request that nobody has approved is no way in.
        world.judge(&candidate, Outcome::Passed);
        let request = world.request("1.0.0");
        assert!(refused(move_it(&world.dora).unwrap())[0].contains("nobody has approved"));
        let _approval = granted(world.ben.approve(&request).unwrap());
        assert_eq!(granted(move_it(&world.dora).unwrap()).stage, Stage::Production);
        assert_eq!(world.registry.production(&model()).unwrap().unwrap().version, version("1.0.0"));
        assert_eq!(world.registry.history(&model()).unwrap().len(), 1);

        // Another one there must be meant to go.
        world.approved("1.1.0");
        let hasty = production.clone().because("at once");
        let result = world.dora.transition_stage(&model(), &version("1.1.0"), &hasty).unwrap();
        assert_eq!(
            refused(result),
            ["one in production: 1.0.0 is in production: have those that are there archived"]
        );
        assert!(last(&world).contains("(at once)"), "{}", last(&world));
        let archiving = production.clone().archiving_existing().because("the summer schedule");
        assert_eq!(to(&world, "1.1.0", &archiving), Stage::Production);
        assert!(
            last(&world).ends_with("dora promotion.execute flight-delay/1.1.0 (the summer schedule)"),
            "{}",
            last(&world)
        );
        assert_eq!(stage(&world.registry, "1.0.0"), Stage::Archived);
        // Where it stands already nothing changes.
        let size = world.registry.store().size().unwrap();
        assert_eq!(to(&world, "1.1.0", &production), Stage::Production);
        assert_eq!(world.registry.store().size().unwrap(), size);
        world.is_whole();
    }
}

#[test]
fn what_leaves_production_leaves_it_empty_and_says_why() {
    for world in worlds() {
        let first = world.promoted("1.0.0");
        let second = world.promoted("1.1.0");
        world.register("1.2.0");
        world.later();
        world.dora.start_trial(&model(), &version("1.2.0"), TrialKind::Shadow).unwrap();
        for stage in [Stage::None, Stage::Staging, Stage::Archived] {
            let result =
                world.dora.transition_stage(&model(), &version("1.1.0"), &StageTransition::to(stage));
            assert!(matches!(result, Err(Error::Invalid { field: "reason", .. })), "{result:?}");
        }
        to(&world, "1.1.0", &StageTransition::to(Stage::Archived).because("it over-predicts"));
        assert_eq!(world.registry.production(&model()).unwrap(), None);
        assert_eq!(stage(&world.registry, "1.1.0"), Stage::Archived);
        assert!(matches!(
            world.registry.resolve(&"flight-delay@production".parse().unwrap()),
            Err(Error::NotFound { what: "alias", .. })
        ));
        let history = world.registry.history(&model()).unwrap();
        let end = history[1].ended.clone().unwrap();
        assert_eq!((end.reason.as_str(), end.by.as_str(), history.len()), ("it over-predicts", "dora", 2));
        assert_eq!(history[0], first);
        let at = |moment: Timestamp| {
            world.registry.production_at(&model(), moment).unwrap().map(|promotion| promotion.version)
        };
        let before = Timestamp::from_micros(end.at.as_micros() - 1);
        assert_eq!(
            (at(second.promoted_at), at(before), at(end.at)),
            (Some(version("1.1.0")), Some(version("1.1.0")), None)
        );
        // The trial beside it has nothing to be compared with.
        let trial = world.registry.trials(&model()).unwrap().pop().unwrap();
        let reason = "1.1.0 left production".to_owned();
        assert_eq!(trial.end.unwrap().outcome, TrialOutcome::Withdrawn { reason });
        assert_eq!(stage(&world.registry, "1.2.0"), Stage::None);

        // Back goes to what was there before nothing was, and from there on as ever.
        let back = world.rolled_back();
        assert_eq!((back.version.clone(), back.replaced.clone()), (version("1.1.0"), None));
        assert_eq!(at(back.promoted_at), Some(version("1.1.0")));
        assert_eq!(world.rolled_back().version, version("1.0.0"));
        assert!(matches!(
            world.dora.rollback(&model(), "further"),
            Err(Error::NothingBefore { production: Some(_), .. })
        ));
        world.is_whole();
    }
}

#[test]
fn one_on_trial_that_is_moved_has_its_trial_withdrawn() {
    for world in worlds() {
        world.promoted("1.0.0");
        world.register("1.1.0");
        world.register("1.2.0");
        let outcome = || world.registry.trials(&model()).unwrap().pop().unwrap().end.map(|end| end.outcome);
        let start = || {
            world.later();
            world.dora.start_trial(&model(), &version("1.1.0"), TrialKind::Shadow).unwrap()
        };
        start();
        let bare =
            world.dora.transition_stage(&model(), &version("1.1.0"), &StageTransition::to(Stage::Archived));
        assert!(matches!(bare, Err(Error::Invalid { field: "reason", .. })), "{bare:?}");
        to(&world, "1.1.0", &StageTransition::to(Stage::Archived).because("too slow"));
        assert_eq!(outcome(), Some(TrialOutcome::Withdrawn { reason: "too slow".to_owned() }));
        assert_eq!(stage(&world.registry, "1.1.0"), Stage::Archived);
        assert_eq!(world.registry.trial(&model()).unwrap(), None);

        start();
        to(&world, "1.2.0", &StageTransition::to(Stage::Staging).archiving_existing());
        let reason = "1.2.0 took its place in staging".to_owned();
        assert_eq!(outcome(), Some(TrialOutcome::Withdrawn { reason }));
        assert_eq!(stage(&world.registry, "1.1.0"), Stage::Archived);

        // In staging by hand, then on trial, then there again.
        to(&world, "1.1.0", &StageTransition::to(Stage::Staging));
        assert_eq!(start().stood, Stage::Staging);
        assert_eq!(stage(&world.registry, "1.2.0"), Stage::Staging);
        world.dora.end_trial(&model(), &version("1.1.0"), TrialOutcome::Completed).unwrap();
        assert_eq!(stage(&world.registry, "1.1.0"), Stage::Staging);
        world.is_whole();
    }
}

#[test]
fn six_threads_and_never_two_in_production() {
    const THREADS: usize = 6;
    for world in worlds() {
        world.promoted("1.0.0");
        let texts: Vec<String> = (1..=THREADS).map(|minor| format!("1.{minor}.0")).collect();
        for text in &texts {
            world.approved(text);
        }
        let barrier = Arc::new(Barrier::new(THREADS + 1));
        let done = Arc::new(AtomicBool::new(false));
        let watcher = {
            let (registry, barrier, done) = (world.registry.clone(), Arc::clone(&barrier), Arc::clone(&done));
            thread::spawn(move || {
                barrier.wait();
                while !done.load(Ordering::Relaxed) {
                    registry.production(&model()).unwrap().unwrap();
                    let stages = registry.stages(&model()).unwrap();
                    let there = stages.iter().filter(|stage| stage.stage == Stage::Production);
                    assert_eq!(there.count(), 1, "{stages:?}");
                }
            })
        };
        let threads: Vec<_> = texts
            .iter()
            .map(|text| {
                let (dora, barrier, text) = (world.dora.clone(), Arc::clone(&barrier), text.clone());
                thread::spawn(move || {
                    let transition = StageTransition::to(Stage::Production).archiving_existing();
                    barrier.wait();
                    dora.transition_stage(&model(), &version(&text), &transition)
                })
            })
            .collect();
        let results: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
        done.store(true, Ordering::Relaxed);
        watcher.join().unwrap();
        // Each was approved in place of 1.0.0, so that one wins and the others are told.
        let won = results.iter().filter(|result| matches!(result, Ok(Decision::Granted(_)))).count();
        assert_eq!(won, 1, "{results:?}");
        for result in &results {
            assert!(matches!(result, Ok(_) | Err(Error::Conflict { .. })), "{result:?}");
        }
        let stages = world.registry.stages(&model()).unwrap();
        let there: Vec<_> = stages.iter().filter(|stage| stage.stage == Stage::Production).collect();
        assert_eq!(there.len(), 1, "{stages:?}");
        let production = world.registry.production(&model()).unwrap().unwrap();
        assert_eq!(there[0].version, production.version);
        world.is_whole();
    }
}

#[test]
fn the_words_are_read_in_either_case() {
    for (text, stage) in [("None", Stage::None), ("STAGING", Stage::Staging), ("archived", Stage::Archived)] {
        assert_eq!(text.parse::<Stage>().unwrap(), stage);
    }
    assert!(matches!("Produktion".parse::<Stage>(), Err(Error::Invalid { field: "stage", .. })));
}
