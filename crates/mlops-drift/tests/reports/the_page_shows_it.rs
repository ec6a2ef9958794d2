//! The section of a page (feature `report`).

use crate::table::{batch, compare, numbers, ramp, texts};
use mlops_core::Timestamp;
use mlops_drift::monitor::{Cadence, DriftMonitor, WindowReport, windows_section};
use mlops_drift::{Columns, Detector, Profile, Window};
use mlops_report::{Html, Page};

#[test]
fn every_column_is_on_the_page() {
    let moved = ramp(100, 1.0).into_iter().map(|value| value.map(|value| value + 40.0)).collect();
    let report = compare(
        vec![
            ("<temp>", numbers(ramp(100, 1.0))),
            ("carrier", texts(&["UA"; 100])),
            ("gone", numbers(ramp(100, 1.0))),
        ],
        vec![("<temp>", numbers(moved)), ("carrier", texts(&["UA"; 100]))],
    );
    let page = Html::from(report.section("Input drift"));
    for words in ["&lt;temp&gt;", "shifted up by", "the column is gone", "carrier: stable", "<svg"] {
        assert!(page.as_str().contains(words), "{words}\n{page}");
    }
    assert!(Page::new("drift").section(report.section("Input drift")).render().len() > 1000);
}

#[test]
fn every_window_is_on_the_map_and_the_latest_in_words() {
    let table = batch(vec![("<temp>", numbers(ramp(100, 1.0))), ("hour", numbers(ramp(100, 0.2)))]);
    let reference = Window::read(&[table], &Columns::default()).unwrap();
    let mut monitor = DriftMonitor::new(reference, Cadence::Day).unwrap();
    let empty = Html::from(monitor.section("By day"));
    assert!(empty.as_str().contains("No window has been closed yet."));
    for (day, rows, shift) in [(1, 90, 0.0), (2, 7, 0.0), (3, 90, 40.0)] {
        let at = format!("2013-04-0{day}T12:00:00Z").parse().unwrap();
        for row in 0..rows {
            monitor.add_row(at, &[f64::from(row) * 1.1 + shift, f64::from(row) * 0.22]).unwrap();
        }
    }
    monitor.advance("2013-04-04".parse().unwrap());
    let page = Html::from(monitor.section("By day"));
    for words in [
        "2013-04-02",
        "&lt;temp&gt;, 2013-04-02: too few rows to say: 7 of 30",
        "&lt;temp&gt;, 2013-04-03: drifted: mean 50 → 89, shifted up by",
        "hour, 2013-04-03: mean 9.9 → 9.8",
        "The latest: 2013-04-03 until 2013-04-04, 90 rows: 1 of 2 columns drifted: &lt;temp&gt;.",
    ] {
        assert!(page.as_str().contains(words), "{words}\n{page}");
    }
}

#[test]
fn alarms_have_lanes_and_a_look_says_what_it_may_spend() {
    let kept = weeks(2, 100, [0.0, 40.0, 40.0, 0.0, 0.0, 40.0]);
    let html = Html::from(windows_section("By week", &kept)).into_string();
    for words in [
        "Alarms by column",
        "feature_0; alarm, over from 2013-04-15 to 2013-05-06; an alarm begins at 2013-05-13",
        "of look 6 it was 0.17. Adjusted p-values are divided by it, and are more than chance up to 0.05.",
    ] {
        assert!(html.contains(words), "{words}\n{html}");
    }
    let quiet = Html::from(windows_section("By week", &weeks(1, 100, [0.0, 0.0]))).into_string();
    assert!(!quiet.contains("Alarms by column"));
}

#[test]
fn a_page_says_how_exact_it_is_only_where_it_is_not() {
    let table = batch(vec![("temp", numbers(ramp(3_000, 1.0))), ("carrier", texts(&["UA"; 3_000]))]);
    let whole = Window::read([&table], &Columns::default()).unwrap();
    let profile = Profile::read([&table], &Columns::default()).unwrap();
    let page = |reference: &Window| {
        Html::from(Detector::default().compare(reference, &whole).unwrap().section("Drift")).into_string()
    };
    let of_profile = page(&profile.window());
    for words in [">exactness</th>", "<td class=\"start\">ranks within ±0.", "<td class=\"start\">exact</td>"]
    {
        assert!(of_profile.contains(words), "{words}\n{of_profile}");
    }
    assert!(!page(&whole).contains("exact"));
}

