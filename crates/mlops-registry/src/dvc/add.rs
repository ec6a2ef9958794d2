use std::fmt::{self, Write as _};
use std::fs::{self, File};
use std::path::{Path, PathBuf};

use mlops_core::{Digest, DigestWriter};

use super::file::read_text;
use super::gitignore;
use super::hasher::Hasher;
use super::walk::{Found, files_in, folder_of, look, name_of, place, refused, root_with};
use super::work::{Listener, Progress, Teller, batches, each};
use super::{Cache, DvcFile, Hash, Listing, ObjectId, Out};
use crate::artifact::{Incoming, at};
use crate::{Error, Result};

/// Whether a line is added to the `.gitignore` beside what is added.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum GitIgnore {
    /// If it lies in a repository of Git, as DVC does it.
    #[default]
    InRepository,
    /// In any case.
    Always,
    /// In none.
    Never,
}

/// Puts a file or a folder into a cache, and a `.dvc` file beside it: `dvc add`.
///
/// Made by [`Cache::add`].
#[must_use]
pub struct Add<'a> {
    cache: &'a Cache,
    path: PathBuf,
    git: GitIgnore,
    sha256: bool,
    listener: Listener<'a>,
}

impl fmt::Debug for Add<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Add")
            .field("cache", &self.cache)
            .field("path", &self.path)
            .field("git", &self.git)
            .field("sha256", &self.sha256)
            .finish_non_exhaustive()
    }
}

/// What was added.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Added {
    /// The `.dvc` file as it was written.
    pub file: DvcFile,
    /// Where it lies.
    pub path: PathBuf,
    /// The digests of the files by their paths within the folder that was added, in order; of
    /// a file alone by its name. Empty unless [asked for](Add::with_sha256).
    pub sha256: Vec<(String, Digest)>,
}

impl Added {
    /// One digest for all that was added, which protects where MD5 does not: of a file that of
    /// its bytes; of a folder that of the lines that `sha256sum` writes of its files, sorted by
    /// path. `None` unless [asked for](Add::with_sha256).
    pub fn digest(&self) -> Option<Digest> {
        let is_folder = self.file.outs.first()?.object.is_folder();
        match &self.sha256[..] {
            [] => None,
            [(_, digest)] if !is_folder => Some(*digest),
            files => {
                let mut lines = String::new();
                for (path, digest) in files {
                    let _ = writeln!(lines, "{}  {path}", digest.to_hex());
                }
                Some(Digest::of(lines))
            }
        }
    }
}

/// What came of one file.
struct Stored {
    relpath: String,
    object: ObjectId,
    size: u64,
    sha256: Option<Digest>,
}

impl Cache {
    /// Puts the file or folder at `path` into the cache, with a `.dvc` file beside it.
    ///
    /// ```
    /// use mlops_registry::dvc::Cache;
    /// # let folder = tempfile::tempdir()?;
    /// # let project = folder.path();
    /// std::fs::write(project.join("flights.csv"), "distance\n1400\n")?;
    /// let cache = Cache::at(project.join(".dvc/cache"));
    /// let added = cache.add(project.join("flights.csv")).run()?;
    /// assert_eq!(added.path, project.join("flights.csv.dvc"));
    /// assert_eq!(added.file.outs[0].object.to_string(), "6368970c4f2da1fe114bb64b404557cf");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn add(&self, path: impl Into<PathBuf>) -> Add<'_> {
        Add { cache: self, path: path.into(), git: GitIgnore::default(), sha256: false, listener: None }
    }
}

impl<'a> Add<'a> {
    /// Whether Git is told to ignore what is added.
    pub const fn git_ignore(mut self, git: GitIgnore) -> Self {
        self.git = git;
        self
    }

    /// Computes the SHA-256 of each file too, in the same pass.
    pub const fn with_sha256(mut self) -> Self {
        self.sha256 = true;
        self
    }

