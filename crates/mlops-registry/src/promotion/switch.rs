use mlops_core::{Alias, ModelName, Timestamp, Version};

use super::Promotion;
use crate::Result;
use crate::model::{AliasTarget, Model, ModelVersion, PRODUCTION, Stage, VersionStage};
use crate::registry::{Document as _, Registry, Stored};
use crate::store::{Change, Expected, Key};
use crate::trial::Running;

/// What a version that goes into production changes, whatever it goes there for. Each piece
/// is a condition of the commit.
pub(super) struct Switch {
    pub(super) family: Stored<Model>,
    alias: Option<Stored<AliasTarget>>,
    /// Of the version that goes in.
    stage: Stored<VersionStage>,
    /// Of the version that it replaces.
    before: Option<Stored<VersionStage>>,
    /// What is beside the version that it replaces, and ends with it.
    trial: Option<Running>,
    /// The last of the history so far.
    last: Option<Promotion>,
}

impl Switch {
    /// The model as everything else must be read after it: whatever is recorded on it since
    /// makes the commit a conflict, so that what was read is of one moment.
    pub(super) fn family(registry: &Registry, model: &ModelName) -> Result<Stored<Model>> {
        registry.get("model", Key::from([model.as_str()]))
    }

    pub(super) fn read(registry: &Registry, family: Stored<Model>, version: &Version) -> Result<Self> {
        let model = &family.value.name;
        let stage_of =
            |version| registry.get::<VersionStage>("version", ModelVersion::key_of(model, version));
        let alias = registry.find::<AliasTarget>(AliasTarget::key_of(model, PRODUCTION))?;
        let stage = stage_of(version)?;
        let current = alias.as_ref().map(|alias| &alias.value.version);
        let before = current.filter(|current| *current != version).map(stage_of).transpose()?;
        let trial = Running::find(registry, &family.value)?;
        let last = registry.find::<Promotion>(Promotion::key_of(model, family.value.promotions))?;
        let last = last.map(|last| last.value);
        Ok(Self { family, alias, stage, before, trial, last })
    }

    /// When a version goes in that does so `now`: not before anything in the history, so that
    /// it goes forwards though a clock was set back, and what was in production when has one answer.
    pub(super) fn moment(&self, now: Timestamp) -> Timestamp {
        let Some(last) = &self.last else { return now };
        let ended = last.ended.as_ref().map_or(last.promoted_at, |end| end.at);
        now.max(last.promoted_at).max(ended)
    }

    /// The version in production now.
    pub(super) fn current(&self) -> Option<&Version> {
        self.alias.as_ref().map(|alias| &alias.value.version)
    }

    /// That nothing has gone into production since, for a commit that changes none of it.
    pub(super) fn expected(&self) -> [Expected; 2] {
        let alias = Expected {
            kind: AliasTarget::KIND,
            key: AliasTarget::key_of(&self.family.value.name, PRODUCTION),
            revision: self.alias.as_ref().map(|alias| alias.revision),
        };
        [self.family.expected(), alias]
    }

    /// The version before it is archived, a trial ends, the alias moves, and the history goes on.
    pub(super) fn changes(&self, promotion: &Promotion) -> Result<Vec<Change>> {
        self.changes_with(promotion, self.family.value.requests)
    }

    /// The same, where `requests` were made by then.
    pub(super) fn changes_with(&self, promotion: &Promotion, requests: u32) -> Result<Vec<Change>> {
        let (at, by) = (promotion.promoted_at, &promotion.promoted_by);
        let moved = |stored: &Stored<VersionStage>, stage| {
            stored.replace(&VersionStage { stage, since: at, by: by.clone(), ..stored.value.clone() })
        };
        let target = AliasTarget {
            model: promotion.model.clone(),
            alias: Alias::new(PRODUCTION)?,
            version: promotion.version.clone(),
            since: at,
            by: by.clone(),
        };
        let counted = Model { promotions: promotion.number, requests, ..self.family.value.clone() };
        let mut changes = vec![self.family.replace(&counted)?];
        if let Some(trial) = &self.trial {
            changes.extend(trial.give_way(&promotion.version, at, by)?);
        }
        if let Some(before) = &self.before {
            changes.push(moved(before, Stage::Archived)?);
        }
        changes.push(moved(&self.stage, Stage::Production)?);
        changes.push(match &self.alias {
            Some(alias) => alias.replace(&target)?,
            None => target.create()?,
        });
        changes.push(promotion.create()?);
        Ok(changes)
    }
}
