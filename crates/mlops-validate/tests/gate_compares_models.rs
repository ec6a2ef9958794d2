//! Which method compares with production, over which unit, and what that has to do with what
//! may be claimed; of classes and of numbers.
#![allow(clippy::unwrap_used, reason = "a test fails by panicking")]

mod gate_support;

use std::collections::BTreeMap;

use gate_support::{Rows, judge, march, moment, subject, window};
use mlops_core::Outcome::{self, Failed, Inconclusive, Passed};
use mlops_core::{Check, Timestamp, canonical};
use mlops_stats::Random;
use mlops_validate::gate::{Candidate, Gate, GroupColumn, Production};

#[track_caller]
fn answered(check: &str, candidate: &Candidate<'_>, outcome: Outcome, says: &str) -> Check {
    let text = format!(
        r#"{{"gate": "g", "decision_threshold": 0.3, "resampling": {{"replicates": 400}}, "checks": [{check}]}}"#
    );
    let gate = Gate::from_json(&text).unwrap_or_else(|error| panic!("{check}: {error}"));
    let written = serde_json::to_string(&gate).unwrap();
    assert_eq!(Gate::from_json(&written).unwrap().digest(), gate.digest(), "{written}");
    let canonical = canonical::to_string(&gate).unwrap();
    assert_eq!(Gate::from_json(&canonical).unwrap().digest(), gate.digest(), "{canonical}");
    let seen = judge(&gate, candidate).checks.remove(0);
    assert_eq!(seen.outcome, outcome, "{check}: {}", seen.reason);
    let said = format!("{} {:?} {}", seen.expected, seen.details, seen.reason);
    assert!(said.contains(says), "{check}: {said} does not say {says}");
    seen
}

#[track_caller]
fn assert_answer(check: &str, candidate: &Candidate<'_>, outcome: Outcome, says: &str) {
    let _seen = answered(check, candidate, outcome, says);
}

