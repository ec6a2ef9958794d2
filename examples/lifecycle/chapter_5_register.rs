//! Which model, made from what, approved by whom: the champion goes to production, and
//! anyone can check afterwards that nothing of it was rewritten.

use std::fs::{self, File};
use std::path::Path;
use std::sync::Arc;

use mlops::registry::access::{Role, Scope};
use mlops::registry::artifact::FolderArtifacts;
use mlops::registry::merkle::{Ed25519Signer, Origin, SignedTreeHead, Signer as _};
use mlops::registry::model::NewVersion;
use mlops::registry::promotion::{Decision, PromotionPolicy};
use mlops::registry::store::SqliteStore;
use mlops::registry::tracking::{RunBatch, RunStatus};
use mlops::registry::{Registry, Session};
use mlops::report::{Column, Html, KeyValues, Section, Table};
use mlops::serve::ModelArtifact;
use mlops::validate::gate::Gate;
use mlops::{Clock, Digest, Evidence, Principal};

use crate::Result;
use crate::chapter_3_model::{CHAMPION, Models};
use crate::chapter_4_evaluate::{GATE, Judged};
use crate::out_dir::OutDir;
use crate::say;

/// The registry's file in the folder of the story.
pub(crate) const STORE: &str = "registry.db";
/// The folder of the artifacts beside it.
pub(crate) const ARTIFACTS: &str = "artifacts";
/// The tree head, which in earnest is kept where nobody who can write to the store can reach.
pub(crate) const TREE_HEAD: &str = "tree-head.json";

/// A key for an example: everyone knows it, so it proves nothing to anyone.
const EXAMPLE_KEY: [u8; 32] = *b"an example key: known to anybody";

/// The people of the story.
struct People {
    admin: Principal,
    author: Principal,
    approver: Principal,
    deployer: Principal,
}

pub(crate) fn tell(
    data: &Path,
    out: &OutDir,
    inputs: &[(String, Digest)],
    models: &Models,
    judged: &Judged,
    clock: Arc<dyn Clock>,
) -> Result<Section> {
    say::chapter(5, "Register, approve, promote: who answers for it?");
    let people = People {
        admin: "olga@airline.example".parse()?,
        author: "ana@airline.example".parse()?,
        approver: "ben@airline.example".parse()?,
        deployer: "release-bot".parse()?,
    };
    let signer = Arc::new(Ed25519Signer::from_seed(&EXAMPLE_KEY));
    let registry = Registry::builder(
        Arc::new(SqliteStore::open(out.path(STORE))?),
        Arc::new(FolderArtifacts::open(out.path(ARTIFACTS))?),
        Arc::<Ed25519Signer>::clone(&signer),
    )
    .clock(clock)
    .create(Origin::new("airline.example/models")?, &people.admin)?;

    let admin = registry.session(&people.admin);
    admin.grant(&people.author, Role::Author, Scope::All)?;
    admin.grant(&people.author, Role::Approver, Scope::All)?;
    admin.grant(&people.approver, Role::Approver, Scope::All)?;
    admin.grant(&people.deployer, Role::Deployer, Scope::All)?;
    // This gate as it is defined now, not whatever calls itself by its name.
    let gate = Gate::from_json(GATE)?;
    admin.set_policy(&PromotionPolicy::requiring_exactly(gate.name(), gate.digest()))?;

    let author = registry.session(&people.author);
    register(&author, data, inputs, &models.champion, judged)?;
    let subject = &judged.subject;

    let early = author.request_promotion(&subject.model, &subject.version)?;
    say::line("without evidence", refusal(&early)?);
    let evidence = Evidence::of(&judged.verdict)?;
    author.record_evidence(&evidence)?;
    let request = author
        .request_promotion(&subject.model, &subject.version)?
        .granted()
        .ok_or("the request was refused although the gate has passed the version")?;
    say::line("evidence recorded", format!("verdict {}", evidence.digest().short()));

    let bot = registry.session(&people.deployer);
    say::line("without approval", refusal(&bot.promote(&request.id())?)?);
    say::line("self-approval", refusal(&author.approve(&request)?)?);
    let approval = registry
        .session(&people.approver)
        .approve(&request)?
        .granted()
        .ok_or("the approval of a second person was refused")?;
    say::line("approved", format!("by {}, who has no hand in it", approval.approver));
    let promotion = bot.promote(&request.id())?.granted().ok_or("the promotion was refused")?;
    let production =
        registry.production(&subject.model)?.ok_or("nothing is in production after the promotion")?;
    say::line(
        "in production",
        format!("{} {}, {}", production.model, production.version, production.artifact.short()),
    );

    let head = registry.tree_head()?;
    fs::write(out.path(TREE_HEAD), head.to_text()?)?;
    let kept = SignedTreeHead::from_text(&fs::read_to_string(out.path(TREE_HEAD))?)?;
    let key = signer.public_key();
    let audit = say::with_progress("verifying", 0, |bar| {
        let mut progress = |progress: mlops::registry::audit::Progress| {
            bar.set_length(progress.total);
            bar.set_position(progress.done);
        };
        registry.audit().against(&kept, &key).on_progress(&mut progress).verify()
    })?;
    say::line(
        "tree head",
        format!("{} entries, root {}", kept.unverified().size(), kept.unverified().root().to_hex()),
    );
    say::line("verify()", &audit);
    if !audit.is_clean() {
        return Err("the registry is not what its audit log says".into());
    }
    section(&registry, &promotion.approved_by)
}

