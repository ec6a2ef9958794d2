use std::fs::{self, File};
use std::io::{self, ErrorKind};
use std::path::Path;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use mlops_core::{Digest, Timestamp};

use crate::artifact::unavailable;
use crate::{Error, Result};

pub(crate) fn at(path: &Path, error: io::Error) -> Error {
    unavailable(path.display().to_string(), error)
}

/// Makes the folder, and those above it, if it is not there.
pub(crate) fn make_folder(path: &Path) -> Result<()> {
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
pub(crate) fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

/// What is in a folder; nothing, if it is not there.
pub(super) fn entries(folder: &Path) -> Result<Vec<fs::DirEntry>> {
    match fs::read_dir(folder).and_then(Iterator::collect) {
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(Vec::new()),
        read => read.map_err(|error| at(folder, error)),
    }
}

/// The digest that the file `name` in the shard `first` is named by; other files are not ours.
pub(super) fn named(first: u8, name: &str) -> Option<Digest> {
    let digest = Digest::from_hex(&format!("{first:02x}{name}")).ok()?;
    (digest.to_hex()[2..] == *name).then_some(digest)
}

pub(super) fn remove_if_there(path: &Path) -> Result<bool> {
    match fs::remove_file(path) {
        Ok(()) => Ok(true),
        Err(error) if error.kind() == ErrorKind::NotFound => Ok(false),
        Err(error) => Err(at(path, error)),
    }
}

/// The moment as file systems have it.
pub(super) fn to_system(time: Timestamp) -> SystemTime {
    let micros = Duration::from_micros(time.as_micros().unsigned_abs());
    let moment =
        if time.as_micros() < 0 { UNIX_EPOCH.checked_sub(micros) } else { UNIX_EPOCH.checked_add(micros) };
    moment.unwrap_or(UNIX_EPOCH)
}

pub(super) fn from_system(time: SystemTime) -> Timestamp {
    let micros = |duration: Duration| i64::try_from(duration.as_micros()).unwrap_or(i64::MAX);
    match time.duration_since(UNIX_EPOCH) {
        Ok(after) => Timestamp::from_micros(micros(after)),
        Err(before) => Timestamp::from_micros(-micros(before.duration())),
    }
}
