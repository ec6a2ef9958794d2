//! The files below a folder, as files of a run.

use std::fs::{self, Metadata};
use std::path::{Path, PathBuf};

use crate::tracking::{FileLimits, FilePath};

/// A file on disk that may be one of a run.
#[derive(Debug)]
pub(super) struct FoundFile {
    pub(super) place: PathBuf,
    /// Below the folder.
    pub(super) name: FilePath,
    pub(super) seen: Metadata,
}

/// What lies below a folder, by name; and what does not count as a file, with the reason.
pub(super) type Walked = (Vec<FoundFile>, Vec<(String, String)>);

/// Walks through a folder, or looks at the one file. Links are not followed, and what can't be
/// a file of a run is told.
pub(super) fn files_below(root: &Path, limits: &FileLimits) -> Walked {
    let mut walk = Walk { limits, total: 0, found: Vec::new(), refused: Vec::new() };
    walk.folder(root, "", limits.depth);
    walk.found.sort_by(|a, b| a.name.cmp(&b.name));
    (walk.found, walk.refused)
}

struct Walk<'a> {
    limits: &'a FileLimits,
    /// Bytes of all that was found.
    total: u64,
    found: Vec<FoundFile>,
    refused: Vec<(String, String)>,
}

impl Walk<'_> {
    fn folder(&mut self, folder: &Path, at: &str, depth: usize) {
        let mut refuse = |name: String, reason: String| self.refused.push((name, reason));
        let shown = if at.is_empty() { "." } else { at };
        if depth == 0 {
            return refuse(shown.to_owned(), format!("folders at most {} deep", self.limits.depth));
        }
        let entries = match fs::read_dir(folder).and_then(Iterator::collect::<Result<Vec<_>, _>>) {
            Ok(entries) => entries,
            Err(error) => return refuse(shown.to_owned(), error.to_string()),
        };
        for entry in entries {
            let name = entry.file_name();
            let path = format!("{at}{}", name.to_string_lossy());
            if name.to_str().is_none() {
                self.refused.push((path, "expected a name in UTF-8".to_owned()));
                continue;
            }
            match fs::symlink_metadata(entry.path()) {
                Ok(seen) if seen.is_dir() => self.folder(&entry.path(), &format!("{path}/"), depth - 1),
                Ok(seen) => self.file(entry.path(), path, seen),
                Err(error) => self.refused.push((path, error.to_string())),
            }
        }
    }

    fn file(&mut self, place: PathBuf, path: String, seen: Metadata) {
        let reason = if seen.is_symlink() {
            "expected a file, and no symbolic link".to_owned()
        } else if !seen.is_file() {
            "expected a file or a folder".to_owned()
        } else if seen.len() > self.limits.file {
            format!("it has {} bytes, expected at most {}", seen.len(), self.limits.file)
        } else if seen.len() > self.limits.total.saturating_sub(self.total) {
            format!("it has {} bytes, expected all files to have at most {}", seen.len(), self.limits.total)
        } else if self.found.len() >= self.limits.files {
            format!("expected at most {} files", self.limits.files)
        } else {
            match FilePath::new(path.as_str()) {
                Ok(name) => {
                    self.total += seen.len();
                    return self.found.push(FoundFile { place, name, seen });
                }
                Err(error) => error.to_string(),
            }
        };
        self.refused.push((path, reason));
    }
}
