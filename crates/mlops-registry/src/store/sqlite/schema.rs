use std::collections::BTreeMap;
use std::path::Path;

use rusqlite::{Connection, ErrorCode, Transaction, TransactionBehavior};

use super::connection::error;
use super::search;
use crate::{Error, Result};

/// How a file of ours is told from another application's: "mlop" in ASCII.
const APPLICATION: i32 = 0x6d6c_6f70;

/// What brings a file from schema `i` to schema `i + 1`. Once released, an entry never
/// changes: a file of any release must come out the same.
pub(super) const MIGRATIONS: &[&str] = &[
    include_str!("schema/1.sql"),
    include_str!("schema/2.sql"),
    include_str!("schema/3.sql"),
    include_str!("schema/4.sql"),
];

/// The schema that this library writes: what all migrations lead to.
pub(super) const SUPPORTED: i64 = 4;

/// The first schema with an index of search; it is built from the records of files of before.
const SEARCHED: i64 = 3;

/// How often the switch to the write-ahead log is tried while other processes do the same.
const TRIES: usize = 100;

/// In what the tables, indexes and triggers of a file differ from those that the migrations
/// make, in words. What else is in it nobody asked for, and it may write where it likes.
pub(super) fn differences(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    let fresh = Connection::open_in_memory()?;
    for migration in MIGRATIONS {
        fresh.execute_batch(migration)?;
    }
    let (mut ours, theirs) = (things(&fresh)?, things(connection)?);
    let mut told = Vec::new();
    for ((kind, name), sql) in theirs {
        match ours.remove(&(kind.clone(), name.clone())) {
            None => told.push(format!("{kind} {name} is none of ours")),
            Some(made) if made != sql => told.push(format!("{kind} {name} is not as it was made")),
            Some(_) => {}
        }
    }
    told.extend(ours.into_keys().map(|(kind, name)| format!("{kind} {name} is not there")));
    Ok(told)
}

/// What a file consists of, by kind and name, and the statement that made it.
fn things(connection: &Connection) -> rusqlite::Result<BTreeMap<(String, String), Option<String>>> {
    // What begins so is SQLite's own.
    let mut statement = connection
        .prepare(r"SELECT type, name, sql FROM sqlite_schema WHERE name NOT LIKE 'sqlite\_%' ESCAPE '\'")?;
    let rows = statement.query_map([], |row| Ok(((row.get(0)?, row.get(1)?), row.get(2)?)))?;
    rows.collect()
}

/// Makes sure that the file is ours, and has our schema.
pub(super) fn prepare(path: &Path, connection: &mut Connection) -> Result<()> {
    // Look before anything is written: a file that is not ours stays as it is.
    let found = {
        let reading = connection.transaction().map_err(|source| error(path, source))?;
        version(path, &reading)?
    };
    write_ahead(connection).map_err(|source| error(path, source))?;
    if found == SUPPORTED {
        return Ok(());
    }
    let transaction = connection
        .transaction_with_behavior(TransactionBehavior::Immediate)
        .map_err(|source| error(path, source))?;
    // Another process may have done it while this one waited.
    let found = version(path, &transaction)?;
    let migrate = || {
        for migration in MIGRATIONS.iter().skip(usize::try_from(found).unwrap_or(usize::MAX)) {
            transaction.execute_batch(migration)?;
        }
        if found < SEARCHED {
            search::build(&transaction)?;
        }
        transaction.pragma_update(None, "application_id", APPLICATION)?;
        transaction.pragma_update(None, "user_version", SUPPORTED)
    };
    migrate().and_then(|()| transaction.commit()).map_err(|source| error(path, source))
}

/// The schema of a file of ours; 0 for a new one.
///
/// The three readings are of one moment, hence the transaction: a file that another process
/// makes ours in between would look like a stranger's.
fn version(path: &Path, reading: &Transaction<'_>) -> Result<i64> {
    let pragma = |name| {
        reading
            .pragma_query_value(None, name, |row| row.get::<_, i64>(0))
            .map_err(|source| error(path, source))
    };
    let (application, found) = (pragma("application_id")?, pragma("user_version")?);
    let tables: i64 = reading
        .query_row("SELECT count(*) FROM sqlite_schema", [], |row| row.get(0))
        .map_err(|source| error(path, source))?;
    let store = path.display().to_string();
    if application != i64::from(APPLICATION) && (application != 0 || found != 0 || tables != 0) {
        return Err(Error::Corrupt {
            what: store,
            reason: "it is an SQLite database of another application".to_owned(),
        });
    }
    if found > SUPPORTED {
        return Err(Error::NewerSchema { store, found, supported: SUPPORTED });
    }
    if found < 0 {
        return Err(Error::Corrupt { what: store, reason: format!("its schema is numbered {found}") });
    }
    Ok(found)
}

/// Switches to the write-ahead log, for good. SQLite does not wait for other connections
/// while it switches, but does for a lock that shuts them out: whoever finds the file busy
/// waits there, and tries again. Of those that collide one gets through: tries are few.
pub(super) fn write_ahead(connection: &Connection) -> rusqlite::Result<()> {
    let mut tries = 0;
    loop {
        let switched =
            connection.pragma_update_and_check(None, "journal_mode", "wal", |row| row.get::<_, String>(0));
        match switched {
            Err(busy) if busy.sqlite_error_code() == Some(ErrorCode::DatabaseBusy) && tries < TRIES => {
                tries += 1;
                connection.execute_batch("BEGIN EXCLUSIVE; ROLLBACK")?;
            }
            other => return other.map(|_| ()),
        }
    }
}
