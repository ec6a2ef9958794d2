//! Taking over what a source has: what is read there becomes records here.

mod artifact;
mod experiments;
mod files;
mod models;
mod order;
mod pending;
mod runs;
mod verify;
mod versions;

use std::cell::RefCell;
use std::collections::{BTreeMap, HashMap};

use mlops_core::{ExperimentName, Timestamp};

pub use artifact::{ModelFile, ModelFolder};

use super::options::From;
use super::place::Places;
use super::report::{ImportReport, Matter, Tally};
use super::source::{About, Database, Folder, Source};
use super::{ImportProgress, MlflowImport};
use crate::access::Action;
use crate::audit::Act;
use crate::provenance::Imported;
use crate::registry::{Registry, Session};
use crate::store::{Change, Commit, Expected};
use crate::tracking::{Run, RunId};
use crate::{Error, Result};

/// How many records one transaction writes, and how many bytes about.
const RECORDS: usize = 1000;
const BYTES: usize = 8 << 20;

/// The word for MLflow in what was imported from it.
const MLFLOW: &str = "mlflow";

impl Session {
    /// Takes over what MLflow has kept: experiments, runs and all that was logged to them,
    /// files, registered models, versions and aliases. What was imported before stays as it is.
    ///
    /// A run is one transaction or, with more than a thousand records, several; an import that
    /// breaks off is gone on with by the next. `progress` is told how far it is. In the end
    /// everything is read back, and one entry of the audit log sums up what was taken.
    ///
    /// No version goes into production or into staging by this, and no approval is made of what
    /// MLflow says: see [`Imported`](crate::provenance::Imported).
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an admin; [`Error::NotFound`] without the source,
    /// [`Error::Corrupt`] if it is damaged, [`Error::Invalid`] if it is none of MLflow's,
    /// [`Error::Unavailable`] if it can't be read: then nothing was taken. Those of the stores
    /// here: then what was taken before stands.
    pub fn import_mlflow(
        &self,
        import: &MlflowImport,
        progress: &mut dyn FnMut(ImportProgress),
    ) -> Result<ImportReport> {
        let place = import.from.path().display().to_string();
        self.allowed_to(Action::ImportMlflow, None, &place)?;
        let source: Box<dyn Source> = match &import.from {
            From::Database(path) => Box::new(Database::open(path, import.workspace_or_default())?),
            From::Folder(path) => Box::new(Folder::open(path)?),
        };
        let taking = Taking::new(self, import, &*source, place);
        taking.all(progress)?;
        taking.summed_up()
    }
}

/// An import on its way.
struct Taking<'a> {
    session: &'a Session,
    import: &'a MlflowImport,
    source: &'a dyn Source,
    about: About,
    places: Places<'a>,
    tally: RefCell<Tally>,
    /// The experiments by their ids in the source.
    experiments: RefCell<BTreeMap<String, Placed>>,
    /// The runs by their ids in the source.
    runs: RefCell<HashMap<String, RunId>>,
}

/// What has become of an experiment.
enum Placed {
    /// It is here, with the runs of it that were imported before, by their ids in the source.
    Here { name: ExperimentName, runs: HashMap<String, Run> },
    /// It is not, and so its runs are not either.
    Refused,
}

/// What one transaction of an import is to write.
struct Plan {
    act: Act,
    expected: Vec<Expected>,
    changes: Vec<Change>,
}

impl<'a> Taking<'a> {
    fn new(session: &'a Session, import: &'a MlflowImport, source: &'a dyn Source, place: String) -> Self {
        let about = source.about();
        let report = ImportReport {
            kind: about.kind,
            source: place,
            digest: about.digest,
            schema: about.schema.as_ref().map(|(revision, _)| revision.clone()),
            schema_known: about.schema.as_ref().is_none_or(|(_, known)| *known),
            at: session.registry().now(),
            counts: Matter::ALL.into_iter().map(|matter| (matter, super::Count::default())).collect(),
            not_taken: Vec::new(),
            differences: Vec::new(),
            stages: Vec::new(),
            unread: about.unread.clone(),
            entry: None,
        };
        Self {
            session,
            import,
            source,
            about,
            places: Places::new(import, source.home(), &source.own(), source.moved()),
            tally: RefCell::new(Tally(report)),
            experiments: RefCell::default(),
            runs: RefCell::default(),
        }
    }

