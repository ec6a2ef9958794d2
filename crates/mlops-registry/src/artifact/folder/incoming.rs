use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::files::at;
use crate::Result;

/// A file that is being written; removed when it is dropped before it was moved.
pub(super) struct Incoming {
    file: File,
    path: PathBuf,
    moved: bool,
}

impl Incoming {
    pub(super) const EXTENSION: &str = "part";

    /// A new file with a name of its own: others, of this process or not, are passed over.
    pub(super) fn create(folder: &Path, next: &AtomicU64) -> Result<Self> {
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

    pub(super) fn write(&mut self, chunk: &[u8]) -> Result<()> {
        self.file.write_all(chunk).map_err(|error| at(&self.path, error))
    }

    /// Makes the bytes durable, as put at `now`.
    pub(super) fn sync(&self, now: SystemTime) -> Result<()> {
        self.file.set_modified(now).and_then(|()| self.file.sync_all()).map_err(|error| at(&self.path, error))
    }

    /// Makes the bytes visible.
    pub(super) fn move_to(mut self, place: &Path) -> Result<()> {
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
