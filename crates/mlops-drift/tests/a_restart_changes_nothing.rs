//! Rows fall into the windows that a slow reading of the calendar gives, and a monitor that
//! was stopped and resumed at any moment gives the same reports.
#![allow(clippy::unwrap_used, reason = "this is a test")]

mod table;

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use mlops_core::{Clock as _, ManualClock, Timestamp, Window as Span};
use mlops_drift::monitor::{
    AlarmSettings, Cadence, CurrentWindow, DriftMonitor, Horizon, MonitorState, WindowReport,
};
use mlops_drift::{Columns, Detector, DriftReport, Error, Settings, Window, WindowAccumulator};
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
    DriftMonitor::builder(window(&reference), cadence)
        .columns(columns())
        .min_rows(8)
        .horizon(Horizon::EachLook)
        .build()
        .unwrap()
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

/// What can happen to a monitor.
#[derive(Clone, Debug)]
enum Event {
    /// So many hours later, or earlier.
    Row(i64, f64, f64),
    Batch(i64, Vec<f64>),
    /// The clock shows so many hours more, or fewer.
    Tick(i64),
    Close,
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let hours = || prop_oneof![12 => 0_i64..9, 1 => -40_i64..0];
    let value = || prop_oneof![6 => -20.0..20.0, 6 => 0.0..10.0, 1 => Just(f64::NAN)];
    let event = prop_oneof![
        12 => (hours(), value(), 0_u32..6).prop_map(|(h, v, code)| Event::Row(h, v, f64::from(code))),
        3 => (hours(), prop::collection::vec(value(), 1..30)).prop_map(|(h, values)| Event::Batch(h, values)),
        2 => (-30_i64..60).prop_map(Event::Tick),
        1 => Just(Event::Close),
    ];
    prop::collection::vec(event, 1..80)
}

/// A monitor with everything that there is to remember, and its clock.
fn watched(
    cadence: Cadence,
    current: CurrentWindow,
    settings: AlarmSettings,
) -> (DriftMonitor, Arc<ManualClock>) {
    let reference: Vec<[f64; 2]> =
        (0..300).map(|row| [f64::from(row * 37 % 101) / 10.0, f64::from(row % 5)]).collect();
    let clock = Arc::new(ManualClock::new("2013-03-28".parse().unwrap()));
    let monitor = DriftMonitor::builder(window(&reference), cadence)
        .columns(columns())
        .window(current)
        .alarms(settings)
        .horizon(Horizon::Life)
        .min_rows(8)
        .keep(7)
        .clock(Arc::<ManualClock>::clone(&clock));
    let mut detector = Settings::default();
    detector.min_values = 5;
    (monitor.detector(Detector::new(detector).unwrap()).build().unwrap(), clock)
}

fn moved(from: Timestamp, hours: i64) -> Timestamp {
    let time = Duration::from_hours(hours.unsigned_abs());
    if hours < 0 { from - time } else { from + time }
}

