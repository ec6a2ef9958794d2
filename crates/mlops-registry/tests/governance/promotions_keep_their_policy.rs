//! By which rules a version went into production is told, whatever became of the rules since.

use std::num::NonZeroU32;
use std::time::Duration;

use crate::world::{GATE, granted, model, version, worlds};
use mlops_core::{Digest, canonical};
use mlops_registry::access::{Role, Scope};
use mlops_registry::promotion::{BreakGlass, Promotion, PromotionPolicy, TargetStage};

fn policy_of(promotion: &Promotion) -> PromotionPolicy {
    promotion.policy.as_ref().unwrap().policy().unwrap()
}

#[test]
fn the_policy_of_then_is_told_after_it_has_changed() {
    for world in worlds() {
        let loose = PromotionPolicy::requiring(GATE);
        let first = world.promoted("1.0.0");
        assert_eq!(policy_of(&first), loose);
        // The digest is that of what the log tells of.
        let digest = first.policy.as_ref().unwrap().digest;
        let told = world.registry.entries(0..u64::MAX).unwrap();
        let set = told.iter().find(|entry| entry.act.action == "policy.set").unwrap();
        assert_eq!(set.changes[0].digest, Some(digest));

        let terms = BreakGlass::by(Role::Deployer, Duration::from_hours(1)).unwrap();
        let strict = loose.clone().requests_valid_for(Duration::from_hours(1)).break_glass(terms);
        world.admin.set_policy(&strict).unwrap();
        world.later();
        let history = world.registry.history(&model()).unwrap();
        assert_eq!(policy_of(&history[0]), loose);
        let second = world.promoted("1.1.0");
        assert_eq!(policy_of(&second), strict);
        // The one that counts for the model.
        let own = loose.clone().approvals(NonZeroU32::MIN).for_models(Scope::Model(model()));
        world.admin.set_policy(&own).unwrap();
        let third = world.promoted("1.2.0");
        assert_eq!(policy_of(&third), own);
        assert_eq!(third.policy.as_ref().unwrap().digest, Digest::of(canonical::to_string(&own).unwrap()));
        world.admin.remove_policy(TargetStage::Production, &Scope::Model(model())).unwrap();

        // A rollback restores what went in by the rules of then.
        assert_eq!(world.rolled_back().policy, second.policy);
        // And in an emergency they are the terms.
        world.register("1.3.0");
        world.later();
        let emergency = granted(world.dora.break_glass(&model(), &version("1.3.0"), "all is down").unwrap());
        assert_eq!(policy_of(&emergency), strict);
        world.is_whole();
    }
}

#[test]
fn a_promotion_of_an_earlier_release_keeps_its_bytes() {
    let text = r#"{"approved_by":["ben"],"artifact":"sha256:727d0ad90a27583ce2285d99132aaaaf66c69871468636d600d295c5435ef5c2","evidence":[],"model":"m","number":1,"promoted_at":"2013-04-01T00:04:00Z","promoted_by":"dora","replaced":null,"request":1,"version":"1.0.0"}"#;
    let promotion: Promotion = serde_json::from_str(text).unwrap();
    assert_eq!(promotion.policy, None);
    assert_eq!(canonical::to_string(&promotion).unwrap(), text);
}
