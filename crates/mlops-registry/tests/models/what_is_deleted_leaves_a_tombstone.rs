//! Versions and models are deleted from sight, never from the audit; and what people say of
//! them changes without a trace of it being lost.

use std::sync::{Arc, Barrier};
use std::thread;

use crate::world::{World, granted, model, principal, refused, version, worlds};
use mlops_core::{Clock as _, Digest, ModelName};
use mlops_registry::Error;
use mlops_registry::access::Role;
use mlops_registry::audit::Act;
use mlops_registry::model::card::ModelCard;
use mlops_registry::model::{AliasIs, Deleted, NewVersion, Stage, StageTransition};
use mlops_registry::promotion::RequestState;
use mlops_registry::store::{Change, Commit, Key, Kind, Query};
use mlops_registry::trial::TrialKind;

#[test]
fn a_deleted_version_is_out_of_sight_and_not_lost() {
    for world in worlds() {
        let kept = world.register("1.0.0");
        let gone = world.register("1.1.0");
        world.judge(&gone, mlops_core::Outcome::Passed);
        let request = world.request("1.1.0");
        let alias = "champion".parse().unwrap();
        world.dora.set_alias(&model(), &alias, &gone.version, &AliasIs::Any).unwrap();
        world.later();
        let tombstone = world.admin.delete_version(&model(), &gone.version, "trained on bad labels").unwrap();
        assert_eq!(tombstone.version(), Some(&gone));
        assert_eq!((tombstone.artifact(), tombstone.deleted_by.as_str()), (Some(gone.artifact), "root"));
        let Deleted::Version(deleted) = &tombstone.deleted else { panic!() };
        assert_eq!((deleted.stage.stage, deleted.aliases.as_slice()), (Stage::None, &[alias.clone()][..]));

        assert_eq!(world.registry.versions(&model()).unwrap(), [kept]);
        assert_eq!(world.registry.deleted_versions(&model()).unwrap(), [tombstone]);
        assert_eq!(world.registry.stages(&model()).unwrap().len(), 1);
        assert_eq!(world.registry.aliases(&model()).unwrap(), []);
        for reference in ["flight-delay/1.1.0", "flight-delay@champion", "flight-delay@v2"] {
            let found = world.registry.resolve(&reference.parse().unwrap());
            assert!(matches!(found, Err(Error::NotFound { .. })), "{reference}: {found:?}");
        }
        // Nothing more is done with it, and what was open is closed.
        let closed = world.registry.promotion_request(&request.id()).unwrap();
        assert_eq!(closed.state, RequestState::Void);
        let closure = closed.closed.unwrap();
        assert_eq!((closure.by.as_str(), closure.reason.as_str()), ("root", "trained on bad labels"));
        let void = |result: Result<(), Error>| match result {
            Err(Error::Conflict { what: "promotion request", current, .. }) => {
                assert_eq!(current, "void by root: trained on bad labels");
            }
            other => panic!("{other:?}"),
        };
        void(world.ben.approve(&request).map(drop));
        void(world.dora.promote(&request.id()).map(drop));
        void(world.ana.withdraw(&request.id(), "late").map(drop));
        let trial = world.dora.start_trial(&model(), &gone.version, TrialKind::Shadow);
        assert!(matches!(trial, Err(Error::NotFound { .. })), "{trial:?}");
        let again = world.admin.delete_version(&model(), &gone.version, "again");
        assert!(matches!(again, Err(Error::NotFound { .. })), "{again:?}");
        // The audit log still has its file and its evidence.
        assert_eq!(world.registry.evidence(&model(), &gone.version).unwrap().len(), 1);
        let entry = world.registry.entries(0..u64::MAX).unwrap().pop().unwrap();
        assert!(
            entry.act.action == "trial.start"
                || !entry.act.refused.is_empty()
                || entry.act.action == "version.delete"
        );
        world.is_whole();

        // Its name is taken, but for the same file.
        let other = world.ana.store_artifact(&mut "another".as_bytes()).unwrap();
        let other = NewVersion::new(model(), gone.version.clone(), world.run(), other);
        match world.ana.register(&other) {
            Err(Error::Conflict { what: "version", key, current, .. }) => {
                assert_eq!(key, "flight-delay/1.1.0");
                assert!(current.contains("deleted") && current.contains(&gone.artifact.to_string()));
            }
            other => panic!("{other:?}"),
        }
        let same = NewVersion::new(model(), gone.version.clone(), world.run(), gone.artifact);
        let back = world.ana.register(&same).unwrap();
        assert_eq!((back.number, back.artifact), (3, gone.artifact));
        assert_eq!(world.registry.suggest_version(&model(), None).unwrap(), version("1.1.1"));
        world.admin.delete_version(&model(), &gone.version, "bad labels still").unwrap();
        assert_eq!(world.registry.deleted_versions(&model()).unwrap().len(), 2);
        let next = NewVersion::next(model(), world.run(), gone.artifact);
        assert_eq!(world.ana.register(&next).unwrap().version, version("1.0.1"));
        world.is_whole();
    }
}

