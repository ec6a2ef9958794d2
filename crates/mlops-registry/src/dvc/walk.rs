use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::ignore::Ignored;
use super::name::check_relative;
use crate::artifact::at;
use crate::{Error, Result};

/// How deep folders are looked into.
const MAX_DEPTH: usize = 256;

/// Folders that are never data.
const NEVER: &str = ".hg/\n.git\n";

/// A file that is to be added.
pub(super) struct Found {
    /// Its path within the folder that is added.
    pub(super) relpath: String,
    pub(super) path: PathBuf,
    pub(super) size: u64,
}

/// What is at `path`, which must be a file or a folder.
pub(super) fn look(path: &Path) -> Result<Metadata> {
    let found = fs::symlink_metadata(path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            Error::NotFound { what: "file or folder to add", key: path.display().to_string() }
        }
        _ => at(path, error),
    })?;
    if found.is_symlink() {
        return Err(refused(path, "a file or a folder; what a link leads to is added by its own path"));
    }
    if !found.is_file() && !found.is_dir() {
        return Err(refused(path, "a file or a folder, not a device or a pipe"));
    }
    Ok(found)
}

pub(super) fn refused(path: &Path, expected: &str) -> Error {
    Error::Invalid { field: "path to add", value: path.display().to_string(), expected: expected.to_owned() }
}

/// What a file or a folder is called.
pub(super) fn name_of(path: &Path) -> Result<&str> {
    let name = path.file_name().ok_or_else(|| refused(path, "a path that ends in a name"))?;
    name.to_str().ok_or_else(|| refused(path, "a name in Unicode"))
}

/// The folder above, that of a bare name too.
pub(super) fn folder_of(path: &Path) -> &Path {
    path.parent().filter(|above| !above.as_os_str().is_empty()).unwrap_or_else(|| Path::new("."))
}

/// The nearest folder above `path` with `mark` in it, and the path from there to `path`.
pub(super) fn root_with(path: &Path, mark: &str) -> Result<Option<(PathBuf, String)>> {
    let folder = folder_of(path);
    let whole = fs::canonicalize(folder).map_err(|error| at(folder, error))?;
    let Some(root) = whole.ancestors().find(|above| above.join(mark).exists()) else { return Ok(None) };
    let inner = whole.strip_prefix(root).unwrap_or(Path::new("")).join(name_of(path)?);
    let inner = inner.to_str().ok_or_else(|| refused(&inner, "a path in Unicode"))?;
    Ok(Some((root.to_owned(), inner.replace(std::path::MAIN_SEPARATOR, "/"))))
}

/// All files in the folder at `path`, but for what DVC ignores.
pub(super) fn files_in(path: &Path) -> Result<Vec<Found>> {
    let ignored = Ignored::with(NEVER);
    let (ignored, base) = match root_with(path, ".dvc")? {
        Some((root, inner)) => (ignored.read(&root, &inner, ".dvcignore")?, format!("{inner}/")),
        None => (ignored, String::new()),
    };
    let mut found = Vec::new();
    Walk { ignored: &ignored, base: &base, found: &mut found }.folder(path, "", 0)?;
    Ok(found)
}

struct Walk<'a> {
    ignored: &'a Ignored,
    /// The path from where ignored paths begin to the folder that is walked.
    base: &'a str,
    found: &'a mut Vec<Found>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, above: &str, depth: usize) -> Result<()> {
        if depth > MAX_DEPTH {
            return Err(refused(folder, "at most 256 folders within each other"));
        }
        for entry in fs::read_dir(folder).map_err(|error| at(folder, error))? {
            let path = entry.map_err(|error| at(folder, error))?.path();
            let name = name_of(&path)?;
            let relpath = format!("{above}{name}");
            let kind = fs::symlink_metadata(&path).map_err(|error| at(&path, error))?;
            if name == ".dvc" && kind.is_dir() {
                // DVC would take the folder for another project, and none of it for data.
                return Err(refused(&path, "no project of DVC within what is added"));
            }
            if self.ignored.names(&format!("{}{relpath}", self.base), kind.is_dir()) {
                continue;
            }
            look(&path)?;
            if kind.is_dir() {
                self.folder(&path, &format!("{relpath}/"), depth + 1)?;
            } else if name == ".dvcignore" {
                return Err(refused(&path, "no `.dvcignore` within what is added; put it above"));
            } else {
                check_relative("path to add", &relpath)?;
                self.found.push(Found { relpath, path, size: kind.len() });
            }
        }
        Ok(())
    }
}
