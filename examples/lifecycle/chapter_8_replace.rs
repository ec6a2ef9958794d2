//! A better version takes over: first unseen, then for some, then for all.

use std::path::Path;
use std::sync::Arc;

use mlops::arrow::RecordBatch;
use mlops::features::Catalog;
use mlops::monitor::PairedPerformance;
use mlops::registry::tracking::RunBatch;
use mlops::registry::trial::TrialKind;
use mlops::report::Section;
use mlops::serve::predictor::Trial;
use mlops::serve::rollout::{Event, Rollout, RolloutPlan};
use mlops::serve::{ModelArtifact, Pair};
use mlops::{Digest, ManualClock, ServedBy, Version, Window};

use crate::Result;
use crate::flights::{History, months};
use crate::governance::{Governance, HandedIn, open};
use crate::judge::{Judged, Offer, judge, resampling};
use crate::operations::Canary;
use crate::say;
use crate::service::{Happened, Service};
use crate::watch::Watch;

/// The challenger's file.
const CHALLENGER: &str = "delay_xgboost.model.json";

/// What the chapter leaves behind.
pub(crate) struct Replaced<'g> {
    pub(crate) canary: Canary<'g>,
    pub(crate) judged: Judged,
    pub(crate) side_by_side: Section,
}

/// The parts of the story that the chapters after the first work on.
#[derive(Debug)]
pub(crate) struct World<'w> {
    pub(crate) data: &'w Path,
    pub(crate) inputs: &'w [(String, Digest)],
    pub(crate) flights: &'w RecordBatch,
    pub(crate) catalog: &'w Catalog,
    pub(crate) history: &'w History,
    pub(crate) governance: &'w Governance,
    pub(crate) clock: &'w Arc<ManualClock>,
}

pub(crate) fn tell<'w>(
    world: &World<'w>,
    service: &mut Service,
    watch: &mut Watch,
    challenger: &ModelArtifact,
) -> Result<Replaced<'w>> {
    say::chapter(8, "Replace: unseen, for some, for all");
    let World { history, governance, .. } = *world;
    let (old, new) = (Version::new(1, 0, 0), Version::new(1, 1, 0));
    register(world, service, challenger, &new)?;
    let deployment = governance.deployment(&service.model, &new)?;
    let by_the_author = governance.author().start_trial(&service.model, &new, TrialKind::Shadow);
    let Err(error) = by_the_author else { return Err("an author may not put anything on trial".into()) };
    say::line("not by its author", error);
    governance.deployer().start_trial(&service.model, &new, TrialKind::Shadow)?;
    service.route_to(service.predictor.route().with_trial(Trial::shadow(deployment.clone())))?;
    service.metrics.register(&service.model, &new);
    say::line("shadow", format!("{new} scores every flight from {}, and nobody sees it", service.now()));
    service.run_until("2013-07-01T12:00:00Z".parse()?, |_, _| Ok(()))?;
    watch.month(service, &[old.clone(), new.clone()])?;
    service.run_until("2013-08-01T12:00:00Z".parse()?, |_, _| Ok(()))?;
    watch.month(service, &[old.clone(), new.clone()])?;

    let july = Window::month_before(service.now());
    let scores = service.scores_of(history, &new, july)?;
    let production = service.scores_of(history, &old, july)?;
    let offer = Offer {
        version: new.clone(),
        artifact: challenger,
        training: months(1..=6)?,
        scores: &scores,
        production: Some((old.clone(), &production)),
        inputs: world.inputs.to_vec(),
    };
    let judged = judge(history, offer, &**world.clock)?;
    judged.tell_briefly();
    let side_by_side = compare(service, governance, &old, &new, july)?;
    let request = governance.request(&judged)?.granted().ok_or("the request was refused")?;
    let approval = governance.approver().approve(&request)?.granted().ok_or("the approval was refused")?;
    say::line("approved", format!("by {}", approval.approver));

    say::line("canary", "stopped by failures, by harm, by a segment, or not at all");
    let mut canary =
        Canary::start(governance, service, deployment, Some(request.id()), RolloutPlan::default())?;
    // The same version against itself, on the same flights, differs nowhere: a rollout that
    // stopped it would stop anything. (That near copies are rarely stopped is simulated in
    // the tests of the rollout.)
    let (mut against_itself, _) =
        Rollout::start(RolloutPlan::default(), new.clone(), new.clone(), service.now())?;
    let mut taken_over = false;
    service.run_until("2013-09-01T12:00:00Z".parse()?, |service, happened| {
        canary.happened(service, &happened)?;
        if !taken_over && canary.completed().is_ok() {
            service.compare_with(history, months(1..=6)?)?;
            taken_over = true;
        }
        match happened {
            Happened::Pair(pair) if pair.candidate_role == ServedBy::Canary => {
                let same = Pair { production_version: new.clone(), production: pair.candidate, ..pair };
                against_itself.apply(Event::Pair(&same));
            }
            Happened::Pair(_) => {}
            happened => drop(against_itself.apply(happened.event())),
        }
        Ok(())
    })?;
    canary.completed()?;
    for check in canary.rollout.checks() {
        say::detail(format!("{:<14} {}: {}", check.outcome, check.name, check.reason));
    }
    say::line("against itself", against_itself.status());
    if !matches!(against_itself.phase(), mlops::serve::rollout::Phase::Complete { .. }) {
        return Err("a version was stopped for being itself".into());
    }
    watch.month(service, &[old, new])?;
    Ok(Replaced { canary, judged, side_by_side })
}

/// The run that made the challenger, and the version that came of it.
fn register(
    world: &World<'_>,
    service: &Service,
    challenger: &ModelArtifact,
    version: &Version,
) -> Result<()> {
    let registered = world.governance.register(
        &service.model,
        HandedIn {
            version: version.clone(),
            file: &mut open(&world.data.join(CHALLENGER))?,
            flavour: challenger.format().name(),
            description: "The same chance, from half a year",
            training: months(1..=6)?,
            inputs: world.inputs,
            run: RunBatch::new().param("library", "XGBoost 3.2.0").param("objective", "binary:logistic"),
        },
    )?;
    say::line(
        "registered",
        format!("{} {} by {}", registered.model, registered.version, registered.registered_by),
    );
    Ok(())
}

/// Both versions side by side: what they were made from, and how they did on the same flights.
fn compare(
    service: &Service,
    governance: &Governance,
    old: &Version,
    new: &Version,
    month: Window,
) -> Result<Section> {
    let paired = PairedPerformance::of(&service.log, &service.model, (new, old), month, service.now())?;
    let bootstrap = resampling()?;
    let (both, labels) = (say::count64(paired.both()), say::count(paired.rows().len()));
    say::line("side by side", format!("{new} and {old} on the same {both} flights, {labels} labels"));
    for metric in ["roc_auc", "brier", "log_loss", "calibration_gap", "accuracy"] {
        let seen = paired.compare(metric, 0.3, &bootstrap)?;
        let interval = seen.difference.interval;
        say::detail(format!(
            "{metric:<16} {:>7.4}  {:>7.4}  difference {:+.4} [{:+.4}, {:+.4}]",
            seen.candidate, seen.baseline, seen.difference.value, interval.lower, interval.upper
        ));
    }
    let comparison = governance.registry.compare_versions(&service.model, old, new)?;
    Ok(Section::new("What the two versions were made from").with(comparison.table()))
}
