//! Which method compares with production, over which unit, and what that has to do with what
//! may be claimed; of classes and of numbers.

use crate::gate_support::{Rows, answered, assert_answer, check_of, judge, march, refusal, subject};
use mlops_core::Outcome::{Failed, Inconclusive, Passed};
use mlops_stats::Random;
use mlops_validate::gate::{Candidate, Gate, GroupColumn, Production};

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
        refusal(&format!(
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
    let error = refusal(r#"{"kind": "better_than_production", "metric": "roc_auc", "margin": -0.1}"#);
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
        let error = refusal(&format!(r#"{{"kind": "metric", {limit}}}"#));
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
