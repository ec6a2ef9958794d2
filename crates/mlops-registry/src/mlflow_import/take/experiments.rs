use std::collections::HashMap;

use mlops_core::ExperimentName;

use super::{Placed, Plan, RECORDS, Taking, refusal};
use crate::Result;
use crate::mlflow_import::report::Matter;
use crate::mlflow_import::source::SourceExperiment;
use crate::name::{Rule, check, check_value};
use crate::provenance::Imported;
use crate::registry::Document as _;
use crate::store::Key;
use crate::tracking::{Deletion, Experiment, ExperimentTag, Run, limits};

/// What MLflow shows as a description of an experiment or a run.
pub(super) const NOTE: &str = "mlflow.note.content";

impl Taking<'_> {
    /// Takes an experiment, or finds it here, and its tags.
    pub(super) fn experiment(&self, source: &SourceExperiment) -> Result<()> {
        let placed = match self.place(source)? {
            Ok(name) => {
                self.experiment_tags(&name, source)?;
                let runs = self.imported_runs(&name)?;
                Placed::Here { name, runs }
            }
            Err(reason) => {
                let mut tally = self.tally.borrow_mut();
                tally.refused(Matter::Experiments, &source.name, reason);
                if !source.tags.is_empty() {
                    let count = source.tags.len();
                    tally.refused_all(
                        Matter::ExperimentTags,
                        count,
                        &source.name,
                        "its experiment is not taken",
                    );
                }
                Placed::Refused
            }
        };
        self.experiments.borrow_mut().insert(source.id.clone(), placed);
        Ok(())
    }

    /// The experiment here, made if it is not there; or why it can't be.
    fn place(&self, source: &SourceExperiment) -> Result<Result<ExperimentName, String>> {
        let name: ExperimentName = match self.called(&source.name).parse() {
            Ok(name) => name,
            Err(error) => return Ok(Err(error.to_string())),
        };
        let taken = |placed: &Placed| matches!(placed, Placed::Here { name: other, .. } if *other == name);
        if self.experiments.borrow().values().any(taken) {
            return Ok(Err("there is another one of that name in the source".to_owned()));
        }
        let subject = format!("experiment {name}, number {} of MLflow", source.id);
        let made = self.write(&subject, |act| {
            if let Some(there) = self.registry().find::<Experiment>(Key::from([name.as_str()]))? {
                return Ok((None, Some(there.value)));
            }
            let claim = self.registry().claim_name("experiment", name.as_str(), || {
                let all: Vec<Experiment> = self.registry().values(&Key::all())?;
                Ok(all.into_iter().map(|experiment| experiment.name.into()).collect())
            })?;
            let by = self.session.principal().clone();
            let note = source.tags.get(NOTE).filter(|note| note.len() <= limits::DESCRIPTION);
            let experiment = Experiment {
                name: name.clone(),
                created_by: by.clone(),
                created_at: source.created_at.unwrap_or(act.at),
                counted: 0,
                title: None,
                description: note.cloned().unwrap_or_default(),
                updated_at: source.updated_at,
                // Retention is counted from when it came here.
                deleted: source.deleted.then_some(Deletion { at: act.at, by, purged: false }),
                imported: Some(Box::new(Imported {
                    created_at: source.created_at,
                    updated_at: source.updated_at,
                    place: source.place.clone(),
                    ..self.imported(&source.id, act.at)
                })),
            };
            let changes = vec![experiment.create()?, claim];
            Ok((Some(Plan { act, expected: Vec::new(), changes }), None))
        });
        let mut tally = self.tally.borrow_mut();
        match refusal(made)? {
            Ok(None) => tally.taken(Matter::Experiments, 1),
            Ok(Some(there)) => {
                if let Err(reason) = fits(&there, source) {
                    return Ok(Err(reason));
                }
                tally.there(Matter::Experiments, 1);
            }
            Err(error) => return Ok(Err(error.to_string())),
        }
        let back = self.registry().experiment(&name)?;
        if back.deleted.is_some() == source.deleted {
            tally.verified(Matter::Experiments, 1);
        } else {
            let word = |deleted| if deleted { "deleted" } else { "active" };
            tally.tell(Matter::Experiments, &source.name, word(source.deleted), word(back.deleted.is_some()));
        }
        Ok(Ok(name))
    }

    fn experiment_tags(&self, name: &ExperimentName, source: &SourceExperiment) -> Result<()> {
        let there = self.registry().experiment_tags(name)?;
        let mut new = Vec::new();
        for (tag, value) in &source.tags {
            let shown = format!("{} {tag}", source.name);
            let fits = check("tag", tag, limits::KEY, Rule::Key)
                .and_then(|()| check_value("tag value", tag, value.len(), limits::EXPERIMENT_TAG_VALUE));
            let mut tally = self.tally.borrow_mut();
            match (fits, there.get(tag)) {
                (Err(reason), _) => tally.refused(Matter::ExperimentTags, shown, reason),
                (Ok(()), Some(here)) if here == value => tally.there(Matter::ExperimentTags, 1),
                (Ok(()), Some(here)) => tally.differs(Matter::ExperimentTags, shown, value, here),
                (Ok(()), None) => {
                    new.push(ExperimentTag {
                        experiment: name.clone(),
                        name: tag.clone(),
                        value: value.clone(),
                    });
                }
            }
        }
        for tags in new.chunks(RECORDS) {
            let subject = format!("experiment {name}: {} tags", tags.len());
            self.write(&subject, |act| {
                let there = self.registry().get::<Experiment>("experiment", Key::from([name.as_str()]))?;
                let changes = tags.iter().map(ExperimentTag::create).collect::<Result<_>>()?;
                Ok((Some(Plan { act, expected: vec![there.expected()], changes }), ()))
            })?;
            self.tally.borrow_mut().taken(Matter::ExperimentTags, tags.len());
        }
        let back = self.registry().experiment_tags(name)?;
        let same = source.tags.iter().filter(|(tag, value)| back.get(*tag) == Some(value)).count();
        self.tally.borrow_mut().verified(Matter::ExperimentTags, same);
        Ok(())
    }

    /// The runs of an experiment that came from MLflow, by their ids there.
    pub(super) fn imported_runs(&self, name: &ExperimentName) -> Result<HashMap<String, Run>> {
        let runs: Vec<Run> = self.registry().values(&Key::from([name.as_str()]))?;
        let known = |run: Run| {
            let id = run.imported.as_ref().filter(|imported| imported.system == super::MLFLOW)?.id.clone();
            Some((id, run))
        };
        Ok(runs.into_iter().filter_map(known).collect())
    }
}

/// Whether runs of the one may become runs of the other: none is to be shown that was deleted,
/// and none to be hidden that was not.
fn fits(there: &Experiment, source: &SourceExperiment) -> Result<(), String> {
    let again = there.imported.as_ref().is_some_and(|imported| imported.id == source.id);
    let advice = "import with a prefix";
    match (&there.deleted, source.deleted) {
        (Some(deletion), _) if deletion.purged => Err(format!("one of that name was {deletion}: {advice}")),
        (Some(deletion), false) => Err(format!("one of that name was {deletion}: restore it, or {advice}")),
        (Some(deletion), true) if there.imported.is_none() => {
            Err(format!("one of that name was {deletion}, and is another one: {advice}"))
        }
        (None, true) if !again => {
            Err(format!("it is deleted in the source, and one of that name is here and is not: {advice}"))
        }
        _ => Ok(()),
    }
}
