//! SQLite as an online store.

mod connection;
mod encoding;
mod layout;

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::Arc;

use hashbrown::HashMap;
use mlops_core::{FeatureName, Timestamp, ViewName};
use parking_lot::{Mutex, RwLock};
use rusqlite::{Connection, OptionalExtension, Transaction, TransactionBehavior, params};

use super::{EntityKey, FeatureRow, OnlineStore, Value, check_rows, check_watermark};
use crate::{Error, Result};

/// How many idle connections are kept for readers.
const READERS: usize = 4;

/// The row that is there stays if it is newer: by event time, then by when it was created,
/// where unknown is the earliest. No moment that can be written is as early as that.
const PUT: &str = "
    INSERT INTO row (view, key, event, created, features, body) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
    ON CONFLICT (view, key) DO UPDATE SET
        event = excluded.event, created = excluded.created, features = excluded.features, body = excluded.body
    WHERE (excluded.event, ifnull(excluded.created, -9223372036854775808))
        >= (event, ifnull(created, -9223372036854775808))";

const GET: &str = "SELECT event, created, features, body FROM row WHERE view = ?1 AND key = ?2";

/// When what was written is flushed to the disk. In either case it survives any end of the
/// process, and the file is never damaged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "each write is waited for, or not")]
pub enum Flush {
    /// At each write (`synchronous = FULL`), which then takes as long as the disk needs to
    /// say that it has the bytes: what was acknowledged survives a power cut. For stores that
    /// are pushed to, since what was pushed is nowhere else.
    EachWrite,
    /// When the write-ahead log is moved into the file (`synchronous = NORMAL`): a power cut
    /// may take the last writes, watermarks included, as if they had not been made. The next
    /// materialiser begins where the store then is, so that only pushes are lost.
    #[default]
    Checkpoints,
}

/// Keeps the newest rows in one SQLite file, which any number of processes may share.
///
/// One call is one transaction. Readers never wait for the writer, nor the writer for them;
/// writers of all processes take turns, and one that waits longer than ten seconds gets
/// [`Error::Unavailable`]. A look-up is one search in one tree by a statement that is kept
/// ready, and all keys of one call are read as of one moment.
///
/// The folder must be on a local disk: SQLite's locks do not work over a network.
///
/// # Layout
/// Version 1, in `user_version` of the file, whose `application_id` is `mlof`: a table of
/// views with their watermarks, one of lists of feature names, and one of rows with the key
/// and the values as one BLOB each. A file of a newer layout is refused, and so is one of
/// another application.
///
/// ```
/// use mlops_features::{Flush, OnlineStore, SqliteOnlineStore};
/// let folder = tempfile::tempdir()?;
/// let store = SqliteOnlineStore::open(folder.path().join("online.db"), Flush::Checkpoints)?;
/// assert_eq!(store.watermark(&"weather".parse()?)?, None);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
pub struct SqliteOnlineStore {
    path: PathBuf,
    flush: Flush,
    writer: Mutex<Connection>,
    readers: Mutex<Vec<Connection>>,
    /// What never changes once it is there.
    known: RwLock<Known>,
}

#[derive(Default)]
struct Known {
    views: HashMap<ViewName, i64>,
    features: HashMap<Arc<[FeatureName]>, i64>,
    names: HashMap<i64, Arc<[FeatureName]>>,
}

impl SqliteOnlineStore {
    /// Opens the file, makes it if it is not there, and brings an older layout up to date.
    ///
    /// # Errors
    /// [`Error::NewerLayout`] if a later version of this library wrote it, [`Error::Corrupt`]
    /// if it is no store of this library, [`Error::Unavailable`] if it can't be opened.
    pub fn open(path: impl Into<PathBuf>, flush: Flush) -> Result<Self> {
        let path = path.into();
        connection::check_length(&path)?;
        let mut writer = connection::create(&path, flush)?;
        layout::prepare(&path, &mut writer)?;
        Ok(Self {
            path,
            flush,
            writer: Mutex::new(writer),
            readers: Mutex::default(),
            known: RwLock::default(),
        })
    }

    /// Where the file is.
    pub fn path(&self) -> &Path {
        &self.path
    }

    fn error(&self, error: rusqlite::Error) -> Error {
        connection::error(&self.path, error)
    }

    fn reading<T>(&self, read: impl FnOnce(&Connection) -> Result<T>) -> Result<T> {
        let idle = self.readers.lock().pop();
        let connection = match idle {
            Some(connection) => connection,
            None => connection::open(&self.path, self.flush)?,
        };
        let result = read(&connection);
        let mut readers = self.readers.lock();
        if readers.len() < READERS {
            readers.push(connection);
        }
        result
    }

