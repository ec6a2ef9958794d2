use std::fs::{self, File};
use std::io::{ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::SystemTime;

use super::files::at;
use crate::Result;

/// A file that is being written; removed when it is dropped before it was moved.
pub(crate) struct Incoming {
    file: File,
    path: PathBuf,
    moved: bool,
}

impl Incoming {
    pub(super) const EXTENSION: &str = "part";

    /// A new file with a name of its own: others, of this process or not, are passed over.
    pub(crate) fn create(folder: &Path, next: &AtomicU64) -> Result<Self> {
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

    pub(crate) fn write(&mut self, chunk: &[u8]) -> Result<()> {
        self.file.write_all(chunk).map_err(|error| at(&self.path, error))
    }

    /// Makes the bytes durable, as put at `now`.
    pub(super) fn sync(&self, now: SystemTime) -> Result<()> {
        self.file.set_modified(now).and_then(|()| self.file.sync_all()).map_err(|error| at(&self.path, error))
    }

    /// Makes the bytes durable, for anyone to read and nobody to write.
    #[cfg(feature = "dvc")]
    pub(crate) fn protect(&self) -> Result<()> {
        self.keep(|permissions| {
            #[cfg(unix)]
            std::os::unix::fs::PermissionsExt::set_mode(permissions, 0o444);
            #[cfg(not(unix))]
            permissions.set_readonly(true);
        })
    }

    /// Makes the bytes durable with other permissions than a new file has.
    #[cfg(feature = "dvc")]
    pub(crate) fn keep(&self, change: impl FnOnce(&mut fs::Permissions)) -> Result<()> {
        let kept = || -> std::io::Result<()> {
            let before = self.file.metadata()?.permissions();
            let mut permissions = before.clone();
            change(&mut permissions);
            if permissions != before {
                self.file.set_permissions(permissions)?;
            }
            self.file.sync_all()
        };
        kept().map_err(|error| at(&self.path, error))
    }

    /// Makes the bytes visible.
    pub(crate) fn move_to(mut self, place: &Path) -> Result<()> {
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