    fn registry(&self) -> &Registry {
        self.session.registry()
    }

    fn all(&self, progress: &mut dyn FnMut(ImportProgress)) -> Result<()> {
        let refuse = &mut |matter, name: String, reason: String| self.refused(matter, name, reason);
        let experiments = self.source.experiments(refuse)?;
        each(Matter::Experiments, &experiments, progress, |experiment| self.experiment(experiment))?;
        let runs = order::parents_first(self.source.runs(refuse)?);
        each(Matter::Runs, &runs, progress, |(run, parent)| self.run(run, parent))?;
        let models = self.source.models(refuse)?;
        each(Matter::Models, &models, progress, |model| self.model(model))
    }

    /// Leaves an entry in the log that sums up what was taken, if anything was.
    fn summed_up(self) -> Result<ImportReport> {
        let mut report = self.tally.into_inner().0;
        if report.taken() == 0 {
            return Ok(report);
        }
        let subject = format!("{} {}", report.source, report.digest);
        let own = self.session.allowed_to(Action::ImportMlflow, None, &subject)?;
        let mut act = self.session.act(Action::ImportMlflow, &subject);
        act.reason = Some(report.line());
        let commit = Commit::new(act, vec![own], vec![])?;
        report.entry = Some(self.session.commit_told(Action::ImportMlflow, &subject, &commit)?);
        Ok(report)
    }

    /// Writes what `build` plans, in one transaction about `subject`; built anew if someone else
    /// was faster. Without a plan there is nothing to be done.
    fn write<T>(&self, subject: &str, mut build: impl FnMut(Act) -> Result<(Option<Plan>, T)>) -> Result<T> {
        self.session.transact_presuming(Action::ImportMlflow, &subject, |own| {
            let (plan, value) = build(self.session.act(Action::ImportMlflow, subject))?;
            let Some(Plan { act, mut expected, changes }) = plan else { return Ok((None, value)) };
            expected.push(own);
            Ok((Some(Commit::new(act, expected, changes)?), value))
        })
    }

    fn refused(&self, matter: Matter, name: impl Into<String>, reason: impl std::fmt::Display) {
        self.tally.borrow_mut().refused(matter, name, reason);
    }

    /// Where a thing comes from, with nothing more than its id.
    fn imported(&self, id: impl Into<String>, at: Timestamp) -> Imported {
        Imported {
            system: MLFLOW.to_owned(),
            id: id.into(),
            source: self.about.digest,
            user: None,
            created_at: None,
            updated_at: None,
            stage: None,
            place: None,
            more: BTreeMap::new(),
            by: self.session.principal().clone(),
            at,
        }
    }

    /// What a thing is called here.
    fn called(&self, name: &str) -> String {
        format!("{}{name}", self.import.prefix)
    }
}

/// Does it with each, and tells how far it is.
fn each<T>(
    matter: Matter,
    things: &[T],
    progress: &mut dyn FnMut(ImportProgress),
    mut take: impl FnMut(&T) -> Result<()>,
) -> Result<()> {
    let total = things.len() as u64;
    for (done, thing) in (0..).zip(things) {
        progress(ImportProgress { matter, done, total });
        take(thing)?;
    }
    progress(ImportProgress { matter, done: total, total });
    Ok(())
}

/// The reason why a thing can't be kept, where that is not the store's fault: then the rest of
/// the import goes on.
fn refusal<T>(result: Result<T>) -> Result<Result<T, Error>> {
    match result {
        Ok(value) => Ok(Ok(value)),
        Err(error @ (Error::Invalid { .. } | Error::Conflict { .. } | Error::NotFound { .. })) => {
            Ok(Err(error))
        }
        Err(error) => Err(error),
    }
}
