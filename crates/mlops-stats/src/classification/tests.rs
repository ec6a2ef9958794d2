//! Properties against definitions, and what has no value.

use std::collections::BTreeSet;

use proptest::prelude::*;

use super::*;
use crate::Error;

type Row = (u8, u8, f64);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    prop::collection::vec((0_u8..4, 0_u8..5, prop_oneof![Just(0.0), 0.1..3.0]), 1..40)
}

fn columns(rows: &[Row]) -> (Vec<u8>, Vec<u8>, Vec<f64>) {
    let truth = rows.iter().map(|row| row.0).collect();
    (truth, rows.iter().map(|row| row.1).collect(), rows.iter().map(|row| row.2).collect())
}

fn counted(rows: &[Row]) -> ConfusionMatrix<u8> {
    let (truth, predicted, _) = columns(rows);
    ConfusionMatrix::new(&truth, &predicted).unwrap()
}

/// Labels, and scores of which many are equal.
fn binary() -> impl Strategy<Value = Vec<(bool, f64)>> {
    prop::collection::vec((any::<bool>(), (0_u32..12).prop_map(|n| f64::from(n) / 11.0)), 1..40)
}

fn parts(rows: &[(bool, f64)]) -> (Vec<bool>, Vec<f64>) {
    rows.iter().copied().unzip()
}

