use proptest::prelude::*;

use super::area::{Pairs, Ranks};
use super::*;
use crate::Random;
use crate::classification::{BinaryMetric, BinaryScores};
use crate::regression::{RegressionMetric, RegressionRows};

/// Rows of a few blocks: id, label, candidate's score, baseline's score.
fn rows() -> impl Strategy<Value = Vec<(u8, bool, f64, f64)>> {
    let score = || prop_oneof![(0_u32..6).prop_map(|n| f64::from(n) / 5.0), 0.0..1.0];
    prop::collection::vec((0_u8..6, any::<bool>(), score(), score()), 2..80)
}

/// The obvious way: put together the rows that were drawn, then compute the metric.
fn materialised(
    metric: BinaryMetric,
    labels: &[bool],
    scores: &[f64],
    blocks: &Blocks,
    counts: &[u32],
) -> Option<f64> {
    let (mut drawn_labels, mut drawn_scores) = (Vec::new(), Vec::new());
    for (block, count) in counts.iter().enumerate() {
        for _ in 0..*count {
            for row in (0..labels.len()).filter(|row| blocks.of_rows()[*row] as usize == block) {
                drawn_labels.push(labels[row]);
                drawn_scores.push(scores[row]);
            }
        }
    }
    metric.of(&BinaryScores::new(&drawn_labels, &drawn_scores).ok()?).ok()
}

fn close(left: Option<f64>, right: Option<f64>) -> bool {
    match (left, right) {
        (Some(left), Some(right)) => (left - right).abs() < 1e-12,
        (None, None) => true,
        _ => false,
    }
}