/// What an event gives: reports, or why not.
fn happen(
    monitor: &mut DriftMonitor,
    clock: &ManualClock,
    now: &mut Timestamp,
    event: &Event,
) -> Result<Vec<WindowReport>, Error> {
    match event {
        Event::Row(hours, value, code) => {
            *now = moved(*now, *hours);
            monitor.add_row(*now, &[*value, *code])
        }
        Event::Batch(hours, values) => {
            *now = moved(*now, *hours);
            let moments = arrow_array::TimestampMicrosecondArray::from(vec![now.as_micros(); values.len()]);
            let numbers =
                |of: Vec<f64>| Arc::new(arrow_array::Float64Array::from(of)) as arrow_array::ArrayRef;
            let codes = (0..values.len()).map(|row| (row % 5) as f64).collect();
            let batch = arrow_array::RecordBatch::try_from_iter([
                ("temp", numbers(values.clone())),
                ("hour", numbers(codes)),
                ("seen_at", Arc::new(moments) as arrow_array::ArrayRef),
            ]);
            monitor.add_batch(&batch.unwrap(), "seen_at")
        }
        Event::Tick(hours) => {
            clock.set(moved(clock.now(), *hours));
            monitor.tick()
        }
        Event::Close => Ok(monitor.close(*now)),
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(96))]
    #[test]
    fn whatever_happens_a_restart_gives_the_same_reports_and_alarms(
        events in events(),
        cadence in prop_oneof![Just(Cadence::Hour), cadences()],
        current in prop_oneof![
            Just(CurrentWindow::SinceLastLook),
            (1_u64..60).prop_map(CurrentWindow::LatestRows),
            (1_u64..200).prop_map(|hours| CurrentWindow::LatestSpan(Duration::from_hours(hours))),
        ],
        settings in (1_u32..3, 0_u32..2, 1_u32..3, 0_u64..90).prop_map(|(drifts, more, quiet, cool)| {
            let settings = AlarmSettings::default().after(drifts, drifts + more).until_quiet(quiet);
            settings.cool_down(Duration::from_hours(cool))
        }),
        every in 1_usize..20,
    ) {
        let start: Timestamp = "2013-03-28".parse().unwrap();
        let (mut whole, clock) = watched(cadence, current, settings);
        let mut now = start;
        let expected: Vec<_> =
            events.iter().map(|event| happen(&mut whole, &clock, &mut now, event)).collect();

        let (mut stopped, mut clock) = watched(cadence, current, settings);
        let (mut now, mut found) = (start, Vec::new());
        for (place, event) in events.iter().enumerate() {
            found.push(happen(&mut stopped, &clock, &mut now, event));
            if place % every == 0 {
                let bytes = stopped.state().to_bytes();
                let (another, same) = watched(cadence, current, settings);
                same.set(clock.now());
                stopped = another.resume(MonitorState::from_bytes(&bytes).unwrap()).unwrap();
                clock = same;
            }
        }
        prop_assert_eq!(found, expected);
        prop_assert_eq!(stopped.state().to_bytes(), whole.state().to_bytes());
        prop_assert_eq!(stopped.alarms().collect::<Vec<_>>(), whole.alarms().collect::<Vec<_>>());
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
    let slides = |window| watched(Cadence::Week, window, AlarmSettings::default()).0;
    assert_eq!(refused(slides(CurrentWindow::LatestRows(9))), "the window");
    let (nine, ten) = (CurrentWindow::LatestRows(9), CurrentWindow::LatestRows(10));
    assert!(matches!(slides(ten).resume(slides(nine).state()), Err(Error::State { what: "the window", .. })));
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

/// A monitor whose window slides, with an alarm that is over and one that is not.
fn alarmed() -> DriftMonitor {
    let settings = AlarmSettings::default().until_quiet(1);
    let (mut kept, _) = watched(Cadence::Day, CurrentWindow::LatestRows(30), settings);
    for (day, shift) in [0.0, 90.0, 0.0, 90.0].into_iter().enumerate() {
        let at = moved("2013-04-01T12:00:00Z".parse().unwrap(), 24 * i64::try_from(day).unwrap());
        for row in 0..31 {
            kept.add_row(at, &[f64::from(row) / 3.0 + shift, f64::from(row % 5)]).unwrap();
        }
    }
    kept.advance("2013-04-05".parse().unwrap());
    assert_eq!(kept.alarms().map(mlops_drift::monitor::Alarm::is_open).collect::<Vec<_>>(), [false, true]);
    kept
}

#[test]
fn bytes_that_are_no_state_are_refused() {
    let bytes = alarmed().state().to_bytes();
    assert_eq!(MonitorState::from_bytes(&bytes).unwrap(), alarmed().state());
    let mut newer = bytes.clone();
    newer[8] = 2;
    assert_eq!(
        MonitorState::from_bytes(&newer).unwrap_err().to_string(),
        "the state of a monitor is written in version 2 of the format, expected 1"
    );
    let damaged = |bytes: &[u8]| matches!(MonitorState::from_bytes(bytes), Err(Error::Damaged { .. }));
    for place in (0..bytes.len()).step_by(97).filter(|place| !(8..12).contains(place)) {
        let mut changed = bytes.clone();
        changed[place] ^= 1;
        assert!(damaged(&changed) && damaged(&bytes[..place]), "{place}");
    }
}

#[test]
fn a_state_that_no_looks_lead_to_is_refused() {
    let text = serde_json::to_string(&alarmed().state()).unwrap();
    for (from, to, reason) in [
        ("\"new\":0", "\"new\":9007199254740993", "more than can be"),
        ("\"moments\":[", "\"moments\":[0,", "values of 31 rows"),
        ("\"codes\":[1", "\"codes\":[5", "with name 5 of 5"),
        ("\"names\":[\"0\",\"1\"", "\"names\":[\"0\",\"0\"", "twice"),
        ("{\"numbers\":[", "{\"present\":[]},\"other\":{\"numbers\":[", "not of the kind"),
        ("\"columns\":{\"temp\":", "\"columns\":{\"hour\":", "the alarm of \"hour\""),
        ("\"until\":\"2013-04-04T00:00:00Z\",\"drifts\"", "\"until\":null,\"drifts\"", "is not over"),
    ] {
        assert!(text.contains(from), "{from} is not in {text}");
        let error =
            serde_json::from_str::<MonitorState>(&text.replacen(from, to, 1)).unwrap_err().to_string();
        assert!(error.contains(" damaged: ") && error.contains(reason), "{to}: {error}");
    }
    let looks = format!("\"drifted\":[{}", "false,".repeat(1_001));
    let long = text.replacen("\"drifted\":[", &looks, 1);
    assert!(serde_json::from_str::<MonitorState>(&long).unwrap_err().to_string().contains("1002 looks"));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn a_sliding_state_with_another_number_is_refused_or_goes_on(
        at in any::<prop::sample::Index>(), number in "-?[0-9]{1,20}(\\.5|e[0-9]{1,3})?"
    ) {
        let body = serde_json::to_string(&alarmed().state()).unwrap();
        let (head, history) = body.split_once("\"history\":").unwrap();
        let starts: Vec<usize> = head
            .char_indices()
            .filter(|(i, c)| c.is_ascii_digit() && matches!(head.as_bytes()[i - 1], b':' | b'[' | b','))
            .map(|(i, _)| i)
            .collect();
        let start = starts[at.index(starts.len())];
        let end = start + head[start..].find([',', ']', '}']).unwrap();
        let changed = format!("{}{number}{}\"history\":{history}", &head[..start], &head[end..]);
        let settings = AlarmSettings::default().until_quiet(1);
        let (monitor, _) = watched(Cadence::Day, CurrentWindow::LatestRows(30), settings);
        if let Ok(state) = serde_json::from_str::<MonitorState>(&changed)
            && let Ok(mut resumed) = monitor.resume(state)
        {
            for row in 0..40 {
                let _ = resumed.add_row("2013-04-05T12:00:00Z".parse().unwrap(), &[f64::from(row), 2.0]);
            }
            let _ = (resumed.advance("2013-04-15".parse().unwrap()), resumed.state().to_bytes());
        }
    }
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
