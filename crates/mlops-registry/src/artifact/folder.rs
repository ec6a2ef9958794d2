use std::fs::{self, File, TryLockError};
use std::io::{self, ErrorKind, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mlops_core::Digest;

use super::{ArtifactStore, VerifiedReader, drain, not_found, unavailable};
use crate::{Error, Result};

/// Artifacts as files of a folder: `sha256/ab/cdef…`, each named by its digest.
///
/// A file is written under `incoming/`, flushed to the disk, and then renamed to where it
/// belongs: whoever looks sees a whole artifact or none, and what [`put`](ArtifactStore::put)
/// has returned for outlives a crash of the process and of the machine. Any number of
/// threads and processes may share the folder. What a process that was killed has left in
/// `incoming/` is removed by the next [`open`](Self::open) at which nobody is writing.
///
/// Files may be copied in and out with any tool; bytes that were changed are found when
/// they are read, and mended by putting the right ones again.
#[derive(Clone, Debug)]
pub struct FolderArtifacts {
    place: Arc<Place>,
}

#[derive(Debug)]
struct Place {
    root: PathBuf,
    /// Part of the next name under `incoming/`.
    next: AtomicU64,
}

impl FolderArtifacts {
    /// The store in the folder `root`, which is made if it is not there.
    ///
    /// # Errors
    /// [`Error::Invalid`] if `root`, or a folder of the store within, is not a folder;
    /// [`Error::Unavailable`] if it can't be made or written. Both name the path.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self> {
        let store = Self { place: Arc::new(Place { root: root.into(), next: AtomicU64::new(0) }) };
        make_folder(store.root())?;
        make_folder(&store.artifacts())?;
        make_folder(&store.incoming())?;
        store.clean()?;
        Ok(store)
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.place.root
    }

    fn artifacts(&self) -> PathBuf {
        self.root().join("sha256")
    }

    fn incoming(&self) -> PathBuf {
        self.root().join("incoming")
    }

    fn shard(&self, first: u8) -> PathBuf {
        self.artifacts().join(format!("{first:02x}"))
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        let name = &digest.to_hex()[2..];
        self.shard(digest.as_bytes()[0]).join(name)
    }

    /// Opens the file whose lock says that somebody writes: held shared for every `put`,
    /// and exclusively by who removes what the dead have left.
    fn lock_file(&self) -> Result<File> {
        let path = self.incoming().join("lock");
        File::options().create(true).truncate(false).write(true).open(&path).map_err(|error| at(&path, error))
    }

    /// Says that a `put` is under way, until the file is dropped, or its process dies.
    fn announce(&self) -> Result<File> {
        let lock = self.lock_file()?;
        match lock.lock_shared() {
            // A file system without locks has nobody who cleans either.
            Err(error) if error.kind() != ErrorKind::Unsupported => Err(at(self.root(), error)),
            _ => Ok(lock),
        }
    }

    /// Removes what writers that died have left behind, if nobody is writing now.
    fn clean(&self) -> Result<()> {
        let lock = self.lock_file()?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(()),
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => return Ok(()),
            Err(TryLockError::Error(error)) => return Err(at(self.root(), error)),
        }
        for entry in entries(&self.incoming())? {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == Incoming::EXTENSION) {
                remove_if_there(&path)?;
            }
        }
        Ok(())
    }
}

impl ArtifactStore for FolderArtifacts {
    fn put(&self, source: &mut dyn Read) -> Result<Digest> {
        let _announced = self.announce()?;
        let mut incoming = Incoming::create(&self.incoming(), &self.place.next)?;
        let digest = drain(source, |chunk| incoming.write(chunk))?;
        let shard = self.shard(digest.as_bytes()[0]);
        make_folder(&shard)?;
        // Over what is there already, too: it may be damaged, and this is not.
        incoming.move_to(&self.path(&digest))?;
        sync_folder(&shard).map_err(|error| at(&shard, error))?;
        Ok(digest)
    }

    fn open(&self, digest: &Digest) -> Result<Box<dyn Read + Send>> {
        let path = self.path(digest);
        match File::open(&path) {
            Ok(file) => Ok(Box::new(VerifiedReader::new(file, *digest))),
            Err(error) if error.kind() == ErrorKind::NotFound => Err(not_found(digest)),
            Err(error) => Err(at(&path, error)),
        }
    }

