//! Properties against definitions, and what has no value.

use approx::assert_relative_eq;
use proptest::prelude::*;

use super::*;
use crate::bootstrap::{BlockBootstrap, BlockCalibration, Blocks, CalibrationMetric};
use crate::classification::BinaryScores;
use crate::{Error, Random};

type Row = (bool, f64, f64);

/// Scores of which many are equal, on edges, 0 or 1; and weights.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let score = prop_oneof![(0_u32..=20).prop_map(|n| f64::from(n) / 20.0), 0.0..=1.0];
    prop::collection::vec((any::<bool>(), score, prop_oneof![Just(1.0), Just(0.0), 0.1..3.0]), 1..60)
}

fn columns(rows: &[Row]) -> (Vec<bool>, Vec<f64>, Vec<f64>) {
    let labels = rows.iter().map(|row| row.0).collect();
    (labels, rows.iter().map(|row| row.1).collect(), rows.iter().map(|row| row.2).collect())
}

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-12 * right.abs().max(1.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]

    #[test]
    fn parts_add_up_to_the_brier_score(rows in rows(), bins in 1_usize..12) {
        let (labels, scores, weights) = columns(&rows);
        let rows = BinaryScores::new(&labels, &scores).unwrap().weighted(&weights).unwrap();
        prop_assume!(rows.positive_rate().is_ok());
        let brier = rows.brier().unwrap();
        let distinct = rows.brier_decomposition().unwrap();
        prop_assert!(near(distinct.reliability - distinct.resolution + distinct.uncertainty, brier));
        for by in [Bins::Uniform, Bins::Quantile] {
            let seen = rows.reliability(bins, by, 0.95).unwrap();
            prop_assert!(near(seen.brier.brier, brier));
            prop_assert!(near(seen.brier.recomposed(), brier));
            prop_assert!(near(
                seen.brier.reliability - seen.brier.generalised_resolution() + seen.brier.uncertainty, brier
            ));
            prop_assert!(near(seen.root_mean_square_error().powi(2), seen.brier.reliability));
            prop_assert!(seen.expected_error() <= seen.maximum_error() + 1e-12);
            let curve = rows.calibration_curve(bins, by).unwrap();
            prop_assert!(near(seen.expected_error(), curve.expected_error()));
            for bin in &seen.bins {
                prop_assert!(bin.interval.lower <= bin.observed && bin.observed <= bin.interval.upper);
                prop_assert!(bin.effective_rows <= bin.rows as f64 + 1e-9);
            }
        }
        let corp = rows.corp().unwrap();
        prop_assert!(near(corp.miscalibration - corp.discrimination + corp.uncertainty, brier));
        prop_assert!(corp.discrimination >= 0.0);
        prop_assert!(corp.steps.is_sorted_by(|a, b| a.recalibrated < b.recalibrated && a.upper < b.lower));
    }

    #[test]
    fn parts_of_rows_merge_to_the_whole(rows in rows(), at in 0_usize..60) {
        let (labels, scores, weights) = columns(&rows);
        let at = at.min(rows.len());
        let mut whole = CalibrationBins::with_edges(vec![0.1, 0.35, 0.35, 0.8]).unwrap();
        let mut parts = [whole.clone(), whole.clone()];
        let all = BinaryScores::new(&labels, &scores).unwrap().weighted(&weights).unwrap();
        whole.update(&all).unwrap();
        for (part, range) in parts.iter_mut().zip([0..at, at..rows.len()]) {
            if !range.is_empty() {
                let some = BinaryScores::new(&labels[range.clone()], &scores[range.clone()]).unwrap();
                part.update(&some.weighted(&weights[range]).unwrap()).unwrap();
            }
        }
        let [mut merged, other] = parts;
        merged.merge(&other).unwrap();
        match (merged.finish(0.9), whole.finish(0.9)) {
            (Ok(merged), Ok(whole)) => {
                prop_assert_eq!(merged.bins.len(), whole.bins.len());
                prop_assert!(near(merged.expected_error(), whole.expected_error()));
                prop_assert!(near(merged.debiased_squared_error(), whole.debiased_squared_error()));
                prop_assert!(near(merged.brier.recomposed(), whole.brier.recomposed()));
            }
            (merged, whole) => prop_assert!(merged.is_err() && whole.is_err()),
        }
    }

    #[test]
    fn draws_of_blocks_are_the_rows_drawn(
        rows in rows(), counts in prop::collection::vec(0_u32..3, 7),
    ) {
        let (labels, scores, _) = columns(&rows);
        let ids: Vec<usize> = (0..rows.len()).map(|row| row * 5 % 7).collect();
        let blocks = Blocks::by(&ids).unwrap();
        let seen = BinaryScores::new(&labels, &scores).unwrap();
        let drawn: Vec<usize> = (0..rows.len())
            .flat_map(|row| std::iter::repeat_n(row, counts[blocks.of_rows()[row] as usize] as usize))
            .collect();
        prop_assume!(!drawn.is_empty());
        let drawn_labels: Vec<bool> = drawn.iter().map(|row| labels[*row]).collect();
        let drawn_scores: Vec<f64> = drawn.iter().map(|row| scores[*row]).collect();
        let drawn = BinaryScores::new(&drawn_labels, &drawn_scores).unwrap();
        let expected = drawn.reliability(4, Bins::Uniform, 0.9).unwrap();
        for (metric, expected) in [
            (CalibrationMetric::ExpectedError, Some(expected.expected_error())),
            (CalibrationMetric::MaximumError, Some(expected.maximum_error())),
            (CalibrationMetric::BrierReliability, Some(expected.brier.reliability)),
            (CalibrationMetric::DebiasedSquaredError, Some(expected.debiased_squared_error())),
            (CalibrationMetric::ObservedExpected, drawn.observed_expected(0.9).ok().map(|seen| seen.ratio)),
        ] {
            let of = BlockCalibration::new(metric, &seen, &blocks, 4, Bins::Uniform).unwrap().of(&counts);
            match (of, expected) {
                (Some(of), Some(expected)) => prop_assert!(near(of, expected), "{metric:?}: {of}, {expected}"),
                (of, expected) => prop_assert_eq!(of, expected),
            }
        }
    }
}

