//! Scores are those of NumPy and scikit-learn, duplicates and completeness those of pandas.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test may panic, and says exactly what it expects"
)]

use std::collections::HashMap;
use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{ArrayRef, DictionaryArray, Float64Array, Int64Array, RecordBatch, StringArray};
use mlops_validate::ndarray::Array2;
use mlops_validate::outlier::{ForestSettings, IsolationForest, Rule, average_path_length, outliers};
use mlops_validate::{Completeness, Duplicates};
use proptest::prelude::*;

fn close(a: f64, b: f64) {
    assert!((a - b).abs() <= 1e-12 * b.abs().max(1.0), "{a} {b}");
}

/// NumPy 2.4: `(x − mean) / std(ddof=1)`, `0.6745 (x − median) / MAD`, `quantile`.
#[test]
fn scores_are_those_of_numpy() {
    let values = [2.0, -3.0, 4.0, 1.0, 180.0, 0.0, 7.5, -2.25, 3.5, 900.0];
    let z = outliers(&values, Rule::ZScore(0.0)).unwrap();
    assert_eq!(z.outliers.len(), 10);
    close(z.outliers[0].score, -0.378_462_285_148_768_34);
    close(z.outliers[9].score, 2.789_648_943_595_99);
    let modified = outliers(&values, Rule::ModifiedZScore(3.5)).unwrap();
    assert_eq!(modified.outliers.iter().map(|one| one.row).collect::<Vec<_>>(), [4, 9]);
    close(modified.outliers[0].score, 31.881_366_666_666_67);
    close(modified.outliers[1].score, 161.385_366_666_666_66);
    let fences = outliers(&values, Rule::Iqr(1.5)).unwrap();
    assert_eq!((fences.lower, fences.upper), (-9.3125, 16.1875));
    assert_eq!(fences.outliers.iter().map(|one| one.row).collect::<Vec<_>>(), [4, 9]);
    close(fences.outliers[0].score, (180.0 - 6.625) / 6.375);
}

#[test]
fn columns_without_spread_and_bad_input_are_decided() {
    for rule in [Rule::ZScore(3.0), Rule::ModifiedZScore(3.5), Rule::Iqr(1.5)] {
        for constant in [vec![0.1; 9], vec![f64::NAN, 5.0], vec![-0.0, 0.0]] {
            assert!(outliers(&constant, rule).unwrap().outliers.is_empty(), "{rule:?} {constant:?}");
        }
        assert!(outliers(&[], rule).is_err() && outliers(&[f64::NAN], rule).is_err());
        assert!(outliers(&[1.0, f64::INFINITY], rule).unwrap_err().to_string().contains("row 1 is inf"));
        assert!(outliers(&[f64::MAX, -f64::MAX, f64::MAX, -f64::MAX], rule).is_err());
    }
    assert!(outliers(&[1.0], Rule::ZScore(-1.0)).is_err() && outliers(&[1.0], Rule::Iqr(f64::NAN)).is_err());
    // More than half are the same: the mean distance, 19 / 9, stands in for the median one.
    let most = [1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 1.0, 20.0];
    let found = outliers(&most, Rule::ModifiedZScore(3.5)).unwrap();
    close(found.outliers[0].score, 19.0 / (1.253_314 * 19.0 / 9.0));
    assert_eq!(outliers(&most, Rule::Iqr(1.5)).unwrap().outliers[0].score, f64::INFINITY);
}

fn strange_rows() -> Array2<f64> {
    let mut rows = Array2::from_shape_fn((600, 3), |(i, column)| match column {
        0 => (i * 7919 % 1009) as f64 / 1009.0,
        1 => (i * 104_729 % 997) as f64 / 997.0 * 3.0,
        _ => (i as f64).sin(),
    });
    for (row, values) in [(17, [5.0, 9.0, -4.0]), (300, [0.5, -6.0, 0.0])] {
        values.iter().enumerate().for_each(|(column, value)| rows[[row, column]] = *value);
    }
    rows
}

