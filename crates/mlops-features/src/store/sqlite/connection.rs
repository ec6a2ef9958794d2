use std::path::Path;
use std::time::Duration;

use rusqlite::{Connection, ErrorCode, OpenFlags};

use super::Flush;
use crate::{Error, Result};

/// How long a writer waits for its turn.
const PATIENCE: Duration = Duration::from_secs(10);

/// Statements kept ready: all that there are.
const STATEMENTS: usize = 16;

/// The smallest page of SQLite, and so the smallest database.
const SMALLEST: u64 = 512;

/// SQLite takes what is too short to be a database for an empty one, and writes over it.
pub(super) fn check_length(path: &Path) -> Result<()> {
    match std::fs::metadata(path).map(|file| file.len()) {
        Ok(length @ 1..SMALLEST) => {
            Err(corrupt(path, format!("{length} bytes are too few for an SQLite database")))
        }
        // What can't be looked at, SQLite will complain of.
        _ => Ok(()),
    }
}

/// Opens the file, and makes it if it is not there.
pub(super) fn create(path: &Path, flush: Flush) -> Result<Connection> {
    connect(path, flush, OpenFlags::SQLITE_OPEN_CREATE)
}

/// Opens the file that is there. One that is gone stays gone: an empty one in its place
/// would answer that nothing is known.
pub(super) fn open(path: &Path, flush: Flush) -> Result<Connection> {
    connect(path, flush, OpenFlags::empty())
}

fn connect(path: &Path, flush: Flush, create: OpenFlags) -> Result<Connection> {
    // Each connection is used by one thread at a time.
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX | create;
    let open = || {
        let connection = Connection::open_with_flags(path, flags)?;
        connection.busy_timeout(PATIENCE)?;
        connection.set_prepared_statement_cache_capacity(STATEMENTS);
        // Nothing in a file that someone else has written may run on its own.
        connection.execute_batch(
            "PRAGMA trusted_schema = OFF;
             PRAGMA cell_size_check = ON;
             PRAGMA fullfsync = ON;",
        )?;
        let synchronous = match flush {
            Flush::EachWrite => "FULL",
            Flush::Checkpoints => "NORMAL",
        };
        connection.pragma_update(None, "synchronous", synchronous)?;
        Ok(connection)
    };
    open().map_err(|source| error(path, source))
}

/// What the caller can do about what SQLite says.
pub(super) fn error(path: &Path, error: rusqlite::Error) -> Error {
    match error.sqlite_error_code() {
        Some(ErrorCode::NotADatabase) => corrupt(path, "it is not an SQLite database"),
        Some(ErrorCode::DatabaseCorrupt | ErrorCode::ConstraintViolation) | None => corrupt(path, error),
        Some(_) => Error::Unavailable { what: path.display().to_string(), source: error.into() },
    }
}

pub(super) fn corrupt(path: &Path, reason: impl Into<crate::error::BoxError>) -> Error {
    Error::Corrupt { table: path.display().to_string(), column: None, source: reason.into() }
}
