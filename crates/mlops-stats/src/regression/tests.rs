use proptest::prelude::*;

use super::*;
use crate::Error;

/// True value, prediction, weight.
fn rows() -> impl Strategy<Value = Vec<(f64, f64, f64)>> {
    proptest::collection::vec((-50.0_f64..50.0, -50.0_f64..50.0, 0.0_f64..3.0), 3..40)
}

fn columns(rows: &[(f64, f64, f64)]) -> (Vec<f64>, Vec<f64>, Vec<f64>) {
    (
        rows.iter().map(|row| row.0).collect(),
        rows.iter().map(|row| row.1).collect(),
        rows.iter().map(|row| row.2).collect(),
    )
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn parts_put_together_are_the_whole(rows in rows(), cut in 1_usize..3, offset in prop_oneof![Just(0.0), Just(1e6)]) {
        let (mut truth, mut predicted, weights) = columns(&rows);
        prop_assume!(weights.iter().sum::<f64>() > 0.1);
        truth.iter_mut().chain(&mut predicted).for_each(|value| *value += offset);
        let whole = RegressionRows::new(&truth, &predicted).unwrap().weighted(&weights).unwrap();
        let mut parts = RegressionAccumulator::default();
        for part in [0..cut, cut..rows.len()].into_iter().rev() {
            let part_rows = RegressionRows::new(&truth[part.clone()], &predicted[part.clone()]).unwrap();
            let Ok(part_rows) = part_rows.weighted(&weights[part]) else { continue };
            let mut one = RegressionAccumulator::default();
            one.update(&part_rows);
            parts.merge(&one);
        }
        let close = |ours: f64, expected: f64| (ours - expected).abs() <= 1e-9 * expected.abs().max(1.0);
        prop_assert!(close(parts.mean_absolute_error().unwrap(), whole.mean_absolute_error()));
        prop_assert!(close(parts.root_mean_squared_error().unwrap(), whole.root_mean_squared_error()));
        prop_assert!(close(parts.r2(true).unwrap(), whole.r2(true).unwrap()));
        prop_assert!(close(parts.explained_variance(true).unwrap(), whole.explained_variance(true).unwrap()));
    }

    #[test]
    fn whole_weights_are_repeated_rows(rows in rows()) {
        let (truth, predicted, weights) = columns(&rows);
        let weights: Vec<f64> = weights.iter().map(|weight| weight.round()).collect();
        prop_assume!(weights.iter().sum::<f64>() >= 2.0);
        let repeat = |values: &[f64]| -> Vec<f64> {
            values.iter().zip(&weights).flat_map(|(value, weight)| (0..3).filter(move |n| f64::from(*n) < *weight).map(move |_| *value)).collect()
        };
        let (many_truth, many_predicted) = (repeat(&truth), repeat(&predicted));
        let many = RegressionRows::new(&many_truth, &many_predicted).unwrap();
        let few = RegressionRows::new(&truth, &predicted).unwrap().weighted(&weights).unwrap();
        for metric in [
            RegressionMetric::MeanAbsoluteError,
            RegressionMetric::MedianAbsoluteError,
            RegressionMetric::MeanPinballLoss { alpha: 0.2 },
            RegressionMetric::D2Pinball { alpha: 0.5 },
            RegressionMetric::R2 { finite: true },
        ] {
            let (many, few) = (metric.of(&many).unwrap(), metric.of(&few).unwrap());
            prop_assert!((many - few).abs() <= 1e-9 * many.abs().max(1.0), "{metric:?} {many} {few}");
        }
    }
}

#[test]
fn constant_truth_is_seen_whatever_its_last_digit() {
    let truth = [0.1; 3];
    let rows = RegressionRows::new(&truth, &[0.1, 0.2, 0.1]).unwrap();
    assert_eq!((rows.r2(true).unwrap(), rows.r2(false).unwrap()), (0.0, f64::NEG_INFINITY));
    let perfect = RegressionRows::new(&truth, &truth).unwrap();
    assert_eq!(perfect.r2(true).unwrap(), 1.0);
    assert!(perfect.r2(false).unwrap_err().is_undefined());
    assert!(perfect.d2_tweedie(0.0).unwrap_err().is_undefined());
    let weights = [1.0, 0.0, 1.0];
    let one_weighs_nothing =
        RegressionRows::new(&[0.1, 5.0, 0.1], &[0.3, 0.2, 0.3]).unwrap().weighted(&weights);
    assert_eq!(one_weighs_nothing.unwrap().r2(true).unwrap(), 0.0);
}

#[test]
fn what_can_not_be_is_refused() {
    assert!(matches!(RegressionRows::new(&[], &[]), Err(Error::Shape { .. })));
    assert!(matches!(RegressionRows::new(&[1.0], &[f64::INFINITY]), Err(Error::Value { .. })));
    let rows = RegressionRows::new(&[1.0, -2.0], &[2.0, 1.0]).unwrap();
    assert!(matches!(rows.weighted(&[1.0, -1.0]), Err(Error::Value { index: 1, .. })));
    assert!(rows.weighted(&[0.0, 0.0]).unwrap_err().is_undefined());
    assert!(matches!(rows.mean_squared_log_error(), Err(Error::Value { what: "truth", index: 1, .. })));
    assert!(matches!(rows.mean_pinball_loss(1.1), Err(Error::Parameter { .. })));
    assert!(matches!(rows.mean_tweedie_deviance(0.5), Err(Error::Parameter { .. })));
    assert!(matches!(rows.mean_gamma_deviance(), Err(Error::Value { .. })));
    let other = RegressionRows::new(&[1.0], &[2.0]).unwrap();
    assert!(matches!(RegressionMetric::MaxError.of_each_output(&[rows, rows]), Err(Error::Shape { .. })));
    assert!(matches!(
        RegressionMetric::MeanSquaredError.of_each_output(&[rows, other]),
        Err(Error::Shape { .. })
    ));
    let average = OutputAverage::VarianceWeighted;
    let wrong = RegressionMetric::MeanSquaredError.of_outputs(&[rows, rows], &average);
    assert!(matches!(wrong, Err(Error::Parameter { .. })));
    assert!(RegressionAccumulator::default().r2(true).unwrap_err().is_undefined());
}