fn near(left: f64, right: f64) -> bool {
    (left - right).abs() <= 1e-12 * right.abs().max(1.0)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(128))]

    #[test]
    fn a_matrix_counts_each_pair(rows in rows()) {
        let (truth, predicted, weights) = columns(&rows);
        prop_assume!(weights.iter().any(|weight| *weight > 0.0));
        let seen = ConfusionMatrix::weighted(&truth, &predicted, &weights).unwrap();
        for a in 0..5 {
            for b in 0..5 {
                let sum: f64 = rows.iter().filter(|row| (row.0, row.1) == (a, b)).map(|row| row.2).sum();
                prop_assert!(near(seen.count(&a, &b), sum));
            }
        }
        let classes: BTreeSet<u8> = truth.iter().chain(&predicted).copied().collect();
        prop_assert_eq!(seen.classes(), classes.into_iter().collect::<Vec<_>>());
        for (class, counts) in seen.classes().iter().zip(seen.one_vs_rest().counts()) {
            let sum = |is: &dyn Fn(&Row) -> bool| rows.iter().filter(|row| is(row)).map(|row| row.2).sum::<f64>();
            prop_assert!(near(counts.true_positives, sum(&|row| row.0 == *class && row.1 == *class)));
            prop_assert!(near(counts.false_positives, sum(&|row| row.0 != *class && row.1 == *class)));
            prop_assert!(near(counts.false_negatives, sum(&|row| row.0 == *class && row.1 != *class)));
            prop_assert!(near(counts.true_negatives, sum(&|row| row.0 != *class && row.1 != *class)));
        }
    }

    #[test]
    fn rows_may_come_in_parts_and_in_any_order(rows in rows(), cut in 0_usize..40) {
        let whole = counted(&rows);
        let (left, right) = rows.split_at(cut.min(rows.len() - 1));
        let mut merged = ConfusionMatrix::default();
        // The later part first: classes that only it has keep their place.
        merged.merge(&counted(right));
        if !left.is_empty() {
            merged.merge(&counted(left));
        }
        prop_assert_eq!(&merged, &whole);
        let reversed: Vec<Row> = rows.iter().rev().copied().collect();
        prop_assert_eq!(&counted(&reversed), &whole);
    }

    #[test]
    fn averages_are_means_of_the_classes(rows in rows(), beta in 0.0..4.0) {
        let classes = counted(&rows).one_vs_rest();
        for metric in [LabelMetric::Precision, LabelMetric::Recall, LabelMetric::F1, LabelMetric::FBeta { beta }, LabelMetric::Jaccard] {
            for zero in [ZeroDivision::Zero, ZeroDivision::One] {
                let values: Vec<f64> = classes.each(metric, zero).unwrap().into_iter().flatten().collect();
                let count = values.len() as f64;
                let plain = classes.mean(metric, Average::Macro, zero).unwrap();
                prop_assert!(near(plain.value, values.iter().sum::<f64>() / count));
                let support = classes.support();
                let total: f64 = support.iter().sum();
                let weighted: f64 = values.iter().zip(&support).map(|(value, weight)| value * weight / total).sum();
                prop_assert!(near(classes.mean(metric, Average::Weighted, zero).unwrap().value, weighted));
                let undefined = classes.each(metric, ZeroDivision::Undefined).unwrap();
                let without: Vec<usize> = (0..undefined.len()).filter(|class| undefined[*class].is_none()).collect();
                prop_assert_eq!(plain.undefined, without);
            }
        }
        // One label a row: micro precision, recall and F are accuracy, weighted recall too.
        let accuracy = counted(&rows).accuracy().unwrap();
        let value = |metric, average| classes.mean(metric, average, ZeroDivision::Zero).unwrap().value;
        prop_assert!(near(value(LabelMetric::F1, Average::Micro), accuracy));
        prop_assert!(near(value(LabelMetric::Recall, Average::Weighted), accuracy));
    }

    #[test]
    fn kappa_and_correlation_do_not_hang_on_names(rows in rows()) {
        let seen = counted(&rows);
        let turned: Vec<Row> = rows.iter().map(|row| (9 - row.0, 9 - row.1, row.2)).collect();
        let turned = counted(&turned);
        for weights in [KappaWeights::None, KappaWeights::Linear, KappaWeights::Quadratic] {
            match (seen.cohen_kappa(weights), turned.cohen_kappa(weights)) {
                (Ok(left), Ok(right)) => prop_assert!(near(left, right) && left <= 1.0 + 1e-12),
                (left, right) => prop_assert!(left.is_err() && right.is_err()),
            }
        }
        let correlation = seen.matthews_correlation().unwrap();
        prop_assert!(near(correlation, turned.matthews_correlation().unwrap()));
        prop_assert!((-1.0 - 1e-12..=1.0 + 1e-12).contains(&correlation));
    }

    #[test]
    fn kappa_compares_rows_with_all_pairs_of_rows(rows in rows()) {
        let (truth, predicted, weights) = columns(&rows);
        let total: f64 = weights.iter().sum();
        prop_assume!(total > 0.0);
        let classes: Vec<u8> =
            truth.iter().chain(&predicted).copied().collect::<BTreeSet<_>>().into_iter().collect();
        let place = |class: u8| classes.iter().position(|other| *other == class).unwrap() as f64;
        let seen = ConfusionMatrix::weighted(&truth, &predicted, &weights).unwrap();
        for (kind, power) in [(KappaWeights::None, 0), (KappaWeights::Linear, 1), (KappaWeights::Quadratic, 2)] {
            let distance =
                |a: u8, b: u8| if a == b { 0.0 } else { (place(a) - place(b)).abs().powi(power) };
            let observed: f64 = rows.iter().map(|row| row.2 * distance(row.0, row.1)).sum::<f64>() / total;
            // What the raters would disagree if each rated a row of its own.
            let mut by_chance = 0.0;
            for left in &rows {
                for right in &rows {
                    by_chance += left.2 * right.2 * distance(left.0, right.1) / (total * total);
                }
            }
            if by_chance == 0.0 {
                prop_assert!(seen.cohen_kappa(kind).unwrap_err().is_undefined());
            } else {
                let expected = 1.0 - observed / by_chance;
                let kappa = seen.cohen_kappa(kind).unwrap();
                prop_assert!((kappa - expected).abs() <= 1e-10 * expected.abs().max(1.0), "{} {}", kappa, expected);
            }
        }
    }

    #[test]
    fn average_precision_is_its_definition(rows in binary()) {
        let (labels, scores) = parts(&rows);
        let seen = BinaryScores::new(&labels, &scores).unwrap().average_precision();
        let positives = labels.iter().filter(|label| **label).count();
        if positives == 0 {
            prop_assert!(seen.unwrap_err().is_undefined());
            return Ok(());
        }
        // The mean, over the positives, of the precision at their own score.
        let precision = |threshold: f64| {
            let above: Vec<bool> = rows.iter().filter(|row| row.1 >= threshold).map(|row| row.0).collect();
            above.iter().filter(|label| **label).count() as f64 / above.len() as f64
        };
        let sum: f64 = rows.iter().filter(|row| row.0).map(|row| precision(row.1)).sum();
        prop_assert!(near(seen.unwrap(), sum / positives as f64));
    }

    #[test]
    fn curves_agree_with_the_thresholds_they_name(rows in binary()) {
        let (labels, scores) = parts(&rows);
        let seen = BinaryScores::new(&labels, &scores).unwrap();
        prop_assume!(labels.contains(&true) && labels.contains(&false));
        let curve = seen.roc_curve(CurvePoints::All).unwrap();
        for (point, threshold) in curve.thresholds.iter().enumerate() {
            let at = seen.at(*threshold).unwrap();
            prop_assert!(near(curve.true_positive_rate[point], at.recall().unwrap()));
            prop_assert!(near(curve.false_positive_rate[point], 1.0 - at.specificity().unwrap()));
        }
        let trapezoids = |curve: &RocCurve| {
            let (x, y) = (&curve.false_positive_rate, &curve.true_positive_rate);
            (1..x.len()).map(|i| (x[i] - x[i - 1]) * f64::midpoint(y[i], y[i - 1])).sum::<f64>()
        };
        let area = seen.roc_auc().unwrap();
        prop_assert!(near(trapezoids(&curve), area));
        prop_assert!(near(trapezoids(&seen.roc_curve(CurvePoints::Corners).unwrap()), area));
        prop_assert!(near(seen.partial_roc_auc(1.0).unwrap(), area));
        let curve = seen.precision_recall_curve(CurvePoints::All, ZeroDivision::Undefined).unwrap();
        for (point, threshold) in curve.thresholds.iter().enumerate() {
            let at = seen.at(*threshold).unwrap();
            prop_assert!(near(curve.precision[point], at.precision().unwrap()));
            prop_assert!(near(curve.recall[point], at.recall().unwrap()));
        }
        let curve = seen.det_curve(CurvePoints::All).unwrap();
        for (point, threshold) in curve.thresholds.iter().enumerate() {
            prop_assert!(near(curve.false_negative_rate[point], 1.0 - seen.at(*threshold).unwrap().recall().unwrap()));
        }
    }

    #[test]
    fn two_ways_to_the_area_agree(rows in binary()) {
        let (labels, scores) = parts(&rows);
        let plain = BinaryScores::new(&labels, &scores).unwrap();
        let ones = vec![1.0; labels.len()];
        // Weighted rows sort row numbers, unweighted ones each class for itself.
        prop_assert_eq!(plain.roc_auc(), plain.weighted(&ones).unwrap().roc_auc());
    }

    #[test]
    fn bins_bound_the_area(rows in prop::collection::vec((any::<bool>(), 0.0..=1.0), 2..60), bins in 1_usize..30) {
        let (labels, scores) = parts(&rows);
        let all = BinaryScores::new(&labels, &scores).unwrap();
        let (mut left, mut right) = (BinnedScores::new(bins).unwrap(), BinnedScores::new(bins).unwrap());
        left.update(&BinaryScores::new(&labels[..1], &scores[..1]).unwrap()).unwrap();
        right.update(&BinaryScores::new(&labels[1..], &scores[1..]).unwrap()).unwrap();
        left.merge(&right).unwrap();
        match (all.roc_auc(), left.roc_auc()) {
            (Ok(area), Ok(seen)) => {
                prop_assert!(seen.lower <= area + 1e-12 && area <= seen.upper + 1e-12);
                prop_assert!((seen.value - area).abs() <= 0.5 * (seen.upper - seen.lower) + 1e-12);
            }
            (left, right) => prop_assert!(left.is_err() && right.is_err()),
        }
    }

    #[test]
    fn two_classes_of_many_are_binary(rows in binary()) {
        let (labels, scores) = parts(&rows);
        prop_assume!(labels.contains(&true) && labels.contains(&false));
        let table: Vec<f64> = scores.iter().flat_map(|score| [1.0 - score, *score]).collect();
        let (many, two) = (ClassScores::new(&labels, &table).unwrap(), BinaryScores::new(&labels, &scores).unwrap());
        prop_assert!(near(many.log_loss().unwrap(), two.log_loss().unwrap()));
        prop_assert!(near(many.brier().unwrap(), 2.0 * two.brier().unwrap()));
        let each = many.roc_auc_by_class().unwrap();
        prop_assert!(near(each[1].unwrap(), two.roc_auc().unwrap()));
        prop_assert!(near(many.roc_auc_one_vs_one(Average::Macro).unwrap(), f64::midpoint(each[0].unwrap(), each[1].unwrap())));
    }
}

