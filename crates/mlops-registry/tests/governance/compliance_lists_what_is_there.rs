//! An item of a checklist is missing until its record is there, and found from then on.

use std::sync::Arc;
use std::time::Duration;

use mlops_core::{Check, Evidence, Outcome, Severity, Verdict, Window};
use mlops_registry::Error;
use mlops_registry::compliance::{ComplianceReport, ComplianceTerms, Framework, Item, ItemState};
use mlops_registry::lineage::LineageNode;
use mlops_registry::merkle::{Ed25519Signer, Signer as _};
use mlops_registry::model::NewVersion;
use mlops_registry::model::card::ModelCard;
use mlops_registry::model::signature::{Field, FieldType, Signature};
use mlops_registry::promotion::{BreakGlass, PromotionPolicy, ReviewOutcome};
use mlops_registry::signing::{Trust, TrustedKey};
use mlops_registry::store::MemoryStore;
use mlops_registry::tracking::environment::{Environment, Git};

use crate::world::{GATE, World, granted, model, principal, version, worlds};

fn memory() -> World {
    World::over("memory", tempfile::tempdir().unwrap(), Arc::new(MemoryStore::default()))
}

fn report_with(world: &World, text: &str, terms: &ComplianceTerms) -> ComplianceReport {
    world.registry.compliance_report(&model(), &version(text), terms).unwrap()
}

fn report(world: &World, text: &str) -> ComplianceReport {
    report_with(world, text, &ComplianceTerms::new())
}

#[track_caller]
fn item(report: &ComplianceReport, id: &str) -> Item {
    report.item(id).unwrap_or_else(|| panic!("{id}")).clone()
}

/// That an item is missing something, which its task names.
#[track_caller]
fn lacks(world: &World, text: &str, id: &str, word: &str) {
    let item = item(&report(world, text), id);
    assert_eq!(item.state, ItemState::Missing, "{item:?}");
    assert!(item.to_do.join("; ").contains(word), "{item:?}");
}

/// That an item is found, with proofs that say where they are from.
#[track_caller]
fn has(world: &World, text: &str, id: &str, word: &str) -> Item {
    let item = item(&report(world, text), id);
    assert_eq!(item.state, ItemState::Found, "{item:?}");
    assert!(item.to_do.is_empty() && item.proofs.iter().any(|proof| proof.what.contains(word)), "{item:?}");
    let size = world.store.size().unwrap();
    assert!(item.proofs.iter().all(|proof| proof.entry.is_none_or(|entry| entry < size)), "{item:?}");
    item
}

