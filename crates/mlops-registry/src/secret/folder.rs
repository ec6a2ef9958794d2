use std::fs::{self, File};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};

use zeroize::Zeroizing;

use super::{MAX_SECRET, Secret, SecretSource, check_name, check_size, not_found};
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
        // Room for all of it at once: a buffer that grows leaves copies behind.
        let room = usize::try_from(metadata.len()).unwrap_or(0) + 1;
        let mut bytes = Zeroizing::new(vec![0; room]);
        let read = fill(file.take(MAX_SECRET), &mut bytes).map_err(|error| failed(&path, name, error))?;
        bytes.truncate(read);
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
    Error::Unavailable { store: path.display().to_string(), transient: false, source: error.into() }
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
