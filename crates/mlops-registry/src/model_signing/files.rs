use std::fs::{self, File, Metadata};
use std::io::{self, ErrorKind};
use std::num::{NonZeroU64, NonZeroUsize};
use std::path::{Path, PathBuf};

use super::Refusal;
use super::name::Name;
use crate::{Error, Result};

/// What Git leaves at the root of its folder.
const GIT: [&str; 4] = [".git", ".gitattributes", ".github", ".gitignore"];

/// How deep folders are looked into.
const MAX_DEPTH: usize = 256;

/// The files of a model, in a folder or as one file, and which of them count.
///
/// Who verifies says what counts as much as who signs: what a signed statement ignores is
/// ignored as well, and nothing else that it says is believed.
#[derive(Clone, Debug)]
#[must_use]
pub struct ModelFiles {
    pub(super) root: PathBuf,
    pub(super) git: bool,
    pub(super) ignored: Vec<Name>,
    pub(super) links: bool,
    pub(super) shards: Option<NonZeroU64>,
    pub(super) threads: Option<NonZeroUsize>,
    pub(super) ambiguous: bool,
}

/// A file that counts.
pub(super) struct ModelFile {
    pub(super) name: Name,
    pub(super) path: PathBuf,
    pub(super) size: u64,
}

impl ModelFiles {
    /// Every file in the folder `root`, or the one file that it is.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self {
            root: root.into(),
            git: false,
            ignored: Vec::new(),
            links: false,
            shards: None,
            threads: None,
            ambiguous: false,
        }
    }

    /// Leaves out a file or a folder, by its path relative to the root: such as the bundle, if
    /// it lies beside the files.
    pub fn ignoring(mut self, path: impl AsRef<str>) -> Self {
        self.ignored.push(Name::new(path.as_ref()));
        self
    }

    /// Counts what belongs to Git at the root as well.
    pub const fn with_git_files(mut self) -> Self {
        self.git = true;
        self
    }

    /// Reads what links to files lead to, wherever that is. Links to folders are refused all
    /// the same: the tool would let pass whatever is behind them.
    pub const fn following_links(mut self) -> Self {
        self.links = true;
        self
    }

    /// Signs files in shards of so many bytes, which are hashed and checked side by side, where
    /// else each file is signed as a whole. What is verified goes by its statement.
    pub const fn in_shards(mut self, size: NonZeroU64) -> Self {
        self.shards = Some(size);
        self
    }

    /// How many threads hash; as many as there are processors, unless told otherwise.
    pub const fn threads(mut self, count: NonZeroUsize) -> Self {
        self.threads = Some(count);
        self
    }

    /// Accepts statements that only the tool understands: of a file that is listed twice the
    /// last digest counts, and one may ignore the whole model.
    pub const fn as_lenient_as_the_tool(mut self) -> Self {
        self.ambiguous = true;
        self
    }

    /// What is left out, sorted; the paths that a signed statement names too.
    pub(super) fn ignored_with(&self, more: &[String]) -> Vec<Name> {
        let mut all = self.ignored.clone();
        if !self.git {
            all.extend(GIT.map(Name::new));
        }
        let root = self.root.to_str().map(Name::new);
        all.extend(more.iter().filter_map(|path| {
            let name = Name::new(path);
            if !name.as_str().starts_with('/') {
                return Some(name);
            }
            // A whole path says something only of what lies there.
            let root = root.as_ref().filter(|root| name.is_under(root))?;
            Some(Name::new(&name.as_str()[root.as_str().len()..].replacen('/', "", 1)))
        }));
        all.sort();
        all.dedup();
        all
    }

    /// The files that count, by their names, and what is in their way.
    ///
    /// # Errors
    /// [`Error::NotFound`] if nothing is at the root, [`Error::Unavailable`] if something can't
    /// be read.
    pub(super) fn list(&self, ignored: &[Name]) -> Result<(Vec<ModelFile>, Vec<Refusal>)> {
        let here = Name::new(".");
        let mut found = Found { files: Vec::new(), refusals: Vec::new(), ignored, links: self.links };
        let kind = fs::symlink_metadata(&self.root).map_err(|error| self.failed(&self.root, error))?;
        if let Some(kind) = found.look(&here, &self.root, kind, true) {
            if kind.is_dir() {
                self.walk("", &self.root, 0, &mut found)?;
            } else {
                found.add(here, self.root.clone(), &kind);
            }
        }
        found.files.sort_by(|a, b| a.name.cmp(&b.name));
        Ok((found.files, found.refusals))
    }

    fn walk(&self, above: &str, folder: &Path, depth: usize, found: &mut Found<'_>) -> Result<()> {
        if depth > MAX_DEPTH {
            return Err(Error::Invalid {
                field: "folder of the model",
                value: folder.display().to_string(),
                expected: format!("at most {MAX_DEPTH} folders within each other"),
            });
        }
        for entry in fs::read_dir(folder).map_err(|error| self.failed(folder, error))? {
            let entry = entry.map_err(|error| self.failed(folder, error))?;
            let path = entry.path();
            let Ok(name) = entry.file_name().into_string() else {
                let name = format!("{above}{}", entry.file_name().display());
                found.refusals.push(Refusal::NotUnicode { name });
                continue;
            };
            let full = format!("{above}{name}");
            let kind = fs::symlink_metadata(&path).map_err(|error| self.failed(&path, error))?;
            let name = Name::new(&full);
            let Some(kind) = found.look(&name, &path, kind, false) else { continue };
            if kind.is_dir() {
                self.walk(&format!("{full}/"), &path, depth + 1, found)?;
            } else {
                found.add(name, path, &kind);
            }
        }
        Ok(())
    }

    pub(super) fn open(&self, path: &Path) -> Result<File> {
        File::open(path).map_err(|error| self.failed(path, error))
    }

    pub(super) fn failed(&self, path: &Path, error: io::Error) -> Error {
        if error.kind() == ErrorKind::NotFound && path == self.root {
            return Error::NotFound { what: "model", key: path.display().to_string() };
        }
        let transient = matches!(error.kind(), ErrorKind::Interrupted | ErrorKind::TimedOut);
        Error::Unavailable { store: path.display().to_string(), transient, source: Box::new(error) }
    }

    /// What the model is called: its folder's name, or its file's.
    pub(super) fn name(&self) -> Result<String> {
        let named = |path: &Path| path.file_name().and_then(|name| name.to_str()).map(ToOwned::to_owned);
        if let Some(name) = named(&self.root) {
            return Ok(name);
        }
        let whole = fs::canonicalize(&self.root).map_err(|error| self.failed(&self.root, error))?;
        named(&whole).ok_or_else(|| Error::Invalid {
            field: "name of the model",
            value: whole.display().to_string(),
            expected: "a folder or file with a name in Unicode".to_owned(),
        })
    }
}

struct Found<'a> {
    files: Vec<ModelFile>,
    refusals: Vec<Refusal>,
    ignored: &'a [Name],
    links: bool,
}

impl Found<'_> {
    /// What it is, if it may be there. What is ignored may not be a link either, as the tool
    /// has it.
    fn look(&mut self, name: &Name, path: &Path, kind: Metadata, is_root: bool) -> Option<Metadata> {
        let mut kind = kind;
        if kind.is_symlink() {
            if !self.links {
                self.refusals.push(Refusal::link(name));
                return None;
            }
            match fs::metadata(path) {
                Ok(target) if target.is_dir() && !is_root => {
                    self.refusals.push(Refusal::link(name));
                    return None;
                }
                Ok(target) => kind = target,
                Err(_) => {
                    self.refusals.push(Refusal::special(name));
                    return None;
                }
            }
        }
        if kind.is_file() || kind.is_dir() {
            return Some(kind);
        }
        self.refusals.push(Refusal::special(name));
        None
    }

    fn add(&mut self, name: Name, path: PathBuf, kind: &Metadata) {
        if !self.ignored.iter().any(|ignored| name.is_under(ignored)) {
            self.files.push(ModelFile { name, path, size: kind.len() });
        }
    }
}