/// scikit-learn 1.9.1: the means of `-score_samples` over the seeds 0 to 19 of forests of 100
/// trees of 256 rows. Their standard deviation over the seeds is up to 0.017 a row.
#[test]
fn a_forest_scores_as_scikit_learn_does() {
    let rows = strange_rows();
    let forests: Vec<Vec<f64>> = (0..20)
        .map(|seed| {
            let mut settings = ForestSettings::default();
            settings.seed = seed;
            IsolationForest::fit(&rows.view(), settings).unwrap().scores(&rows.view()).unwrap()
        })
        .collect();
    let mean = |row: usize| forests.iter().map(|scores| scores[row]).sum::<f64>() / 20.0;
    for (row, expected) in [
        (17, 0.730_336_086_477_372_9),
        (300, 0.621_992_265_811_307_8),
        (0, 0.596_762_246_254_65),
        (5, 0.496_393_751_342_195_9),
        (100, 0.479_527_495_721_507_44),
    ] {
        assert!((mean(row) - expected).abs() < 0.012, "{row}: {} {expected}", mean(row));
    }
    let all = (0..600).map(mean).sum::<f64>() / 600.0;
    assert!((all - 0.499_267_866_544_636_2).abs() < 0.002, "{all}");
    for (n, expected) in [
        (1, 0.0),
        (2, 1.0),
        (3, 1.207_392_357_589_623),
        (5, 2.327_020_052_042_847),
        (1000, 12.969_940_887_100_174),
    ] {
        close(average_path_length(n), expected);
    }
}

#[test]
fn a_forest_is_the_same_on_any_number_of_threads_and_refuses_what_it_cannot_cut() {
    let rows = strange_rows();
    let scores = |threads: usize| {
        let pool = rayon::ThreadPoolBuilder::new().num_threads(threads).build().unwrap();
        pool.install(|| {
            IsolationForest::fit(&rows.view(), ForestSettings::default())
                .unwrap()
                .scores(&rows.view())
                .unwrap()
        })
    };
    assert_eq!(scores(1), scores(3));
    let mut bad = rows.clone();
    bad[[3, 1]] = f64::NAN;
    let error = IsolationForest::fit(&bad.view(), ForestSettings::default()).unwrap_err();
    assert_eq!(error.to_string(), "rows: row 3, column 1 is NaN, expected a finite number");
    // Constant rows can't be cut: each tree is a leaf of all of them, and c(n) / c(n) is 1.
    let same = Array2::from_elem((50, 2), 7.0);
    let forest = IsolationForest::fit(&same.view(), ForestSettings::default()).unwrap();
    assert!(forest.scores(&same.view()).unwrap().iter().all(|score| (score - 0.5).abs() < 1e-12));
    assert!(forest.scores(&rows.view()).is_err());
    assert!(
        IsolationForest::fit(&same.slice(mlops_validate::ndarray::s![..1, ..]), ForestSettings::default())
            .is_err()
    );
    // Neighbouring and huge doubles have a cut between them.
    for pair in [[1.0, 1.0_f64.next_up()], [-f64::MAX, f64::MAX], [0.0, 5e-324]] {
        let two = Array2::from_shape_fn((2, 1), |(row, _)| pair[row]);
        let forest = IsolationForest::fit(&two.view(), ForestSettings::default()).unwrap();
        assert_eq!(forest.scores(&two.view()).unwrap(), [0.5, 0.5]);
    }
}

type Row = (Option<&'static str>, Option<i64>, Option<f64>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let texts = prop::sample::select(vec!["a", "b", ""]);
    let floats = prop::sample::select(vec![0.0, -0.0, f64::NAN, 1.5]);
    prop::collection::vec(
        (prop::option::of(texts), prop::option::of(0i64..3), prop::option::of(floats)),
        0..40,
    )
}