#[test]
fn what_is_in_production_or_on_trial_is_not_deleted() {
    for world in worlds() {
        world.promoted("1.0.0");
        world.promoted("1.1.0");
        world.register("1.2.0");
        world.dora.start_trial(&model(), &version("1.2.0"), TrialKind::Shadow).unwrap();
        for (text, current) in [("1.1.0", "in production"), ("1.2.0", "on trial")] {
            match world.admin.delete_version(&model(), &version(text), "why not") {
                Err(Error::Conflict { what: "version", current: now, .. }) => assert_eq!(now, current),
                other => panic!("{other:?}"),
            }
        }
        let result = world.admin.delete_model(&model(), "why not");
        assert!(matches!(result, Err(Error::Conflict { .. })), "{result:?}");
        for session in [&world.ana, &world.ben, &world.dora] {
            let result = session.delete_version(&model(), &version("1.0.0"), "why not");
            assert!(matches!(result, Err(Error::Denied { needed: Role::Admin, .. })), "{result:?}");
        }
        let result = world.admin.delete_version(&model(), &version("1.0.0"), " ");
        assert!(matches!(result, Err(Error::Invalid { field: "reason", .. })), "{result:?}");
        // One that was in production is, and a rollback goes past it.
        world.promoted("1.3.0");
        world.admin.delete_version(&model(), &version("1.1.0"), "withdrawn").unwrap();
        assert_eq!(world.registry.history(&model()).unwrap().len(), 3);
        assert_eq!(world.rolled_back().version, version("1.0.0"));
        world.is_whole();
    }
}

#[test]
fn a_model_is_deleted_with_its_versions_and_counts_on_when_it_comes_back() {
    for world in worlds() {
        world.promoted("1.0.0");
        world.register("1.1.0");
        world.later();
        let out = StageTransition::to(Stage::Archived).because("the model retires");
        let _stage = granted(world.dora.transition_stage(&model(), &version("1.0.0"), &out).unwrap());
        let tombstone = world.admin.delete_model(&model(), "replaced by arrivals").unwrap();
        assert!(matches!(&tombstone.deleted, Deleted::Model(gone) if gone.versions == 2));
        assert!(matches!(world.registry.model(&model()), Err(Error::NotFound { .. })));
        assert_eq!(world.registry.models().unwrap(), []);
        assert_eq!(world.registry.versions(&model()).unwrap(), []);
        assert_eq!(world.registry.deleted_versions(&model()).unwrap().len(), 2);
        assert_eq!(world.registry.deleted_models().unwrap(), [tombstone]);
        assert_eq!(world.registry.trial(&model()).unwrap(), None);
        // What was in production then is still known.
        let first = world.registry.history(&model()).unwrap().remove(0);
        let then = world.registry.production_at(&model(), first.promoted_at).unwrap();
        assert_eq!(then.map(|promotion| promotion.version), Some(version("1.0.0")));
        assert!(matches!(world.dora.rollback(&model(), "back"), Err(Error::NotFound { .. })));
        world.is_whole();

        let again = world.register("2.0.0");
        assert_eq!(again.number, 3);
        assert_eq!(world.promoted("2.1.0").number, 2);
        assert_eq!(world.registry.history(&model()).unwrap().len(), 2);
        world.is_whole();
    }
}

#[test]
fn of_a_deletion_and_a_promotion_at_once_one_wins() {
    for world in worlds() {
        for round in 0..4 {
            let text = format!("1.{round}.0");
            let request = world.approved(&text);
            let barrier = Arc::new(Barrier::new(2));
            let delete = {
                let (admin, barrier, text) = (world.admin.clone(), Arc::clone(&barrier), text.clone());
                thread::spawn(move || {
                    barrier.wait();
                    admin.delete_version(&model(), &version(&text), "too late").is_ok()
                })
            };
            barrier.wait();
            let promoted = matches!(
                world.dora.promote(&request.id()),
                Ok(mlops_registry::promotion::Decision::Granted(_))
            );
            let deleted = delete.join().unwrap();
            assert!(promoted != deleted, "{text}: promoted {promoted}, deleted {deleted}");
        }
        world.is_whole();
    }
}

