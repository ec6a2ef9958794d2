//! Rows fall into the windows that a slow reading of the calendar gives, and a monitor that
//! was stopped and resumed at any moment gives the same reports.
#![allow(clippy::unwrap_used, reason = "this is a test")]

mod table;

use std::collections::BTreeMap;
use std::time::Duration;

use mlops_core::{Timestamp, Window as Span};
use mlops_drift::monitor::{Cadence, DriftMonitor, MonitorState, WindowReport};
use mlops_drift::{Columns, Detector, DriftReport, Error, Window, WindowAccumulator};
use proptest::prelude::*;

const NAMES: [&str; 2] = ["temp", "hour"];

type Row = (Timestamp, [f64; 2]);

fn window(rows: &[[f64; 2]]) -> Window {
    Window::read_rows(&NAMES.map(String::from), rows.iter().map(|row| &row[..]), &columns()).unwrap()
}

fn columns() -> Columns {
    Columns::default().categorical(["hour"])
}

fn monitor(cadence: Cadence) -> DriftMonitor {
    let reference: Vec<[f64; 2]> =
        (0..300).map(|row| [f64::from(row * 37 % 101) / 10.0, f64::from(row % 5)]).collect();
    DriftMonitor::builder(window(&reference), cadence).columns(columns()).min_rows(8).build().unwrap()
}

fn cadences() -> impl Strategy<Value = Cadence> {
    prop_oneof![
        Just(Cadence::Day),
        Just(Cadence::Week),
        Just(Cadence::Month),
        (1_u64..40).prop_map(Cadence::Rows)
    ]
}

/// Rows some hours after each other, in order.
fn rows() -> impl Strategy<Value = Vec<Row>> {
    let value = prop_oneof![6 => -20.0..20.0, 1 => Just(f64::NAN), 1 => Just(f64::INFINITY)];
    let hour = (0..6).prop_map(f64::from);
    prop::collection::vec((0_u64..9, value, hour), 1..160).prop_map(|steps| {
        let mut at: Timestamp = "2013-03-28T00:00:00Z".parse().unwrap();
        let mut rows = Vec::new();
        for (hours, value, hour) in steps {
            at = at + Duration::from_hours(hours);
            rows.push((at, [value, hour]));
        }
        rows
    })
}

fn written_and_read(state: &MonitorState) -> MonitorState {
    serde_json::from_str(&serde_json::to_string(state).unwrap()).unwrap()
}

fn feed(monitor: &mut DriftMonitor, rows: &[Row]) -> Vec<WindowReport> {
    rows.iter().flat_map(|(at, row)| monitor.add_row(*at, row).unwrap()).collect()
}

/// What each window should say, by grouping first and comparing afterwards.
fn slowly(rows: &[Row], cadence: Cadence) -> Vec<(Span, u64, Option<DriftReport>)> {
    let judged = |rows: &[[f64; 2]]| {
        let enough = rows.len() >= 8;
        enough.then(|| {
            let reference: Vec<[f64; 2]> =
                (0..300).map(|row| [f64::from(row * 37 % 101) / 10.0, f64::from(row % 5)]).collect();
            Detector::default().compare(&window(&reference), &window(rows)).unwrap()
        })
    };
    if let Cadence::Rows(count) = cadence {
        let whole = rows.chunks_exact(usize::try_from(count).unwrap());
        return whole
            .map(|chunk| {
                let values: Vec<[f64; 2]> = chunk.iter().map(|(_, row)| *row).collect();
                let end = chunk[chunk.len() - 1].0 + Duration::from_micros(1);
                (Span::new(chunk[0].0, end).unwrap(), count, judged(&values))
            })
            .collect();
    }
    let mut groups: BTreeMap<Span, Vec<[f64; 2]>> = BTreeMap::new();
    let last = rows[rows.len() - 1].0;
    let mut day = Span::day_of(rows[0].0);
    // Every day names its window, whether or not a row came in it.
    while day.from() <= last {
        groups.entry(cadence.window_of(day.from()).unwrap()).or_default();
        day = Span::day_of(day.until());
    }
    for (at, row) in rows {
        groups.get_mut(&cadence.window_of(*at).unwrap()).unwrap().push(*row);
    }
    groups.pop_last();
    groups.into_iter().map(|(span, rows)| (span, rows.len() as u64, judged(&rows))).collect()
}

