//! Columns that lie in slices are the table that holds the same values.

use std::sync::Arc;

use crate::table::{batch, numbers, texts};
use arrow_array::StringArray;
use mlops_drift::{Columns, Detector, Error, Series, Window};

const TEMPS: [f64; 6] = [39.9, f64::NAN, -0.0, f64::INFINITY, 0.0, 41.5];
const HOURS: [f64; 6] = [1.0, 2.0, f64::NAN, 1.0, -0.0, 0.0];
const AIRPORTS: [&str; 6] = ["EWR", "JFK", "EWR", "LGA", "", "JFK"];
const GATES: [Option<&str>; 6] = [Some("A1"), None, Some("B2"), None, Some("A1"), Some("")];

fn slices() -> [(&'static str, Series<'static>); 4] {
    [
        ("temp", Series::from(&TEMPS[..])),
        ("hour", Series::from(&HOURS[..])),
        ("origin", Series::from(&AIRPORTS[..])),
        ("gate", Series::from(&GATES[..])),
    ]
}

#[test]
fn slices_are_the_table_of_the_same_values() {
    let table = batch(vec![
        ("temp", numbers(TEMPS.map(|value| value.is_finite().then_some(value)).to_vec())),
        ("hour", numbers(HOURS.map(Some).to_vec())),
        ("origin", texts(&AIRPORTS)),
        ("gate", Arc::new(StringArray::from(GATES.to_vec()))),
    ]);
    let all = Columns::default();
    for columns in [all.clone(), all.clone().categorical(["hour"]), all.ignore(["gate", "temp"])] {
        let read = Window::from_columns(slices(), &columns).unwrap();
        assert_eq!(read, Window::read([&table], &columns).unwrap(), "{columns:?}");
    }
}

#[test]
fn missing_values_are_counted() {
    let window = Window::from_columns(slices(), &Columns::default().categorical(["hour"])).unwrap();
    let report = Detector::default().compare(&window, &window).unwrap();
    let missing = |name: &str| report.column(name).unwrap().current.as_ref().unwrap().missing;
    assert_eq!(["temp", "hour", "origin", "gate"].map(missing), [2, 1, 0, 2]);
}

#[test]
fn what_is_wrong_is_named() {
    let short = [("temp", Series::from(&TEMPS[..])), ("origin", Series::from(&AIRPORTS[..4]))];
    let error = Window::from_columns(short, &Columns::default()).unwrap_err();
    assert_eq!(error.to_string(), "column \"origin\" is 4 values long, expected 6, as the first column has");
    // Also one that is not looked at: the table is not one.
    assert!(Window::from_columns(short, &Columns::default().ignore(["origin"])).is_err());
    let twice = [("a", Series::from(&TEMPS[..])), ("a", Series::from(&AIRPORTS[..]))];
    let error = Window::from_columns(twice, &Columns::default()).unwrap_err();
    assert!(matches!(&error, Error::Schema { column, .. } if column == "a"), "{error}");
    let none = Window::from_columns([], &Columns::default()).unwrap();
    let error = Detector::default().compare(&none, &none).unwrap_err();
    assert_eq!(error, Error::Empty { window: "reference" });
    let series = slices().map(|(_, series)| (series.len(), series.is_empty()));
    assert_eq!(series, [(6, false); 4]);
}
