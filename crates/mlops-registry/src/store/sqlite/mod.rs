mod backup;
mod connection;
mod forget;
mod nodes;
mod schema;
mod search;
mod sql;
mod strays;
mod writer;

use std::fmt;
use std::ops::Range;
use std::path::{Path, PathBuf};
use std::time::Duration;

use mlops_core::Digest;
use parking_lot::Mutex;
use rusqlite::Connection;

pub use self::backup::BackupProgress;
use self::writer::Writer;
use super::group::Commits;
use super::{Commit, MetadataStore, Query, Record};
use crate::merkle::{NodeId, NodeSource};
use crate::search::{Matches, Search};
use crate::{Error, Result};

/// How many idle connections are kept for readers. To open one costs a thousand reads.
const READERS: usize = 32;

/// Keeps everything in one SQLite file, which any number of processes may share.
///
/// Each kind of record is a table with real key columns, so that any SQL tool can look
/// into it; writing with one is found by an [audit](crate::audit). The write-ahead
/// log is flushed at each commit (`synchronous = FULL`): what was acknowledged survives a
/// power cut. Threads that commit at once are written in one transaction and flushed
/// together; each is answered when that is done. Readers never wait for the writer, nor the
/// writer for them; writers of all processes take turns, and one that waits longer than its
/// [patience](Self::patience) gets [`Error::Unavailable`] that is transient.
///
/// The folder must be on a local disk: SQLite's locks do not work over a network.
pub struct SqliteStore {
    path: PathBuf,
    patience: Duration,
    writer: Mutex<Writer>,
    commits: Commits,
    readers: Mutex<Vec<Connection>>,
}

impl SqliteStore {
    /// Opens the file, makes it if it is not there, and brings an older schema up to date.
    ///
    /// # Errors
    /// [`Error::NewerSchema`] if a later version of this library wrote it, [`Error::Corrupt`]
    /// if it is no store of this library, [`Error::Unavailable`] if it can't be opened.
    pub fn open(path: impl Into<PathBuf>) -> Result<Self> {
        let path = path.into();
        connection::check_length(&path)?;
        let patience = connection::PATIENCE;
        let mut writer = connection::create(&path, patience)?;
        schema::prepare(&path, &mut writer)?;
        let writer = Mutex::new(Writer::new(path.clone(), writer));
        Ok(Self { path, patience, writer, commits: Commits::new(), readers: Mutex::default() })
    }

    /// How long a commit waits while another process writes; ten seconds without it.
    ///
    /// # Errors
    /// [`Error::Unavailable`] if SQLite refuses it.
    pub fn patience(self, patience: Duration) -> Result<Self> {
        self.writer.lock().set_patience(patience)?;
        self.readers.lock().clear();
        Ok(Self { patience, ..self })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn reading<T>(&self, read: impl FnOnce(&Connection) -> rusqlite::Result<T>) -> Result<T> {
        let idle = self.readers.lock().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connection::open(&self.path, self.patience)?,
        };
        let result = read(&connection).map_err(|error| self.error(error));
        let mut readers = self.readers.lock();
        if readers.len() < READERS {
            readers.push(connection);
        }
        result
    }

    fn error(&self, error: rusqlite::Error) -> Error {
        connection::error(&self.path, error)
    }
}

impl fmt::Debug for SqliteStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore").field("path", &self.path).finish_non_exhaustive()
    }
}

impl MetadataStore for SqliteStore {
    fn read(&self, query: &Query) -> Result<Vec<Record>> {
        query.check()?;
        self.reading(|connection| {
            let mut statement = connection.prepare_cached(sql::select(query))?;
            sql::bind_query(&mut statement, query)?;
            let mut rows = statement.raw_query();
            let mut records = Vec::new();
            while let Some(row) = rows.next()? {
                records.push(sql::record(query.kind, row)?);
            }
            Ok(records)
        })
    }

    fn search(&self, sought: &Search) -> Result<Matches> {
        let found = self.reading(|connection| search::find(connection, sought))?;
        found.map_err(|key| Error::Corrupt {
            what: format!("{} {key}", sought.kind),
            reason: "search knows it, and it is not there".to_owned(),
        })
    }

    fn commit(&self, commit: &Commit) -> Result<u64> {
        self.commits.write(self.path.display(), commit, |batch| self.writer.lock().write(batch))
    }

    fn size(&self) -> Result<u64> {
        self.reading(size)
    }

    fn leaves(&self, range: Range<u64>) -> Result<Vec<(u64, Vec<u8>)>> {
        let bound = |sequence| i64::try_from(sequence).unwrap_or(i64::MAX);
        self.reading(|connection| {
            let mut statement = connection.prepare_cached(
                "SELECT sequence, body FROM leaf WHERE sequence >= ?1 AND sequence < ?2 ORDER BY sequence",
            )?;
            let rows = statement.query_map([bound(range.start), bound(range.end)], |row| {
                Ok((sql::sequence(row, 0)?, sql::bytes(row, 1)?))
            })?;
            rows.collect()
        })
    }

    fn damage(&self) -> Result<Vec<String>> {
        let found = self.reading(|connection| {
            let mut statement = connection.prepare("PRAGMA integrity_check(100)")?;
            let rows = statement.query_map([], |row| row.get::<_, String>(0))?;
            let mut lines: Vec<String> = rows.collect::<rusqlite::Result<_>>()?;
            lines.retain(|line| line != "ok");
            // Of a damaged file nothing else is asked, and of other tables than ours neither.
            if lines.is_empty() {
                lines = schema::differences(connection)?;
            }
            if lines.is_empty() {
                lines = strays::strays(connection)?;
            }
            Ok(lines)
        });
        match found {
            Err(Error::Corrupt { reason, .. }) => Ok(vec![reason]),
            other => other,
        }
    }

    fn index_damage(&self) -> Result<Vec<String>> {
        self.reading(search::differences)
    }
}

impl NodeSource for SqliteStore {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        let hashes = self.reading(|connection| nodes::read(connection, ids))?;
        nodes::complete(&self.path, ids, hashes)
    }
}

fn size(connection: &Connection) -> rusqlite::Result<u64> {
    connection
        .prepare_cached("SELECT coalesce(max(sequence) + 1, 0) FROM leaf")?
        .query_row([], |row| sql::sequence(row, 0))
}

#[cfg(test)]
mod tests;
