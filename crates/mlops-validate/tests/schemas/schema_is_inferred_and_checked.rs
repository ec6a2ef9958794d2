//! A schema is that of its data, however that is split, and names what does not fit.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test may panic, and says exactly what it expects"
)]

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, DictionaryArray, Float32Array, Float64Array, Int32Array, Int64Array,
    RecordBatch, StringArray, TimestampNanosecondArray, UInt64Array,
};
use mlops_core::Severity;
use mlops_validate::schema::{
    AnomalyType, Bump, ColumnSchema, ColumnType, Evolution, InferenceSettings, Range, Schema, SchemaCheck,
    SchemaInference, View,
};
use proptest::prelude::*;

type Row = (Option<i64>, Option<f64>, Option<&'static str>, Option<bool>, Option<i64>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let texts = prop::sample::select(vec!["a", "b", "c", "", "ü"]);
    let floats = prop_oneof![
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(-0.0),
        -5.0f64..5.0,
        Just(0.1),
        Just(f64::MAX),
        Just(-f64::MAX)
    ];
    let whole = prop_oneof![-5i64..5, Just(i64::MAX), Just(i64::MIN)];
    let row = (
        prop::option::of(whole),
        prop::option::of(floats),
        prop::option::of(texts),
        prop::option::of(any::<bool>()),
        prop::option::of(prop_oneof![any::<i64>(), 0i64..1000]),
    );
    prop::collection::vec(row, 0..60)
}

fn table(rows: &[Row]) -> RecordBatch {
    let dictionary: DictionaryArray<Int32Type> = rows.iter().map(|row| row.2).collect();
    #[allow(clippy::cast_possible_truncation, reason = "any day will do")]
    let days = rows.iter().map(|row| row.4.map(|value| value as i32)).collect::<Date32Array>();
    let columns: [(&str, ArrayRef); 8] = [
        ("i", Arc::new(rows.iter().map(|row| row.0).collect::<Int64Array>())),
        ("u", Arc::new(rows.iter().map(|row| row.0.map(i64::unsigned_abs)).collect::<UInt64Array>())),
        ("f", Arc::new(rows.iter().map(|row| row.1).collect::<Float64Array>())),
        ("s", Arc::new(rows.iter().map(|row| row.2).collect::<StringArray>())),
        ("d", Arc::new(dictionary)),
        ("b", Arc::new(rows.iter().map(|row| row.3).collect::<BooleanArray>())),
        ("t", Arc::new(rows.iter().map(|row| row.4).collect::<TimestampNanosecondArray>())),
        ("day", Arc::new(days)),
    ];
    RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap()
}

fn cut(table: &RecordBatch, cuts: &[usize]) -> Vec<RecordBatch> {
    let mut cuts: Vec<usize> = cuts.iter().map(|cut| cut % (table.num_rows() + 1)).collect();
    cuts.sort_unstable();
    cuts.insert(0, 0);
    cuts.push(table.num_rows());
    cuts.windows(2).map(|ends| table.slice(ends[0], ends[1] - ends[0])).collect()
}

