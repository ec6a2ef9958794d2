//! What is wrong with a source is told by name; the rest is taken, and the registry stays whole.

use std::fs;

use mlops_registry::Error;
use mlops_registry::mlflow_import::{ImportReport, Matter, MlflowImport};
use mlops_registry::tracking::FileLimits;

use crate::recorded::{Recorded, find, size, testdata, world};
use crate::world::World;

/// Imports what stands, and checks that every count adds up.
#[track_caller]
pub(crate) fn taken(world: &World, import: &MlflowImport) -> ImportReport {
    let report = world.admin.import_mlflow(import, &mut |_| {}).unwrap();
    for matter in Matter::ALL {
        let count = report.count(matter);
        let sum = count.taken + count.there + count.differ + count.refused;
        assert_eq!(count.found, sum, "{matter}\n{report}");
        assert!(count.verified <= count.taken + count.there, "{matter}\n{report}");
    }
    world.is_whole();
    report
}

/// The reason why a thing is not taken.
#[track_caller]
pub(crate) fn reason(report: &ImportReport, matter: Matter, name: &str) -> String {
    let told = report.not_taken.iter().find(|told| told.matter == matter && told.name.contains(name));
    told.unwrap_or_else(|| panic!("{name} is not told of\n{report}")).reason.clone()
}

/// That nothing is imported, with nothing left behind.
#[track_caller]
fn refused(import: &MlflowImport) -> Error {
    let world = world();
    let before = size(&world.registry);
    let error = world.admin.import_mlflow(import, &mut |_| {}).unwrap_err();
    assert_eq!(size(&world.registry), before, "{error}");
    error
}

#[test]
fn what_is_no_source_is_refused() {
    let folder = tempfile::tempdir().unwrap();
    let file = |name: &str, bytes: &[u8]| {
        let path = folder.path().join(name);
        fs::write(&path, bytes).unwrap();
        path
    };
    for path in [
        file("text", b"not a database"),
        file("empty", b""),
        file("head", b"SQLite format 3\0"),
        file("zeros", &[b"SQLite format 3\0".as_slice(), &[0; 4096]].concat()),
        folder.path().to_owned(),
    ] {
        let error = refused(&MlflowImport::database(&path));
        assert!(matches!(error, Error::Corrupt { .. }), "{}: {error:?}", path.display());
    }
    let gone = folder.path().join("gone");
    assert!(matches!(
        refused(&MlflowImport::database(&gone)),
        Error::NotFound { what: "MLflow database", .. }
    ));
    assert!(matches!(refused(&MlflowImport::folder(&gone)), Error::NotFound { what: "MLflow folder", .. }));
    let other = refused(&MlflowImport::folder(folder.path()));
    assert!(matches!(other, Error::Invalid { field: "MLflow folder", .. }), "{other:?}");
}

#[test]
fn another_database_is_told_by_what_it_lacks() {
    for (sql, lacks) in [
        ("DROP TABLE runs", "a database with the table runs"),
        ("ALTER TABLE params RENAME COLUMN value TO worth", "a table params with the column value"),
        (
            "ALTER TABLE model_versions RENAME COLUMN current_stage TO stage",
            "a table model_versions with the column current_stage",
        ),
        (
            "ALTER TABLE params RENAME TO p; CREATE VIEW params AS SELECT * FROM p",
            "a database with the table params",
        ),
        (
            "ALTER TABLE params RENAME TO p; CREATE TABLE params (key, run_uuid, value AS (hex(zeroblob(1000000))))",
            "a table params with the column value",
        ),
    ] {
        let source = Recorded::database("v3_17");
        source.change(sql);
        match refused(&source.import) {
            Error::Invalid { field: "MLflow database", expected, .. } => assert_eq!(expected, lacks, "{sql}"),
            other => panic!("{sql}: {other:?}"),
        }
    }
    let source = Recorded::database("v3_17");
    source.change("DROP TABLE registered_model_aliases; DROP TABLE latest_metrics; UPDATE alembic_version SET version_num = 'later'");
    let report = taken(&world(), &source.import);
    assert_eq!((report.schema.as_deref(), report.schema_known), (Some("later"), false));
    assert_eq!(report.count(Matter::Versions).taken, 5, "{report}");
    assert_eq!(report.count(Matter::Aliases).found, 0, "{report}");
}

/// Numbers that are the same each time: xorshift.
fn numbers(seed: u64) -> impl Iterator<Item = usize> {
    let mut state = seed;
    std::iter::repeat_with(move || {
        state ^= state << 13;
        state ^= state >> 7;
        state ^= state << 17;
        usize::try_from(state >> 1).unwrap()
    })
}

