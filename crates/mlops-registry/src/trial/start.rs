use mlops_core::{ModelName, Version};

use super::{Running, Trial, TrialKind, TrialPhase};
use crate::access::Action;
use crate::artifact::ArtifactStoreExt as _;
use crate::model::{Model, ModelVersion, Stage, VersionStage};
use crate::registry::{Document as _, Session};
use crate::store::{Commit, Key};
use crate::{Error, Result};

impl Session {
    /// Puts a version on trial beside the one in production. That takes no gate and no
    /// approval, unless a policy for staging does: then the version must
    /// [stand there](Self::promote_to_staging) already. The artifact is read once to see that it is what was registered.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of a deployer of the model, [`Error::NotFound`]
    /// if the version is not registered, [`Error::Conflict`] if it is in production, a
    /// trial of the model is running, or a policy for staging stands in the way, [`Error::Invalid`] for a canary of no or all requests;
    /// [`Error::Corrupt`] if the artifact has changed.
    pub fn start_trial(&self, model: &ModelName, version: &Version, kind: TrialKind) -> Result<Trial> {
        kind.check()?;
        let mut checked = false;
        let subject = format!("{model}/{version} as {kind}");
        self.transact_told(Action::StartTrial, &subject, || {
            let own = self.allowed_to(Action::StartTrial, Some(model), &subject)?;
            let registry = self.registry();
            let candidate = registry.get::<ModelVersion>("version", ModelVersion::key_of(model, version))?;
            let family = registry.get::<Model>("model", Key::from([model.as_str()]))?;
            let (production, current) = registry.production_now(model)?;
            if current.as_ref() == Some(version) {
                return Err(Error::Conflict {
                    what: "version",
                    key: format!("{model}/{version}"),
                    expected: "a candidate".to_owned(),
                    current: "in production".to_owned(),
                });
            }
            if let Some(Running { trial, .. }) = Running::find(registry, &family.value)? {
                let since = trial.value.phases.first().map(|phase| format!(" since {}", phase.since));
                return Err(Error::Conflict {
                    what: "trial",
                    key: model.to_string(),
                    expected: "absent".to_owned(),
                    current: format!(
                        "of {} as {}{}",
                        trial.value.version,
                        trial.value.kind,
                        since.unwrap_or_default()
                    ),
                });
            }
            // It never changes, so once is enough however often this is built.
            if !checked {
                registry.artifacts().check(&candidate.value.artifact)?;
                checked = true;
            }
            let stage = registry.get::<VersionStage>("version", ModelVersion::key_of(model, version))?;
            let free = registry.free_to_stage(model, stage.value.stage)?.check(model, version)?;
            let act = self.act(Action::StartTrial, &subject).artifacts([candidate.value.artifact]);
            let trial = Trial {
                model: model.clone(),
                number: family.value.trials + 1,
                version: version.clone(),
                artifact: candidate.value.artifact,
                beside: current,
                stood: stage.value.stage,
                kind,
                phases: vec![TrialPhase { kind, since: act.at, by: self.principal().clone() }],
                end: None,
            };
            let counted = Model { trials: trial.number, ..family.value.clone() };
            let staging = VersionStage {
                stage: Stage::Staging,
                since: act.at,
                by: self.principal().clone(),
                ..stage.value.clone()
            };
            let changes = vec![family.replace(&counted)?, stage.replace(&staging)?, trial.create()?];
            let expected = [own, candidate.expected(), production].into_iter().chain(free).collect();
            Ok((Some(Commit::new(act, expected, changes)?), trial))
        })
    }
}
