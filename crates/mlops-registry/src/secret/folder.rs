use std::fs::{self, File};
use std::io;
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{Secret, SecretSource, check_name, check_size, not_found};
use crate::{Error, Result};

/// Secrets in files of one folder, each named as the secret in it. A line break at its end is
/// not part of it, so that an editor may have written it.
///
/// On Unix a file that its group or others may touch is refused: whoever could read it knows
/// the secret already, and who could write it decides what it is.
#[derive(Clone, Debug)]
pub struct FolderSecrets {
    folder: PathBuf,
}

impl FolderSecrets {
    /// Those in `folder`, which is looked at when one is asked for.
    pub fn new(folder: impl Into<PathBuf>) -> Self {
        Self { folder: folder.into() }
    }
}

impl SecretSource for FolderSecrets {
    /// As the port has it; [`Error::Unavailable`] that is transient if the file is written to
    /// in this moment.
    fn secret(&self, name: &str) -> Result<Secret> {
        check_name(name)?;
        let path = self.folder.join(name);
        // Before it is opened: a pipe would be waited for.
        let kind = fs::metadata(&path).map_err(|error| failed(&path, name, error))?;
        check_file(&path, &kind)?;
        let file = File::open(&path).map_err(|error| failed(&path, name, error))?;
        // And once more of what was opened, whatever the name means by now.
        let metadata = file.metadata().map_err(|error| failed(&path, name, error))?;
        check_file(&path, &metadata)?;
        check_size(name, metadata.len())?;
        let mut bytes = read_all(file, metadata.len()).map_err(|error| failed(&path, name, error))?;
        if bytes.last() == Some(&b'\n') {
            bytes.pop();
            if bytes.last() == Some(&b'\r') {
                bytes.pop();
            }
        }
        check_size(name, bytes.len() as u64)?;
        Ok(Secret::of(bytes))
    }
}

/// All of a file of `size` bytes, and never more: one that grows or shrinks while it is read is
/// neither the secret of before nor that of after.
fn read_all(source: impl io::Read, size: u64) -> io::Result<Zeroizing<Vec<u8>>> {
    let size = usize::try_from(size).map_err(io::Error::other)?;
    // Room for all of it at once, since a buffer that grows leaves copies behind; and for one
    // byte that must not come.
    let mut bytes = Zeroizing::new(vec![0; size + 1]);
    let read = fill(source, &mut bytes)?;
    if read != size {
        let changed = "it was changed while it was read";
        return Err(io::Error::new(io::ErrorKind::ResourceBusy, changed));
    }
    bytes.truncate(size);
    Ok(bytes)
}

/// Reads until there is no more, or no more room.
fn fill(mut source: impl io::Read, room: &mut [u8]) -> io::Result<usize> {
    let mut filled = 0;
    while filled < room.len() {
        match source.read(&mut room[filled..]) {
            Ok(0) => break,
            Ok(read) => filled += read,
            Err(error) if error.kind() == io::ErrorKind::Interrupted => {}
            Err(error) => return Err(error),
        }
    }
    Ok(filled)
}

fn failed(path: &Path, name: &str, error: io::Error) -> Error {
    if error.kind() == io::ErrorKind::NotFound {
        return not_found(name);
    }
    let transient = error.kind() == io::ErrorKind::ResourceBusy;
    Error::Unavailable { store: path.display().to_string(), transient, source: error.into() }
}

/// That it is a file, and its owner's alone.
fn check_file(path: &Path, metadata: &fs::Metadata) -> Result<()> {
    if !metadata.is_file() {
        return Err(Error::Invalid {
            field: "place of a secret",
            value: path.display().to_string(),
            expected: "a file".to_owned(),
        });
    }
    #[cfg(unix)]
    {
        use std::os::unix::fs::MetadataExt as _;
        let mode = metadata.mode() & 0o777;
        if mode & 0o077 != 0 {
            return Err(Error::Invalid {
                field: "permissions of the file of a secret",
                value: format!("{mode:04o} of {}", path.display()),
                expected: "none for its group and for others, such as 0600".to_owned(),
            });
        }
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use std::io::Read as _;

    use super::*;

    /// A file that someone writes to while it is read, a little at a time.
    struct Changing(u64);

    impl io::Read for Changing {
        fn read(&mut self, room: &mut [u8]) -> io::Result<usize> {
            let read = self.0.min(room.len() as u64).min(7);
            self.0 -= read;
            let read = usize::try_from(read).unwrap();
            room[..read].fill(b'x');
            Ok(read)
        }
    }

    #[test]
    fn a_file_that_grows_is_no_longer_the_one_that_was_looked_at() {
        assert_eq!(read_all(Changing(100), 100).unwrap().as_slice(), [b'x'; 100]);
        for (size, is) in [(100, 101), (100, u64::MAX), (64 * 1024, 64 * 1024 + 1), (100, 99), (1, 0)] {
            let mut source = Changing(is);
            let error = read_all(source.by_ref(), size).unwrap_err();
            assert!(is - source.0 <= size + 1, "no more than a byte beyond");
            let error = failed(Path::new("/secrets/key"), "key", error);
            assert!(matches!(&error, Error::Unavailable { transient: true, .. }), "{error:?}");
        }
    }
}
