use std::collections::BTreeMap;

use mlops_core::{Alias, ModelName, Version};

use super::{MLFLOW, Plan, Taking, refusal};
use crate::Result;
use crate::mlflow_import::report::Matter;
use crate::mlflow_import::source::SourceModel;
use crate::model::{AliasTarget, Description, Model, ModelTag, check_alias, check_model_tag, check_text};
use crate::provenance::Imported;
use crate::registry::Document as _;
use crate::store::Key;

impl Taking<'_> {
    /// Takes a registered model with its versions, tags and aliases, or what is not here yet.
    pub(super) fn model(&self, source: &SourceModel) -> Result<()> {
        let name = match self.family(source)? {
            Ok(name) => name,
            Err(reason) => {
                self.model_left_out(source, &reason);
                return Ok(());
            }
        };
        self.description(&name, source)?;
        self.model_tags(&name, None, &source.name, &source.tags, Matter::ModelTags)?;
        let mut versions = BTreeMap::new();
        for version in &source.versions {
            if let Some(taken) = self.version(&name, source, version)? {
                versions.insert(version.number, taken);
            }
        }
        self.aliases(&name, source, &versions)
    }

    /// The model here, made if it is not there; or why it can't be.
    fn family(&self, source: &SourceModel) -> Result<Result<ModelName, String>> {
        let name: ModelName = match self.called(&source.name).parse() {
            Ok(name) => name,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let made = self.write(&format!("model {name} of MLflow"), |act| {
            if let Some(there) = self.registry().find::<Model>(Key::from([name.as_str()]))? {
                return Ok((None, Some(there.value)));
            }
            let claim = self.registry().claim_name("model", name.as_str(), || {
                let all: Vec<Model> = self.registry().values(&Key::all())?;
                Ok(all.into_iter().map(|model| model.name.into()).collect())
            })?;
            let model = Model {
                imported: Some(Box::new(Imported {
                    created_at: source.created_at,
                    updated_at: source.updated_at,
                    ..self.imported(&source.name, act.at)
                })),
                ..self.registry().model_before(&name, self.session.principal(), act.at)?
            };
            let changes = vec![model.create()?, claim];
            Ok((Some(Plan { act, expected: Vec::new(), changes }), None))
        });
        let mut tally = self.tally.borrow_mut();
        match refusal(made)? {
            Ok(None) => tally.taken(Matter::Models, 1),
            Ok(Some(there)) => {
                if there.imported.as_ref().is_none_or(|imported| imported.system != MLFLOW) {
                    let who = there.created_by;
                    return Ok(Err(format!(
                        "one of that name was registered here by {who}: import with a prefix"
                    )));
                }
                tally.there(Matter::Models, 1);
            }
            Err(error) => return Ok(Err(error.to_string())),
        }
        tally.verified(Matter::Models, usize::from(self.registry().model(&name).is_ok()));
        Ok(Ok(name))
    }

    fn model_left_out(&self, source: &SourceModel, reason: &str) {
        let mut tally = self.tally.borrow_mut();
        tally.refused(Matter::Models, &source.name, reason);
        let tags = source.versions.iter().map(|version| version.tags.len()).sum();
        for (matter, count) in [
            (Matter::ModelTags, source.tags.len()),
            (Matter::Versions, source.versions.len()),
            (Matter::VersionTags, tags),
            (Matter::Aliases, source.aliases.len()),
        ] {
            if count > 0 {
                tally.refused_all(matter, count, &source.name, "its model is not taken");
            }
        }
    }

    fn description(&self, name: &ModelName, source: &SourceModel) -> Result<()> {
        let text = &source.description;
        let shown = format!("{} description", source.name);
        let here = self.registry().descriptions(name, None)?;
        if text.is_empty() || here.iter().any(|here| here.text == *text) {
            return Ok(());
        }
        if let Some(here) = here.last() {
            self.tally.borrow_mut().tell(Matter::Models, shown, text, &here.text);
            return Ok(());
        }
        if let Err(reason) = check_text("description", text) {
            self.tally.borrow_mut().tell(Matter::Models, shown, text, &reason.to_string());
            return Ok(());
        }
        self.write(&format!("model {name}: description"), |act| {
            let model = self.registry().get::<Model>("model", Key::from([name.as_str()]))?;
            let description = Description {
                model: name.clone(),
                version: None,
                number: 1,
                text: text.clone(),
                replaces: None,
                by: self.session.principal().clone(),
                at: act.at,
            };
            let changes = vec![description.create()?];
            Ok((Some(Plan { act, expected: vec![model.expected()], changes }), ()))
        })
    }

    /// Tags of a model or of a version.
    pub(super) fn model_tags(
        &self,
        name: &ModelName,
        version: Option<&Version>,
        shown: &str,
        tags: &BTreeMap<String, String>,
        matter: Matter,
    ) -> Result<()> {
        let here = self.registry().model_tags(name, version)?;
        let mut new = Vec::new();
        for (tag, value) in tags {
            let mut tally = self.tally.borrow_mut();
            let shown = format!("{shown} {tag}");
            match (check_model_tag(tag, value), here.get(tag)) {
                (Err(reason), _) => tally.refused(matter, shown, reason),
                (Ok(()), Some(here)) if here == value => tally.there(matter, 1),
                (Ok(()), Some(here)) => tally.differs(matter, shown, value, here),
                (Ok(()), None) => new.push(ModelTag {
                    model: name.clone(),
                    version: version.cloned(),
                    name: tag.clone(),
                    value: value.clone(),
                }),
            }
        }
        for tags in new.chunks(super::RECORDS) {
            self.write(&format!("model {shown}: {} tags", tags.len()), |act| {
                let model = self.registry().get::<Model>("model", Key::from([name.as_str()]))?;
                let changes = tags.iter().map(ModelTag::create).collect::<Result<_>>()?;
                Ok((Some(Plan { act, expected: vec![model.expected()], changes }), ()))
            })?;
            self.tally.borrow_mut().taken(matter, tags.len());
        }
        let back = self.registry().model_tags(name, version)?;
        let same = tags.iter().filter(|(tag, value)| back.get(*tag) == Some(value)).count();
        self.tally.borrow_mut().verified(matter, same);
        Ok(())
    }

    fn aliases(
        &self,
        name: &ModelName,
        source: &SourceModel,
        versions: &BTreeMap<u32, Version>,
    ) -> Result<()> {
        for (alias, number) in &source.aliases {
            let shown = format!("{}@{alias}", source.name);
            let alias = match alias.parse::<Alias>().map_err(Into::into) {
                Ok(alias) => check_alias(&alias).map(|()| alias),
                Err(error) => Err(error),
            };
            let (alias, version) = match (alias, versions.get(number)) {
                (Ok(alias), Some(version)) => (alias, version),
                (Err(reason), _) => {
                    self.refused(Matter::Aliases, shown, reason);
                    continue;
                }
                (Ok(_), None) => {
                    self.refused(Matter::Aliases, shown, format!("its version {number} is not taken"));
                    continue;
                }
            };
            self.alias(name, &alias, version, &shown)?;
        }
        Ok(())
    }

    fn alias(&self, name: &ModelName, alias: &Alias, version: &Version, shown: &str) -> Result<()> {
        let here = self.write(&format!("{name}@{alias} to {version}"), |act| {
            let family = self.registry().get::<Model>("model", Key::from([name.as_str()]))?;
            let key = AliasTarget::key_of(name, alias.as_str());
            if let Some(there) = self.registry().find::<AliasTarget>(key)? {
                return Ok((None, Some(there.value.version)));
            }
            let target = AliasTarget {
                model: name.clone(),
                alias: alias.clone(),
                version: version.clone(),
                since: act.at,
                by: self.session.principal().clone(),
            };
            // Written again as it is: who deletes the version at the same time must look again.
            let changes = vec![family.replace(&family.value)?, target.create()?];
            Ok((Some(Plan { act, expected: Vec::new(), changes }), None))
        })?;
        let back = self.registry().aliases(name)?;
        let mut tally = self.tally.borrow_mut();
        match here {
            None => tally.taken(Matter::Aliases, 1),
            Some(there) if there == *version => tally.there(Matter::Aliases, 1),
            Some(there) => {
                tally.differs(Matter::Aliases, shown, &version.to_string(), &there.to_string());
                return Ok(());
            }
        }
        let same = back.iter().any(|target| target.alias == *alias && target.version == *version);
        tally.verified(Matter::Aliases, usize::from(same));
        Ok(())
    }
}
