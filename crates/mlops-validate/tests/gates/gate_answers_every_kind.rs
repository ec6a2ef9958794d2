//! Each kind of check passes, fails and is inconclusive for the right reason.

use crate::gate_support::{Rows, answer, finding, gate_of, judge, march, window};
use mlops_core::Outcome::{self, Failed, Inconclusive, NotApplicable, Passed};
use mlops_core::{Check, Severity};

fn change(mut rows: Rows, how: impl FnOnce(&mut Rows)) -> Rows {
    how(&mut rows);
    rows
}

/// The answer to one check, which is known to block if it should.
#[track_caller]
fn answered(check: &str, rows: &Rows, outcome: Outcome, reason: &str) -> Check {
    let seen = answer(check, rows);
    assert_eq!(seen.outcome, outcome, "{check}: {}", seen.reason);
    assert!(seen.reason.contains(reason), "{check}: {:?} does not say {reason:?}", seen.reason);
    assert!(!seen.expected.is_empty(), "{check}");
    let open = matches!(outcome, Failed | Inconclusive);
    assert_eq!(seen.blocks(), open && seen.severity == Severity::Critical, "{check}");
    seen
}

#[track_caller]
fn assert_answer(check: &str, rows: &Rows, outcome: Outcome, reason: &str) {
    let _seen = answered(check, rows, outcome, reason);
}

const WINDOW: &str =
    r#"{"kind": "evaluation_window", "rule": "full_utc_month_after_training", "every_day": true}"#;

#[test]
fn the_month_is_chosen_before_anyone_looks() {
    let good = march(10);
    let seen = answered(WINDOW, &good, Passed, "it follows the training window");
    assert_eq!(seen.details[0].value, Some(31.0));
    let april = change(good.clone(), |rows| rows.evaluation = window("2013-04-01", "2013-05-01"));
    assert_answer(WINDOW, &april, Failed, "is judged on 2013-04-01 until 2013-05-01");
    let half = change(good.clone(), |rows| rows.evaluation = window("2013-03-01", "2013-03-16"));
    assert_answer(WINDOW, &half, Failed, "is judged on 2013-03-01 until 2013-03-16");
    let seen = change(good.clone(), |rows| rows.training = window("2013-01-01", "2013-03-02"));
    assert_answer(WINDOW, &seen, Failed, "does not follow the training window");
    let long_ago = change(good.clone(), |rows| rows.training = window("2012-01-01", "2012-06-27"));
    assert_answer(WINDOW, &long_ago, Passed, "it follows the training window");
    let leaked =
        change(good.clone(), |rows| rows.times[7] = crate::gate_support::moment("2013-02-28T23:59:59Z"));
    assert_answer(WINDOW, &leaked, Failed, "row 7 is of 2013-02-28T23:59:59Z");
    let picked = change(good.clone(), |rows| rows.labels[..20].fill(None));
    assert_answer(WINDOW, &picked, Failed, "2 days have no labelled row: 2013-03-01, 2013-03-02");
    let lenient = WINDOW.replace("true", "false");
    let seen = answered(&lenient, &picked, Passed, "it follows");
    assert_eq!(seen.details[2].value, Some(20.0), "rows without label are told");
    let nothing = change(good, |rows| rows.labels.fill(None));
    assert_answer(WINDOW, &nothing, Inconclusive, "no labelled rows");
}

