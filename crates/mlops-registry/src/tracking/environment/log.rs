use std::collections::BTreeMap;

use super::Environment;
use crate::name::check_value;
use crate::registry::Session;
use crate::tracking::file::{FileLimits, FilePath, RunFile};
use crate::tracking::{RunId, limits};
use crate::{Error, Result};

/// The file that holds all of it.
const FILE: &str = "environment.json";

impl Environment {
    /// What can be searched for, by the names of the tags: Git's are MLflow's, the others
    /// begin with `env.`.
    pub fn tags(&self) -> BTreeMap<&'static str, String> {
        let git = self.git.as_ref();
        let found = [
            ("env.rustc", self.toolchain.as_ref().map(|toolchain| toolchain.version.clone())),
            ("env.library", Some(self.library.clone())),
            ("env.lock", self.lock.map(|lock| lock.to_string())),
            ("env.os", Some(self.os.clone())),
            ("env.system", self.system.clone()),
            ("env.arch", Some(self.arch.clone())),
            ("env.cpu", self.cpu.clone()),
            ("env.cpus", self.cpus.map(|cpus| cpus.to_string())),
            ("env.memory_bytes", self.memory_bytes.map(|bytes| bytes.to_string())),
            ("env.host", self.host.clone()),
            ("env.git.tags", git.map(|git| git.tags.join(" ")).filter(|tags| !tags.is_empty())),
            ("env.git.shallow", git.filter(|git| git.shallow).map(|_| true.to_string())),
            ("mlflow.source.git.commit", git.and_then(|git| git.commit.clone())),
            ("mlflow.source.git.branch", git.and_then(|git| git.branch.clone())),
            ("mlflow.source.git.dirty", git.and_then(|git| git.dirty).map(|dirty| dirty.to_string())),
        ];
        found.into_iter().filter_map(|(name, value)| Some((name, value?))).collect()
    }
}

impl Session {
    /// Keeps where a run ran: as the file `environment.json`, and what can be searched for
    /// as [tags](Environment::tags); in one transaction.
    ///
    /// # Errors
    /// As [`log_file`](Session::log_file).
    pub fn log_environment(&self, run: &RunId, environment: &Environment) -> Result<RunFile> {
        self.may_log(run, &format!("{run} {FILE}"))?;
        let path = FilePath::new(FILE)?;
        let tags: Vec<_> = environment.tags().into_iter().collect();
        for (name, value) in &tags {
            check_value("tag value", name, value.len(), limits::TAG_VALUE)?;
        }
        let json = mlops_core::canonical::to_string(environment)?;
        let stored = self.put_file(FILE, &mut json.as_bytes(), FileLimits::default().file)?;
        let mut files = self.log_stored(run, &[(path, stored)], &tags)?;
        files.pop().ok_or_else(|| Error::NotFound { what: "file", key: FILE.to_owned() })
    }
}
