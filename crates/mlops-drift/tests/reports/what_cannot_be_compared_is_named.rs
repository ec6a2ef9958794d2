//! Degenerate windows and columns have a typed error or a stated answer.

use std::sync::Arc;

use crate::table::{batch, compare, numbers, ramp, texts};
use arrow_array::{
    ArrayRef, BooleanArray, Int32Array, Int64Array, NullArray, StringArray, TimestampMicrosecondArray,
};
use mlops_core::{Outcome, Severity};
use mlops_drift::preset::evidently::{DefaultTest, EvidentlyTest, StatTest};
use mlops_drift::{
    Columns, Detector, DriftTest, Error, Measurement, MixTest, Pair, Settings, ShiftTest, Status, Window,
};

#[test]
fn a_window_without_rows_is_an_error_that_names_it() {
    let (full, empty) = (batch(vec![("a", numbers(ramp(50, 1.0)))]), batch(vec![("a", numbers(vec![]))]));
    let compare = |r: &[_], c: &[_]| Detector::default().compare_batches(r, c, &Columns::default());
    let (full, empty) = ([full], [empty]);
    assert_eq!(compare(&full, &empty).unwrap_err(), Error::Empty { window: "current" });
    assert_eq!(compare(&empty, &full).unwrap_err(), Error::Empty { window: "reference" });
    assert_eq!(compare(&full, &[]).unwrap_err().to_string(), "the current window has no rows");
}

#[test]
fn batches_of_one_window_have_the_same_columns() {
    let one = batch(vec![("a", numbers(ramp(5, 1.0)))]);
    for (other, expected) in [
        (
            batch(vec![("a", texts(&["x"]))]),
            "column \"a\" is Utf8, expected Float64, as in the batches before or as it was named",
        ),
        (
            batch(vec![("b", numbers(vec![Some(1.0)]))]),
            "column \"b\" is Float64, expected missing, as in the batches before or as it was named",
        ),
        (
            batch(vec![("a", numbers(vec![Some(1.0)])), ("b", numbers(vec![Some(1.0)]))]),
            "column \"b\" is Float64, expected missing, as in the batches before or as it was named",
        ),
    ] {
        let error = Window::read([&one, &other], &Columns::default()).unwrap_err();
        assert_eq!(error.to_string(), expected);
    }
    let twice = batch(vec![("a", numbers(ramp(5, 1.0))), ("a", numbers(ramp(5, 1.0)))]);
    assert!(matches!(Window::read([&twice], &Columns::default()), Err(Error::Schema { .. })));
}

#[test]
fn a_column_that_is_another_is_a_finding() {
    let report = compare(
        vec![
            ("gone", numbers(ramp(50, 1.0))),
            ("kind", numbers(ramp(50, 1.0))),
            ("width", Arc::new(Int32Array::from_iter_values(0..50)) as ArrayRef),
        ],
        vec![
            ("kind", texts(&["x"; 50])),
            ("width", Arc::new(Int64Array::from_iter_values(0..50)) as ArrayRef),
            ("new", numbers(ramp(50, 1.0))),
        ],
    );
    let told: Vec<(&str, Status, &str)> =
        report.columns.iter().map(|c| (c.name.as_str(), c.status, c.reason.as_str())).collect();
    assert_eq!(told[0], ("gone", Status::SchemaChanged, "the column is gone"));
    assert_eq!(told[1], ("kind", Status::SchemaChanged, "Float64 in the reference, Utf8 now"));
    assert_eq!((told[2].0, told[2].1), ("width", Status::Stable));
    assert_eq!(told[3], ("new", Status::SchemaChanged, "the column is new: the reference does not have it"));
    let findings = report.findings();
    assert_eq!(findings.len(), 3);
    assert!(
        findings
            .iter()
            .all(|f| f.rule == "schema" && f.severity == Severity::Warning && f.observed.is_none())
    );
    assert_eq!(report.check("input drift").outcome, Outcome::Failed);
}

#[test]
fn nothing_to_compare_is_inconclusive_and_never_a_pass() {
    let nulls = || vec![None; 50];
    let report = compare(
        vec![
            ("nulls", numbers(nulls())),
            ("few", numbers(ramp(29, 1.0).into_iter().chain(vec![None; 21]).collect())),
        ],
        vec![("nulls", Arc::new(NullArray::new(50)) as ArrayRef), ("few", numbers(ramp(50, 1.0)))],
    );
    let column = |name| report.column(name).unwrap();
    assert_eq!(column("nulls").status, Status::Inconclusive);
    assert_eq!(column("nulls").reason, "too few values to say: 0 in the reference, 0 now, of 30 each");
    // Too few values to compare, but enough rows to see that fewer are missing.
    assert_eq!(column("few").status, Status::Drifted);
    assert_eq!(column("few").reason, "missing values 42.0 % → 0.0 % (fewer by 42.0 % of the rows)");
    let only_nulls = compare(vec![("nulls", numbers(nulls()))], vec![("nulls", numbers(nulls()))]);
    assert_eq!(only_nulls.share_drifted(), None);
    assert_eq!(only_nulls.check("input drift").outcome, Outcome::Inconclusive);
}