fn infer(batches: &[RecordBatch], settings: InferenceSettings) -> SchemaInference {
    let mut inference = SchemaInference::new(settings);
    for batch in batches {
        inference.update(batch).unwrap();
    }
    inference
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(150))]

    #[test]
    fn how_it_is_split_does_not_matter(
        rows in rows(), other in rows(), cuts in prop::collection::vec(any::<usize>(), 0..5),
        max_domain in 0usize..6, max_unique in 0usize..30,
    ) {
        let mut settings = InferenceSettings::default();
        (settings.max_domain, settings.max_unique) = (max_domain, max_unique);
        let whole = table(&rows);
        let batches = cut(&whole, &cuts);
        let inferred = infer(std::slice::from_ref(&whole), settings).finish("t");
        prop_assert_eq!(&infer(&batches, settings).finish("t"), &inferred);
        let mut merged = SchemaInference::new(settings);
        for batch in &batches {
            merged.merge(infer(std::slice::from_ref(batch), settings)).unwrap();
        }
        prop_assert_eq!(&merged.finish("t"), &inferred);

        // Its own data has no anomaly, and the file says the same as the schema.
        prop_assert_eq!(inferred.schema.check(&batches).unwrap(), []);
        prop_assert_eq!(&Schema::from_toml(&inferred.to_toml()).unwrap(), &inferred.schema);
        prop_assert_eq!(&Schema::from_json(&inferred.schema.to_json()).unwrap(), &inferred.schema);

        // Other data has the same anomalies, however it is split.
        let other = table(&other);
        let anomalies = inferred.schema.check(std::slice::from_ref(&other)).unwrap();
        let mut check = SchemaCheck::new(&inferred.schema);
        for batch in cut(&other, &cuts) {
            let mut part = SchemaCheck::new(&inferred.schema);
            part.update(&batch).unwrap();
            check.merge(part).unwrap();
        }
        prop_assert_eq!(check.finish(), anomalies);
    }

    /// What the evolution says of the two sides is what checks of tables say.
    #[test]
    fn a_compatible_change_breaks_no_table(old in rows(), new in rows()) {
        let (a, b) = (table(&old), table(&new));
        let of = |batch: &RecordBatch| infer(std::slice::from_ref(batch), InferenceSettings::default()).finish("t").schema;
        let (before, after) = (of(&a), of(&b));
        let evolution = Evolution::between(&before, &after);
        if evolution.is_compatible(View::Writer) {
            prop_assert_eq!(after.check(&[a]).unwrap(), []);
        }
        if evolution.is_compatible(View::Reader) {
            prop_assert_eq!(before.check(&[b]).unwrap(), []);
        }
        prop_assert_eq!(Evolution::between(&before, &before).bump(View::Both), Bump::None);
        // Seen from the other end, the sides are exchanged.
        let back = Evolution::between(&after, &before);
        prop_assert_eq!(evolution.bump(View::Reader), back.bump(View::Writer));
        prop_assert_eq!(evolution.bump(View::Writer), back.bump(View::Reader));
    }
}

fn one(name: &str, array: ArrayRef) -> RecordBatch {
    RecordBatch::try_from_iter_with_nullable([(name, array, true)]).unwrap()
}

fn whole(values: Vec<Option<i64>>) -> ArrayRef {
    Arc::new(Int64Array::from(values))
}