fn refused(check: &str) -> String {
    let text = format!(r#"{{"gate": "g", "decision_threshold": 0.3, "checks": [{check}]}}"#);
    Gate::from_json(&text).expect_err(&text).to_string()
}

/// Production knows less by as much noise.
fn with_noise(rows: &Rows, noise: f64) -> Rows {
    let mut random = Random::replicate(7, 7);
    let blurred = |score: &f64| {
        if noise > 0.0 { (score + noise * (random.unit() - 0.5)).clamp(0.01, 0.99) } else { *score }
    };
    let scores = rows.scores.iter().map(blurred).collect();
    Rows { production: Some(scores), ..rows.clone() }
}

fn swapped(rows: &Rows) -> Rows {
    Rows { production: Some(rows.scores.clone()), scores: rows.production.clone().unwrap(), ..rows.clone() }
}

const METHODS: [(&str, &str, &str); 6] = [
    ("roc_auc", "delong", r#""row""#),
    ("accuracy", "mcnemar", r#""row""#),
    ("log_loss", "permutation", r#""row""#),
    ("brier", "permutation", r#""utc_day""#),
    ("roc_auc", "blocks", r#"{"column": "carrier_day"}"#),
    ("accuracy", "permutation", r#"{"column": "carrier_day"}"#),
];

fn check_of(kind: &str, (metric, method, unit): (&str, &str, &str), margin: f64) -> String {
    format!(
        r#"{{"kind": "{kind}", "metric": "{metric}", "method": "{method}", "unit": {unit}, "margin": {margin}}}"#
    )
}

fn built(rows: &Rows) -> Candidate<'static> {
    let clusters: Vec<String> = rows
        .times
        .iter()
        .zip(&rows.carriers)
        .map(|(time, carrier)| format!("{} {}", &time.to_string()[..10], carrier.as_deref().unwrap_or("?")))
        .collect();
    let production = Production::Version {
        version: "1.0.0".parse().unwrap(),
        scores: rows.production.as_deref().unwrap(),
    };
    Candidate::builder()
        .subject(subject())
        .training(rows.training)
        .evaluation(rows.evaluation)
        .times(&rows.times)
        .labels(&rows.labels)
        .scores(&rows.scores)
        .production(production)
        .groups(vec![
            GroupColumn::new("carrier_day", clusters.iter().map(Some)),
            GroupColumn::new("carrier", rows.carriers.iter().map(Option::as_deref)),
        ])
        .build()
        .unwrap()
}

#[test]
fn every_method_tells_better_from_equal_from_worse() {
    let better = with_noise(&march(60), 0.9);
    let same = with_noise(&march(60), 0.0);
    for method in METHODS {
        let (metric, name, _) = method;
        let (gain, loss) = ("better_than_production", "not_worse_than_production");
        let seen = answered(&check_of(gain, method, 0.0), &built(&better), Passed, "it is better");
        assert_eq!(seen.details[0].label, "candidate");
        if name != "blocks" {
            let p = seen.details.iter().find(|detail| detail.label == "p-value").unwrap();
            assert!(p.value.unwrap() <= 0.025, "{seen:?}");
        }
        assert_answer(&check_of(gain, method, 0.9), &built(&better), Failed, "not better by more than 0.9");
        assert_answer(&check_of(loss, method, 0.05), &built(&better), Passed, "a loss of 0.05 is excluded");
        assert_answer(
            &check_of(loss, method, 0.001),
            &built(&swapped(&better)),
            Failed,
            "it is worse by 0.001 or more",
        );
        assert_answer(&check_of(gain, method, 0.0), &built(&swapped(&better)), Failed, "it is not better");
        // Nothing differs: no loss, and no word of a gain.
        assert_answer(&check_of(loss, method, 0.001), &built(&same), Passed, "a loss of 0.001 is excluded");
        assert_answer(&check_of(gain, method, 0.0), &built(&same), Inconclusive, "nothing differs");
        // What can't be said is not said.
        let mut broken = better.clone();
        broken.scores[3] = f64::NAN;
        assert_answer(
            &check_of(loss, method, 0.5),
            &built(&broken),
            Inconclusive,
            "the score of row 3 is NaN",
        );
        broken.scores[3] = 0.5;
        broken.production.as_mut().unwrap()[4] = f64::INFINITY;
        let says = "the score of production of row 4 is Infinity";
        assert_answer(&check_of(gain, method, 0.0), &built(&broken), Inconclusive, says);
        let mut few = better.clone();
        few.labels[5..].fill(None);
        assert_answer(&check_of(loss, method, 0.5), &built(&few), Inconclusive, "of the 10 needed");
        if metric == "roc_auc" {
            let mut one = better.clone();
            one.labels.fill(Some(false));
            assert_answer(&check_of(loss, method, 0.5), &built(&one), Inconclusive, "");
        }
    }
}

#[test]
fn the_interval_and_the_p_value_say_the_same() {
    for noise in [0.05, 0.1, 0.2, 0.3, 0.4, 0.6] {
        let rows = with_noise(&march(15), noise);
        for method in METHODS.into_iter().filter(|(_, name, _)| *name != "blocks") {
            for (kind, margin) in [
                ("better_than_production", 0.0),
                ("better_than_production", 0.004),
                ("not_worse_than_production", 0.002),
            ] {
                for rows in [&rows, &swapped(&rows)] {
                    let gate = format!(
                        r#"{{"gate": "g", "decision_threshold": 0.3, "checks": [{}]}}"#,
                        check_of(kind, method, margin)
                    );
                    let seen = judge(&Gate::from_json(&gate).unwrap(), &built(rows)).checks.remove(0);
                    let p =
                        seen.details.iter().find(|detail| detail.label == "p-value").unwrap().value.unwrap();
                    let ends = seen.interval.unwrap();
                    assert!(ends.lower <= seen.observed.unwrap() && seen.observed.unwrap() <= ends.upper);
                    let exact = seen.details.iter().filter(|detail| detail.label == "p-value").nth(1);
                    let exact = exact.is_none_or(|exact| exact.value.unwrap() <= 0.025);
                    assert_eq!(p <= 0.025 && exact, seen.outcome == Passed, "{gate} {seen:?}");
                }
            }
        }
    }
}

#[test]
fn coins_have_the_last_word_where_few_rows_differ() {
    let mut rows = march(20);
    let production = rows.scores.clone();
    let wrong = |row: &usize| (rows.scores[*row] >= 0.3) != rows.labels[*row].unwrap();
    let mended: Vec<usize> = (0..rows.scores.len()).filter(wrong).take(5).collect();
    for row in mended {
        rows.scores[row] = if rows.labels[row].unwrap() { 0.9 } else { 0.1 };
    }
    rows.production = Some(production);
    let check = check_of("better_than_production", ("accuracy", "mcnemar", r#""row""#), 0.0);
    // Five of five: the approximation says 0.013, coins say 0.031.
    assert_answer(&check, &built(&rows), Failed, "the exact test does not show a gain, its p is 0.03");
}

#[test]
fn a_row_wise_method_is_refused_where_rows_are_not_the_unit() {
    let check = |more: &str| {
        refused(&format!(
            r#"{{"kind": "not_worse_than_production", "metric": "roc_auc", "margin": 0.01, {more}}}"#
        ))
    };
    let error = check(r#""method": "delong""#);
    assert!(error.contains("checks[0].method") && error.contains("takes rows as independent"), "{error}");
    assert!(error.contains("claims too little uncertainty for UTC days"), "{error}");
    let error = check(r#""method": "delong", "unit": {"column": "customer"}"#);
    assert!(error.contains("for clusters of customer"), "{error}");
    let error = check(r#""method": "mcnemar", "unit": "row""#);
    assert!(error.contains("mcnemar compares accuracy"), "{error}");
    let error = check(r#""method": "permutation""#);
    assert!(error.contains("permutation compares means over rows"), "{error}");
    let error = check(r#""method": "delon""#);
    assert!(error.contains("expected delong?"), "{error}");
    for (unit, says) in [
        (r#""rows""#, "expected row? (one of row, utc_day), or {\"column\": a group column}"),
        (r#"{"colum": "c"}"#, "column is missing"),
        (r#"{"column": "c", "of": 1}"#, "a field of checks[0].unit"),
        (r#"{"column": 7}"#, "checks[0].unit.column is 7"),
        ("7", "checks[0].unit is 7"),
    ] {
        let error = check(&format!(r#""unit": {unit}"#));
        assert!(error.contains(says), "{error}\ndoes not say\n{says}");
    }
    let error = refused(r#"{"kind": "better_than_production", "metric": "roc_auc", "margin": -0.1}"#);
    assert!(error.contains("checks[0].margin is -0.1"), "{error}");
}

#[test]
fn a_limit_on_the_wrong_side_is_refused() {
    for (limit, says) in [
        (r#""metric": "log_loss", "min": 0.3"#, "a lower log_loss is better"),
        (r#""metric": "rmse", "min": 3"#, "a lower rmse is better"),
        (r#""metric": "roc_auc", "max": 0.9"#, "a higher roc_auc is better"),
        (r#""metric": "r2", "max": 0.9"#, "a higher r2 is better"),
    ] {
        let error = refused(&format!(r#"{{"kind": "metric", {limit}}}"#));
        assert!(error.contains(says), "{error}");
    }
    let both =
        r#"{"gate": "g", "checks": [{"kind": "metric", "metric": "log_loss", "min": 0.1, "max": 0.6}]}"#;
    assert!(Gate::from_json(both).is_ok());
    let gap = r#"{"gate": "g", "checks": [{"kind": "metric", "metric": "calibration_gap", "max": 0.1}]}"#;
    assert!(Gate::from_json(gap).is_ok());
}

#[test]
fn whole_clusters_are_drawn() {
    let rows = with_noise(&march(40), 0.3);
    let candidate = built(&rows);
    let check =
        |unit: &str| format!(r#"{{"kind": "metric", "metric": "brier", "max": 0.5, "unit": {unit}}}"#);
    let width = |unit: &str, says: &str| {
        let interval = answered(&check(unit), &candidate, Passed, says).interval.unwrap();
        interval.upper - interval.lower
    };
    let by_row = width(r#""row""#, "drawn one by one 400 times");
    let by_cluster = width(r#"{"column": "carrier_day"}"#, "clusters of carrier_day");
    assert!(by_row > 0.0 && by_cluster > 0.0);
    // Three clusters are too few for an interval, and for a comparison.
    let few = answered(&check(r#"{"column": "carrier"}"#), &candidate, Passed, "clusters of carrier");
    assert_eq!(few.interval, None);
    let compared =
        check_of("not_worse_than_production", ("brier", "blocks", r#"{"column": "carrier"}"#), 0.1);
    assert_answer(&compared, &candidate, Inconclusive, "3 clusters of carrier of the 10 needed");
    let unknown = compared.replace(r#"{"column": "carrier"}"#, r#"{"column": "carier"}"#);
    assert_answer(&unknown, &candidate, Inconclusive, r#"no group column "carier", expected carrier?"#);
    // Who has no key can't be drawn with anyone.
    let mut rows = rows;
    rows.carriers[9] = None;
    assert_answer(&compared, &rows.build().unwrap(), Inconclusive, "labelled row 9 has no carrier");
    // Clusters are the same whichever row comes first.
    let days = march(40);
    let names: Vec<String> = days.times.iter().map(|time| time.to_string()[..10].to_owned()).collect();
    let of = |unit: &str, names: &[String]| {
        let column = GroupColumn::new("day", names.iter().map(Some));
        let built = Candidate::builder()
            .subject(subject())
            .training(days.training)
            .evaluation(days.evaluation)
            .times(&days.times)
            .labels(&days.labels)
            .scores(&days.scores)
            .production(Production::Nothing)
            .groups(vec![column])
            .build()
            .unwrap();
        answered(&check(unit), &built, Passed, "").interval
    };
    assert_eq!(of(r#"{"column": "day"}"#, &names), of(r#""utc_day""#, &names));
}

/// Sixty days of waiting times, predicted by two models.
struct Waits {
    times: Vec<Timestamp>,
    truth: Vec<Option<f64>>,
    good: Vec<f64>,
    poor: Vec<f64>,
}

fn waits() -> Waits {
    let mut random = Random::replicate(60, 1);
    let start = moment("2013-03-01");
    let times: Vec<Timestamp> =
        (0..600_u64).map(|row| start + std::time::Duration::from_secs(4_400 * row)).collect();
    let truth: Vec<f64> = (0..600).map(|row| 20.0 + f64::from(row % 24) + 4.0 * random.unit()).collect();
    let mut predicted = |noise: f64| -> Vec<f64> {
        truth.iter().map(|truth| truth + noise * (random.unit() - 0.5)).collect()
    };
    let (good, poor) = (predicted(6.0), predicted(14.0));
    Waits {
        times,
        truth: truth.iter().enumerate().map(|(row, t)| (row != 5).then_some(*t)).collect(),
        good,
        poor,
    }
}

impl Waits {
    fn built(&self, predictions: &[f64], production: &[f64]) -> mlops_validate::Result<Candidate<'static>> {
        Candidate::builder()
            .subject(subject())
            .training(window("2013-01-01", "2013-03-01"))
            .evaluation(window("2013-03-01", "2013-04-01"))
            .times(&self.times)
            .true_values(&self.truth)
            .predictions(predictions)
            .production(Production::Version { version: "1.0.0".parse().unwrap(), scores: production })
            .groups(vec![GroupColumn::new(
                "shift",
                (0..self.times.len()).map(|row| Some(["day", "night"][row % 2])),
            )])
            .build()
    }
}

#[test]
fn predictions_of_numbers_are_judged() {
    let waits = waits();
    let candidate = waits.built(&waits.good, &waits.poor).unwrap();
    assert_eq!((candidate.labelled(), candidate.labels().len()), (599, 0));
    let rows = candidate.regression_rows().unwrap();
    for (metric, limit, value) in [
        ("mae", "max", rows.mean_absolute_error()),
        ("rmse", "max", rows.root_mean_squared_error()),
        ("r2", "min", rows.r2(false).unwrap()),
        ("median_absolute_error", "max", rows.median_absolute_error()),
        ("max_error", "max", rows.max_error()),
        ("explained_variance", "min", rows.explained_variance(false).unwrap()),
    ] {
        let good = format!(r#"{{"kind": "metric", "metric": "{metric}", "{limit}": {value}}}"#);
        let seen = answered(&good, &candidate, Passed, "");
        let ends = seen.interval.unwrap();
        assert!(ends.lower <= value && value <= ends.upper && ends.lower < ends.upper, "{seen:?}");
        let bad = if limit == "max" { value - 0.01 } else { value + 0.01 };
        let bad = format!(r#"{{"kind": "metric", "metric": "{metric}", "{limit}": {bad}}}"#);
        assert_answer(&bad, &candidate, Failed, "");
    }
    for (metric, method) in
        [("mae", "permutation"), ("mse", "permutation"), ("rmse", "blocks"), ("r2", "blocks")]
    {
        let of = |kind: &str, margin: f64| check_of(kind, (metric, method, r#""utc_day""#), margin);
        assert_answer(&of("better_than_production", 0.0), &candidate, Passed, "it is better");
        let worse = waits.built(&waits.poor, &waits.good).unwrap();
        assert_answer(&of("not_worse_than_production", 0.01), &worse, Failed, "it is worse by 0.01");
    }
    let worst = r#"{"kind": "worst_group", "by": "shift", "metric": "mae", "max": 3, "min_labels": 100}"#;
    assert_answer(worst, &candidate, Passed, "shift=");
    let gap =
        r#"{"kind": "group_difference", "by": "shift", "metric": "mae", "max": 0.5, "min_labels": 100}"#;
    assert_answer(gap, &candidate, Passed, "over groups of at least 100 labels");
    // What is asked of classes is not answered of numbers, nor the other way.
    let auc = r#"{"kind": "metric", "metric": "roc_auc", "min": 0.6}"#;
    assert_answer(
        auc,
        &candidate,
        Inconclusive,
        "roc_auc is a metric of predicted classes, the candidate predicts numbers",
    );
    let mae = r#"{"kind": "metric", "metric": "mae", "max": 3}"#;
    assert_answer(mae, &march(20).build().unwrap(), Inconclusive, "mae is a metric of predicted numbers");
    assert_answer(
        r#"{"kind": "log_loss_below_constant_rate"}"#,
        &candidate,
        Inconclusive,
        "predicts numbers",
    );
    // Constant truth explains nothing.
    let flat = Waits { truth: vec![Some(3.0); 600], ..waits };
    let r2 = r#"{"kind": "metric", "metric": "r2", "min": 0}"#;
    let seen = answered(r2, &flat.built(&flat.good, &flat.poor).unwrap(), Failed, "");
    assert_eq!(seen.interval, None);
}

#[test]
fn numbers_that_are_none_are_named() {
    let mut waits = waits();
    let mut broken = waits.good.clone();
    broken[7] = f64::NAN;
    let mae = r#"{"kind": "metric", "metric": "mae", "max": 3}"#;
    assert_answer(
        mae,
        &waits.built(&broken, &waits.poor).unwrap(),
        Inconclusive,
        "the prediction of row 7 is NaN",
    );
    let better = check_of("better_than_production", ("mae", "blocks", r#""utc_day""#), 0.0);
    let candidate = waits.built(&waits.good, &broken).unwrap();
    assert_answer(&better, &candidate, Inconclusive, "the prediction of production of row 7 is NaN");
    let error = waits.built(&waits.good[..3], &waits.poor).unwrap_err().to_string();
    assert_eq!(error, "true values: 600 values, expected one for each of 3 scores");
    waits.truth[2] = Some(f64::NEG_INFINITY);
    let error = waits.built(&waits.good, &waits.poor).unwrap_err().to_string();
    assert!(error.starts_with("true values: row 2 is -Infinity, expected a number"), "{error}");
    let both = Candidate::builder()
        .subject(subject())
        .training(window("2013-01-01", "2013-03-01"))
        .evaluation(window("2013-03-01", "2013-04-01"))
        .times(&[])
        .labels(&[])
        .predictions(&[])
        .production(Production::Nothing)
        .build();
    assert!(both.unwrap_err().to_string().contains("predicts classes or numbers"));
}

#[test]
fn numbers_computed_elsewhere_are_judged_without_rows() {
    let metrics = |values: &[(&str, f64)]| -> BTreeMap<String, f64> {
        values.iter().map(|(name, value)| ((*name).to_owned(), *value)).collect()
    };
    let built = |ours: &[(&str, f64)], theirs: Option<&[(&str, f64)]>| {
        let builder = Candidate::builder().subject(subject()).metrics(metrics(ours));
        match theirs {
            Some(theirs) => builder.baseline_metrics(metrics(theirs)).build().unwrap(),
            None => builder.build().unwrap(),
        }
    };
    let candidate = built(&[("f1_score", 0.86), ("loss", 0.4)], Some(&[("f1_score", 0.8), ("loss", 0.5)]));
    let given = |metric: &str, limit: &str| {
        format!(r#"{{"kind": "metric", "source": "given", "metric": "{metric}", {limit}}}"#)
    };
    assert_answer(&given("f1_score", r#""min": 0.85"#), &candidate, Passed, "0.8600 is at least 0.85");
    assert_answer(&given("f1_score", r#""min": 0.87"#), &candidate, Failed, "is below 0.87");
    assert_answer(&given("f1_scor", r#""min": 0.85"#), &candidate, Inconclusive, "expected f1_score?");
    let nan = built(&[("f1_score", f64::NAN)], None);
    assert_answer(&given("f1_score", r#""min": 0.85"#), &nan, Inconclusive, "it is NaN");

    let threshold = |metric: &str, limits: &str, greater: bool| {
        format!(
            r#"{{"kind": "metric_threshold", "source": "given", "metric": "{metric}", {limits}, "greater_is_better": {greater}}}"#
        )
    };
    let both = threshold("f1_score", r#""threshold": 0.85, "min_absolute_change": 0.05"#, true);
    let seen = answered(&both, &candidate, Passed, "is better than the baseline by 0.05");
    assert_eq!(seen.details.len(), 3);
    assert_answer(
        &threshold("loss", r#""min_relative_change": 1.0"#, false),
        &candidate,
        Failed,
        "at least 1 is needed",
    );
    assert_answer(&both, &built(&[("f1_score", 0.9)], None), Inconclusive, "no baseline");
    assert_answer(
        &both,
        &built(&[("f1_score", 0.8)], None),
        Failed,
        "0.8000 is below 0.85; there is no baseline",
    );
    assert_answer(
        &both,
        &built(&[("f1_score", 0.9)], Some(&[("f1", 0.9)])),
        Inconclusive,
        "no metric \"f1_score\" of the baseline",
    );
    assert_answer(
        &threshold("recall", r#""threshold": 0.5"#, true),
        &candidate,
        Inconclusive,
        "no metric \"recall\" of the candidate",
    );

    // Without rows what needs them is not answered.
    for check in [
        r#"{"kind": "metric", "metric": "roc_auc", "min": 0.6}"#.to_owned(),
        r#"{"kind": "log_loss_below_constant_rate"}"#.to_owned(),
        r#"{"kind": "worst_group", "by": "c", "metric": "roc_auc", "min": 0.6, "min_labels": 9}"#.to_owned(),
        r#"{"kind": "evaluation_window", "rule": "full_utc_month_after_training"}"#.to_owned(),
        check_of("not_worse_than_production", METHODS[0], 0.01),
        r#"{"kind": "metric_threshold", "source": "rows", "metric": "roc_auc", "threshold": 0.5, "greater_is_better": true}"#.to_owned(),
    ] {
        assert_answer(&check, &candidate, Inconclusive, "");
    }
    let verdict = judge(&gate_support::gate_of(&both), &candidate);
    let inputs: Vec<&str> = verdict.inputs.iter().map(|(name, _)| name.as_str()).collect();
    assert_eq!(inputs, ["given metrics", "baseline metrics"]);

    for (check, says) in [
        (threshold("m", r#""min_absolute_change": 0"#, true), "checks[0].min_absolute_change is 0"),
        (threshold("m", r#""min_relative_change": 1.5"#, true), "checks[0].min_relative_change is 1.5"),
        (threshold("m", r#""min_relative_change": 5"#, true), "checks[0].min_relative_change is 5"),
        (threshold("m", r#""threshold": "0.8""#, true), "checks[0].threshold is \"0.8\""),
        (threshold("m", r#""threshold": "NaN""#, true), "finite"),
        (threshold("m", r#""treshold": 1"#, true), "checks[0].threshold is missing"),
        (both.replace(r#", "greater_is_better": true"#, ""), "checks[0].greater_is_better is missing"),
        (both.replace(r#""source": "given", "#, ""), "checks[0].source is missing"),
        (
            r#"{"kind": "metric_threshold", "source": "rows", "metric": "log_loss", "threshold": 1, "greater_is_better": true}"#.to_owned(),
            "expected false: a lower log_loss is better",
        ),
        (given("m", r#""min": 1, "unit": "row""#), "has no rows to draw from"),
    ] {
        let error = refused(&check);
        assert!(error.contains(says), "{error}\ndoes not say\n{says}");
    }
}

#[test]
fn production_is_the_baseline_of_a_threshold_of_rows() {
    let rows = with_noise(&march(60), 0.9);
    let check = |limits: &str| {
        format!(
            r#"{{"kind": "metric_threshold", "source": "rows", "metric": "roc_auc", {limits}, "greater_is_better": true}}"#
        )
    };
    assert_answer(
        &check(r#""min_absolute_change": 0.01"#),
        &built(&rows),
        Passed,
        "better than the baseline",
    );
    assert_answer(&check(r#""min_absolute_change": 0.01"#), &built(&swapped(&rows)), Failed, "not better");
    assert_answer(&check(r#""threshold": 0.7"#), &built(&rows), Passed, "is at least 0.7");
    let first = Rows { production: None, ..rows };
    assert_answer(
        &check(r#""min_relative_change": 0.01"#),
        &first.build().unwrap(),
        Inconclusive,
        "no baseline",
    );
}
