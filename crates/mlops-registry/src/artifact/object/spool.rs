use std::fs::File;
use std::io::{self, Read, Seek as _, Write as _};
use std::path::PathBuf;

use bytes::Bytes;

use crate::Result;
use crate::artifact::{Blob, BlobSource, pour, unavailable};

/// The bytes of a source that has ended, whose name is known only now: in memory if they are
/// few, else in a file that no folder has any more, and that is gone with the handle.
#[derive(Debug)]
pub(super) enum Spooled {
    Memory(Bytes),
    File { file: File, size: u64 },
}

/// Where bytes wait that are too many for memory.
#[derive(Clone, Debug, Default)]
pub(super) struct Spool {
    /// That of the system, if `None`.
    pub(super) folder: Option<PathBuf>,
}

impl Spool {
    /// Reads `source` to its end, with up to `most` bytes in memory.
    pub(super) fn fill(&self, source: &mut dyn BlobSource, most: usize) -> Result<(Blob, Spooled)> {
        let mut bytes = Vec::new();
        let mut file = None;
        let (blob, size) = pour(source, |chunk| {
            if file.is_none() && bytes.len() + chunk.len() > most {
                let mut new = self.create().map_err(|error| self.failed(error))?;
                new.write_all(&bytes).map_err(|error| self.failed(error))?;
                bytes = Vec::new();
                file = Some(new);
            }
            if let Some(file) = &mut file {
                return file.write_all(chunk).map_err(|error| self.failed(error));
            }
            bytes.extend_from_slice(chunk);
            Ok(())
        })?;
        let spooled = file.map_or_else(|| Spooled::Memory(bytes.into()), |file| Spooled::File { file, size });
        Ok((blob, spooled))
    }

    fn create(&self) -> io::Result<File> {
        match &self.folder {
            Some(folder) => tempfile::tempfile_in(folder),
            None => tempfile::tempfile(),
        }
    }

    fn failed(&self, error: io::Error) -> crate::Error {
        let folder = self.folder.clone().unwrap_or_else(std::env::temp_dir);
        unavailable(format!("the folder {} for what is on its way", folder.display()), error)
    }
}

/// Reads a file that was written from its start, `length` bytes at a time.
pub(super) struct Parts<'a> {
    file: &'a File,
    length: usize,
}

impl<'a> Parts<'a> {
    pub(super) fn new(mut file: &'a File, length: usize) -> io::Result<Self> {
        file.rewind()?;
        Ok(Self { file, length })
    }

    /// The next part; `None` after the last.
    pub(super) fn next(&mut self) -> io::Result<Option<Bytes>> {
        let mut part = Vec::with_capacity(self.length);
        self.file.take(self.length as u64).read_to_end(&mut part)?;
        Ok((!part.is_empty()).then(|| part.into()))
    }
}
