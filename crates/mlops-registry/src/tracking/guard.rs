use std::any::Any;
use std::fmt::Display;
use std::io::Read;
use std::panic::{AssertUnwindSafe, catch_unwind, resume_unwind};

use mlops_core::ExperimentName;

use super::environment::{Environment, Redaction};
use super::file::{FilePath, RunFile};
use super::{NewRun, Run, RunBatch, RunId, RunStatus, limits};
use crate::registry::Session;
use crate::{Error, Result};

/// The tag that says why a run failed.
pub const FAILURE_TAG: &str = "mlops.failure";

/// A run that ends when this goes.
///
/// [`finish`](Self::finish) ends it as finished. Dropped before that, by a panic or because
/// a `?` returned early, it ends as failed, and the tag [`FAILURE_TAG`] says which of the
/// two it was; [`Session::with_run`] knows the message as well. Dropping never panics: if the
/// store can't be reached then, the run stays as it is, running.
///
/// Nothing is pretended: of a process that is killed nobody says how its run ended. It is
/// running until someone [ends](Session::end_run) it, as [`RunStatus::Killed`] for instance.
///
/// ```
/// # use std::sync::Arc;
/// # use mlops_registry::{Registry, access::{Role, Scope}, artifact::MemoryArtifacts, merkle::Ed25519Signer, store::MemoryStore};
/// # let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
/// # let registry = Registry::builder(Arc::new(MemoryStore::default()), Arc::new(MemoryArtifacts::default()), signer)
/// #     .create("registry.example".parse()?, &"root".parse()?)?;
/// # registry.session(&"root".parse()?).grant(&"ana".parse()?, Role::Author, Scope::All)?;
/// # let ana = registry.session(&"ana".parse()?);
/// # ana.create_experiment(&"delays".parse()?)?;
/// use mlops_registry::tracking::{RunBatch, RunStatus};
/// let run = ana.run(&"delays".parse()?, "gbdt")?;
/// run.log(&RunBatch::new().param("trees", 100).metric("auc", 0.71))?;
/// let id = run.id().clone();
/// drop(run);
/// assert_eq!(registry.run(&id)?.status, RunStatus::Failed);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
#[must_use = "a run that is dropped has failed"]
pub struct RunGuard {
    session: Session,
    run: Run,
    redaction: Redaction,
    over: bool,
}

impl RunGuard {
    const fn of(session: Session, run: Run, redaction: Redaction) -> Self {
        Self { session, run, redaction, over: false }
    }

    /// The same with what must not be kept, in place of what [`NewRun::redaction`] said.
    pub fn redaction(mut self, redaction: Redaction) -> Self {
        self.redaction = redaction;
        self
    }

    /// Which run.
    pub const fn id(&self) -> &RunId {
        &self.run.id
    }

    /// The run as it was when it was started or resumed.
    pub const fn run(&self) -> &Run {
        &self.run
    }

    /// Whose session it is.
    pub const fn session(&self) -> &Session {
        &self.session
    }

    /// Adds to the run: [`Session::log`]. Of where a data set came from is kept what the
    /// redaction of the run shows.
    ///
    /// # Errors
    /// Those of [`Session::log`].
    pub fn log(&self, batch: &RunBatch) -> Result<()> {
        if batch.inputs.is_empty() {
            return self.session.log(self.id(), batch);
        }
        let mut shown = batch.clone();
        for dataset in &mut shown.inputs {
            dataset.show(&self.redaction);
        }
        self.session.log(self.id(), &shown)
    }

    /// Keeps a file of the run: [`Session::log_file`].
    ///
    /// # Errors
    /// Those of [`Session::log_file`].
    pub fn log_file(&self, path: &FilePath, source: &mut dyn Read) -> Result<RunFile> {
        self.session.log_file(self.id(), path, source)
    }

    /// Keeps where the run runs: [`Session::log_environment`].
    ///
    /// # Errors
    /// Those of [`Session::log_environment`].
    pub fn log_environment(&self, environment: &Environment) -> Result<RunFile> {
        self.session.log_environment(self.id(), environment)
    }

    /// A run within this one, which hides what this one does.
    ///
    /// # Errors
    /// Those of [`Session::start_run_with`].
    pub fn nested(&self, name: &str) -> Result<Self> {
        let new = NewRun::new(self.id().experiment.clone(), name).within(self.id().clone());
        self.session.run_with(&new.redaction(self.redaction.clone()))
    }

    /// Ends the run as finished.
    ///
    /// # Errors
    /// Those of [`Session::end_run`]. Then the run stays as it is: what was logged is there,
    /// and it has not failed.
    pub fn finish(self) -> Result<Run> {
        self.end(RunStatus::Finished, None)
    }

    /// Ends the run as failed, and says why: in the tag [`FAILURE_TAG`], without what
    /// the [`Redaction::text`] of the run hides, and cut to the length of a tag.
    ///
    /// # Errors
    /// Those of [`Session::end_run`].
    pub fn fail(self, why: impl Display) -> Result<Run> {
        self.end(RunStatus::Failed, Some(&why.to_string()))
    }

    /// Ends the run as killed: someone stopped it.
    ///
    /// # Errors
    /// Those of [`Session::end_run`].
    pub fn kill(self) -> Result<Run> {
        self.end(RunStatus::Killed, None)
    }

    fn end(mut self, status: RunStatus, why: Option<&str>) -> Result<Run> {
        // Whatever comes of it, dropping is not to say otherwise.
        self.over = true;
        let tags: Vec<_> = why.map(|why| (FAILURE_TAG, remark(why, &self.redaction))).into_iter().collect();
        self.session.end_run_saying(&self.run.id, status, &tags)
    }
}