#[test]
fn a_damaged_database_is_told_and_never_a_panic() {
    let source = Recorded::database("v2_16");
    let whole = fs::read(&source.path).unwrap();
    let mut damaged = 0;
    let mut numbers = numbers(7);
    let mut next = |below: usize| numbers.next().unwrap() % below;
    for i in 0..24 {
        let mut bytes = whole.clone();
        if i % 4 == 0 {
            bytes.truncate(next(bytes.len()));
        } else {
            for _ in 0..=next(30) {
                // The pages that are in use most, too.
                let at = if i % 2 == 0 { next(8192) } else { next(whole.len()) };
                bytes[at] = bytes[at].wrapping_add(u8::try_from(next(255)).unwrap() + 1);
            }
        }
        fs::write(&source.path, &bytes).unwrap();
        let world = world();
        match source.import(&world.admin) {
            Ok(_) => {}
            Err(Error::Corrupt { .. } | Error::Invalid { .. } | Error::Unavailable { .. }) => damaged += 1,
            Err(other) => panic!("{i}: {other:?}"),
        }
        world.is_whole();
        assert_eq!(fs::read(&source.path).unwrap(), bytes, "{i}");
    }
    assert!(damaged > 5, "{damaged}");
}

#[test]
fn values_of_the_wrong_type_are_told_row_by_row() {
    let source = Recorded::database("v3_17");
    let answers = source.answers();
    let id = |name: &str| answers.runs.iter().find(|run| run.name == name).unwrap().id.clone();
    let (sweep, three, seven) = (id("sweep"), id("depth 3"), id("depth 7"));
    source.change(&format!(
        "UPDATE experiments SET name = x'00ff' WHERE name = 'größe/neu';
         UPDATE runs SET start_time = 'noon' WHERE run_uuid = '{three}';
         UPDATE runs SET end_time = 9223372036854775807 WHERE name = 'a mistake';
         UPDATE runs SET lifecycle_stage = 'gone' WHERE name = 'with a model of its own';
         UPDATE metrics SET value = 'much' WHERE run_uuid = '{seven}' AND key = 'val/auc' AND step = 3;
         UPDATE metrics SET step = 1.5 WHERE run_uuid = '{seven}' AND key = 'val/auc' AND step = 4;
         UPDATE metrics SET step = {step} WHERE run_uuid = '{seven}' AND key = 'val/auc' AND step = 5;
         UPDATE metrics SET timestamp = 9223372036854775807 WHERE run_uuid = '{seven}' AND key = 'val/auc' AND step = 6;
         UPDATE params SET value = x'ff' WHERE run_uuid = '{sweep}' AND key = 'trees';
         UPDATE tags SET value = CAST(x'61ff' AS TEXT) WHERE run_uuid = '{sweep}' AND key = 'lines';
         INSERT INTO params VALUES ('../up', '1', '{sweep}'), ('long', '{long}', '{sweep}'), ('', 'x', '{sweep}');
         UPDATE model_versions SET version = 'x' WHERE version = 3;
         UPDATE model_versions SET status = 'FAILED_REGISTRATION' WHERE version = 1;
         UPDATE registered_model_aliases SET version = -1 WHERE alias = 'challenger';
         UPDATE datasets SET dataset_schema = 'not json' WHERE name = 'flights.parquet';
         INSERT INTO registered_models (name, workspace) VALUES ('a/b', 'default'), ('theirs', 'other');",
        step = 1_i64 << 60,
        long = "x".repeat(6001),
    ));
    let world = world();
    let report = taken(&world, &source.import);
    for (matter, name, words) in [
        (Matter::Experiments, "2", "name is bytes, expected text"),
        (Matter::Runs, three.as_str(), "start_time is text, expected a whole number"),
        (Matter::Runs, &id("a mistake"), "end_time is 9223372036854775807 ms, expected a moment"),
        (Matter::Runs, &id("with a model of its own"), "lifecycle_stage is \"gone\""),
        (Matter::Params, &format!("{sweep} trees"), "value is bytes, expected text"),
        (Matter::Params, &format!("{sweep} ../up"), "`..`"),
        (Matter::Params, &format!("{sweep} long"), "at most 6000 bytes"),
        (Matter::Tags, &format!("{sweep} lines"), "not UTF-8"),
        (Matter::Versions, "flight-delay/x", "version is text, expected a whole number"),
        (Matter::Versions, "shop.prices.mean/1", "FAILED_REGISTRATION"),
        (Matter::Aliases, "challenger", "the version is -1, expected a number"),
        (Matter::DataSets, "flights.parquet", "schema: expected"),
        (Matter::Models, "a/b", "without `/`"),
        (Matter::Models, "theirs", "workspace \"other\""),
    ] {
        let told = reason(&report, matter, name);
        assert!(told.contains(words), "{name}: {told}");
    }
    let points: Vec<_> = report
        .not_taken
        .iter()
        .filter(|told| told.matter == Matter::Points && told.name.contains(&seven))
        .collect();
    assert_eq!(points.len(), 4, "{points:?}");
    for words in ["value is text, expected a number", "step is a number", "within ±2^53", "within 2^53 µs"]
    {
        assert!(points.iter().any(|told| told.reason.contains(words)), "{words}: {points:?}");
    }
    assert_eq!(
        report.count(Matter::Points).refused,
        4 + 1,
        "and that of the run which is not taken\n{report}"
    );
    // The other points of that metric are there, and so is the rest.
    let experiment = "delays".parse().unwrap();
    let runs = world.registry.runs(&experiment).unwrap();
    let run = runs.iter().find(|run| run.imported.as_ref().unwrap().id == seven).unwrap();
    assert_eq!(world.registry.metric_history(&run.id, "val/auc").unwrap().len(), 26);
    assert_eq!(run.parent.as_ref(), Some(&runs.iter().find(|run| run.name == "sweep").unwrap().id));
}

