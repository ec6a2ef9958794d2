//! What release-bot does while a version is on trial: it lets the rollout look after every
//! request, and carries out what the rollout says, in the registry and in the service.

use mlops::registry::promotion::RequestId;
use mlops::registry::trial::{TrialKind, TrialOutcome};
use mlops::serve::predictor::{Deployment, Share, Trial};
use mlops::serve::rollout::{Action, Rollout, RolloutPlan, Stop};
use mlops::{Timestamp, Version};

use crate::Result;
use crate::governance::Governance;
use crate::say;
use crate::service::{Happened, Service};

/// A rollout under way, and what it takes to end it.
#[derive(Debug)]
pub(crate) struct Canary<'g> {
    governance: &'g Governance,
    deployment: Deployment,
    /// The approved request, for a version that is to go to production.
    request: Option<RequestId>,
    pub(crate) rollout: Rollout,
}

impl<'g> Canary<'g> {
    /// Puts a version on canary, as the plan says.
    pub(crate) fn start(
        governance: &'g Governance,
        service: &Service,
        deployment: Deployment,
        request: Option<RequestId>,
        plan: RolloutPlan,
    ) -> Result<Self> {
        let production = service.predictor.route().champion.version;
        let version = deployment.version.clone();
        let (rollout, actions) = Rollout::start(plan, version, production, service.now())?;
        let mut canary = Self { governance, deployment, request, rollout };
        canary.carry_out(service, actions)?;
        Ok(canary)
    }

    /// Tells the rollout what has happened, and does what it says.
    pub(crate) fn happened(&mut self, service: &Service, happened: &Happened) -> Result<()> {
        let actions = self.rollout.apply(happened.event());
        self.carry_out(service, actions)
    }

    fn carry_out(&mut self, service: &Service, actions: Vec<Action>) -> Result<()> {
        // Nearly every event leaves nothing to do.
        if actions.is_empty() {
            return Ok(());
        }
        let (bot, model, version) = (self.governance.deployer(), &service.model, &self.deployment.version);
        let route = service.predictor.route();
        for action in actions {
            match action {
                // A stop follows, and ends the trial.
                Action::SetShare(share) if share <= 0.0 => {}
                Action::SetShare(share) => {
                    let percent = percent(share);
                    let kind = TrialKind::Canary { percent };
                    match self.governance.registry.trial(model)? {
                        None => bot.start_trial(model, version, kind)?,
                        Some(_) => bot.move_trial(model, version, kind)?,
                    };
                    let share = Share::percent(f64::from(percent))?;
                    let shadows = route.trial.as_ref().is_some_and(|trial| trial.shadow);
                    let trial = Trial::canary(self.deployment.clone(), share);
                    let trial = if shadows { trial.and_shadow() } else { trial };
                    service.route_to(route.clone().with_trial(trial))?;
                    say::detail(format!("{}  {version} answers {percent} %", service.now()));
                }
                Action::Stop(stop) => {
                    service.route_to(route.clone().without_trial())?;
                    let Stop { cause, reason, .. } = &stop;
                    let outcome = TrialOutcome::Stopped { check: cause.to_string(), reason: reason.clone() };
                    bot.end_trial(model, version, outcome)?;
                    say::detail(format!("{}  {version} is stopped by {cause}: {reason}", service.now()));
                }
                Action::Complete => {
                    let request = self.request.as_ref().ok_or("a rollout without a request has no end")?;
                    let promotion = bot.promote(request)?.granted().ok_or("the promotion was refused")?;
                    service.put_into_production(self.deployment.clone())?;
                    say::detail(format!(
                        "{}  {version} is in production, approved by {}; {} is archived",
                        service.now(),
                        promotion.approved_by.iter().map(ToString::to_string).collect::<Vec<_>>().join(", "),
                        promotion.replaced.as_ref().map_or("nothing".to_owned(), ToString::to_string),
                    ));
                }
                other => return Err(format!("nobody here knows how to {other:?}").into()),
            }
        }
        Ok(())
    }

    /// When it was stopped, and why; an error if it was not.
    pub(crate) fn stop(&self) -> Result<&Stop> {
        match self.rollout.phase() {
            mlops::serve::rollout::Phase::Stopped(stop) => Ok(stop),
            other => {
                Err(format!("{} should have been stopped, but is {other:?}", self.deployment.version).into())
            }
        }
    }

    /// When it went through; an error if it did not.
    pub(crate) fn completed(&self) -> Result<Timestamp> {
        match self.rollout.phase() {
            mlops::serve::rollout::Phase::Complete { at } => Ok(*at),
            other => {
                Err(format!("{} should have gone through, but is {other:?}", self.deployment.version).into())
            }
        }
    }

    /// The version on trial.
    pub(crate) const fn version(&self) -> &Version {
        &self.deployment.version
    }
}

/// A share as the registry writes it.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share lies between 0 and 1")]
fn percent(share: f64) -> u8 {
    (share * 100.0).round() as u8
}
