//! Against plain searches, and what has no value.
#![allow(clippy::float_cmp, reason = "sums of small whole numbers are exact")]

use mlops_stats::Random;
use mlops_stats::bootstrap::{BlockBootstrap, Blocks};
use mlops_stats::classification::BinaryScores;
use proptest::prelude::*;

use super::*;
use crate::Error;

type Row = (bool, f64, f64);

/// Labels, scores of which many are equal, and amounts.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let score = prop_oneof![(0_u32..8).prop_map(|n| f64::from(n) / 7.0), 0.0..=1.0, Just(-0.0)];
    prop::collection::vec((any::<bool>(), score, (0_u32..9).prop_map(f64::from)), 1..40)
}

fn columns(rows: &[Row]) -> (Vec<bool>, Vec<f64>, Vec<f64>) {
    let labels = rows.iter().map(|row| row.0).collect();
    (labels, rows.iter().map(|row| row.1).collect(), rows.iter().map(|row| row.2).collect())
}

fn limits() -> impl Strategy<Value = Vec<Limit>> {
    prop_oneof![
        Just(vec![]),
        (0.0..1.0).prop_map(|share| vec![Limit::Recall(share)]),
        (0.0..1.0).prop_map(|share| vec![Limit::Precision(share)]),
        (0_u64..30).prop_map(|most| vec![Limit::Alerts(most)]),
        (0.0..1.0, 0.0..1.0).prop_map(|(a, b)| vec![Limit::AlertShare(a), Limit::Recall(b)]),
    ]
}

/// Gains of 7 and 2 for each amount, costs of 3 and 1.
fn by_amount() -> Outcomes {
    let worth = |fixed, per_amount| Worth { fixed, per_amount };
    Outcomes::new("EUR", worth(7.0, 2.0), -3.0, 1.0, worth(-1.0, -1.0)).unwrap()
}

