mod files;
mod incoming;

use std::fs::{self, File, Metadata, TryLockError};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;
use std::time::{Duration, SystemTime};

pub(crate) use files::{at, make_folder, sync_folder};
use files::{entries, from_system, named, remove_if_there, to_system};
pub(crate) use incoming::Incoming;
use mlops_core::{Clock, Digest, SystemClock};

use super::{Blob, BlobSource, BlobStore, Reclaimed, Space, Sweep, content, pour};
use crate::{Error, Result};

/// Artifacts as files of a folder: `sha256/ab/cdef…`, each named by its digest.
///
/// A file is written under `incoming/`, flushed to the disk, and then renamed to where it
/// belongs: whoever looks sees a whole artifact or none, and what [`put`](super::ArtifactStore::put)
/// has returned for outlives a crash of the process and of the machine. Any number of
/// threads and processes may share the folder. What a process that was killed has left in
/// `incoming/` is removed by the next [`open`](Self::open) at which nobody is writing.
///
/// When an artifact was last put or touched is the modification time of its file.
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
    clock: Arc<dyn Clock>,
}

impl FolderArtifacts {
    /// The store in the folder `root`, which is made if it is not there.
    ///
    /// # Errors
    /// [`Error::Invalid`] if `root`, or a folder of the store within, is
    /// not a folder; [`Error::Unavailable`] if it can't be made or
    /// written. Both name the path.
    pub fn open(root: impl Into<PathBuf>) -> Result<Self> {
        Self::with_clock(root, Arc::new(SystemClock))
    }

    /// The same by another clock than the machine's, which must be that of all who share the
    /// folder.
    ///
    /// # Errors
    /// Those of [`open`](Self::open).
    pub fn with_clock(root: impl Into<PathBuf>, clock: Arc<dyn Clock>) -> Result<Self> {
        let place = Place { root: root.into(), next: AtomicU64::new(0), clock };
        let store = Self { place: Arc::new(place) };
        make_folder(store.root())?;
        make_folder(&store.space(Space::Artifacts))?;
        make_folder(&store.incoming())?;
        store.clean(Sweep::Remove)?;
        Ok(store)
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.place.root
    }

    fn space(&self, space: Space) -> PathBuf {
        self.root().join(space.as_str())
    }

    fn incoming(&self) -> PathBuf {
        self.root().join("incoming")
    }

    fn shard(&self, space: Space, first: u8) -> PathBuf {
        self.space(space).join(format!("{first:02x}"))
    }

    fn shard_of(&self, blob: &Blob) -> PathBuf {
        self.shard(blob.space, blob.digest.as_bytes()[0])
    }

    fn path(&self, blob: &Blob) -> PathBuf {
        self.shard_of(blob).join(&blob.digest.to_hex()[2..])
    }

    fn now(&self) -> SystemTime {
        to_system(self.place.clock.now())
    }

    /// Opens the file whose lock says that somebody writes: held shared for every `put`,
    /// and exclusively by who removes what the dead have left.
    fn lock_file(&self) -> Result<File> {
        open_lock(&self.incoming().join("lock"))
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

    /// Opens the file whose lock keeps a file from being removed for its age in the moment in
    /// which it becomes new: held shared by who makes it new, and exclusively by who looks at
    /// its age and then removes it. Neither takes long.
    fn ages(&self) -> Result<File> {
        open_lock(&self.root().join("ages.lock"))
    }

    /// Keeps files that become new from being removed, until the file is dropped.
    fn renewing(&self) -> Result<File> {
        let lock = self.ages()?;
        match lock.lock_shared() {
            // Without locks nobody removes files for their age.
            Err(error) if error.kind() != ErrorKind::Unsupported => Err(at(self.root(), error)),
            _ => Ok(lock),
        }
    }

    /// Keeps files from becoming new, until the file is dropped.
    fn aging(&self) -> Result<File> {
        let lock = self.ages()?;
        lock.lock().map_err(|error| at(self.root(), error))?;
        Ok(lock)
    }

    /// Removes what writers that died have left behind, if nobody is writing now.
    fn clean(&self, sweep: Sweep) -> Result<Reclaimed> {
        let mut reclaimed = Reclaimed::default();
        let lock = self.lock_file()?;
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(reclaimed),
            Err(TryLockError::Error(error)) if error.kind() == ErrorKind::Unsupported => {
                return Ok(reclaimed);
            }
            Err(TryLockError::Error(error)) => return Err(at(self.root(), error)),
        }
        for entry in entries(&self.incoming())? {
            let path = entry.path();
            if path.extension().is_some_and(|extension| extension == Incoming::EXTENSION) {
                reclaimed = reclaimed.part(entry.metadata().map_or(0, |file| file.len()));
                if sweep == Sweep::Remove {
                    remove_if_there(&path)?;
                }
            }
        }
        Ok(reclaimed)
    }

