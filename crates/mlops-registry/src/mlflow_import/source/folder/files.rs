//! Files of a folder, as far as they are what MLflow writes there.

use std::collections::BTreeMap;
use std::fmt::Write as _;
use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use mlops_core::{Digest, DigestWriter, Timestamp};

use crate::mlflow_import::settings::Settings;
use crate::mlflow_import::source::moment;
use crate::name::cut;
use crate::{Error, Result};

/// How deep the names of metrics, parameters and tags may be, which are folders if they have a `/`.
const MAX_DEPTH: usize = 16;

/// How many bytes a `meta.yaml` may have: a profile of a data set is in one.
pub(super) const MAX_META: u64 = 20 << 20;

/// How many bytes a parameter or a tag may have here. What may be kept is less.
const MAX_VALUE: u64 = 1 << 20;

/// One thing in a folder.
#[derive(Debug)]
pub(super) struct Entry {
    pub(super) name: String,
    pub(super) path: PathBuf,
    pub(super) is: Is,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Is {
    File,
    Folder,
    /// A link, or something else that is neither: nothing is followed.
    Other,
}

/// Whether no link leads to a path below the root, which is as the system has it.
pub(super) fn is_direct(path: &Path) -> io::Result<bool> {
    Ok(path.canonicalize()? == path)
}

/// What lies in a folder, by name; nothing if it is not there. A folder that a link leads to is
/// not read: it is the one thing that lies there, and neither file nor folder.
pub(super) fn entries(folder: &Path) -> Result<Vec<Entry>> {
    let failed = |error: io::Error| Error::Unavailable {
        store: folder.display().to_string(),
        transient: false,
        source: Box::new(error),
    };
    if !is_direct(folder).unwrap_or(true) {
        let name = folder.file_name().unwrap_or_default().to_string_lossy().into_owned();
        return Ok(vec![Entry { name, path: folder.to_owned(), is: Is::Other }]);
    }
    let read = match fs::read_dir(folder) {
        Err(error) if matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        read => read.map_err(failed)?,
    };
    let mut entries = Vec::new();
    for entry in read {
        let entry = entry.map_err(failed)?;
        let kind = entry.file_type().map_err(failed)?;
        let is = if kind.is_file() {
            Is::File
        } else if kind.is_dir() {
            Is::Folder
        } else {
            Is::Other
        };
        entries.push(match entry.file_name().into_string() {
            Ok(name) => Entry { name, path: entry.path(), is },
            // It has a name to be told by, and is not read.
            Err(name) => {
                Entry { name: name.to_string_lossy().into_owned(), path: entry.path(), is: Is::Other }
            }
        });
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

/// The files below a folder by the names that they stand for: their paths with `/`.
pub(super) fn keyed(
    folder: &Path,
    refuse: &mut dyn FnMut(String, String),
) -> Result<BTreeMap<String, PathBuf>> {
    let mut files = BTreeMap::new();
    below(folder, "", MAX_DEPTH, &mut files, refuse)?;
    Ok(files)
}

fn below(
    folder: &Path,
    prefix: &str,
    depth: usize,
    files: &mut BTreeMap<String, PathBuf>,
    refuse: &mut dyn FnMut(String, String),
) -> Result<()> {
    for entry in entries(folder)? {
        let key = format!("{prefix}{}", entry.name);
        match entry.is {
            Is::File => {
                files.insert(key, entry.path);
            }
            Is::Folder if depth > 0 => below(&entry.path, &format!("{key}/"), depth - 1, files, refuse)?,
            Is::Folder => refuse(key, format!("expected names at most {MAX_DEPTH} folders deep")),
            Is::Other => refuse(key, "expected a file with a name in UTF-8, and no link".to_owned()),
        }
    }
    Ok(())
}

/// The text of a small file.
pub(super) fn text(path: &Path, max: u64) -> Result<String, String> {
    let seen = fs::symlink_metadata(path).map_err(|error| error.to_string())?;
    if !seen.is_file() || !is_direct(path).map_err(|error| error.to_string())? {
        return Err("expected a file, and no link on the way to it".to_owned());
    }
    let mut bytes = Vec::new();
    let file = File::open(path).map_err(|error| error.to_string())?;
    file.take(max + 1).read_to_end(&mut bytes).map_err(|error| error.to_string())?;
    if bytes.len() as u64 > max {
        return Err(format!("it has more than {max} bytes"));
    }
    String::from_utf8(bytes).map_err(|_| "it is not UTF-8, expected text".to_owned())
}

/// The pairs of name and value that a folder of small files is.
pub(super) fn values(
    folder: &Path,
    refuse: &mut dyn FnMut(String, String),
) -> Result<BTreeMap<String, String>> {
    let mut values = BTreeMap::new();
    for (name, path) in keyed(folder, refuse)? {
        match text(&path, MAX_VALUE) {
            Ok(value) => {
                values.insert(name, value);
            }
            Err(reason) => refuse(name, reason),
        }
    }
    Ok(values)
}

/// The `meta.yaml` of a folder.
pub(super) struct Meta(Settings);

impl Meta {
    pub(super) fn read(folder: &Path) -> Result<Self, String> {
        let read = text(&folder.join("meta.yaml"), MAX_META).and_then(|text| Settings::parse(&text));
        read.map(Self).map_err(|reason| format!("meta.yaml: {reason}"))
    }

    /// A moment in milliseconds since 1970, or nothing.
    pub(super) fn time(&self, name: &str) -> Result<Option<Timestamp>, String> {
        let Some(text) = self.filled(name)? else { return Ok(None) };
        let ms = text.parse().ok().and_then(moment);
        let told = || format!("{name} is {:?}, expected milliseconds of the years 0 to 9999", cut(&text));
        ms.map(Some).ok_or_else(told)
    }
}

impl std::ops::Deref for Meta {
    type Target = Settings;
    fn deref(&self) -> &Settings {
        &self.0
    }
}

/// One digest for all files below a folder but for `left_out`: of their paths and digests, in
/// order. What is no file counts by its name.
pub(super) fn digest(root: &Path, left_out: &[&str]) -> Result<Digest> {
    let mut lines = String::new();
    hash(root, "", left_out, MAX_DEPTH * 2, &mut lines)?;
    Ok(Digest::of(lines))
}

fn hash(folder: &Path, prefix: &str, left_out: &[&str], depth: usize, lines: &mut String) -> Result<()> {
    for entry in entries(folder)? {
        let path = format!("{prefix}{}", entry.name);
        match entry.is {
            Is::Folder if left_out.contains(&entry.name.as_str()) => {}
            Is::Folder if depth > 0 => hash(&entry.path, &format!("{path}/"), left_out, depth - 1, lines)?,
            Is::File => {
                let digest = digest_of(&entry.path).map_err(|error| Error::Unavailable {
                    store: entry.path.display().to_string(),
                    transient: false,
                    source: Box::new(error),
                })?;
                let _ = writeln!(lines, "{digest} {path}");
            }
            Is::Folder | Is::Other => {
                let _ = writeln!(lines, "- {path}");
            }
        }
    }
    Ok(())
}

fn digest_of(path: &Path) -> io::Result<Digest> {
    let mut digest = DigestWriter::new();
    io::copy(&mut File::open(path)?, &mut digest)?;
    Ok(digest.finish())
}
