//! Two versions that break in two ways, and a way back.

use mlops::registry::tracking::RunBatch;
use mlops::serve::ModelArtifact;
use mlops::serve::rollout::{RolloutPlan, Step};
use mlops::{Timestamp, Version};

use crate::Result;
use crate::adjusted::{FLAVOUR, Table};
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
        let table =
            Table { model: base.digest(), carrier: carrier.to_owned(), answer: f64::to_string(&answer) };
        let registered = world.governance.register(
            &service.model,
            HandedIn {
                version: version.clone(),
                file: &mut serde_json::to_string(&table)?.as_bytes(),
                flavour: FLAVOUR,
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
        let deployment = world.governance.deployment(&service.model, &version)?;
        let mut canary = Canary::start(world.governance, service, deployment, None, plan)?;
        let started = service.now();
        let limit = started + std::time::Duration::from_hours(24 * within);
        service.run_until(limit, |service, happened| canary.happened(service, &happened))?;
        let at: Timestamp = canary.stop()?.at;
        let hours = at.saturating_since(started).as_secs() / 3600;
        say::line("stopped after", format!("{hours} h; {new} answers all again"));
        canaries.push(canary);
    }
    service.run_until("2013-12-01T12:00:00Z".parse()?, |_, _| Ok(()))?;
    let november = service.served.since(before);
    say::line("callers in November", november);
    november.all_by_models()?;
    let mut versions: Vec<Version> = vec![old.clone(), new];
    versions.extend(canaries.iter().map(|canary| canary.version().clone()));
    let alarm = watch.month(service, &versions)?;
    let alarm = alarm.first().ok_or("nothing asks for a way back")?;

    let rollback = world.governance.deployer().rollback(&service.model, &alarm.summary)?;
    service.put_into_production(world.governance.deployment(&service.model, &rollback.version)?)?;
    service.compare_with(world.history, months(1..=2)?)?;
    say::line(
        "rolled back",
        format!("to {} by {} at {}", rollback.version, rollback.promoted_by, rollback.promoted_at),
    );
    service.run_until("2014-01-01T12:00:00Z".parse()?, |_, _| Ok(()))?;
    watch.month(service, &versions)?;
    Ok(canaries)
}
