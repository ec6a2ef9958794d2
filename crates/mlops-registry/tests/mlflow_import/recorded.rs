//! Sources that MLflow has made, with what it answers about them: `testdata/mlflow_import`.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use mlops_registry::mlflow_import::{ImportReport, MlflowImport};
use mlops_registry::{Registry, Result, Session};
use rusqlite::Connection;
use serde::Deserialize;
use serde_json::Value;
use tempfile::TempDir;

use crate::world::{World, worlds};

/// Where MLflow had its artifacts when the sources were recorded.
pub(crate) const THERE: &str = "/srv/mlflow/mlruns";

pub(crate) fn testdata() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/mlflow_import")
}

/// A source, and where a database lies for a while.
pub(crate) struct Recorded {
    pub(crate) name: &'static str,
    pub(crate) import: MlflowImport,
    pub(crate) path: PathBuf,
    pub(crate) folder: TempDir,
}

impl Recorded {
    pub(crate) fn all() -> Vec<Self> {
        let databases = ["v1_30", "v2_16", "v3_17"].map(Self::database);
        let folders = ["v1_30_folder", "v2_16_folder", "v3_17_folder"].map(Self::folder);
        databases.into_iter().chain(folders).collect()
    }

    pub(crate) fn database(name: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mlflow.db");
        let connection = Connection::open(&path).unwrap();
        let sql = fs::read_to_string(testdata().join(format!("{name}.sql"))).unwrap();
        // Tables come in the order of their names.
        connection.execute_batch("PRAGMA foreign_keys = OFF").unwrap();
        connection.execute_batch(&sql).unwrap();
        let artifacts = testdata().join(format!("{name}.artifacts"));
        let import = MlflowImport::database(&path).artifacts_at(THERE, &artifacts);
        // Before 2.0 addresses were relative to where MLflow ran.
        let import = import.artifacts_at("./mlruns", artifacts);
        Self { name, import, path, folder }
    }

    pub(crate) fn folder(name: &'static str) -> Self {
        let path = testdata().join(name);
        let import = MlflowImport::folder(&path);
        Self { name, import, path, folder: tempfile::tempdir().unwrap() }
    }

    /// A folder that may be changed.
    pub(crate) fn own_folder(name: &'static str) -> Self {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("mlruns");
        copy(&testdata().join(name), &path);
        Self { name, import: MlflowImport::folder(&path), path, folder }
    }

    pub(crate) fn change(&self, sql: &str) {
        let connection = Connection::open(&self.path).unwrap();
        connection
            .execute_batch(&format!("PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; {sql}"))
            .unwrap();
    }

    pub(crate) fn answers(&self) -> Answers {
        let text = fs::read_to_string(testdata().join(format!("{}.json", self.name))).unwrap();
        serde_json::from_str(&text).unwrap()
    }

    pub(crate) fn import(&self, session: &Session) -> Result<ImportReport> {
        session.import_mlflow(&self.import, &mut |_| {})
    }
}

pub(crate) fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let to = to.join(entry.file_name());
        if entry.file_type().unwrap().is_dir() {
            copy(&entry.path(), &to);
        } else {
            fs::copy(entry.path(), to).unwrap();
        }
    }
}

/// A world that keeps its artifacts in memory: a hundred of them are not flushed to a disk.
pub(crate) fn in_memory(mut world: World) -> World {
    world.registry = world.reopened();
    for session in [&mut world.admin, &mut world.ana, &mut world.ben, &mut world.dora] {
        *session = world.registry.session(session.principal());
    }
    world
}

pub(crate) fn world() -> World {
    in_memory(worlds().remove(0))
}

/// How many entries the log of a registry has: whatever is recorded leaves one.
pub(crate) fn size(registry: &Registry) -> u64 {
    registry.store().size().unwrap()
}

/// What MLflow answers about a source.
#[derive(Deserialize)]
pub(crate) struct Answers {
    pub(crate) experiments: Vec<ExperimentAnswer>,
    pub(crate) runs: Vec<RunAnswer>,
    pub(crate) models: Vec<ModelAnswer>,
    pub(crate) versions: Vec<VersionAnswer>,
}

#[derive(Deserialize)]
pub(crate) struct ExperimentAnswer {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) stage: String,
    pub(crate) created: Option<i64>,
    pub(crate) tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
pub(crate) struct RunAnswer {
    pub(crate) id: String,
    pub(crate) experiment: String,
    pub(crate) name: String,
    pub(crate) status: String,
    pub(crate) stage: String,
    pub(crate) user: Option<String>,
    pub(crate) start: i64,
    pub(crate) end: Option<i64>,
    pub(crate) params: BTreeMap<String, String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) metrics: BTreeMap<String, Value>,
    /// Time, value and step of each point.
    pub(crate) history: BTreeMap<String, Vec<(i64, Value, i64)>>,
    pub(crate) inputs: Vec<InputAnswer>,
    /// The SHA-256 of each file.
    pub(crate) files: BTreeMap<String, String>,
}

#[derive(Deserialize)]
pub(crate) struct InputAnswer {
    pub(crate) name: String,
    pub(crate) digest: String,
    pub(crate) source_type: String,
    pub(crate) source: String,
    pub(crate) schema: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
}

#[derive(Deserialize)]
pub(crate) struct ModelAnswer {
    pub(crate) name: String,
    pub(crate) description: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) created: i64,
    pub(crate) aliases: BTreeMap<String, Value>,
}

#[derive(Deserialize)]
pub(crate) struct VersionAnswer {
    pub(crate) name: String,
    pub(crate) version: u32,
    pub(crate) stage: String,
    pub(crate) description: Option<String>,
    pub(crate) tags: BTreeMap<String, String>,
    pub(crate) run: Option<String>,
    pub(crate) source: String,
    pub(crate) created: i64,
    pub(crate) files: BTreeMap<String, String>,
}

/// A number as the answers have it: JSON has no NaN.
pub(crate) fn number(value: &Value) -> f64 {
    match value {
        Value::String(text) => text.parse().unwrap(),
        value => value.as_f64().unwrap(),
    }
}

/// The folder of that name below another.
pub(crate) fn find(folder: &Path, name: &str) -> PathBuf {
    let mut folders = vec![folder.to_owned()];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.file_name().unwrap() == name {
                return path;
            }
            if path.is_dir() {
                folders.push(path);
            }
        }
    }
    panic!("there is no {name}");
}