    fn size(&self, digest: &Digest) -> Result<Option<u64>> {
        let path = self.path(digest);
        match fs::metadata(&path) {
            Ok(file) => Ok(Some(file.len())),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(&path, error)),
        }
    }

    fn list(&self, after: Option<&Digest>, limit: usize) -> Result<Vec<Digest>> {
        let mut found = Vec::new();
        for first in after.map_or(0, |digest| digest.as_bytes()[0])..=u8::MAX {
            if found.len() >= limit {
                break;
            }
            let mut shard: Vec<Digest> = entries(&self.shard(first))?
                .iter()
                .filter_map(|entry| named(first, entry.file_name().to_str()?))
                .filter(|digest| after.is_none_or(|after| digest > after))
                .collect();
            shard.sort_unstable();
            found.append(&mut shard);
        }
        found.truncate(limit);
        Ok(found)
    }

    fn remove(&self, digest: &Digest) -> Result<bool> {
        let removed = remove_if_there(&self.path(digest))?;
        if removed {
            let shard = self.shard(digest.as_bytes()[0]);
            sync_folder(&shard).map_err(|error| at(&shard, error))?;
        }
        Ok(removed)
    }
}

/// A file that is being written; removed when it is dropped before it was moved.
struct Incoming {
    file: File,
    path: PathBuf,
    moved: bool,
}

impl Incoming {
    const EXTENSION: &str = "part";

    /// A new file with a name of its own: others, of this process or not, are passed over.
    fn create(folder: &Path, next: &AtomicU64) -> Result<Self> {
        let process = std::process::id();
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let path = folder.join(format!("{process}-{number}.{}", Self::EXTENSION));
            match File::options().write(true).create_new(true).open(&path) {
                Ok(file) => return Ok(Self { file, path, moved: false }),
                Err(error) if error.kind() == ErrorKind::AlreadyExists => {}
                Err(error) => return Err(at(&path, error)),
            }
        }
    }

    fn write(&mut self, chunk: &[u8]) -> Result<()> {
        self.file.write_all(chunk).map_err(|error| at(&self.path, error))
    }

    /// Makes the bytes durable, then visible.
    fn move_to(mut self, place: &Path) -> Result<()> {
        self.file.sync_all().map_err(|error| at(&self.path, error))?;
        fs::rename(&self.path, place).map_err(|error| at(place, error))?;
        self.moved = true;
        Ok(())
    }
}

impl Drop for Incoming {
    fn drop(&mut self) {
        if !self.moved {
            // It can't be seen by anyone, and the next to open the store tries again.
            let _ = fs::remove_file(&self.path);
        }
    }
}

fn at(path: &Path, error: io::Error) -> Error {
    unavailable(path.display().to_string(), error)
}

/// Makes the folder, and those above it, if it is not there.
fn make_folder(path: &Path) -> Result<()> {
    let above = match path.parent() {
        Some(above) if above.as_os_str().is_empty() => Path::new("."),
        Some(above) => above,
        None => path,
    };
    if path.is_dir() {
        // Who made it may not have come to this yet. If we may not, they may.
        return match sync_folder(above) {
            Err(error) if error.kind() == ErrorKind::PermissionDenied => Ok(()),
            synced => synced.map_err(|error| at(above, error)),
        };
    }
    if above != path && !above.is_dir() {
        make_folder(above)?;
    }
    match fs::create_dir(path) {
        Err(error) if error.kind() == ErrorKind::AlreadyExists && path.is_dir() => {}
        Err(error) if error.kind() == ErrorKind::AlreadyExists => {
            return Err(Error::Invalid {
                field: "folder of artifacts",
                value: path.display().to_string(),
                expected: "a folder, or nothing yet".to_owned(),
            });
        }
        made => made.map_err(|error| at(path, error))?,
    }
    sync_folder(above).map_err(|error| at(above, error))
}

/// Makes durable which files a folder has. Only Unix lets one, and needs one to.
fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

/// What is in a folder; nothing, if it is not there.
fn entries(folder: &Path) -> Result<Vec<fs::DirEntry>> {
    match fs::read_dir(folder).and_then(Iterator::collect) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        read => read.map_err(|error| at(folder, error)),
    }
}

/// The digest that the file `name` in the shard `first` is named by; other files are not ours.
fn named(first: u8, name: &str) -> Option<Digest> {
    let digest = Digest::from_hex(&format!("{first:02x}{name}")).ok()?;
    (digest.to_hex()[2..] == *name).then_some(digest)
}

fn remove_if_there(path: &Path) -> Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(at(path, error)),
    }
}