fn plain_value(rows: &[Row], decided: impl Fn(f64) -> bool) -> f64 {
    let worth = |(label, score, amount): &Row| match (label, decided(*score)) {
        (true, true) => 7.0 + 2.0 * amount,
        (true, false) => -1.0 - amount,
        (false, true) => -3.0,
        (false, false) => 1.0,
    };
    rows.iter().map(worth).sum()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn no_threshold_is_worth_more(rows in rows(), limits in limits()) {
        let (labels, scores, amounts) = columns(&rows);
        let decisions = DecisionRows::new(&labels, &scores).unwrap().with_amounts(&amounts).unwrap();
        let positives = labels.iter().filter(|label| **label).count() as f64;
        let count = |threshold: f64, of: &dyn Fn(&Row) -> bool| {
            rows.iter().filter(|row| row.1 >= threshold && of(row)).count() as f64
        };
        let keeps = |threshold: f64| limits.iter().all(|limit| {
            let (hits, alerts) = (count(threshold, &|row| row.0), count(threshold, &|_| true));
            match *limit {
                Limit::Recall(least) => positives > 0.0 && hits >= least * positives,
                Limit::Precision(least) => alerts > 0.0 && hits >= least * alerts,
                Limit::Alerts(most) => alerts <= most as f64,
                Limit::AlertShare(most) => alerts <= most * rows.len() as f64,
            }
        });
        let best = scores
            .iter()
            .copied()
            .chain([f64::INFINITY])
            .filter(|threshold| keeps(*threshold))
            .map(|threshold| plain_value(&rows, |score| score >= threshold))
            .max_by(f64::total_cmp);
        match (decisions.choose(&by_amount(), &limits), best) {
            (Ok(chosen), Some(best)) => {
                prop_assert_eq!(chosen.value, best);
                prop_assert!(keeps(chosen.threshold));
                prop_assert_eq!(plain_value(&rows, |score| score >= chosen.threshold), best);
                prop_assert_eq!(chosen.alerts as f64, count(chosen.threshold, &|_| true));
                let worth = decisions.value(&by_amount(), chosen.threshold).unwrap();
                prop_assert_eq!(worth.total, best);
                prop_assert_eq!(worth.against[0].total, plain_value(&rows, |_| true));
                prop_assert_eq!(worth.against[1].total, plain_value(&rows, |_| false));
                let parts = [worth.true_positives, worth.false_positives, worth.true_negatives, worth.false_negatives];
                prop_assert_eq!(parts.iter().map(|part| part.value).sum::<f64>(), best);
                prop_assert_eq!(parts.iter().map(|part| part.rows).sum::<u64>(), rows.len() as u64);
            }
            (Err(Error::Evaluation { .. }), None) => {}
            (seen, best) => prop_assert!(false, "{seen:?} and {best:?}"),
        }
    }

    #[test]
    fn curves_do_not_hang_on_the_order_of_rows(rows in rows(), by in 1_usize..40, slices in 1_usize..12) {
        let mut turned = rows.clone();
        turned.rotate_left(by % rows.len());
        turned.reverse();
        let (labels, scores, amounts) = columns(&rows);
        let (labels_2, scores_2, amounts_2) = columns(&turned);
        let one = DecisionRows::new(&labels, &scores).unwrap().with_amounts(&amounts).unwrap();
        let two = DecisionRows::new(&labels_2, &scores_2).unwrap().with_amounts(&amounts_2).unwrap();
        prop_assert_eq!(one.profit_curve(&by_amount(), 5).unwrap(), two.profit_curve(&by_amount(), 5).unwrap());
        let thresholds = [0.1, 3.0 / 7.0, 0.9];
        let curve = one.net_benefit(&thresholds).unwrap();
        prop_assert_eq!(&curve, &two.net_benefit(&thresholds).unwrap());
        for point in curve {
            let odds = point.threshold / (1.0 - point.threshold);
            let benefit = |decided: &dyn Fn(f64) -> bool| {
                let of = |row: &Row| match (decided(row.1), row.0) { (false, _) => 0.0, (_, true) => 1.0, _ => -odds };
                rows.iter().map(of).sum::<f64>() / rows.len() as f64
            };
            prop_assert!((point.model - benefit(&|score| score >= point.threshold)).abs() < 1e-12);
            prop_assert!((point.treat_all - benefit(&|_| true)).abs() < 1e-12);
        }
        let (Ok(table), Ok(other)) = (one.gains(slices), two.gains(slices)) else {
            prop_assert!(labels.iter().all(|label| *label == labels[0]));
            return Ok(());
        };
        prop_assert_eq!(&table, &other);
        let area = BinaryScores::new(&labels, &scores).unwrap().roc_auc().unwrap();
        prop_assert!((table.gini - (2.0 * area - 1.0)).abs() < 1e-12);
        let positives = labels.iter().filter(|label| **label).count() as f64;
        prop_assert!((table.bins.iter().map(|bin| bin.positives).sum::<f64>() - positives).abs() < 1e-9);
        prop_assert!((table.bins[slices - 1].gain - 1.0).abs() < 1e-12);
        let furthest = scores.iter().map(|cut| {
            let share = |class: bool| {
                let of = |row: &&Row| row.0 == class;
                rows.iter().filter(of).filter(|row| row.1 >= *cut).count() as f64 / rows.iter().filter(of).count() as f64
            };
            (share(true) - share(false)).abs()
        }).fold(0.0, f64::max);
        prop_assert!((table.ks.ks.abs() - furthest).abs() < 1e-12);
        // A slice is worth what its rows are, equal scores in proportion.
        for bin in &table.bins {
            let end = bin.depth * rows.len() as f64;
            let gained: f64 = rows.iter().filter(|row| row.0).map(|row| {
                let above = rows.iter().filter(|other| other.1 > row.1).count() as f64;
                let tied = rows.iter().filter(|other| other.1 == row.1).count() as f64;
                ((end - above) / tied).clamp(0.0, 1.0)
            }).sum();
            prop_assert!((bin.gain * positives - gained).abs() < 1e-9);
        }
    }
}

