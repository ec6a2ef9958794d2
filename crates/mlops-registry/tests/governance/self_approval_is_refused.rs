//! Nobody approves what they have a hand in, and no approval counts that was not given for this.

use std::num::NonZeroU32;

use crate::world::{GATE, granted, model, principal, refused, version, worlds};
use mlops_core::Outcome;
use mlops_registry::Error;
use mlops_registry::access::{Role, Scope};
use mlops_registry::model::NewVersion;
use mlops_registry::promotion::PromotionPolicy;

#[test]
fn who_trained_registered_and_requested_it_is_refused() {
    for world in worlds() {
        let candidate = world.register("1.0.0");
        world.judge(&candidate, Outcome::Passed);
        let request = world.request("1.0.0");
        world.admin.grant(world.ana.principal(), Role::Approver, Scope::All).unwrap();
        let reasons = refused(world.ana.approve(&request).unwrap());
        assert_eq!(reasons, ["second person: ana has trained and registered and requested it"]);
        assert!(world.registry.approvals(&request.id()).unwrap().is_empty());
        let reasons = refused(world.dora.promote(&request.id()).unwrap());
        assert_eq!(reasons, ["approvals: nobody has approved"]);
        assert_eq!(world.registry.production(&model()).unwrap(), None);
        world.is_whole();
    }
}

#[test]
fn a_hand_in_any_part_is_enough() {
    for world in worlds() {
        // Trained by ana, registered by carl, requested by emil; each may approve in general.
        for name in ["carl", "emil"] {
            world.admin.grant(&principal(name), Role::Author, Scope::All).unwrap();
        }
        for name in ["ana", "carl", "emil"] {
            world.admin.grant(&principal(name), Role::Approver, Scope::All).unwrap();
        }
        let artifact = world.ana.store_artifact(&mut "model".as_bytes()).unwrap();
        let new = NewVersion::new(model(), version("1.0.0"), world.run(), artifact);
        let candidate = world.registry.session(&principal("carl")).register(&new).unwrap();
        assert_eq!((candidate.made_by.as_str(), candidate.registered_by.as_str()), ("ana", "carl"));
        world.judge(&candidate, Outcome::Passed);
        let emil = world.registry.session(&principal("emil"));
        let request = granted(emil.request_promotion(&model(), &version("1.0.0")).unwrap());
        for (name, reason) in [("ana", "trained"), ("carl", "registered"), ("emil", "requested")] {
            let reasons = refused(world.registry.session(&principal(name)).approve(&request).unwrap());
            assert_eq!(reasons, [format!("second person: {name} has {reason} it")]);
        }
        let _approval = granted(world.ben.approve(&request).unwrap());
        let _promotion = granted(world.dora.promote(&request.id()).unwrap());
        world.is_whole();
    }
}

#[test]
fn a_refusal_is_in_the_audit_log() {
    for world in worlds() {
        let candidate = world.register("1.0.0");
        world.judge(&candidate, Outcome::Passed);
        let request = world.request("1.0.0");
        world.admin.grant(world.ana.principal(), Role::Approver, Scope::All).unwrap();
        let before = world.registry.store().size().unwrap();
        let _ = world.ana.approve(&request).unwrap();
        let entries = world.registry.entries(before..u64::MAX).unwrap();
        assert_eq!(entries.len(), 1);
        let act = &entries[0].act;
        assert_eq!(
            (act.actor.as_str(), act.action.as_str(), act.subject.as_str()),
            ("ana", "promotion.approve", "flight-delay/1.0.0")
        );
        assert_eq!(act.refused, ["second person: ana has trained and registered and requested it"]);
        assert!(entries[0].changes.is_empty());
    }
}

#[test]
fn without_a_grant_it_is_forbidden() {
    for world in worlds() {
        let request = world.approved("1.0.0");
        let emil = world.registry.session(&principal("emil"));
        match emil.approve(&request) {
            Err(Error::Denied { principal, action, needed: Role::Approver }) => {
                assert_eq!(
                    (principal.as_str(), action.as_str()),
                    ("emil", "approve the promotion of flight-delay")
                );
            }
            other => panic!("{other:?}"),
        }
        assert!(matches!(
            world.ben.promote(&request.id()),
            Err(Error::Denied { needed: Role::Deployer, .. })
        ));
        // A grant for another model is none.
        let scope = Scope::Model("other".parse().unwrap());
        world.admin.grant(emil.principal(), Role::Deployer, scope).unwrap();
        assert!(matches!(emil.promote(&request.id()), Err(Error::Denied { .. })));
        world.admin.grant(emil.principal(), Role::Deployer, Scope::Model(model())).unwrap();
        let _promotion = granted(emil.promote(&request.id()).unwrap());
    }
}

#[test]
fn one_person_counts_once() {
    for world in worlds() {
        let two = NonZeroU32::new(2).unwrap();
        world.admin.set_policy(&PromotionPolicy::requiring(GATE).approvals(two)).unwrap();
        let request = world.approved("1.0.0");
        assert!(matches!(world.ben.approve(&request), Err(Error::Conflict { what: "approval", .. })));
        assert_eq!(refused(world.dora.promote(&request.id()).unwrap()), ["approvals: approved by ben"]);
        world.admin.grant(&principal("carl"), Role::Approver, Scope::All).unwrap();
        let _approval = granted(world.registry.session(&principal("carl")).approve(&request).unwrap());
        let promotion = granted(world.dora.promote(&request.id()).unwrap());
        assert_eq!(promotion.approved_by, [principal("ben"), principal("carl")]);
    }
}

#[test]
fn an_approver_who_lost_the_role_no_longer_counts() {
    for world in worlds() {
        let request = world.approved("1.0.0");
        world.admin.revoke(world.ben.principal(), Role::Approver, Scope::All).unwrap();
        let reasons = refused(world.dora.promote(&request.id()).unwrap());
        assert_eq!(reasons, ["approvals: nobody has approved; ben no longer holds the role"]);
        world.is_whole();
    }
}

#[test]
fn an_approval_is_for_the_request_as_it_was_read() {
    for world in worlds() {
        let request = world.approved("1.0.0");
        let mut other = request.clone();
        other.artifact = mlops_core::Digest::of("another file");
        world.admin.grant(&principal("carl"), Role::Approver, Scope::All).unwrap();
        let carl = world.registry.session(&principal("carl"));
        assert!(matches!(carl.approve(&other), Err(Error::Conflict { what: "promotion request", .. })));
        let approval = granted(carl.approve(&request).unwrap());
        assert_eq!((approval.artifact, &approval.evidence), (request.artifact, &request.evidence));
        assert_eq!(request.evidence.len(), 1);
    }
}