proptest! {
    #[test]
    fn every_metric_equals_that_of_the_rows_drawn(
        rows in rows(),
        draws in prop::collection::vec(0_u32..4, 6),
    ) {
        let ids: Vec<u8> = rows.iter().map(|row| row.0).collect();
        let labels: Vec<bool> = rows.iter().map(|row| row.1).collect();
        let scores: Vec<f64> = rows.iter().map(|row| row.2).collect();
        let blocks = Blocks::by(&ids).unwrap();
        let counts = &draws[..blocks.len()];
        let checked = BinaryScores::new(&labels, &scores).unwrap();
        for name in BinaryMetric::NAMES {
            let metric = BinaryMetric::named(name, 0.4).unwrap();
            let expected = materialised(metric, &labels, &scores, &blocks, counts);
            let fast = BlockMetric::new(metric, &checked, &blocks).unwrap().of(counts);
            prop_assert!(close(fast, expected), "{name}: {fast:?} {expected:?}");
        }
        let expected = materialised(BinaryMetric::RocAuc, &labels, &scores, &blocks, counts);
        prop_assert!(close(Pairs::new(&checked, &blocks).of(counts), expected), "by pairs");
        prop_assert!(close(Ranks::new(&checked, &blocks).of(counts), expected), "by ranks");
    }

    #[test]
    fn every_regression_metric_equals_that_of_the_rows_drawn(
        rows in prop::collection::vec((0_u8..6, 0_u8..5, 0.0..4.0, 0_u8..3), 2..60),
        draws in prop::collection::vec(0_u32..4, 6),
    ) {
        let ids: Vec<u8> = rows.iter().map(|row| row.0).collect();
        let truth: Vec<f64> = rows.iter().map(|row| f64::from(row.1)).collect();
        let predicted: Vec<f64> = rows.iter().map(|row| row.2).collect();
        let blocks = Blocks::by(&ids).unwrap();
        let counts = &draws[..blocks.len()];
        let drawn: Vec<usize> = (0..rows.len())
            .flat_map(|row| std::iter::repeat_n(row, counts[blocks.of_rows()[row] as usize] as usize))
            .collect();
        let of = |values: &[f64]| drawn.iter().map(|row| values[*row]).collect::<Vec<f64>>();
        let (drawn_truth, drawn_predicted) = (of(&truth), of(&predicted));
        let checked = RegressionRows::new(&truth, &predicted).unwrap();
        for name in RegressionMetric::NAMES {
            let metric = RegressionMetric::named(name).unwrap();
            prop_assert_eq!(metric.name(), name);
            let expected = RegressionRows::new(&drawn_truth, &drawn_predicted).and_then(|rows| metric.of(&rows));
            let expected = expected.ok().filter(|value| value.is_finite());
            let fast = BlockMetric::regression(metric, &checked, &blocks).unwrap().of(counts);
            let scale = expected.map_or(1.0, |value| value.abs().max(1.0));
            prop_assert!(close(fast.map(|f| f / scale), expected.map(|e| e / scale)), "{name}: {fast:?} {expected:?}");
        }
        // A weight is as if the row stood there so often.
        let weights: Vec<f64> = rows.iter().map(|row| f64::from(row.3)).collect();
        prop_assume!(weights.iter().any(|weight| *weight > 0.0));
        let weighted = RegressionRows::new(&truth, &predicted).unwrap().weighted(&weights).unwrap();
        for name in ["mae", "rmse", "median_absolute_error", "r2", "explained_variance"] {
            let metric = RegressionMetric::named(name).unwrap();
            let expected = metric.of(&weighted).ok().filter(|value| value.is_finite());
            let fast = BlockMetric::regression(metric, &weighted, &blocks).unwrap().of(&vec![1; blocks.len()]);
            let scale = expected.map_or(1.0, |value| value.abs().max(1.0));
            prop_assert!(close(fast.map(|f| f / scale), expected.map(|e| e / scale)), "{name}: {fast:?} {expected:?}");
        }
    }

    #[test]
    fn the_interval_of_a_difference_equals_the_naive_one(rows in rows(), seed in any::<u64>()) {
        let ids: Vec<u8> = rows.iter().map(|row| row.0).collect();
        let labels: Vec<bool> = rows.iter().map(|row| row.1).collect();
        let candidate: Vec<f64> = rows.iter().map(|row| row.2).collect();
        let baseline: Vec<f64> = rows.iter().map(|row| row.3).collect();
        let blocks = Blocks::by(&ids).unwrap();
        let bootstrap = BlockBootstrap::new(60, seed, 0.9).unwrap();
        for metric in [BinaryMetric::RocAuc, BinaryMetric::LogLoss] {
            let of = |scores| {
                BlockMetric::new(metric, &BinaryScores::new(&labels, scores).unwrap(), &blocks).unwrap()
            };
            let fast = bootstrap.difference(&of(&candidate), &of(&baseline));
            let naive = bootstrap.estimate(metric.name(), blocks.len(), |counts| {
                Some(materialised(metric, &labels, &candidate, &blocks, counts)?
                    - materialised(metric, &labels, &baseline, &blocks, counts)?)
            });
            match (fast, naive) {
                (Ok(fast), Ok(naive)) => {
                    prop_assert!((fast.value - naive.value).abs() < 1e-12);
                    prop_assert!((fast.interval.lower - naive.interval.lower).abs() < 1e-12);
                    prop_assert!((fast.interval.upper - naive.interval.upper).abs() < 1e-12);
                }
                (fast, naive) => prop_assert_eq!(fast, naive),
            }
        }
    }

    #[test]
    fn a_weight_goes_with_its_row(rows in rows(), draws in prop::collection::vec(0_u32..4, 6)) {
        let ids: Vec<u8> = rows.iter().map(|row| row.0).collect();
        let labels: Vec<bool> = rows.iter().map(|row| row.1).collect();
        let scores: Vec<f64> = rows.iter().map(|row| row.2).collect();
        let weights: Vec<f64> = rows.iter().map(|row| row.3).collect();
        let blocks = Blocks::by(&ids).unwrap();
        let drawn: Vec<f64> =
            weights.iter().zip(blocks.of_rows()).map(|(w, b)| w * f64::from(draws[*b as usize])).collect();
        let weighted = BinaryScores::new(&labels, &scores).unwrap().weighted(&weights).unwrap();
        let expected = BinaryScores::new(&labels, &scores).unwrap().weighted(&drawn).unwrap();
        for name in BinaryMetric::NAMES {
            let metric = BinaryMetric::named(name, 0.4).unwrap();
            let fast = BlockMetric::new(metric, &weighted, &blocks).unwrap().of(&draws[..blocks.len()]);
            prop_assert!(close(fast, metric.of(&expected).ok()), "{name}: {fast:?}");
        }
        prop_assert!(close(Ranks::new(&weighted, &blocks).of(&draws), expected.roc_auc().ok()));
    }
}