#[test]
fn tags_are_set_on_models_and_versions() {
    for world in worlds() {
        world.register("1.0.0");
        let one = version("1.0.0");
        world.ana.set_model_tag(&model(), None, "team", "operations").unwrap();
        world.ana.set_model_tag(&model(), Some(&one), "team", "pricing").unwrap();
        world.ana.set_model_tag(&model(), Some(&one), "checked", "").unwrap();
        let size = world.registry.store().size().unwrap();
        world.ana.set_model_tag(&model(), Some(&one), "team", "pricing").unwrap();
        assert_eq!(world.registry.store().size().unwrap(), size);
        world.ana.set_model_tag(&model(), Some(&one), "team", "sales").unwrap();
        let tags = |of: Option<&mlops_core::Version>| world.registry.model_tags(&model(), of).unwrap();
        assert_eq!((tags(None)["team"].as_str(), tags(Some(&one))["team"].as_str()), ("operations", "sales"));
        assert_eq!(tags(Some(&one)).len(), 2);
        world.ana.delete_model_tag(&model(), Some(&one), "team").unwrap();
        assert_eq!((tags(None).len(), tags(Some(&one)).len()), (1, 1));
        let gone = world.ana.delete_model_tag(&model(), Some(&one), "team");
        assert!(matches!(gone, Err(Error::NotFound { what: "tag", .. })), "{gone:?}");
        let long = "x".repeat(70_000);
        for (name, value) in [
            ("", "a"),
            (" a", "a"),
            ("a\n", "a"),
            (long.as_str(), "a"),
            ("a", long.as_str()),
            ("a", "\u{1b}[2J"),
        ] {
            let result = world.ana.set_model_tag(&model(), None, name, value);
            assert!(matches!(result, Err(Error::Invalid { .. })), "{name:.10} {result:?}");
        }
        let none: ModelName = "nobody".parse().unwrap();
        for (of, which) in [(&none, None), (&model(), Some(&version("9.9.9")))] {
            let result = world.ana.set_model_tag(of, which, "a", "b");
            assert!(matches!(result, Err(Error::NotFound { .. })), "{result:?}");
        }
        let result = world.ben.set_model_tag(&model(), None, "a", "b");
        assert!(matches!(result, Err(Error::Denied { needed: Role::Author, .. })), "{result:?}");
        world.is_whole();
    }
}

#[test]
fn what_was_approved_can_still_be_read() {
    fn words(world: &World) -> Vec<(u32, String)> {
        let all = world.registry.descriptions(&model(), Some(&version("1.0.0"))).unwrap();
        all.into_iter().map(|description| (description.number, description.text)).collect()
    }
    for world in worlds() {
        let promotion = world.promoted("1.0.0");
        let one = version("1.0.0");
        assert_eq!(words(&world), [(0, String::new())]);
        world.later();
        let first = world.ana.describe_model(&model(), Some(&one), "trees over\ntwo months").unwrap();
        assert_eq!((first.number, first.replaces), (1, Some(Digest::of(""))));
        world.later();
        let second = world.ana.describe_model(&model(), Some(&one), "trees over three months").unwrap();
        assert_eq!(second.replaces, Some(Digest::of("trees over\ntwo months")));
        let size = world.registry.store().size().unwrap();
        world.ana.describe_model(&model(), Some(&one), "trees over three months").unwrap();
        assert_eq!(world.registry.store().size().unwrap(), size);
        assert_eq!(words(&world).len(), 3);
        let at = |moment| world.registry.description_at(&model(), Some(&one), moment).unwrap().unwrap().text;
        assert_eq!(at(promotion.promoted_at), "");
        assert_eq!(at(first.at), "trees over\ntwo months");
        assert_eq!(at(second.at), "trees over three months");
        // The version itself never changes.
        assert_eq!(world.registry.version(&model(), &one).unwrap().description, "");
        assert_eq!(world.registry.descriptions(&model(), None).unwrap(), []);
        assert_eq!(world.registry.description_at(&model(), None, second.at).unwrap(), None);
        world.ana.describe_model(&model(), None, "which flights will be late").unwrap();
        assert_eq!(world.registry.descriptions(&model(), None).unwrap().len(), 1);
        let result = world.ana.describe_model(&model(), None, "\u{7}");
        assert!(matches!(result, Err(Error::Invalid { field: "description", .. })), "{result:?}");
        world.is_whole();
    }
}