fn table(rows: &[Row]) -> RecordBatch {
    let dictionary: DictionaryArray<Int32Type> = rows.iter().map(|row| row.0).collect();
    let columns: [(&str, ArrayRef); 4] = [
        ("s", Arc::new(rows.iter().map(|row| row.0).collect::<StringArray>())),
        ("d", Arc::new(dictionary)),
        ("i", Arc::new(rows.iter().map(|row| row.1).collect::<Int64Array>())),
        ("f", Arc::new(rows.iter().map(|row| row.2).collect::<Float64Array>())),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn duplicates_are_those_of_a_plain_search(rows in rows(), cut in 0usize..40, names in prop::sample::subsequence(vec!["s", "d", "i", "f"], 1..=4)) {
        let whole = table(&rows);
        let key = |row: &Row| {
            let float = row.2.filter(|value| !value.is_nan()).map(|value| (value + 0.0).to_bits());
            names.iter().map(|name| match *name {
                "i" => format!("{:?}", row.1),
                "f" => format!("{float:?}"),
                _ => format!("{:?}", row.0),
            }).collect::<Vec<String>>()
        };
        let mut firsts = HashMap::new();
        let mut expected = Vec::new();
        for (at, row) in rows.iter().enumerate() {
            match firsts.get(&key(row)) {
                Some(first) => expected.push((at as u64, *first)),
                None => _ = firsts.insert(key(row), at as u64),
            }
        }
        let at = cut.min(rows.len());
        let of = |batches: &[RecordBatch]| {
            let mut duplicates = Duplicates::of(names.iter().copied()).showing(7);
            for batch in batches {
                duplicates.update(batch).unwrap();
            }
            duplicates
        };
        let (first, second) = (whole.slice(0, at), whole.slice(at, rows.len() - at));
        let mut merged = of(std::slice::from_ref(&first));
        merged.merge(of(std::slice::from_ref(&second))).unwrap();
        for found in [of(std::slice::from_ref(&whole)), of(&[first, second]), merged] {
            let found = found.finish();
            let shown: Vec<(u64, u64)> = found.first.iter().map(|one| (one.row, one.first_row)).collect();
            prop_assert_eq!(found.repeats, expected.len() as u64);
            prop_assert_eq!(&shown[..], &expected[..expected.len().min(7)]);
            let mut repeated: Vec<u64> = expected.iter().map(|one| one.1).collect();
            repeated.sort_unstable();
            repeated.dedup();
            prop_assert_eq!(found.keys_that_repeat, repeated.len() as u64);
        }
    }

    #[test]
    fn completeness_counts_every_cell(rows in rows(), cut in 0usize..40) {
        let whole = table(&rows);
        let of = |batch: &RecordBatch| {
            let mut completeness = Completeness::default();
            completeness.update(batch).unwrap();
            completeness
        };
        let at = cut.min(rows.len());
        let mut merged = of(&whole.slice(0, at));
        merged.merge(of(&whole.slice(at, rows.len() - at))).unwrap();
        prop_assert_eq!(&merged, &of(&whole));
        let there = |row: &Row| [row.0.is_some(), row.0.is_some(), row.1.is_some(), row.2.is_some_and(|value| !value.is_nan())];
        let whole_rows = rows.iter().filter(|row| there(row).iter().all(|cell| *cell)).count();
        let cells: usize = rows.iter().map(|row| there(row).iter().filter(|cell| **cell).count()).sum();
        prop_assert_eq!(merged.whole_rows(), whole_rows as u64);
        prop_assert_eq!(merged.overall(), (!rows.is_empty()).then(|| cells as f64 / (4 * rows.len()) as f64));
    }
}

#[test]
fn a_forest_without_bounds_is_refused() {
    let rows = mlops_validate::ndarray::Array2::from_shape_fn((4, 1), |(row, _)| row as f64);
    for (trees, sample) in [(usize::MAX, 256), (0, 256), (100, usize::MAX), (100, 1)] {
        let mut settings = mlops_validate::outlier::ForestSettings::default();
        (settings.trees, settings.sample) = (trees, sample);
        let refused = mlops_validate::outlier::IsolationForest::fit(&rows.view(), settings);
        assert!(matches!(refused, Err(mlops_validate::Error::Invalid { .. })), "{trees}, {sample}");
    }
}
