//! The short programs: each runs on the real data, says what it promises, and ends with the
//! exit code that a script can go by.
#![allow(clippy::unwrap_used, reason = "a test may stop")]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// The example that cargo has built beside this test.
fn program(name: &str) -> PathBuf {
    let test = std::env::current_exe().unwrap();
    let program = test.ancestors().nth(2).unwrap().join("examples").join(name);
    assert!(program.is_file(), "{} is built by `cargo test -p mlops-examples`", program.display());
    program
}

fn run(name: &str, folder: &Path, arguments: &[&str]) -> Output {
    Command::new(program(name))
        .args(arguments)
        .current_dir(folder)
        .env_remove("RUST_BACKTRACE")
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8(bytes.to_vec()).unwrap()
}

/// Runs it in a folder of its own, and gives what it said: all of `words` among it.
fn says(name: &str, arguments: &[&str], code: i32, words: &[&str]) -> (tempfile::TempDir, String) {
    let folder = tempfile::tempdir().unwrap();
    let output = run(name, folder.path(), arguments);
    let said = text(&output.stdout);
    assert_eq!(output.status.code(), Some(code), "{name}: {said}\n{}", text(&output.stderr));
    for word in words {
        assert!(said.contains(word), "{name} does not say {word:?}:\n{said}");
    }
    (folder, said)
}

/// A page that stands alone.
fn page(folder: &tempfile::TempDir, name: &str) -> String {
    let page = fs::read_to_string(folder.path().join(name)).unwrap();
    assert!(page.starts_with("<!DOCTYPE html>") && !page.contains("<script") && !page.contains("src=\"http"));
    page
}

#[test]
fn programs_are_short() {
    for name in [
        "registry_governance",
        "training_set",
        "validate_csv",
        "drift_report",
        "drift_presets",
        "concept_drift",
        "serve_model",
        "monitor_service",
    ] {
        let source = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("{name}.rs"));
        let source = fs::read_to_string(source).unwrap();
        assert!(source.lines().count() < 80, "{name} has {} lines", source.lines().count());
        assert!(!source.contains("unwrap()"), "{name}");
    }
}

#[test]
fn metrics_pass_fail_or_are_not_there() {
    let folder = tempfile::tempdir().unwrap();
    let run = folder.path().join("run.json");
    let check = |metrics: &str, code: i32, words: &[&str]| {
        fs::write(&run, metrics).unwrap();
        says("check_metrics", &["--metrics", run.to_str().unwrap()], code, words);
    };
    let good = r#"{"f1_score": 0.86, "precision": 0.8, "recall": 0.9}"#;
    check(good, 0, &["✅ f1_score: 0.8600 (threshold: 0.8500)", "✅ All metrics passed!"]);
    check(&good.replace("0.86", "0.8"), 1, &["❌ f1_score: 0.8000", "minimum performance requirements"]);
    check(
        &good.replace("recall", "recal"),
        1,
        &["❌ recall: no metric \"recall\" of the candidate was given"],
    );
    check("[]", 2, &[]);
}

#[test]
fn a_model_is_promoted_or_refused() {
    let (folder, _) = says("validate_model", &[], 1, &["Validation failed: accuracy"]);
    assert!(page(&folder, "validate_model.html").contains("Refused"));
    let (folder, _) = says("validate_model", &["--min-accuracy", "0.75"], 0, &["promoted to production"]);
    let page = page(&folder, "validate_model.html");
    for part in ["Scores", "Curves", "Decisions", "By SEX", "Latency"] {
        assert!(page.contains(&format!(">{part}<")), "{part}");
    }
}