#[test]
fn runs_within_each_other_are_runs() {
    let source = Recorded::database("v2_16");
    let answers = source.answers();
    let id = |name: &str| answers.runs.iter().find(|run| run.name == name).unwrap().id.clone();
    let (sweep, three) = (id("sweep"), id("depth 3"));
    source.change(&format!(
        "INSERT INTO tags (key, value, run_uuid) VALUES ('mlflow.parentRunId', '{three}', '{sweep}');
         UPDATE tags SET value = 'nobody' WHERE key = 'mlflow.parentRunId' AND run_uuid = '{}';",
        id("depth 7")
    ));
    let report = taken(&world(), &source.import);
    assert_eq!(report.count(Matter::Runs).taken, answers.runs.len() as u64);
    assert_eq!((report.count(Matter::Nested).found, report.count(Matter::Nested).taken), (4, 2), "{report}");
    assert!(
        report
            .not_taken
            .iter()
            .any(|told| told.matter == Matter::Nested && told.reason.contains("is part of it"))
    );
    assert!(
        report
            .not_taken
            .iter()
            .any(|told| told.matter == Matter::Nested && told.reason.contains("not in the source"))
    );
}

#[test]
fn an_address_reads_no_file_that_it_may_not() {
    let secret = tempfile::tempdir().unwrap();
    fs::write(secret.path().join("password"), "hunter2").unwrap();
    let source = Recorded::database("v2_16");
    let answers = source.answers();
    let id = |name: &str| answers.runs.iter().find(|run| run.name == name).unwrap().id.clone();
    let (place, up) = (
        secret.path().display().to_string(),
        format!("/srv/mlflow/mlruns/../../..{}", secret.path().display()),
    );
    source.change(&format!(
        "UPDATE runs SET artifact_uri = '{place}' WHERE run_uuid = '{}';
         UPDATE runs SET artifact_uri = '{up}' WHERE run_uuid = '{}';
         UPDATE runs SET artifact_uri = 'file://{place}' WHERE run_uuid = '{}';
         UPDATE model_versions SET source = '{place}', storage_location = '{place}' WHERE version = 5;",
        id("sweep"),
        id("depth 3"),
        id("getötet"),
    ));
    let report = taken(&world(), &source.import);
    assert!(reason(&report, Matter::Files, &id("sweep")).contains("outside of the folders"));
    assert!(reason(&report, Matter::Files, &id("depth 3")).contains("leads elsewhere"));
    assert!(reason(&report, Matter::Files, &id("getötet")).contains("outside of the folders"));
    assert!(reason(&report, Matter::Files, "flight-delay/5").contains("outside of the folders"));
    // Nor one that lies beside the database by chance.
    source.change(&format!(
        "UPDATE runs SET artifact_uri = '{}' WHERE run_uuid = '{}'",
        source.folder.path().display(),
        id("depth 7")
    ));
    let report_beside = taken(&world(), &source.import);
    assert!(reason(&report_beside, Matter::Files, &id("depth 7")).contains("outside of the folders"));
    let import = source.import.clone().within(secret.path()).within(source.folder.path());
    let report = taken(&world(), &import);
    assert!(!report.not_taken.iter().any(|told| told.reason.contains("outside of the folders")), "{report}");
}