/// Scores whose log-odds are twice what they should be.
fn overconfident(rows: usize) -> (Vec<bool>, Vec<f64>) {
    let mut random = Random::replicate(5, 0);
    let said = |chance: f64| chance * chance / (chance * chance + (1.0 - chance) * (1.0 - chance));
    (0..rows)
        .map(|_| {
            let chance = 0.05 + 0.9 * random.unit();
            (random.unit() < chance, said(chance))
        })
        .unzip()
}

type Fit = fn(&BinaryScores<'_>) -> crate::Result<f64>;

#[test]
fn the_one_step_bootstrap_is_near_the_whole_fit() {
    let (labels, scores) = overconfident(600);
    let rows = BinaryScores::new(&labels, &scores).unwrap();
    let ids: Vec<usize> = (0..600).map(|row| row / 20).collect();
    let blocks = Blocks::by(&ids).unwrap();
    let bootstrap = BlockBootstrap::new(400, 1, 0.9).unwrap();
    let slope: Fit = |rows| rows.recalibration().map(|line| line.slope);
    let intercept: Fit = |rows| rows.recalibration_in_the_large().map(|line| line.intercept);
    for (metric, fit) in [(CalibrationMetric::Slope, slope), (CalibrationMetric::Intercept, intercept)] {
        let digest = BlockCalibration::new(metric, &rows, &blocks, 0, Bins::Uniform).unwrap();
        let quick = bootstrap.calibration(&digest).unwrap();
        assert_relative_eq!(quick.value, fit(&rows).unwrap(), max_relative = 1e-9);
        let whole = bootstrap
            .rows("fit", &blocks, |drawn| {
                let labels: Vec<bool> = drawn.iter().map(|row| labels[*row]).collect();
                let scores: Vec<f64> = drawn.iter().map(|row| scores[*row]).collect();
                fit(&BinaryScores::new(&labels, &scores).unwrap()).ok()
            })
            .unwrap();
        let width = whole.interval.upper - whole.interval.lower;
        assert!((quick.interval.lower - whole.interval.lower).abs() < 0.1 * width, "{quick:?} {whole:?}");
        assert!((quick.interval.upper - whole.interval.upper).abs() < 0.1 * width, "{quick:?} {whole:?}");
        if metric == CalibrationMetric::Slope {
            assert!(whole.interval.lower < 0.5 && 0.5 < whole.interval.upper, "{whole:?}");
        }
    }
}

#[test]
fn recalibrated_scores_need_no_recalibration() {
    let (labels, scores) = overconfident(2_000);
    let line = BinaryScores::new(&labels, &scores).unwrap().recalibration().unwrap();
    let better: Vec<f64> = scores.iter().map(|score| line.apply(*score)).collect();
    let again = BinaryScores::new(&labels, &better).unwrap().recalibration().unwrap();
    assert_relative_eq!(again.slope, 1.0, max_relative = 1e-9);
    assert_relative_eq!(again.intercept, 0.0, epsilon = 1e-9);
}

#[test]
fn far_off_scores_are_still_fitted() {
    // At the calibrated line the likelihood is flat.
    let labels: Vec<bool> = (0..400).map(|row| row % 20 != 0).collect();
    let scores: Vec<f64> = (0..400).map(|row| if row % 3 == 0 { 1e-12 } else { 1e-9 }).collect();
    let rows = BinaryScores::new(&labels, &scores).unwrap();
    let line = rows.recalibration().unwrap();
    let share = |of: f64| {
        let of: Vec<bool> = (0..400).filter(|row| scores[*row] == of).map(|row| labels[row]).collect();
        of.iter().filter(|label| **label).count() as f64 / of.len() as f64
    };
    // Two distinct scores, two parameters: the line goes through both shares.
    assert_relative_eq!(line.apply(1e-12), share(1e-12), max_relative = 1e-6);
    assert_relative_eq!(line.apply(1e-9), share(1e-9), max_relative = 1e-6);
    assert!(rows.recalibration_in_the_large().unwrap().intercept > 15.0);
}

#[test]
fn what_has_no_value_is_said() {
    let labels = [false, false, true, true];
    let of = |scores: &[f64]| BinaryScores::new(&labels, scores).unwrap().recalibration();
    for (scores, reason) in [
        ([0.1, 0.2, 0.3, 0.4], "separates"),
        ([0.1, 0.3, 0.3, 0.4], "separates"),
        ([0.9, 0.5, 0.4, 0.2], "separates"),
        ([0.3; 4], "all scores are 0.3"),
        ([0.0, 0.3, 0.2, 0.5], "log-odds are infinite"),
        ([0.1, 1.0, 0.2, 1.0], "2 scores are 0 or 1, as scores[1]"),
    ] {
        let error = of(&scores).unwrap_err();
        assert!(error.is_undefined() && error.to_string().contains(reason), "{error}");
    }
    assert!(of(&[0.1, 0.35, 0.3, 0.4]).is_ok());
    let one_class = BinaryScores::new(&[true, true], &[0.3, 0.4]).unwrap();
    assert!(one_class.recalibration().unwrap_err().is_undefined());
    assert!(one_class.recalibration_in_the_large().unwrap_err().is_undefined());
    let separate = BinaryScores::new(&labels, &[0.1, 0.2, 0.3, 0.4]).unwrap();
    assert!(separate.recalibration_in_the_large().is_ok());
    let nothing = BinaryScores::new(&labels, &[0.0; 4]).unwrap();
    assert!(nothing.observed_expected(0.9).unwrap_err().is_undefined());
    assert!(nothing.spiegelhalter().unwrap_err().is_undefined());
    assert!(nothing.reliability(2, Bins::Uniform, 0.9).unwrap().hosmer_lemeshow(false).is_err());
    assert_eq!(nothing.corp().unwrap().steps.len(), 1);
    let weightless = separate.weighted(&[0.0; 4]).unwrap();
    assert!(weightless.reliability(2, Bins::Uniform, 0.9).unwrap_err().is_undefined());
    assert!(weightless.brier_decomposition().unwrap_err().is_undefined());
    assert!(weightless.corp().unwrap_err().is_undefined());
    assert!(weightless.recalibration().unwrap_err().is_undefined());
    let wild = BinaryScores::new(&labels, &[0.1, 0.2, 1.5, 0.3]).unwrap();
    let mut bins = CalibrationBins::uniform(3).unwrap();
    assert!(matches!(bins.update(&wild), Err(Error::Value { index: 2, .. })));
    assert!(bins.finish(0.9).unwrap_err().is_undefined());
    assert!(matches!(CalibrationBins::uniform(0), Err(Error::Parameter { .. })));
    assert!(matches!(CalibrationBins::with_edges(vec![0.5, 0.4]), Err(Error::Value { index: 1, .. })));
    assert!(matches!(CalibrationBins::with_edges(vec![f64::NAN]), Err(Error::Value { index: 0, .. })));
    let other = CalibrationBins::with_edges(vec![0.2, 0.3]).unwrap();
    assert!(matches!(bins.merge(&other), Err(Error::Value { .. })));
    assert!(matches!(bins.merge(&CalibrationBins::uniform(2).unwrap()), Err(Error::Shape { .. })));
    assert!(matches!(separate.reliability(2, Bins::Uniform, 1.0), Err(Error::Parameter { .. })));
}