#[test]
fn a_version_goes_from_bare_to_whole() {
    for world in worlds() {
        world.promoted("0.9.0");
        let bare = world.register("1.0.0");
        has(&world, "1.0.0", "sr-11-7/6-inventory", "registered as number 2");
        has(&world, "1.0.0", "sr-11-7/4-data", "data set flights.parquet");

        lacks(&world, "1.0.0", "sr-11-7/4-testing", "environment");
        let run = world.ana.resume_run(&bare.run).unwrap().id;
        world.ana.log_environment(&run, &Environment::default()).unwrap();
        lacks(&world, "1.0.0", "sr-11-7/4-testing", "commit");
        let mut git = Git::default();
        (git.commit, git.dirty) = (Some("0123456789".repeat(4)), Some(true));
        world.ana.record_git(&model(), &version("1.0.0"), &git, None).unwrap();
        lacks(&world, "1.0.0", "sr-11-7/4-testing", "not committed");
        git.dirty = Some(false);
        world.ana.record_git(&model(), &version("1.0.0"), &git, Some("flight-delay/1.0.0")).unwrap();
        has(&world, "1.0.0", "sr-11-7/4-testing", "tag flight-delay/1.0.0");

        lacks(&world, "1.0.0", "sr-11-7/6-documentation", "card");
        let card = ModelCard::new().owner("ops@example.org").intended_use("Warn the crew.");
        world.ana.set_card(&model(), &version("1.0.0"), &card).unwrap();
        lacks(&world, "1.0.0", "sr-11-7/6-documentation", "limits");
        lacks(&world, "1.0.0", "nist-ai-rmf/map-2.2", "not for");
        let card = card.limit("Three airports.").out_of_scope("Refunds.").intended_user("The crew.");
        let card = card.factor("Airport.").ethical_consideration("None is known.");
        world.ana.set_card(&model(), &version("1.0.0"), &card).unwrap();
        has(&world, "1.0.0", "sr-11-7/6-documentation", "card, limits: Three airports.");
        has(&world, "1.0.0", "nist-ai-rmf/map-2.2", "card, out of scope: Refunds.");
        has(&world, "1.0.0", "nist-ai-rmf/measure-2.11", "card, factors");
        lacks(&world, "1.0.0", "sr-11-7/4-purpose", "signature of what it takes");

        lacks(&world, "1.0.0", "sox/bai06.01-description", "describe");
        world.ana.describe_model(&model(), Some(&version("1.0.0")), "Trained on March.").unwrap();
        has(&world, "1.0.0", "sox/bai06.01-description", "follows 0.9.0");

        lacks(&world, "1.0.0", "sr-11-7/5-verdicts", "record a verdict of the gate");
        world.judge(&bare, Outcome::Passed);
        let proofs =
            has(&world, "1.0.0", "sr-11-7/5-verdicts", "gate production gate: 1 checks passed").proofs;
        assert!(proofs.iter().any(|proof| proof.digest.is_some() && proof.entry.is_some()));
        lacks(&world, "1.0.0", "sox/bai06.01-request", "request its promotion");
        let request = world.request("1.0.0");
        lacks(&world, "1.0.0", "sox/bai06.01-request", "0 of 1");
        lacks(&world, "1.0.0", "sr-11-7/5-independence", "no hand in it");
        let _approval = granted(world.ben.approve(&request).unwrap());
        has(&world, "1.0.0", "sox/bai06.01-request", "approved request 2");
        has(&world, "1.0.0", "sr-11-7/5-independence", "made by ana, none of whom approved it");

        lacks(&world, "1.0.0", "sox/bai07.06-release", "by a promotion");
        granted(world.dora.promote(&request.id()).unwrap());
        has(&world, "1.0.0", "sox/bai07.01-fallback", "0.9.0 was in production");
        lacks(&world, "0.9.0", "sox/bai07.01-fallback", "to go back to");
        has(&world, "1.0.0", "sox/bai06.02-emergency", "no emergency");
        has(&world, "1.0.0", "sox/coso-11-access", "ben is approver of *");

        lacks(&world, "1.0.0", "sr-11-7/5-monitoring", "windows");
        let window = Window::new("2013-04-01".parse().unwrap(), "2013-05-01".parse().unwrap()).unwrap();
        let production = LineageNode::Production { model: model(), number: 2 };
        let answers = LineageNode::predictions(production.clone(), window);
        world.dora.record_link(&production, &answers).unwrap();
        has(&world, "1.0.0", "sr-11-7/5-monitoring", "window of predictions");

        lacks(&world, "1.0.0", "sr-11-7/5-outcomes", "since it is in production");
        world.later();
        let check = Check::new("auc on labels", Severity::Critical, Outcome::Failed);
        let at = world.registry.stage(&model(), &version("1.0.0")).unwrap().since + Duration::from_secs(30);
        let verdict = Verdict::new("april", bare.subject(), at, vec![check]);
        world.ana.record_evidence(&Evidence::of(&verdict).unwrap()).unwrap();
        has(&world, "1.0.0", "sr-11-7/5-outcomes", "gate april after it went into production: did not pass");
        world.is_whole();
    }
}

