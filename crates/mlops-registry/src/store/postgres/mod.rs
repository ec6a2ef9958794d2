mod connection;
mod damage;
mod failure;
mod log;
mod name;
mod pool;
mod schema;
mod search;
mod server;
mod sql;
mod text;
pub mod tls;
mod writer;

use std::fmt;
use std::ops::Range;

use mlops_core::Digest;

use self::connection::Connection;
use self::failure::{Answer, Failure};
pub(crate) use self::name::LONGEST as LONGEST_SCHEMA;
use self::name::Schema;
pub use self::server::PostgresServer;
use self::sql::Texts;
use super::group::Commits;
use super::{Commit, MetadataStore, Query, Record};
use crate::merkle::{NodeId, NodeSource};
use crate::search::{Matches, Search};
use crate::{Error, Result};

#[doc = include_str!("guide.md")]
pub struct PostgresStore {
    server: PostgresServer,
    schema: Schema,
    /// What errors call it.
    name: String,
    texts: Texts,
    commits: Commits,
}

impl PostgresStore {
    /// Opens the store in a schema of the database, makes it if it is not there, and brings an
    /// older one up to date: one process at a time, while the others wait.
    ///
    /// The name is 1 to 63 of `a` to `z`, digits, `_` and `-`, and none of the server's own.
    ///
    /// # Errors
    /// [`Error::Invalid`] for another name; [`Error::NewerSchema`] if a later version of this
    /// library wrote it, [`Error::Corrupt`] if it is a schema of another application,
    /// [`Error::Unavailable`] if the server can't be reached, refuses the user, or would lose
    /// what it acknowledges.
    pub fn open(server: &PostgresServer, schema: &str) -> Result<Self> {
        let schema = Schema::new(schema)?;
        let name = format!("{}, schema {}", server.name(), schema.as_str());
        schema::prepare(server, &schema).map_err(|failure| failure.told(&name))?;
        let texts = Texts::new(&schema);
        Ok(Self { server: server.clone(), schema, name, texts, commits: Commits::new() })
    }

    /// The schema that it is in.
    pub fn schema(&self) -> &str {
        self.schema.as_str()
    }

    fn reading<T>(&self, read: impl FnMut(&mut Connection) -> Answer<T>) -> Result<T> {
        self.server.with(read).map_err(|failure| self.told(failure))
    }

    /// The same with statements that all see the state of one moment.
    fn reading_at_once<T>(&self, mut read: impl FnMut(&mut Connection) -> Answer<T>) -> Result<T> {
        // What is sought is planned for itself.
        const BEGIN: &str = "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY; SET LOCAL enable_seqscan = on; SET \
                             LOCAL enable_hashjoin = on; SET LOCAL enable_mergejoin = on";
        self.reading(|connection| connection.within(BEGIN, &mut read))
    }

    fn told(&self, failure: Failure) -> Error {
        failure.told(&self.name)
    }
}

impl fmt::Debug for PostgresStore {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("name", &self.name).finish_non_exhaustive()
    }
}

impl MetadataStore for PostgresStore {
    fn read(&self, query: &Query) -> Result<Vec<Record>> {
        query.check()?;
        self.reading(|connection| {
            let values = sql::query_values(query);
            let rows = connection.query(self.texts.select(query), &sql::bound(&values))?;
            rows.iter().map(|row| sql::record(query.kind, row)).collect()
        })
    }

    fn search(&self, sought: &Search) -> Result<Matches> {
        self.reading_at_once(|connection| search::find(connection, &self.schema, &self.texts, sought))
    }

    fn commit(&self, commit: &Commit) -> Result<u64> {
        self.commits.write(&self.name, commit, |batch| self.write(batch))
    }

    fn size(&self) -> Result<u64> {
        self.reading(|connection| log::size(connection, &self.schema))
    }

    fn leaves(&self, range: Range<u64>) -> Result<Vec<(u64, Vec<u8>)>> {
        self.reading(|connection| log::leaves(connection, &self.schema, &range))
    }

    fn damage(&self) -> Result<Vec<String>> {
        let found = self.reading_at_once(|connection| damage::find(connection, &self.schema));
        match found {
            Err(Error::Corrupt { reason, .. }) => Ok(vec![reason]),
            other => other,
        }
    }

    fn index_damage(&self) -> Result<Vec<String>> {
        self.reading_at_once(|connection| search::differences(connection, &self.schema, &self.texts))
    }
}

impl NodeSource for PostgresStore {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        self.reading(|connection| log::nodes(connection, &self.schema, ids))
    }
}
