use serde_json::Value;

use super::dateutil::is_date;
use super::*;
use crate::rule::ValueRule;

fn read(name: &str) -> Value {
    let path = format!("{}/testdata/python_text/{name}.json", env!("CARGO_MANIFEST_DIR"));
    serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap()
}

fn texts(value: &Value) -> Vec<&str> {
    value.as_array().unwrap().iter().map(|text| text.as_str().unwrap()).collect()
}

#[test]
fn dates_are_what_dateutil_reads() {
    let document = read("dateutil");
    let (good, bad) = (texts(&document["parseable"]), texts(&document["not_parseable"]));
    assert!(good.len() > 1500 && bad.len() > 4000, "the file is whole");
    let mut failed: Vec<String> = Vec::new();
    failed.extend(good.iter().filter(|text| !is_date(text)).map(|text| format!("{text:?} is a date")));
    failed.extend(bad.iter().filter(|text| is_date(text)).map(|text| format!("{text:?} is no date")));
    assert!(failed.is_empty(), "{} differ:\n{}", failed.len(), failed.join("\n"));
}

#[test]
fn formats_read_what_strptime_reads() {
    let document = read("strptime");
    let cases = document["cases"].as_array().unwrap();
    let (mut failed, mut compared) = (Vec::new(), 0);
    for case in cases {
        let written = case["format"].as_str().unwrap();
        let format = match TimeFormat::new(written) {
            Ok(format) => format,
            Err(_) if case["error"] == true => continue,
            Err(why) => {
                failed.push(format!("{written:?} is refused: {why}"));
                continue;
            }
        };
        if case["error"] == true {
            failed.push(format!("{written:?} is accepted"));
            continue;
        }
        for (name, expected) in [("good", true), ("bad", false)] {
            for text in texts(&case[name]) {
                compared += 1;
                let broken = format.broken(&arrow_array::StringArray::from(vec![text])).unwrap();
                if broken.value(0) == expected {
                    failed.push(format!("{text:?} as {written:?}: expected {expected}"));
                }
            }
        }
    }
    assert!(compared > 5000, "the file is whole");
    assert!(failed.is_empty(), "{} differ:\n{}", failed.len(), failed.join("\n"));
}

/// At the ends of the calendar it matters which day of the year is meant. As Python 3.11 has it.
#[test]
fn days_and_weeks_of_a_year_are_days_that_there_are() {
    for (text, format, is_good) in [
        ("9999 365", "%Y %j", true),
        ("9999 366", "%Y %j", false),
        ("2023 000", "%Y %j", false),
        ("0001 0 0", "%Y %U %w", false),
        ("0001 0 0", "%Y %W %w", true),
        ("9999 52 0", "%Y %U %w", true),
        ("9999 52 0", "%Y %W %w", false),
    ] {
        let format = TimeFormat::new(format).unwrap();
        let broken = format.broken(&arrow_array::StringArray::from(vec![text])).unwrap();
        assert_eq!(!broken.value(0), is_good, "{text}");
    }
}

#[test]
fn a_month_by_name_may_come_before_a_year_of_two_digits() {
    assert!(is_date("Jan 99 05"));
    assert!(!is_date("Feb 99 30"));
}

#[test]
fn a_bad_format_is_refused_with_the_reason() {
    for (written, why) in [
        ("%Y-%Q", "\"%Q\" is no directive"),
        ("%Y%", "there is a % at its end"),
        ("%x %d", "%d occurs twice"),
        ("%G", "%G needs %V and a weekday (%A, %a, %w or %u)"),
    ] {
        assert_eq!(TimeFormat::new(written).unwrap_err(), why);
    }
}

#[test]
fn numbers_are_no_dates_in_text() {
    let numbers = arrow_array::Float64Array::from(vec![1.0]);
    assert!(IsDate.broken(&numbers).unwrap_err().0.contains("needs text"));
    assert!(TimeFormat::new("%Y").unwrap().broken(&numbers).is_err());
}

proptest::proptest! {
    #[test]
    fn no_text_makes_it_panic(text in "\\PC{0,40}", format in "[%A-Za-z0-9 :]{0,12}") {
        let _ = is_date(&text);
        if let Ok(format) = TimeFormat::new(&format) {
            let _ = format.broken(&arrow_array::StringArray::from(vec![text]));
        }
    }
}
