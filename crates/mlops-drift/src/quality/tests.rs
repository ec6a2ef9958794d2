use super::*;
use crate::Rows;
use proptest::prelude::*;

fn table() -> Rows {
    Rows::default()
        .numbers("a", vec![1.0, 1.0, f64::NAN, f64::INFINITY, 0.0, -0.0])
        .unwrap()
        .categories("k", [Some("x"), Some("x"), None, Some(""), Some("y"), Some("y")])
        .unwrap()
}

#[test]
fn each_kind_of_missing_value_is_counted() {
    let quality = DatasetQuality::of(&table());
    let missing = quality.missing_values();
    assert_eq!((missing.null, missing.empty_text, missing.infinity, missing.negative_infinity), (2, 1, 1, 0));
    assert_eq!((missing.total(), missing.kinds(), missing.infinite()), (4, 3, 1));
    assert_eq!(quality.share_missing(), Some(4.0 / 12.0));
    assert_eq!((quality.rows_with_missing, quality.empty_rows, quality.duplicate_rows), (2, 1, 2));
    assert_eq!(quality.columns_with_missing().count(), 2);
}

#[test]
fn a_column_with_infinities_has_no_deviation() {
    let quality = DatasetQuality::of(&table());
    let column = quality.column("a").unwrap();
    assert_eq!((column.present(), column.distinct), (5, 3), "both zeros are one value, infinity another");
    let numbers = column.numbers().unwrap();
    assert_eq!((numbers.mean, numbers.standard_deviation), (Some(f64::INFINITY), None));
    assert_eq!(
        (numbers.minimum, numbers.median, numbers.maximum),
        (Some(0.0), Some(1.0), Some(f64::INFINITY))
    );
    let text = serde_json::to_string(&quality).unwrap();
    assert_eq!(serde_json::from_str::<DatasetQuality>(&text).unwrap(), quality, "infinity survives JSON");
}

#[test]
fn the_first_of_equally_frequent_values_is_named() {
    let quality = DatasetQuality::of(&table());
    let most_common = quality.column("a").unwrap().most_common.clone().unwrap();
    assert_eq!((most_common.value, most_common.rows), (Some(Value::Number(1.0)), 2));
    let rows = Rows::default().categories("k", [None, Some("x"), None]).unwrap();
    let column = DatasetQuality::of(&rows).columns.remove(0);
    assert_eq!(column.most_common, Some(MostCommon { value: None, rows: 2 }));
    let value = Some(Value::Category("x".to_owned()));
    assert_eq!(column.most_common_value, Some(MostCommon { value, rows: 1 }));
}

#[test]
fn nothing_is_nothing() {
    let quality = DatasetQuality::of(&Rows::default());
    assert_eq!((quality.rows, quality.missing(), quality.share_missing()), (0, 0, None));
    let rows = Rows::default().numbers("a", vec![]).unwrap();
    let quality = DatasetQuality::of(&rows);
    let column = &quality.columns[0];
    assert_eq!((column.most_common.clone(), column.share(0)), (None, None));
    assert!(column.is_constant() && !column.is_almost_constant(0.95));
    let rows = Rows::default().numbers("a", vec![f64::NAN; 3]).unwrap();
    let quality = DatasetQuality::of(&rows);
    assert_eq!((quality.empty_columns().count(), quality.empty_rows, quality.duplicate_rows), (1, 3, 2));
    assert_eq!(quality.columns[0].numbers(), Some(&NumberQuality::default()));
    assert_eq!(quality.almost_constant_columns(0.95).count(), 0, "no value is not a value");
}

#[test]
fn columns_that_say_the_same_are_found() {
    let mostly = |other: f64| (0..20).map(|row| if row == 3 { other } else { 7.0 }).collect::<Vec<_>>();
    let rows = Rows::default()
        .numbers("a", mostly(f64::NAN))
        .and_then(|rows| rows.numbers("b", mostly(f64::NAN)))
        .and_then(|rows| rows.numbers("c", mostly(1.0)))
        .and_then(|rows| rows.categories("d", vec![Some("7"); 20]))
        .and_then(|rows| rows.categories("e", (0..20).map(|row| Some(if row == 3 { "8" } else { "7" }))))
        .unwrap();
    let quality = DatasetQuality::of(&rows);
    let names = |pairs: Vec<&AlikeColumns>| {
        pairs.iter().map(|pair| format!("{}{}", pair.first, pair.second)).collect::<Vec<_>>()
    };
    assert_eq!(names(quality.duplicate_columns().collect()), ["ab"]);
    let almost = quality.almost_duplicate_columns(DatasetQuality::ALMOST).collect();
    assert_eq!(names(almost), ["ab", "ac", "bc", "de"]);
    assert_eq!(quality.constant_columns().count(), 3, "a missing value does not make two");
    assert_eq!(quality.almost_constant_columns(0.95).count(), 5);
}

#[test]
fn categories_come_and_go() {
    let of = |names: &[&'static str]| {
        let rows = Rows::default().categories("k", names.iter().map(|name| Some(*name))).unwrap();
        DatasetQuality::of(&rows).columns.remove(0)
    };
    let (reference, current) = (of(&["a", "b", "b"]), of(&["b", "c", "d"]));
    assert_eq!(current.new_categories(&reference).collect::<Vec<_>>(), ["c", "d"]);
    assert_eq!(reference.new_categories(&current).collect::<Vec<_>>(), ["a"]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn duplicates_are_those_of_a_naive_comparison(
        table in prop::collection::vec((0_u8..3, 0_u8..3, prop::option::of(0_u8..2)), 0..30)
    ) {
        let names = ["x", "y"];
        let rows = Rows::default()
            .numbers("a", table.iter().map(|row| f64::from(row.0)).collect())
            .and_then(|rows| rows.numbers("b", table.iter().map(|row| f64::from(row.1)).collect()))
            .and_then(|rows| rows.categories("k", table.iter().map(|row| row.2.map(|k| names[usize::from(k)]))))
            .unwrap();
        let naive = (0..table.len()).filter(|row| table[..*row].contains(&table[*row])).count();
        let quality = DatasetQuality::of(&rows);
        prop_assert_eq!(quality.duplicate_rows, naive as u64);
        let distinct = table.iter().map(|row| row.0).collect::<std::collections::HashSet<_>>().len();
        prop_assert_eq!(quality.columns[0].distinct, distinct as u64);
    }
}
