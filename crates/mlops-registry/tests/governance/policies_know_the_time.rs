//! Evidence, approvals and requests count for a time, nothing goes into production while it is
//! frozen, and a clock that is set back gives nobody more time.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::world::{GATE, World, granted, model, principal, refused, version, worlds};
use mlops_core::{Evidence, Outcome, Timestamp, Window};
use mlops_registry::Error;
use mlops_registry::access::{Role, Scope};
use mlops_registry::promotion::{Freeze, PromotionPolicy, PromotionRequest};

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

mod oracle {
    //! The rules once more, by counting hours on fingers.

    use proptest::prelude::*;

    use super::*;
    use mlops_registry::promotion::{Approvers, Decision};
    use mlops_registry::store::MemoryStore;
    use std::sync::Arc;

    #[derive(Clone, Debug)]
    struct Case {
        needed: u32,
        of_auditors: bool,
        apart: bool,
        approvals_valid: Option<u64>,
        request_valid: Option<u64>,
        /// For each of four approvers: whether an auditor, and whether revoked in the end.
        people: [(bool, bool); 4],
        /// Who approves after how many hours; 4 is the author.
        approvals: Vec<(usize, u64)>,
        /// After how many hours it is carried out, and whether by the first approver.
        promoted: (u64, bool),
    }

    fn case() -> impl Strategy<Value = Case> {
        let hours = || prop::option::of(1..5_u64);
        (
            1..4_u32,
            any::<(bool, bool, bool)>(),
            hours(),
            hours(),
            any::<[(bool, bool); 4]>(),
            prop::collection::vec((0..5_usize, 0..5_u64), 0..7),
            0..7_u64,
        )
            .prop_map(
                |(needed, (of_auditors, apart, by_first), one, two, people, mut approvals, at)| {
                    approvals.sort_by_key(|(_, hour)| *hour);
                    let last = approvals.last().map_or(0, |(_, hour)| *hour);
                    let promoted = (at.max(last), by_first);
                    let (approvals_valid, request_valid) = (one, two);
                    Case {
                        needed,
                        of_auditors,
                        apart,
                        approvals_valid,
                        request_valid,
                        people,
                        approvals,
                        promoted,
                    }
                },
            )
    }

    /// Who is counted, and whether it goes through.
    fn expected(case: &Case) -> (Vec<String>, bool) {
        let mut given: [Option<u64>; 4] = [None; 4];
        for (who, hour) in &case.approvals {
            let request_stands = case.request_valid.is_none_or(|valid| *hour < valid);
            if *who < 4 && request_stands {
                let stands = |at: u64| case.approvals_valid.is_none_or(|valid| *hour - at < valid);
                if !given[*who].is_some_and(stands) {
                    given[*who] = Some(*hour);
                }
            }
        }
        let (now, by_first) = case.promoted;
        let counts = |who: &usize| {
            let in_time = |at: u64| case.approvals_valid.is_none_or(|valid| now - at < valid);
            !case.people[*who].1 && given[*who].is_some_and(in_time)
        };
        let counted: Vec<usize> = (0..4).filter(counts).collect();
        let through = counted.len() >= case.needed as usize
            && (!case.of_auditors || counted.iter().any(|who| case.people[*who].0))
            && !(case.apart && by_first && counted.contains(&0))
            && case.request_valid.is_none_or(|valid| now < valid);
        (counted.into_iter().map(|who| format!("p{who}")).collect(), through)
    }

    fn found(case: &Case) -> Option<Vec<String>> {
        let store = Arc::new(MemoryStore::default());
        let world = World::over("memory", tempfile::tempdir().unwrap(), store);
        let mut policy = policy().approvals(NonZeroU32::new(case.needed).unwrap());
        if case.of_auditors {
            policy = policy.of_which(NonZeroU32::MIN, Approvers::Role(Role::Auditor));
        }
        if case.apart {
            policy = policy.deployer_is_no_approver();
        }
        if let Some(hours) = case.approvals_valid {
            policy = policy.approvals_valid_for(HOUR * u32::try_from(hours).unwrap());
        }
        if let Some(hours) = case.request_valid {
            policy = policy.requests_valid_for(HOUR * u32::try_from(hours).unwrap());
        }
        world.admin.set_policy(&policy).unwrap();
        let candidate = world.register("1.0.0");
        world.judge(&candidate, Outcome::Passed);
        let names = ["p0", "p1", "p2", "p3", "ana"].map(principal);
        for (i, name) in names.iter().enumerate() {
            world.admin.grant(name, Role::Approver, Scope::All).unwrap();
            if case.people.get(i).is_some_and(|(auditor, _)| *auditor) {
                world.admin.grant(name, Role::Auditor, Scope::All).unwrap();
            }
        }
        world.admin.grant(&names[0], Role::Deployer, Scope::All).unwrap();
        let request = world.request("1.0.0");
        let at = |hour: u64| world.clock.set(request.requested_at + HOUR * u32::try_from(hour).unwrap());
        for (who, hour) in &case.approvals {
            at(*hour);
            match world.registry.session(&names[*who]).approve(&request) {
                Ok(_) | Err(Error::Conflict { what: "approval", .. }) => {}
                Err(error) => panic!("{error}"),
            }
        }
        let (hour, by_first) = case.promoted;
        at(hour);
        for (name, (_, revoked)) in names.iter().zip(&case.people) {
            if *revoked {
                world.admin.revoke(name, Role::Approver, Scope::All).unwrap();
            }
        }
        let deployer = if by_first { world.registry.session(&names[0]) } else { world.dora.clone() };
        let decision = deployer.promote(&request.id()).unwrap();
        world.is_whole();
        match decision {
            Decision::Granted(promotion) => {
                Some(promotion.approved_by.iter().map(ToString::to_string).collect())
            }
            Decision::Refused(_) => None,
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]
        #[test]
        fn a_promotion_goes_through_when_the_oracle_says_so(case in case()) {
            let (counted, through) = expected(&case);
            prop_assert_eq!(found(&case), through.then_some(counted));
        }
    }
}
