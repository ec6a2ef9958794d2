//! Which model, made from what, approved by whom: the champion goes to production, and
//! anyone can check afterwards that nothing of it was rewritten.

use std::fs;
use std::path::Path;
use std::sync::Arc;

use mlops::registry::merkle::SignedTreeHead;
use mlops::registry::tracking::RunBatch;
use mlops::{Clock, Digest, Evidence};

use crate::Result;
use crate::chapter_3_model::{CHAMPION, Models};
use crate::chapter_4_evaluate::Evaluated;
use crate::governance::{Governance, HandedIn, open, refusal};
use crate::judge::GATE;
use crate::out_dir::OutDir;
use crate::say;

/// The tree head, which in earnest is kept where nobody who can write to the store can reach.
pub(crate) const TREE_HEAD: &str = "tree-head.json";

pub(crate) fn tell(
    data: &Path,
    out: &OutDir,
    inputs: &[(String, Digest)],
    models: &Models,
    evaluated: &Evaluated,
    clock: Arc<dyn Clock>,
) -> Result<Governance> {
    say::chapter(5, "Register, approve, promote: who answers for it?");
    let governance = Governance::found(out, clock)?;
    let judged = &evaluated.judged;
    let subject = &judged.subject;
    register(&governance, data, inputs, models, evaluated)?;

    let author = governance.author();
    let early = author.request_promotion(&subject.model, &subject.version)?;
    say::line("without evidence", refusal(&early)?);
    let evidence = Evidence::of(&judged.verdict)?;
    let request = governance
        .request(judged)?
        .granted()
        .ok_or("the request was refused although the gate has passed the version")?;
    say::line("evidence recorded", format!("verdict {}", evidence.digest().short()));

    let bot = governance.deployer();
    say::line("without approval", refusal(&bot.promote(&request.id())?)?);
    say::line("self-approval", refusal(&author.approve(&request)?)?);
    let approval = governance
        .approver()
        .approve(&request)?
        .granted()
        .ok_or("the approval of a second person was refused")?;
    say::line("approved", format!("by {}, who has no hand in it", approval.approver));
    bot.promote(&request.id())?.granted().ok_or("the promotion was refused")?;
    let registry = &governance.registry;
    let production =
        registry.production(&subject.model)?.ok_or("nothing is in production after the promotion")?;
    say::line(
        "in production",
        format!("{} {}, {}", production.model, production.version, production.artifact.short()),
    );
    verify(&governance, out)?;
    Ok(governance)
}

/// Keeps the tree head, and replays the audit log against it.
pub(crate) fn verify(governance: &Governance, out: &OutDir) -> Result<()> {
    let registry = &governance.registry;
    let head = registry.tree_head()?;
    fs::write(out.path(TREE_HEAD), head.to_text()?)?;
    let kept = SignedTreeHead::from_text(&fs::read_to_string(out.path(TREE_HEAD))?)?;
    let audit = say::with_progress("verifying", 0, |bar| {
        let mut progress = |progress: mlops::registry::audit::Progress| {
            bar.set_length(progress.total);
            bar.set_position(progress.done);
        };
        registry.audit().against(&kept, &governance.key).on_progress(&mut progress).verify()
    })?;
    let head = kept.unverified();
    say::line("tree head", format!("{} entries, root {}", head.size(), head.root().to_hex()));
    say::line("verify()", &audit);
    if audit.is_clean() { Ok(()) } else { Err("the registry is not what its audit log says".into()) }
}

/// The run that made the champion, and the version that came of it.
fn register(
    governance: &Governance,
    data: &Path,
    inputs: &[(String, Digest)],
    models: &Models,
    evaluated: &Evaluated,
) -> Result<()> {
    let judged = &evaluated.judged;
    let mut run = RunBatch::new()
        .param("library", "LightGBM 4.7.0")
        .param("objective", "binary")
        .param("num_boost_round", 120)
        .param("num_leaves", 31)
        .param("learning_rate", 0.05)
        .param("min_data_in_leaf", 200)
        .tag("evaluated on", judged.evaluation.to_string());
    for (name, value) in &evaluated.metrics {
        run = run.metric(*name, *value);
    }
    let version = governance.register(
        &judged.subject.model,
        HandedIn {
            version: judged.subject.version.clone(),
            file: &mut open(&data.join(CHAMPION))?,
            flavour: models.champion.format().name(),
            description: "Chance of arriving 15 minutes late or more, one hour before departure",
            training: judged.training,
            inputs,
            run,
        },
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
