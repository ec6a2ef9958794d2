//! The policy closest to a model counts, staging has one of its own, and approvals are of
//! whom the policy says.

use std::num::NonZeroU32;

use crate::world::{GATE, World, granted, model, principal, refused, version, worlds};
use mlops_core::{ModelName, Outcome};
use mlops_registry::access::{Role, Scope};
use mlops_registry::model::Stage;
use mlops_registry::promotion::{Approvers, PromotionPolicy, TargetStage};
use mlops_registry::trial::TrialKind;
use mlops_registry::{Error, Session};

fn count(number: u32) -> NonZeroU32 {
    NonZeroU32::new(number).unwrap()
}

fn with(world: &World, name: &str, roles: &[Role]) -> Session {
    for role in roles {
        world.admin.grant(&principal(name), *role, Scope::All).unwrap();
    }
    world.registry.session(&principal(name))
}

#[test]
fn the_closest_policy_counts_alone() {
    for world in worlds() {
        let gate_for = |name: &str| {
            let name: ModelName = name.parse().unwrap();
            let policy = world.registry.policy_for(&name, TargetStage::Production).unwrap();
            policy.map(|policy| policy.gates().next().unwrap().to_owned())
        };
        assert_eq!(gate_for("fraud-cards").as_deref(), Some(GATE));
        for (gate, scope) in
            [("short", "model:fraud-*"), ("long", "model:fraud-c*s"), ("exact", "model:fraud-cards")]
        {
            let policy = PromotionPolicy::requiring(gate).for_models(scope.parse().unwrap());
            world.admin.set_policy(&policy).unwrap();
            world.admin.set_policy(&policy).unwrap();
            assert_eq!(gate_for("fraud-cards").as_deref(), Some(gate));
        }
        assert_eq!(gate_for("fraud-cheques").as_deref(), Some("long"));
        assert_eq!(gate_for("fraud-loans").as_deref(), Some("short"));
        assert_eq!(gate_for("flight-delay").as_deref(), Some(GATE));
        assert_eq!(world.registry.policies().unwrap().len(), 4);

        world.admin.remove_policy(TargetStage::Production, &"model:fraud-cards".parse().unwrap()).unwrap();
        assert_eq!(gate_for("fraud-cards").as_deref(), Some("long"));
        world.admin.remove_policy(TargetStage::Production, &Scope::All).unwrap();
        assert_eq!(gate_for("flight-delay"), None);
        let none = world.admin.remove_policy(TargetStage::Staging, &Scope::All);
        assert!(matches!(none, Err(Error::NotFound { what: "policy", .. })), "{none:?}");
        let subjects: Vec<_> = world
            .registry
            .entries(0..u64::MAX)
            .unwrap()
            .into_iter()
            .filter(|entry| entry.act.action.starts_with("policy."))
            .map(|entry| format!("{} {}", entry.act.action, entry.act.subject))
            .collect();
        assert_eq!(
            subjects,
            [
                "policy.set promotion to production",
                "policy.set promotion of fraud-* to production",
                "policy.set promotion of fraud-c*s to production",
                "policy.set promotion of fraud-cards to production",
                "policy.remove promotion of fraud-cards to production",
                "policy.remove promotion to production",
            ]
        );
        world.is_whole();
    }
}

#[test]
fn a_closer_policy_that_comes_meanwhile_counts() {
    for world in worlds() {
        let request = world.approved("1.0.0");
        let closer = PromotionPolicy::requiring(GATE).approvals(count(2));
        world.admin.set_policy(&closer.for_models("model:flight-*".parse().unwrap())).unwrap();
        assert_eq!(refused(world.dora.promote(&request.id()).unwrap()), ["approvals: approved by ben"]);
    }
}

#[test]
fn some_of_the_approvals_are_of_whom_the_policy_says() {
    for world in worlds() {
        let policy = PromotionPolicy::requiring(GATE)
            .approvals(count(2))
            .of_which(count(1), Approvers::Role(Role::Auditor))
            .of_which(count(1), Approvers::Principals([principal("ben"), principal("olga")].into()));
        world.admin.set_policy(&policy).unwrap();
        let carl = with(&world, "carl", &[Role::Approver]);
        let request = world.approved("1.0.0");
        let _approval = granted(carl.approve(&request).unwrap());
        let reasons = refused(world.dora.promote(&request.id()).unwrap());
        assert_eq!(reasons, ["approvals of role auditor: none of them is of role auditor"]);

        // Ben stands for one of the two rules, not for both.
        with(&world, "ben", &[Role::Auditor]);
        let reasons = refused(world.dora.promote(&request.id()).unwrap());
        assert_eq!(reasons.len(), 1, "{reasons:?}");
        let olga = with(&world, "olga", &[Role::Approver]);
        let _approval = granted(olga.approve(&request).unwrap());
        let promotion = granted(world.dora.promote(&request.id()).unwrap());
        assert_eq!(promotion.approved_by, ["ben", "carl", "olga"].map(principal));
        world.is_whole();
    }
}

