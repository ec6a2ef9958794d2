//! What is tried with bytes from anywhere; by the tests with some, by the fuzzer with any.

use std::time::Duration;

use mlops_core::{Digest, Subject, Timestamp, Verdict, Window, canonical};
use mlops_validate::gate::{Candidate, Gate, GroupColumn, Production};

/// Reads bytes as a gate file. If they are one, it is written and read again as the same
/// gate, and judges a small candidate: each check has an answer with a reason, and the
/// verdict is evidence.
pub(crate) fn read_gate(bytes: &[u8]) {
    let Ok(text) = std::str::from_utf8(bytes) else { return };
    let Ok(gate) = Gate::from_json(text) else { return };
    let written = serde_json::to_string(&gate).expect("a gate can be written");
    let again = Gate::from_json(&written).expect("what was read can be written and read again");
    assert_eq!(again.digest(), gate.digest(), "{written}");
    // A draw costs time in proportion: what is tried here is the file.
    let draws = serde_json::from_str::<serde_json::Value>(&written).expect("it was written as JSON");
    if draws["resampling"]["replicates"].as_u64().is_some_and(|draws| draws > 5_000) {
        return;
    }
    let start: Timestamp = "2013-03-01".parse().expect("it is a day");
    let verdict = gate.evaluate(&candidate(start), start + Duration::from_hours(40 * 24));
    assert_eq!(verdict.checks.len(), gate.checks().len());
    for check in &verdict.checks {
        assert!(!check.reason.is_empty(), "{check:?}");
    }
    let text = verdict.canonical().expect("a verdict has a canonical form");
    let _read = canonical::from_str::<Verdict>(&text).expect("the canonical form is read again");
}

/// Six weeks of two rows a day, with the columns that the seeds name.
fn candidate(start: Timestamp) -> Candidate<'static> {
    let hours = |hour: u64| start + Duration::from_hours(hour);
    let rows = 0..80_u64;
    let times: Vec<Timestamp> = rows.clone().map(|row| hours(12 * row)).collect();
    let labels: Vec<Option<bool>> =
        rows.clone().map(|row| (!row.is_multiple_of(11)).then_some(row.is_multiple_of(3))).collect();
    let score = |row: u64, shift: u64| ((row * 37 + shift) % 100) as f64 / 100.0;
    let scores: Vec<f64> = rows.clone().map(|row| score(row, 0)).collect();
    let production: Vec<f64> = rows.clone().map(|row| score(row, 13)).collect();
    let carrier = |row: u64| (!row.is_multiple_of(7)).then_some(["AA", "UA", "é"][(row % 3) as usize]);
    Candidate::builder()
        .subject(Subject {
            model: "m".parse().expect("it is a name"),
            version: "1.0.0".parse().expect("it is a version"),
            artifact: Digest::of(b"m"),
        })
        .training(Window::new(hours(0) - Duration::from_hours(24), hours(0)).expect("it is a day long"))
        .evaluation(Window::month_of(start))
        .times(&times)
        .labels(&labels)
        .scores(&scores)
        .production(Production::Version {
            version: "0.9.0".parse().expect("it is a version"),
            scores: &production,
        })
        .groups(vec![GroupColumn::new("carrier", rows.map(carrier))])
        .findings(vec![("drift".to_owned(), Vec::new())])
        .build()
        .expect("the columns have eighty rows each")
}
