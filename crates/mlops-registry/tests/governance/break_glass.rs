//! In an emergency it goes without the rules, by whom the policy lets, and somebody looks later.

use std::time::Duration;

use crate::world::{GATE, World, granted, model, principal, refused, version, worlds};
use mlops_core::{Outcome, Window};
use mlops_registry::Error;
use mlops_registry::access::{Role, Scope};
use mlops_registry::model::{NewVersion, Stage, StageTransition};
use mlops_registry::promotion::{BreakGlass, Freeze, PromotionPolicy, RequestState, ReviewOutcome};

const DAY: Duration = Duration::from_hours(24);

fn with_terms(world: &World, terms: BreakGlass) {
    let window = Window::new("2013-01-01".parse().unwrap(), "2014-01-01".parse().unwrap()).unwrap();
    let policy = PromotionPolicy::requiring(GATE)
        .freeze(Freeze::once(window, "the whole year").unwrap())
        .break_glass(terms);
    world.admin.set_policy(&policy).unwrap();
}

fn terms() -> BreakGlass {
    BreakGlass::by(Role::Deployer, DAY).unwrap()
}

#[test]
fn without_terms_there_is_no_emergency() {
    for world in worlds() {
        world.register("1.0.0");
        let reasons = refused(world.dora.break_glass(&model(), &version("1.0.0"), "fire").unwrap());
        assert_eq!(reasons, ["break glass: the policy has no terms for it"]);
        let told = world.registry.entries(0..u64::MAX).unwrap().pop().unwrap().act;
        assert_eq!((told.action.as_str(), told.reason.as_deref()), ("promotion.break_glass", Some("fire")));
        assert_eq!(told.refused, reasons);
        assert_eq!(world.registry.production(&model()).unwrap(), None);
        world.is_whole();
    }
}

#[test]
fn it_goes_without_the_rules_and_is_recorded_as_such() {
    for world in worlds() {
        with_terms(&world, terms());
        world.register("1.0.0");
        world.later();
        let promotion = granted(world.dora.break_glass(&model(), &version("1.0.0"), "fire").unwrap());
        assert_eq!(promotion.emergency.as_deref(), Some("fire"));
        assert_eq!((promotion.approved_by.len(), promotion.evidence.len()), (0, 0));
        assert_eq!(world.registry.production(&model()).unwrap().unwrap().version, version("1.0.0"));
        assert_eq!(world.registry.history(&model()).unwrap(), std::slice::from_ref(&promotion));
        let request = world.registry.promotion_requests(&model()).unwrap().remove(0);
        assert_eq!((request.number, request.state), (promotion.request, RequestState::Done));
        assert_eq!(request.emergency.as_deref(), Some("fire"));

        let open = world.registry.open_reviews().unwrap();
        assert_eq!(open.len(), 1);
        assert_eq!(
            open[0].waived,
            [
                "evidence of production gate: no verdict of gate \"production gate\" is recorded",
                "approvals: nobody has approved",
                "freeze: frozen until 2014-01-01T00:00:00Z: the whole year",
            ]
        );
        assert_eq!(open[0].review_by, promotion.promoted_at + DAY);
        let told = world.registry.entries(0..u64::MAX).unwrap().pop().unwrap().act;
        assert_eq!(
            told.to_string(),
            format!("{} dora promotion.break_glass flight-delay/1.0.0 (fire)", told.at)
        );
        let again = world.dora.break_glass(&model(), &version("1.0.0"), "fire");
        assert!(matches!(again, Err(Error::Conflict { what: "version", .. })), "{again:?}");
        world.is_whole();
    }
}

#[test]
fn it_takes_a_reason_a_role_and_a_file() {
    for world in worlds() {
        with_terms(&world, BreakGlass::by(Role::Admin, DAY).unwrap());
        let candidate = world.register("1.0.0");
        let breaking = |reason: &str| world.dora.break_glass(&model(), &version("1.0.0"), reason);
        for reason in ["", "  ", "a\nb"] {
            assert!(matches!(breaking(reason), Err(Error::Invalid { field: "reason", .. })));
        }
        let ben = world.ben.break_glass(&model(), &version("1.0.0"), "fire");
        assert!(matches!(ben, Err(Error::Denied { needed: Role::Deployer, .. })), "{ben:?}");
        let before = world.registry.store().size().unwrap();
        let dora = breaking("fire");
        assert!(matches!(dora, Err(Error::Denied { needed: Role::Admin, .. })), "{dora:?}");
        let told = world.registry.entries(before..u64::MAX).unwrap().remove(0).act;
        assert_eq!(told.refused, ["grant: that takes the role admin"]);
        world.admin.grant(world.dora.principal(), Role::Admin, Scope::Model(model())).unwrap();
        let nowhere = world.dora.break_glass(&model(), &version("9.0.0"), "fire");
        assert!(matches!(nowhere, Err(Error::NotFound { .. })), "{nowhere:?}");
        world.registry.artifacts().remove(&candidate.artifact).unwrap();
        assert!(matches!(breaking("fire"), Err(Error::NotFound { what: "artifact", .. })));
        world.ana.store_artifact(&mut "model 1.0.0".as_bytes()).unwrap();
        let _promotion = granted(breaking("fire").unwrap());
        world.is_whole();
    }
}

