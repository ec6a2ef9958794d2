use std::path::{Path, PathBuf};

use super::report::Matter;
use crate::tracking::FileLimits;

/// What is to be imported, and how.
///
/// ```
/// use mlops_registry::mlflow_import::MlflowImport;
/// let import = MlflowImport::database("mlflow.db")
///     .artifacts_at("mlflow-artifacts:", "/srv/mlflow/artifacts")
///     .artifacts_at("s3://team/mlflow", "/srv/copy-of-the-bucket");
/// let other = MlflowImport::folder("mlruns").prefix("team-a ");
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct MlflowImport {
    pub(super) from: From,
    pub(super) places: Vec<(String, PathBuf)>,
    pub(super) within: Vec<PathBuf>,
    pub(super) prefix: String,
    pub(super) workspace: String,
    pub(super) limits: FileLimits,
}

#[derive(Clone, Debug)]
pub(super) enum From {
    Database(PathBuf),
    Folder(PathBuf),
}

impl From {
    pub(super) fn path(&self) -> &Path {
        match self {
            Self::Database(path) | Self::Folder(path) => path,
        }
    }
}

impl MlflowImport {
    const fn new(from: From) -> Self {
        Self {
            from,
            places: Vec::new(),
            within: Vec::new(),
            prefix: String::new(),
            workspace: String::new(),
            limits: FileLimits { file: 16 << 30, total: u64::MAX, files: usize::MAX, depth: 32 },
        }
    }

    /// An SQLite database, what MLflow's `--backend-store-uri sqlite:///…` names. MLflow may
    /// go on writing to it: what is imported is its state of one moment.
    pub fn database(path: impl Into<PathBuf>) -> Self {
        Self::new(From::Database(path.into()))
    }

    /// A folder of MLflow's file store, called `mlruns` unless told otherwise.
    pub fn folder(path: impl Into<PathBuf>) -> Self {
        Self::new(From::Folder(path.into()))
    }

    /// Where artifacts lie whose address begins with `prefix`: those that MLflow's server hands
    /// out (`mlflow-artifacts:`), those of a bucket that was copied (`s3://bucket/path`), or
    /// those of a folder that lay elsewhere (`/home/ana/mlruns`). Of several the longest holds.
    pub fn artifacts_at(mut self, prefix: impl Into<String>, folder: impl Into<PathBuf>) -> Self {
        self.places.push((prefix.into(), folder.into()));
        self
    }

    /// A folder in which files may be read if an address names them. Beside it, and beside
    /// those of [`artifacts_at`](Self::artifacts_at), that is the folder that is imported, or
    /// `mlruns` and `mlartifacts` beside the database that is: addresses are what others have written, and must not
    /// lead to any file that this process can read.
    pub fn within(mut self, folder: impl Into<PathBuf>) -> Self {
        self.within.push(folder.into());
        self
    }

    /// What the names of experiments and of models begin with here, so that they stand beside
    /// others of the same names.
    pub fn prefix(mut self, prefix: impl Into<String>) -> Self {
        self.prefix = prefix.into();
        self
    }

    /// The workspace that is read, of databases that have several; `default` unless told otherwise.
    pub fn workspace(mut self, name: impl Into<String>) -> Self {
        self.workspace = name.into();
        self
    }

    /// How much one file may be, and how many there may be of one run and how deep. What is
    /// over is refused by name.
    pub const fn files(mut self, limits: FileLimits) -> Self {
        self.limits = limits;
        self
    }

    pub(super) fn workspace_or_default(&self) -> &str {
        if self.workspace.is_empty() { "default" } else { &self.workspace }
    }
}

/// How far an import is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct ImportProgress {
    /// What is being imported: experiments, runs or models.
    pub matter: Matter,
    /// How many of them are done.
    pub done: u64,
    /// How many there are.
    pub total: u64,
}
