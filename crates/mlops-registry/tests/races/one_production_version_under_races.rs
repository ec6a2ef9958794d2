//! However many promote at once, at most one version of a model is in production, at every
//! moment, and each change of it is one promotion of the history.

use std::sync::Barrier;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

use crate::world::{World, granted, model, version, worlds};
use mlops_core::{Outcome, Version};
use mlops_registry::Error;
use mlops_registry::model::Stage;
use mlops_registry::promotion::{Decision, PromotionRequest};

/// Requests for several versions, all made while the same version is in production.
fn approved_requests(world: &World, versions: &[String]) -> Vec<PromotionRequest> {
    for text in versions {
        let candidate = world.register(text);
        world.judge(&candidate, Outcome::Passed);
    }
    let request = |text: &String| {
        let request = world.request(text);
        let _approval = granted(world.ben.approve(&request).unwrap());
        request
    };
    versions.iter().map(request).collect()
}

fn in_production(world: &World) -> Vec<Version> {
    let stages = world.registry.stages(&model()).unwrap().into_iter();
    stages.filter(|stage| stage.stage == Stage::Production).map(|stage| stage.version).collect()
}

#[test]
fn of_racing_promotions_one_goes_through() {
    const THREADS: usize = 8;
    for world in worlds() {
        for round in 1..=5 {
            let versions: Vec<_> = (0..THREADS).map(|minor| format!("{round}.{minor}.0")).collect();
            let requests = approved_requests(&world, &versions);
            let before = world.registry.production(&model()).unwrap().map(|production| production.version);
            let start = Barrier::new(THREADS);
            let results: Vec<_> = thread::scope(|scope| {
                let threads: Vec<_> = requests
                    .iter()
                    .map(|request| {
                        let (start, dora) = (&start, &world.dora);
                        scope.spawn(move || {
                            start.wait();
                            dora.promote(&request.id())
                        })
                    })
                    .collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).collect()
            });
            let mut winners = Vec::new();
            for result in results {
                match result {
                    Ok(Decision::Granted(promotion)) => winners.push(promotion.version),
                    Err(Error::Conflict { what: "production of", current, .. }) => {
                        assert!(current.starts_with(&format!("at {round}.")), "{current}");
                    }
                    other => panic!("neither won nor lost: {other:?}"),
                }
            }
            assert_eq!(winners.len(), 1, "{}: {winners:?}", world.name);
            assert_eq!(in_production(&world), winners);
            if let Some(before) = before {
                assert_eq!(world.registry.stage(&model(), &before).unwrap().stage, Stage::Archived);
            }
            let history = world.registry.history(&model()).unwrap();
            assert_eq!(history.len(), round);
            assert_eq!(history[round - 1].version, winners[0]);
        }
        world.is_whole();
    }
}

#[test]
fn sixty_four_promote_at_once_and_every_read_finds_one() {
    const THREADS: usize = 64;
    for world in worlds() {
        world.promoted("0.1.0");
        let versions: Vec<_> = (0..THREADS).map(|minor| format!("1.{minor}.0")).collect();
        let requests = approved_requests(&world, &versions);
        let start = Barrier::new(THREADS + 2);
        let (results, reads) = thread::scope(|scope| {
            let threads: Vec<_> = requests
                .iter()
                .map(|request| {
                    let (start, dora) = (&start, &world.dora);
                    scope.spawn(move || {
                        start.wait();
                        dora.promote(&request.id())
                    })
                })
                .collect();
            let over = AtomicBool::new(false);
            let (over, start, world) = (&over, &start, &world);
            thread::scope(|scope| {
                let readers = [(); 2].map(|()| {
                    scope.spawn(move || {
                        start.wait();
                        let mut reads = 0;
                        while !over.load(Ordering::Relaxed) {
                            assert_eq!(in_production(world).len(), 1, "{}", world.name);
                            assert!(world.registry.production(&model()).unwrap().is_some());
                            reads += 1;
                        }
                        reads
                    })
                });
                let results: Vec<_> = threads.into_iter().map(|thread| thread.join().unwrap()).collect();
                over.store(true, Ordering::Relaxed);
                (results, readers.map(|reader| reader.join().unwrap()))
            })
        });
        assert!(reads.iter().all(|reads: &u32| *reads > 0), "{reads:?}");
        let mut winners = Vec::new();
        for result in results {
            match result {
                Ok(Decision::Granted(promotion)) => winners.push(promotion.version),
                Err(Error::Conflict { what: "production of", .. }) => {}
                other => panic!("neither won nor lost: {other:?}"),
            }
        }
        assert_eq!((winners.len(), in_production(&world)), (1, winners.clone()), "{}", world.name);
        let production = world.registry.production(&model()).unwrap().unwrap();
        assert_eq!(production.version, winners[0]);
        assert_eq!(world.registry.history(&model()).unwrap().len(), 2);
        world.is_whole();
    }
}

