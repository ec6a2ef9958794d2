//! Groups are counted in any parts and from any column, intervals come of blocks, and what
//! is wrong is named.
#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test fails by panicking, on exact counts")]

use std::sync::Arc;

use arrow_array::types::Int8Type;
use arrow_array::{Array, BooleanArray, DictionaryArray, Float64Array, Int8Array, StringArray};
use mlops_stats::bootstrap::{BlockBootstrap, Blocks};
use mlops_validate::fairness::{
    Comparison, Disparity, Feature, FourFifths, FrameOptions, GroupCounts, GroupKey, GroupMetric, GroupRows,
    Labels, Measure, Method, MetricFrame,
};
use proptest::prelude::*;

type Row = (bool, bool, u8, u8, u8);

fn rows<'a>(rows: &[Row], weights: &'a [f64]) -> GroupRows<'a> {
    let truth: Vec<bool> = rows.iter().map(|row| row.0).collect();
    let predicted: Vec<bool> = rows.iter().map(|row| row.1).collect();
    GroupRows::classified(Labels::bools(&truth), Labels::bools(&predicted))
        .unwrap()
        .control(Feature::new("c", rows.iter().map(|row| Some(i64::from(row.2)))))
        .unwrap()
        .sensitive(Feature::new("g", rows.iter().map(|row| Some(format!("g{}", row.3)))))
        .unwrap()
        .weights("w", weights)
        .unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Parts that do not know each other's groups add up to the whole, and each rate is
    /// what looking at the rows one by one gives.
    #[test]
    fn parts_make_the_whole(
        of in prop::collection::vec((any::<bool>(), any::<bool>(), 0..3_u8, 0..4_u8, 0..5_u8), 1..60),
        cut in 0..60_usize,
    ) {
        let weights: Vec<f64> = of.iter().map(|row| f64::from(row.4)).collect();
        let whole = GroupCounts::of(&rows(&of, &weights)).unwrap();
        let cut = cut % of.len();
        if cut > 0 {
            let mut parts = GroupCounts::of(&rows(&of[cut..], &weights[cut..])).unwrap();
            parts.update(&rows(&of[..cut], &weights[..cut])).unwrap();
            prop_assert_eq!(&parts, &whole);
        }
        let measures = [
            Measure::new(GroupMetric::TruePositiveRate),
            Measure::new(GroupMetric::SelectionRate).weighted("w").named("weighted"),
        ];
        let frame = MetricFrame::of_counts(&whole, &measures, FrameOptions::default()).unwrap();
        for group in &frame.groups {
            let of_group: Vec<&Row> = of
                .iter()
                .filter(|row| group.control == [GroupKey::Int(row.2.into())])
                .filter(|row| group.sensitive == [GroupKey::from(format!("g{}", row.3))])
                .collect();
            prop_assert_eq!(group.rows, of_group.len() as u64);
            let positives = of_group.iter().filter(|row| row.0).count();
            let hits = of_group.iter().filter(|row| row.0 && row.1).count();
            let rate = (positives > 0).then(|| hits as f64 / positives as f64);
            prop_assert_eq!(group.values[0].value, rate);
            let weight = |row: &&&Row| f64::from(row.4);
            let total: f64 = of_group.iter().map(|row| weight(&row)).sum();
            let selected: f64 = of_group.iter().filter(|row| row.1).map(|row| weight(&row)).sum();
            prop_assert_eq!(group.values[1].value, (total > 0.0).then(|| selected / total));
        }
    }
}

#[test]
fn every_kind_of_column_gives_sorted_groups() {
    let text = StringArray::from(vec![Some("b"), None, Some("a"), Some("b")]);
    // A dictionary may hold a value twice, one that nobody has, and null as a value.
    let values = StringArray::from(vec![Some("b"), Some("never"), None, Some("a"), Some("b")]);
    let keys = Int8Array::from(vec![0, 2, 3, 4]);
    let dictionary = DictionaryArray::<Int8Type>::try_new(keys, Arc::new(values)).unwrap();
    let nulls = DictionaryArray::<Int8Type>::from_iter([Some("b"), None, Some("a"), Some("b")]);
    let plain = Feature::from_array("g", &text).unwrap();
    assert_eq!(plain.keys(), [GroupKey::from("a"), GroupKey::from("b"), GroupKey::Missing]);
    assert_eq!(Feature::from_array("g", &dictionary).unwrap(), plain);
    assert_eq!(Feature::from_array("g", &nulls).unwrap(), plain);
    let keys = |array: &dyn Array| Feature::from_array("g", array).unwrap().keys().to_vec();
    assert_eq!(keys(&Int8Array::from(vec![10, 9, 2])), [2, 9, 10].map(GroupKey::Int));
    assert_eq!(keys(&BooleanArray::from(vec![true, false])), [false, true].map(GroupKey::Bool));
    assert_eq!(keys(&Float64Array::from(vec![0.5, f64::NAN])), [GroupKey::Float(0.5), GroupKey::Missing]);
}

