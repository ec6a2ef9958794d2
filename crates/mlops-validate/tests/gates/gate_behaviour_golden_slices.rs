//! Reports of behaviour and golden predictions are judged by name, and slices by a search.

use std::sync::Arc;

use crate::gate_support::{Rows, answer, gate_of, judge, march};
use arrow_array::cast::AsArray as _;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, Float64Array, RecordBatch};
use mlops_core::{Check, Outcome};
use mlops_validate::behaviour::{BehaviourReport, BehaviourSuite};
use mlops_validate::gate::{Candidate, CandidateBuilder, Gate, GroupColumn, Production};
use mlops_validate::golden::{Agreement, GoldenReport, GoldenSet};

fn table(values: &[f64]) -> RecordBatch {
    let column = |values: Vec<f64>| Arc::new(Float64Array::from(values)) as ArrayRef;
    let ids = (0..values.len()).map(|id| id as f64).collect();
    RecordBatch::try_from_iter([("id", column(ids)), ("x", column(values.to_vec()))]).unwrap()
}

fn behaviour(moves: &str, scores: fn(f64) -> f64) -> BehaviourReport {
    let suite = BehaviourSuite::from_json(&format!(
        r#"{{"suite": "s", "tests": [{{"kind": "directional", "name": "more x", "moves": "{moves}",
            "perturb": [{{"kind": "shift", "column": "x", "by": 1, "beyond_range": true}}]}}]}}"#
    ));
    let model = move |rows: &RecordBatch| {
        Ok(rows.column(1).as_primitive::<Float64Type>().values().iter().map(|x| scores(*x)).collect())
    };
    suite.unwrap().run(&model, &[table(&[1.0, 2.0])]).unwrap()
}

fn golden(now: &[f64]) -> GoldenReport {
    let set = |values: &[f64]| GoldenSet::of_batches(&[table(values)], &["id"], &["x"]).unwrap();
    set(&[1.0, 2.0]).compare(&set(now), Agreement::Exact).unwrap()
}

fn with_rows(rows: &Rows) -> CandidateBuilder<'_, 'static> {
    Candidate::builder()
        .subject(crate::gate_support::subject())
        .training(rows.training)
        .evaluation(rows.evaluation)
        .times(&rows.times)
        .labels(&rows.labels)
        .scores(&rows.scores)
        .production(Production::Nothing)
}

#[track_caller]
fn assert_check(check: &Check, outcome: Outcome, reason: &str) {
    assert_eq!(check.outcome, outcome, "{}", check.reason);
    assert!(check.reason.contains(reason), "{:?} does not say {reason:?}", check.reason);
}

