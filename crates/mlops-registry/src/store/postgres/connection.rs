//! A session with the server, as we want it, and the statements that it has prepared.

use std::collections::HashMap;

use postgres::types::{ToSql, Type};
use postgres::{Client, Row, SimpleQueryMessage, Statement};

use super::failure::{Answer, Failure};
use crate::Error;

/// What a statement is given.
pub(super) type Parameter<'a> = &'a (dyn ToSql + Sync);

/// How many statements are kept prepared: a few for each kind of record.
const STATEMENTS: usize = 512;

/// How every session is set.
///
/// - What a commit has acknowledged is on a disk, whatever the server's default is; stronger
///   settings than `on` stay.
/// - Only names of the server itself are found without their schema.
/// - What is looked up by its key is looked up by the index, however small a table was when the
///   statement was planned; a search plans for itself.
/// - Of a process that stands still in the middle of a transaction, others are not the victims.
const SETTINGS: &str = "
    SELECT set_config('synchronous_commit', 'on', false) WHERE current_setting('synchronous_commit') = 'off';
    SET search_path = pg_catalog;
    SET client_min_messages = warning;
    SET standard_conforming_strings = on;
    SET idle_in_transaction_session_timeout = '60s';
    SET jit = off;
    SET enable_seqscan = off;
    SET enable_hashjoin = off;
    SET enable_mergejoin = off;
    SELECT current_setting('fsync'), current_setting('server_encoding'), current_setting('synchronous_commit')";

/// One session.
pub(super) struct Connection {
    client: Client,
    statements: HashMap<String, Statement>,
    /// Whether a transaction was begun that has not come to its end.
    open: bool,
    /// Whether the session has ended.
    lost: bool,
}

impl Connection {
    /// Sets the session, and looks whether the server keeps what it acknowledges.
    pub(super) fn new(mut client: Client, store: &str) -> Answer<Self> {
        let answers = client.simple_query(SETTINGS)?;
        let row = answers.iter().rev().find_map(|answer| match answer {
            SimpleQueryMessage::Row(row) => Some(row),
            _ => None,
        });
        let setting = |at| row.and_then(|row| row.try_get(at).ok().flatten()).unwrap_or_default();
        let refused = |source: String| {
            Failure::Known(Error::Unavailable {
                store: store.to_owned(),
                transient: false,
                source: source.into(),
            })
        };
        if setting(0) != "on" {
            return Err(refused(format!(
                "the server has `fsync` {:?}: what it acknowledges is lost with the power; turn it on",
                setting(0)
            )));
        }
        if setting(1) != "UTF8" {
            return Err(refused(format!(
                "the database is encoded as {:?}: make one with `ENCODING 'UTF8'`",
                setting(1)
            )));
        }
        if setting(2) == "off" {
            return Err(refused("the server does not let `synchronous_commit` be turned on".to_owned()));
        }
        Ok(Self { client, statements: HashMap::new(), open: false, lost: false })
    }

    /// Whether it can be used again.
    pub(super) fn is_sound(&self) -> bool {
        !self.open && !self.is_lost()
    }

    /// Whether the session has ended, as far as is known.
    pub(super) fn is_lost(&self) -> bool {
        self.lost || self.client.is_closed()
    }

    /// Runs a statement that is worth being kept: its text is one of few.
    pub(super) fn query(&mut self, text: &str, parameters: &[Parameter<'_>]) -> Answer<Vec<Row>> {
        let statement = self.prepared(text)?;
        let result = self.client.query(&statement, parameters);
        self.seen(result)
    }

    /// The same, for what gives no rows; how many it has touched.
    pub(super) fn execute(&mut self, text: &str, parameters: &[Parameter<'_>]) -> Answer<u64> {
        let statement = self.prepared(text)?;
        let result = self.client.execute(&statement, parameters);
        self.seen(result)
    }

    /// Runs a statement that is made for the occasion, planned for these very values.
    pub(super) fn once(&mut self, text: &str, parameters: &[(Parameter<'_>, Type)]) -> Answer<Vec<Row>> {
        let result = self.client.query_typed(text, parameters);
        self.seen(result)
    }

    /// Runs statements without parameters, and without answers.
    pub(super) fn batch(&mut self, text: &str) -> Answer<()> {
        let result = self.client.batch_execute(text);
        self.seen(result)
    }

    /// Does `work` in a transaction that begins so. An error undoes all of it, unless the
    /// session was lost while it was confirmed: then nobody here knows.
    pub(super) fn within<T>(&mut self, begin: &str, work: impl FnOnce(&mut Self) -> Answer<T>) -> Answer<T> {
        // It stays so if this panics, and the server undoes it when the session ends.
        self.open = true;
        let result = self.batch(begin).and_then(|()| work(self)).and_then(|done| {
            self.batch("COMMIT")?;
            Ok(done)
        });
        if result.is_ok() || (!self.is_lost() && self.batch("ROLLBACK").is_ok()) {
            self.open = false;
        }
        result
    }

    fn prepared(&mut self, text: &str) -> Answer<Statement> {
        if let Some(statement) = self.statements.get(text) {
            return Ok(statement.clone());
        }
        let result = self.client.prepare(text);
        let statement = self.seen(result)?;
        if self.statements.len() >= STATEMENTS {
            self.statements.clear();
        }
        self.statements.insert(text.to_owned(), statement.clone());
        Ok(statement)
    }

    fn seen<T>(&mut self, result: Result<T, postgres::Error>) -> Answer<T> {
        result.map_err(|error| {
            let failure = Failure::Server(error);
            self.lost |= failure.is_end_of_session();
            failure
        })
    }
}

/// A value of a row; what is of another type than our tables have, or nothing, is damage.
pub(super) fn get<'r, T: postgres::types::FromSql<'r>>(row: &'r Row, column: usize) -> Answer<T> {
    row.try_get(column).map_err(|error| {
        let source = std::error::Error::source(&error).map(ToString::to_string).unwrap_or_default();
        Failure::Damaged(format!("a row can't be read: {error}: {source}"))
    })
}

/// A number that is not negative.
pub(super) fn sequence(row: &Row, column: usize) -> Answer<u64> {
    let number: i64 = get(row, column)?;
    u64::try_from(number).map_err(|_| Failure::Damaged(format!("{number} is no number of an entry")))
}

/// A number as the server keeps it.
pub(super) fn integer(number: u64) -> Answer<i64> {
    i64::try_from(number).map_err(|_| Failure::Damaged(format!("no entry has the number {number}")))
}
