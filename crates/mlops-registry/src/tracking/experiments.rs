use mlops_core::ExperimentName;

use super::{Experiment, ExperimentTag, limits};
use crate::access::Action;
use crate::name::{Rule, check, check_value};
use crate::registry::{Document as _, Session, StoredExt as _};
use crate::store::{Change, Commit, Key};
use crate::{Error, Result};

impl Session {
    /// Begins an experiment.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::Conflict`] if there is or
    /// was one of this name, or one whose name looks the same; [`Error::Invalid`] if
    /// something in the name can't be seen.
    pub fn create_experiment(&self, name: &ExperimentName) -> Result<Experiment> {
        self.transact(|| {
            let own = self.allowed_to(Action::CreateExperiment, None, name)?;
            if let Some(there) = self.registry().find::<Experiment>(Key::from([name.as_str()]))? {
                let begun = format!("begun by {} at {}", there.value.created_by, there.value.created_at);
                return Err(Error::Conflict {
                    what: "experiment",
                    key: name.to_string(),
                    expected: "absent".to_owned(),
                    current: match &there.value.deleted {
                        // Entries of the audit log tell of it by this name.
                        Some(deletion) => format!("{begun} and {deletion}; the name stays its own"),
                        None => begun,
                    },
                });
            }
            let claim = self.registry().claim_name("experiment", name.as_str(), || {
                let all: Vec<Experiment> = self.registry().values(&Key::all())?;
                Ok(all.into_iter().map(|experiment| experiment.name.into()).collect())
            })?;
            let act = self.act(Action::CreateExperiment, name);
            let experiment = Experiment {
                name: name.clone(),
                created_by: self.principal().clone(),
                created_at: act.at,
                counted: 0,
                title: None,
                description: String::new(),
                updated_at: None,
                deleted: None,
                imported: None,
            };
            Ok((Some(Commit::new(act, vec![own], vec![experiment.create()?, claim])?), experiment))
        })
    }

    /// Calls an experiment otherwise. Its name, by which the audit log and its runs are told,
    /// stays; `title` is what people see, and several may share one.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// experiment, [`Error::Conflict`] if it is deleted, [`Error::Invalid`] for a title that is none.
    pub fn rename_experiment(&self, name: &ExperimentName, title: &str) -> Result<Experiment> {
        check("experiment title", title, limits::TITLE, Rule::Title)?;
        self.update_experiment(name, &format!("{name} to be called {title}"), |experiment| {
            experiment.title = (title != experiment.name.as_str()).then(|| title.to_owned());
        })
    }

    /// Says what a person should know of an experiment, in place of what was said.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// experiment, [`Error::Conflict`] if it is deleted, [`Error::Invalid`] if it is too long.
    pub fn describe_experiment(&self, name: &ExperimentName, description: &str) -> Result<Experiment> {
        check_value("description", name.as_str(), description.len(), limits::DESCRIPTION)?;
        self.update_experiment(name, &format!("{name}: description"), |experiment| {
            description.clone_into(&mut experiment.description);
        })
    }

    fn update_experiment(
        &self,
        name: &ExperimentName,
        subject: &str,
        update: impl Fn(&mut Experiment),
    ) -> Result<Experiment> {
        self.transact(|| {
            let own = self.allowed_to(Action::UpdateExperiment, None, name)?;
            let there = self.registry().active_experiment(name)?;
            let mut experiment = there.value.clone();
            update(&mut experiment);
            if experiment == there.value {
                return Ok((None, experiment));
            }
            let act = self.act(Action::UpdateExperiment, subject);
            experiment.updated_at = Some(act.at);
            Ok((Some(Commit::new(act, vec![own], vec![there.replace(&experiment)?])?), experiment))
        })
    }

    /// Sets a tag of an experiment.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// experiment, [`Error::Conflict`] if it is deleted, [`Error::Invalid`] for a name that
    /// is none, or a value that is too long.
    pub fn tag_experiment(&self, name: &ExperimentName, tag: &str, value: &str) -> Result<()> {
        check("tag", tag, limits::KEY, Rule::Key)?;
        check_value("tag value", tag, value.len(), limits::EXPERIMENT_TAG_VALUE)?;
        self.transact(|| {
            let own = self.allowed_to(Action::UpdateExperiment, None, name)?;
            let experiment = self.registry().active_experiment(name)?;
            let new =
                ExperimentTag { experiment: name.clone(), name: tag.to_owned(), value: value.to_owned() };
            let there = self.registry().find::<ExperimentTag>(new.key())?;
            if there.as_ref().is_some_and(|there| there.value == new) {
                return Ok((None, ()));
            }
            let act = self.act(Action::UpdateExperiment, format!("{name}: tag {tag}"));
            Ok((Some(Commit::new(act, vec![own, experiment.expected()], vec![there.put(&new)?])?), ()))
        })
    }

    /// Takes a tag from an experiment.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// experiment or the tag, [`Error::Conflict`] if the experiment is deleted.
    pub fn untag_experiment(&self, name: &ExperimentName, tag: &str) -> Result<()> {
        self.transact(|| {
            let own = self.allowed_to(Action::UpdateExperiment, None, name)?;
            let experiment = self.registry().active_experiment(name)?;
            let key = Key::from([name.as_str(), tag]);
            let there = self.registry().get::<ExperimentTag>("tag", key.clone())?;
            let act = self.act(Action::UpdateExperiment, format!("{name} without the tag {tag}"));
            let change = Change::remove(ExperimentTag::KIND, key, there.revision)?;
            Ok((Some(Commit::new(act, vec![own, experiment.expected()], vec![change])?), ()))
        })
    }
}
