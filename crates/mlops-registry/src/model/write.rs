use mlops_core::{ModelName, ModelRef, Selector, Version};

use super::{AliasTarget, Lineage, Model, ModelVersion, NewVersion, PRODUCTION, Stage, VersionStage};
use crate::access::Action;
use crate::artifact::ArtifactStoreExt as _;
use crate::registry::{Document as _, Registry, Session, StoredExt as _};
use crate::store::{Commit, Key};
use crate::tracking::Run;
use crate::{Error, Result};

impl Session {
    /// Registers a version, for good: with the next number of its model, and with what its
    /// run has logged so far as its lineage. The first version registers the model too.
    ///
    /// # Errors
    /// [`Error::Forbidden`] without the role of an author of this model,
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

impl Registry {
    /// A registered model.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none of this name.
    pub fn model(&self, name: &ModelName) -> Result<Model> {
        Ok(self.get("model", Key::from([name.as_str()]))?.value)
    }

    /// All registered models, by name.
    ///
    /// # Errors
    /// Those of the store.
    pub fn models(&self) -> Result<Vec<Model>> {
        self.values(&Key::all())
    }

    /// A version of a model.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not registered.
    pub fn version(&self, model: &ModelName, version: &Version) -> Result<ModelVersion> {
        Ok(self.get("version", ModelVersion::key_of(model, version))?.value)
    }

    /// The versions of a model in the order of their registration.
    ///
    /// # Errors
    /// Those of the store.
    pub fn versions(&self, model: &ModelName) -> Result<Vec<ModelVersion>> {
        let mut versions: Vec<ModelVersion> = self.values(&Key::from([model.as_str()]))?;
        versions.sort_by_key(|version| version.number);
        Ok(versions)
    }

    /// Where a version stands.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not registered.
    pub fn stage(&self, model: &ModelName, version: &Version) -> Result<VersionStage> {
        Ok(self.get("version", ModelVersion::key_of(model, version))?.value)
    }

    /// Where each version of a model stands, by the text of the version.
    ///
    /// # Errors
    /// Those of the store.
    pub fn stages(&self, model: &ModelName) -> Result<Vec<VersionStage>> {
        self.values(&Key::from([model.as_str()]))
    }

    /// The version in production, if there is one.
    ///
    /// # Errors
    /// Those of the store.
    pub fn production(&self, model: &ModelName) -> Result<Option<ModelVersion>> {
        let target = self.find::<AliasTarget>(AliasTarget::key_of(model, PRODUCTION))?;
        target.map(|target| self.version(model, &target.value.version)).transpose()
    }

    /// The version that a reference means now.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such version or alias.
    pub fn resolve(&self, reference: &ModelRef) -> Result<ModelVersion> {
        match &reference.selector {
            Selector::Version(version) => self.version(&reference.name, version),
            Selector::Alias(alias) => {
                let key = AliasTarget::key_of(&reference.name, alias.as_str());
                let target = self.get::<AliasTarget>("alias", key)?;
                self.version(&reference.name, &target.value.version)
            }
        }
    }
}
