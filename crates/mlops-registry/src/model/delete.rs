use mlops_core::{Alias, ModelName, Timestamp, Version};

use super::remarks::Remarks;
use super::{AliasTarget, Deleted, DeletedVersion, Model, ModelVersion, Stage, Tombstone, VersionStage};
use crate::access::Action;
use crate::audit::check_reason;
use crate::promotion::{Closure, PromotionRequest, RequestState};
use crate::registry::{Document as _, Session, Stored};
use crate::store::{Change, Commit, Key, Kind};
use crate::trial::Running;
use crate::{Error, Result};

impl Session {
    /// Deletes a version: it is no longer found, listed, or to be promoted, and the aliases
    /// at it go with it, as do its tags, descriptions, card and signatures; requests for it that are open
    /// are void. Its [`Tombstone`] keeps what it was, its evidence and its part in
    /// the history stay, and so does its file. Its name is taken for good, except for the
    /// same file registered again.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an admin of the model, [`Error::NotFound`] if
    /// it is not registered, [`Error::Conflict`] if it is in production or on trial,
    /// [`Error::Invalid`] for an empty reason.
    pub fn delete_version(&self, model: &ModelName, version: &Version, reason: &str) -> Result<Tombstone> {
        check_reason("reason", reason)?;
        let subject = format!("{model}/{version}");
        self.transact_told(Action::DeleteVersion, &subject, || {
            let own = self.allowed_to(Action::DeleteVersion, Some(model), &subject)?;
            let registry = self.registry();
            let key = ModelVersion::key_of(model, version);
            let found = registry.get::<ModelVersion>("version", key)?;
            let family = registry.get::<Model>("model", Key::from([model.as_str()]))?;
            let mut act = self.act(Action::DeleteVersion, &subject).artifacts([found.value.artifact]);
            act.reason = Some(reason.to_owned());
            // Written again as it is: who registers at the same time must look again.
            let mut changes = vec![family.replace(&family.value)?];
            let aliases = registry.list::<AliasTarget>(&Key::from([model.as_str()]))?;
            let running = Running::find(registry, &family.value)?;
            let grave = Grave { session: self, reason, at: act.at, running: running.as_ref() };
            let tombstone = grave.bury(&found, &aliases, &mut changes)?;
            Ok((Some(Commit::new(act, vec![own], changes)?), tombstone))
        })
    }

    /// Deletes a model and all its versions, in one transaction. Each has a [`Tombstone`] of
    /// its own. Who registers the name again goes on with its numbers.
    ///
    /// # Errors
    /// As [`delete_version`](Self::delete_version), for each of its versions.
    pub fn delete_model(&self, model: &ModelName, reason: &str) -> Result<Tombstone> {
        check_reason("reason", reason)?;
        self.transact_told(Action::DeleteModel, model, || {
            let own = self.allowed(Action::DeleteModel, Some(model))?;
            let registry = self.registry();
            let family = registry.get::<Model>("model", Key::from([model.as_str()]))?;
            let versions = registry.list::<ModelVersion>(&Key::from([model.as_str()]))?;
            let aliases = registry.list::<AliasTarget>(&Key::from([model.as_str()]))?;
            let artifacts = versions.iter().map(|version| version.value.artifact);
            let mut act = self.act(Action::DeleteModel, model).artifacts(artifacts);
            act.reason = Some(reason.to_owned());
            let mut changes = vec![Change::remove(Kind::Model, family.value.key(), family.revision)?];
            let running = Running::find(registry, &family.value)?;
            let grave = Grave { session: self, reason, at: act.at, running: running.as_ref() };
            for version in &versions {
                grave.bury(version, &aliases, &mut changes)?;
            }
            let remarks = Remarks::read(registry, model, None)?;
            changes.extend(remarks.removed()?);
            let tombstone = grave.tombstone(Deleted::Model(family.value), &remarks);
            changes.push(tombstone.create()?);
            Ok((Some(Commit::new(act, vec![own], changes)?), tombstone))
        })
    }
}

/// One deletion, and what must not be in its way.
struct Grave<'a> {
    session: &'a Session,
    reason: &'a str,
    at: Timestamp,
    running: Option<&'a Running>,
}

impl Grave<'_> {
    fn bury(
        &self,
        version: &Stored<ModelVersion>,
        aliases: &[Stored<AliasTarget>],
        changes: &mut Vec<Change>,
    ) -> Result<Tombstone> {
        let ModelVersion { model, version: name, .. } = &version.value;
        let key = ModelVersion::key_of(model, name);
        let stage = self.session.registry().get::<VersionStage>("version", key.clone())?;
        let current = if stage.value.stage == Stage::Production {
            Some("in production")
        } else if self.running.is_some_and(|running| running.is_of(name)) {
            Some("on trial")
        } else {
            None
        };
        if let Some(current) = current {
            return Err(Error::Conflict {
                what: "version",
                key: format!("{model}/{name}"),
                expected: "neither in production nor on trial".to_owned(),
                current: current.to_owned(),
            });
        }
        let at_it: Vec<_> = aliases.iter().filter(|alias| alias.value.version == *name).collect();
        for alias in &at_it {
            changes.push(Change::remove(Kind::Alias, alias.value.key(), alias.revision)?);
        }
        changes.push(Change::remove(Kind::Version, key.clone(), version.revision)?);
        changes.push(Change::remove(Kind::Stage, key, stage.revision)?);
        for request in self.session.registry().list::<PromotionRequest>(&Key::from([model.as_str()]))? {
            if request.value.version == *name && request.value.state == RequestState::Open {
                let closed = Closure {
                    by: self.session.principal().clone(),
                    at: self.at,
                    reason: self.reason.to_owned(),
                };
                changes.push(request.replace(&PromotionRequest {
                    state: RequestState::Void,
                    closed: Some(closed),
                    ..request.value.clone()
                })?);
            }
        }
        let deleted = DeletedVersion {
            version: version.value.clone(),
            stage: stage.value,
            aliases: at_it.iter().map(|alias| Alias::clone(&alias.value.alias)).collect(),
        };
        let remarks = Remarks::read(self.session.registry(), model, Some(name))?;
        changes.extend(remarks.removed()?);
        let tombstone = self.tombstone(Deleted::Version(Box::new(deleted)), &remarks);
        changes.push(tombstone.create()?);
        Ok(tombstone)
    }

    fn tombstone(&self, deleted: Deleted, remarks: &Remarks) -> Tombstone {
        Tombstone {
            deleted,
            reason: self.reason.to_owned(),
            deleted_by: self.session.principal().clone(),
            deleted_at: self.at,
            tags: remarks.tags(),
            descriptions: remarks.descriptions(),
            card: remarks.card(),
            signatures: remarks.signatures(),
            git: remarks.git(),
            attestations: remarks.attestations(),
        }
    }
}