proptest! {
    #[test]
    fn windows_hold_their_own_rows(rows in rows(), cadence in cadences()) {
        let found = feed(&mut monitor(cadence), &rows);
        let found: Vec<_> = found.into_iter().map(|report| (report.window, report.rows, report.drift)).collect();
        prop_assert_eq!(found, slowly(&rows, cadence));
    }

    #[test]
    fn stopped_anywhere_it_goes_on_to_the_same_reports(
        rows in rows(), cadence in cadences(), stops in prop::collection::vec(0_usize..160, 1..6),
        swaps in prop::collection::vec((0_usize..160, 0_usize..160), 0..4)
    ) {
        let mut rows = rows;
        for (one, other) in swaps {
            // Some rows come late.
            let count = rows.len();
            rows.swap(one % count, other % count);
        }
        let mut whole = monitor(cadence);
        let expected = feed(&mut whole, &rows);

        let mut stops: Vec<usize> = stops.into_iter().map(|stop| stop.min(rows.len())).collect();
        stops.extend([0, rows.len()]);
        stops.sort_unstable();
        let mut found = Vec::new();
        let mut state = monitor(cadence).state();
        for part in stops.windows(2) {
            let mut resumed = monitor(cadence).resume(written_and_read(&state)).unwrap();
            found.extend(feed(&mut resumed, &rows[part[0]..part[1]]));
            state = resumed.state();
        }
        prop_assert_eq!(found, expected);
        prop_assert_eq!(serde_json::to_string(&state).unwrap(), serde_json::to_string(&whole.state()).unwrap());
    }
}

#[test]
fn a_state_of_another_monitor_is_refused() {
    let mut kept = monitor(Cadence::Week);
    kept.add_row("2013-04-01".parse().unwrap(), &[1.0, 2.0]).unwrap();
    let state = kept.state();
    let refused = |other: DriftMonitor| match other.resume(state.clone()) {
        Err(Error::State { what, .. }) => what,
        other => panic!("{other:?}"),
    };
    let reference: Vec<[f64; 2]> = (0..300).map(|row| [f64::from(row), 1.0]).collect();
    let builder = || DriftMonitor::builder(window(&reference), Cadence::Week).columns(columns());
    assert_eq!(refused(builder().build().unwrap()), "the reference");
    assert_eq!(refused(monitor(Cadence::Day)), "the cadence");
    let same: Vec<[f64; 2]> =
        (0..300).map(|row| [f64::from(row * 37 % 101) / 10.0, f64::from(row % 5)]).collect();
    let builder = || DriftMonitor::builder(window(&same), Cadence::Week);
    let turned = builder().columns(columns()).inputs(["hour", "temp"]).build().unwrap();
    assert_eq!(refused(turned), "the list of inputs");
    assert_eq!(refused(builder().build().unwrap()), "what is said of the columns");
    assert!(monitor(Cadence::Week).resume(state).is_ok());
}

#[test]
fn a_damaged_state_is_refused_and_never_a_panic() {
    let mut kept = monitor(Cadence::Week);
    let start: Timestamp = "2013-04-01".parse().unwrap();
    for row in 0..40 {
        kept.add_row(start, &[f64::from(row), 2.0]).unwrap();
    }
    let text = serde_json::to_string(&kept.state()).unwrap();
    for (from, to) in [
        ("\"rows\":40", "\"rows\":41"),
        ("[0.0,", "[0.0,0.5,"),
        ("\"missing\":0", "\"missing\":18446744073709551615"),
        ("{\"2\":40}", "{\"2\":18446744073709551615,\"3\":41}"),
        ("\"kind\":\"number\"", "\"kind\":\"category\""),
        ("\"rows\":40", "\"rows\":18446744073709551615"),
        ("\"name\":\"hour\"", "\"name\":\"temp\""),
    ] {
        assert!(text.contains(from), "{from} is not in {text}");
        let error = serde_json::from_str::<MonitorState>(&text.replacen(from, to, 1)).unwrap_err();
        assert!(error.to_string().starts_with("a window is damaged: "), "{to}: {error}");
    }
    // What can't be told from a genuine state does not break what follows.
    let other = text.replacen("\"kind\":\"category\"", "\"kind\":\"unsupported\"", 1);
    let mut resumed = monitor(Cadence::Week).resume(serde_json::from_str(&other).unwrap()).unwrap();
    assert!(matches!(resumed.add_row(start, &[1.0, 2.0]), Err(Error::Schema { .. })));
    assert_eq!(resumed.advance("2013-04-08".parse().unwrap()).len(), 1);
}