#[test]
fn signatures_count_if_someone_is_trusted() {
    let world = memory();
    world.register("1.0.0");
    let id = "nist-ai-rmf/measure-2.7";
    lacks(&world, "1.0.0", id, "sign the version");
    let signer = Ed25519Signer::from_seed(&[1; 32]);
    world.ana.sign_version(&model(), &version("1.0.0"), &signer).unwrap();
    lacks(&world, "1.0.0", id, "1 are there, and nobody is trusted");
    let trusting = |signer: &Ed25519Signer| {
        ComplianceTerms::new()
            .trusting(Trust::new([TrustedKey::new("release", signer.public_key())]).unwrap())
    };
    let other = item(&report_with(&world, "1.0.0", &trusting(&Ed25519Signer::from_seed(&[2; 32]))), id);
    assert_eq!(other.state, ItemState::Missing);
    assert!(other.to_do[0].contains("unknown signer"), "{other:?}");
    let found = item(&report_with(&world, "1.0.0", &trusting(&signer)), id);
    assert_eq!((found.state, found.proofs[0].what.as_str()), (ItemState::Found, "signature by release"));
}

#[test]
fn a_failed_verdict_is_no_evidence_whatever_came_before() {
    let world = memory();
    let candidate = world.register("1.0.0");
    world.judge(&candidate, Outcome::Passed);
    has(&world, "1.0.0", "sox/bai07.05-acceptance", GATE);
    world.judge(&candidate, Outcome::Failed);
    lacks(&world, "1.0.0", "sox/bai07.05-acceptance", "did not pass");
}

#[test]
fn an_emergency_is_open_until_it_is_reviewed() {
    let world = memory();
    let terms = BreakGlass::by(mlops_registry::access::Role::Deployer, Duration::from_hours(24)).unwrap();
    world.admin.set_policy(&PromotionPolicy::requiring(GATE).break_glass(terms)).unwrap();
    world.register("1.0.0");
    granted(world.dora.break_glass(&model(), &version("1.0.0"), "the old one crashes").unwrap());
    lacks(&world, "1.0.0", "sr-11-7/6-exceptions", "review emergency 1 by 2013-");
    lacks(&world, "1.0.0", "sr-11-7/5-independence", "no hand in it");
    let _review =
        granted(world.ben.review_break_glass(&model(), 1, ReviewOutcome::Justified, "it crashed").unwrap());
    has(&world, "1.0.0", "sr-11-7/6-exceptions", "reviewed: justified; it crashed");
}

#[test]
fn who_approved_their_own_work_is_named() {
    let world = memory();
    // Ben is made a contributor only after he approved: the rules then had nothing against it,
    // and the version that he approved was not his.
    let candidate = world.register("1.0.0");
    world.judge(&candidate, Outcome::Passed);
    let request = world.request("1.0.0");
    let _approval = granted(world.ben.approve(&request).unwrap());
    has(&world, "1.0.0", "sox/coso-10-duties", "none of whom approved it");
    // A signature field says what it takes.
    let field = Field::required("distance", FieldType::Double);
    let signature = Signature::new(vec![field.clone()], vec![field]).unwrap();
    world.later();
    let artifact = world.ana.store_artifact(&mut "x".as_bytes()).unwrap();
    world
        .ana
        .register(&NewVersion::new(model(), version("2.0.0"), world.run(), artifact).signature(signature))
        .unwrap();
    has(&world, "2.0.0", "fda-pccp/description-interface", "takes 1 inputs and gives 1 outputs");
    lacks(&world, "2.0.0", "fda-pccp/protocol-data", "window of time");
}

