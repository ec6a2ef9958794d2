//! Who put which model into production, and may they? Two versions with real files and
//! real scores, a self-approval that is refused, a way back, and a log that proves it all.
//!
//! `cargo run --example registry_governance`
#![allow(clippy::print_stdout, reason = "it is what the program is for")]

use std::fs::File;
use std::sync::Arc;
use std::time::Duration;

use mlops::registry::Registry;
use mlops::registry::access::{Role, Scope};
use mlops::registry::artifact::MemoryArtifacts;
use mlops::registry::merkle::{Ed25519Signer, Signer as _};
use mlops::registry::model::{ModelVersion, NewVersion};
use mlops::registry::promotion::PromotionPolicy;
use mlops::registry::store::MemoryStore;
use mlops::registry::tracking::RunBatch;
use mlops::{Check, Evidence, ManualClock, ModelName, Outcome, Principal, Severity, Verdict};
use mlops_examples::{Result, data};

fn main() -> Result<()> {
    let clock = Arc::new(ManualClock::new("2013-08-01T12:00:00Z".parse()?));
    // In earnest the key lies where only the registry's process can read it.
    let signer = Arc::new(Ed25519Signer::from_seed(b"an example key: known to anybody"));
    let key = signer.public_key();
    let (olga, ana): (Principal, Principal) = ("olga".parse()?, "ana".parse()?);
    let (ben, bot): (Principal, Principal) = ("ben".parse()?, "release-bot".parse()?);
    let registry =
        Registry::builder(Arc::new(MemoryStore::default()), Arc::new(MemoryArtifacts::default()), signer)
            .clock(Arc::<ManualClock>::clone(&clock))
            .create("airline.example/models".parse()?, &olga)?;
    let admin = registry.session(&olga);
    admin.grant(&ana, Role::Author, Scope::All)?;
    admin.grant(&ana, Role::Approver, Scope::All)?; // of the work of others, as will be seen
    admin.grant(&ben, Role::Approver, Scope::All)?;
    admin.grant(&bot, Role::Deployer, Scope::All)?;
    admin.set_policy(&PromotionPolicy::requiring("scores of July"))?;

    let model: ModelName = "flight-delay".parse()?;
    let (ana, ben, bot) = (registry.session(&ana), registry.session(&ben), registry.session(&bot));
    ana.create_experiment(&"flight-delay".parse()?)?;
    let recorded: serde_json::Value = serde_json::from_reader(File::open(data("flights/expected.json"))?)?;
    let register = |version: &str, file: &str, scores: &str| -> Result<ModelVersion> {
        let run = ana.start_run(&"flight-delay".parse()?, version)?.id;
        let auc = recorded["by_month"]["7"][scores]["roc_auc"].as_f64().ok_or("no score is recorded")?;
        ana.log(&run, &RunBatch::new().metric("roc_auc", auc))?;
        let artifact = ana.store_artifact(&mut File::open(data("flights").join(file))?)?;
        let version = ana.register(&NewVersion::new(model.clone(), version.parse()?, run, artifact))?;
        let outcome = if auc >= 0.6 { Outcome::Passed } else { Outcome::Failed };
        let check = Check::new("roc_auc", Severity::Critical, outcome).observed(auc).expected(">= 0.6");
        let verdict = Verdict::new("scores of July", version.subject(), version.registered_at, vec![check]);
        ana.record_evidence(&Evidence::of(&verdict)?)?;
        Ok(version)
    };
    let lightgbm = register("1.0.0", "delay_lightgbm.model.txt", "lightgbm")?;
    let xgboost = register("1.1.0", "delay_xgboost.model.json", "xgboost")?;
    for version in [lightgbm, xgboost] {
        let request = ana.request_promotion(&model, &version.version)?.granted().ok_or("request refused")?;
        let own = ana.approve(&request)?.refused().ok_or("ana may not approve her own work")?;
        own.blocking().for_each(|check| println!("{}: {}", version.version, check.reason));
        ben.approve(&request)?.granted().ok_or("approval refused")?;
        bot.promote(&request.id())?.granted().ok_or("promotion refused")?;
        clock.advance(Duration::from_hours(24));
    }
    bot.rollback(&model, "1.1.0 is late in answering")?;
    println!("in production: {}", registry.production(&model)?.ok_or("nothing is in production")?.version);

    println!("\nthe audit log");
    let entries = registry.entries(0..registry.store().size()?)?;
    for entry in &entries {
        println!("{:>3}  {}", entry.sequence, entry.act);
    }
    println!("\n{}", registry.verify()?);
    let last = entries.last().ok_or("the log is empty")?;
    println!("an outsider with the public key sees: {}", registry.prove(last.sequence)?.verify(&key)?);
    Ok(())
}
