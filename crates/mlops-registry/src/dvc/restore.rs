use std::collections::BTreeSet;
use std::fmt;
use std::fs::{self, File, Metadata};
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::cache::pour;
use super::hasher::Hasher;
use super::name::check_relative;
use super::work::{Listener, Progress, Teller, batches, each, flush};
use super::{Cache, DvcFile, Hash, ObjectId, Out};
use crate::artifact::{Incoming, at, make_folder, sync_folder};
use crate::{Error, Result};

/// Puts what a `.dvc` file stands for where it belongs: `dvc checkout`.
///
/// Made by [`Cache::restore`].
#[must_use]
pub struct Restore<'a> {
    cache: &'a Cache,
    file: &'a DvcFile,
    folder: PathBuf,
    replace: bool,
    listener: Listener<'a>,
}

/// What was restored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Restored {
    /// Files that were written.
    pub written: u64,
    /// Files that were as they should be.
    pub unchanged: u64,
    /// Bytes of the files that were written.
    pub bytes: u64,
    /// Outputs that no cache has, as their `.dvc` file says `cache: false`.
    pub not_cached: Vec<String>,
}

impl fmt::Debug for Restore<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Restore")
            .field("cache", &self.cache)
            .field("folder", &self.folder)
            .field("replace", &self.replace)
            .finish_non_exhaustive()
    }
}

/// A file that is to be where it belongs.
struct Planned {
    object: ObjectId,
    size: u64,
    target: PathBuf,
    executable: bool,
}

impl Cache {
    /// Puts what `file` stands for into `folder`, the folder that the `.dvc` file lies in.
    pub fn restore<'a>(&'a self, file: &'a DvcFile, folder: impl Into<PathBuf>) -> Restore<'a> {
        Restore { cache: self, file, folder: folder.into(), replace: false, listener: None }
    }
}

impl<'a> Restore<'a> {
    /// Replaces files that have other content, each at once, where else they are in the way.
    /// Folders are never replaced, and files that the folder should not have stay.
    pub const fn replacing(mut self) -> Self {
        self.replace = true;
        self
    }

    /// Tells `progress` now and then how far it is.
    pub fn on_progress(mut self, progress: &'a mut dyn FnMut(Progress)) -> Self {
        self.listener = Some(progress);
        self
    }

    /// Does it. Nothing is written before it is known that the cache has all that is needed and
    /// that nothing is in the way; each file is checked before it gets its name.
    ///
    /// # Errors
    /// [`Error::NotFound`] if the cache lacks something; [`Error::Corrupt`] if something in it is
    /// damaged or not what the `.dvc` file says of it; [`Error::Conflict`] if something else is
    /// in the way; [`Error::Invalid`] if there is a link in the way, or the path of an output
    /// leaves the folder; [`Error::Unavailable`] if something can't be read or written. Some files may have been written then; none is half.
    pub fn run(mut self) -> Result<Restored> {
        let mut restored = Restored::default();
        let (mut planned, mut folders) = (Vec::new(), BTreeSet::new());
        for out in &self.file.outs {
            if out.is_cached() {
                self.plan(out, &mut planned, &mut folders)?;
            } else {
                restored.not_cached.push(out.path.clone());
            }
        }
        for folder in &folders {
            self.check_folders(folder)?;
        }
        let (cache, replace, mut nobody) = (self.cache, self.replace, None);
        let there = each(&planned, Progress::default(), &mut nobody, |file, _| is_there(file, replace))?;
        let missing: Vec<_> =
            planned.iter().zip(&there).filter(|(_, there)| !**there).map(|(file, _)| file).collect();
        restored.unchanged = (planned.len() - missing.len()) as u64;
        restored.written = missing.len() as u64;
        restored.bytes = missing.iter().map(|file| file.size).sum();

        let folders: Vec<_> = folders.into_iter().collect();
        flush(&folders, |folder| make_folder(folder))?;
        let total = Progress { of_files: restored.written, of_bytes: restored.bytes, ..Progress::default() };
        let mut listener = self.listener.take();
        each(&batches(&missing, |file| file.size), total, &mut listener, |batch, teller| {
            write(cache, batch, teller)
        })?;
        let filled: BTreeSet<_> = missing.iter().filter_map(|file| file.target.parent()).collect();
        let filled: Vec<_> = filled.into_iter().collect();
        flush(&filled, |folder| sync_folder(folder).map_err(|error| at(folder, error)))?;
        for file in planned.iter().zip(&there).filter(|(_, there)| **there).map(|(file, _)| file) {
            make_executable(file)?;
        }
        Ok(restored)
    }

