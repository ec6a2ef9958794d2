//! The database that MLflow's SQL store keeps.

mod cell;
mod models;
mod schema;
mod snapshot;
mod tracking;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, Row};

use self::schema::Schema;
use self::snapshot::Snapshot;
use super::{About, Logged, Point, Refuse, Source, SourceExperiment, SourceModel, SourceRun};
use crate::mlflow_import::report::SourceKind;
use crate::{Error, Result};

/// A snapshot of MLflow's database.
///
/// What is read is a copy of one moment that nobody else sees. So MLflow waits for nothing,
/// and nothing that is done here can reach its file.
pub(in crate::mlflow_import) struct Database {
    connection: Connection,
    schema: Schema,
    snapshot: Snapshot,
    /// Only what is of this workspace has names that are unique.
    workspace: String,
    home: PathBuf,
}

impl Database {
    /// # Errors
    /// [`Error::NotFound`] without the file, [`Error::Corrupt`] if it is no database or a
    /// damaged one, [`Error::Invalid`] if it is not one of MLflow's, [`Error::Unavailable`] if
    /// it can't be read now.
    pub(in crate::mlflow_import) fn open(path: &Path, workspace: &str) -> Result<Self> {
        let snapshot = Snapshot::of(path)?;
        let connection = snapshot.connect()?;
        let schema = Schema::read(&connection, path)?;
        // Those of before 2022 have no index by run. The copy is ours.
        let index = "CREATE INDEX mlops_import_by_run ON metrics (run_uuid, key, step, timestamp)";
        connection.execute_batch(index).map_err(|error| snapshot.failed(error))?;
        let home = path.parent().filter(|above| !above.as_os_str().is_empty());
        let home = home.unwrap_or_else(|| Path::new(".")).to_owned();
        Ok(Self { connection, schema, snapshot, workspace: workspace.to_owned(), home })
    }

    /// Looks at the rows of one table, as far as it is there: `columns` that are not are null.
    fn rows(
        &self,
        table: &'static str,
        columns: &[&'static str],
        rest: &str,
        values: &[&dyn rusqlite::ToSql],
        each: &mut dyn FnMut(&Row<'_>) -> Result<()>,
    ) -> Result<()> {
        let Some(sql) = self.schema.select(table, columns, rest) else { return Ok(()) };
        let failed = |error| self.snapshot.failed(error);
        let mut statement = self.connection.prepare_cached(&sql).map_err(failed)?;
        let mut rows = statement.query(values).map_err(failed)?;
        while let Some(row) = rows.next().map_err(failed)? {
            each(row)?;
        }
        Ok(())
    }

    /// Whether a row is of the workspace that is read.
    fn is_ours(&self, workspace: Option<&str>) -> Result<(), String> {
        match workspace {
            Some(other) if other != self.workspace => Err(format!(
                "it is of the workspace {:?}, and {:?} is imported: import that one too",
                crate::name::cut(other),
                self.workspace
            )),
            _ => Ok(()),
        }
    }
}

impl Source for Database {
    fn about(&self) -> About {
        About {
            kind: SourceKind::Database,
            digest: self.snapshot.digest(),
            schema: self.schema.revision().map(|(revision, known)| (revision.to_owned(), known)),
            unread: self.schema.unread().clone(),
        }
    }

    fn experiments(&self, refuse: Refuse<'_>) -> Result<Vec<SourceExperiment>> {
        tracking::experiments(self, refuse)
    }

    fn runs(&self, refuse: Refuse<'_>) -> Result<Vec<SourceRun>> {
        tracking::runs(self, refuse)
    }

    fn logged(&self, run: &SourceRun, refuse: Refuse<'_>) -> Result<Logged> {
        tracking::logged(self, run, refuse)
    }

    fn metrics(
        &self,
        run: &SourceRun,
        refuse: Refuse<'_>,
        each: &mut dyn FnMut(&str, &[Point]) -> Result<()>,
    ) -> Result<()> {
        tracking::metrics(self, run, refuse, each)
    }

    fn latest(&self, run: &SourceRun, refuse: Refuse<'_>) -> Result<BTreeMap<String, f64>> {
        tracking::latest(self, run, refuse)
    }

    fn models(&self, refuse: Refuse<'_>) -> Result<Vec<SourceModel>> {
        models::models(self, refuse)
    }

    fn home(&self) -> &Path {
        &self.home
    }

    /// What lies beside a database may be anything, but for what MLflow and its server make there.
    fn own(&self) -> Vec<PathBuf> {
        ["mlruns", "mlartifacts"].map(|name| self.home.join(name)).into()
    }

    fn moved(&self) -> Vec<(String, PathBuf)> {
        Vec::new()
    }

    fn files_beside(&self, _run: &SourceRun) -> Option<PathBuf> {
        None
    }

    fn logged_model(&self, id: &str) -> Result<Option<String>> {
        models::logged_model(self, id)
    }
}

impl std::fmt::Debug for Database {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Database").field("home", &self.home).finish_non_exhaustive()
    }
}

/// That a file is no database of MLflow's.
fn not_mlflow(path: &Path, expected: String) -> Error {
    Error::Invalid { field: "MLflow database", value: path.display().to_string(), expected }
}
