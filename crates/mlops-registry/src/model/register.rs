use super::bump::Line;
use super::remarks::Remarks;
use super::{Lineage, Model, ModelVersion, NewVersion, Stage, VersionStage, check_text};
use crate::access::Action;
use crate::name::cut;
use crate::registry::{Document as _, Session, StoredExt as _};
use crate::store::{Commit, Key};
use crate::{Error, Result};

/// The longest version, in bytes: as the longest name of a model.
const MAX_VERSION: usize = 256;

impl Session {
    /// Registers a version, for good: with the next number of its model, and with what its
    /// run has logged so far as its lineage. The first version registers the model too.
    ///
    /// How far it must be above the version before, its [signature](super::signature) says:
    /// that is the latest release of lower precedence. Without a signature before anything goes.
    /// A release that comes between others must be as far below the next one as that one's
    /// signature says.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author of this model,
    /// [`Error::NotFound`] without the run or the artifact, [`Error::Conflict`] if the run is
    /// deleted or is logged to without a pause, if a model is there whose name looks the same,
    /// or if the version is registered already, or was deleted and had another artifact,
    /// [`Error::BumpTooSmall`] if the signature asks for a higher one, [`Error::Invalid`] for a
    /// version of more than 256 bytes, or a text that is too long.
    pub fn register(&self, new: &NewVersion) -> Result<ModelVersion> {
        let NewVersion { model, run, artifact, signature, .. } = new;
        new.check()?;
        // Whether there is such an artifact is not for everybody to know.
        let subject = match &new.version {
            Some(version) => format!("{model}/{version}"),
            None => model.to_string(),
        };
        self.allowed_to(Action::RegisterVersion, Some(model), &subject)?;
        // From now on it is not collected as something that nobody needs.
        if !self.registry().artifacts().touch(artifact)? {
            return Err(Error::NotFound { what: "artifact", key: artifact.to_string() });
        }
        self.transact_told(Action::RegisterVersion, &subject, || {
            let own = self.allowed_to(Action::RegisterVersion, Some(model), &subject)?;
            // Before the versions: whatever is registered or deleted since changes it too.
            let family = self.registry().find::<Model>(Key::from([model.as_str()]))?;
            let line = Line::read(self.registry(), model)?;
            let version = match &new.version {
                Some(version) => version.clone(),
                None => line.next(signature.as_ref())?,
            };
            let key = ModelVersion::key_of(model, &version);
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
            line.check(&version, signature.as_ref(), artifact)?;
            let (run, standing) = self.registry().active_run(run)?;
            let data = self.registry().settled_run_data(&run.value.id)?;
            let act = self.act(Action::RegisterVersion, format!("{model}/{version}")).artifacts([*artifact]);
            let before = match &family {
                Some(family) => family.value.clone(),
                None => self.registry().model_before(model, self.principal(), act.at)?,
            };
            let number = before.versions + 1;
            let registered = ModelVersion {
                model: model.clone(),
                version: version.clone(),
                number,
                artifact: *artifact,
                flavour: new.flavour.clone(),
                framework: new.framework.clone(),
                signature: signature.clone(),
                description: new.description.clone(),
                run: run.value.id.clone(),
                made_by: run.value.started_by.clone(),
                contributors: run.value.contributors.clone(),
                lineage: Lineage {
                    data: data.inputs,
                    params: data.params,
                    metrics: data.metrics,
                    window: new.window,
                },
                registered_by: self.principal().clone(),
                registered_at: act.at,
                imported: None,
            };
            let stage = VersionStage {
                model: model.clone(),
                version,
                stage: Stage::None,
                since: act.at,
                by: self.principal().clone(),
            };
            let left = Remarks::read(self.registry(), model, Some(&registered.version))?;
            let mut changes = vec![
                family.put(&Model { versions: number, ..before })?,
                registered.create()?,
                stage.create()?,
            ];
            // Of one of this name that was deleted.
            changes.extend(left.removed()?);
            if family.is_none() {
                changes.extend(Remarks::read(self.registry(), model, None)?.removed()?);
                changes.push(self.registry().claim_name("model", model.as_str(), || {
                    let all: Vec<Model> = self.registry().values(&Key::all())?;
                    Ok(all.into_iter().map(|model| model.name.into()).collect())
                })?);
            }
            Ok((Some(Commit::new(act, vec![own, run.expected(), standing], changes)?), registered))
        })
    }
}

impl NewVersion {
    fn check(&self) -> Result<()> {
        // It becomes a part of keys and of what the audit log says.
        if let Some(version) = &self.version {
            let text = version.to_string();
            if text.len() > MAX_VERSION {
                return Err(Error::Invalid {
                    field: "version",
                    expected: format!("at most {MAX_VERSION} bytes, and these are {}", text.len()),
                    value: cut(&text),
                });
            }
        }
        check_text("description", &self.description)?;
        check_text("flavour", &self.flavour)?;
        if let Some(framework) = &self.framework {
            check_text("framework", &framework.name)?;
            check_text("framework version", &framework.version)?;
        }
        Ok(())
    }
}
