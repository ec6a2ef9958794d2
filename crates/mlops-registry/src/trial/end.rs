use mlops_core::{Digest, ModelName, Version};

use super::{Running, Trial, TrialEnd, TrialOutcome};
use crate::Result;
use crate::access::Action;
use crate::model::Model;
use crate::registry::Session;
use crate::store::{Commit, Key};

impl Session {
    /// Ends the running trial of a version, which then stands where it stood before.
    ///
    /// # Errors
    /// As [`end_trial_on`](Self::end_trial_on).
    pub fn end_trial(&self, model: &ModelName, version: &Version, outcome: TrialOutcome) -> Result<Trial> {
        self.end_trial_on(model, version, outcome, &[])
    }

    /// The same, with the digests of the documents that it rests on: a verdict, the state of
    /// the controller that stopped it. They stand in the audit log too.
    ///
    /// # Errors
    /// [`Error::Denied`](crate::Error::Denied) without the role of a deployer of the
    /// model, [`Error::NotFound`](crate::Error::NotFound) without the model,
    /// [`Error::Conflict`](crate::Error::Conflict) if no trial of this version is running,
    /// [`Error::Invalid`](crate::Error::Invalid) for an empty reason.
    #[expect(clippy::needless_pass_by_value, reason = "an outcome is spelled out in the call")]
    pub fn end_trial_on(
        &self,
        model: &ModelName,
        version: &Version,
        outcome: TrialOutcome,
        evidence: &[Digest],
    ) -> Result<Trial> {
        outcome.check()?;
        let subject = format!("{model}/{version} as {}", outcome.as_str());
        self.transact_told(Action::EndTrial, &subject, || {
            let own = self.allowed_to(Action::EndTrial, Some(model), &subject)?;
            let family = self.registry().get::<Model>("model", Key::from([model.as_str()]))?;
            let running = Running::find(self.registry(), &family.value)?;
            let running = Running::of(running, model, version)?;
            let mut act = self.act(Action::EndTrial, &subject).evidence(evidence.iter().copied());
            act.reason = outcome.reason();
            let end = TrialEnd {
                outcome: outcome.clone(),
                at: act.at,
                by: self.principal().clone(),
                evidence: evidence.to_vec(),
            };
            let ended = Trial { end: Some(end.clone()), ..running.trial.value.clone() };
            Ok((Some(Commit::new(act, vec![own], running.over(end)?)?), ended))
        })
    }
}