    /// Makes files that were written visible under their names, and then that durable.
    fn publish(&self, files: Vec<(Incoming, Blob)>) -> Result<()> {
        let now = self.now();
        let mut shards = Vec::new();
        for (incoming, blob) in &files {
            incoming.sync(now)?;
            shards.push(self.shard_of(blob));
        }
        shards.sort_unstable();
        shards.dedup();
        for shard in &shards {
            make_folder(shard)?;
        }
        let renewing = self.renewing()?;
        for (incoming, blob) in files {
            incoming.move_to(&self.path(&blob))?;
        }
        drop(renewing);
        shards.iter().try_for_each(|shard| sync_folder(shard).map_err(|error| at(shard, error)))
    }

    /// The file of a blob, open, and its path.
    fn file(&self, blob: &Blob) -> Result<Option<(File, PathBuf)>> {
        // Before it is opened: a pipe would be waited for, and a link leads elsewhere.
        if self.metadata(blob)?.is_none() {
            return Ok(None);
        }
        let path = self.path(blob);
        match File::open(&path) {
            Ok(file) => Ok(Some((file, path))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(&path, error)),
        }
    }

    /// What is known of the file of a blob, which must be one.
    fn metadata(&self, blob: &Blob) -> Result<Option<Metadata>> {
        let path = self.path(blob);
        let file = match fs::symlink_metadata(&path) {
            Ok(file) => file,
            Err(error) if error.kind() == ErrorKind::NotFound => return Ok(None),
            Err(error) => return Err(at(&path, error)),
        };
        if file.is_file() {
            return Ok(Some(file));
        }
        let is = if file.is_symlink() {
            "a link"
        } else if file.is_dir() {
            "a folder"
        } else {
            "neither a file nor a folder"
        };
        Err(Error::Corrupt { what: blob.to_string(), reason: format!("{} is {is}", path.display()) })
    }

    fn is_old(&self, file: &Metadata, age: Duration) -> io::Result<bool> {
        Ok(self.place.clock.now().saturating_since(from_system(file.modified()?)) >= age)
    }
}

impl BlobStore for FolderArtifacts {
    fn put_blob(&self, source: &mut dyn BlobSource) -> Result<Blob> {
        let _announced = self.announce()?;
        let mut incoming = Incoming::create(&self.incoming(), &self.place.next)?;
        let (blob, _) = pour(source, |chunk| incoming.write(chunk))?;
        self.publish(vec![(incoming, blob)])?;
        Ok(blob)
    }

    fn put_blobs(&self, blobs: &[(Blob, &[u8])]) -> Result<()> {
        let _announced = self.announce()?;
        // All are written before the first is flushed: then one journal entry is for all.
        let written = blobs.iter().map(|(blob, bytes)| {
            let mut incoming = Incoming::create(&self.incoming(), &self.place.next)?;
            incoming.write(bytes)?;
            Ok((incoming, *blob))
        });
        self.publish(written.collect::<Result<_>>()?)
    }

    fn open_blob(&self, blob: &Blob) -> Result<Option<Box<dyn Read + Send>>> {
        Ok(self.file(blob)?.map(|(file, _)| Box::new(file) as _))
    }

    fn blob_size(&self, blob: &Blob) -> Result<Option<u64>> {
        Ok(self.metadata(blob)?.map(|file| file.len()))
    }

    fn list_blobs(&self, space: Space, after: Option<&Digest>, limit: usize) -> Result<Vec<Digest>> {
        let mut found = Vec::new();
        for first in after.map_or(0, |digest| digest.as_bytes()[0])..=u8::MAX {
            if found.len() >= limit {
                break;
            }
            let mut shard: Vec<Digest> = entries(&self.shard(space, first))?
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

    fn touch_blob(&self, blob: &Blob) -> Result<bool> {
        let _renewing = self.renewing()?;
        let Some((file, path)) = self.file(blob)? else { return Ok(false) };
        file.set_modified(self.now()).map_err(|error| at(&path, error))?;
        Ok(true)
    }

    fn remove_blob(&self, blob: &Blob, age: Duration, sweep: Sweep) -> Result<bool> {
        let path = self.path(blob);
        let removed = if age.is_zero() && sweep == Sweep::Remove {
            // What goes whatever its age, and whatever it is, may go at any moment.
            remove_if_there(&path)?
        } else {
            let _aging = if sweep == Sweep::Remove { Some(self.aging()?) } else { None };
            let Some(file) = self.metadata(blob)? else { return Ok(false) };
            let old = self.is_old(&file, age).map_err(|error| at(&path, error))?;
            if !old || sweep == Sweep::DryRun {
                return Ok(old);
            }
            remove_if_there(&path)?
        };
        if removed {
            let shard = self.shard_of(blob);
            sync_folder(&shard).map_err(|error| at(&shard, error))?;
        }
        Ok(removed)
    }

    fn reclaim_parts(&self, _: Duration, sweep: Sweep) -> Result<Reclaimed> {
        // While nobody writes, whatever was being written is of the dead.
        self.clean(sweep)
    }
}

content::artifacts_of_blobs!(FolderArtifacts);

fn open_lock(path: &Path) -> Result<File> {
    File::options().create(true).truncate(false).write(true).open(path).map_err(|error| at(path, error))
}