#[test]
fn each_anomaly_has_its_name_number_and_words() {
    let mut schema = Schema::from_toml(
        r#"
        format = 1
        name = "t"
        version = "1.0.0"
        rows = { min = 3, max = 4 }
        severity = { SCHEMA_NEW_COLUMN = "info" }
        columns = [
            { name = "gone", type = "Int64", min_presence = 0.1 },
            { name = "may_be_gone", type = "Int64" },
            { name = "i", type = "Int64", nullable = false, unique = true, min = 0, max = 5 },
            { name = "f", type = "Float64", min_presence = 0.9, nan = false, infinite = false, min = 0, max = 1 },
            { name = "s", type = "Utf8", domain = ["a"], min_domain_mass = 0.5 },
            { name = "t", type = "Timestamp(ns)", min = "2013-01-01", max = "2014-01-01T00:00:00" },
            { name = "b", type = "Boolean" },
            { name = "never", type = "Int8", min_presence = 0.5 },
        ]"#,
    )
    .unwrap();
    let day = 86_400_000_000_000_i64;
    let columns: [(&str, ArrayRef); 7] = [
        ("i", whole(vec![Some(-1), Some(6), Some(7), Some(6), None])),
        (
            "f",
            Arc::new(Float64Array::from(vec![
                Some(-0.5),
                Some(f64::NAN),
                Some(f64::INFINITY),
                None,
                Some(1.0),
            ])),
        ),
        ("s", Arc::new(StringArray::from(vec!["x", "a", "y", "x", "z"]))),
        (
            "t",
            Arc::new(TimestampNanosecondArray::from(vec![
                Some(0),
                Some(15_900 * day),
                None,
                None,
                Some(20_000 * day),
            ])),
        ),
        ("b", Arc::new(Int32Array::from(vec![1; 5]))),
        ("never", Arc::new(arrow_array::NullArray::new(5))),
        ("new", whole(vec![None; 5])),
    ];
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap();
    let anomalies = schema.check(std::slice::from_ref(&batch)).unwrap();
    let lines: Vec<String> = anomalies
        .iter()
        .map(|anomaly| {
            let finding = anomaly.finding();
            format!("{} {} {}: {}", finding.subject, finding.rule, finding.severity, finding.reason)
        })
        .collect();
    assert_eq!(
        lines,
        [
            "table DATASET_HIGH_NUM_EXAMPLES critical: the table has 5 rows, expected at most 4 rows",
            "gone SCHEMA_MISSING_COLUMN critical: the column is not there",
            "i FEATURE_TYPE_LOW_FRACTION_PRESENT critical: 4 of 5 rows have a value (80.00 %), expected at least 100 %",
            "i INT_TYPE_SMALL_INT warning: 1 of 4 values lies outside (25.00 %), expected from 0 to 5: -1",
            "i INT_TYPE_BIG_INT warning: 3 of 4 values lie outside (75.00 %), expected from 0 to 5: 7",
            "i FEATURE_TYPE_NOT_UNIQUE critical: 1 of 4 values repeats another (25.00 %), expected none",
            "f FEATURE_TYPE_LOW_FRACTION_PRESENT critical: 3 of 5 rows have a value (60.00 %), expected at least 90 %",
            "f FLOAT_TYPE_SMALL_FLOAT warning: 1 of 3 values lies outside (33.33 %), expected from 0 to 1: an infinite number",
            "f FLOAT_TYPE_BIG_FLOAT warning: 1 of 3 values lies outside (33.33 %), expected from 0 to 1: an infinite number",
            "f FLOAT_TYPE_HAS_NAN warning: 1 of 5 rows have NaN, expected none",
            "f FLOAT_TYPE_HAS_INF warning: 1 of 3 values is infinite (33.33 %), expected none",
            "s ENUM_TYPE_UNEXPECTED_STRING_VALUES critical: 4 of 5 values are not of the domain (80.00 %), expected at most 50 %: \"x\", \"y\", \"z\"",
            "t TIME_TYPE_EARLY warning: 1 of 3 values lies outside (33.33 %), expected from 2013-01-01T00:00:00 to 2014-01-01T00:00:00: 1970-01-01T00:00:00",
            "t TIME_TYPE_LATE warning: 1 of 3 values lies outside (33.33 %), expected from 2013-01-01T00:00:00 to 2014-01-01T00:00:00: 2024-10-04T00:00:00",
            "b UNEXPECTED_DATA_TYPE critical: the type is Int32, expected Boolean",
            "never FEATURE_TYPE_NOT_PRESENT critical: none of 5 rows has a value, expected at least 50 %",
            "new SCHEMA_NEW_COLUMN info: the column, of type Int64, is not in the schema",
        ]
    );
    let strange =
        anomalies.iter().find(|one| one.anomaly == AnomalyType::EnumTypeUnexpectedStringValues).unwrap();
    assert_eq!(
        (strange.observed, &strange.examples[..]),
        (Some(0.8), &["\"x\"".to_owned(), "\"y\"".into(), "\"z\"".into()][..])
    );
    schema.severities.insert(AnomalyType::SchemaNewColumn, Severity::Critical);
    let few = schema.check(&[batch.slice(0, 2)]).unwrap();
    assert_eq!(few[0].anomaly, AnomalyType::DatasetLowNumExamples);
    assert_eq!(few.last().unwrap().severity, Severity::Critical);
}