    /// Tells `progress` now and then how far it is.
    pub fn on_progress(mut self, progress: &'a mut dyn FnMut(Progress)) -> Self {
        self.listener = Some(progress);
        self
    }

    /// Does it. The `.dvc` file comes last: it never says of content that the cache has not.
    ///
    /// A `.dvc` file that is there keeps what else it says. Ignored are `.git`, `.hg` and
    /// what the `.dvcignore` files of the project say, which is the nearest folder above with a
    /// `.dvc` in it.
    ///
    /// # Errors
    /// [`Error::NotFound`] if nothing is at the path; [`Error::Invalid`] if it is a link or there
    /// is one within, if its name has a backslash in it or a name is not Unicode, if DVC could not
    /// read back what the `.dvc` file would say or would not see it (a `.dvcignore` or a `.gitignore`
    /// covers it), or if it lies in another output or one in it; [`Error::Conflict`] if the `.dvc` file that is there
    /// is about something else, or has comments; [`Error::Unavailable`] if something can't be
    /// read or written. The cache may have some of the files then, and nothing else has changed.
    pub fn run(mut self) -> Result<Added> {
        let kind = look(&self.path)?;
        let name = name_of(&self.path)?.to_owned();
        let beside = folder_of(&self.path).join(format!("{name}.dvc"));
        if [".dvc", ".dvcignore", ".gitignore", "dvc.yaml", "dvc.lock"].contains(&name.as_str())
            || Path::new(&name).extension().is_some_and(|extension| extension == "dvc")
        {
            return Err(refused(&self.path, "data, not a file of DVC or Git"));
        }
        let (ignored, inner) = place(&self.path, kind.is_dir())?;
        // A name that can't be written is found before anything is.
        let before = self.before(&beside, Out::new(name.clone(), Listing::default().object_id())?)?;
        let ignore = self.ignore(&name, kind.is_dir())?;

        let found = if kind.is_dir() {
            self.check_cache_outside()?;
            files_in(&self.path, &ignored, &inner)?
        } else {
            vec![Found { relpath: name, path: self.path.clone(), size: kind.len() }]
        };
        let mut stored = self.store(&found)?;
        stored.sort_unstable_by(|a, b| a.relpath.cmp(&b.relpath));
        let mut file = before;
        let out = &mut file.outs[0];
        out.size = Some(stored.iter().map(|file| file.size).sum());
        if kind.is_dir() {
            let mut listing = Listing::default();
            for file in &stored {
                listing.insert(file.relpath.clone(), file.object)?;
            }
            (out.object, out.nfiles) = (self.cache.put_listing(&listing)?, Some(listing.len() as u64));
            out.isexec = false;
        } else if let [only] = &stored[..] {
            (out.object, out.nfiles, out.isexec) = (only.object, None, is_executable(&kind));
        }
        self.cache.tidy();
        if let Some(text) = ignore {
            self.write(&folder_of(&self.path).join(".gitignore"), &text)?;
        }
        self.write(&beside, &file.to_string())?;
        let sha256 = stored.into_iter().filter_map(|file| Some((file.relpath, file.sha256?))).collect();
        Ok(Added { file, path: beside, sha256 })
    }

    /// The `.dvc` file as it is, or a new one.
    fn before(&self, beside: &Path, new: Out) -> Result<DvcFile> {
        let conflict = |expected: &str, current: &str| Error::Conflict {
            what: "`.dvc` file",
            key: beside.display().to_string(),
            expected: expected.to_owned(),
            current: current.to_owned(),
        };
        let file = match read_text(beside)? {
            None => DvcFile::new(vec![new]),
            Some(text) => {
                let file: DvcFile = text.parse()?;
                if !matches!(&file.outs[..], [out] if out.path == new.path) {
                    return Err(conflict("about what is added alone", "about something else"));
                }
                if file.to_string() != text {
                    let expected = "as DVC writes it; `dvc add` keeps what else is in it";
                    return Err(conflict(expected, "with comments or in another form, which would be lost"));
                }
                let mut file = file;
                file.outs[0].object = new.object;
                file
            }
        };
        match file.to_string().parse::<DvcFile>() {
            Ok(back) if back == file => Ok(file),
            _ => Err(refused(&self.path, "a name that DVC reads as it writes it; rename it")),
        }
    }