#[test]
fn files_that_are_none_are_told() {
    let source = Recorded::own_folder("v2_16_folder");
    let id = source.answers().runs.iter().find(|run| run.name == "sweep").unwrap().id.clone();
    let artifacts = find(&source.path, &id).join("artifacts");
    fs::write(artifacts.join("nul.txt"), "x").unwrap();
    fs::write(artifacts.join("large"), vec![0; 20_000]).unwrap();
    #[cfg(unix)]
    {
        use std::os::unix::ffi::OsStrExt as _;
        std::os::unix::fs::symlink("/etc/passwd", artifacts.join("link")).unwrap();
        std::os::unix::fs::symlink("/etc", artifacts.join("folder")).unwrap();
        fs::write(artifacts.join(std::ffi::OsStr::from_bytes(b"a\xff")), "x").unwrap();
        std::os::unix::fs::symlink("/etc/passwd", find(&source.path, &id).join("params").join("linked"))
            .unwrap();
        std::os::unix::fs::symlink("/etc", source.path.join("77")).unwrap();
    }
    let import = source.import.clone().files(FileLimits::default().file(10_000));
    let report = taken(&world(), &import);
    assert!(reason(&report, Matter::Files, "nul.txt").contains("device"));
    assert!(reason(&report, Matter::Files, "large").contains("at most 10000"));
    #[cfg(unix)]
    {
        assert!(reason(&report, Matter::Files, "link").contains("no symbolic link"));
        assert!(reason(&report, Matter::Files, "folder").contains("no symbolic link"));
        assert!(reason(&report, Matter::Files, "a\u{fffd}").contains("UTF-8"));
        assert!(reason(&report, Matter::Params, "linked").contains("no link"));
    }
    assert_eq!(report.count(Matter::Files).verified, report.count(Matter::Files).taken);
    // Each fits by itself, and not both of them.
    fs::write(artifacts.join("small"), "x").unwrap();
    let report = taken(&world(), &source.import.clone().files(FileLimits::default().total(20_000)));
    let mut told = report.not_taken.iter().filter(|told| told.reason.contains("all files"));
    assert!(told.any(|told| told.name.contains("large") || told.name.contains("small")), "{report}");
}

#[test]
fn half_written_files_are_told_and_taken_the_next_time() {
    let source = Recorded::own_folder("v2_16_folder");
    let answers = source.answers();
    let id = |name: &str| answers.runs.iter().find(|run| run.name == name).unwrap().id.clone();
    let run = |name: &str| find(&source.path, &id(name));
    let meta = run("getötet").join("meta.yaml");
    let whole = fs::read_to_string(&meta).unwrap();
    fs::write(&meta, &whole[..whole.len() / 2]).unwrap();
    fs::write(run("sweep").join("params").join("trees"), b"\xff\xfe").unwrap();
    let metric = run("depth 3").join("metrics/val/auc");
    let points = fs::read_to_string(&metric).unwrap();
    fs::write(&metric, format!("{points}13647744")).unwrap();
    let bomb: Vec<_> = (1..30).map(|i| format!("a{i}: &a{i} [*a{0}, *a{0}]", i - 1)).collect();
    let bomb = format!("a0: &a0 [x, x]\n{}\n", bomb.join("\n"));
    fs::write(run("depth 7").join("meta.yaml"), bomb).unwrap();
    fs::write(run("a mistake").join("meta.yaml"), fs::read_to_string(&meta).unwrap() + "x").unwrap();
    let world = world();
    let report = taken(&world, &source.import);
    for (matter, name, words) in [
        (Matter::Runs, id("getötet"), "meta.yaml"),
        (Matter::Runs, id("depth 7"), "meta.yaml: line 1"),
        (Matter::Runs, id("a mistake"), ""),
        (Matter::Params, format!("{} trees", id("sweep")), "not UTF-8"),
        (Matter::Points, format!("{} val/auc line 31", id("depth 3")), "expected `time value step`"),
    ] {
        let told = reason(&report, matter, &name);
        assert!(told.contains(words), "{name}: {told}");
    }
    fs::write(&meta, whole).unwrap();
    fs::write(&metric, format!("{points}1364774400000 0.9 31\n")).unwrap();
    let report = taken(&world, &source.import);
    assert_eq!((report.count(Matter::Runs).taken, report.count(Matter::Points).taken), (1, 1), "{report}");
}

#[test]
fn a_folder_is_found_wherever_it_was_moved() {
    // Its addresses are of where it was recorded; see `testdata/mlflow_import/record.py`.
    let source = Recorded::own_folder("v3_17_folder");
    let report = taken(&world(), &source.import);
    assert_eq!(report.count(Matter::Files).refused, 1, "the version in a bucket: {report}");
    let here = testdata().join("v3_17_folder");
    assert!(here.is_dir());
}