#[test]
fn the_default_alarms_where_the_world_moved_and_stays_quiet_where_it_did_not() {
    let words = [
        "4 of 9 columns drifted: AveOccup, Latitude, Longitude, y_pred_proba",
        "0 of 18 columns drifted",
        "as evidently judges: California 6 of 9 columns drifted",
        "as psi-classic judges: California 3 of 9 columns drifted",
    ];
    let (folder, said) = says("drift_presets", &[], 0, &words);
    let latitude = said.lines().find(|line| line.trim_start().starts_with("Latitude")).unwrap();
    let latitude = latitude.split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(latitude.starts_with("Latitude material 1.12 (1.09 to 1.16) 0.20 up mean 34.63"), "{latitude}");
    let from_a_profile = said.lines().find(|line| line.starts_with("from a profile of ")).unwrap();
    assert!(from_a_profile.ends_with(words[0]), "{from_a_profile}");
    let page = page(&folder, "drift_presets.html");
    for words in ["Longitude: mean -118.62", "AveRooms: stable", "adjusted p"] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn detectors_see_the_concept_drift_that_no_estimate_can() {
    let words = [
        "ADWIN ",
        "Page–Hinkley ",
        " 0 of them early; the change is seen after ",
        "at the end: accuracy estimated without labels 0.8",
        "see concept_drift.html",
    ];
    let (folder, _) = says("concept_drift", &[], 0, &words);
    let page = page(&folder, "concept_drift.html");
    for words in ["What EDDM looked at", "accuracy by chunk", "realised", "What each detector said"] {
        assert!(page.contains(words), "{words}");
    }
}

#[test]
fn the_registry_refuses_self_approval_and_proves_the_way_back() {
    let words = [
        "1.0.0: ana has trained and registered and requested it",
        "in production: 1.0.0",
        "promotion.approve flight-delay/1.1.0",
        "(1.1.0 is late in answering)",
        "all as the audit log says",
        "an outsider with the public key sees: entry ",
    ];
    says("registry_governance", &[], 0, &words);
}

#[test]
fn a_promotion_takes_two_and_an_outsider_sees_it() {
    let words = [
        "ana approves: ana has trained and registered and requested it",
        "with one approval: ",
        "on Friday at five: ",
        "nobody is on call",
        "eve tries: eve may not ",
        "on Monday at nine: 1.0.0 is in production, approved by ben and cleo",
        "proven in bank.example/models: ",
        "promotion.execute credit-default/1.0.0",
        "grown from ",
        "all as the audit log says",
    ];
    let (_, said) = says("two_approvers", &[], 0, &words);
    assert_eq!(said.matches("forged: ").count(), 2, "each proof was forged, and it showed");
}

#[test]
fn a_training_set_knows_what_was_known() {
    let words = [
        "weather              26115 rows, each holds for 3 h",
        "2013-02-01 until 2013-03-01: 24940 flights with 11 inputs each",
        "carrier_delay_rate",
        "late (the label)",
    ];
    says("training_set", &[], 0, &words);
}

#[test]
fn a_csv_file_passes_or_is_refused_with_a_page() {
    let (folder, _) = says(
        "validate_csv",
        &[],
        0,
        &[
            "11 of 11 expectations hold for 150 rows",
            "Data validation passed, details in data_validation.html",
        ],
    );
    page(&folder, "data_validation.html");

    let damaged = concat!(env!("CARGO_MANIFEST_DIR"), "/data/training_data_damaged.csv");
    let words = [
        "6 of 11 expectations hold for 150 rows",
        "carrier: expected not null, but 1 of 150",
        "late: expected not null, but 2 of 150",
        "row 11 has -419",
        "row 77 has 25",
        "row 52 has \"NYC\"",
        "Data validation failed, details in why.html",
    ];
    let (folder, _) = says("validate_csv", &[damaged, "why.html"], 1, &words);
    assert!(page(&folder, "why.html").contains("-419"));

    let missing = run("validate_csv", folder.path(), &["nowhere.csv"]);
    assert_eq!(missing.status.code(), Some(2));
    assert!(text(&missing.stderr).contains("nowhere.csv: it can't be opened"), "{}", text(&missing.stderr));
}

#[test]
fn drift_is_told_by_the_week_with_its_reason() {
    let words = [
        "2013-03-04 until 2013-03-11, ",
        "2013-12-23 until 2013-12-30, ",
        "the latest of them in words",
        "reference standard deviations",
        "see drift.html",
    ];
    let (folder, said) = says("drift_report", &[], 1, &words);
    assert_eq!(said.matches(" columns drifted").count(), 44, "a line a week:\n{said}");
    assert!(page(&folder, "drift.html").contains("By week"));
}

#[test]
fn a_predictor_answers_refuses_and_swaps() {
    let words = [
        "2013-07-01 until 2013-07-02: ",
        "answered by 1.0.0 as Champion",
        "answered by 1.1.0 as Canary",
        "scored by both versions",
        "an hour that is none  refused (input_range)",
        "a text for a number   refused (input_type)",
        "a distance left out   refused (input_missing)",
        "after the swap the first of them is answered by 1.1.0",
    ];
    says("serve_model", &[], 0, &words);
}

#[test]
fn a_service_is_watched_and_an_alert_fires() {
    let words = [
        " predictions logged, 0 dropped",
        "inputs: 2013-07-08 until 2013-07-15, ",
        "flight-delay 1.0.0, July 2013: mean score 0.",
        " below the late rate 0.",
        "\"state\":\"firing\"",
        "feature_drift_score{feature_name=\"temp\",model_name=\"flight-delay\"}",
        "model_predictions_total{model_name=\"flight-delay\",model_version=\"1.0.0\",prediction_type=\"late\"}",
    ];
    says("monitor_service", &[], 0, &words);
}