    /// One transaction under the lock of the writer.
    fn writing<T>(&self, write: impl FnOnce(&Transaction<'_>) -> Result<T>) -> Result<T> {
        let mut writer = self.writer.lock();
        // Immediate: what is read in it still holds when it is changed.
        let transaction = writer
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .map_err(|error| self.error(error))?;
        let result = write(&transaction)?;
        transaction.commit().map_err(|error| self.error(error))?;
        Ok(result)
    }

    /// The number of a view, if it is there.
    fn view(&self, connection: &Connection, view: &ViewName) -> Result<Option<i64>> {
        if let Some(id) = self.known.read().views.get(view) {
            return Ok(Some(*id));
        }
        let id = select_id(connection, "SELECT id FROM view WHERE name = ?1", view.as_str())
            .map_err(|error| self.error(error))?;
        // Within a transaction of ours it may still be taken back.
        if let Some(id) = id.filter(|_| connection.is_autocommit()) {
            self.known.write().views.insert(view.clone(), id);
        }
        Ok(id)
    }

    /// The number of a view, a new one if it is not there.
    fn view_or_new(&self, transaction: &Transaction<'_>, view: &ViewName) -> Result<i64> {
        if let Some(id) = self.view(transaction, view)? {
            return Ok(id);
        }
        let insert = "INSERT INTO view (name) VALUES (?1) RETURNING id";
        transaction.query_row(insert, [view.as_str()], |row| row.get(0)).map_err(|error| self.error(error))
    }

    /// The number of a list of features, a new one if it is not there.
    fn features_or_new(&self, transaction: &Transaction<'_>, features: &[FeatureName]) -> Result<i64> {
        if let Some(id) = self.known.read().features.get(features) {
            return Ok(*id);
        }
        let names: Vec<&str> = features.iter().map(FeatureName::as_str).collect();
        let names = names.join("\n");
        let id = || {
            let select = "SELECT id FROM features WHERE names = ?1";
            if let Some(id) = select_id(transaction, select, &names)? {
                return Ok(id);
            }
            let insert = "INSERT INTO features (names) VALUES (?1) RETURNING id";
            transaction.query_row(insert, [&names], |row| row.get(0))
        };
        id().map_err(|error| self.error(error))
    }

    /// Remembers the numbers that a transaction gave, now that they are kept.
    fn learn(&self, view: &ViewName, view_id: i64, features: Option<(&[FeatureName], i64)>) {
        let new = |known: &Known| {
            !known.views.contains_key(view)
                || features.is_some_and(|(names, _)| !known.features.contains_key(names))
        };
        if !new(&self.known.read()) {
            return;
        }
        let mut known = self.known.write();
        known.views.insert(view.clone(), view_id);
        if let Some((names, id)) = features {
            known.learn(names.into(), id);
        }
    }

    /// The list of features with this number.
    fn names(&self, connection: &Connection, id: i64) -> Result<Arc<[FeatureName]>> {
        if let Some(names) = self.known.read().names.get(&id) {
            return Ok(Arc::clone(names));
        }
        let names: Option<String> = connection
            .query_row("SELECT names FROM features WHERE id = ?1", [id], |row| row.get(0))
            .optional()
            .map_err(|error| self.error(error))?;
        let names: Option<Arc<[FeatureName]>> =
            names.and_then(|names| names.lines().map(FeatureName::new).collect::<Result<_, _>>().ok());
        let names = names.ok_or_else(|| {
            connection::corrupt(
                &self.path,
                format!("a row has the features of list {id}, which is not there"),
            )
        })?;
        self.known.write().learn(Arc::clone(&names), id);
        Ok(names)
    }

    /// Keeps rows that have been checked.
    fn keep(
        &self,
        transaction: &Transaction<'_>,
        view: i64,
        features: i64,
        rows: &[(EntityKey, FeatureRow)],
    ) -> Result<usize> {
        let keep = || {
            let mut put = transaction.prepare_cached(PUT)?;
            let (mut taken, mut key_bytes, mut body) = (0, Vec::new(), Vec::new());
            for (key, row) in rows {
                key_bytes.clear();
                body.clear();
                encoding::write_key(key, &mut key_bytes);
                encoding::write_values(&row.values, &mut body);
                let created = row.created.map(Timestamp::as_micros);
                let event = row.event_timestamp.as_micros();
                taken += put.execute(params![view, key_bytes, event, created, features, body])?;
            }
            Ok(taken)
        };
        keep().map_err(|error| self.error(error))
    }

    /// The row of one key.
    fn get(
        &self,
        connection: &Connection,
        view: i64,
        features: &[FeatureName],
        key: &[u8],
    ) -> Result<Option<FeatureRow>> {
        let mut get = connection.prepare_cached(GET).map_err(|error| self.error(error))?;
        let mut rows = get.query(params![view, key]).map_err(|error| self.error(error))?;
        let Some(row) = rows.next().map_err(|error| self.error(error))? else { return Ok(None) };
        let read = || -> rusqlite::Result<_> {
            Ok((row.get(0)?, row.get::<_, Option<i64>>(1)?, row.get(2)?, row.get_ref(3)?.as_blob()?))
        };
        let (event, created, list, body): (_, _, i64, &[u8]) = read().map_err(|error| self.error(error))?;
        let names = self.names(connection, list)?;
        let values = encoding::read_values(body, names.len()).ok_or_else(|| {
            connection::corrupt(&self.path, "a row does not hold the values of its features")
        })?;
        Ok(Some(FeatureRow {
            event_timestamp: Timestamp::from_micros(event),
            created: created.map(Timestamp::from_micros),
            values: select(values, &names, features),
        }))
    }
}

impl Known {
    fn learn(&mut self, names: Arc<[FeatureName]>, id: i64) {
        self.features.insert(Arc::clone(&names), id);
        self.names.insert(id, names);
    }
}

/// The values of `features` alone, in their order, of a row that has those of `names`.
fn select(values: Vec<Value>, names: &[FeatureName], features: &[FeatureName]) -> Vec<Value> {
    if names == features {
        return values;
    }
    let value = |feature| {
        let place = names.iter().position(|name| name == feature);
        place.map_or(Value::Null, |place| values[place].clone())
    };
    features.iter().map(value).collect()
}

fn select_id(connection: &Connection, select: &str, name: &str) -> rusqlite::Result<Option<i64>> {
    connection.prepare_cached(select)?.query_row([name], |row| row.get(0)).optional()
}

fn select_watermark(connection: &Connection, view: i64) -> rusqlite::Result<Option<Timestamp>> {
    let micros: Option<i64> = connection
        .prepare_cached("SELECT watermark FROM view WHERE id = ?1")?
        .query_row([view], |row| row.get(0))?;
    Ok(micros.map(Timestamp::from_micros))
}

impl fmt::Debug for SqliteOnlineStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteOnlineStore")
            .field("path", &self.path)
            .field("flush", &self.flush)
            .finish_non_exhaustive()
    }
}

