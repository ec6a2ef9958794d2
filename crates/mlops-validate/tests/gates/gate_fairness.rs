//! A gate asks whether groups are treated alike, and says who was judged by how much.
#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test fails by panicking, on exact counts")]

use crate::gate_support::{Rows, answer, march};
use mlops_core::Outcome;
use mlops_validate::gate::Gate;

/// Of every carrier and day so many rows, of which so many have a score that is selected.
/// Half of the selected and half of the others have a positive label.
fn rows(selected: &[(&str, usize, usize)]) -> Rows {
    let day = march(1);
    let mut rows = Rows { labels: vec![], scores: vec![], times: vec![], carriers: vec![], ..day.clone() };
    for time in &day.times {
        for (carrier, chosen, of) in selected {
            for row in 0..*of {
                rows.times.push(*time);
                rows.labels.push(Some(row % 2 == 0));
                rows.scores.push(if row < *chosen { 0.9 } else { 0.1 });
                rows.carriers.push(Some((*carrier).to_owned()));
            }
        }
    }
    rows
}

fn check(fields: &str) -> String {
    format!(r#"{{"kind": "fairness", "by": "carrier", {fields}}}"#)
}

#[test]
fn four_fifths_exactly_is_no_violation() {
    // 31 days: 310 of 310 against 248 of 310.
    let exact = answer(&check(r#""metric": "four_fifths""#), &rows(&[("AA", 10, 10), ("UA", 8, 10)]));
    assert_eq!(exact.outcome, Outcome::Passed, "{}", exact.reason);
    let below = answer(&check(r#""metric": "four_fifths""#), &rows(&[("AA", 10, 10), ("UA", 7, 10)]));
    assert_eq!(below.outcome, Outcome::Failed, "{}", below.reason);
    assert!(below.reason.contains("carrier=UA has 0.7000 of the highest rate"), "{}", below.reason);
    assert!(below.details[1].note.starts_with("217 of 310 selected [0.6"), "{}", below.details[1].note);
    // A ratio that floating point puts below 0.8.
    let odd = answer(&check(r#""metric": "four_fifths""#), &rows(&[("AA", 5, 7), ("UA", 4, 7)]));
    assert_eq!(odd.outcome, Outcome::Passed, "{}", odd.reason);
}

#[test]
fn differences_and_ratios_have_limits_intervals_and_counts() {
    let rows = rows(&[("AA", 6, 10), ("UA", 3, 10)]);
    let fields = r#""metric": "demographic_parity_difference", "max": 0.2"#;
    let failed = answer(&check(fields), &rows);
    assert_eq!((failed.outcome, failed.observed), (Outcome::Failed, Some(0.3)), "{}", failed.reason);
    assert!(
        failed.reason.contains("carrier=UA has the lowest value, carrier=AA the highest"),
        "{}",
        failed.reason
    );
    assert!(failed.details[0].note.starts_with("186 of 310 [0.5"), "{}", failed.details[0].note);
    let interval = failed.interval.unwrap();
    // Every day is the same: draws of days can't differ.
    assert!((interval.lower - 0.3).abs() < 1e-12 && (interval.upper - 0.3).abs() < 1e-12);
    let fields = r#""metric": "true_positive_rate", "compare": "ratio", "min": 0.5"#;
    let passed = answer(&check(fields), &rows);
    assert_eq!(passed.outcome, Outcome::Passed, "{}", passed.reason);
    let odds = answer(&check(r#""metric": "equalized_odds_difference", "agg": "mean", "max": 1"#), &rows);
    assert_eq!(odds.details.len(), 4);
}

#[test]
fn who_is_too_few_or_has_no_value_is_named_and_never_a_pass() {
    let some = rows(&[("AA", 5, 10), ("UA", 5, 10), ("US", 0, 1)]);
    let fields = r#""metric": "demographic_parity_ratio", "min": 0.8, "min_group": 100"#;
    let passed = answer(&check(fields), &some);
    assert_eq!(passed.outcome, Outcome::Passed, "{}", passed.reason);
    assert!(passed.reason.contains("left out: carrier=US (too few to say"), "{}", passed.reason);
    let all = answer(&check(r#""metric": "demographic_parity_ratio", "min": 0.8, "min_group": 1000"#), &some);
    assert_eq!(all.outcome, Outcome::Inconclusive);
    assert!(all.reason.contains("no group has a value"), "{}", all.reason);
    let few = answer(&check(r#""metric": "four_fifths", "min_group": 1000"#), &some);
    assert_eq!((few.outcome, few.reason.as_str()), (Outcome::Inconclusive, "too few to say for every group"));

    let mut no_positives = rows(&[("AA", 5, 10), ("UA", 5, 10)]);
    for (label, carrier) in no_positives.labels.iter_mut().zip(&no_positives.carriers) {
        if carrier.as_deref() == Some("UA") {
            *label = Some(false);
        }
    }
    let undefined = answer(&check(r#""metric": "equal_opportunity_difference", "max": 1"#), &no_positives);
    assert_eq!(undefined.outcome, Outcome::Inconclusive);
    assert!(undefined.reason.contains("carrier=UA (no label is positive)"), "{}", undefined.reason);
    let nobody = answer(r#"{"kind": "fairness", "by": "carier", "metric": "four_fifths"}"#, &no_positives);
    assert!(nobody.reason.contains("expected carrier?"), "{}", nobody.reason);
}

#[test]
fn limits_of_the_wrong_sign_are_refused_when_read() {
    for (fields, says) in [
        (r#""metric": "demographic_parity_ratio", "min": 1.2"#, "min is 1.2, expected a ratio above 0"),
        (r#""metric": "demographic_parity_difference", "max": -0.1"#, "max is -0.1, expected a difference"),
        (
            r#""metric": "demographic_parity_ratio", "max": 0.8"#,
            "max is 0.8, expected missing: the ratio is to be large",
        ),
        (
            r#""metric": "demographic_parity_difference", "min": 0.1"#,
            "missing: the difference is to be small, give max",
        ),
        (r#""metric": "demographic_parity_difference""#, "max is missing"),
        (r#""metric": "demographic_parity", "max": 0.1"#, "expected demographic_parity_"),
        (r#""metric": "selection_rate", "max": 0.1"#, "compare is missing, expected difference or ratio"),
        (r#""metric": "four_fifths", "min": 0.8"#, r#""min""#),
        (r#""metric": "demographic_parity_difference", "max": 0.1, "agg": "mean""#, r#""agg""#),
        (
            r#""metric": "demographic_parity_difference", "max": 0.1, "control": ["carrier"]"#,
            "another column",
        ),
        (r#""metric": "demographic_parity_difference", "max": 0.1, "method": "to_all""#, "to_overall?"),
    ] {
        let text = format!(r#"{{"gate": "g", "decision_threshold": 0.3, "checks": [{}]}}"#, check(fields));
        let error = Gate::from_json(&text).unwrap_err().to_string();
        assert!(error.contains(says), "{error}\ndoes not say\n{says}");
    }
    let text = format!(r#"{{"gate": "g", "checks": [{}]}}"#, check(r#""metric": "four_fifths""#));
    let error = Gate::from_json(&text).unwrap_err().to_string();
    assert!(error.contains("a decision_threshold in the file"), "{error}");
}

#[test]
fn a_gate_reads_as_what_it_was_written_to() {
    let fields = r#""metric": "equalized_odds_ratio", "min": 0.8"#;
    let text = format!(r#"{{"gate": "g", "decision_threshold": 0.3, "checks": [{}]}}"#, check(fields));
    let gate = Gate::from_json(&text).unwrap();
    assert_eq!(gate.checks().collect::<Vec<_>>(), ["carrier: equalized_odds_ratio"]);
    let value: serde_json::Value = serde_json::from_str(&serde_json::to_string(&gate).unwrap()).unwrap();
    let written = &value["checks"][0];
    assert_eq!(
        (&written["method"], &written["agg"], &written["min_group"]),
        (&"between_groups".into(), &"worst_case".into(), &30.into())
    );
    assert_eq!(Gate::from_json(&value.to_string()).unwrap().digest(), gate.digest());
}