#[test]
fn an_old_approval_does_not_promote_one_that_was_registered_anew() {
    for world in worlds() {
        let request = world.approved("1.0.0");
        let other = world.approved("1.1.0");
        world.admin.delete_version(&model(), &version("1.0.0"), "bad labels").unwrap();
        let again = world.register("1.0.0");
        assert_eq!((again.number, again.artifact), (3, request.artifact));
        let result = world.dora.promote(&request.id());
        assert!(matches!(result, Err(Error::Conflict { what: "promotion request", .. })), "{result:?}");
        // The other one is as it was; a new one of the first is a new one.
        assert_eq!(world.registry.promotion_request(&other.id()).unwrap(), other);
        let anew = world.request("1.0.0");
        assert_eq!(refused(world.dora.promote(&anew.id()).unwrap()), ["approvals: nobody has approved"]);
        world.admin.delete_model(&model(), "the whole of it").unwrap();
        let open = world.registry.promotion_requests(&model()).unwrap();
        assert!(open.iter().all(|request| request.state == RequestState::Void), "{open:?}");
        world.is_whole();
    }
}

/// A store of before requests were closed with their version may hold such a one.
#[test]
fn a_request_is_for_the_version_that_was_registered_then() {
    for world in worlds() {
        let request = world.approved("1.0.0");
        let mut registered = world.registry.version(&model(), &version("1.0.0")).unwrap();
        registered.number = 7;
        let key = Key::from([model().as_str(), "1.0.0"]);
        let was = world.store.read(&Query::one(Kind::Version, key.clone())).unwrap()[0].revision;
        let act = Act::new(world.clock.now(), principal("root"), "version.register", "anew".to_owned());
        let change = Change::put(Kind::Version, key, Some(was), &registered).unwrap();
        world.store.commit(&Commit::new(act, vec![], vec![change]).unwrap()).unwrap();
        let result = [world.ben.approve(&request).map(drop), world.dora.promote(&request.id()).map(drop)];
        for result in result {
            match result {
                Err(Error::Conflict { what: "version", current, .. }) => {
                    assert_eq!(current, "registered anew since, with number 7");
                }
                other => panic!("{other:?}"),
            }
        }
    }
}

#[test]
fn what_was_said_of_a_deleted_one_is_not_said_of_the_next() {
    for world in worlds() {
        world.register("1.0.0");
        let one = version("1.0.0");
        let card = ModelCard::new().license("none");
        for version in [None, Some(&one)] {
            world.ana.set_model_tag(&model(), version, "team", "pricing").unwrap();
            world.ana.describe_model(&model(), version, "which flights are late").unwrap();
        }
        world.ana.set_card(&model(), &one, &card).unwrap();
        let nothing_is_said = |version| {
            assert!(world.registry.model_tags(&model(), version).unwrap().is_empty());
            let said = world.registry.descriptions(&model(), version).unwrap();
            assert!(said.iter().all(|said| said.number == 0), "{said:?}");
        };
        let tombstone = world.admin.delete_version(&model(), &one, "bad labels").unwrap();
        assert_eq!(tombstone.tags["team"], "pricing");
        assert_eq!(tombstone.descriptions[0].text, "which flights are late");
        assert_eq!(tombstone.card.unwrap().card, card);
        world.register("1.0.0");
        nothing_is_said(Some(&one));
        assert_eq!(world.registry.model_card(&model(), &one).unwrap().written, None);
        assert_eq!(world.registry.model_tags(&model(), None).unwrap().len(), 1);
        let first = world.ana.describe_model(&model(), Some(&one), "in other words").unwrap();
        assert_eq!((first.number, first.replaces), (1, Some(Digest::of(""))));

        let tombstone = world.admin.delete_model(&model(), "replaced by arrivals").unwrap();
        assert_eq!((tombstone.tags.len(), tombstone.descriptions.len()), (1, 1));
        world.register("1.0.0");
        nothing_is_said(None);
        nothing_is_said(Some(&one));
        world.is_whole();
    }
}

/// Who tags it while it is deleted leaves a tag behind, which is not one of the next.
#[test]
fn a_word_in_the_moment_of_deletion_is_not_said_of_the_next_either() {
    for world in worlds() {
        world.register("1.0.0");
        world.admin.delete_version(&model(), &version("1.0.0"), "bad labels").unwrap();
        let key = Key::from([model().as_str(), "1.0.0", "team"]);
        let tag = serde_json::json!({
            "model": model(), "version": "1.0.0", "name": "team", "value": "pricing",
        });
        let act = Act::new(world.clock.now(), principal("ana"), "model.tag", "late".to_owned());
        let change = Change::put(Kind::ModelTag, key, None, &tag).unwrap();
        world.store.commit(&Commit::new(act, vec![], vec![change]).unwrap()).unwrap();
        world.register("1.0.0");
        assert!(world.registry.model_tags(&model(), Some(&version("1.0.0"))).unwrap().is_empty());
        world.is_whole();
    }
}
