use std::fs::{self, File, Metadata};
use std::io;
use std::path::{Path, PathBuf};

use super::{FileLimits, FilePath, RunFile};
use crate::name::cut;
use crate::registry::Session;
use crate::tracking::RunId;
use crate::{Error, Result};

impl Session {
    /// Keeps all files of a folder on disk as files of a run, under `at`, or at its root if
    /// that is `None`; in one transaction, after all bytes are among the artifacts.
    ///
    /// Nothing is followed out of the folder: a symbolic link in it, wherever it leads, and
    /// whatever is neither a file nor a folder, is refused by its name before any byte is
    /// stored. So is a name that could be none of a run's [files](FilePath). Empty folders
    /// leave no trace. The files come back by the bytes of their paths.
    ///
    /// # Errors
    /// [`Error::NotFound`] without the folder, [`Error::Invalid`] with the path for what is
    /// refused or over the limits, [`Error::Unavailable`] with the path for what can't be
    /// read, and as [`log_file_within`](Self::log_file_within).
    pub fn log_folder(
        &self,
        run: &RunId,
        at: Option<&FilePath>,
        folder: &Path,
        limits: &FileLimits,
    ) -> Result<Vec<RunFile>> {
        self.may_log(run, run)?;
        let mut found = Vec::new();
        let mut walk = Walk { limits, total: 0, found: &mut found };
        walk.folder(folder, at.map(ToString::to_string).as_deref(), limits.depth)?;
        found.sort_by(|a, b| a.name.cmp(&b.name));
        let mut stored = Vec::with_capacity(found.len());
        let mut left = limits.total;
        for Found { place, name, seen } in &found {
            let mut file = open(place, seen)?;
            // A file may grow while it is read; the limits hold all the same.
            let (digest, size) =
                self.put_file(&place.display().to_string(), &mut file, limits.file.min(left))?;
            left -= size;
            stored.push((name.clone(), (digest, size)));
        }
        if stored.is_empty() {
            return Ok(Vec::new());
        }
        self.log_stored(run, &stored, &[])
    }
}

/// A file on disk that is to be one of a run.
struct Found {
    place: PathBuf,
    name: FilePath,
    seen: Metadata,
}

struct Walk<'a> {
    limits: &'a FileLimits,
    total: u64,
    found: &'a mut Vec<Found>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, at: Option<&str>, depth: usize) -> Result<()> {
        let seen = look(folder)?;
        if !seen.is_dir() {
            return Err(refused(folder, "a folder"));
        }
        if depth == 0 {
            return Err(refused(folder, &format!("folders at most {} deep", self.limits.depth)));
        }
        for entry in fs::read_dir(folder).map_err(|error| unreadable(folder, error))? {
            let place = entry.map_err(|error| unreadable(folder, error))?.path();
            let part = place.file_name().and_then(|name| name.to_str());
            let part = part.ok_or_else(|| refused(&place, "a name in UTF-8"))?;
            let path = at.map_or_else(|| part.to_owned(), |at| format!("{at}/{part}"));
            let seen = look(&place)?;
            if seen.is_dir() {
                self.folder(&place, Some(&path), depth - 1)?;
            } else if seen.is_file() {
                self.file(place, &path, seen)?;
            } else if seen.is_symlink() {
                return Err(refused(&place, "no symbolic link"));
            } else {
                return Err(refused(&place, "a file or a folder"));
            }
        }
        Ok(())
    }

    fn file(&mut self, place: PathBuf, path: &str, seen: Metadata) -> Result<()> {
        let (size, limits) = (seen.len(), self.limits);
        if size > limits.file {
            return Err(refused(&place, &format!("at most {} bytes, and it has {size}", limits.file)));
        }
        self.total = self.total.saturating_add(size);
        if self.total > limits.total {
            return Err(refused(&place, &format!("at most {} bytes in all files up to it", limits.total)));
        }
        if self.found.len() == limits.files {
            return Err(refused(&place, &format!("at most {} files", limits.files)));
        }
        self.found.push(Found { place, name: FilePath::new(path)?, seen });
        Ok(())
    }
}

/// What a path is, links not followed.
fn look(place: &Path) -> Result<Metadata> {
    fs::symlink_metadata(place).map_err(|error| match error.kind() {
        io::ErrorKind::NotFound => Error::NotFound { what: "file", key: place.display().to_string() },
        _ => unreadable(place, error),
    })
}

/// Opens the file that was seen, not another one that was put in its place since.
pub(crate) fn open(place: &Path, seen: &Metadata) -> Result<File> {
    let again = look(place)?;
    if !again.is_file() {
        return Err(refused(place, "a file, as it was a moment ago"));
    }
    let file = File::open(place).map_err(|error| unreadable(place, error))?;
    let opened = file.metadata().map_err(|error| unreadable(place, error))?;
    if is_same(seen, &opened) { Ok(file) } else { Err(refused(place, "the file that it was a moment ago")) }
}

#[cfg(unix)]
fn is_same(a: &Metadata, b: &Metadata) -> bool {
    use std::os::unix::fs::MetadataExt as _;
    (a.dev(), a.ino()) == (b.dev(), b.ino())
}

#[cfg(not(unix))]
fn is_same(a: &Metadata, b: &Metadata) -> bool {
    b.is_file() && a.created().ok() == b.created().ok()
}

fn refused(place: &Path, expected: &str) -> Error {
    Error::Invalid { field: "file", value: cut(&place.display().to_string()), expected: expected.to_owned() }
}

fn unreadable(place: &Path, error: io::Error) -> Error {
    Error::Unavailable { store: place.display().to_string(), transient: false, source: Box::new(error) }
}