#[test]
fn a_reader_never_sees_two() {
    for world in worlds() {
        let versions: Vec<_> = (0..6).map(|minor| format!("1.{minor}.0")).collect();
        for text in &versions {
            let candidate = world.register(text);
            world.judge(&candidate, Outcome::Passed);
        }
        thread::scope(|scope| {
            let writer = scope.spawn(|| {
                for text in &versions {
                    let request = world.request(text);
                    let _approval = granted(world.ben.approve(&request).unwrap());
                    let _promotion = granted(world.dora.promote(&request.id()).unwrap());
                }
            });
            while !writer.is_finished() {
                assert!(in_production(&world).len() <= 1);
            }
        });
        assert_eq!(in_production(&world), [version("1.5.0")]);
    }
}

#[test]
fn a_request_is_void_when_another_version_went_first() {
    for world in worlds() {
        let requests = approved_requests(&world, &["1.0.0".to_owned(), "1.1.0".to_owned()]);
        let _promotion = granted(world.dora.promote(&requests[1].id()).unwrap());
        match world.dora.promote(&requests[0].id()) {
            Err(Error::Conflict { what: "production of", key, expected, current }) => {
                assert_eq!(key, "flight-delay");
                assert_eq!(expected, "empty, as when flight-delay#1 was requested");
                assert_eq!(current, "at 1.1.0");
            }
            other => panic!("{other:?}"),
        }
        // Asked for anew, against the version of now, it may.
        let again = world.request("1.0.0");
        assert_eq!(again.replaces, Some(version("1.1.0")));
        let _approval = granted(world.ben.approve(&again).unwrap());
        let _promotion = granted(world.dora.promote(&again.id()).unwrap());
        let history = world.registry.history(&model()).unwrap();
        let versions: Vec<_> = history.iter().map(|promotion| promotion.version.to_string()).collect();
        assert_eq!(versions, ["1.1.0", "1.0.0"]);
        assert_eq!(history[1].replaced, Some(version("1.1.0")));
        world.is_whole();
    }
}

#[test]
fn what_others_do_to_the_model_meanwhile_does_not_stop_a_promotion() {
    for world in worlds() {
        let request = world.approved("1.0.0");
        let others: Vec<_> = (0..20).map(|patch| format!("2.0.{patch}")).collect();
        thread::scope(|scope| {
            scope.spawn(|| {
                for text in &others {
                    world.register(text);
                }
            });
            let _promotion = granted(world.dora.promote(&request.id()).unwrap());
        });
        assert_eq!(in_production(&world), [version("1.0.0")]);
        let numbers: Vec<_> =
            world.registry.versions(&model()).unwrap().iter().map(|version| version.number).collect();
        assert_eq!(numbers, (1..=21).collect::<Vec<_>>());
        world.is_whole();
    }
}

#[test]
fn racing_registrations_of_one_version_have_one_winner() {
    for world in worlds() {
        let run = world.run();
        let artifact = world.ana.store_artifact(&mut "model".as_bytes()).unwrap();
        let new = mlops_registry::model::NewVersion::new(model(), version("1.0.0"), run, artifact);
        let results: Vec<_> = thread::scope(|scope| {
            let threads: Vec<_> = (0..8).map(|_| scope.spawn(|| world.ana.register(&new))).collect();
            threads.into_iter().map(|thread| thread.join().unwrap()).collect()
        });
        let winners = results.iter().filter(|result| result.is_ok()).count();
        let losers =
            results.iter().filter(|result| matches!(result, Err(Error::Conflict { what: "version", .. })));
        assert_eq!((winners, losers.count()), (1, 7));
        world.is_whole();
    }
}

