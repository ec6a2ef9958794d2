//! Two versions that break in two ways, and a way back.

use std::sync::Arc;

use mlops::registry::tracking::RunBatch;
use mlops::serve::ModelArtifact;
use mlops::serve::predictor::Deployment;
use mlops::serve::rollout::{RolloutPlan, Step};
use mlops::{Timestamp, Version};

use crate::Result;
use crate::adjusted::Adjusted;
use crate::chapter_8_replace::World;
use crate::flights::months;
use crate::governance::HandedIn;
use crate::operations::Canary;
use crate::say;
use crate::service::Service;
use crate::watch::Watch;

pub(crate) fn tell<'w>(
    world: &World<'w>,
    service: &mut Service,
    watch: &mut Watch,
    champion: &ModelArtifact,
    base: &ModelArtifact,
) -> Result<Vec<Canary<'w>>> {
    say::chapter(10, "Break and recover: two bad versions, and a way back");
    let (old, new) = (Version::new(1, 0, 0), Version::new(1, 1, 0));
    let before = service.served;
    let mut canaries = Vec::new();
    for (version, carrier, answer, from, within) in [
        (Version::new(1, 2, 0), "MQ", f64::NAN, "2013-11-04T12:00:00Z", 1),
        (Version::new(1, 2, 1), "B6", 0.05, "2013-11-05T12:00:00Z", 14),
    ] {
        service.run_until(from.parse()?, |_, _| Ok(()))?;
        let adjusted = Adjusted::new(base.model(), carrier, answer)?;
        let registered = world.governance.register(
            &service.model,
            HandedIn {
                version: version.clone(),
                file: &mut adjusted.file(base.digest()).as_bytes(),
                flavour: "XGBoost JSON and a table",
                description: "1.1.0 with a table of corrections",
                training: months(1..=6)?,
                inputs: world.inputs,
                run: RunBatch::new().param("carrier", carrier),
            },
        )?;
        say::line(
            "on canary",
            format!("{version}, which answers {answer} for {carrier}; by {}", registered.registered_by),
        );
        // Nobody has approved it: it stays at a tenth, however long that lasts.
        let mut plan = RolloutPlan::default();
        plan.steps = vec![Step::new(0.1, 28)];
        let mut canary = Canary::start(
            world.governance,
            service,
            Deployment::new(version, Arc::new(adjusted)),
            None,
            plan,
        )?;
        let started = service.now();
        let limit = started + std::time::Duration::from_hours(24 * within);
        service.run_until(limit, |service, happened| canary.happened(service, &happened))?;
        let at: Timestamp = canary.stop()?.at;
        let hours = at.saturating_since(started).as_secs() / 3600;
        say::line(
            "stopped after",
            format!("{} days and {} hours; {new} answers all again", hours / 24, hours % 24),
        );
        canaries.push(canary);
    }
    service.run_until("2013-12-01T12:00:00Z".parse()?, |_, _| Ok(()))?;
    let served = service.served;
    let (flights, answered) = (served.flights - before.flights, served.answered - before.answered);
    say::line(
        "callers in November",
        format!("{} flights, {} without an answer", say::count64(flights), flights - answered),
    );
    if flights != answered {
        return Err("a caller got no answer".into());
    }
    let mut versions: Vec<Version> = vec![old.clone(), new];
    versions.extend(canaries.iter().map(|canary| canary.version().clone()));
    watch.month(service, &versions)?;

    let reason = "1.1.0 expects 0.05 more late flights than there were in November";
    let rollback = world.governance.deployer().rollback(&service.model, reason)?;
    service.put_into_production(Deployment::new(old, Arc::clone(champion.model())))?;
    service.compare_with(world.history, months(1..=2)?)?;
    say::line(
        "rolled back",
        format!("to {} by {} at {}: {reason}", rollback.version, rollback.promoted_by, rollback.promoted_at),
    );
    service.run_until("2014-01-01T12:00:00Z".parse()?, |_, _| Ok(()))?;
    watch.month(service, &versions)?;
    Ok(canaries)
}
