//! Calibration and business value as checks of a gate.

use crate::gate_support::{Rows, answer, march};
use mlops_core::Check;
use mlops_core::Outcome::{self, Failed, Inconclusive, NotApplicable, Passed};
use mlops_validate::gate::{Candidate, Gate, Production};

const VALUES: &str = r#""values": {"tp": 55, "fp": -20, "tn": 0, "fn": -5, "currency": "EUR"}"#;

#[track_caller]
fn answered(check: &str, rows: &Rows, outcome: Outcome, reason: &str) -> Check {
    let seen = answer(check, rows);
    assert_eq!(seen.outcome, outcome, "{check}: {}", seen.reason);
    assert!(seen.reason.contains(reason), "{check}: {:?} does not say {reason:?}", seen.reason);
    seen
}

fn change(mut rows: Rows, how: impl FnOnce(&mut Rows)) -> Rows {
    how(&mut rows);
    rows
}

fn calibration(rest: &str) -> String {
    format!(r#"{{"kind": "calibration", {rest}}}"#)
}

fn business(rest: &str) -> String {
    format!(r#"{{"kind": "business_value", {VALUES}, "threshold": 0.25, {rest}}}"#)
}

#[test]
fn calibrated_scores_pass_and_bold_ones_do_not() {
    let good = march(40);
    let bold = change(good.clone(), |rows| rows.scores.iter_mut().for_each(|p| *p = (*p * 1.6).min(0.999)));
    for rest in [
        r#""measure": "ece", "max": 0.06"#,
        r#""measure": "ece", "max": 0.1, "shown": true, "bins": 5, "binning": "quantile""#,
        r#""measure": "brier_reliability", "max": 0.006"#,
        r#""measure": "debiased_squared_error", "max": 0.003"#,
        r#""measure": "in_the_large", "min": 0.85, "max": 1.15"#,
        r#""measure": "in_the_large", "min": 0.8, "max": 1.2, "shown": true"#,
        r#""measure": "intercept", "min": -0.3, "max": 0.3"#,
    ] {
        let seen = answered(&calibration(rest), &good, Passed, "");
        let (interval, value) = (seen.interval.unwrap(), seen.observed.unwrap());
        assert!(interval.lower <= value + 0.02 && value <= interval.upper, "{seen:?}");
        let _seen = answered(&calibration(rest), &bold, Failed, "");
    }
    let slope = calibration(r#""measure": "slope", "min": 0.8, "max": 1.2"#);
    let _seen = answered(&slope, &good, Passed, "within");
    let timid = change(good.clone(), |rows| rows.scores.iter_mut().for_each(|p| *p = 0.2 + 0.3 * *p));
    let _seen = answered(&slope, &timid, Failed, "above 1.2");
    let largest = calibration(r#""measure": "max_calibration_error", "max": 0.9, "bins": 4"#);
    let _seen = answered(&largest, &good, Passed, "at most 0.9");
    // Not far off, but not shown to be near either.
    let sure = calibration(r#""measure": "in_the_large", "min": 0.97, "max": 1.1, "shown": true"#);
    let _seen = answered(&sure, &good, Failed, "not all of it");
}

#[test]
fn value_has_to_be_shown() {
    let good = march(40);
    let seen = answered(&business(r#""min": 0"#), &good, Passed, "0 or less is excluded");
    assert_eq!(seen.name, "business value");
    let labels = ["total", "true positives", "false positives", "true negatives", "false negatives"];
    let details: Vec<&str> = seen.details.iter().map(|detail| detail.label.as_str()).collect();
    assert_eq!(details[..5], labels);
    let (value, interval) = (seen.observed.unwrap(), seen.interval.unwrap());
    let tight = business(&format!(r#""min": {}"#, 0.5 * (value + interval.lower)));
    let _seen = answered(&tight, &good, Failed, "it may be as little as");
    let lenient = tight.replace("\"min\"", "\"shown\": false, \"min\"");
    let _seen = answered(&lenient, &good, Passed, "reaches");
    let _seen = answered(&business(r#""against": "treat_all""#), &good, Passed, "is excluded");
    let _seen = answered(&business(r#""against": "treat_none""#), &good, Passed, "is excluded");
    let dear = business(r#""against": "treat_none", "margin": 1000"#);
    let _seen = answered(&dear, &good, Failed, "");
    let production = business(r#""against": "production""#);
    let _seen = answered(&production, &good, NotApplicable, "no version of flight-delay");
    let same = change(good.clone(), |rows| rows.production = Some(rows.scores.clone()));
    let _seen = answered(&production, &same, Inconclusive, "decides every row as production does");
    let not_worse = business(r#""against": "production", "margin": -0.5"#);
    let _seen = answered(&not_worse, &same, Passed, "-0.5 or less is excluded");
    let worse = change(good.clone(), |rows| rows.production = Some(vec![0.3; rows.scores.len()]));
    let seen = answered(&production, &worse, Passed, "is excluded");
    let all = answer(&business(r#""against": "treat_all""#), &good);
    assert_eq!((seen.observed, seen.interval), (all.observed, all.interval));
    let one_sided = change(good, |rows| rows.scores.fill(0.3));
    let like_all = business(r#""against": "treat_all""#);
    let _seen = answered(&like_all, &one_sided, Inconclusive, "as treating all does");
}

#[test]
fn what_can_not_be_said_never_passes() {
    let one_class = change(march(20), |rows| rows.labels.fill(Some(false)));
    let nan = change(march(20), |rows| rows.scores[5] = f64::NAN);
    let nothing = change(march(20), |rows| rows.labels.fill(None));
    let checks = [
        calibration(r#""measure": "ece", "max": 1"#),
        calibration(r#""measure": "in_the_large", "min": 0, "max": 1000"#),
        calibration(r#""measure": "slope", "min": -1000, "max": 1000"#),
        business(r#""min": -1000"#),
    ];
    for check in &checks {
        let _seen = answered(check, &one_class, Inconclusive, "it takes both classes");
        let _seen = answered(check, &nan, Inconclusive, "NaN");
        let _seen = answered(check, &nothing, Inconclusive, "no labelled rows");
    }
    let apart = change(march(20), |rows| {
        for (score, label) in rows.scores.iter_mut().zip(&rows.labels) {
            *score = if *label == Some(true) { 0.9 } else { 0.1 };
        }
    });
    let _seen = answered(&checks[2], &apart, Inconclusive, "separates the classes");
    let week = change(march(20), |rows| rows.labels[140..].fill(None));
    let _seen = answered(&checks[3], &week, Inconclusive, "7 UTC days of the 10 needed");
    let shown = calibration(r#""measure": "ece", "max": 1, "shown": true"#);
    let _seen = answered(&shown, &week, Inconclusive, "7 UTC days of the 10 needed");
    let seen = answered(&checks[0], &week, Passed, "");
    assert!(seen.interval.is_none());
    let amounts = r#"{"kind": "business_value", "threshold": 0.2, "amount": "fare", "min": 0, "values":
        {"tp": {"per_amount": 0.5}, "fp": -1, "tn": 0, "fn": 0, "currency": "USD"}}"#;
    let _seen = answered(amounts, &march(20), Inconclusive, "no number column \"fare\"");
}

#[test]
fn a_file_that_says_nonsense_is_refused() {
    for (check, place) in [
        (calibration(r#""measure": "ecee", "max": 0.1"#), "measure"),
        (calibration(r#""measure": "ece""#), "min"),
        (calibration(r#""measure": "ece", "min": 0.1"#), "min"),
        (calibration(r#""measure": "ece", "max": 1.1"#), "max"),
        (calibration(r#""measure": "ece", "max": -0.1"#), "max"),
        (calibration(r#""measure": "ece", "max": 0.1, "bins": -3"#), "bins"),
        (calibration(r#""measure": "ece", "max": 0.1, "bins": 0"#), "bins"),
        (
            calibration(r#""measure": "ece", "max": 0.1, "binning": "equal"#).replace("equal", "equal\""),
            "binning",
        ),
        (calibration(r#""measure": "slope", "min": 0.8, "bins": 5"#), "bins"),
        (calibration(r#""measure": "in_the_large", "min": 1.2, "max": 0.8"#), "min"),
        (business(r#""min": 0, "against": "treat_all""#), "min"),
        (business(r#""shown": true"#), "min"),
        (business(r#""against": "treat_everyone""#), "against"),
        (business(r#""min": 0, "margin": 1"#), "margin"),
        (business(r#""against": "treat_all", "production_threshold": 0.2"#), "production_threshold"),
        (business(r#""min": 0, "amount": "fare""#), "amount"),
        (business(r#""min": 0, "treshold": 0.5"#), "a field of"),
        (business(r#""min": 0"#).replace("55", "{\"per_amount\": 5}"), "amount"),
        (business(r#""min": 0"#).replace("55", "-60"), "values.tp"),
        (business(r#""min": 0"#).replace("-20", "20"), "values.tn"),
        (business(r#""min": 0"#).replace("55", "null"), "values.tp"),
        (business(r#""min": 0"#).replace("55", "{}"), "values.tp"),
        (business(r#""min": 0"#).replace("\"EUR\"", "\"\""), "values.currency"),
        (business(r#""min": 0"#).replace("0.25", "25"), "threshold"),
    ] {
        let text = format!(r#"{{"gate": "g", "checks": [{check}]}}"#);
        let error = Gate::from_json(&text).expect_err(&check).to_string();
        assert!(error.contains(place), "{check}: {error}");
    }
    let equal = r#"{"kind": "business_value", "threshold": 0.2, "min": 0, "values":
        {"tp": 1, "fp": 1, "tn": 1, "fn": 1, "currency": "USD"}}"#;
    assert!(Gate::from_json(&format!(r#"{{"gate": "g", "checks": [{equal}]}}"#)).is_err());
    // Written, it is complete, and reads back as the same gate.
    let checks = [business(r#""against": "production""#), calibration(r#""measure": "ece", "max": 0.1"#)];
    let gate = Gate::from_json(&format!(r#"{{"gate": "g", "checks": [{}]}}"#, checks.join(","))).unwrap();
    let written = serde_json::to_string(&gate).unwrap();
    for part in
        [r#""margin":0.0"#, r#""production_threshold":0.25"#, r#""bins":10"#, r#""binning":"uniform""#]
    {
        assert!(written.contains(part), "{written}");
    }
    assert_eq!(Gate::from_json(&written).unwrap().digest(), gate.digest());
}

#[test]
fn a_loan_is_worth_its_amount() {
    let rows = march(40);
    let amounts: Vec<f64> =
        (0..rows.scores.len()).map(|row| f64::from(u32::try_from(row % 7).unwrap())).collect();
    let gate = Gate::from_json(
        r#"{"gate": "g", "checks": [{"kind": "business_value", "threshold": 0.3, "amount": "fare", "min": 0,
        "values": {"tp": {"per_amount": 3}, "fp": {"fixed": -1}, "tn": 0, "fn": 0, "currency": "USD"}}]}"#,
    )
    .unwrap();
    let built = |numbers| {
        Candidate::builder()
            .subject(crate::gate_support::subject())
            .training(rows.training)
            .evaluation(rows.evaluation)
            .times(&rows.times)
            .labels(&rows.labels)
            .scores(&rows.scores)
            .production(Production::Nothing)
            .numbers(numbers)
            .build()
    };
    let candidate = built(vec![("fare".to_owned(), amounts.as_slice())]).unwrap();
    let verdict = crate::gate_support::judge(&gate, &candidate);
    let expected: f64 = (0..amounts.len())
        .filter(|row| rows.scores[*row] >= 0.3)
        .map(|row| if rows.labels[row] == Some(true) { 3.0 * amounts[row] } else { -1.0 })
        .sum();
    assert_eq!(verdict.checks[0].outcome, Passed, "{}", verdict.checks[0].reason);
    let per_row = verdict.checks[0].observed.unwrap();
    assert!((per_row - expected / amounts.len() as f64).abs() < 1e-9, "{per_row}");
    // Other amounts are other rows, and what is no amount is refused or not judged.
    let others: Vec<f64> = amounts.iter().map(|amount| amount + 1.0).collect();
    let other =
        crate::gate_support::judge(&gate, &built(vec![("fare".to_owned(), others.as_slice())]).unwrap());
    assert_ne!(verdict.inputs, other.inputs);
    let negative: Vec<f64> = amounts.iter().map(|amount| amount - 3.0).collect();
    let refused =
        crate::gate_support::judge(&gate, &built(vec![("fare".to_owned(), negative.as_slice())]).unwrap());
    assert_eq!(refused.checks[0].outcome, Inconclusive);
    let broken: Vec<f64> =
        amounts.iter().map(|amount| if *amount > 5.0 { f64::NAN } else { *amount }).collect();
    for (columns, place) in [
        (vec![("fare".to_owned(), broken.as_slice())], "row 6 is NaN"),
        (vec![("fare".to_owned(), &amounts[1..])], "1239 values"),
        (vec![("fare".to_owned(), amounts.as_slice()); 2], "given twice"),
    ] {
        let error = built(columns).unwrap_err().to_string();
        assert!(error.contains(place), "{error}");
    }
}
