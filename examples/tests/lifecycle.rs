//! The story as a user runs it: the same every time, from anywhere, and not with a number
//! that misses.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};
use std::sync::OnceLock;

use tempfile::TempDir;

/// The example that cargo has built beside this test.
fn program() -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("examples").join("lifecycle");
    assert!(program.is_file(), "{} is built by `cargo test -p mlops-examples`", program.display());
    program
}

fn data() -> PathBuf {
    PathBuf::from(concat!(env!("CARGO_MANIFEST_DIR"), "/data/flights"))
}

/// Tells the story in `folder`, which is where it then lies.
fn tell(folder: &Path, threads: &str, arguments: &[&str]) -> Output {
    Command::new(program())
        .args(arguments)
        .current_dir(folder)
        .env("RAYON_NUM_THREADS", threads)
        .env_remove("RUST_BACKTRACE")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// A copy of the data with one text replaced in one file.
fn copy_with(name: &str, from: &str, to: &str) -> TempDir {
    let copy = tempfile::tempdir().unwrap();
    for entry in fs::read_dir(data()).unwrap() {
        let entry = entry.unwrap();
        fs::copy(entry.path(), copy.path().join(entry.file_name())).unwrap();
    }
    let path = copy.path().join(name);
    let original = fs::read_to_string(&path).unwrap();
    let changed = original.replacen(from, to, 1);
    assert_ne!(original, changed, "{from} is not in {name}");
    fs::write(path, changed).unwrap();
    copy
}

/// The whole story, told once for all tests that need it.
fn told() -> &'static (TempDir, Output) {
    static TOLD: OnceLock<(TempDir, Output)> = OnceLock::new();
    TOLD.get_or_init(|| {
        let folder = tempfile::tempdir().unwrap();
        let output = tell(folder.path(), "2", &[]);
        (folder, output)
    })
}

#[test]
fn it_is_told_the_same_way_every_time() {
    let (one, first) = told();
    assert!(first.status.success(), "{}", text(&first.stderr));
    let expected = include_str!("../lifecycle/output.txt");
    assert_eq!(text(&first.stdout), expected, "what the README shows is what is printed");

    let readme = include_str!("../../README.md");
    let chapter = expected.split("\n\n").find(|chapter| chapter.starts_with("10.")).unwrap();
    assert!(readme.contains(chapter), "the README shows the tenth chapter as it is printed");

    let two = tempfile::tempdir().unwrap();
    let again = tell(two.path(), "1", &["--out", "mlops-lifecycle"]);
    assert_eq!(text(&again.stdout), expected, "with one thread, in another folder");

    let file = |folder: &TempDir, name: &str| {
        fs::read_to_string(folder.path().join("mlops-lifecycle").join(name)).unwrap()
    };
    for name in ["tree-head.json", "alerts.jsonl"] {
        assert_eq!(file(one, name), file(&two, name), "the same {name}");
    }
    let report = file(one, "report.html");
    assert!(report.contains("<svg") && !report.contains("<script") && !report.contains("src=\"http"));
    assert!(report.len() < 1_000_000, "{} bytes", report.len());
    let metrics = file(one, "metrics.prom");
    let of_canary =
        r#"model_predictions_total{model_name="flight-delay",model_version="1.2.1",prediction_type="late"}"#;
    assert!(metrics.contains(of_canary), "{metrics}");
}

#[test]
fn a_number_that_misses_stops_it() {
    let changes = [
        (
            "\"roc_auc\": 0.7083990022766719",
            "\"roc_auc\": 0.7083990122766719",
            "roc_auc of lightgbm in month 3",
        ),
        ("\"weather\": 26115", "\"weather\": 26116", "rows of weather"),
        ("\"pressure\": 298793", "\"pressure\": 298792", "non-null pressure"),
        ("\"temp\": 19036186.52", "\"temp\": 19036187.52", "sum of temp"),
        ("\"lightgbm\": 0.2537293316261112", "\"lightgbm\": 0.2537293316281112", "lightgbm of flight 0"),
        ("\"retrained\": 0.01972266600467133", "\"retrained\": 0.01972266600867133", "retrained of flight 0"),
        ("\"12\": {", "\"13\": {", "names in by_month"),
    ];
    for (from, to, named) in changes {
        let copy = copy_with("expected.json", from, to);
        let out = tempfile::tempdir().unwrap();
        let told = tell(out.path(), "2", &["--data", copy.path().to_str().unwrap()]);
        assert!(!told.status.success(), "{to}");
        assert!(text(&told.stderr).contains(named), "{to}: {}", text(&told.stderr));
    }
}

#[test]
fn a_model_that_is_damaged_is_named() {
    let copy = copy_with("delay_lightgbm.model.txt", "left_child=1 3 -2", "left_child=1 999 -2");
    let (out, first) = told();
    assert!(first.status.success(), "{}", text(&first.stderr));
    let told = tell(out.path(), "2", &["--data", copy.path().to_str().unwrap()]);
    assert!(!told.status.success());
    let words = text(&told.stderr);
    assert!(words.contains("delay_lightgbm.model.txt") && words.contains("999"), "{words}");
    assert!(out.path().join("mlops-lifecycle/report.html").is_file(), "what was there is still there");
}

#[test]
fn data_that_is_not_there_is_named_and_nothing_is_left_behind() {
    let out = tempfile::tempdir().unwrap();
    let told = tell(out.path(), "2", &["--data", "nowhere"]);
    assert!(!told.status.success());
    assert!(text(&told.stderr).contains("nowhere"), "{}", text(&told.stderr));
    assert_eq!(fs::read_dir(out.path()).unwrap().count(), 0);
}

#[test]
fn a_folder_of_someone_else_is_not_touched() {
    let out = tempfile::tempdir().unwrap();
    fs::write(out.path().join("thesis.txt"), "years of work").unwrap();
    let told = tell(out.path(), "2", &["--out", "."]);
    assert!(!told.status.success());
    assert!(text(&told.stderr).contains("--out"), "{}", text(&told.stderr));
    assert_eq!(fs::read_to_string(out.path().join("thesis.txt")).unwrap(), "years of work");
}

#[test]
fn help_explains() {
    let told = tell(Path::new("."), "2", &["--help"]);
    assert!(told.status.success());
    let words = text(&told.stdout);
    for word in ["--data", "--out", "expected.json", "audit log"] {
        assert!(words.contains(word), "{word} is missing in {words}");
    }
}
