//! A credit model goes live the way a bank wants it: two people approve, nothing moves on a
//! Friday night, and an auditor elsewhere sees it from two lines of text and a public key.
//!
//! `cargo run --example two_approvers`
#![allow(clippy::print_stdout, reason = "it is what the program is for")]

use std::num::NonZeroU32;
use std::sync::Arc;
use std::time::Duration;

use mlops::registry::access::{Role, Scope};
use mlops::registry::artifact::MemoryArtifacts;
use mlops::registry::audit::{Shown, verify_text};
use mlops::registry::merkle::{Ed25519Signer, Signer as _};
use mlops::registry::model::NewVersion;
use mlops::registry::promotion::{Approvers, Decision, Freeze, PromotionPolicy};
use mlops::registry::store::MemoryStore;
use mlops::registry::tracking::RunBatch;
use mlops::registry::{Registry, Session};
use mlops::{Check, Evidence, ManualClock, ModelName, Outcome, Severity, Verdict};
use mlops_examples::Result;

fn main() -> Result<()> {
    let clock = Arc::new(ManualClock::new("2026-03-05T09:00:00Z".parse()?)); // a Thursday
    let signer = Arc::new(Ed25519Signer::from_seed(b"an example key: known to anybody"));
    let key = signer.public_key(); // the auditor has it on paper
    let registry =
        Registry::builder(Arc::new(MemoryStore::default()), Arc::new(MemoryArtifacts::default()), signer)
            .clock(Arc::<ManualClock>::clone(&clock))
            .create("bank.example/models".parse()?, &"olga".parse()?)?;
    let enter = |name: &str| -> Result<Session> { Ok(registry.session(&name.parse()?)) };
    let (olga, ana, bot, eve) = (enter("olga")?, enter("ana")?, enter("release-bot")?, enter("eve")?);
    let credit: Scope = "model:credit-*".parse()?;
    for (name, role) in [
        ("ana", Role::Author),
        ("ana", Role::Approver), // of the work of others, as will be seen
        ("ben", Role::Approver),
        ("cleo", Role::Approver),
        ("cleo", Role::Auditor),
        ("release-bot", Role::Deployer),
    ] {
        olga.grant(&name.parse()?, role, credit.clone())?;
    }
    let (one, two) = (NonZeroU32::MIN, NonZeroU32::MIN.saturating_add(1));
    let week = Duration::from_hours(7 * 24);
    olga.set_policy(
        &PromotionPolicy::requiring("credit gate")
            .not_older_than("credit gate", week)
            .approvals(two)
            .of_which(one, Approvers::Role(Role::Auditor))
            .approvals_valid_for(week)
            .freeze(Freeze::weekly("fri 16:00".parse()?, "mon 08:00".parse()?, "nobody is on call")?),
    )?;

    let model: ModelName = "credit-default".parse()?;
    ana.create_experiment(&"credit".parse()?)?;
    let run = ana.start_run(&"credit".parse()?, "logistic")?.id;
    ana.log(&run, &RunBatch::new().param("C", 0.1).metric("roc_auc", 0.78))?;
    let file = ana.store_artifact(&mut "the coefficients".as_bytes())?;
    let version = ana.register(&NewVersion::new(model.clone(), "1.0.0".parse()?, run, file))?;
    let check = Check::new("roc_auc", Severity::Critical, Outcome::Passed).observed(0.78).expected(">= 0.75");
    let verdict = Verdict::new("credit gate", version.subject(), version.registered_at, vec![check]);
    ana.record_evidence(&Evidence::of(&verdict)?)?;
    let request = ana.request_promotion(&model, &version.version)?.granted().ok_or("request refused")?;
    let before = registry.tree_head()?; // kept where nobody of the bank can write

    let told = |what: &str, verdict: Option<Verdict>| {
        let reasons = verdict.iter().flat_map(Verdict::blocking).map(|check| check.reason.as_str());
        println!("{what}: {}", reasons.collect::<Vec<_>>().join("; "));
    };
    told("ana approves", ana.approve(&request)?.refused());
    enter("ben")?.approve(&request)?.granted().ok_or("ben may approve")?;
    told("with one approval", bot.promote(&request.id())?.refused());
    enter("cleo")?.approve(&request)?.granted().ok_or("cleo may approve")?;
    clock.advance(Duration::from_hours(32));
    told("on Friday at five", bot.promote(&request.id())?.refused());
    println!("eve tries: {}", eve.promote(&request.id()).err().ok_or("eve holds no role")?);
    clock.advance(Duration::from_hours(64));
    let Decision::Granted(promotion) = bot.promote(&request.id())? else { return Err("refused".into()) };
    let by: Vec<_> = promotion.approved_by.iter().map(ToString::to_string).collect();
    println!("on Monday at nine: {} is in production, approved by {}", promotion.version, by.join(" and "));

    // What the auditor gets, as text: the promotion is in the log, and the log has only grown.
    let entries = registry.entries(0..registry.store().size()?)?;
    let last = entries.last().ok_or("the log is empty")?;
    for text in [registry.prove(last.sequence)?.to_text()?, registry.prove_extension(&before)?.to_text()?] {
        match verify_text(text.as_bytes(), &key)? {
            Shown::Entry { entry, head } => println!("proven in {}: {}", head.origin(), entry.act),
            Shown::Extension { old, new } => println!("grown from {} to {} entries", old.size(), new.size()),
            _ => return Err("another kind of proof".into()),
        }
        let forged = text.replace("credit-default", "credit-approval").replace("\"size\":1", "\"size\":2");
        println!("forged: {}", verify_text(forged.as_bytes(), &key).err().ok_or("a forgery went through")?);
    }
    println!("{}", registry.verify()?);
    Ok(())
}