    /// The new text of the `.gitignore` beside, if it needs one.
    fn ignore(&self, name: &str, is_folder: bool) -> Result<Option<String>> {
        let repository = root_with(&self.path, ".git")?;
        let repository = repository.as_ref().map(|(root, inner)| (root.as_path(), inner.as_str()));
        match self.git {
            GitIgnore::Never => Ok(None),
            GitIgnore::InRepository if repository.is_none() => Ok(None),
            _ => gitignore::with_line(folder_of(&self.path), name, repository, is_folder),
        }
    }

    /// A cache within the folder would be added too.
    fn check_cache_outside(&self) -> Result<()> {
        let folder = fs::canonicalize(&self.path).map_err(|error| at(&self.path, error))?;
        let Ok(cache) = fs::canonicalize(self.cache.root()) else { return Ok(()) };
        if cache.starts_with(folder) {
            return Err(refused(&self.path, "a folder that the cache is not in"));
        }
        Ok(())
    }

    fn store(&mut self, found: &[Found]) -> Result<Vec<Stored>> {
        let batches = batches(found, |file| file.size);
        let total = Progress {
            of_files: found.len() as u64,
            of_bytes: found.iter().map(|file| file.size).sum(),
            ..Progress::default()
        };
        if found.is_empty() {
            return Ok(Vec::new());
        }
        let (cache, sha256) = (self.cache, self.sha256);
        let incoming = cache.incoming()?;
        let stored = each(&batches, total, &mut self.listener, |batch, teller| {
            let mut stored = Vec::with_capacity(batch.len());
            let mut written = Vec::with_capacity(batch.len());
            for file in *batch {
                let (bytes, what) = store_one(cache, &incoming, file, sha256, teller)?;
                written.push((bytes, what.object));
                stored.push(what);
            }
            cache.publish(written)?;
            Ok(stored)
        });
        if stored.is_err() {
            cache.tidy();
        }
        Ok(stored?.into_iter().flatten().collect())
    }

    /// Puts a text in the place of a small file.
    fn write(&self, path: &Path, text: &str) -> Result<()> {
        let mut incoming = self.cache.create(folder_of(path))?;
        incoming.write(text.as_bytes())?;
        incoming.keep(|permissions| {
            if let Ok(before) = fs::metadata(path) {
                *permissions = before.permissions();
            }
        })?;
        incoming.move_to(path)?;
        crate::artifact::sync_folder(folder_of(path)).map_err(|error| at(path, error))
    }
}

fn store_one(
    cache: &Cache,
    incoming: &Path,
    file: &Found,
    sha256: bool,
    teller: &Teller,
) -> Result<(Incoming, Stored)> {
    let mut source = File::open(&file.path).map_err(|error| at(&file.path, error))?;
    let mut digest = sha256.then(DigestWriter::new);
    let hasher = Hasher::new(Hash::Md5);
    let (bytes, object, size) = cache.take(&mut source, &file.path, hasher, incoming, |chunk| {
        if let Some(digest) = &mut digest {
            digest.update(chunk);
        }
        teller.bytes(chunk.len());
    })?;
    teller.file();
    let sha256 = digest.map(DigestWriter::finish);
    Ok((bytes, Stored { relpath: file.relpath.clone(), object, size, sha256 }))
}

#[cfg(unix)]
fn is_executable(kind: &fs::Metadata) -> bool {
    use std::os::unix::fs::PermissionsExt as _;
    kind.permissions().mode() & 0o111 != 0
}

#[cfg(not(unix))]
fn is_executable(_: &fs::Metadata) -> bool {
    false
}
