//! Rows fall into the windows that a slow reading of the calendar gives, and a monitor that
//! was stopped and resumed at any moment gives the same reports.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use crate::monitors::{columns, monitor, moved, watched, window};
use mlops_core::{Clock as _, ManualClock, Timestamp, Window as Span};
use mlops_drift::monitor::{AlarmSettings, Cadence, CurrentWindow, DriftMonitor, MonitorState, WindowReport};
use mlops_drift::{Detector, DriftReport, Error};
use proptest::prelude::*;

type Row = (Timestamp, [f64; 2]);

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