#[test]
fn reports_are_judged_by_name() {
    let rows = march(5);
    let of = |check: &str, reports: Vec<(&str, BehaviourReport)>, goldens: Vec<(&str, GoldenReport)>| {
        let reports = reports.into_iter().map(|(name, report)| (name.to_owned(), report)).collect();
        let goldens = goldens.into_iter().map(|(name, report)| (name.to_owned(), report)).collect();
        let candidate = with_rows(&rows).behaviour(reports).golden(goldens).build().unwrap();
        judge(&gate_of(check), &candidate).checks.remove(0)
    };
    let check = r#"{"kind": "behaviour", "report": "s"}"#;
    let good = behaviour("up", |x| x);
    let seen = of(check, vec![("s", good.clone())], vec![]);
    assert_check(&seen, Outcome::Passed, "all of 1 test passed");
    assert_eq!(seen.evidence, Some(good.digest().unwrap()));
    let seen = of(check, vec![("s", behaviour("down", |x| x))], vec![]);
    assert_check(&seen, Outcome::Failed, "1 of 1 test failed: more x");
    assert!(
        seen.details[0].note.contains("row 0: x 1.0 → 2.0, prediction 1 → 2"),
        "{}",
        seen.details[0].note
    );
    let seen = of(check, vec![("s", behaviour("down", |_| f64::NAN))], vec![]);
    assert_check(&seen, Outcome::Inconclusive, "can't be said: more x");
    let seen = of(check, vec![("other", good)], vec![]);
    assert_check(&seen, Outcome::Inconclusive, r#"no behaviour report "s" was given, there are other"#);

    let check = r#"{"kind": "golden", "report": "g"}"#;
    let same = golden(&[1.0, 2.0]);
    let seen = of(check, vec![], vec![("g", same.clone())]);
    assert_check(&seen, Outcome::Passed, "all 2 rows are as recorded");
    assert_eq!(seen.evidence, Some(same.digest().unwrap()));
    let seen = of(check, vec![], vec![("g", golden(&[1.5]))]);
    assert_check(&seen, Outcome::Failed, "of 2 rows: 1 differ, 1 missing");
    assert_check(&of(check, vec![], vec![]), Outcome::Inconclusive, "none was");
    let twice = vec![("g".to_owned(), same.clone()), ("g".to_owned(), same)];
    assert!(with_rows(&rows).golden(twice).build().unwrap_err().to_string().contains("given twice"));
}

const WORST: &str = r#"{"kind": "worst_slice", "loss": "log_loss", "max_difference": 0, "unit": "row"}"#;

#[test]
fn a_bad_slice_fails() {
    let rows = march(60);
    let distance: Vec<f64> = (0..rows.scores.len()).map(|row| (row * 37 % 1000) as f64).collect();
    let of = |check: &str, rows: &Rows| {
        let carriers = GroupColumn::new("carrier", rows.carriers.iter().map(Option::as_deref));
        let numbers = vec![("distance".to_owned(), distance.as_slice())];
        let candidate = with_rows(rows).groups(vec![carriers]).numbers(numbers).build().unwrap();
        judge(&gate_of(check), &candidate).checks.remove(0)
    };
    assert_check(&of(WORST, &rows), Outcome::Passed, "none is shown to be worse");
    let mut bad = rows.clone();
    for (row, distance) in distance.iter().enumerate() {
        if bad.carriers[row].as_deref() == Some("UA") && *distance >= 750.0 {
            bad.scores[row] = 1.0 - bad.scores[row];
        }
    }
    for check in
        [WORST, &WORST.replace("\"row\"", "\"utc_day\""), &WORST.replace("_difference\": 0", "\": 0.7")]
    {
        let seen = of(check, &bad);
        assert_check(&seen, Outcome::Failed, "carrier = UA and distance >= 7");
        assert_eq!(seen.observed, seen.details[0].value);
    }
    assert_check(&of(&WORST.replace("\"max_difference\": 0", "\"max\": 5"), &bad), Outcome::Passed, "");
    let only = WORST.replace("\"unit\"", "\"columns\": [\"carier\"], \"unit\"");
    assert_check(&of(&only, &bad), Outcome::Inconclusive, "expected carrier?");
    let none = WORST.replace("\"unit\"", "\"min_rows\": 100000, \"unit\"");
    assert_check(&of(&none, &bad), Outcome::Inconclusive, "no slice has enough rows");
    let errors = of(&WORST.replace("log_loss", "error"), &bad);
    assert_check(&errors, Outcome::Failed, "carrier = UA");
    let mut nan = bad.clone();
    nan.scores[3] = f64::NAN;
    assert_check(&of(WORST, &nan), Outcome::Inconclusive, "the score of row 3 is NaN");
    let few = march(60);
    let mut week = few;
    week.labels[420..].fill(None);
    let by_day = WORST.replace(", \"unit\": \"row\"", "");
    assert_check(&answer(&by_day, &week), Outcome::Inconclusive, "7 UTC days of the 10 needed");
}

#[test]
fn what_is_written_is_complete_and_odd_settings_are_refused() {
    let gate = |check: &str| Gate::from_json(&format!(r#"{{"gate": "g", "checks": [{check}]}}"#));
    let text = serde_json::to_string(&gate(WORST).unwrap()).unwrap();
    for default in [r#""min_rows":100"#, r#""depth":2"#, r#""bins":4"#, r#""level":0.95"#] {
        assert!(text.contains(default), "{text}");
    }
    assert_eq!(Gate::from_json(&text).unwrap().digest(), gate(WORST).unwrap().digest());
    for (from, to, message) in [
        ("log_loss", "error", "decision_threshold"),
        ("log_loss", "logloss", "log_loss?"),
        ("\"max_difference\": 0", "\"max_difference\": -1", "max_difference is -1"),
        ("\"max_difference\": 0", "\"max_difference\": 0, \"max\": 1", "missing, since there is max"),
        (", \"max_difference\": 0", "", "max or max_difference"),
        ("\"unit\": \"row\"", "\"depth\": 5", "1 to 4"),
        ("\"unit\"", "\"columns\": [1], \"unit\"", "a name that stands once"),
    ] {
        let error = gate(&WORST.replace(from, to)).unwrap_err().to_string();
        assert!(error.contains(message), "{to}: {error}");
    }
}
