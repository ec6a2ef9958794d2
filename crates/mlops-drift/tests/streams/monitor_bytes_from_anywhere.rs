//! What a monitor remembers, from anywhere, is refused or goes on, and is never a panic.

use std::sync::Arc;

use crate::monitors::{NAMES, columns, monitor, moved, watched};
use arrow_array::{ArrayRef, RecordBatch, TimestampMicrosecondArray};
use mlops_core::Timestamp;
use mlops_drift::monitor::{AlarmSettings, Cadence, CurrentWindow, DriftMonitor, MonitorState};
use mlops_drift::{Error, WindowAccumulator};
use proptest::prelude::*;

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

#[test]
fn the_count_of_late_rows_ends_where_numbers_do() {
    let mut kept = monitor(Cadence::Day);
    kept.add_row("2013-04-02".parse().unwrap(), &[1.0, 2.0]).unwrap();
    let text = serde_json::to_string(&kept.state()).unwrap();
    let (from, to) = ("\"late_rows\":0", "\"late_rows\":18446744073709551615");
    assert!(text.contains(from), "{from} is not in {text}");
    let state: MonitorState = serde_json::from_str(&text.replacen(from, to, 1)).unwrap();
    let mut resumed = monitor(Cadence::Day).resume(state).unwrap();
    let late: Timestamp = "2013-04-01".parse().unwrap();
    assert!(resumed.add_row(late, &[1.0, 2.0]).unwrap().is_empty());
    let moments = TimestampMicrosecondArray::from(vec![late.as_micros(); 3]);
    let batch = RecordBatch::try_from_iter([("seen_at", Arc::new(moments) as ArrayRef)]).unwrap();
    assert!(resumed.add_batch(&batch, "seen_at").unwrap().is_empty());
    let closed = resumed.advance("2013-04-03".parse().unwrap());
    assert_eq!((closed[0].rows, closed[0].late_rows), (1, u64::MAX));
}

#[test]
fn an_open_window_that_the_cadence_does_not_have_is_refused() {
    let mut kept = monitor(Cadence::Week);
    kept.add_row("2013-04-03".parse().unwrap(), &[1.0, 2.0]).unwrap();
    let text = serde_json::to_string(&kept.state()).unwrap();
    let open = |from: &str, until: &str| {
        format!(r#""open":{{"from":"{from}T00:00:00Z","until":"{until}T00:00:00Z"}}"#)
    };
    let week = open("2013-04-01", "2013-04-08");
    assert!(text.contains(&week), "{week} is not in {text}");
    let resumed = |from: &str, until: &str| {
        let bytes = text.replacen(&week, &open(from, until), 1);
        monitor(Cadence::Week).resume(serde_json::from_str(&bytes).unwrap())
    };
    assert_eq!(
        resumed("2013-04-01", "2013-04-15").unwrap_err().to_string(),
        "the state of a monitor is damaged: \
         the open window 2013-04-01 until 2013-04-15 is none of the cadence week"
    );
    for (from, until) in [("2013-03-31", "2013-04-08"), ("2013-04-02", "2013-04-07")] {
        assert!(matches!(resumed(from, until), Err(Error::Damaged { .. })), "{from} until {until}");
    }
    let mut rest = resumed("2013-04-03", "2013-04-08").unwrap();
    rest.add_row("2013-04-02".parse().unwrap(), &[1.0, 2.0]).unwrap();
    assert_eq!(rest.advance("2013-04-08".parse().unwrap())[0].late_rows, 1, "it was closed early");

    let counted = serde_json::to_string(&monitor(Cadence::Rows(9)).state()).unwrap();
    assert!(counted.contains("\"open\":null"), "{counted}");
    let state = serde_json::from_str(&counted.replacen("\"open\":null", &week, 1)).unwrap();
    assert!(matches!(monitor(Cadence::Rows(9)).resume(state), Err(Error::Damaged { .. })));
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

/// The text with another number in place of one of its own.
fn with_another_number(text: &str, at: prop::sample::Index, number: &str) -> String {
    let begins =
        |(i, c): &(usize, char)| c.is_ascii_digit() && matches!(text.as_bytes()[i - 1], b':' | b'[' | b',');
    let starts: Vec<usize> = text.char_indices().filter(begins).map(|(i, _)| i).collect();
    let start = starts[at.index(starts.len())];
    let end = start + text[start..].find([',', ']', '}']).unwrap();
    format!("{}{number}{}", &text[..start], &text[end..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn a_sliding_state_with_another_number_is_refused_or_goes_on(
        at in any::<prop::sample::Index>(), number in "-?[0-9]{1,20}(\\.5|e[0-9]{1,3})?"
    ) {
        let body = serde_json::to_string(&alarmed().state()).unwrap();
        let (head, history) = body.split_once("\"history\":").unwrap();
        let changed = format!("{}\"history\":{history}", with_another_number(head, at, &number));
        let settings = AlarmSettings::default().until_quiet(1);
        let (monitor, _) = watched(Cadence::Day, CurrentWindow::LatestRows(30), settings);
        if let Ok(state) = serde_json::from_str::<MonitorState>(&changed)
            && let Ok(mut resumed) = monitor.resume(state)
        {
            // The first comes late.
            for (row, day) in ["2013-04-01", "2013-04-05"].into_iter().cycle().take(80).enumerate() {
                let _ = resumed.add_row(day.parse().unwrap(), &[row as f64, 2.0]);
            }
            let _ = (resumed.advance("2013-04-15".parse().unwrap()), resumed.state().to_bytes());
        }
    }

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
        let changed = with_another_number(&body, at, &number);
        if let Ok(state) = serde_json::from_str::<MonitorState>(&changed)
            && let Ok(mut resumed) = monitor(Cadence::Week).resume(state)
        {
            let _ = resumed.add_row(start, &[1.0, 2.0]);
            let _ = resumed.add_row("2013-03-31".parse().unwrap(), &[1.0, 2.0]);
            let _ = resumed.advance("2013-04-15".parse().unwrap());
        }
    }
}
