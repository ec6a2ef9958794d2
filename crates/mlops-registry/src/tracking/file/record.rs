use std::io::Read;

use mlops_core::{Digest, Principal, Timestamp};
use serde::{Deserialize, Serialize};

use super::FilePath;
use crate::registry::{Document, Registry};
use crate::store::{Key, Kind, Part, Query};
use crate::tracking::RunId;
use crate::{Error, Result};

/// How many records are read at a time.
const PAGE: usize = 1000;

/// A file of a run; its bytes lie among the artifacts, by their digest.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct RunFile {
    /// The run.
    pub run: RunId,
    /// Its name.
    pub path: FilePath,
    /// The digest of its bytes.
    pub digest: Digest,
    /// How many bytes.
    pub size: u64,
    /// When it was logged.
    pub logged_at: Timestamp,
    /// Who logged it.
    pub logged_by: Principal,
}

impl Document for RunFile {
    const KIND: Kind = Kind::File;
    fn key(&self) -> Key {
        self.run.key().and(self.path.as_str())
    }
}

/// That a path of a run is a folder: who logs a file of that path expects that there is none.
/// So of two who make a file and a folder of it at once, one gets it.
///
/// It lies among the files, under a key that none of them can have, since no path begins
/// with a slash. Runs of before have none: there the files are looked at.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Folder {
    pub(super) run: RunId,
    pub(super) folder: FilePath,
}

impl Document for Folder {
    const KIND: Kind = Kind::File;
    fn key(&self) -> Key {
        self.run.key().and(format!("/{}", self.folder))
    }
}

/// What comes behind the keys of all folders.
const BEHIND_FOLDERS: &str = "/\u{10ffff}";

impl RunFile {
    /// Whether a record of the kind is that of a folder.
    pub(crate) fn is_folder(key: &Key) -> bool {
        matches!(key.parts().last(), Some(Part::Text(path)) if path.starts_with('/'))
    }
}

/// What lies in a folder of a run.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[non_exhaustive]
pub enum FileEntry {
    /// A folder, by its whole path.
    Folder(FilePath),
    /// A file.
    File(RunFile),
}

impl FileEntry {
    /// Its whole path.
    pub const fn path(&self) -> &FilePath {
        match self {
            Self::Folder(path) => path,
            Self::File(file) => &file.path,
        }
    }
}

impl Registry {
    /// A file of a run.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is none of this name.
    pub fn file(&self, run: &RunId, path: &FilePath) -> Result<RunFile> {
        Ok(self.get("file", run.key().and(path.as_str()))?.value)
    }

    /// All files of a run, by the bytes of their paths.
    ///
    /// # Errors
    /// Those of the store.
    pub fn files(&self, run: &RunId) -> Result<Vec<RunFile>> {
        let mut files = Vec::new();
        let mut query = Query::under(Kind::File, run.key(), PAGE);
        loop {
            let records = self.store().read(&query)?;
            for record in records.iter().filter(|record| !RunFile::is_folder(&record.key)) {
                files.push(record.document()?);
            }
            match records.into_iter().nth(PAGE - 1) {
                Some(last) if RunFile::is_folder(&last.key) => {
                    query = query.after(run.key().and(BEHIND_FOLDERS));
                }
                Some(last) => query = query.after(last.key),
                None => return Ok(files),
            }
        }
    }

    /// What lies in a folder of a run, by name; at its root, if `folder` is `None`. One read
    /// for each entry, whatever is in the folders below.
    ///
    /// # Errors
    /// [`Error::NotFound`] if nothing lies there, but for the root.
    pub fn folder(&self, run: &RunId, folder: Option<&FilePath>) -> Result<Vec<FileEntry>> {
        let prefix = folder.map_or_else(String::new, |folder| format!("{folder}/"));
        let mut entries = Vec::new();
        let mut after = prefix.clone();
        while let Some(file) = self.file_after(run, &after)? {
            let Some(rest) = file.path.as_str().strip_prefix(&prefix) else { break };
            match rest.split_once('/') {
                None => {
                    file.path.as_str().clone_into(&mut after);
                    entries.push(FileEntry::File(file));
                }
                Some((part, _)) => {
                    let path = format!("{prefix}{part}");
                    // `0` is what comes after `/`: all that is in the folder is passed over.
                    after = format!("{path}/\u{10ffff}");
                    entries.push(FileEntry::Folder(FilePath::new(path)?));
                }
            }
        }
        match folder {
            Some(folder) if entries.is_empty() => {
                Err(Error::NotFound { what: "folder", key: format!("{run} {folder}") })
            }
            _ => {
                entries.sort_by(|a, b| a.path().cmp(b.path()));
                Ok(entries)
            }
        }
    }

    /// The bytes of a file of a run, checked against its digest as they are read.
    ///
    /// # Errors
    /// [`Error::NotFound`] if there is no such file, or its bytes are gone from the
    /// artifacts; [`Error::Corrupt`] if they have changed.
    pub fn open_file(&self, run: &RunId, path: &FilePath) -> Result<Box<dyn Read + Send>> {
        self.artifacts().open(&self.file(run, path)?.digest)
    }

    /// The first file of a run whose path comes after `path`.
    pub(super) fn file_after(&self, run: &RunId, path: &str) -> Result<Option<RunFile>> {
        let first = |path: &str| {
            let query = Query::under(Kind::File, run.key(), 1).after(run.key().and(path));
            Ok::<_, Error>(self.store().read(&query)?.pop())
        };
        let found = match first(path)? {
            Some(folder) if RunFile::is_folder(&folder.key) => first(BEHIND_FOLDERS)?,
            other => other,
        };
        found.map(|record| record.document()).transpose()
    }
}
