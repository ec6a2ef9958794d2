//! The table for a terminal (feature `terminal`).

use crate::table::{batch, compare, numbers, ramp, texts};
use mlops_drift::{Columns, Detector, Profile, Window};

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

#[test]
fn what_is_not_of_all_rows_says_how_exact_it_is() {
    let table = |shift: f64| {
        let values = ramp(3_000, 1.0).into_iter().map(|value| value.map(|value| value + shift)).collect();
        batch(vec![("temp", numbers(values)), ("carrier", texts(&["UA"; 3_000]))])
    };
    let profile = Profile::read([&table(0.0)], &Columns::default()).unwrap();
    let current = Window::read([&table(2_000.0)], &Columns::default()).unwrap();
    let report = Detector::default().compare(&profile.window(), &current).unwrap();
    let text = report.to_terminal(200);
    let of = |name: &str| text.lines().find(|line| line.trim_start().starts_with(name)).unwrap();
    let exactness = report.column("temp").unwrap().values.as_ref().unwrap().exactness;
    assert!(
        of("temp").ends_with(&format!("; {exactness}")) && of("temp").contains("ranks within ±0."),
        "{text}"
    );
    assert!(!of("carrier").contains("within"), "{text}");
}