/// Calibrated rows, twenty a day.
fn month() -> (Vec<bool>, Vec<f64>, Blocks) {
    let mut random = Random::replicate(11, 0);
    let scores: Vec<f64> = (0..2_000).map(|_| random.unit().powi(2)).collect();
    let labels = scores.iter().map(|score| random.unit() < *score).collect();
    let days: Vec<u32> = (0..2_000).map(|row| row / 20).collect();
    (labels, scores, Blocks::by(&days).unwrap())
}

#[test]
fn calibrated_scores_have_the_threshold_of_the_costs() {
    let (labels, scores, days) = month();
    let outcomes = Outcomes::new("EUR", 55.0, -20.0, 0.0, -5.0).unwrap();
    assert_eq!(outcomes.threshold(), 0.25);
    let rows = DecisionRows::new(&labels, &scores).unwrap();
    let bootstrap = BlockBootstrap::new(200, 1, 0.95).unwrap();
    let seen = rows.choose_with_intervals(&outcomes, &[], &days, &bootstrap).unwrap();
    assert!(seen.threshold.lower < 0.25 && 0.25 < seen.threshold.upper, "{seen:?}");
    assert!(seen.value_per_row.lower < seen.choice.value_per_row, "{seen:?}");
    assert!(seen.choice.value_per_row < seen.value_per_row.upper, "{seen:?}");
    assert!(seen.choice.value >= rows.value(&outcomes, 0.25).unwrap().total);
}

#[test]
fn the_best_of_noise_is_too_good() {
    let (_, scores, days) = month();
    let mut random = Random::replicate(12, 0);
    let labels: Vec<bool> = scores.iter().map(|_| random.unit() < 0.5).collect();
    let rows = DecisionRows::new(&labels, &scores).unwrap();
    let outcomes = Outcomes::new("EUR", 1.0, -1.0, 0.0, 0.0).unwrap();
    let chosen = rows.choose(&outcomes, &[]).unwrap();
    let crossed = rows.cross_value(&outcomes, &[], &days, 2, 1).unwrap();
    assert!(chosen.value > 0.0 && crossed.value_per_row < chosen.value_per_row);
    assert_eq!(crossed.optimism_per_row, chosen.value_per_row - crossed.value_per_row);
    assert!(crossed.folds.iter().all(|fold| fold.chosen_on + fold.valued_on == 2_000));
    assert_eq!(crossed.folds.iter().map(|fold| fold.valued_on).sum::<u64>(), 2_000);
    assert_eq!(crossed, rows.cross_value(&outcomes, &[], &days, 2, 1).unwrap());
    for parts in [0, 1, 101] {
        assert!(matches!(rows.cross_value(&outcomes, &[], &days, parts, 1), Err(Error::Input { .. })));
    }
}

#[test]
fn value_beside_production_is_of_the_same_rows() {
    let (labels, scores, days) = month();
    let rows = DecisionRows::new(&labels, &scores).unwrap();
    let outcomes = Outcomes::new("EUR", 55.0, -20.0, 0.0, -5.0).unwrap();
    let bootstrap = BlockBootstrap::new(200, 1, 0.95).unwrap();
    let worth = rows.value_with_intervals(&outcomes, 0.25, Some((&scores, 0.25)), &days, &bootstrap).unwrap();
    let same = &worth.against[2];
    assert_eq!((same.to, same.difference_per_row), (Alternative::Production, 0.0));
    assert_eq!(same.interval.map(|interval| (interval.lower, interval.upper)), Some((0.0, 0.0)));
    let constant = vec![0.3; 2_000];
    let worth =
        rows.value_with_intervals(&outcomes, 0.25, Some((&constant, 0.25)), &days, &bootstrap).unwrap();
    let (all, production) = (worth.against[0], worth.against[2]);
    assert_eq!((all.total, all.interval), (production.total, production.interval));
    let interval = worth.interval.unwrap();
    assert!(interval.lower < worth.per_row && worth.per_row < interval.upper);
    assert_eq!(worth.per_thousand, 1_000.0 * worth.total / 2_000.0);
    let text = serde_json::to_string(&worth).unwrap();
    assert_eq!(serde_json::from_str::<BusinessValue>(&text).unwrap(), worth);
}

