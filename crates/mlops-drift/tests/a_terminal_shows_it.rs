//! The table for a terminal (feature `terminal`).
#![cfg(feature = "terminal")]
#![allow(clippy::unwrap_used, reason = "this is a test")]

mod table;

use table::{compare, numbers, ramp, texts};

#[test]
fn every_column_has_a_line_with_its_answer() {
    let moved = ramp(100, 1.0).into_iter().map(|value| value.map(|value| value + 40.0)).collect();
    let halves: Vec<&str> = (0..100).map(|row| if row % 2 == 0 { "UA" } else { "B6" }).collect();
    let report = compare(
        vec![
            ("temp", numbers(ramp(100, 1.0))),
            ("carrier", texts(&halves)),
            ("gone", numbers(ramp(100, 1.0))),
        ],
        vec![("temp", numbers(moved)), ("carrier", texts(&halves))],
    );
    let text = report.to_terminal(100);
    assert!(text.lines().all(|line| line.chars().count() <= 100 && line.trim_end() == line), "{text}");
    let of = |name: &str| text.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
    assert_eq!(text.lines().next().unwrap(), report.to_string());
    let words = |name| of(name).split_whitespace().collect::<Vec<_>>().join(" ");
    assert!(words("temp").starts_with("temp material 1.39"), "{text}");
    assert!(words("temp").ends_with("0.20 up mean 50 → 90, shifted up by 1.39"), "{text}");
    assert_eq!(words("carrier"), "carrier none 0.00 (0.00 to 0.00) 0.10", "nothing to say");
    assert_eq!(words("gone"), "gone schema changed the column is gone");
}
