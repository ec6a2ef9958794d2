//! Evidence, approvals and requests count for a time, nothing goes into production while it is
//! frozen, and a clock that is set back gives nobody more time.
#![allow(clippy::unwrap_used, reason = "tests fail by panic")]

mod world;

use std::num::NonZeroU32;
use std::time::Duration;

use mlops_core::{Evidence, Outcome, Timestamp, Window};
use mlops_registry::Error;
use mlops_registry::access::{Role, Scope};
use mlops_registry::promotion::{Freeze, PromotionPolicy, PromotionRequest};
use world::{GATE, World, granted, model, principal, refused, version, worlds};

const HOUR: Duration = Duration::from_hours(1);

fn policy() -> PromotionPolicy {
    PromotionPolicy::requiring(GATE)
}

fn now(world: &World) -> Timestamp {
    use mlops_core::Clock as _;
    world.clock.now()
}

fn promote(world: &World, request: &PromotionRequest) -> Vec<String> {
    match world.dora.promote(&request.id()).unwrap() {
        mlops_registry::promotion::Decision::Granted(_) => Vec::new(),
        decision @ mlops_registry::promotion::Decision::Refused(_) => refused(decision),
    }
}

#[test]
fn evidence_does_not_count_for_ever() {
    for world in worlds() {
        world.admin.set_policy(&policy().not_older_than(GATE, HOUR)).unwrap();
        let candidate = world.register("1.0.0");
        world.judge(&candidate, Outcome::Passed);
        world.clock.advance(HOUR);
        // It is an hour old, and not older.
        let request = granted(world.ana.request_promotion(&model(), &version("1.0.0")).unwrap());
        let _approval = granted(world.ben.approve(&request).unwrap());
        world.clock.advance(Duration::from_micros(1));
        let reasons = promote(&world, &request);
        assert_eq!(reasons.len(), 1, "{reasons:?}");
        assert!(reasons[0].starts_with("evidence of production gate: verdict "), "{reasons:?}");
        assert!(reasons[0].contains(" counted until 2013-04-01T01:"), "{reasons:?}");
        let reasons = refused(world.ana.request_promotion(&model(), &version("1.0.0")).unwrap());
        assert!(reasons[0].contains(" counted until "), "{reasons:?}");

        world.judge(&candidate, Outcome::Passed);
        let request = world.request("1.0.0");
        let _approval = granted(world.ben.approve(&request).unwrap());
        assert!(promote(&world, &request).is_empty());
        world.is_whole();
    }
}

#[test]
fn a_verdict_is_as_old_as_the_judgement() {
    for world in worlds() {
        world.admin.set_policy(&policy().not_older_than(GATE, HOUR)).unwrap();
        let candidate = world.register("1.0.0");
        let old = world.verdict(&candidate, Outcome::Passed);
        world.clock.advance(HOUR * 2);
        world.ana.record_evidence(&Evidence::of(&old).unwrap()).unwrap();
        let reasons = refused(world.ana.request_promotion(&model(), &version("1.0.0")).unwrap());
        assert!(reasons[0].contains(" counted until "), "{reasons:?}");
        // One that dates itself into the future is as old as its record.
        let mut dated = old;
        dated.at = now(&world) + HOUR * 1000;
        world.ana.record_evidence(&Evidence::of(&dated).unwrap()).unwrap();
        let _request = granted(world.ana.request_promotion(&model(), &version("1.0.0")).unwrap());
        world.clock.advance(HOUR * 2);
        let reasons = refused(world.ana.request_promotion(&model(), &version("1.0.0")).unwrap());
        assert!(reasons[0].contains(" counted until "), "{reasons:?}");
    }
}

#[test]
fn an_approval_expires_and_is_given_again() {
    for world in worlds() {
        world.admin.set_policy(&policy().approvals_valid_for(HOUR)).unwrap();
        let request = world.approved("1.0.0");
        assert!(matches!(world.ben.approve(&request), Err(Error::Conflict { what: "approval", .. })));
        let given = now(&world);
        world.clock.advance(HOUR);
        let reasons = promote(&world, &request);
        let until = given + HOUR;
        assert_eq!(
            reasons,
            [format!("approvals: nobody has approved; the approval of ben counted until {until}")]
        );
        let told = world.registry.entries(0..u64::MAX).unwrap().pop().unwrap().act;
        assert_eq!(told.refused, reasons);
        let approval = granted(world.ben.approve(&request).unwrap());
        assert_eq!(world.registry.approvals(&request.id()).unwrap(), [approval]);
        assert!(promote(&world, &request).is_empty());
        world.is_whole();
    }
}

#[test]
fn a_request_expires_and_is_made_again() {
    for world in worlds() {
        world.admin.set_policy(&policy().requests_valid_for(HOUR)).unwrap();
        let request = world.approved("1.0.0");
        let until = request.requested_at + HOUR;
        world.clock.advance(HOUR);
        let expected = format!("request: flight-delay#1 counted until {until}: request it anew");
        assert_eq!(promote(&world, &request), std::slice::from_ref(&expected));
        world.admin.grant(&principal("carl"), Role::Approver, Scope::All).unwrap();
        let carl = world.registry.session(&principal("carl"));
        assert_eq!(refused(carl.approve(&request).unwrap()), [expected]);
        let again = world.request("1.0.0");
        assert_eq!(again.number, 2);
        let twice = world.ana.request_promotion(&model(), &version("1.0.0"));
        assert!(matches!(twice, Err(Error::Conflict { what: "promotion request", .. })), "{twice:?}");
        let _approval = granted(world.ben.approve(&again).unwrap());
        assert!(promote(&world, &again).is_empty());
        world.is_whole();
    }
}

