use std::sync::Arc;

use arrow_array::cast::AsArray as _;
use arrow_array::types::Float64Type;
use arrow_array::{ArrayRef, Float64Array, Int64Array, RecordBatch, StringArray};
use arrow_select::take::take;
use proptest::prelude::*;

use super::*;

fn rows(ids: &[i64], scores: &[f64]) -> RecordBatch {
    let names: ArrayRef =
        Arc::new(StringArray::from_iter_values(ids.iter().map(|id| format!("k{}", id % 3))));
    let ids: ArrayRef = Arc::new(Int64Array::from(ids.to_vec()));
    let scores: ArrayRef = Arc::new(Float64Array::from(scores.to_vec()));
    RecordBatch::try_from_iter([("id", ids), ("name", names), ("prediction", scores)]).unwrap()
}

fn set(ids: &[i64], scores: &[f64]) -> GoldenSet {
    GoldenSet::of_batches(&[rows(ids, scores)], &["id", "name"], &["prediction"]).unwrap()
}

const WITHIN: Agreement = Agreement::Within { absolute: 0.01, relative: 0.1 };

#[test]
fn what_differs_is_listed_largest_first() {
    let golden = set(&[1, 2, 3, 4, 5], &[0.1, 0.2, 0.3, f64::NAN, 0.0]);
    let now = set(&[5, 4, 3, 2, 1], &[-0.0, f64::NAN, 0.5, 0.2, 0.100_000_1]);
    let exact = golden.compare(&now, Agreement::Exact).unwrap();
    assert_eq!((exact.compared, exact.differing, exact.passed()), (5, 3, false));
    let keys: Vec<&str> = exact.differences.iter().map(|difference| difference.key.as_str()).collect();
    assert_eq!(keys, [r#"[3,"k0"]"#, r#"[1,"k1"]"#, r#"[5,"k2"]"#]);
    assert!((exact.outputs[0].max_difference - 0.2).abs() < 1e-12);
    assert_eq!(golden.compare(&now, WITHIN).unwrap().differing, 1);
    assert!(golden.compare(&now, Agreement::Class { threshold: 0.6 }).unwrap().passed());
    assert_eq!(golden.compare(&now, Agreement::Class { threshold: 0.4 }).unwrap().differing, 1);
    let nan = golden.compare(&set(&[1, 2, 3, 4, 5], &[f64::NAN, 0.2, 0.3, 0.4, 0.0]), WITHIN).unwrap();
    assert_eq!((nan.differing, nan.outputs[0].max_difference), (2, f64::INFINITY));
    let text = serde_json::to_string(&nan).unwrap();
    assert_eq!(serde_json::from_str::<GoldenReport>(&text).unwrap().digest().unwrap(), nan.digest().unwrap());
}

#[test]
fn rows_are_neither_lost_nor_won() {
    let golden = set(&[1, 2, 3], &[0.1, 0.2, 0.3]);
    let report = golden.compare(&set(&[1, 9, 2, 2, 9], &[0.1, 0.9, 0.2, 0.2, 0.9]), WITHIN).unwrap();
    assert_eq!((report.compared, report.missing, report.extra, report.duplicates), (1, 1, 1, 1));
    assert_eq!(report.differing, 0);
    assert!(!report.passed());
    assert_eq!(report.missing_keys, [r#"[3,"k0"]"#]);
    let twice = set(&[1, 1], &[0.1, 0.1]);
    let error = twice.compare(&golden, WITHIN).unwrap_err().to_string();
    assert!(error.contains("rows 0 and 1 have the same key"), "{error}");
    assert!(!set(&[], &[]).compare(&set(&[], &[]), WITHIN).unwrap().passed());
}

#[test]
fn a_set_that_was_edited_is_refused() {
    let golden = set(&[1, 2], &[0.1, f64::NAN]);
    let record = golden.record("model 1");
    let text = serde_json::to_string(&record).unwrap();
    assert_eq!(serde_json::from_str::<GoldenRecord>(&text).unwrap(), record);
    assert!(GoldenSet::read(&record, &[golden.to_batch().unwrap()]).is_ok());
    for other in [rows(&[1, 2], &[0.1, 0.0]), rows(&[1, 3], &[0.1, f64::NAN]), rows(&[1], &[0.1])] {
        let error = GoldenSet::read(&record, &[other]).unwrap_err().to_string();
        assert!(error.contains("it is not the set that was recorded (model 1)"), "{error}");
    }
}

#[test]
fn a_model_without_an_answer_is_not_recorded() {
    let model = |rows: &RecordBatch| Ok(rows.column(2).as_primitive::<Float64Type>().values().to_vec());
    let good = GoldenSet::predicted(&model, &[rows(&[1, 2], &[0.5, 0.25])], &["id", "name"]).unwrap();
    assert_eq!(good.digest(), set(&[1, 2], &[0.5, 0.25]).digest());
    let error = GoldenSet::predicted(&model, &[rows(&[1, 2], &[0.5, f64::NAN])], &["id"]).unwrap_err();
    assert!(error.to_string().contains("row 1: the prediction is NaN"), "{error}");
    assert!(GoldenSet::predicted(&model, &[rows(&[1], &[0.5])], &["idd"]).is_err());
    assert!(GoldenSet::predicted(&model, &[], &["id"]).is_err());
    let bad = good.compare(&good, Agreement::Within { absolute: -1.0, relative: 0.0 });
    assert!(bad.unwrap_err().to_string().contains("absolute is -1"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]

    #[test]
    fn it_counts_as_a_plain_look_does(
        recorded in prop::collection::vec(prop_oneof![0.0..1.0, Just(f64::NAN), Just(f64::INFINITY)], 1..40),
        changed in prop::collection::vec((0_usize..40, prop_oneof![0.0..1.0, Just(f64::NAN)]), 0..10),
        turn in 0_usize..40,
    ) {
        let ids: Vec<i64> = (0..i64::try_from(recorded.len()).unwrap()).collect();
        let mut now = recorded.clone();
        for (at, value) in changed {
            let at = at % now.len();
            now[at] = value;
        }
        let same = |a: f64, b: f64| (a.is_nan() && b.is_nan()) || a.to_bits() == b.to_bits();
        let expected = recorded.iter().zip(&now).filter(|(a, b)| !same(**a, **b)).count() as u64;
        let golden = set(&ids, &recorded);
        let batch = rows(&ids, &now);
        let order = arrow_array::UInt64Array::from_iter_values((0..ids.len()).map(|at| ((at + turn) % ids.len()) as u64));
        let columns = batch.columns().iter().map(|column| take(column, &order, None).unwrap()).collect();
        let turned = RecordBatch::try_new(batch.schema(), columns).unwrap();
        let now = GoldenSet::of_batches(&[turned], &["id", "name"], &["prediction"]).unwrap();
        let report = golden.compare(&now, Agreement::Exact).unwrap();
        prop_assert_eq!(report.differing, expected);
        prop_assert_eq!(golden.digest() == now.digest(), expected == 0);
        prop_assert!(report.differences.is_sorted_by(|one, other| one.difference >= other.difference));
    }
}