/// The run that made the champion, and the version that came of it.
fn register(
    author: &Session,
    data: &Path,
    inputs: &[(String, Digest)],
    champion: &ModelArtifact,
    judged: &Judged,
) -> Result<()> {
    let experiment = "flight-delay".parse()?;
    author.create_experiment(&experiment)?;
    let run = author.start_run(&experiment, "champion")?;
    let mut batch = RunBatch::new()
        .param("library", "LightGBM 4.7.0")
        .param("objective", "binary")
        .param("num_boost_round", 120)
        .param("num_leaves", 31)
        .param("learning_rate", 0.05)
        .param("min_data_in_leaf", 200)
        .tag("evaluated on", judged.evaluation.to_string());
    for (name, digest) in inputs {
        batch = batch.input(name, *digest);
    }
    for (name, value) in &judged.metrics {
        batch = batch.metric(*name, *value);
    }
    author.log(&run.id, &batch)?;
    author.end_run(&run.id, RunStatus::Finished)?;

    let path = data.join(CHAMPION);
    let mut file = File::open(&path).map_err(|error| format!("can't open {}: {error}", path.display()))?;
    let artifact = author.store_artifact(&mut file)?;
    let version = author.register(
        &NewVersion::new(judged.subject.model.clone(), judged.subject.version.clone(), run.id, artifact)
            .flavour(champion.format().name())
            .description("Chance of arriving 15 minutes late or more, one hour before departure")
            .window(judged.training),
    )?;
    say::line("registered", format!("{} {} by {}", version.model, version.version, version.registered_by));
    say::detail(format!(
        "made from {} files, with {} parameters and {} metrics",
        version.lineage.data.len(),
        version.lineage.params.len(),
        version.lineage.metrics.len()
    ));
    Ok(())
}

/// Why it was refused; an error if it was not.
fn refusal<T: std::fmt::Debug>(decision: &Decision<T>) -> Result<String> {
    match decision {
        Decision::Refused(verdict) => {
            let reasons: Vec<&str> = verdict.blocking().map(|check| check.reason.as_str()).collect();
            Ok(format!("refused: {}", reasons.join("; ")))
        }
        Decision::Granted(granted) => Err(format!("this should have been refused: {granted:?}").into()),
    }
}

/// What stands in the registry, and how it came about.
fn section(registry: &Registry, approved_by: &[Principal]) -> Result<Section> {
    let size = registry.store().size()?;
    let log = Table::new([
        Column::number("entry"),
        Column::text("at"),
        Column::text("who"),
        Column::text("did"),
        Column::text("to"),
    ])
    .caption("The audit log")
    .rows(registry.entries(0..size)?.into_iter().map(|entry| {
        let act = entry.act;
        let did = if act.refused.is_empty() { act.action } else { format!("{} (refused)", act.action) };
        [
            (entry.sequence as f64).into(),
            act.at.to_string().into(),
            act.actor.to_string().into(),
            did.into(),
            act.subject.into(),
        ]
    }));
    let mut section = Section::new("Registry");
    for model in registry.models()? {
        let Some(version) = registry.production(&model.name)? else { continue };
        let mut values = KeyValues::new()
            .entry("in production", format!("{} {}", version.model, version.version))
            .entry("artifact", Html::code(&version.artifact.to_string()))
            .entry("made by", version.made_by.to_string())
            .entry("approved by", approved_by.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "));
        for (name, digest) in &version.lineage.data {
            values = values.entry(format!("made from {name}"), Html::code(&digest.to_string()));
        }
        section.push(values);
    }
    Ok(section.with(log))
}

/// The digests of what a version is made from: the data files and the gate.
pub(crate) fn inputs(data: &Path) -> Result<Vec<(String, Digest)>> {
    let mut inputs = vec![("gate.json".to_owned(), Digest::of(GATE))];
    for name in ["flights.parquet", "carrier_daily.parquet", "aircraft_arrivals.parquet", "weather.parquet"] {
        let path = data.join(name);
        let bytes = fs::read(&path).map_err(|error| format!("can't read {}: {error}", path.display()))?;
        inputs.push((name.to_owned(), Digest::of(bytes)));
    }
    Ok(inputs)
}
