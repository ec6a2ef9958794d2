use std::collections::BTreeMap;
use std::fmt::Display;
use std::io::{self, Read};

use mlops_core::{Digest, Timestamp};

use super::record::Folder;
use super::{FilePath, RunFile};
use crate::access::Action;
use crate::registry::{Document as _, Session, StoredExt as _};
use crate::store::{Change, Commit, Expected, Kind};
use crate::tracking::log::takes;
use crate::tracking::{RunId, Tag};
use crate::{Error, Result};

/// How much the files of one call may be.
///
/// ```
/// use mlops_registry::tracking::FileLimits;
/// let limits = FileLimits::default().file(1 << 30).files(100);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[non_exhaustive]
pub struct FileLimits {
    /// Bytes of one file; 16 GiB unless told otherwise.
    pub file: u64,
    /// Bytes of all files of a folder; 64 GiB unless told otherwise.
    pub total: u64,
    /// Files of a folder; 10,000 unless told otherwise.
    pub files: usize,
    /// How deep folders lie within each other; 32 unless told otherwise.
    pub depth: usize,
}

impl Default for FileLimits {
    fn default() -> Self {
        Self { file: 16 << 30, total: 64 << 30, files: 10_000, depth: 32 }
    }
}

impl FileLimits {
    /// Bytes of one file.
    pub const fn file(mut self, bytes: u64) -> Self {
        self.file = bytes;
        self
    }

    /// Bytes of all files of a folder.
    pub const fn total(mut self, bytes: u64) -> Self {
        self.total = bytes;
        self
    }

    /// Files of a folder.
    pub const fn files(mut self, count: usize) -> Self {
        self.files = count;
        self
    }

    /// How deep folders lie within each other.
    pub const fn depth(mut self, folders: usize) -> Self {
        self.depth = folders;
        self
    }
}

impl Session {
    /// Keeps what `source` yields as a file of a run, in place of one of the same path.
    ///
    /// The bytes go to the store of artifacts first; then one transaction says whose they are.
    ///
    /// # Errors
    /// As [`log_file_within`](Self::log_file_within), with [`FileLimits::default`].
    pub fn log_file(&self, run: &RunId, path: &FilePath, source: &mut dyn Read) -> Result<RunFile> {
        self.log_file_within(run, path, source, &FileLimits::default())
    }

    /// The same within limits of the caller's.
    ///
    /// # Errors
    /// [`Error::Denied`] without the role of an author, [`Error::NotFound`] without the
    /// run, [`Error::Conflict`] if it has ended or is deleted, or if the path is a folder or
    /// lies within a file; [`Error::Invalid`] with the path and the limit if there are more
    /// bytes; those of the store of artifacts.
    pub fn log_file_within(
        &self,
        run: &RunId,
        path: &FilePath,
        source: &mut dyn Read,
        limits: &FileLimits,
    ) -> Result<RunFile> {
        // Before anything is stored that nobody may want.
        self.may_log(run, &format!("{run} {path}"))?;
        let stored = self.put_file(path.as_str(), source, limits.file)?;
        let mut files = self.log_stored(run, &[(path.clone(), stored)], &[])?;
        files.pop().ok_or_else(|| Error::NotFound { what: "file", key: path.to_string() })
    }

    /// That the run takes files from this principal, as far as can be told before they are read.
    /// The grant is read: bytes that are put are no commit that would have it as a condition.
    pub(in crate::tracking) fn may_log(&self, run: &RunId, subject: &dyn Display) -> Result<()> {
        self.allowed_to(Action::LogRun, None, subject)?;
        takes(&self.registry().active_run(run)?.0)
    }

    /// Keeps bytes among the artifacts, at most `limit` of them.
    pub(crate) fn put_file(&self, name: &str, source: &mut dyn Read, limit: u64) -> Result<(Digest, u64)> {
        let mut bounded = Bounded { source, left: limit, read: 0, over: false };
        let put = self.registry().artifacts().put(&mut bounded);
        if bounded.over {
            return Err(Error::Invalid {
                field: "size of the file",
                value: format!("{name}: more than {limit} bytes"),
                expected: format!("at most {limit} bytes"),
            });
        }
        Ok((put?, bounded.read))
    }

