//! The source is read and nothing more: its bytes stay, nothing is made beside it, and MLflow
//! goes on writing.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use mlops_core::Digest;
use mlops_registry::Error;
use mlops_registry::mlflow_import::{ImportReport, Matter, MlflowImport};
use mlops_registry::search::RunSearch;
use mlops_registry::tracking::View;
use rusqlite::Connection;

use crate::recorded::{Recorded, testdata, world};

/// All files below a folder with their bytes.
fn bytes(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files.extend(bytes(&path));
        } else {
            files.insert(path.display().to_string(), fs::read(&path).unwrap());
        }
    }
    files
}

fn import(path: &Path, name: &str) -> mlops_registry::Result<ImportReport> {
    let world = world();
    let artifacts = testdata().join(format!("{name}.artifacts"));
    let import = MlflowImport::database(path).artifacts_at(crate::recorded::THERE, artifacts);
    world.admin.import_mlflow(&import, &mut |_| {})
}

#[test]
fn files_stay_as_they_are() {
    let before = bytes(&testdata());
    for source in Recorded::all() {
        let beside = bytes(source.folder.path());
        let _report = source.import(&world().admin).unwrap();
        assert_eq!(bytes(source.folder.path()), beside, "{}", source.name);
    }
    assert_eq!(bytes(&testdata()), before);
}

#[test]
fn a_database_with_a_log_gets_none_from_us() {
    let source = Recorded::database("v3_17");
    source.change("PRAGMA journal_mode = WAL; UPDATE tags SET value = 'by the log' WHERE key = 'lines';");
    let before = bytes(source.folder.path());
    assert_eq!(before.len(), 1, "who closes it last takes the log away");
    let report = import(&source.path, "v3_17").unwrap();
    assert_eq!(report.digest, Digest::of(&before[&source.path.display().to_string()]));
    assert_eq!(bytes(source.folder.path()), before);
}

#[test]
fn what_is_in_the_log_is_read_and_the_log_stays() {
    let source = Recorded::database("v3_17");
    let writer = Connection::open(&source.path).unwrap();
    writer.execute_batch("PRAGMA journal_mode = WAL; PRAGMA wal_autocheckpoint = 0;").unwrap();
    let id = source.answers().runs[0].id.clone();
    let insert = format!("INSERT INTO params VALUES ('of the log', 'x', '{id}')");
    writer.execute_batch(&insert).unwrap();
    let read = |folder: &Path| {
        let before = bytes(folder);
        let world = world();
        let import = MlflowImport::database(folder.join("mlflow.db"))
            .artifacts_at(crate::recorded::THERE, testdata().join("v3_17.artifacts"));
        let report = world.admin.import_mlflow(&import, &mut |_| {}).unwrap();
        let search = RunSearch::new().filter("params.`of the log` = 'x'").unwrap().view(View::All);
        assert_eq!(world.registry.search_runs(&search).unwrap().items.len(), 1);
        let mut after = bytes(folder);
        // Marks of readers, which SQLite makes anew each time.
        let (mut before, shared) = (before, folder.join("mlflow.db-shm").display().to_string());
        assert_eq!(after.remove(&shared).is_some(), before.remove(&shared).is_some(), "no file is made");
        assert_eq!(after, before);
        report
    };
    let live = read(source.folder.path());
    // A copy of both files, which nobody has open.
    let copy = tempfile::tempdir().unwrap();
    for name in ["mlflow.db", "mlflow.db-wal"] {
        fs::copy(source.folder.path().join(name), copy.path().join(name)).unwrap();
    }
    let dead = read(copy.path());
    assert_eq!(dead.digest, live.digest);
    assert_eq!(dead.count(Matter::Params), live.count(Matter::Params));
    drop(writer);
}

#[test]
fn a_writer_is_not_kept_waiting_nor_heeded_half_way() {
    let source = Recorded::database("v2_16");
    let whole = import(&source.path, "v2_16").unwrap();
    let writer = Connection::open(&source.path).unwrap();
    writer
        .execute_batch("PRAGMA foreign_keys = OFF; BEGIN IMMEDIATE; DELETE FROM params; DELETE FROM runs;")
        .unwrap();
    let report = import(&source.path, "v2_16").unwrap();
    assert_eq!(report.counts, whole.counts, "what is not committed is not there");
    assert_eq!(report.digest, whole.digest);
    writer.execute_batch("ROLLBACK").unwrap();
    writer.busy_timeout(std::time::Duration::ZERO).unwrap();
    let world = world();
    let mut wrote = false;
    let import = source.import.clone();
    let _report = world
        .admin
        .import_mlflow(&import, &mut |_| {
            if !wrote {
                writer.execute_batch("UPDATE runs SET user_id = 'else'").unwrap();
                wrote = true;
            }
        })
        .unwrap();
    assert!(wrote);
}

#[test]
fn who_waits_too_long_is_told_to_try_again() {
    let source = Recorded::database("v2_16");
    let writer = Connection::open(&source.path).unwrap();
    writer.execute_batch("BEGIN EXCLUSIVE; DELETE FROM params;").unwrap();
    match import(&source.path, "v2_16") {
        Err(error @ Error::Unavailable { .. }) => assert!(error.is_transient(), "{error:?}"),
        other => panic!("{other:?}"),
    }
}