#[test]
fn somebody_else_reviews_it_once() {
    for world in worlds() {
        with_terms(&world, terms());
        world.register("1.0.0");
        let number = granted(world.dora.break_glass(&model(), &version("1.0.0"), "fire").unwrap()).number;
        let review = |who: &mlops_registry::Session| {
            who.review_break_glass(&model(), number, ReviewOutcome::Justified, "there was a fire")
        };
        let denied = review(&world.dora);
        assert!(matches!(denied, Err(Error::Denied { needed: Role::Approver, .. })), "{denied:?}");
        for who in [&world.dora, &world.ana] {
            world.admin.grant(who.principal(), Role::Approver, Scope::All).unwrap();
        }
        assert_eq!(refused(review(&world.dora).unwrap()), ["second person: dora has done it"]);
        assert_eq!(refused(review(&world.ana).unwrap()), ["second person: ana has a hand in 1.0.0"]);
        let empty = world.ben.review_break_glass(&model(), number, ReviewOutcome::Justified, "");
        assert!(matches!(empty, Err(Error::Invalid { field: "note", .. })), "{empty:?}");
        let nothing = world.ben.review_break_glass(&model(), 9, ReviewOutcome::Justified, "x");
        assert!(matches!(nothing, Err(Error::NotFound { what: "break glass", .. })), "{nothing:?}");

        let reviewed = granted(review(&world.ben).unwrap());
        let review_of = reviewed.review.clone().unwrap();
        assert_eq!((review_of.by, review_of.outcome), (principal("ben"), ReviewOutcome::Justified));
        assert_eq!(world.registry.emergencies(&model()).unwrap(), [reviewed]);
        assert_eq!(world.registry.open_reviews().unwrap(), []);
        let told = world.registry.entries(0..u64::MAX).unwrap().pop().unwrap().act;
        assert_eq!(told.subject, "promotion 1 of flight-delay as justified");
        let twice = review(&world.ben);
        assert!(matches!(twice, Err(Error::Conflict { what: "review", .. })), "{twice:?}");
        world.is_whole();
    }
}

#[test]
fn an_overdue_review_stands_in_the_way_if_the_policy_says_so() {
    for world in worlds() {
        with_terms(&world, terms().not_while_overdue());
        for text in ["1.0.0", "1.1.0", "1.2.0"] {
            world.register(text);
        }
        let breaking = |text: &str| world.dora.break_glass(&model(), &version(text), "fire").unwrap();
        let first = granted(breaking("1.0.0"));
        world.clock.advance(DAY / 2);
        let _second = granted(breaking("1.1.0"));
        world.clock.advance(DAY / 2);
        let due = first.promoted_at + DAY;
        let expected = format!("reviews: that of promotion 1 of flight-delay was due at {due}");
        assert_eq!(refused(breaking("1.2.0")), std::slice::from_ref(&expected));
        // The clock was set back after the log has seen that it is late.
        world.clock.set(first.promoted_at);
        assert_eq!(refused(breaking("1.2.0")), [expected]);
        let outcome = ReviewOutcome::NotJustified;
        let _review = granted(world.ben.review_break_glass(&model(), 1, outcome, "no fire").unwrap());
        let _third = granted(breaking("1.2.0"));

        // Of what another policy is for, this one knows nothing; without the term it goes.
        with_terms(&world, terms());
        world.clock.set(due + DAY);
        let _again = granted(breaking("1.0.0"));
        world.is_whole();
    }
}

#[test]
fn a_rollback_past_it_and_a_promotion_after_it_go_on() {
    for world in worlds() {
        world.promoted("1.0.0");
        let policy = PromotionPolicy::requiring(GATE).break_glass(terms());
        world.admin.set_policy(&policy).unwrap();
        let candidate = world.register("1.1.0");
        world.judge(&candidate, Outcome::Failed);
        let promotion = granted(world.dora.break_glass(&model(), &version("1.1.0"), "fire").unwrap());
        assert_eq!(promotion.replaced, Some(version("1.0.0")));
        assert_eq!(promotion.evidence.len(), 1);
        world.rolled_back();
        assert_eq!(world.registry.production(&model()).unwrap().unwrap().version, version("1.0.0"));
        world.promoted("1.2.0");
        assert_eq!(world.registry.history(&model()).unwrap().len(), 4);
        world.is_whole();
    }
}