    /// Says whose the stored bytes are: all files in one transaction, with the tags beside them.
    pub(in crate::tracking) fn log_stored(
        &self,
        run: &RunId,
        files: &[(FilePath, (Digest, u64))],
        tags: &[(&str, String)],
    ) -> Result<Vec<RunFile>> {
        let subject = match files {
            [(path, _)] => format!("{run} {path}"),
            _ => format!("{run}: {} files", files.len()),
        };
        self.transact_presuming(Action::LogRun, &subject, |own| {
            let (record, experiment) = self.registry().active_run(run)?;
            takes(&record)?;
            let digests = files.iter().map(|(_, (digest, _))| *digest);
            let act = self.act(Action::LogRun, &subject).artifacts(digests);
            let FileChanges { mut changes, expected, logged } = self.file_changes(run, files, act.at)?;
            for (name, value) in tags {
                let tag = Tag { run: run.clone(), name: (*name).to_owned(), value: value.clone() };
                let there = self.registry().find::<Tag>(tag.key())?;
                if there.as_ref().is_none_or(|there| there.value != tag) {
                    changes.push(there.put(&tag)?);
                }
            }
            if changes.is_empty() {
                return Ok((None, logged));
            }
            let mut all = vec![own, experiment];
            match record.value.contributed_to_by(self.principal()) {
                Some(run) => changes.push(record.replace(&run)?),
                None => all.push(record.expected()),
            }
            all.extend(expected);
            Ok((Some(Commit::new(act, all, changes)?), logged))
        })
    }

    /// What is to be written for stored bytes to be files of a run from `at` on, and what must
    /// hold. Of files that are there in the same bytes nothing is written.
    ///
    /// # Errors
    /// [`Error::Conflict`] if a path is a folder or lies within a file.
    pub(crate) fn file_changes(
        &self,
        run: &RunId,
        files: &[(FilePath, (Digest, u64))],
        at: Timestamp,
    ) -> Result<FileChanges> {
        let mut expected = BTreeMap::new();
        let mut folders = BTreeMap::new();
        let (mut changes, mut logged) = (Vec::new(), Vec::new());
        for (path, (digest, size)) in files {
            let file = RunFile {
                run: run.clone(),
                path: path.clone(),
                digest: *digest,
                size: *size,
                logged_at: at,
                logged_by: self.principal().clone(),
            };
            match self.registry().find::<RunFile>(file.key())? {
                Some(there) if (there.value.digest, there.value.size) == (*digest, *size) => {
                    logged.push(there.value);
                }
                // Whose path it is has been settled when it was first logged.
                Some(there) => {
                    changes.push(there.replace(&file)?);
                    logged.push(file);
                }
                None => {
                    self.fits(run, path, &mut expected, &mut folders)?;
                    changes.push(file.create()?);
                    logged.push(file);
                }
            }
        }
        for folder in folders.values() {
            if self.registry().find::<Folder>(folder.key())?.is_none() {
                changes.push(folder.create()?);
            }
        }
        Ok(FileChanges { changes, expected: expected.into_values().collect(), logged })
    }

    /// That no folder of a new path is a file, and the path no folder. What must stay so is
    /// expected; the folders are to be put down as such.
    fn fits(
        &self,
        run: &RunId,
        path: &FilePath,
        expected: &mut BTreeMap<String, Expected>,
        folders: &mut BTreeMap<String, Folder>,
    ) -> Result<()> {
        let conflict = |expected: &str, current: String| Error::Conflict {
            what: "file",
            key: format!("{run} {path}"),
            expected: expected.to_owned(),
            current,
        };
        let mut absent = |key: crate::store::Key| {
            expected.insert(key.to_string(), Expected { kind: Kind::File, key, revision: None });
        };
        for folder in path.folders() {
            if folders.contains_key(folder) {
                continue;
            }
            let key = run.key().and(folder);
            if self.registry().find::<RunFile>(key.clone())?.is_some() {
                return Err(conflict("in a folder", format!("within {folder:?}, which is a file")));
            }
            absent(key);
            let made = Folder { run: run.clone(), folder: FilePath::new(folder)? };
            folders.insert(folder.to_owned(), made);
        }
        let below = self.registry().file_after(run, &format!("{path}/"))?;
        if let Some(file) = below.filter(|file| file.path.as_str().starts_with(&format!("{path}/"))) {
            return Err(conflict("a file", format!("the folder of {:?}", file.path.as_str())));
        }
        absent(Folder { run: run.clone(), folder: path.clone() }.key());
        Ok(())
    }
}

/// What makes stored bytes files of a run.
pub(crate) struct FileChanges {
    pub(crate) changes: Vec<Change>,
    pub(crate) expected: Vec<Expected>,
    pub(crate) logged: Vec<RunFile>,
}

/// A source that ends with an error where there is more than is wanted.
struct Bounded<'a> {
    source: &'a mut dyn Read,
    left: u64,
    read: u64,
    over: bool,
}

impl Read for Bounded<'_> {
    fn read(&mut self, chunk: &mut [u8]) -> io::Result<usize> {
        if self.over {
            return Err(io::Error::other("there are more bytes than are wanted"));
        }
        let read = self.source.read(chunk)?;
        let count = read as u64;
        if count > self.left {
            self.over = true;
            return Err(io::Error::other("there are more bytes than are wanted"));
        }
        self.left -= count;
        self.read += count;
        Ok(read)
    }
}
