//! Candidates that predict numbers, and numbers that were computed elsewhere.

use std::collections::BTreeMap;

use crate::gate_support::{
    answered, assert_answer, check_of, judge, march, moment, refusal, subject, window,
};
use mlops_core::Outcome::{Failed, Inconclusive, Passed};
use mlops_core::Timestamp;
use mlops_stats::Random;
use mlops_validate::gate::{Candidate, GroupColumn, Production};

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
        check_of("not_worse_than_production", ("roc_auc", "delong", r#""row""#), 0.01),
        r#"{"kind": "metric_threshold", "source": "rows", "metric": "roc_auc", "threshold": 0.5, "greater_is_better": true}"#.to_owned(),
    ] {
        assert_answer(&check, &candidate, Inconclusive, "");
    }
    let verdict = judge(&crate::gate_support::gate_of(&both), &candidate);
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
        let error = refusal(&check);
        assert!(error.contains(says), "{error}\ndoes not say\n{says}");
    }
}
