//! The folder that MLflow's file store keeps, called `mlruns` unless told otherwise.

mod files;
mod models;
mod tracking;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use mlops_core::Digest;

use self::files::{Entry, Is, Meta, entries};
use super::{About, Logged, Point, Refuse, Source, SourceExperiment, SourceModel, SourceRun};
use crate::mlflow_import::report::SourceKind;
use crate::{Error, Result};

/// Where deleted experiments are.
const TRASH: &str = ".trash";

/// Where registered models are.
const MODELS: &str = "models";

/// A folder of MLflow's file store.
#[derive(Debug)]
pub(in crate::mlflow_import) struct Folder {
    root: PathBuf,
    digest: Digest,
    /// The folders of experiments by their id, and whether each is in the trash.
    experiments: BTreeMap<String, (PathBuf, bool)>,
    unread: BTreeMap<String, u64>,
}

impl Folder {
    /// # Errors
    /// [`Error::NotFound`] without the folder, [`Error::Invalid`] if it is not one of MLflow's,
    /// [`Error::Unavailable`] if it can't be read.
    pub(in crate::mlflow_import) fn open(root: &Path) -> Result<Self> {
        if !root.is_dir() {
            return Err(Error::NotFound { what: "MLflow folder", key: root.display().to_string() });
        }
        // The caller may name it by a link; below it none is followed.
        let root = &root.canonicalize().map_err(|error| Error::Unavailable {
            store: root.display().to_string(),
            transient: false,
            source: Box::new(error),
        })?;
        for name in [TRASH, MODELS] {
            let path = root.join(name);
            if path.is_symlink() {
                return Err(Error::Invalid {
                    field: "MLflow folder",
                    value: path.display().to_string(),
                    expected: "a folder, and no link: put in its place what it leads to".to_owned(),
                });
            }
        }
        let mut experiments = BTreeMap::new();
        let trash = root.join(TRASH);
        for (folder, deleted) in [(root, false), (&trash, true)] {
            for Entry { name, path, is } in entries(folder)? {
                let is_of_us = name == TRASH || name == MODELS;
                if is == Is::Folder && !is_of_us && path.join("meta.yaml").symlink_metadata().is_ok() {
                    experiments.entry(name).or_insert((path, deleted));
                }
            }
        }
        if experiments.is_empty() && !root.join(MODELS).is_dir() {
            return Err(Error::Invalid {
                field: "MLflow folder",
                value: root.display().to_string(),
                expected: "a folder with experiments: folders with a meta.yaml".to_owned(),
            });
        }
        let mut unread = BTreeMap::new();
        for (path, _) in experiments.values() {
            for name in ["traces", MODELS] {
                let count = entries(&path.join(name))?.len() as u64;
                if count > 0 {
                    let name = if name == MODELS { "logged models" } else { name };
                    *unread.entry(name.to_owned()).or_default() += count;
                }
            }
        }
        let digest = files::digest(root, &["artifacts", "traces"])?;
        Ok(Self { root: root.to_owned(), digest, experiments, unread })
    }
}

impl Source for Folder {
    fn about(&self) -> About {
        About { kind: SourceKind::Folder, digest: self.digest, schema: None, unread: self.unread.clone() }
    }

    fn experiments(&self, refuse: Refuse<'_>) -> Result<Vec<SourceExperiment>> {
        tracking::experiments(&self.experiments, refuse)
    }

    fn runs(&self, refuse: Refuse<'_>) -> Result<Vec<SourceRun>> {
        tracking::runs(&self.experiments, refuse)
    }

    fn logged(&self, run: &SourceRun, refuse: Refuse<'_>) -> Result<Logged> {
        tracking::logged(run, refuse)
    }

    fn metrics(
        &self,
        run: &SourceRun,
        refuse: Refuse<'_>,
        each: &mut dyn FnMut(&str, &[Point]) -> Result<()>,
    ) -> Result<()> {
        tracking::metrics(run, refuse, each)
    }

    /// A folder has no such thing: MLflow finds the latest points anew each time.
    fn latest(&self, _run: &SourceRun, _refuse: Refuse<'_>) -> Result<BTreeMap<String, f64>> {
        Ok(BTreeMap::new())
    }

    fn models(&self, refuse: Refuse<'_>) -> Result<Vec<SourceModel>> {
        models::models(&self.root.join(MODELS), refuse)
    }

    fn home(&self) -> &Path {
        &self.root
    }

    fn own(&self) -> Vec<PathBuf> {
        vec![self.root.clone()]
    }

    /// MLflow writes down where an experiment lay when it was begun.
    fn moved(&self) -> Vec<(String, PathBuf)> {
        let place = |(path, _): &(PathBuf, bool)| {
            let place = Meta::read(path).ok()?.filled("artifact_location").ok()??;
            Some((place.trim_end_matches('/').to_owned(), path.clone()))
        };
        self.experiments.values().filter_map(place).collect()
    }

    fn files_beside(&self, run: &SourceRun) -> Option<PathBuf> {
        run.folder.as_ref().map(|folder| folder.join("artifacts")).filter(|folder| folder.is_dir())
    }

    fn logged_model(&self, id: &str) -> Result<Option<String>> {
        for (path, _) in self.experiments.values() {
            for entry in entries(&path.join(MODELS))? {
                if entry.name == id && entry.is == Is::Folder {
                    return Ok(Some(entry.path.join("artifacts").display().to_string()));
                }
            }
        }
        Ok(None)
    }
}
