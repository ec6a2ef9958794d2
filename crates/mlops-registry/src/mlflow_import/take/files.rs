//! Files of runs: their bytes go among the artifacts, then a transaction says whose they are.

use std::path::{Path, PathBuf};

use mlops_core::Digest;

use super::{Plan, Taking, refusal};
use crate::Result;
use crate::mlflow_import::report::Matter;
use crate::mlflow_import::source::SourceRun;
use crate::mlflow_import::walk::files_below;
use crate::tracking::{FilePath, Run, RunFile, RunId, open_seen};

/// How many files one transaction names.
const FILES: usize = 200;

impl Taking<'_> {
    /// Where the files of a run lie; nowhere, if it has none; or why they can't be read.
    pub(super) fn place_of(&self, source: &SourceRun) -> Result<Option<PathBuf>, String> {
        // A folder may have been moved since, and MLflow does not write that down.
        if let Some(beside) = self.source.files_beside(source) {
            return self.places.allowed(&beside).map(Some);
        }
        let place = source.place.as_ref().ok_or("it has no address")?;
        let path = self.places.locate(place)?;
        // MLflow makes the folder with the first file: root, experiment, run, `artifacts`.
        let is_missing = path.symlink_metadata().is_err();
        if is_missing && path.ancestors().skip(1).take(3).any(Path::is_dir) {
            return Ok(None);
        }
        self.places.allowed(&path).map(Some)
    }

    pub(super) fn files_of_run(&self, source: &SourceRun, run: &RunId) -> Result<()> {
        match self.place_of(source) {
            Ok(None) => Ok(()),
            Ok(Some(folder)) => self.files(&source.id, &folder, run, ""),
            Err(reason) => {
                self.refused(Matter::Files, format!("{}: all files", source.id), reason);
                Ok(())
            }
        }
    }

    /// How many files a run has that is not taken; one, if that can't be known.
    pub(super) fn files_there(&self, source: &SourceRun) -> usize {
        match self.place_of(source) {
            Ok(None) => 0,
            Ok(Some(folder)) => {
                let (found, refused) = files_below(&folder, &self.import.limits);
                found.len() + refused.len()
            }
            Err(_) => 1,
        }
    }

    /// Takes all files below a folder as files of a run, under `at`, and reads their records back.
    pub(super) fn files(&self, shown: &str, folder: &Path, run: &RunId, at: &str) -> Result<()> {
        let (found, refused) = files_below(folder, &self.import.limits);
        for (name, reason) in refused {
            self.refused(Matter::Files, format!("{shown} {name}"), reason);
        }
        let mut stored: Vec<(FilePath, (Digest, u64))> = Vec::new();
        for file in found {
            let name = format!("{shown} {}", file.name);
            let put = FilePath::new(format!("{at}{}", file.name)).and_then(|path| {
                let mut bytes = open_seen(&file.place, &file.seen)?;
                let place = file.place.display().to_string();
                Ok((path, self.session.put_file(&place, &mut bytes, self.import.limits.file)?))
            });
            match refusal(put)? {
                Ok(put) => stored.push(put),
                Err(reason) => self.refused(Matter::Files, name, reason),
            }
        }
        for files in stored.chunks(FILES) {
            self.name_files(shown, run, files)?;
        }
        let mut verified = 0;
        for (path, (digest, size)) in &stored {
            let there = self.registry().find::<RunFile>(run.key().and(path.as_str()))?;
            let same = there.is_some_and(|there| (there.value.digest, there.value.size) == (*digest, *size));
            let kept = self.registry().artifacts().size(digest)? == Some(*size);
            verified += usize::from(same && kept);
        }
        self.tally.borrow_mut().verified(Matter::Files, verified);
        Ok(())
    }

    /// Says that these are files of a run. What is there under a name stays.
    fn name_files(&self, shown: &str, run: &RunId, files: &[(FilePath, (Digest, u64))]) -> Result<()> {
        let mut new = Vec::new();
        for (path, (digest, size)) in files {
            let there = self.registry().find::<RunFile>(run.key().and(path.as_str()))?;
            let mut tally = self.tally.borrow_mut();
            match there.map(|there| there.value) {
                None => new.push((path.clone(), (*digest, *size))),
                Some(there) if (there.digest, there.size) == (*digest, *size) => {
                    tally.there(Matter::Files, 1);
                }
                Some(there) => {
                    let shown = format!("{shown} {path}");
                    tally.differs(Matter::Files, shown, &digest.to_string(), &there.digest.to_string());
                }
            }
        }
        if new.is_empty() {
            return Ok(());
        }
        let subject = format!("run {run}: {} files", new.len());
        let written = self.write(&subject, |act| {
            let record = self.registry().get::<Run>("run", run.key())?;
            let files = self.session.file_changes(run, &new, act.at)?;
            let act = act.artifacts(new.iter().map(|(_, (digest, _))| *digest));
            let expected = files.expected.into_iter().chain([record.expected()]).collect();
            Ok((Some(Plan { act, expected, changes: files.changes }), ()))
        });
        let mut tally = self.tally.borrow_mut();
        match refusal(written)? {
            Ok(()) => tally.taken(Matter::Files, new.len()),
            Err(reason) => {
                tally.refused_all(Matter::Files, new.len(), format!("{shown}: {} files", new.len()), reason);
            }
        }
        Ok(())
    }
}