impl OnlineStore for SqliteOnlineStore {
    fn write(
        &self,
        view: &ViewName,
        features: &[FeatureName],
        rows: &[(EntityKey, FeatureRow)],
    ) -> Result<usize> {
        check_rows(view, features, rows)?;
        if rows.is_empty() {
            return Ok(0);
        }
        let (view_id, list, taken) = self.writing(|transaction| {
            let view = self.view_or_new(transaction, view)?;
            let list = self.features_or_new(transaction, features)?;
            Ok((view, list, self.keep(transaction, view, list, rows)?))
        })?;
        self.learn(view, view_id, Some((features, list)));
        Ok(taken)
    }

    fn publish(
        &self,
        view: &ViewName,
        features: &[FeatureName],
        rows: &[(EntityKey, FeatureRow)],
        from: Option<Timestamp>,
        to: Timestamp,
    ) -> Result<usize> {
        check_rows(view, features, rows)?;
        let (view_id, list, taken) = self.writing(|transaction| {
            let id = self.view_or_new(transaction, view)?;
            let current = select_watermark(transaction, id).map_err(|error| self.error(error))?;
            check_watermark(view, current, from, to)?;
            let (mut list, mut taken) = (None, 0);
            if !rows.is_empty() {
                let number = self.features_or_new(transaction, features)?;
                list = Some(number);
                taken = self.keep(transaction, id, number, rows)?;
            }
            let moved = || {
                transaction
                    .prepare_cached("UPDATE view SET watermark = ?2 WHERE id = ?1")?
                    .execute([id, to.as_micros()])
            };
            moved().map_err(|error| self.error(error))?;
            Ok((id, list, taken))
        })?;
        self.learn(view, view_id, list.map(|list| (features, list)));
        Ok(taken)
    }

    fn watermark(&self, view: &ViewName) -> Result<Option<Timestamp>> {
        self.reading(|connection| {
            let Some(id) = self.view(connection, view)? else { return Ok(None) };
            select_watermark(connection, id).map_err(|error| self.error(error))
        })
    }

    fn get_many(
        &self,
        view: &ViewName,
        features: &[FeatureName],
        keys: &[EntityKey],
    ) -> Result<Vec<Option<FeatureRow>>> {
        self.reading(|connection| {
            let Some(id) = self.view(connection, view)? else { return Ok(vec![None; keys.len()]) };
            let mut bytes = Vec::new();
            let mut find = |key| {
                bytes.clear();
                encoding::write_key(key, &mut bytes);
                self.get(connection, id, features, &bytes)
            };
            if let [key] = keys {
                return Ok(vec![find(key)?]);
            }
            let snapshot = connection.unchecked_transaction().map_err(|error| self.error(error))?;
            let rows = keys.iter().map(find).collect();
            snapshot.finish().map_err(|error| self.error(error))?;
            rows
        })
    }
}

#[cfg(test)]
mod tests;