#[test]
fn people_answer_for_what_no_record_can_show_and_for_nothing_else() {
    for world in worlds() {
        world.register("1.0.0");
        let name = version("1.0.0");
        let board = "sr-11-7/6-board";
        lacks(&world, "1.0.0", board, "an approver may attest to \"sr-11-7/6-board\"");
        let denied = world.ana.attest(&model(), &name, board, "I am sure.");
        assert!(matches!(denied, Err(Error::Denied { .. })), "{denied:?}");
        for (bad, statement) in [
            ("sr-11-7/6-audit", "It is fine."),
            ("sr-11-7/9", "It is fine."),
            ("", "x"),
            (board, " "),
            (board, "a\nb"),
        ] {
            let refused = world.ben.attest(&model(), &name, bad, statement);
            assert!(matches!(refused, Err(Error::Invalid { .. })), "{bad}: {refused:?}");
        }
        let none = world.ben.attest(&model(), &version("9.0.0"), board, "x");
        assert!(matches!(none, Err(Error::NotFound { .. })), "{none:?}");

        world.ben.attest(&model(), &name, board, "The committee met on 2 April.").unwrap();
        let size = world.store.size().unwrap();
        world.ben.attest(&model(), &name, board, "The committee met on 2 April.").unwrap();
        assert_eq!(world.store.size().unwrap(), size, "nothing new");
        let answered = item(&report(&world, "1.0.0"), board);
        assert_eq!(
            (answered.state, answered.proofs[0].by.as_ref()),
            (ItemState::Attested, Some(&principal("ben")))
        );
        assert_eq!(answered.proofs[0].entry, Some(size - 1));
        assert_eq!(world.registry.attestations(&model(), &name).unwrap().len(), 1);
        let tombstone = world.admin.delete_version(&model(), &name, "a mistake").unwrap();
        assert_eq!(tombstone.attestations.len(), 1);
        assert_eq!(world.registry.attestations(&model(), &name).unwrap(), []);
        world.is_whole();
    }
}

#[test]
fn the_report_is_the_same_each_time_and_reads_back() {
    let world = memory();
    world.promoted("1.0.0");
    let first = report(&world, "1.0.0");
    assert_eq!(first.checklists.len(), 4);
    let json = first.to_json().unwrap();
    assert_eq!(json, report(&world, "1.0.0").to_json().unwrap());
    assert_eq!(serde_json::from_str::<ComplianceReport>(&json).unwrap(), first);
    let one = report_with(&world, "1.0.0", &ComplianceTerms::new().frameworks([Framework::FdaPccp]));
    assert_eq!((one.checklists.len(), one.checklists[0].framework), (1, Framework::FdaPccp));
    let counts: usize = [ItemState::Found, ItemState::Attested, ItemState::Missing]
        .into_iter()
        .map(|state| one.checklists[0].count(state))
        .sum();
    assert_eq!(counts, one.checklists[0].items.len());
    let none =
        world.registry.compliance_report(&model(), &version("1.0.0"), &ComplianceTerms::new().frameworks([]));
    assert!(matches!(none, Err(Error::Invalid { .. })));
    let none = world.registry.compliance_report(&model(), &version("9.0.0"), &ComplianceTerms::new());
    assert!(matches!(none, Err(Error::NotFound { .. })));
    // Not verified is not found.
    let unread = report_with(&world, "1.0.0", &ComplianceTerms::new().without_verifying());
    assert_eq!(item(&unread, "sox/802-retention").state, ItemState::Missing);
    assert_eq!(item(&first, "sox/802-retention").state, ItemState::Found);
}

#[test]
fn a_log_that_does_not_agree_is_told() {
    let world = memory();
    let registered = world.register("1.0.0");
    let digest = registered.artifact.to_hex();
    let place = world.folder.path().join("artifacts/sha256").join(&digest[..2]).join(&digest[2..]);
    std::fs::write(place, "others").unwrap();
    lacks(&world, "1.0.0", "sr-11-7/6-audit", "1 discrepancies");
}

#[cfg(feature = "report")]
#[test]
fn the_page_tells_what_is_missing_and_claims_nothing() {
    let world = memory();
    world.promoted("1.0.0");
    let page = report(&world, "1.0.0").page();
    for words in [
        "SR 11-7: model risk management",
        "it claims no compliance",
        "To do: write the card of the version.",
        "MEASURE 2.11",
        "found",
        "missing",
    ] {
        assert!(page.contains(words), "{words}");
    }
}