#[test]
fn all_missing_now_is_a_drift_of_the_missing_share() {
    let report = compare(vec![("a", numbers(ramp(50, 1.0)))], vec![("a", numbers(vec![None; 50]))]);
    let finding = &report.findings()[0];
    assert_eq!((finding.rule.as_str(), finding.observed), ("missing", Some(1.0)));
    assert_eq!(finding.reason, "missing values 0.0 % → 100.0 % (more by 100.0 % of the rows)");
    assert_eq!(finding.expected, "< 0.05 of the rows");
}

#[test]
fn nan_and_infinity_are_missing() {
    let broken = (0..100).map(|row| Some(if row % 4 == 0 { f64::NAN } else { 1.0 / f64::from(row % 4 - 1) }));
    let report = compare(vec![("a", numbers(ramp(100, 1.0)))], vec![("a", numbers(broken.collect()))]);
    let column = report.column("a").unwrap();
    assert_eq!(column.current.as_ref().unwrap().missing, 50);
    assert!(column.missing.as_ref().unwrap().drifted());
    assert!(column.values.as_ref().unwrap().effect.is_finite());
}

#[test]
fn constants_are_decided() {
    let constant = |value| numbers(vec![Some(value); 100]);
    let mostly = (0..100).map(|row| Some(if row % 2 == 0 { 5.0 } else { 6.0 })).collect();
    let report = compare(
        vec![
            ("same", constant(5.0)),
            ("other", constant(5.0)),
            ("half", constant(5.0)),
            ("still", numbers(ramp(100, 1.0))),
        ],
        vec![
            ("same", constant(5.0)),
            ("other", constant(7.0)),
            ("half", numbers(mostly)),
            ("still", constant(5.0)),
        ],
    );
    let status = |name| report.column(name).unwrap().status;
    assert_eq!(status("same"), Status::Stable);
    assert_eq!([status("other"), status("half"), status("still")], [Status::Drifted; 3]);
    assert_eq!(
        report.column("half").unwrap().reason,
        "mean 5.00 → 5.50, was constant, 50.0 % of the values differ from the constant"
    );
}

/// A reference that varies is never taken as a constant, however large its values are.
#[test]
fn huge_values_are_no_constant() {
    let with = |last: f64| numbers(ramp(999, 1.0).into_iter().chain([Some(last)]).collect());
    for sentinel in [1e200, f64::MAX] {
        let report = compare(
            vec![("same", with(sentinel)), ("before", with(sentinel)), ("now", with(999.0))],
            vec![("same", with(sentinel)), ("before", with(999.0)), ("now", with(sentinel))],
        );
        let column = |name| report.column(name).unwrap();
        assert!(report.columns.iter().all(|column| !column.reason.contains("constant")), "{report:?}");
        let effect = |name| column(name).values.as_ref().unwrap().effect;
        assert_eq!((column("same").status, effect("same")), (Status::Stable, 0.0));
        // One of a thousand moves by the sentinel, whose share of the deviation is √999 / 1000.
        assert!((effect("before") - 1.0 / 999_f64.sqrt()).abs() < 1e-9, "{}", effect("before"));
        assert_eq!(column("before").status, Status::Stable);
        // As far as that from 999 values that are close together is one row of a thousand, or has no number.
        let now = column("now");
        assert!(now.status == Status::Inconclusive || now.reason.contains("chance explains it"), "{now}");
    }
    let ends =
        || numbers((0..100).map(|row| Some(if row % 2 == 0 { f64::MAX } else { -f64::MAX })).collect());
    let high = || numbers(vec![Some(f64::MAX); 100]);
    let report = compare(vec![("a", ends()), ("b", ends())], vec![("a", ends()), ("b", high())]);
    // From one end to the other is more than a number can be.
    assert!(report.columns.iter().all(|column| column.status == Status::Inconclusive), "{report:?}");
}

#[test]
fn types_without_a_distribution_are_skipped_and_listed() {
    let times =
        |start: i64| Arc::new(TimestampMicrosecondArray::from_iter_values(start..start + 50)) as ArrayRef;
    let report = compare(vec![("at", times(0))], vec![("at", times(1_000_000))]);
    assert_eq!(report.columns[0].status, Status::Skipped);
    assert!(report.findings().is_empty());
}