impl Drop for RunGuard {
    fn drop(&mut self) {
        if self.over {
            return;
        }
        let why =
            if std::thread::panicking() { "dropped by a panic" } else { "dropped before it was finished" };
        let end = || {
            let tags = [(FAILURE_TAG, why.to_owned())];
            self.session.end_run_saying(&self.run.id, RunStatus::Failed, &tags)
        };
        // A second panic would abort the process, and there is nobody to tell of an error.
        let _told = catch_unwind(AssertUnwindSafe(end));
    }
}

impl Session {
    /// Begins a run that ends when the guard goes.
    ///
    /// # Errors
    /// Those of [`start_run`](Self::start_run).
    pub fn run(&self, experiment: &ExperimentName, name: &str) -> Result<RunGuard> {
        self.run_with(&NewRun::new(experiment.clone(), name))
    }

    /// The same with all that is known of the run.
    ///
    /// # Errors
    /// Those of [`start_run_with`](Self::start_run_with).
    pub fn run_with(&self, new: &NewRun) -> Result<RunGuard> {
        Ok(RunGuard::of(self.clone(), self.start_run_with(new)?, new.redaction.clone()))
    }

    /// Goes on with a run, which then ends when the guard goes.
    ///
    /// # Errors
    /// Those of [`resume_run`](Self::resume_run).
    pub fn resume(&self, run: &RunId) -> Result<RunGuard> {
        Ok(RunGuard::of(self.clone(), self.resume_run(run)?, Redaction::default()))
    }

    /// Does `work` in a run, which ends as finished if it comes to its end, and as failed if
    /// there is an error or a panic, with the message in the tag [`FAILURE_TAG`].
    ///
    /// A panic goes on after the run has ended.
    ///
    /// ```
    /// # use std::sync::Arc;
    /// # use mlops_registry::{Registry, access::{Role, Scope}, artifact::MemoryArtifacts, merkle::Ed25519Signer, store::MemoryStore};
    /// # let signer = Arc::new(Ed25519Signer::from_seed(&[7; 32]));
    /// # let registry = Registry::builder(Arc::new(MemoryStore::default()), Arc::new(MemoryArtifacts::default()), signer)
    /// #     .create("registry.example".parse()?, &"root".parse()?)?;
    /// # registry.session(&"root".parse()?).grant(&"ana".parse()?, Role::Author, Scope::All)?;
    /// # let ana = registry.session(&"ana".parse()?);
    /// # ana.create_experiment(&"delays".parse()?)?;
    /// use mlops_registry::tracking::{RunBatch, RunGuard};
    /// let auc = ana.with_run(&"delays".parse()?, "gbdt", |run: &RunGuard| {
    ///     run.log(&RunBatch::new().metric("auc", 0.71))?;
    ///     Ok::<_, mlops_registry::Error>(0.71)
    /// })?;
    /// # assert_eq!(auc, 0.71);
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// Those of `work`; of [`start_run`](Self::start_run), before it is begun; of
    /// [`end_run`](Self::end_run), after it has come to its end.
    pub fn with_run<T, E: From<Error> + Display>(
        &self,
        experiment: &ExperimentName,
        name: &str,
        work: impl FnOnce(&RunGuard) -> Result<T, E>,
    ) -> Result<T, E> {
        self.with_new_run(&NewRun::new(experiment.clone(), name), work)
    }

    /// The same with all that is known of the run, also of what must not be kept of it.
    ///
    /// # Errors
    /// Those of [`with_run`](Self::with_run).
    pub fn with_new_run<T, E: From<Error> + Display>(
        &self,
        new: &NewRun,
        work: impl FnOnce(&RunGuard) -> Result<T, E>,
    ) -> Result<T, E> {
        let run = self.run_with(new)?;
        match catch_unwind(AssertUnwindSafe(|| work(&run))) {
            Ok(Ok(value)) => {
                run.finish()?;
                Ok(value)
            }
            Ok(Err(error)) => {
                // The error of the work says more than one of the store would.
                let _told = run.fail(&error);
                Err(error)
            }
            Err(panic) => {
                let why = message(&*panic);
                let _told = catch_unwind(AssertUnwindSafe(|| run.fail(why)));
                resume_unwind(panic)
            }
        }
    }
}

/// What a panic says.
fn message(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    let text = text.or_else(|| panic.downcast_ref::<String>().map(String::as_str));
    text.map_or_else(|| "a panic without words".to_owned(), |text| format!("panic: {text}"))
}

/// As much of it as a tag holds, and nothing secret.
fn remark(why: &str, redaction: &Redaction) -> String {
    let mut text = redaction.text(why);
    if text.len() > limits::TAG_VALUE {
        let mut end = limits::TAG_VALUE - '…'.len_utf8();
        while !text.is_char_boundary(end) {
            end -= 1;
        }
        text.truncate(end);
        text.push('…');
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_remark_fits_a_tag() {
        for text in ["ü".repeat(5000), "x".repeat(8000), "x".repeat(8001), "€".repeat(3000)] {
            let kept = remark(&text, &Redaction::default());
            assert!(kept.len() <= limits::TAG_VALUE && kept.len() > limits::TAG_VALUE - 8, "{}", kept.len());
            assert_eq!(kept == text, text.len() <= limits::TAG_VALUE);
        }
        assert_eq!(
            remark("can't open postgres://a:b@h/d", &Redaction::default()),
            "can't open postgres://h/d"
        );
    }
}