#[test]
fn what_is_inferred_depends_on_what_is_seen() {
    let infer_one = |array: ArrayRef| {
        let inferred = infer(&[one("c", array)], InferenceSettings::default()).finish("t");
        inferred.schema.columns()[0].clone()
    };
    let id = infer_one(whole(vec![Some(10), Some(20), Some(30)]));
    assert!(id.unique && !id.nullable());
    assert_eq!(id.range, Range::Whole { min: Some(8), max: Some(32) });
    // Once is no proof, and a missing value is none either.
    assert!(!infer_one(whole(vec![Some(10)])).unique);
    assert!(infer_one(whole(vec![Some(10), None, Some(11)])).unique);
    let count = infer_one(whole(vec![Some(0), Some(100), Some(3), Some(3)]));
    assert_eq!(count.range, Range::Whole { min: Some(0), max: Some(110) });
    // Every text once: no domain, but maybe a key.
    let names = infer_one(Arc::new(StringArray::from(vec!["x", "y", "z"])));
    assert!(names.domain.is_none() && names.unique);
    let nothing = infer_one(whole(vec![None, None]));
    assert_eq!((nothing.min_presence, nothing.range, nothing.unique), (0.0, Range::Any, false));
    let half = infer_one(whole(vec![None, Some(1), Some(1), None]));
    assert_eq!(half.min_presence, 0.45);
    let floats = infer_one(Arc::new(Float32Array::from(vec![0.5, f32::NAN])));
    assert!(floats.nan && !floats.infinite && !floats.unique);
}

#[test]
fn types_take_what_is_narrower() {
    let takes = |own: &str, other: &str| {
        own.parse::<ColumnType>().unwrap().takes(&other.parse::<ColumnType>().unwrap())
    };
    for (own, other) in [
        ("Int64", "Int8"),
        ("Int64", "UInt32"),
        ("UInt64", "UInt8"),
        ("Float64", "Float32"),
        ("Utf8", "LargeUtf8"),
        ("Utf8", "Null"),
        ("Timestamp(ns)", "Timestamp(s)"),
        ("Timestamp(µs, \"UTC\")", "Timestamp(µs, \"+02:00\")"),
        ("Decimal128(10, 2)", "Decimal128(8, 1)"),
        ("Date32", "Date64"),
    ] {
        assert!(takes(own, other), "{own} {other}");
    }
    for (own, other) in [
        ("Int8", "Int64"),
        ("Int64", "UInt64"),
        ("UInt64", "Int8"),
        ("Float64", "Int8"),
        ("Int64", "Float32"),
        ("Utf8", "Binary"),
        ("Timestamp(s)", "Timestamp(ns)"),
        ("Timestamp(ns)", "Timestamp(ns, \"UTC\")"),
        ("Decimal128(8, 2)", "Decimal128(8, 1)"),
        ("List(Int8)", "List(Int16)"),
    ] {
        assert!(!takes(own, other), "{own} {other}");
    }
}

#[test]
fn batches_that_do_not_fit_together_are_refused() {
    let (a, b) = (one("a", whole(vec![Some(1)])), one("b", whole(vec![Some(1)])));
    let mut inference = SchemaInference::default();
    inference.update(&a).unwrap();
    assert!(inference.update(&b).is_err());
    assert!(inference.merge(infer(&[b], InferenceSettings::default())).is_err());
    assert_eq!(inference.rows(), 1);
    let schema = inference.finish("t").schema;
    let mut check = SchemaCheck::new(&schema);
    check.update(&a).unwrap();
    assert!(check.update(&one("a", Arc::new(StringArray::from(vec!["x"])))).is_err());
    let twice = [("a", whole(vec![Some(1)])), ("a", whole(vec![Some(1)]))];
    assert!(check.update(&RecordBatch::try_from_iter(twice).unwrap()).is_err());
    let column = || ColumnSchema::new("a", ColumnType::of(&arrow_schema::DataType::Int8));
    assert!(Schema::new("t", vec![column(), column()]).is_err());
}