#[test]
fn who_lost_the_role_that_is_asked_for_stands_for_it_no_more() {
    for world in worlds() {
        let policy = PromotionPolicy::requiring(GATE).of_which(count(1), Approvers::Role(Role::Auditor));
        world.admin.set_policy(&policy).unwrap();
        with(&world, "ben", &[Role::Auditor]);
        let request = world.approved("1.0.0");
        world.admin.revoke(&principal("ben"), Role::Auditor, Scope::All).unwrap();
        let reasons = refused(world.dora.promote(&request.id()).unwrap());
        assert_eq!(reasons, ["approvals of role auditor: none of them is of role auditor"]);
        // An auditor of another model is none of this one.
        let other = "model:other*".parse().unwrap();
        world.admin.grant(&principal("ben"), Role::Auditor, other).unwrap();
        let _ = refused(world.dora.promote(&request.id()).unwrap());
        world.admin.grant(&principal("ben"), Role::Auditor, "model:flight-*".parse().unwrap()).unwrap();
        let _promotion = granted(world.dora.promote(&request.id()).unwrap());
    }
}

#[test]
fn a_deployer_who_has_approved_it_does_not_carry_it_out() {
    for world in worlds() {
        let request = world.approved("1.0.0");
        let ben = with(&world, "ben", &[Role::Deployer]);
        world.admin.set_policy(&PromotionPolicy::requiring(GATE).deployer_is_no_approver()).unwrap();
        let reasons = refused(ben.promote(&request.id()).unwrap());
        assert_eq!(reasons, ["separate deployer: ben has approved it"]);
        let _promotion = granted(world.dora.promote(&request.id()).unwrap());
        // Where the policy does not say so, he may.
        world.admin.set_policy(&PromotionPolicy::requiring(GATE)).unwrap();
        let request = world.approved("1.1.0");
        let _promotion = granted(ben.promote(&request.id()).unwrap());
        world.is_whole();
    }
}

#[test]
fn staging_has_a_policy_of_its_own() {
    for world in worlds() {
        world.admin.set_policy(&PromotionPolicy::requiring("smoke").to(TargetStage::Staging)).unwrap();
        let candidate = world.register("1.0.0");
        let to = |session: &Session| {
            session.request_promotion_to(&model(), &version("1.0.0"), TargetStage::Staging).unwrap()
        };
        assert_eq!(refused(to(&world.ana)), ["evidence of smoke: no verdict of gate \"smoke\" is recorded"]);
        // A trial is no way around it.
        let trial = world.dora.start_trial(&model(), &version("1.0.0"), TrialKind::Shadow);
        assert!(matches!(trial, Err(Error::Conflict { what: "version", .. })), "{trial:?}");

        let mut verdict = world.verdict(&candidate, Outcome::Passed);
        verdict.gate = "smoke".to_owned();
        world.ana.record_evidence(&mlops_core::Evidence::of(&verdict).unwrap()).unwrap();
        let request = granted(to(&world.ana));
        assert_eq!(request.stage, TargetStage::Staging);
        assert!(matches!(world.dora.promote(&request.id()), Err(Error::Conflict { .. })));
        let reasons = refused(world.dora.promote_to_staging(&request.id()).unwrap());
        assert_eq!(reasons, ["approvals: nobody has approved"]);
        let _approval = granted(world.ben.approve(&request).unwrap());
        let stage = granted(world.dora.promote_to_staging(&request.id()).unwrap());
        assert_eq!(stage.stage, Stage::Staging);
        assert_eq!(world.registry.production(&model()).unwrap(), None);
        assert_eq!(world.registry.history(&model()).unwrap(), []);
        assert!(matches!(world.dora.promote_to_staging(&request.id()), Err(Error::Conflict { .. })));
        world.dora.start_trial(&model(), &version("1.0.0"), TrialKind::Shadow).unwrap();

        // And from there to production, by the policy for that.
        world.judge(&candidate, Outcome::Passed);
        let request = world.request("1.0.0");
        let _approval = granted(world.ben.approve(&request).unwrap());
        let _promotion = granted(world.dora.promote(&request.id()).unwrap());
        world.is_whole();
    }
}

#[test]
fn without_a_policy_for_staging_a_request_for_it_is_refused() {
    for world in worlds() {
        world.register("1.0.0");
        let decision = world.ana.request_promotion_to(&model(), &version("1.0.0"), TargetStage::Staging);
        assert_eq!(
            refused(decision.unwrap()),
            ["policy: no policy says what a promotion takes: an admin must set one"]
        );
        world.dora.start_trial(&model(), &version("1.0.0"), TrialKind::Shadow).unwrap();
    }
}

#[test]
fn a_policy_nobody_can_fulfil_is_not_set() {
    for world in worlds() {
        let two_of_one = PromotionPolicy::requiring(GATE)
            .approvals(count(2))
            .of_which(count(2), Approvers::Principals([principal("ben")].into()));
        let more_than_all = PromotionPolicy::requiring(GATE).of_which(count(2), Approvers::Role(Role::Admin));
        for policy in [two_of_one, more_than_all] {
            let result = world.admin.set_policy(&policy);
            assert!(matches!(result, Err(Error::Invalid { field: "approvers", .. })), "{result:?}");
        }
    }
}