#[test]
fn sums_do_not_hang_on_the_number_of_threads() {
    let mut random = crate::Random::replicate(7, 0);
    let rows = 200_000;
    let scores: Vec<f64> = (0..rows).map(|_| random.unit()).collect();
    let labels: Vec<bool> = scores.iter().map(|score| random.unit() < *score).collect();
    let weights: Vec<f64> = (0..rows).map(|_| random.unit()).collect();
    let classes: Vec<u64> = (0..rows).map(|_| random.below(300)).collect();
    let all = || {
        let rows = BinaryScores::new(&labels, &scores).unwrap();
        let weighted = rows.weighted(&weights).unwrap();
        let shifted: Vec<u64> = classes.iter().map(|class| class / 2).collect();
        let matrix = ConfusionMatrix::weighted(&classes, &shifted, &weights).unwrap();
        (rows.roc_auc(), weighted.log_loss(), weighted.at(0.5), matrix)
    };
    let with = |threads| rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap().install(all);
    let (one, three) = (with(1), with(3));
    assert_eq!(one, three);
    assert_eq!(one.3.classes().len(), 300);
    // Ids beyond the table of a task are counted too.
    let expected: f64 =
        classes.iter().zip(&weights).filter(|(class, _)| **class == 299).map(|row| row.1).sum();
    assert!(near(one.3.count(&299, &149), expected));
}

