use mlops_core::{ModelName, Version};

use super::{Running, Trial, TrialKind, TrialPhase};
use crate::Result;
use crate::access::Action;
use crate::model::Model;
use crate::registry::Session;
use crate::store::{Commit, Key};

impl Session {
    /// Makes the running trial of a version another: a canary of the shadow, or a larger or
    /// smaller canary. What it is already changes nothing.
    ///
    /// # Errors
    /// [`Error::Denied`](crate::Error::Denied) without the role of a deployer of the
    /// model, [`Error::NotFound`](crate::Error::NotFound) without the model,
    /// [`Error::Conflict`](crate::Error::Conflict) if no trial of this version is running,
    /// [`Error::Invalid`](crate::Error::Invalid) for a canary of no or all requests.
    pub fn move_trial(&self, model: &ModelName, version: &Version, kind: TrialKind) -> Result<Trial> {
        kind.check()?;
        let subject = format!("{model}/{version} as {kind}");
        self.transact_told(Action::MoveTrial, &subject, || {
            let own = self.allowed_to(Action::MoveTrial, Some(model), &subject)?;
            let family = self.registry().get::<Model>("model", Key::from([model.as_str()]))?;
            let running = Running::find(self.registry(), &family.value)?;
            let Running { trial, .. } = Running::of(running, model, version)?;
            if trial.value.kind == kind {
                return Ok((None, trial.value));
            }
            let act = self.act(Action::MoveTrial, &subject);
            let mut moved = Trial { kind, ..trial.value.clone() };
            moved.phases.push(TrialPhase { kind, since: act.at, by: self.principal().clone() });
            Ok((Some(Commit::new(act, vec![own], vec![trial.replace(&moved)?])?), moved))
        })
    }
}