/// What windows of 50 rows say against a reference of `rows`: one a week, each `shift`ed.
fn weeks(columns: usize, rows: u32, shifts: impl IntoIterator<Item = f64>) -> Vec<WindowReport> {
    let names: Vec<String> = (0..columns).map(|column| format!("feature_{column}")).collect();
    let table = batch(names.iter().map(|name| (name.as_str(), numbers(ramp(rows, 1.0)))).collect());
    let reference = Window::read(&[table], &Columns::default()).unwrap();
    let mut monitor = DriftMonitor::new(reference, Cadence::Week).unwrap();
    // The 1st of April 2013 was a Monday.
    let mut day = "2013-04-01T12:00:00Z".parse::<Timestamp>().unwrap().as_micros();
    for shift in shifts {
        for row in 0..50 {
            let value = f64::from(row) * 2.0 + shift;
            monitor.add_row(Timestamp::from_micros(day), &vec![value; columns]).unwrap();
        }
        day += 7 * 86_400_000_000;
    }
    monitor.advance(Timestamp::from_micros(day));
    monitor.history().cloned().collect()
}

#[test]
fn colour_is_a_share_of_twice_the_limit_and_the_legend_explains_every_colour() {
    let kept = weeks(1, 100, [0.0, 40.0]);
    let column = |week: usize| kept[week].drift.as_ref().unwrap().columns[0].clone();
    let found = column(1).values.unwrap();
    assert!(found.drifted() && found.effect > 2.0 * found.limit, "{found:?}");
    let html = Html::from(windows_section("By week", &kept)).into_string();
    assert!(html.contains("class=\"cell caution\" d=\"M105 6h90v88h-90z\"><title>"), "{html}");
    let found = column(0).values.unwrap();
    let faint = format!("{:.2}", 0.08 + 0.92 * found.effect / (2.0 * found.limit));
    assert!(html.contains(&format!("d=\"M5 6h90v88h-90z\" opacity=\"{faint}\"")), "{faint} {html}");
    for key in ["as in the reference", "twice the limit or more", "drifted"] {
        assert!(html.contains(&format!("</span>{key}</span>")), "{key}\n{html}");
    }
    assert!(!html.contains("not the same column"), "a colour that is not there is not explained");
}

#[test]
fn without_a_pointer_the_reasons_are_in_the_text_newest_first() {
    let kept = weeks(2, 100, [40.0, 0.0, 30.0, 0.0]);
    let html = Html::from(windows_section("By week", &kept)).into_string();
    let (latest, before) = html.split_once("<summary>The windows before, in words").unwrap();
    assert!(
        latest.contains("<details open><summary>The latest: 2013-04-22 until 2013-04-29, 50 rows"),
        "{html}"
    );
    let newer = before.find("<p>feature_1: mean 50 → 79").unwrap();
    let older = before.find("<p>feature_1: mean 50 → 89").unwrap();
    assert!(newer < older, "{html}");
    assert!(!html.contains("another reference"), "{html}");
    let mut kept = kept;
    kept.extend(weeks(2, 200, [0.0, 0.0, 0.0, 0.0, 0.0]).into_iter().skip(4));
    let html = Html::from(windows_section("By week", &kept)).into_string();
    assert!(html.contains("From 2013-04-29 on it is another reference, of 200 rows."), "{html}");
}

#[test]
fn windows_that_all_have_too_few_rows_are_shown_as_such() {
    let mut kept = weeks(1, 100, [0.0, 0.0]);
    for week in &mut kept {
        (week.drift, week.rows) = (None, 3);
    }
    let html = Html::from(windows_section("By week", &kept)).into_string();
    assert_eq!(
        html.matches("too few rows to say: 3 of 30").count(),
        4,
        "two cells, the latest, the one before"
    );
    assert!(html.contains("</span>too few rows, or not to be compared</span>"), "{html}");
}

#[test]
fn nine_months_of_weeks_are_a_small_page() {
    let kept = weeks(11, 100, [40.0; 40]);
    assert_eq!(kept.iter().map(|week| week.drifted().count()).sum::<usize>(), 40 * 11, "as bad as it gets");
    let html = Html::from(windows_section("By week", &kept)).into_string();
    assert!(html.len() < 135_000, "{}", html.len());
}
