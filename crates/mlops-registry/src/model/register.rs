use super::{Lineage, Model, ModelVersion, NewVersion, Stage, VersionStage};
use crate::access::Action;
use crate::artifact::ArtifactStoreExt as _;
use crate::registry::{Document as _, Session, StoredExt as _};
use crate::store::{Commit, Key};
use crate::tracking::Run;
use crate::{Error, Result};

impl Session {
    /// Registers a version, for good: with the next number of its model, and with what its
    /// run has logged so far as its lineage. The first version registers the model too.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author of this model,
    /// [`Error::NotFound`] without the run or the artifact, [`Error::Conflict`] if the
    /// version is registered already.
    pub fn register(&self, new: &NewVersion) -> Result<ModelVersion> {
        let NewVersion { model, version, run, artifact, .. } = new;
        if !self.registry().artifacts().contains(artifact)? {
            return Err(Error::NotFound { what: "artifact", key: artifact.to_string() });
        }
        self.transact(|| {
            let own = self.allowed(Action::RegisterVersion, Some(model))?;
            let key = ModelVersion::key_of(model, version);
            if let Some(there) = self.registry().find::<ModelVersion>(key)? {
                let there = there.value;
                return Err(Error::Conflict {
                    what: "version",
                    key: format!("{model}/{version}"),
                    expected: "absent".to_owned(),
                    current: format!(
                        "registered by {} at {} with {}",
                        there.registered_by, there.registered_at, there.artifact
                    ),
                });
            }
            let run = self.registry().get::<Run>("run", run.key())?;
            let data = self.registry().run_data(&run.value.id)?;
            let family = self.registry().find::<Model>(Key::from([model.as_str()]))?;
            let act = self.act(Action::RegisterVersion, format!("{model}/{version}")).artifacts([*artifact]);
            let before = family.as_ref().map(|family| family.value.clone());
            let before = before.unwrap_or_else(|| Model {
                name: model.clone(),
                created_by: self.principal().clone(),
                created_at: act.at,
                versions: 0,
                evidence: 0,
                requests: 0,
                promotions: 0,
                trials: 0,
            });
            let number = before.versions + 1;
            let registered = ModelVersion {
                model: model.clone(),
                version: version.clone(),
                number,
                artifact: *artifact,
                flavour: new.flavour.clone(),
                description: new.description.clone(),
                run: run.value.id.clone(),
                made_by: run.value.started_by.clone(),
                lineage: Lineage {
                    data: data.inputs,
                    params: data.params,
                    metrics: data.metrics,
                    window: new.window,
                },
                registered_by: self.principal().clone(),
                registered_at: act.at,
            };
            let stage = VersionStage {
                model: model.clone(),
                version: version.clone(),
                stage: Stage::None,
                since: act.at,
                by: self.principal().clone(),
            };
            let changes = vec![
                family.put(&Model { versions: number, ..before })?,
                registered.create()?,
                stage.create()?,
            ];
            Ok((Some(Commit::new(act, vec![own, run.expected()], changes)?), registered))
        })
    }
}
