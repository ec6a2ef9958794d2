//! A copy of a database of one moment, which leaves the database as it is.

use std::fs::{self, File, Metadata};
use std::io::{self, Read as _};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, SystemTime};

use mlops_core::{Digest, DigestWriter};
use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::{Error, Result};

/// How long a writer of the source is waited for.
const PATIENCE: Duration = Duration::from_secs(3);

/// How often the source is copied anew if it has changed while it was read.
const ATTEMPTS: usize = 8;

/// What a file of SQLite begins with (*Database File Format*, 1.3).
const MAGIC: &[u8; 16] = b"SQLite format 3\0";

/// The copy, in a folder of its own that goes with it.
#[derive(Debug)]
pub(super) struct Snapshot {
    source: PathBuf,
    folder: Scratch,
    digest: Digest,
}

impl Snapshot {
    /// # Errors
    /// [`Error::NotFound`] without the file, [`Error::Corrupt`] if it is not a whole database,
    /// [`Error::Unavailable`] if it can't be read, or is written to all the time.
    pub(super) fn of(source: &Path) -> Result<Self> {
        for _ in 0..ATTEMPTS {
            let before = State::of(source)?;
            let digest = before.digest(source)?;
            let snapshot = Self { source: source.to_owned(), folder: Scratch::new()?, digest };
            match snapshot.copy(&before) {
                Ok(()) if State::of(source)? == before => {
                    snapshot.check()?;
                    return Ok(snapshot);
                }
                Ok(()) => {}
                Err(error) => return Err(error),
            }
        }
        Err(Error::Unavailable {
            store: source.display().to_string(),
            transient: true,
            source: "it is written to all the time: stop what writes to it, then try again".into(),
        })
    }

    /// SHA-256 of the file, and of the write-ahead log behind it if there is one.
    pub(super) const fn digest(&self) -> Digest {
        self.digest
    }

    /// What went wrong when the copy was read.
    pub(super) fn failed(&self, error: rusqlite::Error) -> Error {
        failed(&self.source, error)
    }

    /// The copy, to be read.
    pub(super) fn connect(&self) -> Result<Connection> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let open = || {
            let connection = Connection::open_with_flags(self.folder.file(), flags)?;
            // Nothing in a file that someone else has written may run on its own.
            connection.execute_batch(
                "PRAGMA trusted_schema = OFF; PRAGMA cell_size_check = ON; PRAGMA synchronous = OFF;
                 PRAGMA journal_mode = MEMORY;",
            )?;
            Ok(connection)
        };
        open().map_err(|error| self.failed(error))
    }

    fn copy(&self, state: &State) -> Result<()> {
        let failed = |error| self.failed(error);
        let read_only = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let from = match (&state.log, state.in_use) {
            (None, _) if state.keeps_log => {
                // Read as any other, SQLite would make a log beside it.
                Connection::open_with_flags(immutable(&self.source), read_only | OpenFlags::SQLITE_OPEN_URI)
            }
            // Nobody has it open: what its log has is applied to a copy of both.
            (Some(_), false) => return self.copy_with_log(),
            _ => Connection::open_with_flags(&self.source, read_only),
        };
        let from = from.map_err(failed)?;
        from.busy_timeout(PATIENCE).map_err(failed)?;
        let mut to = Connection::open(self.folder.file()).map_err(failed)?;
        // Nobody misses the copy if the machine stops.
        to.execute_batch("PRAGMA synchronous = OFF; PRAGMA journal_mode = OFF;").map_err(failed)?;
        let backup = Backup::new(&from, &mut to).map_err(failed)?;
        match backup.step(-1).map_err(failed)? {
            StepResult::Done => Ok(()),
            _ => Err(Error::Unavailable {
                store: self.source.display().to_string(),
                transient: true,
                source: "another one writes to it for long: try again".into(),
            }),
        }
    }

    fn copy_with_log(&self) -> Result<()> {
        for (from, to) in
            [(self.source.clone(), self.folder.file()), (log(&self.source), log(&self.folder.file()))]
        {
            fs::copy(&from, to).map_err(|error| unreadable(&from, error))?;
        }
        Ok(())
    }

    /// Looks through all pages. Rows that break a rule of their own table are MLflow's affair.
    fn check(&self) -> Result<()> {
        let connection = self.connect()?;
        let mut statement = connection.prepare("PRAGMA quick_check(20)").map_err(|e| self.failed(e))?;
        let rows = statement.query_map([], |row| row.get::<_, String>(0)).map_err(|e| self.failed(e))?;
        for row in rows {
            let told = row.map_err(|error| self.failed(error))?;
            let rule = [
                "CHECK constraint failed",
                "NULL value in",
                "non-unique entry",
                "TEXT value in",
                "NUMERIC value in",
            ];
            if told != "ok" && !rule.iter().any(|rule| told.starts_with(rule)) {
                return Err(Error::Corrupt { what: self.source.display().to_string(), reason: told });
            }
        }
        Ok(())
    }
}

