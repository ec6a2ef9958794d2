use std::fs::{self, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::DvcFile;
use super::file::read_text;
use super::gitignore;
use super::ignore::{Ignored, Reader};
use super::name::check_listed;
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

/// Looks whether DVC sees what is at `path` and the `.dvc` file that it is to have, as an output of
/// its own; gives what is ignored below and where it lies.
pub(super) fn place(path: &Path, is_folder: bool) -> Result<(Ignored, String)> {
    let ignored = Ignored::with(Reader::Dvc, NEVER);
    let (ignored, inner) = match root_with(path, ".dvc")? {
        Some((root, inner)) => {
            check_apart(path, &root, &inner)?;
            (ignored.read(&root, &inner)?, inner)
        }
        None => (ignored, name_of(path)?.to_owned()),
    };
    if ignored.covers(&inner, is_folder) || ignored.covers(&format!("{inner}.dvc"), false) {
        let expected = "what DVC does not ignore: `.git`, `.hg`, and what a `.dvcignore` covers, the `.dvc` \
                        file beside it too, are no data; take the pattern out of the `.dvcignore`";
        return Err(refused(path, expected));
    }
    let file = folder_of(path).join(format!("{}.dvc", name_of(path)?));
    if gitignore::hides(&file)? {
        let expected = "a path whose `.dvc` file no `.gitignore` covers, since DVC would not see it; take the \
                        pattern out of the `.gitignore`, or make it narrower";
        return Err(refused(path, expected));
    }
    Ok((ignored, inner))
}

/// Looks whether no folder that `path` is in is an output itself.
fn check_apart(path: &Path, root: &Path, inner: &str) -> Result<()> {
    for (end, _) in inner.match_indices('/') {
        let folder = root.join(&inner[..end]);
        let file = folder_of(&folder).join(format!("{}.dvc", name_of(&folder)?));
        let name = name_of(&folder)?;
        if dvc_file(&file)?.is_some_and(|file| file.outs.iter().any(|out| out.path == name)) {
            let expected =
                format!("what no other output has in it; add {:?} again, which has it", &inner[..end]);
            return Err(refused(path, &expected));
        }
    }
    Ok(())
}

/// The `.dvc` file at `path`; `None`, if nothing is there or it is something else.
fn dvc_file(path: &Path) -> Result<Option<DvcFile>> {
    match read_text(path) {
        Ok(text) => Ok(text.and_then(|text| text.parse().ok())),
        Err(Error::Invalid { .. }) => Ok(None),
        Err(error) => Err(error),
    }
}

/// All files in the folder at `path`, which lies at `inner`, but for what DVC ignores.
pub(super) fn files_in(path: &Path, ignored: &Ignored, inner: &str) -> Result<Vec<Found>> {
    let mut found = Vec::new();
    Walk { ignored, base: &format!("{inner}/"), found: &mut found }.folder(path, "", 0)?;
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
                check_listed("path to add", &relpath)?;
                if path.extension().is_some_and(|extension| extension == "dvc")
                    && dvc_file(&path)?.is_some()
                    && !gitignore::hides(&path)?
                {
                    let expected =
                        "no output of DVC within what is added; remove its `.dvc` file, or add the rest";
                    return Err(refused(&path, expected));
                }
                self.found.push(Found { relpath, path, size: kind.len() });
            }
        }
        Ok(())
    }
}