#[test]
fn a_clock_that_is_set_back_gives_no_more_time() {
    for world in worlds() {
        world.admin.set_policy(&policy().approvals_valid_for(HOUR)).unwrap();
        let request = world.approved("1.0.0");
        let given = now(&world);
        // Time goes by, and the log has seen it.
        world.clock.advance(HOUR * 2);
        world.run();
        world.clock.set(given + HOUR / 2);
        let expected =
            format!("approvals: nobody has approved; the approval of ben counted until {}", given + HOUR);
        assert_eq!(promote(&world, &request), std::slice::from_ref(&expected));
        // The refusal is an entry of the time that was set back: that helps nobody either.
        world.run();
        assert_eq!(promote(&world, &request), [expected]);
        let approval = granted(world.ben.approve(&request).unwrap());
        assert_eq!(approval.approved_at, now(&world));
        assert!(promote(&world, &request).is_empty());
        world.is_whole();
    }
}

#[test]
fn an_approval_of_the_future_does_not_count_where_they_expire() {
    for world in worlds() {
        world.admin.set_policy(&policy().approvals_valid_for(HOUR)).unwrap();
        let request = world.approved("1.0.0");
        let given = now(&world);
        let earlier = given - HOUR * 5;
        world.clock.set(earlier);
        assert_eq!(
            promote(&world, &request),
            [format!(
                "approvals: nobody has approved; the approval of ben is dated {given}, though the clock says {earlier}"
            )]
        );
        // It can be given anew, by the clock that is.
        let _approval = granted(world.ben.approve(&request).unwrap());
        assert!(promote(&world, &request).is_empty());

        // Two machines are never quite of one mind.
        let request = world.approved("2.0.0");
        world.clock.set(now(&world) - Duration::from_secs(5));
        assert!(promote(&world, &request).is_empty());
        world.is_whole();
    }
}

#[test]
fn a_request_and_evidence_of_the_future_do_not_count_either() {
    for world in worlds() {
        let strict = policy().requests_valid_for(HOUR * 10).not_older_than(GATE, HOUR * 10);
        world.admin.set_policy(&strict).unwrap();
        let request = world.approved("1.0.0");
        world.clock.set(now(&world) - HOUR * 5);
        let reasons = promote(&world, &request);
        assert_eq!(reasons.len(), 2, "{reasons:?}");
        assert!(reasons.iter().all(|reason| reason.contains("though the clock says")), "{reasons:?}");
    }
}

#[test]
fn nothing_is_promoted_in_a_freeze_but_a_rollback() {
    for world in worlds() {
        world.promoted("0.1.0");
        world.promoted("0.2.0");
        let window = Window::new("2013-12-20".parse().unwrap(), "2014-01-02".parse().unwrap()).unwrap();
        let frozen = policy().freeze(Freeze::once(window, "holidays").unwrap()).freeze(
            Freeze::weekly("fri 16:00".parse().unwrap(), "mon 08:00".parse().unwrap(), "weekend").unwrap(),
        );
        world.admin.set_policy(&frozen).unwrap();
        let request = world.approved("1.0.0");
        // A Saturday.
        world.clock.set("2013-12-14T12:00:00Z".parse().unwrap());
        assert_eq!(promote(&world, &request), ["freeze: frozen until 2013-12-16T08:00:00Z: weekend"]);
        world.clock.set("2013-12-25T12:00:00Z".parse().unwrap());
        assert_eq!(promote(&world, &request), ["freeze: frozen until 2014-01-02T00:00:00Z: holidays"]);
        // Who sets the clock back before the holidays finds them still there.
        world.clock.set("2013-12-19T12:00:00Z".parse().unwrap());
        assert_eq!(promote(&world, &request), ["freeze: frozen until 2014-01-02T00:00:00Z: holidays"]);
        world.dora.rollback(&model(), "it is broken on holidays").unwrap();
        world.clock.set("2014-01-02T00:00:00Z".parse().unwrap());
        // It was for what was in production then.
        assert!(matches!(world.dora.promote(&request.id()), Err(Error::Conflict { .. })));
        let request = world.request("1.0.0");
        let _approval = granted(world.ben.approve(&request).unwrap());
        assert!(promote(&world, &request).is_empty());
        world.is_whole();
    }
}

#[test]
fn approvals_that_never_expire_are_as_they_were() {
    for world in worlds() {
        let two = policy().approvals(NonZeroU32::MIN);
        world.admin.set_policy(&two).unwrap();
        let request = world.approved("1.0.0");
        world.clock.set(now(&world) - HOUR * 5);
        assert!(promote(&world, &request).is_empty());
    }
}
