use std::fs::{File, OpenOptions, TryLockError};
use std::io;
use std::path::{Path, PathBuf};

use crate::{Error, Result};

/// The file, locked for one writer, read and written at places.
#[derive(Debug)]
pub(super) struct Disk {
    file: File,
    path: PathBuf,
}

impl Disk {
    /// Opens the file, or makes it. The lock goes with the handle, also when the process is killed.
    pub(super) fn open(path: &Path) -> Result<Self> {
        let unavailable = |source: io::Error| unavailable(path, &source);
        let mut options = OpenOptions::new();
        options.read(true).write(true).create(true).truncate(false);
        let file = options.open(path).map_err(unavailable)?;
        match file.try_lock() {
            Ok(()) => Ok(Self { file, path: path.to_owned() }),
            Err(TryLockError::WouldBlock) => Err(Error::InUse { file: path.to_owned() }),
            Err(TryLockError::Error(source)) => Err(unavailable(source)),
        }
    }

    pub(super) fn path(&self) -> &Path {
        &self.path
    }

    pub(super) fn length(&self) -> Result<u64> {
        self.file.metadata().map(|metadata| metadata.len()).map_err(|source| self.unavailable(&source))
    }

    /// Fills `buffer` from the bytes at `place`.
    pub(super) fn read(&self, buffer: &mut [u8], place: u64) -> Result<()> {
        read_at(&self.file, buffer, place).map_err(|source| self.unavailable(&source))
    }

    /// Writes all bytes at `place`.
    pub(super) fn write(&self, bytes: &[u8], place: u64) -> Result<()> {
        write_at(&self.file, bytes, place).map_err(|source| self.unavailable(&source))
    }

    /// Cuts off what is beyond `length`.
    pub(super) fn cut(&self, length: u64) -> Result<()> {
        self.file.set_len(length).map_err(|source| self.unavailable(&source))
    }

    /// Returns when the bytes would survive a loss of power.
    pub(super) fn sync(&self) -> Result<()> {
        self.file.sync_data().map_err(|source| self.unavailable(&source))
    }

    /// Returns when the name of a new file would survive it too.
    pub(super) fn sync_name(&self) -> Result<()> {
        // Only Unix lets a folder be opened, and only there it has to be.
        if cfg!(unix) {
            let folder = self.path.parent().filter(|folder| !folder.as_os_str().is_empty());
            let folder = File::open(folder.unwrap_or(Path::new("."))).and_then(|folder| folder.sync_all());
            folder.map_err(|source| self.unavailable(&source))?;
        }
        Ok(())
    }

    pub(super) fn corrupt(&self, offset: u64, reason: impl Into<String>) -> Error {
        Error::Corrupt { file: self.path.clone(), offset, reason: reason.into() }
    }

    pub(super) fn unavailable(&self, source: &io::Error) -> Error {
        unavailable(&self.path, source)
    }
}

fn unavailable(path: &Path, source: &io::Error) -> Error {
    let source = io::Error::new(source.kind(), format!("{}: {source}", path.display()));
    Error::Unavailable { log: "the prediction log on disk", source: source.into() }
}

#[cfg(unix)]
fn read_at(file: &File, buffer: &mut [u8], place: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::read_exact_at(file, buffer, place)
}

#[cfg(unix)]
fn write_at(file: &File, bytes: &[u8], place: u64) -> io::Result<()> {
    std::os::unix::fs::FileExt::write_all_at(file, bytes, place)
}

#[cfg(windows)]
fn read_at(file: &File, mut buffer: &mut [u8], mut place: u64) -> io::Result<()> {
    while !buffer.is_empty() {
        match std::os::windows::fs::FileExt::seek_read(file, buffer, place)? {
            0 => return Err(io::ErrorKind::UnexpectedEof.into()),
            count => {
                buffer = &mut buffer[count..];
                place += count as u64;
            }
        }
    }
    Ok(())
}

#[cfg(windows)]
fn write_at(file: &File, mut bytes: &[u8], mut place: u64) -> io::Result<()> {
    while !bytes.is_empty() {
        match std::os::windows::fs::FileExt::seek_write(file, bytes, place)? {
            0 => return Err(io::ErrorKind::WriteZero.into()),
            count => {
                bytes = &bytes[count..];
                place += count as u64;
            }
        }
    }
    Ok(())
}