#[test]
fn of_racing_rollbacks_one_goes_through() {
    const THREADS: usize = 8;
    for world in worlds() {
        for text in ["1.0.0", "2.0.0", "3.0.0", "4.0.0"] {
            world.promoted(text);
        }
        // All want to get away from the version of now: one step back, not eight.
        let mut steps = 0;
        for expected in ["3.0.0", "2.0.0", "1.0.0"] {
            let start = Barrier::new(THREADS);
            let seen = world.registry.history(&model()).unwrap().len();
            let won: usize = thread::scope(|scope| {
                let threads: Vec<_> = (0..THREADS)
                    .map(|_| {
                        scope.spawn(|| {
                            start.wait();
                            match world.dora.rollback_to(&model(), &version(expected), "all at once") {
                                Ok(Decision::Granted(promotion)) => {
                                    assert_eq!(promotion.number as usize, seen + 1);
                                    1
                                }
                                Err(Error::Conflict { .. }) => 0,
                                other => panic!("neither won nor lost: {other:?}"),
                            }
                        })
                    })
                    .collect();
                threads.into_iter().map(|thread| thread.join().unwrap()).sum()
            });
            assert_eq!(won, 1, "{}", world.name);
            steps += 1;
            assert_eq!(in_production(&world), [version(expected)]);
            assert_eq!(world.registry.history(&model()).unwrap().len(), 4 + steps);
        }
        world.is_whole();
    }
}

#[test]
fn promotions_rollbacks_and_trials_at_once_leave_one_of_each() {
    use mlops_registry::trial::{TrialKind, TrialOutcome};
    for world in worlds() {
        world.promoted("1.0.0");
        world.promoted("2.0.0");
        let requests =
            approved_requests(&world, &(0..4).map(|minor| format!("3.{minor}.0")).collect::<Vec<_>>());
        let lost = |error: Error| match error {
            Error::Conflict { .. } | Error::NothingBefore { .. } => {}
            other => panic!("{other:?}"),
        };
        thread::scope(|scope| {
            for request in &requests {
                scope.spawn(|| world.dora.promote(&request.id()).map_or_else(lost, drop));
                scope.spawn(|| world.dora.rollback(&model(), "back").map_or_else(lost, drop));
                scope.spawn(|| {
                    let tried = &request.version;
                    let kind = TrialKind::Shadow;
                    world.dora.start_trial(&model(), tried, kind).map_or_else(lost, drop);
                    let end = TrialOutcome::Completed;
                    world.dora.end_trial(&model(), tried, end).map_or_else(lost, drop);
                });
            }
            scope.spawn(|| {
                for _ in 0..50 {
                    let stages = world.registry.stages(&model()).unwrap();
                    let at = |wanted| stages.iter().filter(|stage| stage.stage == wanted).count();
                    assert!(at(Stage::Production) == 1 && at(Stage::Staging) <= 1, "{stages:?}");
                }
            });
        });
        let history = world.registry.history(&model()).unwrap();
        assert_eq!(in_production(&world), [history.last().unwrap().version.clone()]);
        for (before, after) in history.iter().zip(history.iter().skip(1)) {
            assert_eq!((after.number, after.replaced.as_ref()), (before.number + 1, Some(&before.version)));
        }
        let promoted = history.iter().filter(|promotion| promotion.rollback.is_none()).count();
        // Back at 2.0.0, the next request is good again.
        assert!(promoted <= 6 && (3..=10).contains(&history.len()), "{history:?}");
        let trials = world.registry.trials(&model()).unwrap();
        assert!(
            trials.iter().all(|trial| !trial.is_running()),
            "each was ended by its own or by a promotion"
        );
        world.is_whole();
    }
}
