use approx::assert_relative_eq;
use proptest::prelude::*;

use super::*;

fn rows() -> impl Strategy<Value = Vec<(bool, f64, f64)>> {
    // Few distinct scores, so that ties are common; some weights are 0.
    let score = prop_oneof![(0_u32..8).prop_map(|n| f64::from(n) / 7.0), 0.0..1.0];
    prop::collection::vec((any::<bool>(), score, prop_oneof![Just(0.0), 0.1..3.0]), 1..60)
}

type Columns = (Vec<bool>, Vec<f64>, Vec<f64>);

fn columns(rows: &[(bool, f64, f64)]) -> Columns {
    let labels = rows.iter().map(|row| row.0).collect();
    (labels, rows.iter().map(|row| row.1).collect(), rows.iter().map(|row| row.2).collect())
}

proptest! {
    #[test]
    fn the_area_is_the_share_of_pairs_in_order(rows in rows()) {
        let (labels, scores, weights) = columns(&rows);
        let (mut won, mut pairs) = (0.0, 0.0);
        for positive in rows.iter().filter(|row| row.0) {
            for negative in rows.iter().filter(|row| !row.0) {
                let weight = positive.2 * negative.2;
                pairs += weight;
                won += weight * match positive.1.total_cmp(&negative.1) {
                    std::cmp::Ordering::Greater => 1.0,
                    std::cmp::Ordering::Equal => 0.5,
                    std::cmp::Ordering::Less => 0.0,
                };
            }
        }
        let seen = BinaryScores::new(&labels, &scores).unwrap().weighted(&weights).unwrap().roc_auc();
        if pairs > 0.0 {
            prop_assert!((seen.unwrap() - won / pairs).abs() < 1e-12);
        } else {
            prop_assert!(seen.unwrap_err().is_undefined());
        }
    }

    #[test]
    fn a_weight_counts_as_that_many_rows(rows in rows(), times in prop::collection::vec(0_usize..3, 60)) {
        let (labels, scores, _) = columns(&rows);
        let weights: Vec<f64> = times[..rows.len()].iter().map(|n| *n as f64).collect();
        let repeated: Vec<_> =
            rows.iter().zip(&times).flat_map(|(row, n)| std::iter::repeat_n(*row, *n)).collect();
        let weighted = BinaryScores::new(&labels, &scores).unwrap().weighted(&weights).unwrap();
        let (labels, scores, _) = columns(&repeated);
        let repeated = BinaryScores::new(&labels, &scores);
        for metric in crate::classification::BinaryMetric::NAMES {
            let metric = crate::classification::BinaryMetric::named(metric, 0.4).unwrap();
            match (metric.of(&weighted), repeated.as_ref().map(|rows| metric.of(rows))) {
                (Ok(left), Ok(Ok(right))) => prop_assert!((left - right).abs() < 1e-12, "{metric}"),
                (Err(left), right) => {
                    prop_assert!(left.is_undefined() && !matches!(right, Ok(Ok(_))), "{metric}");
                }
                (left, right) => prop_assert!(false, "{metric}: {left:?} {right:?}"),
            }
        }
    }

    #[test]
    fn nothing_panics_and_nothing_is_nan(
        labels in prop::collection::vec(any::<bool>(), 0..9),
        scores in prop::collection::vec(any::<f64>(), 0..9),
    ) {
        let Ok(rows) = BinaryScores::new(&labels, &scores) else { return Ok(()) };
        for metric in crate::classification::BinaryMetric::NAMES {
            let value = crate::classification::BinaryMetric::named(metric, 0.4).unwrap().of(&rows);
            // The mean of finite numbers can overflow, but not turn into nothing.
            prop_assert!(!value.unwrap_or(0.0).is_nan(), "{metric}");
        }
    }
}

#[test]
fn zero_has_one_value() {
    let rows = BinaryScores::new(&[true, false], &[-0.0, 0.0]).unwrap();
    assert_eq!(rows.roc_auc().unwrap(), 0.5);
    let order = by_score(&[3.0, -1.0, 0.0, -0.0, -2.5, f64::MIN_POSITIVE]);
    assert_eq!(order.iter().map(|ranked| ranked.row()).collect::<Vec<_>>(), [4, 1, 2, 3, 5, 0]);
}

#[test]
fn a_constant_score_tells_nothing_apart() {
    let rows = BinaryScores::new(&[true, false, false, true], &[0.2; 4]).unwrap();
    assert_eq!(rows.roc_auc().unwrap(), 0.5);
    assert_eq!(rows.at(0.3).unwrap().f1().unwrap(), 0.0);
    assert!(rows.at(0.3).unwrap().precision().unwrap_err().is_undefined());
    assert_relative_eq!(rows.calibration_gap().unwrap(), -0.3, max_relative = 1e-12);
}

#[test]
fn a_threshold_is_met_by_the_score_that_equals_it() {
    let rows = BinaryScores::new(&[true, false], &[0.3, 0.3 - f64::EPSILON]).unwrap();
    assert_eq!(rows.at(0.3).unwrap(), Confusion::new(1.0, 0.0, 1.0, 0.0));
    assert!(matches!(rows.at(f64::NAN), Err(Error::Parameter { what: "threshold", .. })));
}

#[test]
fn bad_input_is_named() {
    let shown = |error: Error| error.to_string();
    assert_eq!(
        shown(BinaryScores::new(&[true], &[0.1, 0.2]).unwrap_err()),
        "scores has 2 values, expected as many as labels (1)"
    );
    assert_eq!(
        shown(BinaryScores::new(&[true, false], &[0.1, f64::NAN]).unwrap_err()),
        "scores[1] is NaN, expected a finite number"
    );
    assert!(matches!(BinaryScores::new(&[], &[]), Err(Error::Shape { found: 0, .. })));
    let rows = BinaryScores::new(&[true, true], &[0.1, 1.2]).unwrap();
    assert_eq!(shown(rows.log_loss().unwrap_err()), "scores[1] is 1.2, expected a probability, 0 to 1");
    assert_eq!(shown(rows.roc_auc().unwrap_err()), "roc_auc is not defined: all 2 labels are positive");
    assert!(matches!(rows.weighted(&[1.0, -1.0]), Err(Error::Value { what: "weights", index: 1, .. })));
    assert!(rows.weighted(&[0.0, 0.0]).unwrap().mean_score().unwrap_err().is_undefined());
}