#[test]
fn every_cell_of_hundreds_of_classes_is_counted() {
    // More classes than a task has a table for, and than a byte has values.
    let mut random = crate::Random::replicate(11, 0);
    let (classes, rows) = (700, 30_000);
    let truth: Vec<u64> = (0..rows).map(|_| random.below(classes)).collect();
    let predicted: Vec<u64> =
        truth.iter().map(|class| if random.unit() < 0.5 { *class } else { random.below(classes) }).collect();
    let mut expected = vec![vec![0.0; 700]; 700];
    for (truth, predicted) in truth.iter().zip(&predicted) {
        expected[usize::try_from(*truth).unwrap()][usize::try_from(*predicted).unwrap()] += 1.0;
    }
    let seen = ConfusionMatrix::new(&truth, &predicted).unwrap();
    assert_eq!(seen.classes(), (0..classes).collect::<Vec<_>>());
    assert_eq!(seen.matrix(), expected);
}

#[test]
fn what_divides_by_zero_counts_as_chosen_and_is_named() {
    let seen = ConfusionMatrix::new(&[0, 0, 1], &[0, 1, 1]).unwrap();
    let classes = seen.one_vs_rest_of(&[0, 1, 2]).unwrap();
    let mean = |zero| classes.mean(LabelMetric::Precision, Average::Macro, zero).unwrap();
    assert_eq!(
        (mean(ZeroDivision::Undefined).value, mean(ZeroDivision::Undefined).undefined),
        (0.75, vec![2])
    );
    assert_eq!((mean(ZeroDivision::Zero).value, mean(ZeroDivision::Zero).undefined), (0.5, vec![2]));
    assert!(near(mean(ZeroDivision::One).value, 2.5 / 3.0));
    let nobody = OneVsRest::new(vec![Confusion::new(0.0, 0.0, 3.0, 0.0)]).unwrap();
    for average in [Average::Micro, Average::Macro, Average::Weighted] {
        assert!(nobody.mean(LabelMetric::F1, average, ZeroDivision::Undefined).unwrap_err().is_undefined());
        assert_eq!(nobody.mean(LabelMetric::F1, average, ZeroDivision::One).unwrap().value, 1.0);
    }
    assert!(matches!(
        classes.each(LabelMetric::FBeta { beta: -1.0 }, ZeroDivision::Zero),
        Err(Error::Parameter { what: "beta", .. })
    ));
}