#[test]
fn a_rollback_leads_to_it_only_if_it_was_justified() {
    for world in worlds() {
        world.promoted("1.0.0");
        world.admin.set_policy(&PromotionPolicy::requiring(GATE).break_glass(terms())).unwrap();
        let candidate = world.register("1.1.0");
        world.judge(&candidate, Outcome::Failed);
        let emergency = granted(world.dora.break_glass(&model(), &version("1.1.0"), "fire").unwrap());
        world.promoted("1.2.0");
        let back_to = |text: &str| world.dora.rollback_to(&model(), &version(text), "back").unwrap();
        let expected = |review: &str| {
            [format!(
                "went by the rules: promotion 2 of 1.1.0 was an emergency, {review}: \
                 that takes gates and approvals"
            )]
        };
        assert_eq!(refused(back_to("1.1.0")), expected("which nobody has reviewed yet"));
        let told = world.registry.entries(0..u64::MAX).unwrap().pop().unwrap();
        assert_eq!((told.act.refused.len(), told.changes.len()), (1, 0));
        let review = |outcome| {
            let number = world.registry.emergencies(&model()).unwrap().pop().unwrap().promotion;
            granted(world.ben.review_break_glass(&model(), number, outcome, "I was there").unwrap())
        };
        review(ReviewOutcome::NotJustified);
        assert_eq!(refused(back_to("1.1.0")), expected("which was not justified, says ben"));
        // By one step it goes past it, to what went by the rules.
        let back = world.rolled_back();
        assert_eq!((back.version, back.rollback.unwrap().restores), (version("1.0.0"), 1));
        assert_eq!(refused(back_to("1.1.0")).len(), 1);

        // Out by hand, it does not come back either.
        let _again = granted(world.dora.break_glass(&model(), &version("1.1.0"), "fire again").unwrap());
        let out = StageTransition::to(Stage::Archived).because("it was no fire");
        let _out = granted(world.dora.transition_stage(&model(), &version("1.1.0"), &out).unwrap());
        assert_eq!(world.rolled_back().version, version("1.0.0"));
        // One that was justified is as good as any.
        review(ReviewOutcome::Justified);
        let restored = granted(back_to("1.1.0")).rollback.unwrap().restores;
        assert!(restored > emergency.number);
        assert_eq!(world.rolled_back().version, version("1.0.0"));

        // So is one that went by the rules, before or after an emergency.
        let _broken = granted(world.dora.break_glass(&model(), &version("1.2.0"), "fire").unwrap());
        assert_eq!(world.rolled_back().version, version("1.0.0"));
        assert_eq!(granted(back_to("1.2.0")).rollback.unwrap().restores, 3);
        world.is_whole();
    }
}

#[test]
fn one_that_was_deleted_since_is_reviewed_all_the_same() {
    for world in worlds() {
        world.promoted("1.0.0");
        let policy = PromotionPolicy::requiring(GATE).break_glass(terms().not_while_overdue());
        world.admin.set_policy(&policy).unwrap();
        let gone = world.register("1.1.0");
        let broken = granted(world.dora.break_glass(&model(), &version("1.1.0"), "fire").unwrap());
        world.rolled_back();
        world.admin.delete_version(&model(), &version("1.1.0"), "it burnt").unwrap();
        // Another has registered it anew: that is not the one that went in.
        let carl = world.registry.session(&principal("carl"));
        for role in [Role::Author, Role::Approver] {
            world.admin.grant(carl.principal(), role, Scope::All).unwrap();
        }
        world.admin.grant(world.ana.principal(), Role::Approver, Scope::All).unwrap();
        let review = |who: &mlops_registry::Session| {
            who.review_break_glass(&model(), broken.number, ReviewOutcome::NotJustified, "no fire").unwrap()
        };
        let refusal = ["second person: ana has a hand in 1.1.0"];
        assert_eq!(refused(review(&world.ana)), refusal);
        let run = carl.start_run(&crate::world::experiment(), "again").unwrap();
        let new = NewVersion::new(model(), version("1.1.0"), run.id, gone.artifact);
        assert_eq!(carl.register(&new).unwrap().number, 3);
        assert_eq!(refused(review(&world.ana)), refusal);
        world.admin.delete_version(&model(), &version("1.1.0"), "once more").unwrap();
        assert_eq!(refused(review(&world.ana)), refusal);
        let reviewed = granted(review(&carl));
        assert_eq!(reviewed.review.unwrap().by, principal("carl"));
        assert_eq!(world.registry.open_reviews().unwrap(), []);
        world.is_whole();
    }
}
