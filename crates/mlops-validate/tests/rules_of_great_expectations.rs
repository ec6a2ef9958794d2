//! Further answers of Great Expectations, asked for to learn its rules: every column type
//! with every kind of bound and set, conditions, result formats, odd parameters. Where ours
//! differs on purpose the case was left out; see `testdata/gx_rules/README.md`.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test may panic, and compares what must be equal"
)]

use gx::Compared;
use serde_json::Value;

mod gx;

fn hold(file: &str, at_least: usize) {
    let path = format!("{}/testdata/gx_rules/{file}", env!("CARGO_MANIFEST_DIR"));
    let document: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
    let cases = document["cases"].as_array().unwrap();
    assert!(cases.len() >= at_least, "the file is whole");
    let failed: Vec<String> = cases
        .iter()
        .filter_map(|case| match gx::check(case) {
            Ok(Compared::Passed) => None,
            Ok(Compared::Free) => Some(format!("{}: nothing was compared", case["name"])),
            Err(why) => Some(format!("{}: {why}", case["name"])),
        })
        .collect();
    assert!(failed.is_empty(), "{} differ:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn every_recorded_rule_holds() {
    hold("rules.json", 900);
}

#[test]
fn every_recorded_rule_about_several_columns_and_order_holds() {
    hold("several_columns.json", 1000);
}

#[test]
fn every_recorded_rule_about_text_holds() {
    hold("text.json", 300);
}

#[test]
fn every_recorded_rule_about_whole_columns_holds() {
    hold("aggregates.json", 800);
}