#[test]
fn bad_calls_are_refused_by_name() {
    let shown = |error: Error| error.to_string();
    assert_eq!(
        shown(ConfusionMatrix::new(&[1, 2], &[1]).unwrap_err()),
        "predicted has 1 values, expected as many as labels (2)"
    );
    assert!(matches!(ConfusionMatrix::<u8>::new(&[], &[]), Err(Error::Shape { found: 0, .. })));
    assert!(matches!(
        ConfusionMatrix::weighted(&[1], &[1], &[0.0]),
        Err(Error::Shape { what: "weights", .. })
    ));
    assert!(matches!(
        ConfusionMatrix::weighted(&[1], &[1], &[f64::NAN]),
        Err(Error::Value { what: "weights", .. })
    ));
    assert!(ConfusionMatrix::<u8>::default().accuracy().unwrap_err().is_undefined());
    let seen = ConfusionMatrix::new(&["a", "b"], &["a", "c"]).unwrap();
    assert!(seen.binary(&"a").is_err() && seen.only(&["c"]).is_err() && seen.only(&["a", "a"]).is_err());
    assert!(
        ConfusionMatrix::new(&["a"], &["a"])
            .unwrap()
            .cohen_kappa(KappaWeights::None)
            .unwrap_err()
            .is_undefined()
    );

    let rows = BinaryScores::new(&[true, true], &[0.1, 0.2]).unwrap();
    assert!(rows.roc_curve(CurvePoints::All).unwrap_err().is_undefined());
    assert!(rows.det_curve(CurvePoints::All).unwrap_err().is_undefined());
    assert!(matches!(rows.partial_roc_auc(0.0), Err(Error::Parameter { .. })));
    assert!(matches!(rows.calibration_curve(0, Bins::Uniform), Err(Error::Parameter { .. })));
    let nothing = rows.weighted(&[0.0, 0.0]).unwrap();
    assert!(matches!(nothing.average_precision(), Err(Error::Shape { what: "weights", .. })));
    assert!(nothing.calibration_curve(3, Bins::Quantile).unwrap_err().is_undefined());

    assert!(matches!(
        ClassScores::new(&[1, 1], &[0.5; 2]),
        Err(Error::Shape { what: "classes", found: 1, .. })
    ));
    assert!(matches!(ClassScores::with_classes(&[1, 2], &[2, 1], &[0.5; 4]), Err(Error::Shape { .. })));
    assert!(ClassScores::with_classes(&[1, 3], &[1, 2], &[0.5; 4]).is_err());
    assert!(matches!(ClassScores::new(&[1, 2], &[0.5; 3]), Err(Error::Shape { what: "scores", .. })));
    let rows = ClassScores::new(&[1, 2], &[0.5, 0.6, 0.3, 0.7]).unwrap();
    assert_eq!(rows.rows_not_summing_to_one(), 1);
    assert!(matches!(rows.roc_auc_one_vs_rest(Average::Macro), Err(Error::Value { index: 0, .. })));
    assert!(matches!(rows.top_k_accuracy(0), Err(Error::Parameter { .. })));
    assert!(matches!(rows.log_loss_clipped(0.7), Err(Error::Parameter { .. })));
    let absent = ClassScores::with_classes(&[0, 1], &[0, 1, 2], &[0.5, 0.4, 0.1, 0.2, 0.7, 0.1]).unwrap();
    assert!(absent.roc_auc_one_vs_rest(Average::Macro).unwrap_err().is_undefined());
    assert_eq!(absent.roc_auc_one_vs_rest(Average::Weighted).unwrap().undefined, [2]);
    assert_eq!(absent.average_precision(Average::Macro, ZeroDivision::Zero).unwrap().undefined, [2]);
    assert!(matches!(MultilabelScores::new(&[true; 3], &[0.1; 3], 2), Err(Error::Shape { .. })));
    assert!(BinnedScores::new(0).is_err() && LossSums::default().brier().unwrap_err().is_undefined());
    assert!(BinnedScores::new(2).unwrap().merge(&BinnedScores::new(3).unwrap()).is_err());
}
