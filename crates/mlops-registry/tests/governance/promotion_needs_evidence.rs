//! No version goes into production without the verdicts that the policy asks for, passed,
//! and on this very artifact.

use std::sync::Arc;

use crate::world::{GATE, granted, model, refused, version, worlds};
use mlops_core::{Check, Digest, Evidence, Outcome, Severity, Verdict};
use mlops_registry::promotion::{PromotionPolicy, RecordedEvidence, RequestState};
use mlops_registry::store::{Change, Commit, Key, Kind, Query};
use mlops_registry::{Error, Registry};

#[test]
fn without_the_gates_verdict_it_is_refused() {
    for world in worlds() {
        world.register("1.0.0");
        let request = || refused(world.ana.request_promotion(&model(), &version("1.0.0")).unwrap());
        assert_eq!(
            request(),
            [r#"evidence of production gate: no verdict of gate "production gate" is recorded"#]
        );
        assert!(world.registry.promotion_requests(&model()).unwrap().is_empty());
        world.is_whole();
    }
}

#[test]
fn a_verdict_of_another_gate_does_not_do() {
    for world in worlds() {
        let candidate = world.register("1.0.0");
        let mut verdict = world.verdict(&candidate, Outcome::Passed);
        verdict.gate = "smoke test".to_owned();
        world.ana.record_evidence(&Evidence::of(&verdict).unwrap()).unwrap();
        let _ = refused(world.ana.request_promotion(&model(), &version("1.0.0")).unwrap());
    }
}

#[test]
fn every_gate_of_the_policy_must_have_judged() {
    for world in worlds() {
        world.admin.set_policy(&PromotionPolicy::requiring(GATE).and("fairness")).unwrap();
        let candidate = world.register("1.0.0");
        world.judge(&candidate, Outcome::Passed);
        let reasons = refused(world.ana.request_promotion(&model(), &version("1.0.0")).unwrap());
        assert_eq!(reasons, [r#"evidence of fairness: no verdict of gate "fairness" is recorded"#]);
    }
}

#[test]
fn a_policy_without_gates_is_none() {
    let whole = serde_json::to_value(PromotionPolicy::requiring_exactly(GATE, Digest::of("gate"))).unwrap();
    let read = |policy: &serde_json::Value| serde_json::from_value::<PromotionPolicy>(policy.clone());
    assert_eq!(serde_json::to_value(read(&whole).unwrap()).unwrap(), whole);
    for (field, value, said) in [
        ("gates", serde_json::json!({}), "at least one gate"),
        ("gates", serde_json::json!([]), "invalid type"),
        ("approvals", serde_json::json!(0), "nonzero"),
        ("stage", serde_json::json!("archived"), "staging or production"),
        ("aprovals", serde_json::json!(2), "unknown field"),
    ] {
        let mut policy = whole.clone();
        policy[field] = value;
        let error = read(&policy).unwrap_err().to_string();
        assert!(error.contains(said), "{policy}: {error}");
    }
}

#[test]
fn a_policy_that_was_emptied_in_the_store_promotes_nothing() {
    for world in worlds() {
        let request = world.approved("1.0.0");
        let query = Query::one(Kind::Policy, Key::from(["production"]));
        let record = world.registry.store().read(&query).unwrap().remove(0);
        let act = world.registry.entries(0..1).unwrap().remove(0).act;
        let empty = serde_json::json!({ "stage": "production", "gates": {}, "approvals": 1 });
        let change = Change::put(Kind::Policy, record.key, Some(record.revision), &empty).unwrap();
        world.registry.store().commit(&Commit::new(act, vec![], vec![change]).unwrap()).unwrap();
        let result = world.dora.promote(&request.id());
        assert!(matches!(result, Err(Error::Corrupt { .. })), "{result:?}");
    }
}

#[test]
fn a_lax_gate_of_the_same_name_does_not_do() {
    for world in worlds() {
        let (strict, lax) = (Digest::of("roc_auc >= 0.8"), Digest::of("roc_auc >= 0.1"));
        world.admin.set_policy(&PromotionPolicy::requiring_exactly(GATE, strict)).unwrap();
        let candidate = world.register("1.0.0");
        let record = |outcome, definition| {
            world.later();
            let mut verdict = world.verdict(&candidate, outcome);
            verdict.gate_digest = definition;
            let evidence = Evidence::of(&verdict).unwrap();
            world.ana.record_evidence(&evidence).unwrap();
            evidence.digest()
        };
        let ask = || world.ana.request_promotion(&model(), &version("1.0.0")).unwrap();

        let unknown = record(Outcome::Passed, None);
        let reason = format!(
            "evidence of {GATE}: verdict {} does not say by which definition of the gate, which must be {}",
            unknown.short(),
            strict.short()
        );
        assert_eq!(refused(ask()), [reason]);
        let other = record(Outcome::Passed, Some(lax));
        let reason = format!(
            "evidence of {GATE}: verdict {} is by definition {} of the gate, not by {}",
            other.short(),
            lax.short(),
            strict.short()
        );
        assert_eq!(refused(ask()), [reason]);

        // What the gate itself says is outvoted by none of the others.
        record(Outcome::Failed, Some(strict));
        record(Outcome::Passed, Some(lax));
        let reasons = refused(ask());
        assert!(reasons.len() == 1 && reasons[0].contains("did not pass: roc_auc"), "{reasons:?}");
        let passed = record(Outcome::Passed, Some(strict));
        record(Outcome::Failed, Some(lax));
        let request = granted(ask());
        assert_eq!(request.evidence, [passed]);

        // Defined anew, the gate must judge anew, also what was approved.
        let _approval = granted(world.ben.approve(&request).unwrap());
        let stricter = Digest::of("roc_auc >= 0.9");
        world
            .admin
            .set_policy(&PromotionPolicy::requiring(GATE).and_exactly(GATE, stricter).and(GATE))
            .unwrap();
        let reasons = refused(world.dora.promote(&request.id()).unwrap());
        assert!(reasons[0].contains(&format!("not by {}", stricter.short())), "{reasons:?}");
        world.admin.set_policy(&PromotionPolicy::requiring_exactly(GATE, strict)).unwrap();
        let _promotion = granted(world.dora.promote(&request.id()).unwrap());
        world.is_whole();
    }
}

#[test]
fn a_verdict_that_did_not_pass_does_not_do() {
    for world in worlds() {
        for (text, outcome) in
            [("1.0.0", Outcome::Failed), ("1.0.1", Outcome::Inconclusive), ("1.0.2", Outcome::NotApplicable)]
        {
            let candidate = world.register(text);
            world.judge(&candidate, outcome);
            let reasons = refused(world.ana.request_promotion(&model(), &version(text)).unwrap());
            assert_eq!(reasons.len(), 1, "{reasons:?}");
            assert!(
                reasons[0].contains("did not pass: roc_auc") || reasons[0].contains("no check that passed")
            );
        }
        world.is_whole();
    }
}

#[test]
fn the_latest_verdict_of_a_gate_counts() {
    for world in worlds() {
        let candidate = world.register("1.0.0");
        world.judge(&candidate, Outcome::Passed);
        world.judge(&candidate, Outcome::Failed);
        let _ = refused(world.ana.request_promotion(&model(), &version("1.0.0")).unwrap());
    }
}

#[test]
fn a_verdict_recorded_after_the_approval_makes_it_void() {
    for world in worlds() {
        let request = world.approved("1.0.0");
        let candidate = world.registry.version(&model(), &version("1.0.0")).unwrap();
        world.judge(&candidate, Outcome::Failed);
        let reasons = refused(world.dora.promote(&request.id()).unwrap());
        assert_eq!(reasons.len(), 2, "{reasons:?}");
        assert!(reasons[0].contains("did not pass: roc_auc"), "{reasons:?}");
        assert!(reasons[1].starts_with("evidence as requested"), "{reasons:?}");

        // Passed again: what was approved is still another verdict.
        world.judge(&candidate, Outcome::Passed);
        let reasons = refused(world.dora.promote(&request.id()).unwrap());
        assert!(reasons[0].starts_with("evidence as requested") && reasons.len() == 1, "{reasons:?}");
        let again = world.request("1.0.0");
        let _approval = granted(world.ben.approve(&again).unwrap());
        let _promotion = granted(world.dora.promote(&again.id()).unwrap());
        world.is_whole();
    }
}

#[test]
fn evidence_on_another_artifact_is_not_recorded() {
    for world in worlds() {
        let candidate = world.register("1.0.0");
        let mut verdict = world.verdict(&candidate, Outcome::Passed);
        verdict.subject.artifact = Digest::of("another file");
        match world.ana.record_evidence(&Evidence::of(&verdict).unwrap()) {
            Err(Error::Invalid { field: "artifact of the verdict", value, expected }) => {
                assert_eq!(value, Digest::of("another file").to_string());
                assert!(expected.contains(&candidate.artifact.to_string()), "{expected}");
            }
            other => panic!("{other:?}"),
        }
        let mut verdict = world.verdict(&candidate, Outcome::Passed);
        verdict.subject.version = version("9.9.9");
        let result = world.ana.record_evidence(&Evidence::of(&verdict).unwrap());
        assert!(matches!(result, Err(Error::NotFound { what: "version", .. })), "{result:?}");
    }
}

/// Puts `evidence` in the place of what is recorded on 1.0.0, as a client without these
/// rules could: through the port, with an entry in the log, so that the audit has nothing to say.
fn slip_in(registry: &Registry, evidence: &Evidence) {
    let group = Key::from(["flight-delay", "1.0.0"]);
    let records = registry.store().read(&Query::under(Kind::Evidence, group.clone(), 10)).unwrap();
    let mut document: serde_json::Value = records[0].document().unwrap();
    document["evidence"] = serde_json::to_value(evidence).unwrap();
    document["digest"] = evidence.digest().to_string().into();
    let act = registry.entries(0..1).unwrap().remove(0).act;
    let key = group.and(evidence.digest().to_string());
    let mut changes = vec![Change::put(Kind::Evidence, key.clone(), None, &document).unwrap()];
    if key == records[0].key {
        return;
    }
    changes.push(Change::remove(Kind::Evidence, records[0].key.clone(), records[0].revision).unwrap());
    registry.store().commit(&Commit::new(act, vec![], changes).unwrap()).unwrap();
}

#[test]
fn evidence_on_another_artifact_does_not_do_even_if_it_got_in() {
    for world in worlds() {
        let candidate = world.register("1.0.0");
        let other = world.register("1.1.0");
        world.judge(&candidate, Outcome::Passed);
        for subject in [
            other.subject(),
            mlops_core::Subject { artifact: other.artifact, ..candidate.subject() },
            mlops_core::Subject { model: "other".parse().unwrap(), ..candidate.subject() },
        ] {
            let check = Check::new("roc_auc", Severity::Critical, Outcome::Passed);
            let verdict = Verdict::new(GATE, subject, candidate.registered_at, vec![check]);
            slip_in(&world.registry, &Evidence::of(&verdict).unwrap());
            let reasons = refused(world.ana.request_promotion(&model(), &version("1.0.0")).unwrap());
            assert!(
                reasons[0].contains(" is on ") && reasons[0].contains(", not on flight-delay/1.0.0"),
                "{reasons:?}"
            );
        }
        world.is_whole();
    }
}

#[test]
fn without_a_policy_nothing_is_promoted() {
    use mlops_registry::access::{Role, Scope};
    use mlops_registry::artifact::MemoryArtifacts;
    use mlops_registry::store::MemoryStore;
    let signer = Arc::new(mlops_registry::merkle::Ed25519Signer::from_seed(&[7; 32]));
    let registry =
        Registry::builder(Arc::new(MemoryStore::default()), Arc::new(MemoryArtifacts::default()), signer)
            .create("registry.example".parse().unwrap(), &crate::world::principal("root"))
            .unwrap();
    let ana = registry.session(&crate::world::principal("ana"));
    registry
        .session(&crate::world::principal("root"))
        .grant(ana.principal(), Role::Author, Scope::All)
        .unwrap();
    ana.create_experiment(&crate::world::experiment()).unwrap();
    let run = ana.start_run(&crate::world::experiment(), "x").unwrap().id;
    let artifact = ana.store_artifact(&mut "model".as_bytes()).unwrap();
    ana.register(&mlops_registry::model::NewVersion::new(model(), version("1.0.0"), run, artifact)).unwrap();
    let reasons = refused(ana.request_promotion(&model(), &version("1.0.0")).unwrap());
    assert_eq!(reasons, ["policy: no policy says what a promotion takes: an admin must set one"]);
}

#[test]
fn an_artifact_that_has_changed_is_not_promoted() {
    for world in worlds() {
        let request = world.approved("1.0.0");
        world.registry.artifacts().remove(&request.artifact).unwrap();
        let result = world.dora.promote(&request.id());
        assert!(matches!(result, Err(Error::NotFound { what: "artifact", .. })), "{result:?}");
        assert_eq!(world.registry.production(&model()).unwrap(), None);
    }
}

#[test]
fn with_all_of_it_the_version_goes_into_production() {
    for world in worlds() {
        let promotion = world.promoted("1.0.0");
        assert_eq!((promotion.number, promotion.replaced), (1, None));
        let production = world.registry.production(&model()).unwrap().unwrap();
        assert_eq!(world.artifact_bytes(&production), b"model 1.0.0");
        let request = world.registry.promotion_requests(&model()).unwrap().remove(0);
        assert_eq!(request.state, RequestState::Done);
        let evidence: Vec<RecordedEvidence> = world.registry.evidence(&model(), &version("1.0.0")).unwrap();
        assert_eq!(promotion.evidence, [evidence[0].digest]);
        assert!(matches!(world.dora.promote(&request.id()), Err(Error::Conflict { .. })));
        assert!(matches!(world.ben.approve(&request), Err(Error::Conflict { .. })));
        let again = world.ana.request_promotion(&model(), &version("1.0.0"));
        assert!(matches!(again, Err(Error::Conflict { what: "version", .. })), "{again:?}");
        world.is_whole();
    }
}
