//! A profile says what pandas says, however the rows are split, and what it suggests passes.
#![allow(
    clippy::unwrap_used,
    clippy::float_cmp,
    reason = "a test may panic, and says exactly what it expects"
)]

use std::sync::Arc;

use arrow_array::types::Int32Type;
use arrow_array::{
    ArrayRef, BooleanArray, Date32Array, Decimal128Array, DictionaryArray, Float32Array, Float64Array,
    Int64Array, RecordBatch, StringArray, TimestampNanosecondArray, UInt64Array,
};
use mlops_validate::Suite;
use mlops_validate::expectation::{ColumnDistribution, Distance};
use mlops_validate::profile::{Bins, Profile, ProfileSettings, Profiler, Suggestion};
use proptest::prelude::*;
use serde_json::{Value, json};

type Row = (Option<i64>, Option<f64>, Option<&'static str>, Option<bool>, Option<i64>);

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let texts = prop::sample::select(vec!["a", "b", "c", "", "ü"]);
    let floats = prop_oneof![
        2 => Just(f64::NAN), 1 => Just(f64::INFINITY), 1 => Just(f64::NEG_INFINITY), 2 => Just(-0.0),
        20 => -5.0f64..5.0, 1 => Just(f64::MAX), 1 => Just(-f64::MAX)
    ];
    let whole = prop_oneof![10 => -5i64..5, 1 => Just(i64::MAX), 1 => Just(i64::MIN)];
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
    let days = rows.iter().map(|row| row.4.map(|value| value as i32 / 1000)).collect::<Date32Array>();
    #[allow(clippy::cast_possible_truncation, reason = "any number will do")]
    let narrow = rows.iter().map(|row| row.1.map(|value| value as f32)).collect::<Float32Array>();
    let cents =
        rows.iter().map(|row| row.4.map(|value| i128::from(value) / 1000)).collect::<Decimal128Array>();
    let columns: [(&str, ArrayRef); 10] = [
        ("i", Arc::new(rows.iter().map(|row| row.0).collect::<Int64Array>())),
        ("u", Arc::new(rows.iter().map(|row| row.0.map(i64::unsigned_abs)).collect::<UInt64Array>())),
        ("f", Arc::new(rows.iter().map(|row| row.1).collect::<Float64Array>())),
        ("n", Arc::new(narrow)),
        ("s", Arc::new(rows.iter().map(|row| row.2).collect::<StringArray>())),
        ("d", Arc::new(dictionary)),
        ("b", Arc::new(rows.iter().map(|row| row.3).collect::<BooleanArray>())),
        ("t", Arc::new(rows.iter().map(|row| row.4).collect::<TimestampNanosecondArray>())),
        ("day", Arc::new(days)),
        ("cents", Arc::new(cents.with_precision_and_scale(20, 2).unwrap())),
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

fn profile(batches: &[RecordBatch]) -> Profiler {
    let mut profiler = Profiler::default();
    for batch in batches {
        profiler.update(batch).unwrap();
    }
    profiler
}

/// Equal, but for the last digits of numbers.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(x), Value::Number(y)) if x.is_f64() || y.is_f64() => {
            let (x, y) = (x.as_f64().unwrap(), y.as_f64().unwrap());
            (x - y).abs() <= 1e-12 * x.abs().max(y.abs()).max(1.0)
        }
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(name, a)| b.get(name).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

/// Without what overflows in one order of additions and not in another.
fn comparable(profile: &Profile) -> Value {
    let mut json: Value = serde_json::from_str(&profile.to_json()).unwrap();
    for column in json["columns"].as_array_mut().unwrap() {
        let huge = |end: &Value| end.as_f64().is_some_and(|end| end.abs() > 1e30);
        if huge(&column["min"]) || huge(&column["max"]) {
            column["numbers"]["standard_deviation"] = Value::Null;
        }
    }
    json["correlations"] = Value::Null;
    json
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn how_it_is_split_does_not_matter(rows in rows(), cuts in prop::collection::vec(any::<usize>(), 0..5)) {
        let whole = table(&rows);
        let batches = cut(&whole, &cuts);
        let expected = profile(std::slice::from_ref(&whole)).finish();
        let mut merged = Profiler::default();
        for batch in &batches {
            merged.merge(profile(std::slice::from_ref(batch))).unwrap();
        }
        for split in [profile(&batches).finish(), merged.finish()] {
            let (split, whole) = (comparable(&split), comparable(&expected));
            prop_assert!(same(&split, &whole), "{}\n{}", split, whole);
        }
        prop_assert_eq!(&Profile::from_json(&expected.to_json()).unwrap(), &expected);
    }

    #[test]
    fn a_suggested_suite_passes_on_its_own_data(
        rows in rows(), margin in prop::sample::select(vec![0.0, 0.1]),
        distance in prop::sample::select(vec![Distance::Psi, Distance::JensenShannon, Distance::KolmogorovSmirnov, Distance::LInfinity]),
    ) {
        let table = table(&rows);
        let profile = profile(std::slice::from_ref(&table)).finish();
        let mut suggestion = Suggestion::default();
        (suggestion.range_margin, suggestion.row_margin, suggestion.presence_slack) = (margin, margin, margin);
        suggestion.distribution = Some((distance, 1e-9));
        let suite = suggestion.suite(&profile, "t");
        let result = suite.validate(std::slice::from_ref(&table)).unwrap();
        prop_assert!(result.success(), "{:?}", result.lines());
        // It reads as a suite of Great Expectations, and passes then too.
        let read = Suite::from_json(&suite.to_json().to_string()).unwrap();
        prop_assert_eq!(read.to_json(), suite.to_json());
        let result = read.validate(&[table]).unwrap();
        prop_assert!(result.success(), "{:?}", result.lines());
        // Without distributions it names only what Great Expectations has too.
        let plain = profile.suggest("t").to_json();
        let own = |entry: &Value| entry["type"].as_str().unwrap().contains("profile");
        prop_assert!(!plain["expectations"].as_array().unwrap().iter().any(own));
    }
}

/// pandas 2.3.3: `describe`, `value_counts`, `nunique`, `corr`, `str.len`.
#[test]
fn a_profile_says_what_pandas_says() {
    let numbers = [Some(2.5), None, Some(-1.0), Some(8.0), Some(0.0), Some(2.5)];
    let others = [Some(3), Some(1), Some(-2), Some(5), None, Some(4)];
    let columns: [(&str, ArrayRef); 3] = [
        ("f", Arc::new(Float64Array::from(numbers.to_vec()))),
        ("i", Arc::new(Int64Array::from(others.to_vec()))),
        (
            "s",
            Arc::new(StringArray::from(vec![Some("ab"), Some(""), Some("ab"), Some("üx3"), None, Some("c")])),
        ),
    ];
    let batch =
        RecordBatch::try_from_iter_with_nullable(columns.map(|(name, array)| (name, array, true))).unwrap();
    let profile = profile(&[batch]).finish();
    let f = profile.column("f").unwrap();
    let numbers = f.numbers.as_ref().unwrap();
    assert_eq!((f.missing, f.distinct, numbers.zeros, numbers.negative), (1, 4.0, 1, 1));
    assert!((numbers.mean.unwrap() - 2.4).abs() < 1e-15);
    assert!((numbers.standard_deviation.unwrap() - 3.489_269_264_473_58).abs() < 1e-14);
    assert_eq!((&f.min, &f.max), (&Some(json!(-1.0)), &Some(json!(8.0))));
    assert_eq!((&f.top[0].value, f.top[0].count), (&json!(2.5), 2));
    assert_eq!(numbers.histogram.counts.iter().sum::<u64>(), 5);
    let s = profile.column("s").unwrap();
    let text = s.text.as_ref().unwrap();
    assert_eq!((text.min_length, text.max_length, text.mean_length, text.empty), (0, 3, 1.6, 1));
    assert_eq!((&s.top[0].value, s.top[0].count, s.distinct), (&json!("ab"), 2, 4.0));
    let [pair] = &profile.correlations[..] else { panic!("{:?}", profile.correlations) };
    assert_eq!((pair.a.as_str(), pair.b.as_str(), pair.rows), ("f", "i", 4));
    assert!((pair.pearson.unwrap() - 0.850_352_452_649_271_1).abs() < 1e-12, "{pair:?}");
}

#[test]
fn beyond_what_is_counted_the_error_is_named_and_true() {
    let mut settings = ProfileSettings::default();
    (settings.frequent, settings.quantile_points, settings.max_unique) = (20, 64, 100);
    let n = 20_000_i64;
    // Half of the values are 7, the others come once.
    let values: Vec<i64> = (0..n).map(|i| if i % 2 == 0 { 7 } else { i * 7919 % n + 10 }).collect();
    let mut merged = Profiler::new(settings).unwrap();
    for part in values.chunks(700) {
        let mut profiler = Profiler::new(settings).unwrap();
        let column: ArrayRef = Arc::new(Int64Array::from(part.to_vec()));
        profiler.update(&RecordBatch::try_from_iter([("i", column)]).unwrap()).unwrap();
        merged.merge(profiler).unwrap();
    }
    let profile = merged.finish();
    let column = &profile.columns[0];
    assert_eq!(column.top[0].value, json!(7));
    assert!((column.top[0].count..=column.top[0].count + column.top_error).contains(&10_000));
    assert!(
        column.distinct_error > 0.0 && (column.distinct / 10_001.0 - 1.0).abs() < 4.0 * column.distinct_error
    );
    assert!(!column.unique);
    let numbers = column.numbers.as_ref().unwrap();
    assert!(numbers.rank_error > 0.0);
    for (q, value) in &numbers.quantiles {
        let below = values.iter().filter(|one| (**one as f64) < *value).count() as f64 / n as f64;
        let up_to = values.iter().filter(|one| (**one as f64) <= *value).count() as f64 / n as f64;
        assert!(
            below - numbers.rank_error <= *q && *q <= up_to + numbers.rank_error + 1e-9,
            "{q} {below} {up_to}"
        );
    }
    assert_eq!(column.bins.as_ref().unwrap().counts().iter().sum::<u64>(), n.unsigned_abs());
}

fn numbers(values: impl IntoIterator<Item = Option<f64>>) -> RecordBatch {
    let column: ArrayRef = Arc::new(values.into_iter().collect::<Float64Array>());
    RecordBatch::try_from_iter_with_nullable([("f", column, true)]).unwrap()
}

/// By hand; Jensen–Shannon with SciPy 1.17.
#[test]
fn distances_are_those_of_the_bins() {
    let bins = Bins::Numbers { edges: vec![0.0, 1.0], counts: vec![2, 6, 2] };
    // An edge belongs to the bin below it; infinite numbers are in the outermost.
    let table =
        numbers([Some(0.0), Some(f64::NEG_INFINITY), Some(1.0), Some(0.5), None, Some(f64::NAN), Some(9.0)]);
    let observed = |distance, most| {
        let suite =
            Suite::new("s").expect(ColumnDistribution::new("f", bins.clone(), distance, most).unwrap());
        let result = suite.validate(std::slice::from_ref(&table)).unwrap();
        let json = result.to_json();
        let value = json["results"][0]["result"]["observed_value"].as_f64().unwrap();
        assert_eq!(result.success(), value <= most);
        (value, json["results"][0]["result"]["details"].clone())
    };
    // Shares of 0.2, 0.6, 0.2 and 0.4, 0.4, 0.2.
    let (psi, details) = observed(Distance::Psi, 0.1);
    assert!((psi - (0.2 * 2_f64.ln() + 0.2 * 1.5_f64.ln())).abs() < 1e-12);
    assert_eq!(details["observed_shares"], json!([0.4, 0.4, 0.2]));
    assert_eq!(details["distance"], json!("psi"));
    assert!((observed(Distance::KolmogorovSmirnov, 0.3).0 - 0.2).abs() < 1e-12);
    assert!((observed(Distance::LInfinity, 0.1).0 - 0.2).abs() < 1e-12);
    // scipy.spatial.distance.jensenshannon(p, q, 2)
    assert!((observed(Distance::JensenShannon, 0.1).0 - 0.197_575_182_035_393_26).abs() < 1e-9);
}

#[test]
fn what_can_not_be_compared_is_said() {
    let bins = || Bins::Numbers { edges: vec![0.0], counts: vec![1, 1] };
    let names = || Bins::Names { names: vec!["a".into()], counts: vec![1], other: 0 };
    let run = |bins, table: RecordBatch| {
        let suite = Suite::new("s").expect(ColumnDistribution::new("f", bins, Distance::Psi, 0.1).unwrap());
        suite.validate(&[table]).unwrap().lines().join("")
    };
    assert!(
        run(names(), numbers([Some(1.0)])).contains("the profile has names, the column is of type Float64")
    );
    assert!(!run(bins(), numbers([None])).is_empty());
    for (bins, distance, most) in [
        (names(), Distance::KolmogorovSmirnov, 0.1),
        (bins(), Distance::Psi, -1.0),
        (bins(), Distance::Psi, f64::NAN),
        (Bins::Numbers { edges: vec![1.0, 1.0], counts: vec![1, 1, 1] }, Distance::Psi, 0.1),
        (Bins::Numbers { edges: vec![1.0], counts: vec![1] }, Distance::Psi, 0.1),
        (Bins::Numbers { edges: vec![], counts: vec![0] }, Distance::Psi, 0.1),
        (
            Bins::Names { names: vec!["a".into(), "a".into()], counts: vec![1, 1], other: 0 },
            Distance::Psi,
            0.1,
        ),
    ] {
        assert!(
            ColumnDistribution::new("f", bins.clone(), distance, most).is_err(),
            "{bins:?} {distance} {most}"
        );
    }
    for (kwargs, path) in [
        (json!({"column": "f", "distance": "psi", "max_distance": 0.1}), "reference"),
        (
            json!({"column": "f", "reference": {"edges": [0.0]}, "distance": "psi", "max_distance": 0.1}),
            "reference",
        ),
        (
            json!({"column": "f", "reference": {"edges": [0.0], "counts": [1, 1]}, "distance": "far", "max_distance": 0.1}),
            "distance",
        ),
        (
            json!({"column": "f", "reference": {"edges": [0.0], "counts": [1, 1]}, "distance": "psi", "max_distance": "x"}),
            "max_distance",
        ),
        (
            json!({"column": "f", "reference": {"edges": [0.0], "counts": [1]}, "distance": "psi", "max_distance": 1}),
            "reference",
        ),
    ] {
        let suite = json!({"name": "s", "expectations": [{"type": "expect_column_distribution_to_match_profile", "kwargs": kwargs}]});
        let error = Suite::from_json(&suite.to_string()).unwrap_err().to_string();
        assert!(error.contains(&format!("expectations[0].kwargs.{path} is")), "{error}");
    }
    let mut settings = ProfileSettings::default();
    settings.quantile_points = 9;
    assert!(Profiler::new(settings).is_err());
    let json = profile(&[numbers([Some(1.0)])]).finish().to_json();
    for (from, to) in [
        ("\"format\": 1", "\"format\": 2"),
        ("\"missing\": 0", "\"missing\": 9"),
        ("\"rows\": 1", "\"row\": 1"),
    ] {
        assert!(json.contains(from) && Profile::from_json(&json.replacen(from, to, 1)).is_err(), "{from}");
    }
}