fn generated(rows: usize, blocks: usize) -> (Blocks, Vec<bool>, Vec<f64>, Vec<f64>) {
    let mut random = Random::replicate(1, 0);
    let ids: Vec<usize> = (0..rows).map(|row| row * blocks / rows).collect();
    let labels: Vec<bool> = (0..rows).map(|_| random.unit() < 0.25).collect();
    let mut scores = || -> Vec<f64> {
        labels.iter().map(|label| 0.7 * random.unit() + if *label { 0.3 } else { 0.1 }).collect()
    };
    let (candidate, baseline) = (scores(), scores());
    (Blocks::by(&ids).unwrap(), labels, candidate, baseline)
}

#[test]
fn the_number_of_threads_changes_nothing() {
    let (blocks, labels, candidate, baseline) = generated(2_000, 60);
    let of = |scores| {
        BlockMetric::new(BinaryMetric::RocAuc, &BinaryScores::new(&labels, scores).unwrap(), &blocks).unwrap()
    };
    let (candidate, baseline) = (of(&candidate), of(&baseline));
    let run = |threads| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            BlockBootstrap::new(500, 42, 0.95).unwrap().difference(&candidate, &baseline).unwrap()
        })
    };
    assert_eq!(run(1), run(2));
    assert_eq!(run(2), run(5));
}

#[test]
fn the_order_of_rows_changes_nothing_but_rounding() {
    let (blocks, labels, scores, _) = generated(300, 7);
    let reversed = |values: &[f64]| values.iter().rev().copied().collect::<Vec<_>>();
    let back_ids: Vec<u32> = blocks.of_rows().iter().rev().copied().collect();
    let back_labels: Vec<bool> = labels.iter().rev().copied().collect();
    let bootstrap = BlockBootstrap::new(100, 3, 0.9).unwrap();
    let interval = |labels: &[bool], scores: &[f64], blocks: &Blocks| {
        let rows = BinaryScores::new(labels, scores).unwrap();
        bootstrap.metric(&BlockMetric::new(BinaryMetric::RocAuc, &rows, blocks).unwrap()).unwrap()
    };
    let forth = interval(&labels, &scores, &blocks);
    let back = interval(&back_labels, &reversed(&scores), &Blocks::by(&back_ids).unwrap());
    assert!((forth.interval.lower - back.interval.lower).abs() < 1e-12, "{forth:?} {back:?}");
}

#[test]
fn what_has_no_answer_is_said() {
    let undefined = |labels: &[bool], ids: &[u8]| {
        let scores = vec![0.5; labels.len()];
        let rows = BinaryScores::new(labels, &scores).unwrap();
        let metric = BlockMetric::new(BinaryMetric::RocAuc, &rows, &Blocks::by(ids).unwrap()).unwrap();
        BlockBootstrap::new(100, 1, 0.95).unwrap().metric(&metric).unwrap_err().to_string()
    };
    assert_eq!(
        undefined(&[true, false], &[1, 1]),
        "roc_auc is not defined: 1 block: there is nothing to draw from"
    );
    assert_eq!(
        undefined(&[true, true], &[1, 2]),
        "roc_auc is not defined: it has no value for the rows given"
    );
    let some_draws = undefined(&[true, false], &[1, 2]);
    assert!(some_draws.ends_with("of 100 draws of blocks"), "{some_draws}");
}

#[test]
fn settings_are_checked() {
    for (replicates, level) in [(39, 0.95), (0, 0.5), (100, 0.0), (100, 1.0), (100, f64::NAN)] {
        assert!(BlockBootstrap::new(replicates, 1, level).is_err(), "{replicates} {level}");
    }
    assert!(BlockBootstrap::new(40, 1, 0.95).is_ok());
    assert!(Blocks::by::<u8>(&[]).is_err() && Blocks::each_row(0).is_err());
    assert_eq!(Blocks::each_row(4).unwrap(), Blocks::by(&[0, 1, 2, 3]).unwrap());
    let blocks = Blocks::by(&["b", "a", "b"]).unwrap();
    assert_eq!((blocks.of_rows(), blocks.sizes()), (&[1, 0, 1][..], &[1, 2][..]));
    let rows = BinaryScores::new(&[true], &[2.0]).unwrap();
    assert!(BlockMetric::new(BinaryMetric::RocAuc, &rows, &blocks).is_err(), "one row, three ids");
    let one = Blocks::by(&[1]).unwrap();
    assert!(BlockMetric::new(BinaryMetric::LogLoss, &rows, &one).is_err(), "2 is no probability");
}
