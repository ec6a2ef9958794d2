use std::fs::{self, File};
use std::io::{self, ErrorKind, Read};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::AtomicU64;

use super::hasher::Hasher;
use super::work::flush;
use super::{Listing, ObjectId};
use crate::artifact::{CHUNK, Incoming, at, make_folder, read_some, sync_folder};
use crate::{Error, Result};

/// Bytes of a list of files at most: millions of files.
const MAX_LISTING: u64 = 1 << 30;

/// A cache of DVC, or a remote in a folder, which has the same form: `.dvc/cache` of a project,
/// or what `dvc remote add` was given.
///
/// An object is written under another name, flushed to the disk and then renamed to its own, so
/// that whoever looks sees all of it or nothing, and made read-only as DVC does it. Objects that
/// are there already are not written again. Every object is checked against its name when it is
/// read, which DVC omits for those that are read-only. Files are copied, never linked: what is
/// done to one in the workspace does not reach the cache.
///
/// Any number of threads and processes, DVC among them, may share the folder. What a process that
/// was killed has left is in `tmp` within it, and may be removed when nobody writes.
#[derive(Clone, Debug)]
pub struct Cache {
    root: PathBuf,
    /// Part of the next name of a file that is being written.
    next: Arc<AtomicU64>,
}

impl Cache {
    /// The cache in the folder `root`, which is made when something is put into it.
    pub fn at(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into(), next: Arc::default() }
    }

    /// The folder.
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// Where an object lies, or would.
    pub fn path(&self, object: &ObjectId) -> PathBuf {
        self.root.join(object.path())
    }

    /// How many bytes an object has; `None` if it is not there. Does not read them.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if there is something else than a file, [`Error::Unavailable`] if the
    /// folder can't be read.
    pub fn size(&self, object: &ObjectId) -> Result<Option<u64>> {
        let path = self.path(object);
        match fs::symlink_metadata(&path) {
            Ok(found) if found.is_file() => Ok(Some(found.len())),
            Ok(_) => Err(damaged(object, &format!("{} is not a file", path.display()))),
            Err(error) if error.kind() == ErrorKind::NotFound => Ok(None),
            Err(error) => Err(at(&path, error)),
        }
    }

    /// Hands the bytes of an object to `sink`, and checks at their end that they are its own:
    /// what came before an error, nobody has vouched for.
    ///
    /// # Errors
    /// [`Error::NotFound`] if it is not there, [`Error::Corrupt`] if it is damaged,
    /// [`Error::Unavailable`] if it can't be read; those of `sink`.
    pub fn read(&self, object: &ObjectId, mut sink: impl FnMut(&[u8]) -> Result<()>) -> Result<u64> {
        let mut file = self.open(object)?;
        let path = self.path(object);
        let (found, size) =
            pour(&mut file, &path, Hasher::new(object.hash()), object.is_folder(), &mut sink)?;
        if found != *object {
            return Err(damaged(
                object,
                &format!("its bytes are those of {found}: remove {} and pull it again", path.display()),
            ));
        }
        Ok(size)
    }

    /// The files of a folder.
    ///
    /// # Errors
    /// Those of [`read`](Self::read) and of [`Listing::parse`]; [`Error::Invalid`] for the name of
    /// a file.
    pub fn listing(&self, object: &ObjectId) -> Result<Listing> {
        if !object.is_folder() {
            return Err(Error::Invalid {
                field: "DVC folder",
                value: object.to_string(),
                expected: "the name of a folder, which ends in `.dir`".to_owned(),
            });
        }
        if self.size(object)?.is_some_and(|size| size > MAX_LISTING) {
            return Err(damaged(object, "it has more than 1 GiB, which no list of files needs"));
        }
        let mut bytes = Vec::new();
        self.read(object, |chunk| {
            bytes.extend_from_slice(chunk);
            Ok(())
        })?;
        Listing::parse(&bytes, object.hash())
    }

    /// Whether an object is there with the bytes that it should have.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if it can't be read.
    pub fn is_intact(&self, object: &ObjectId) -> Result<bool> {
        match self.read(object, |_| Ok(())) {
            Ok(_) => Ok(true),
            Err(Error::NotFound { .. } | Error::Corrupt { .. }) => Ok(false),
            Err(error) => Err(error),
        }
    }

    fn open(&self, object: &ObjectId) -> Result<File> {
        let missing = || Error::NotFound {
            what: "object in the DVC cache",
            key: self.path(object).display().to_string(),
        };
        if self.size(object)?.is_none() {
            return Err(missing());
        }
        File::open(self.path(object)).map_err(|error| match error.kind() {
            ErrorKind::NotFound => missing(),
            _ => at(&self.path(object), error),
        })
    }

    /// The folder in which files are written that have no name yet.
    pub(super) fn incoming(&self) -> Result<PathBuf> {
        let folder = self.root.join("tmp");
        make_folder(&folder)?;
        Ok(folder)
    }

    /// Removes that folder, unless somebody writes there.
    pub(super) fn tidy(&self) {
        let _ = fs::remove_dir(self.root.join("tmp"));
    }

    /// A new file in which what `folder` will have is written.
    pub(super) fn create(&self, folder: &Path) -> Result<Incoming> {
        Incoming::create(folder, &self.next)
    }

    /// Copies all of `source`, the file at `path`, into a file without a name.
    pub(super) fn take(
        &self,
        source: &mut impl Read,
        path: &Path,
        hasher: Hasher,
        folder: &Path,
        mut sink: impl FnMut(&[u8]),
    ) -> Result<(Incoming, ObjectId, u64)> {
        let mut incoming = self.create(folder)?;
        let (object, size) = pour(source, path, hasher, false, &mut |chunk: &[u8]| {
            sink(chunk);
            incoming.write(chunk)
        })?;
        Ok((incoming, object, size))
    }

    /// Makes objects that were written durable and visible. Those that are there already go.
    pub(super) fn publish(&self, written: Vec<(Incoming, ObjectId)>) -> Result<()> {
        let mut missing = Vec::with_capacity(written.len());
        for (incoming, object) in written {
            // A damaged one is mended: who adds a file may rely on the cache from then on.
            if !self.is_intact(&object)? {
                missing.push((incoming, self.path(&object)));
            }
        }
        let mut shards: Vec<PathBuf> =
            missing.iter().filter_map(|(_, path)| path.parent()).map(Path::to_owned).collect();
        shards.sort_unstable();
        shards.dedup();
        flush(&missing, |(incoming, _)| incoming.protect())?;
        flush(&shards, |shard| make_folder(shard))?;
        for (incoming, path) in missing {
            incoming.move_to(&path)?;
        }
        flush(&shards, |shard| sync_folder(shard).map_err(|error| at(shard, error)))
    }

    /// Keeps the list of the files of a folder.
    pub(super) fn put_listing(&self, listing: &Listing) -> Result<ObjectId> {
        let object = listing.object_id();
        let mut incoming = self.create(&self.incoming()?)?;
        incoming.write(&listing.to_bytes())?;
        self.publish(vec![(incoming, object)])?;
        Ok(object)
    }
}

pub(super) fn damaged(object: &ObjectId, reason: &str) -> Error {
    Error::Corrupt { what: format!("object {object} of the DVC cache"), reason: reason.to_owned() }
}

/// Hands the bytes of a file to `sink`; gives their name and number.
pub(super) fn pour(
    source: &mut impl Read,
    path: &Path,
    mut hasher: Hasher,
    folder: bool,
    sink: &mut impl FnMut(&[u8]) -> Result<()>,
) -> Result<(ObjectId, u64)> {
    let mut chunk = vec![0; 4 * CHUNK];
    let mut size = 0;
    loop {
        let read = read_some(source, &mut chunk).map_err(|error: io::Error| at(path, error))?;
        if read == 0 {
            return Ok((hasher.finish(folder), size));
        }
        size += read as u64;
        hasher.update(&chunk[..read]);
        sink(&chunk[..read])?;
    }
}
