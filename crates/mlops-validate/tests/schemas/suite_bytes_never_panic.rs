//! Suites from anywhere: the function of the fuzz target, with recorded suites, with each
//! expectation that there is a case of, and with mutations of both.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test may panic, and compares what must be equal"
)]

use proptest::prelude::*;
use serde_json::{Value, json};

#[path = "../../fuzz/read_suite.rs"]
mod read_suite;

use read_suite::read_suite;

/// Every recorded suite, and a suite for every recorded expectation, told by its type.
fn seeds() -> Vec<String> {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/testdata/validate/gx");
    let mut seeds = Vec::new();
    let mut types = std::collections::BTreeMap::<String, Vec<Value>>::new();
    let mut paths: Vec<_> = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    paths.sort();
    for path in paths {
        let document: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
        seeds.extend(
            ["suite_gx1", "suite_gx018"].iter().filter_map(|form| document.get(form)).map(Value::to_string),
        );
        for case in document["cases"].as_array().into_iter().flatten() {
            if let Some(name) = case["expectation"]["type"].as_str() {
                types.entry(name.to_owned()).or_default().push(case["expectation"].clone());
            }
        }
    }
    for expectations in types.values() {
        for one in expectations.iter().take(3) {
            seeds.push(json!({"name": "s", "expectations": [one]}).to_string());
        }
    }
    seeds
}

#[test]
fn seeds_are_read_or_refused() {
    let seeds = seeds();
    assert!(seeds.len() > 100, "the recorded suites and expectations are there");
    for seed in seeds {
        read_suite(seed.as_bytes());
    }
}

/// Pieces that matter to the parser.
const PIECES: [&str; 20] = [
    "null",
    "-1",
    "1e999",
    "0.5",
    "\"\"",
    "\"x\"",
    "[]",
    "{}",
    "[[1,2]]",
    "true",
    "\"column\"",
    "{\"$PARAMETER\":\"lo\"}",
    "{\"$PARAMETER\":\"n\"}",
    "9223372036854775808",
    "\"2024-01-01\"",
    "\"\\ud83d\\ude00\"",
    "[[[[[[]]]]]]",
    "\"a\"",
    "\"(\"",
    "\",\"",
];

proptest! {
    #![proptest_config(ProptestConfig { cases: 192, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn mutations_are_read_or_refused(
        which: prop::sample::Index,
        changes in crate::mutated::changes(),
    ) {
        let seeds = seeds();
        let bytes = crate::mutated::mutated(&seeds[which.index(seeds.len())], &PIECES, changes);
        read_suite(&bytes);
    }
}