#[test]
fn codes_and_flags_are_categories_when_told() {
    let codes =
        |shift: i32| Arc::new(Int32Array::from_iter_values((0..600).map(|row| row % 3 + shift))) as ArrayRef;
    let flags = |every: usize| {
        Arc::new((0..600).map(|row| Some(row % every == 0)).collect::<BooleanArray>()) as ArrayRef
    };
    let batches =
        |shift, every| [batch(vec![("code", codes(shift)), ("flag", flags(every)), ("id", codes(shift))])];
    let columns = Columns::default().categorical(["code"]).ignore(["id"]);
    let report = Detector::default().compare_batches(&batches(0, 2), &batches(1, 6), &columns).unwrap();
    assert_eq!(report.columns.len(), 2);
    assert_eq!(report.column("code").unwrap().values.as_ref().unwrap().test, "mix");
    let flag = report.column("flag").unwrap();
    assert_eq!(flag.status, Status::Drifted);
    assert!(flag.reason.starts_with("false 50.0 % → 83.3 %, the mix moved by 0."), "{}", flag.reason);
    let dictionary = |names: &[&str]| {
        Arc::new(
            names.iter().copied().collect::<arrow_array::DictionaryArray<arrow_array::types::Int8Type>>(),
        ) as ArrayRef
    };
    let names: Vec<&str> = (0..90).map(|row| ["UA", "B6", "EV"][row % 3]).collect();
    let same = compare(
        vec![("carrier", dictionary(&names))],
        vec![("carrier", Arc::new(StringArray::from(names.clone())) as ArrayRef)],
    );
    assert_eq!(same.columns[0].status, Status::Stable, "the encoding of a text does not matter");
}

#[test]
fn settings_have_ranges() {
    let with = |change: fn(&mut Settings)| {
        let mut settings = Settings::default();
        change(&mut settings);
        Detector::new(settings).map(|_| ()).unwrap_err().to_string()
    };
    assert_eq!(with(|s| s.alpha = 0.0), "alpha is 0, expected between 0 and 1");
    assert_eq!(with(|s| s.shift = f64::NAN), "shift is NaN, expected at least 0");
    assert_eq!(with(|s| s.mix = 1.5), "mix is 1.5, expected between 0 and 1");
    assert_eq!(with(|s| s.missing = -0.1), "missing is -0.1, expected between 0 and 1");
    let read: Settings = serde_json::from_str(r#"{"shift": 0.5}"#).unwrap();
    assert_eq!((read.shift, read.alpha), (0.5, 0.05));
    assert!(serde_json::from_str::<Settings>(r#"{"shfit": 0.5}"#).is_err());
}

/// Whose limit is not a number.
#[derive(Debug)]
struct Mine {
    slight: Option<f64>,
}

impl DriftTest for Mine {
    fn name(&self) -> &'static str {
        "mine"
    }

    fn compare(&self, _: &Pair<'_>) -> mlops_drift::Result<Measurement> {
        let limit = if self.slight.is_some() { 1.0 } else { f64::NAN };
        let found = Measurement::new(9.0, "units", limit);
        Ok(if let Some(slight) = self.slight { found.slight_from(slight) } else { found })
    }
}

#[test]
fn a_limit_that_is_not_a_number_never_passes_for_stable() {
    let reference = [batch(vec![("a", numbers(ramp(50, 1.0))), ("b", texts(&["x"; 50]))])];
    let current = [batch(vec![("a", numbers(ramp(50, 9.0))), ("b", texts(&["y"; 50]))])];
    let tests: [(Arc<dyn DriftTest>, &str); 6] = [
        (Arc::new(ShiftTest::new(f64::NAN)), "shift"),
        (Arc::new(MixTest::new(f64::NAN)), "mix"),
        (Arc::new(EvidentlyTest::new(StatTest::Psi).threshold(f64::NAN)), "PSI"),
        (Arc::new(DefaultTest::new().threshold(f64::NAN)), "evidently"),
        (Arc::new(Mine { slight: None }), "mine"),
        (Arc::new(Mine { slight: Some(f64::NAN) }), "mine"),
    ];
    for (test, name) in tests {
        let column = if name == "mix" { "b" } else { "a" };
        let detector = Detector::default().column_by(column, test);
        let report = detector.compare_batches(&reference, &current, &Columns::default()).unwrap();
        let found = report.column(column).unwrap();
        assert_eq!(found.status, Status::Inconclusive, "{name}: {found}");
        assert!(found.reason.contains(&format!("{name} has a limit that is not a number")), "{found}");
    }
}

#[test]
fn a_report_of_the_largest_numbers_can_be_written_and_read() {
    let table = |value: f64| [batch(vec![("a", numbers(vec![Some(value); 50]))])];
    for (before, after) in
        [(f64::MAX, f64::MAX), (-f64::MAX, -f64::MAX), (f64::MAX, 1.0), (f64::MAX, -f64::MAX)]
    {
        let report =
            Detector::default().compare_batches(&table(before), &table(after), &Columns::default()).unwrap();
        let written = serde_json::to_string(&report).unwrap();
        let read: mlops_drift::DriftReport = serde_json::from_str(&written).unwrap();
        assert_eq!(read, report, "{before} {after}");
    }
}
