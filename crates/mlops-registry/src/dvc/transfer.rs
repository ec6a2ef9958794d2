use std::collections::BTreeSet;
use std::fmt;

use super::work::{Listener, Progress, batches, each};
use super::{Cache, DvcFile, ObjectId};
use crate::{Error, Result};

/// Copies what a `.dvc` file stands for from one cache to another: `dvc push`, `dvc pull`.
///
/// Made by [`Cache::transfer`].
#[must_use]
pub struct Transfer<'a> {
    from: &'a Cache,
    to: &'a Cache,
    file: &'a DvcFile,
    pull: bool,
    listener: Listener<'a>,
}

impl fmt::Debug for Transfer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Transfer")
            .field("from", &self.from)
            .field("to", &self.to)
            .field("pull", &self.pull)
            .finish_non_exhaustive()
    }
}

/// What was copied.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Transferred {
    /// Objects that were copied.
    pub copied: u64,
    /// Objects that were there already.
    pub present: u64,
    /// Bytes that were copied.
    pub bytes: u64,
    /// Outputs that were left out, as their `.dvc` file says `push: false`.
    pub not_pushed: Vec<String>,
}

impl Cache {
    /// Copies what `file` stands for to another cache: to a remote, or from one if it is
    /// [said so](Transfer::pulling).
    pub fn transfer<'a>(&'a self, file: &'a DvcFile, to: &'a Self) -> Transfer<'a> {
        Transfer { from: self, to, file, pull: false, listener: None }
    }
}

impl<'a> Transfer<'a> {
    /// From a remote: takes outputs too that say `push: false`, as `dvc pull` does.
    pub const fn pulling(mut self) -> Self {
        self.pull = true;
        self
    }

    /// Tells `progress` now and then how far it is.
    pub fn on_progress(mut self, progress: &'a mut dyn FnMut(Progress)) -> Self {
        self.listener = Some(progress);
        self
    }

    /// Does it. Each object is checked as it is copied; one that is there already is left alone.
    /// The list of the files of a folder comes after all of them: what a cache lists, it has.
    ///
    /// # Errors
    /// [`Error::NotFound`] if an object is in neither; [`Error::Corrupt`] if one is damaged;
    /// [`Error::Unavailable`] if something can't be read or written. Some objects may have been
    /// copied then; none is half. [`Error::Invalid`] as for [`Cache::listing`].
    pub fn run(mut self) -> Result<Transferred> {
        let (mut files, mut folders) = (BTreeSet::new(), BTreeSet::new());
        let mut transferred = Transferred::default();
        for out in self.file.outs.iter().filter(|out| out.is_cached()) {
            if !self.pull && !out.is_pushed() {
                transferred.not_pushed.push(out.path.clone());
                continue;
            }
            if !out.object.is_folder() {
                files.insert(out.object);
                continue;
            }
            let has = if self.from.size(&out.object)?.is_some() { self.from } else { self.to };
            files.extend(has.listing(&out.object)?.iter().map(|(_, object)| *object));
            folders.insert(out.object);
        }
        let files = self.missing(&files, &mut transferred)?;
        let folders = self.missing(&folders, &mut transferred)?;
        let total =
            Progress { of_files: transferred.copied, of_bytes: transferred.bytes, ..Progress::default() };
        let copied = self.copy(&files, total).and_then(|()| {
            let done = Progress {
                files: files.len() as u64,
                bytes: files.iter().map(|(_, size)| size).sum(),
                ..total
            };
            self.copy(&folders, done)
        });
        self.to.tidy();
        copied.map(|()| transferred)
    }

    /// Those that are to be copied, and how many bytes they have.
    fn missing(&self, objects: &BTreeSet<ObjectId>, seen: &mut Transferred) -> Result<Vec<(ObjectId, u64)>> {
        let mut missing = Vec::new();
        for object in objects {
            if self.to.size(object)?.is_some() {
                seen.present += 1;
                continue;
            }
            let size = self.from.size(object)?.ok_or_else(|| Error::NotFound {
                what: "object in the DVC cache",
                key: self.from.path(object).display().to_string(),
            })?;
            seen.copied += 1;
            seen.bytes += size;
            missing.push((*object, size));
        }
        Ok(missing)
    }

    fn copy(&mut self, objects: &[(ObjectId, u64)], done: Progress) -> Result<()> {
        if objects.is_empty() {
            return Ok(());
        }
        let (from, to) = (self.from, self.to);
        let incoming = to.incoming()?;
        each(&batches(objects, |(_, size)| *size), done, &mut self.listener, |batch, teller| {
            let mut written = Vec::with_capacity(batch.len());
            for (object, _) in *batch {
                let mut copy = to.create(&incoming)?;
                from.read(object, |chunk| {
                    teller.bytes(chunk.len());
                    copy.write(chunk)
                })?;
                teller.file();
                written.push((copy, *object));
            }
            to.publish(written)
        })?;
        Ok(())
    }
}