/// What can be told of a database without opening it as one.
#[derive(Debug, PartialEq, Eq)]
struct State {
    file: (u64, Option<SystemTime>),
    /// Its write-ahead log, if that is there and not empty.
    log: Option<(u64, Option<SystemTime>)>,
    /// Whether it keeps such a log.
    keeps_log: bool,
    /// Whether someone has it open, as far as it keeps a log.
    in_use: bool,
}

impl State {
    fn of(path: &Path) -> Result<Self> {
        let seen = fs::metadata(path).map_err(|error| unreadable(path, error))?;
        if !seen.is_file() {
            return Err(not_a_database(path));
        }
        let mut head = Vec::with_capacity(100);
        File::open(path)
            .and_then(|file| file.take(100).read_to_end(&mut head))
            .map_err(|error| unreadable(path, error))?;
        if !head.starts_with(MAGIC) || head.len() < 100 {
            return Err(not_a_database(path));
        }
        let log = fs::metadata(log(path)).ok().filter(|log| log.len() > 0);
        Ok(Self {
            file: changed(&seen),
            log: log.as_ref().map(changed),
            // The versions of the format that a writer and a reader must know: 2 is with a log.
            keeps_log: head[18] == 2 || head[19] == 2,
            in_use: beside(path, "-shm").exists(),
        })
    }

    fn digest(&self, path: &Path) -> Result<Digest> {
        let mut digest = DigestWriter::new();
        let mut read = |path: &Path| io::copy(&mut File::open(path)?, &mut digest);
        read(path).map_err(|error| unreadable(path, error))?;
        if self.log.is_some() {
            read(&log(path)).map_err(|error| unreadable(path, error))?;
        }
        Ok(digest.finish())
    }
}

fn changed(seen: &Metadata) -> (u64, Option<SystemTime>) {
    (seen.len(), seen.modified().ok())
}

fn beside(path: &Path, ending: &str) -> PathBuf {
    let mut name = path.as_os_str().to_owned();
    name.push(ending);
    name.into()
}

fn log(path: &Path) -> PathBuf {
    beside(path, "-wal")
}

/// The address of a file that SQLite takes no lock on, and makes nothing beside.
fn immutable(path: &Path) -> String {
    let mut address = "file:".to_owned();
    // A path of bytes that are not UTF-8 is not found then, and told as such.
    for c in path.to_string_lossy().chars() {
        match c {
            '%' => address += "%25",
            '?' => address += "%3f",
            '#' => address += "%23",
            c => address.push(c),
        }
    }
    address + "?immutable=1"
}

fn not_a_database(path: &Path) -> Error {
    Error::Corrupt { what: path.display().to_string(), reason: "it is not an SQLite database".to_owned() }
}

fn unreadable(path: &Path, error: io::Error) -> Error {
    let key = path.display().to_string();
    match error.kind() {
        io::ErrorKind::NotFound => Error::NotFound { what: "MLflow database", key },
        _ => Error::Unavailable { store: key, transient: false, source: Box::new(error) },
    }
}

/// What the caller can do about what SQLite says of a source.
pub(super) fn failed(path: &Path, error: rusqlite::Error) -> Error {
    let store = path.display().to_string();
    let (transient, source) = match error.sqlite_error_code() {
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => (true, Box::new(error).into()),
        Some(ErrorCode::ReadOnly | ErrorCode::CannotOpen) => {
            let advice = "if whoever wrote it has died, let MLflow open it once, which makes it whole";
            (false, format!("{error}: {advice}").into())
        }
        Some(ErrorCode::DiskFull | ErrorCode::SystemIoFailure | ErrorCode::PermissionDenied) => {
            (false, Box::new(error).into())
        }
        _ => return Error::Corrupt { what: store, reason: error.to_string() },
    };
    Error::Unavailable { store, transient, source }
}

/// A folder for a while, that only this user can look into.
#[derive(Debug)]
struct Scratch(PathBuf);

impl Scratch {
    fn new() -> Result<Self> {
        static NEXT: AtomicU64 = AtomicU64::new(0);
        loop {
            let number = NEXT.fetch_add(1, Ordering::Relaxed);
            let name = format!("mlops-mlflow-import-{}-{number}", std::process::id());
            let path = std::env::temp_dir().join(name);
            let mut builder = fs::DirBuilder::new();
            #[cfg(unix)]
            std::os::unix::fs::DirBuilderExt::mode(&mut builder, 0o700);
            match builder.create(&path) {
                Ok(()) => return Ok(Self(path)),
                Err(error) if error.kind() == io::ErrorKind::AlreadyExists => {}
                Err(error) => return Err(unreadable(&path, error)),
            }
        }
    }

    fn file(&self) -> PathBuf {
        self.0.join("mlflow.db")
    }
}

impl Drop for Scratch {
    fn drop(&mut self) {
        // Whoever clears the folder of temporary files finds it if this fails.
        let _ = fs::remove_dir_all(&self.0);
    }
}