#[test]
fn an_accumulator_from_anywhere_is_one_or_refused() {
    let mut gathered = WindowAccumulator::new(&columns());
    gathered.update_rows(&NAMES.map(String::from), [&[1.0, 2.0][..], &[f64::NAN, 3.0]]).unwrap();
    let text = serde_json::to_string(&gathered).unwrap();
    assert_eq!(serde_json::from_str::<WindowAccumulator>(&text).unwrap(), gathered);
    let refused = |from: &str, to: &str| {
        assert!(text.contains(from), "{from} is not in {text}");
        serde_json::from_str::<WindowAccumulator>(&text.replacen(from, to, 1)).unwrap_err().to_string()
    };
    assert_eq!(
        refused("\"missing\":1", "\"missing\":3"),
        "a window is damaged: \"temp\" with 1 values and 3 missing of 2 rows"
    );
    assert!(refused("\"rows\":2", "\"rows\":0").contains("of 0 rows"));
    assert!(refused("\"rows\":2", "\"rows\":9007199254740993").contains("more than can be"));
    assert!(refused("[1.0]", "[1e999]").contains("out of range"));
    let without = r#"{"settings":{},"rows":7,"columns":null}"#;
    let error = serde_json::from_str::<WindowAccumulator>(without).unwrap_err();
    assert_eq!(error.to_string(), "a window is damaged: 7 rows without columns");

    // Two that may be, and not together.
    let half = r#"{"settings":{},"rows":9007199254740992,"columns":[{"name":"n","data_type":"Null",
        "kind":"nothing","missing":9007199254740992,"numbers":[],"categories":{}}]}"#;
    let half: WindowAccumulator = serde_json::from_str(half).unwrap();
    let mut all = half.clone();
    assert!(matches!(all.merge(half.clone()), Err(Error::Input { .. })));
    assert_eq!(all, half, "nothing was added");
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn a_state_with_another_number_is_refused_or_goes_on(
        at in any::<prop::sample::Index>(), number in "-?[0-9]{1,20}(\\.5|e[0-9]{1,3})?"
    ) {
        let mut kept = monitor(Cadence::Week);
        let start: Timestamp = "2013-04-01".parse().unwrap();
        for row in 0..40 {
            kept.add_row(start, &[if row % 9 == 0 { f64::NAN } else { f64::from(row) }, 2.0]).unwrap();
        }
        let body = serde_json::to_string(&kept.state()).unwrap();
        let starts: Vec<usize> = body
            .char_indices()
            .filter(|(i, c)| c.is_ascii_digit() && matches!(body.as_bytes()[i - 1], b':' | b'[' | b','))
            .map(|(i, _)| i)
            .collect();
        let start_of = starts[at.index(starts.len())];
        let end = start_of + body[start_of..].find([',', ']', '}']).unwrap();
        let changed = format!("{}{number}{}", &body[..start_of], &body[end..]);
        if let Ok(state) = serde_json::from_str::<MonitorState>(&changed)
            && let Ok(mut resumed) = monitor(Cadence::Week).resume(state)
        {
            let _ = resumed.add_row(start, &[1.0, 2.0]);
            let _ = resumed.advance("2013-04-15".parse().unwrap());
        }
    }
}