#[test]
fn a_profit_curve_has_its_ends_and_its_best() {
    let (labels, scores, _) = month();
    let rows = DecisionRows::new(&labels, &scores).unwrap();
    let outcomes = Outcomes::new("EUR", 55.0, -20.0, 0.0, -5.0).unwrap();
    let curve = rows.profit_curve(&outcomes, 20).unwrap();
    assert!((20..=22).contains(&curve.points.len()), "{}", curve.points.len());
    let (first, last) = (curve.points[0], curve.points[curve.points.len() - 1]);
    assert_eq!((first.alert_share, last.alert_share), (0.0, 1.0));
    let highest = curve.points.iter().map(|point| point.value_per_row).fold(f64::NEG_INFINITY, f64::max);
    assert_eq!(highest, curve.best.value_per_row);
    for point in &curve.points {
        let value = rows.value(&outcomes, point.threshold).unwrap();
        assert!((value.per_row - point.value_per_row).abs() < 1e-9);
    }
}

#[test]
fn what_can_not_be_decided_is_refused() {
    for (worths, place) in [
        ([1.0, 1.0, 1.0, 1.0], "tp"),
        ([0.0, 5.0, 0.0, 60.0], "tp"),
        ([10.0, 2.0, 2.0, 0.0], "tn"),
        ([f64::NAN, 0.0, 0.0, 0.0], "tp"),
        ([1.0, f64::INFINITY, 0.0, 0.0], "fp"),
    ] {
        let [tp, fp, tn, missed] = worths;
        let error = Outcomes::new("EUR", tp, fp, tn, missed).unwrap_err();
        assert!(matches!(&error, Error::Invalid { path, .. } if path == place), "{error}");
    }
    assert!(Outcomes::new(" ", 1.0, 0.0, 1.0, 0.0).is_err());
    let read = r#"{"unit": "EUR", "tp": 1, "fp": {"per_amount": -1}, "tn": 0, "fn": 0}"#;
    let outcomes: Outcomes = serde_json::from_str(read).unwrap();
    assert!(outcomes.takes_amounts());
    let written = serde_json::to_string(&outcomes).unwrap();
    assert_eq!(serde_json::from_str::<Outcomes>(&written).unwrap(), outcomes);
    assert!(serde_json::from_str::<Outcomes>(&read.replace("\"tp\": 1", "\"tp\": -1")).is_err());
    let rows = DecisionRows::new(&[true, false], &[0.3, 0.2]).unwrap();
    assert!(matches!(rows.choose(&outcomes, &[]), Err(Error::Input { .. })), "no amounts");
    for amounts in [&[1.0][..], &[1.0, -1.0], &[f64::NAN, 1.0]] {
        assert!(matches!(rows.with_amounts(amounts), Err(Error::Input { .. })));
    }
    let plain = Outcomes::new("EUR", 1.0, -1.0, 0.0, 0.0).unwrap();
    assert!(rows.value(&plain, f64::NAN).is_err());
    assert!(rows.value_against(&plain, 0.5, (&[0.1], 0.5)).is_err());
    assert!(matches!(rows.choose(&plain, &[Limit::Recall(1.5)]), Err(Error::Invalid { .. })));
    let both = [Limit::Recall(1.0), Limit::Alerts(0)];
    assert!(matches!(rows.choose(&plain, &both), Err(Error::Evaluation { .. })));
    assert!(rows.net_benefit(&[1.0]).is_err());
    assert!(DecisionRows::new(&[true], &[2.0]).unwrap().net_benefit(&[0.5]).is_err());
    assert!(DecisionRows::new(&[true, true], &[0.1, 0.2]).unwrap().gains(10).is_err());
    assert!(DecisionRows::new(&[], &[]).is_err());
    assert!(DecisionRows::new(&[true], &[f64::NAN]).is_err());
    assert!(rows.gains(0).is_err() && rows.profit_curve(&plain, 1).is_err());
}