#[test]
fn what_is_wrong_is_named() {
    let classified =
        |predicted: &[bool]| GroupRows::classified(Labels::bools(&[true, false]), Labels::bools(predicted));
    let says = |error: mlops_validate::Error, what: &str| {
        let error = error.to_string();
        assert!(error.contains(what), "{error}\ndoes not say\n{what}");
    };
    says(classified(&[true]).unwrap_err(), "predictions: 1 values, expected one for each of 2 rows");
    let two = || classified(&[true, true]).unwrap();
    says(two().sensitive(Feature::new("g", [Some(1)])).unwrap_err(), r#"feature "g": 1 values"#);
    let missing = Feature::new("g", [Some("a"), None]);
    says(two().sensitive(missing.clone()).unwrap_err(), "row 1 has no value");
    assert!(two().sensitive(missing.missing_as_group()).is_ok());
    says(two().weights("w", &[1.0, -2.0]).unwrap_err(), "row 1 is -2");
    says(GroupRows::scored(&[true], &[f64::NAN], None).unwrap_err(), "scores: row 0 is NaN");
    says(GroupMetric::named("selection_rat").unwrap_err(), r#"expected "selection_rate"?"#);
    says(Disparity::named("demographic_parity_diference").unwrap_err(), "demographic_parity_difference");
    let by = |labels: Labels| {
        GroupRows::classified(labels.clone(), labels)
            .and_then(|rows| rows.sensitive(Feature::new("g", [Some("a"), Some("b"), Some("b")])))
            .unwrap()
    };
    let parity = Disparity::named("demographic_parity_difference").unwrap();
    let text = by(Labels::distinct("late", ["yes", "no", "no"]).unwrap());
    says(parity.of_rows(&text).unwrap_err(), "to be told which is positive");
    assert_eq!(parity.clone().positive("yes").of_rows(&text).unwrap()[0].value, Some(1.0));
    let three = by(Labels::integers("late", &[0, 1, 2]).unwrap());
    says(parity.positive(1).of_rows(&three).unwrap_err(), "0, 1, 2 are labels, expected 1 and one other");
    let rows = GroupRows::scored(&[true, false], &[0.5, 1.5], None)
        .and_then(|rows| rows.sensitive(Feature::new("g", [Some("a"), Some("b")])))
        .unwrap();
    let loss = MetricFrame::of(&rows, &[GroupMetric::LogLoss.into()], FrameOptions::default());
    says(loss.unwrap_err(), "row 1 is 1.5, expected a probability");
}

#[test]
fn four_fifths_are_counted_not_divided() {
    // 4 of 7 is 4/5 of 5 of 7, which division does not see.
    assert!(std::hint::black_box((4.0_f64 / 7.0) / (5.0 / 7.0)) < 0.8);
    let predicted: Vec<bool> = (0..14).map(|row| row < 5 || (7..11).contains(&row)).collect();
    let groups = (0..14).map(|row| Some(row < 7));
    let rows = GroupRows::classified(Labels::bools(&predicted), Labels::bools(&predicted))
        .and_then(|rows| rows.sensitive(Feature::new("g", groups)))
        .unwrap();
    let counts = GroupCounts::of(&rows).unwrap();
    let rule = FourFifths::default().of(&counts).unwrap();
    assert_eq!(rule[0].holds, Some(true));
    assert!(rule[0].groups[0].p_value.unwrap() > 0.5);
    let few = FourFifths::default().min_rows(10).of(&counts).unwrap();
    assert_eq!((few[0].holds, few[0].groups[1].too_few), (None, true));
}

#[test]
fn intervals_are_of_blocks_and_of_the_seed() {
    let of: Vec<Row> = (0..400)
        .map(|row: u32| (row.is_multiple_of(2), row % 5 < 2, 0, (!row.is_multiple_of(3)).into(), 1))
        .collect();
    let weights = vec![1.0; of.len()];
    let rows = rows(&of, &weights);
    let parity = Disparity::named("demographic_parity_difference").unwrap();
    let bootstrap = BlockBootstrap::new(400, 7, 0.95).unwrap();
    let by_row = parity.intervals(&rows, &Blocks::each_row(400).unwrap(), &bootstrap).unwrap();
    let interval = by_row[0].interval.unwrap();
    let value = parity.of_rows(&rows).unwrap()[0].value.unwrap();
    assert!(interval.lower <= value && value <= interval.upper && interval.upper < 0.2);
    assert_eq!(parity.intervals(&rows, &Blocks::each_row(400).unwrap(), &bootstrap).unwrap(), by_row);
    // Whole blocks that are all alike say the same each time.
    let blocks: Vec<usize> = (0..400).map(|row| row / 30).collect();
    let by_block =
        parity.clone().weighted("w").intervals(&rows, &Blocks::by(&blocks).unwrap(), &bootstrap).unwrap();
    let narrow = by_block[0].interval.unwrap();
    assert!(narrow.upper - narrow.lower < 0.5 * (interval.upper - interval.lower));
    let alone =
        Disparity::of_metric(GroupMetric::Accuracy, Comparison::Ratio(Method::ToOverall)).min_rows(200);
    let one = alone.intervals(&rows, &Blocks::by(&blocks).unwrap(), &bootstrap).unwrap();
    assert_eq!(one[0].reason.as_deref(), Some("fewer than two groups can be compared"));
}
