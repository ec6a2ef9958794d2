//! A request ends once: carried out, rejected or withdrawn, whoever is at it at the same time.

use std::sync::Barrier;

use crate::world::{World, granted, model, principal, refused, version, worlds};
use mlops_core::Outcome;
use mlops_registry::Error;
use mlops_registry::access::{Role, Scope};
use mlops_registry::promotion::{Decision, PromotionRequest, RequestState};

#[track_caller]
fn is_conflict<T: std::fmt::Debug>(result: mlops_registry::Result<T>, current: &str) {
    match result {
        Err(Error::Conflict { what: "promotion request", current: found, .. }) => {
            assert_eq!(found, current);
        }
        other => panic!("{other:?}"),
    }
}

fn asked(world: &World, text: &str) -> PromotionRequest {
    let candidate = world.register(text);
    world.judge(&candidate, Outcome::Passed);
    world.request(text)
}

#[test]
fn what_was_rejected_is_closed() {
    for world in worlds() {
        let request = world.approved("1.0.0");
        let before = world.registry.store().size().unwrap();
        let closed = world.ben.reject(&request.id(), "it was trained on half of March").unwrap();
        assert_eq!(closed.state, RequestState::Rejected);
        let closure = closed.closed.clone().unwrap();
        assert_eq!(
            (closure.by, closure.reason.as_str()),
            (principal("ben"), "it was trained on half of March")
        );
        assert_eq!(world.registry.promotion_request(&request.id()).unwrap(), closed);
        let act = world.registry.entries(before..u64::MAX).unwrap().remove(0).act;
        assert_eq!((act.action.as_str(), act.subject.as_str()), ("promotion.reject", "flight-delay/1.0.0"));
        assert_eq!(act.reason.as_deref(), Some("it was trained on half of March"));

        let now = "rejected by ben: it was trained on half of March";
        is_conflict(world.dora.promote(&request.id()), now);
        is_conflict(world.ben.approve(&request), now);
        is_conflict(world.ben.reject(&request.id(), "twice"), now);
        is_conflict(world.ana.withdraw(&request.id(), "late"), now);
        let told = world.registry.entries(before + 1..u64::MAX).unwrap();
        assert_eq!(told.len(), 4);
        assert!(told.iter().all(|entry| entry.act.refused[0].starts_with("state: promotion request")));

        // The approval was of the old one.
        let again = world.request("1.0.0");
        let reasons = refused(world.dora.promote(&again.id()).unwrap());
        assert_eq!(reasons, ["approvals: nobody has approved"]);
        world.is_whole();
    }
}

#[test]
fn only_who_has_requested_it_withdraws_it() {
    for world in worlds() {
        let request = asked(&world, "1.0.0");
        let carl = world.registry.session(&principal("carl"));
        world.admin.grant(carl.principal(), Role::Author, Scope::All).unwrap();
        let before = world.registry.store().size().unwrap();
        let reasons = refused(carl.withdraw(&request.id(), "I know better").unwrap());
        assert_eq!(reasons, ["requester: ana has requested it, not carl"]);
        assert_eq!(world.registry.entries(before..u64::MAX).unwrap()[0].act.refused, reasons);
        let denied = world.ben.withdraw(&request.id(), "I know better");
        assert!(matches!(denied, Err(Error::Denied { needed: Role::Author, .. })), "{denied:?}");
        let denied = world.ana.reject(&request.id(), "I know better");
        assert!(matches!(denied, Err(Error::Denied { needed: Role::Approver, .. })), "{denied:?}");

        let closed = granted(world.ana.withdraw(&request.id(), "a better one is coming").unwrap());
        assert_eq!(closed.state, RequestState::Withdrawn);
        is_conflict(world.dora.promote(&request.id()), "withdrawn by ana: a better one is coming");
        world.is_whole();
    }
}

#[test]
fn closing_takes_a_reason() {
    for world in worlds() {
        let request = asked(&world, "1.0.0");
        for reason in ["", " ", "a\nb", &"x".repeat(2001)] {
            let results = [
                world.ben.reject(&request.id(), reason).map(drop),
                world.ana.withdraw(&request.id(), reason).map(drop),
            ];
            for result in results {
                assert!(matches!(result, Err(Error::Invalid { field: "reason", .. })), "{result:?}");
            }
        }
        let nowhere = mlops_registry::promotion::RequestId { model: model(), number: 9 };
        assert!(matches!(world.ben.reject(&nowhere, "x"), Err(Error::NotFound { .. })));
        assert!(matches!(world.ana.withdraw(&nowhere, "x"), Err(Error::NotFound { .. })));
    }
}

/// What one of those who race has done: whether it went through.
fn did<T>(result: mlops_registry::Result<Decision<T>>) -> bool {
    match result {
        Ok(Decision::Granted(_)) => true,
        Ok(Decision::Refused(_)) | Err(Error::Conflict { .. }) => false,
        Err(error) => panic!("{error}"),
    }
}

#[test]
fn of_those_who_end_a_request_at_once_one_does() {
    for world in worlds() {
        world.admin.grant(&principal("carl"), Role::Approver, Scope::All).unwrap();
        let carl = world.registry.session(&principal("carl"));
        for round in 0..12 {
            let request = world.approved(&format!("1.{round}.0"));
            let id = request.id();
            let before = world.registry.store().size().unwrap();
            let barrier = Barrier::new(4);
            let (approved, ends) = std::thread::scope(|scope| {
                let approve = scope.spawn(|| {
                    barrier.wait();
                    did(carl.approve(&request))
                });
                let reject = scope.spawn(|| {
                    barrier.wait();
                    did(world.ben.reject(&id, "no").map(Decision::Granted))
                });
                let withdraw = scope.spawn(|| {
                    barrier.wait();
                    did(world.ana.withdraw(&id, "no"))
                });
                let promote = scope.spawn(|| {
                    barrier.wait();
                    did(world.dora.promote(&id))
                });
                let approved = approve.join().unwrap();
                (approved, [reject, withdraw, promote].map(|thread| thread.join().unwrap()))
            });
            assert_eq!(ends.iter().filter(|did| **did).count(), 1, "{}: {ends:?}", world.name);
            let state = world.registry.promotion_request(&id).unwrap().state;
            let expected = [RequestState::Rejected, RequestState::Withdrawn, RequestState::Done];
            assert_eq!(state, expected[ends.iter().position(|did| *did).unwrap()]);
            let production = world.registry.production(&model()).unwrap().map(|it| it.version);
            assert_eq!(production == Some(version(&format!("1.{round}.0"))), ends[2]);
            let approvals = world.registry.approvals(&id).unwrap();
            assert_eq!(approvals.len(), 1 + usize::from(approved));

            // In the log the approval stands before the end, and whatever came after the end
            // is told of as such.
            let acts: Vec<_> =
                world.registry.entries(before..u64::MAX).unwrap().into_iter().map(|it| it.act).collect();
            let done: Vec<_> = acts.iter().filter(|act| act.refused.is_empty()).collect();
            assert_eq!(done.len(), 1 + usize::from(approved));
            if approved {
                assert_eq!(done[0].action, "promotion.approve");
            }
            assert_eq!(acts.len(), 4, "{acts:?}");
        }
        world.is_whole();
    }
}
