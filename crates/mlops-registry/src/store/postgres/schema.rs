//! The tables of a store, made and brought up to date; nothing is ever taken back.

use super::connection::{Connection, get};
use super::failure::{Answer, Failure};
use super::name::Schema;
use super::server::PostgresServer;
use crate::{Error, Result};

/// What brings a schema from version `i` to version `i + 1`. Once released, an entry never changes.
const MIGRATIONS: &[&str] = &[include_str!("schema/1.sql")];

/// The version that this library writes: what all migrations lead to.
pub(super) const SUPPORTED: i64 = 1;

/// The table that says which version a schema has; so is a schema of ours told from another's.
pub(super) const VERSIONS: &str = "mlops_schema";

/// Makes sure that the schema is ours, and up to date; makes it if it is not there.
pub(super) fn prepare(server: &PostgresServer, schema: &Schema) -> Answer<()> {
    server.with(|connection| {
        // One that is up to date asks for no right to make tables, nor for a lock.
        if found(connection, server, schema)? == Some(SUPPORTED) {
            return Ok(());
        }
        let begin = format!(
            "BEGIN ISOLATION LEVEL READ COMMITTED READ WRITE; SET LOCAL lock_timeout = '{}ms'; SELECT \
             pg_advisory_xact_lock({})",
            server.patience_ms(),
            schema.lock(),
        );
        connection.within(&begin, |connection| {
            // Another process may have done it while this one waited.
            let found = found(connection, server, schema)?;
            if found.is_none() {
                connection.batch(&format!("CREATE SCHEMA IF NOT EXISTS {schema}"))?;
            }
            connection.batch(&format!("SET LOCAL search_path = {schema}"))?;
            if found.is_none() {
                connection.batch(&format!("CREATE TABLE {VERSIONS} (version bigint PRIMARY KEY)"))?;
            }
            for (version, migration) in
                (1..).zip(MIGRATIONS).skip_while(|(version, _)| Some(*version) <= found)
            {
                connection.batch(migration)?;
                connection.batch(&format!("INSERT INTO {VERSIONS} (version) VALUES ({version})"))?;
            }
            Ok(())
        })
    })
}

/// Schemas as tenants have them.
impl PostgresServer {
    /// Whether a schema of ours has this name.
    pub(crate) fn has_schema(&self, schema: &str) -> Result<bool> {
        Ok(self.schemas()?.iter().any(|name| name == schema))
    }

    /// The names of all schemas of ours.
    pub(crate) fn schemas(&self) -> Result<Vec<String>> {
        let text =
            "SELECT n.nspname::text FROM pg_namespace AS n JOIN pg_class AS c ON c.relnamespace = n.oid
                    WHERE c.relname = $1 AND c.relkind = 'r' ORDER BY 1";
        let names = self
            .with(|connection| connection.query(text, &[&VERSIONS])?.iter().map(|row| get(row, 0)).collect());
        names.map_err(|failure| failure.told(self.name()))
    }

    /// What makes a name that no other process has: the transaction that asks.
    pub(crate) fn moment(&self) -> Result<String> {
        let moment = self.with(|connection| {
            let rows = connection.query("SELECT pg_current_xact_id()::text", &[])?;
            rows.first().map_or_else(|| Ok(String::new()), |row| get(row, 0))
        });
        moment.map_err(|failure| failure.told(self.name()))
    }

    /// Renames a schema; `false` if there is one of that name.
    pub(crate) fn rename_schema(&self, from: &str, to: &str) -> Result<bool> {
        let (from, to) = (Schema::new(from)?, Schema::new(to)?);
        // Not twice: it may be done when the connection breaks off.
        let renamed =
            self.lease().and_then(|mut lease| lease.batch(&format!("ALTER SCHEMA {from} RENAME TO {to}")));
        match renamed {
            Err(failure) if failure.is_duplicate_schema() => Ok(false),
            other => other.map(|()| true).map_err(|failure| failure.told(self.name())),
        }
    }

    pub(crate) fn drop_schema(&self, schema: &str) -> Result<()> {
        let schema = Schema::new(schema)?;
        self.with(|connection| connection.batch(&format!("DROP SCHEMA {schema} CASCADE")))
            .map_err(|failure| failure.told(self.name()))
    }
}

/// The version of a schema of ours; `None` if there is none, or an empty one.
fn found(connection: &mut Connection, server: &PostgresServer, schema: &Schema) -> Answer<Option<i64>> {
    let is_ours = "SELECT EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = n.oid AND c.relname = $2),
                          EXISTS (SELECT FROM pg_class AS c WHERE c.relnamespace = n.oid)
                   FROM pg_namespace AS n WHERE n.nspname = $1";
    let rows = connection.query(is_ours, &[&schema.as_str(), &VERSIONS])?;
    let Some(row) = rows.first() else { return Ok(None) };
    let store = || format!("{}, schema {}", server.name(), schema.as_str());
    match (get(row, 0)?, get(row, 1)?) {
        (true, _) => {}
        (false, false) => return Ok(None),
        (false, true) => {
            return Err(Failure::Known(Error::Corrupt {
                what: store(),
                reason: "it is a schema of another application".to_owned(),
            }));
        }
    }
    let text = format!("SELECT coalesce(max(version), 0) FROM {schema}.{VERSIONS}");
    let rows = connection.query(&text, &[])?;
    let found: i64 = rows.first().map_or(Ok(0), |row| get(row, 0))?;
    if found > SUPPORTED {
        return Err(Failure::Known(Error::NewerSchema { store: store(), found, supported: SUPPORTED }));
    }
    if found < 1 {
        return Err(Failure::Known(Error::Corrupt {
            what: store(),
            reason: format!("its version is {found}"),
        }));
    }
    Ok(Some(found))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_version_has_its_migration() {
        assert_eq!(i64::try_from(MIGRATIONS.len()), Ok(SUPPORTED));
    }

    #[test]
    fn each_kind_has_its_table() {
        let all = MIGRATIONS.concat();
        for kind in crate::store::Kind::ALL {
            let column = |column: &crate::store::Column| {
                let of = if column.number { "bigint" } else { "text COLLATE \"C\"" };
                format!("    \"{}\" {of} NOT NULL,\n", column.name)
            };
            let columns: String = kind.columns().iter().map(column).collect();
            assert!(all.contains(&format!("CREATE TABLE \"{kind}\" (\n{columns}    revision")), "{kind}");
        }
    }
}