    /// The files of an output, and the folders that they need.
    fn plan(&self, out: &Out, planned: &mut Vec<Planned>, folders: &mut BTreeSet<PathBuf>) -> Result<()> {
        // Who made the `.dvc` file may have set the path after it was checked.
        check_relative("path of a DVC output", &out.path)?;
        let root = self.folder.join(&out.path);
        let first = planned.len();
        let mut add = |target: PathBuf, object: &ObjectId, executable| {
            let missing = || Error::NotFound {
                what: "object in the DVC cache",
                key: self.cache.path(object).display().to_string(),
            };
            let size = self.cache.size(object)?.ok_or_else(missing)?;
            folders.extend(target.parent().map(Path::to_owned));
            planned.push(Planned { object: *object, size, target, executable });
            Ok::<_, Error>(())
        };
        if out.object.is_folder() {
            for (path, object) in self.cache.listing(&out.object)?.iter() {
                add(root.join(path), object, false)?;
            }
            folders.insert(root);
        } else {
            add(root, &out.object, out.isexec)?;
        }
        let files = &planned[first..];
        let size: u64 = files.iter().map(|file| file.size).sum();
        let wrong = |what: &str, said: u64, is: u64| Error::Corrupt {
            what: format!("`.dvc` file of {}", out.path),
            reason: format!("it says {said} {what}, and the cache has {is}"),
        };
        // Of old texts the cache has one, whatever their line ends were.
        if let Some(said) = out.size.filter(|said| out.object.hash() == Hash::Md5 && *said != size) {
            return Err(wrong("bytes", said, size));
        }
        match out.nfiles {
            Some(said) if said != files.len() as u64 => Err(wrong("files", said, files.len() as u64)),
            _ => Ok(()),
        }
    }

    /// Looks whether a folder and those above it are folders, as far as they are there.
    fn check_folders(&self, folder: &Path) -> Result<()> {
        let within = folder.strip_prefix(&self.folder).unwrap_or(folder);
        let mut path = self.folder.clone();
        for part in within.components() {
            path.push(part);
            match look(&path)? {
                Some(found) if !found.is_dir() => return Err(in_the_way(&path, "a folder", "a file")),
                Some(_) => {}
                None => return Ok(()),
            }
        }
        Ok(())
    }
}

/// Whether the file is as it should be; an error, if something is in its way.
fn is_there(file: &Planned, replace: bool) -> Result<bool> {
    let path = &file.target;
    let Some(found) = look(path)? else { return Ok(false) };
    if !found.is_file() {
        return Err(in_the_way(path, "a file", "a folder"));
    }
    if found.len() == file.size || file.object.hash() == Hash::Md5DosToUnix {
        let mut source = File::open(path).map_err(|error| at(path, error))?;
        let hasher = Hasher::new(file.object.hash());
        if pour(&mut source, path, hasher, false, &mut |_: &[u8]| Ok(()))?.0 == file.object {
            return Ok(true);
        }
    }
    if replace { Ok(false) } else { Err(in_the_way(path, "as it was added", "a file of other content")) }
}

fn write(cache: &Cache, batch: &[&Planned], teller: &Teller) -> Result<()> {
    let mut written: Vec<(Incoming, &Planned)> = Vec::with_capacity(batch.len());
    for file in batch {
        let folder = file.target.parent().unwrap_or_else(|| Path::new("."));
        let mut incoming = cache.create(folder)?;
        cache.read(&file.object, |chunk| {
            teller.bytes(chunk.len());
            incoming.write(chunk)
        })?;
        teller.file();
        written.push((incoming, *file));
    }
    flush(&written, |(incoming, file)| {
        incoming.keep(|permissions| {
            if file.executable {
                set_executable(permissions);
            }
        })
    })?;
    written.into_iter().try_for_each(|(incoming, file)| incoming.move_to(&file.target))
}

/// What is at `path`, if anything is; a link is refused.
fn look(path: &Path) -> Result<Option<Metadata>> {
    match fs::symlink_metadata(path) {
        Ok(found) if found.is_symlink() => Err(Error::Invalid {
            field: "path to restore",
            value: path.display().to_string(),
            expected: "no link, since what it leads to would be written; remove it first".to_owned(),
        }),
        Ok(found) => Ok(Some(found)),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
        Err(error) => Err(at(path, error)),
    }
}

fn in_the_way(path: &Path, expected: &str, current: &str) -> Error {
    Error::Conflict {
        what: "path to restore",
        key: path.display().to_string(),
        expected: expected.to_owned(),
        current: current.to_owned(),
    }
}

fn make_executable(file: &Planned) -> Result<()> {
    if !file.executable {
        return Ok(());
    }
    let found = fs::metadata(&file.target).map_err(|error| at(&file.target, error))?;
    let mut permissions = found.permissions();
    set_executable(&mut permissions);
    if permissions == found.permissions() {
        return Ok(());
    }
    fs::set_permissions(&file.target, permissions).map_err(|error| at(&file.target, error))
}

/// As DVC does it: for the owner.
#[cfg(unix)]
fn set_executable(permissions: &mut fs::Permissions) {
    use std::os::unix::fs::PermissionsExt as _;
    permissions.set_mode(permissions.mode() | 0o100);
}

#[cfg(not(unix))]
fn set_executable(_: &mut fs::Permissions) {}