#[test]
fn a_metric_has_limits() {
    let good = march(20);
    let auc = r#"{"kind": "metric", "metric": "roc_auc", "min": 0.6}"#;
    let seen = answered(auc, &good, Passed, "is at least 0.6");
    let (value, interval) = (seen.observed.unwrap(), seen.interval.unwrap());
    assert!(interval.lower < value && value < interval.upper, "{seen:?}");
    let too_good = r#"{"kind": "metric", "metric": "roc_auc", "min": 0.5, "max": 0.7}"#;
    assert_answer(too_good, &good, Failed, "is above 0.7");
    for metric in ["f1", "precision", "recall", "accuracy"] {
        let check = format!(r#"{{"kind": "metric", "metric": "{metric}", "min": 0.25}}"#);
        assert_answer(&check, &good, Passed, "is at least 0.25");
    }
    for metric in ["brier", "log_loss"] {
        let check = format!(r#"{{"kind": "metric", "metric": "{metric}", "max": 0.01}}"#);
        assert_answer(&check, &good, Failed, "is above 0.01");
    }
    let gap = r#"{"kind": "metric", "metric": "calibration_gap", "min": -0.03, "max": 0.03}"#;
    assert_answer(gap, &good, Passed, "is within -0.03 and 0.03");
    let bold = change(good.clone(), |rows| rows.scores.iter_mut().for_each(|p| *p = (*p + 0.1).min(1.0)));
    assert_answer(gap, &bold, Failed, "is above 0.03");
    let shy = change(good.clone(), |rows| rows.scores.iter_mut().for_each(|p| *p *= 0.5));
    assert_answer(gap, &shy, Failed, "is below -0.03");
}

#[test]
fn a_constant_score_is_seen_through() {
    let constant = change(march(20), |rows| rows.scores.fill(0.26));
    let auc = r#"{"kind": "metric", "metric": "roc_auc", "min": 0.6}"#;
    assert_answer(auc, &constant, Failed, "0.5000 is below 0.6");
    assert_answer(r#"{"kind": "metric", "metric": "f1", "min": 0.25}"#, &constant, Failed, "0.0000 is below");
    let precision = r#"{"kind": "metric", "metric": "precision", "min": 0.25}"#;
    assert_answer(precision, &constant, Inconclusive, "nothing was predicted positive");
}

#[test]
fn what_can_not_be_computed_never_passes() {
    let one_class = change(march(20), |rows| rows.labels.fill(Some(false)));
    let nan = change(march(20), |rows| rows.scores[5] = f64::NAN);
    let endless = change(march(20), |rows| rows.scores[6] = f64::INFINITY);
    let nothing = change(march(20), |rows| rows.labels.fill(None));
    let production = change(march(20), |rows| rows.production = Some(rows.scores.clone()));
    let with_production = |rows: &Rows| Rows { production: production.production.clone(), ..rows.clone() };
    for check in [
        r#"{"kind": "metric", "metric": "roc_auc", "min": 0}"#,
        r#"{"kind": "log_loss_below_constant_rate"}"#,
        r#"{"kind": "worst_group", "by": "carrier", "metric": "roc_auc", "min": 0, "min_labels": 2}"#,
        r#"{"kind": "group_difference", "by": "carrier", "metric": "roc_auc", "max": 1, "min_labels": 2}"#,
        r#"{"kind": "not_worse_than_production", "metric": "roc_auc", "margin": 1}"#,
    ] {
        assert_answer(check, &with_production(&one_class), Inconclusive, "");
        assert_answer(check, &with_production(&nan), Inconclusive, "the score of row 5 is NaN");
        assert_answer(check, &with_production(&endless), Inconclusive, "the score of row 6 is Infinity");
        assert_answer(check, &with_production(&nothing), Inconclusive, "no labelled rows");
    }
    let loss = r#"{"kind": "metric", "metric": "log_loss", "max": 10}"#;
    assert_answer(loss, &nan, Inconclusive, "NaN");
    let unlabelled_nan = change(nan.clone(), |rows| rows.labels[5] = None);
    assert_answer(loss, &unlabelled_nan, Inconclusive, "the score of row 5 is NaN");
}

#[test]
fn a_model_has_to_know_more_than_the_rate() {
    let check = r#"{"kind": "log_loss_below_constant_rate"}"#;
    let good = march(20);
    let seen = answered(check, &good, Passed, "is below");
    assert!(seen.expected.contains("the log loss of the constant rate 0.2"), "{}", seen.expected);
    let shuffled = change(good, |rows| rows.scores.rotate_left(7));
    assert_answer(check, &shuffled, Failed, "is not below");
}

#[test]
fn groups_are_judged_where_they_are_large_enough() {
    let worst =
        r#"{"kind": "worst_group", "by": "carrier", "metric": "roc_auc", "min": 0.55, "min_labels": 200}"#;
    let apart = r#"{"kind": "group_difference", "by": "carrier", "metric": "roc_auc", "max": 0.2, "min_labels": 200}"#;
    let good = march(60);
    let seen = answered(worst, &good, Passed, "is at least 0.55");
    assert_eq!(seen.details.len(), 3);
    assert_eq!(seen.observed, seen.details[0].value, "the worst stands first");
    assert_answer(apart, &good, Passed, "is at most 0.2");

    // The scores of one carrier say nothing.
    let unfair = change(good.clone(), |rows| {
        let of_ua = |row: &usize| rows.carriers[*row].as_deref() == Some("UA");
        for row in (0..rows.scores.len()).filter(of_ua) {
            rows.scores[row] = 0.2 + 0.1 * (row * 37 % 100) as f64 / 100.0;
        }
    });
    assert_answer(worst, &unfair, Failed, "carrier=UA: 0.");
    assert_answer(apart, &unfair, Failed, "carrier=UA has 0.");

    // Small groups, groups of one class and rows without a key.
    let edges = change(good.clone(), |rows| {
        for (row, carrier) in rows.carriers.iter_mut().enumerate() {
            match row {
                0..=31 => *carrier = Some("OO".to_owned()),
                32..=331 => *carrier = Some("HA".to_owned()),
                332..=600 => *carrier = None,
                _ => continue,
            }
            if (32..=331).contains(&row) {
                rows.labels[row] = Some(true);
            }
        }
    });
    let seen = answered(worst, &edges, Passed, "");
    let note = |label: &str| {
        let detail = seen.details.iter().find(|detail| detail.label == label);
        detail.map(|detail| (detail.value.is_some(), detail.note.as_str())).unwrap()
    };
    assert_eq!(note("carrier=OO"), (false, "too few to say: 32 labels of 200"));
    assert_eq!(note("carrier=HA"), (false, "too few to say: all 300 labels are of one class"));
    assert_eq!(note("carrier missing"), (true, "269 labels"));

    let few = march(3);
    assert_answer(worst, &few, Inconclusive, "too few to say for every group");
    assert_answer(apart, &few, Inconclusive, "0 groups are large enough");
    let single = change(good.clone(), |rows| rows.carriers.fill(Some("AA".to_owned())));
    assert_answer(worst, &single, Passed, "");
    assert_answer(apart, &single, Inconclusive, "1 group is large enough, there is nothing to compare");
    let other = worst.replace(r#""by": "carrier""#, r#""by": "carier""#);
    assert_answer(&other, &good, Inconclusive, r#"no group column "carier", expected carrier?"#);

    let loss =
        r#"{"kind": "worst_group", "by": "carrier", "metric": "log_loss", "max": 0.1, "min_labels": 200}"#;
    let seen = answered(loss, &good, Failed, "is above 0.1");
    assert_eq!(seen.observed, seen.details[2].value, "the worst loss is the highest");
}

#[test]
fn the_model_in_production_is_compared_on_the_same_days() {
    let auc = r#"{"kind": "not_worse_than_production", "metric": "roc_auc", "margin": 0.01}"#;
    let loss = r#"{"kind": "not_worse_than_production", "metric": "log_loss", "margin": 0.02}"#;
    let first = march(40);
    assert_answer(auc, &first, NotApplicable, "no version of flight-delay is in production");

    let same = change(first.clone(), |rows| rows.production = Some(rows.scores.clone()));
    for check in [auc, loss] {
        let seen = answered(check, &same, Passed, "0.0000 [0.0000, 0.0000] to 1.0.0: a loss of");
        assert_eq!(seen.observed, Some(0.0));
        assert_eq!(seen.details[2].value, Some(31.0));
    }
    let noise = |row: usize| (row * 7919 % 1000) as f64 / 1000.0;
    let blurred = |rows: &Rows| -> Vec<f64> {
        rows.scores.iter().enumerate().map(|(row, p)| 0.3 * p + 0.4 * noise(row)).collect()
    };
    let better = change(first.clone(), |rows| rows.production = Some(blurred(rows)));
    let worse = change(first.clone(), |rows| {
        rows.production = Some(rows.scores.clone());
        rows.scores = blurred(rows);
    });
    for check in [auc, loss] {
        assert_answer(check, &better, Passed, "is excluded");
        assert_answer(check, &worse, Failed, "it is worse by");
    }
    // The same mean, but one day decides: not shown to be equal.
    let unsure = change(first.clone(), |rows| {
        let production = rows.scores.clone();
        for (row, p) in rows.scores.iter_mut().enumerate() {
            let day = row / 40;
            *p = if day % 2 == 0 { *p } else { (*p + 0.3 * (noise(row) - 0.5)).clamp(0.0, 1.0) };
        }
        rows.production = Some(production);
    });
    let seen = answered(auc, &unsure, Failed, "");
    assert!(seen.interval.unwrap().lower <= -0.01);

    let production_nan = change(same.clone(), |rows| {
        rows.production.as_mut().unwrap()[3] = f64::NAN;
    });
    assert_answer(auc, &production_nan, Inconclusive, "the score of production of row 3 is NaN");
    let week = change(same, |rows| rows.labels[280..].fill(None));
    assert_answer(auc, &week, Inconclusive, "7 UTC days of the 10 needed: 2013-03-01, 2013-03-02");
    // One positive in one day: most draws of days have none.
    let lonely = change(first, |rows| {
        rows.labels.fill(Some(false));
        rows.labels[100] = Some(true);
        rows.production = Some(rows.scores.clone());
    });
    assert_answer(auc, &lonely, Inconclusive, "it has no value in");
}

#[test]
fn findings_come_from_elsewhere() {
    let check = r#"{"kind": "findings", "source": "input drift", "severity": "warn"}"#;
    let rows = |found: Vec<_>| Rows { findings: vec![("input drift".to_owned(), found)], ..march(5) };
    assert_answer(check, &rows(vec![]), Passed, "nothing was found");
    let info = vec![finding("temp", Severity::Info)];
    assert_answer(check, &rows(info), Passed, "1 finding is below that severity");
    let drifted = vec![finding("temp", Severity::Warning), finding("visib", Severity::Critical)];
    assert_answer(check, &rows(drifted.clone()), Failed, "2 findings: temp, visib");
    let seen = answer(check, &rows(drifted.clone()));
    assert_eq!((seen.observed, seen.severity), (Some(2.0), Severity::Warning));
    assert_eq!(seen.details[0].note, "warning, psi <= 0.1: temp has moved");
    let strict = r#"{"kind": "findings", "source": "input drift", "fail_on": "critical"}"#;
    assert_answer(strict, &rows(drifted), Failed, "1 finding: visib");
    assert_answer(check, &march(5), Inconclusive, r#"no findings of "input drift" were given"#);
}

#[test]
fn a_check_of_ones_own_is_declared_in_the_file() {
    let gate = gate_of(r#"{"kind": "custom", "name": "saves money", "severity": "block"}"#);
    let candidate = march(5).build().unwrap();
    let seen = judge(&gate, &candidate).checks.remove(0);
    assert_eq!((seen.outcome, seen.reason.as_str()), (Inconclusive, "no judge was given for it"));

    // The code may not call itself a warning.
    let money = gate
        .clone()
        .judged_by("saves money", |candidate: &mlops_validate::gate::Candidate<'_>| {
            let rows = candidate.labels().len() as f64;
            Ok(Check::new("harmless", Severity::Info, Failed).observed(rows).because("it costs"))
        })
        .unwrap();
    let seen = judge(&money, &candidate).checks.remove(0);
    assert_eq!(
        (seen.name.as_str(), seen.severity, seen.outcome),
        ("saves money", Severity::Critical, Failed)
    );
    assert_eq!(seen.observed, Some(155.0));
    assert_eq!(money.digest(), gate.digest(), "the file is what was approved");

    let broken = gate
        .clone()
        .judged_by("saves money", |_: &mlops_validate::gate::Candidate<'_>| Err("no prices today".into()))
        .unwrap();
    let seen = judge(&broken, &candidate).checks.remove(0);
    assert_eq!((seen.outcome, seen.reason.as_str()), (Inconclusive, "it can't be said: no prices today"));

    let unknown = gate.judged_by("saves mony", |_: &mlops_validate::gate::Candidate<'_>| Err("".into()));
    assert!(unknown.unwrap_err().to_string().contains(r#""saves mony" is no check of kind custom"#));
}

#[test]
fn labels_of_one_class_let_nobody_pass() {
    let checks = [
        r#"{"kind": "metric", "metric": "accuracy", "min": 0}"#,
        r#"{"kind": "metric", "metric": "log_loss", "max": 50}"#,
        r#"{"kind": "metric", "metric": "brier", "max": 1}"#,
        r#"{"kind": "metric_threshold", "source": "rows", "metric": "accuracy", "threshold": 0, "greater_is_better": true}"#,
        r#"{"kind": "better_than_production", "metric": "log_loss"}"#,
        r#"{"kind": "not_worse_than_production", "metric": "brier", "margin": 1, "method": "permutation"}"#,
        r#"{"kind": "better_than_production", "metric": "accuracy", "method": "mcnemar", "unit": "row"}"#,
    ];
    for class in [false, true] {
        let mut rows = march(20);
        rows.labels.fill(Some(class));
        rows.scores.fill(if class { 0.9 } else { 0.1 });
        rows.production = Some((0..rows.scores.len()).map(|row| 0.4 + 0.01 * (row % 7) as f64).collect());
        for check in checks {
            let answer = answer(check, &rows);
            assert_eq!(answer.outcome, Outcome::Inconclusive, "{check}: {}", answer.reason);
            assert!(answer.reason.contains("one class"), "{check}: {}", answer.reason);
        }
    }
}

#[test]
fn a_column_without_a_key_has_no_worst_group() {
    let mut rows = march(20);
    rows.carriers.fill(None);
    let check = r#"{"kind": "worst_group", "by": "carrier", "metric": "roc_auc", "min": 0, "min_labels": 2}"#;
    let answer = answer(check, &rows);
    assert_eq!(answer.outcome, Outcome::Inconclusive);
    assert_eq!(answer.reason, r#"no labelled row has a key in "carrier""#);
}

#[test]
fn a_judge_that_passes_nan_passes_nothing() {
    let gate = gate_of(r#"{"kind": "custom", "name": "profit"}"#);
    let gate = gate
        .judged_by("profit", |_: &mlops_validate::gate::Candidate<'_>| {
            Ok(Check::new("", Severity::Critical, Outcome::Passed).observed(f64::NAN).because("profit is up"))
        })
        .unwrap();
    let check = judge(&gate, &march(2).build().unwrap()).checks.remove(0);
    assert_eq!(check.outcome, Outcome::Inconclusive);
    assert_eq!(check.reason, "what was observed is NaN; its judge says: profit is up");
}
