use std::fs::{self, File};
use std::path::{Path, PathBuf};

use rusqlite::Connection;
use rusqlite::backup::{Backup, StepResult};

use super::{SqliteStore, connection};
use crate::{Error, Result};

/// How many pages are copied between two reports.
const PAGES: i32 = 256;

/// How far a backup is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BackupProgress {
    /// How many pages are copied.
    pub done: u64,
    /// How many there are.
    pub total: u64,
}

impl SqliteStore {
    /// Copies the store as it is at this moment to the new file `to`, while others read and
    /// write. `progress` is told now and then how far it is.
    ///
    /// The copy is looked through before it gets its name: a file of that name is whole. It is
    /// a store like any other, and its log can be [audited](crate::audit::Audit::against)
    /// against a tree head that was kept. What is committed meanwhile is not in it, and grows
    /// the write-ahead log for as long as the copying takes.
    ///
    /// # Errors
    /// [`Error::Conflict`] if there is something at `to`: nothing is written over.
    /// [`Error::Unavailable`] if it can't be written, [`Error::Corrupt`] if what was to be
    /// copied is damaged. Then there is nothing at `to`.
    ///
    /// ```no_run
    /// # fn backup(store: &mlops_registry::store::SqliteStore) -> mlops_registry::Result<()> {
    /// store.backup("backup/registry-2013-04-01.db".as_ref(), |at| println!("{} of {}", at.done, at.total))?;
    /// # Ok(()) }
    /// ```
    pub fn backup(&self, to: &Path, mut progress: impl FnMut(BackupProgress)) -> Result<()> {
        let exists = || Error::Conflict {
            what: "backup",
            key: to.display().to_string(),
            expected: "absent".to_owned(),
            current: "there already".to_owned(),
        };
        if to.symlink_metadata().is_ok() {
            return Err(exists());
        }
        let failed = |source: std::io::Error| Error::Unavailable {
            store: to.display().to_string(),
            transient: false,
            source: Box::new(source),
        };
        let part = Part::beside(to).map_err(failed)?;
        self.copy(&part.0, &mut progress)?;
        // A link, for it is made only where there is nothing, which a renaming does not heed.
        match fs::hard_link(&part.0, to) {
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Err(exists()),
            other => other.map_err(failed)?,
        }
        let folder = to.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
        File::open(folder).and_then(|folder| folder.sync_all()).map_err(failed)
    }

    fn copy(&self, part: &Path, progress: &mut dyn FnMut(BackupProgress)) -> Result<()> {
        let from = connection::open(&self.path, self.patience)?;
        // The state of one moment, whatever others write: without a transaction around it the
        // copying would begin anew at each commit of theirs.
        from.execute_batch("BEGIN; SELECT count(*) FROM sqlite_schema").map_err(|error| self.error(error))?;
        let mut copy = connection::open(part, self.patience)?;
        let broken = |error| connection::error(part, error);
        {
            let backup = Backup::new(&from, &mut copy).map_err(broken)?;
            loop {
                let step = backup.step(PAGES).map_err(broken)?;
                let at = backup.progress();
                let count = |pages: i32| u64::try_from(pages).unwrap_or(0);
                let total = count(at.pagecount);
                progress(BackupProgress { done: total - count(at.remaining).min(total), total });
                if step == StepResult::Done {
                    break;
                }
            }
        }
        look_through(&copy, &self.path).map_err(|error| match error {
            Failed::Sql(error) => broken(error),
            Failed::Damaged(error) => error,
        })?;
        copy.close().map_err(|(_, error)| broken(error))?;
        File::open(part).and_then(|file| file.sync_all()).map_err(|source| Error::Unavailable {
            store: part.display().to_string(),
            transient: false,
            source: Box::new(source),
        })
    }
}

enum Failed {
    Sql(rusqlite::Error),
    Damaged(Error),
}

fn look_through(copy: &Connection, of: &Path) -> Result<(), Failed> {
    let found: String =
        copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)).map_err(Failed::Sql)?;
    if found == "ok" {
        return Ok(());
    }
    Err(Failed::Damaged(Error::Corrupt { what: of.display().to_string(), reason: found }))
}

/// A file that is gone when this is, with what SQLite puts beside it.
struct Part(PathBuf);

impl Part {
    /// An empty file beside `to`, of a name that nobody else has.
    fn beside(to: &Path) -> std::io::Result<Self> {
        let mut number = 0_u32;
        loop {
            let mut name = to.file_name().unwrap_or_default().to_owned();
            name.push(format!(".{}-{number}.part", std::process::id()));
            let path = to.with_file_name(name);
            match File::create_new(&path) {
                Ok(_) => return Ok(Self(path)),
                Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => number += 1,
                Err(error) => return Err(error),
            }
        }
    }
}

impl Drop for Part {
    fn drop(&mut self) {
        for end in ["", "-journal", "-wal", "-shm"] {
            let mut path = self.0.clone().into_os_string();
            path.push(end);
            // What is left is a file that says itself that it is a part.
            let _ = fs::remove_file(path);
        }
    }
}
