use std::path::Path;
use std::time::Duration;

use rusqlite::config::DbConfig;
use rusqlite::{Connection, ErrorCode, OpenFlags};

use crate::{Error, Result};

/// How long a writer waits for its turn, unless told otherwise.
pub(super) const PATIENCE: Duration = Duration::from_secs(10);

/// Statements kept ready: a few for each kind of record.
const STATEMENTS: usize = 256;

/// The smallest page of SQLite, and so the smallest database.
const SMALLEST: u64 = 512;

/// SQLite takes what is too short to be a database for an empty one, and writes over it.
pub(super) fn check_length(path: &Path) -> Result<()> {
    match std::fs::metadata(path).map(|file| file.len()) {
        Ok(length @ 1..SMALLEST) => Err(Error::Corrupt {
            what: path.display().to_string(),
            reason: format!("{length} bytes are too few for an SQLite database"),
        }),
        // What can't be looked at, SQLite will complain of.
        _ => Ok(()),
    }
}

/// Opens the file, and makes it if it is not there.
pub(super) fn create(path: &Path, patience: Duration) -> Result<Connection> {
    connect(path, patience, OpenFlags::SQLITE_OPEN_CREATE)
}

/// Opens the file that is there. One that is gone stays gone: an empty one in its place
/// would be a registry without a history.
pub(super) fn open(path: &Path, patience: Duration) -> Result<Connection> {
    connect(path, patience, OpenFlags::empty())
}

fn connect(path: &Path, patience: Duration, create: OpenFlags) -> Result<Connection> {
    // Each connection is used by one thread at a time.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
    let open = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(patience)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // A statement is planned once, and not anew for other values.
        connection.set_db_config(DbConfig::SQLITE_DBCONFIG_ENABLE_QPSG, true)?;
        super::search::register(&connection)?;
        // Nothing in a file that someone else has written may run on its own.
        connection.execute_batch(
            "PRAGMA trusted_schema = OFF;
             PRAGMA cell_size_check = ON;
             PRAGMA synchronous = FULL;
             PRAGMA fullfsync = ON;
             PRAGMA wal_autocheckpoint = 4000;",
        )?;
        Ok(connection)
    };
    open().map_err(|source| error(path, source))
}

/// What the caller can do about what SQLite says.
pub(super) fn error(path: &Path, error: rusqlite::Error) -> Error {
    let store = path.display().to_string();
    let advice = match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => {
            return Error::Corrupt { what: store, reason: "it is not an SQLite database".to_owned() };
        }
        // What we insert is never there already, unless someone has taken out what tells us.
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::ConstraintViolation) => {
            return Error::Corrupt { what: store, reason: error.to_string() };
        }
        Some(ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked) => {
            let source = Box::new(Advised { error, advice: "another one writes for long: try again" });
            return Error::Unavailable { store, transient: true, source };
        }
        Some(ErrorCode::DiskFull) => "make room, then do it again; what was there is whole",
        Some(ErrorCode::ReadOnly | ErrorCode::PermissionDenied) => {
            "let this process write the file, and its folder too"
        }
        Some(ErrorCode::CannotOpen) => "see that its folder is there, and that this process may write in it",
        Some(ErrorCode::SystemIoFailure) => "see to the disk, and to the room on it",
        // Our statements are right where the tables are as we have made them.
        Some(ErrorCode::Unknown) if lacks_something(&error) => {
            return Error::Corrupt { what: store, reason: error.to_string() };
        }
        Some(_) => return Error::Unavailable { store, transient: false, source: Box::new(error) },
        // Values of a type that no statement of ours writes.
        None => return Error::Corrupt { what: store, reason: error.to_string() },
    };
    Error::Unavailable { store, transient: false, source: Box::new(Advised { error, advice }) }
}

/// Whether SQLite says that a table, a column or an index is not there. It has one code for
/// that and for much else, so that its words must tell.
fn lacks_something(error: &rusqlite::Error) -> bool {
    let words = error.to_string();
    ["no such ", "has no column", "no query solution"].iter().any(|what| words.contains(what))
}

/// What SQLite says, and what to do about it.
#[derive(Debug, thiserror::Error)]
#[error("{error}: {advice}")]
struct Advised {
    #[source]
    error: rusqlite::Error,
    advice: &'static str,
}
