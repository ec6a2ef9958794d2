//! Bytes that claim to be the state of a detector are one, or a typed error: never a panic, a
//! hang, or memory that they only claim to need. `fuzz/` runs the same function without an end.

#[path = "../../fuzz/read_detector.rs"]
mod read_detector;

use mlops_drift::Error;
use mlops_drift::stream::{DetectorSettings, SavedDetector, StreamDetector, StreamMonitor};
use proptest::prelude::*;
use read_detector::{read_detector, sealed};

/// A state of every detector, after so many values.
fn states(values: u32) -> Vec<SavedDetector> {
    let after = |settings: DetectorSettings| {
        let mut detector = settings.detector().unwrap();
        for step in 0..values {
            let rare = step % 9 == 0 || step > 180 && step % 2 == 0;
            // Errors, or p-values and losses where it takes them.
            if detector.update(f64::from(step * 37 % 100) / 100.0).is_err() || step % 3 == 0 {
                detector.update_error(rare).unwrap();
            }
        }
        detector
    };
    DetectorSettings::defaults().into_iter().map(after).collect()
}

fn body(detector: &SavedDetector) -> String {
    String::from_utf8(detector.to_bytes()[52..].to_vec()).unwrap()
}

#[test]
fn what_is_wrong_is_named() {
    let read = |bytes: &[u8]| SavedDetector::from_bytes(bytes).unwrap_err().to_string();
    for detector in states(200) {
        let bytes = detector.to_bytes();
        assert_eq!(SavedDetector::from_bytes(&bytes).unwrap(), detector);
        let mut another = bytes.clone();
        another[8] = 2;
        let version = Error::Version { what: "the state of a detector", found: 2, expected: 1 };
        assert_eq!(SavedDetector::from_bytes(&another), Err(version));
        for cut in 0..bytes.len() {
            assert!(read(&bytes[..cut]).starts_with("the state of a detector is damaged: "));
        }
        let mut changed = bytes.clone();
        changed[60] ^= 1;
        assert_eq!(read(&changed), "the state of a detector is damaged: its checksum is another");
        let more = body(&detector).replacen("\"state\":{", "\"state\":{\"more\":1,", 1);
        assert!(read(&sealed(more.as_bytes())).contains("unknown field `more`"), "{more}");
    }
    assert!(read(&sealed(br#"{"detector":"oracle","state":{}}"#)).contains("unknown variant `oracle`"));
    assert!(read(&sealed("[".repeat(1_000_000).as_bytes())).contains("damaged"));
}

#[test]
fn more_values_than_can_be_are_refused() {
    let mut refused = 0;
    for detector in states(40).into_iter().chain(states(200)) {
        let count = format!("\"n\":{}", detector.observations());
        let most = body(&detector).replacen(&count, &format!("\"n\":{}", u64::MAX - 100), 1);
        refused += usize::from(SavedDetector::from_bytes(&sealed(most.as_bytes())).is_err());
        read_detector(&sealed(most.as_bytes()));
    }
    assert!(refused > 10, "{refused}");
}

#[test]
fn every_state_can_be_gone_on_with() {
    for values in [0, 1, 2, 29, 30, 200, 1_000] {
        for detector in states(values) {
            read_detector(&detector.to_bytes());
        }
    }
}

/// The body with one of its numbers changed.
fn with_number(body: &str, at: prop::sample::Index, number: &str) -> String {
    let starts: Vec<usize> = body
        .char_indices()
        .filter(|(i, c)| {
            (c.is_ascii_digit() || *c == '-') && matches!(body.as_bytes()[i - 1], b':' | b'[' | b',')
        })
        .map(|(i, _)| i)
        .collect();
    let start = starts[at.index(starts.len())];
    let end = start + body[start..].find([',', ']', '}']).unwrap();
    format!("{}{number}{}", &body[..start], &body[end..])
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(200))]
    #[test]
    fn changed_numbers_are_refused_or_a_state(
        changes in prop::collection::vec(
            (any::<prop::sample::Index>(), "-?[0-9]{1,20}(\\.5|e[0-9]{1,3})?|0|1|null|1e-300"), 1..4
        )
    ) {
        for detector in states(200) {
            let mut body = body(&detector);
            for (at, number) in &changes {
                body = with_number(&body, *at, number);
                read_detector(&sealed(body.as_bytes()));
            }
        }
    }

    #[test]
    fn changed_bytes_are_refused_or_a_state(
        changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..6),
        cut in prop::option::of(any::<prop::sample::Index>())
    ) {
        for detector in states(200) {
            let mut bytes = detector.to_bytes();
            for (at, byte) in &changes {
                let at = at.index(bytes.len());
                bytes[at] = *byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            read_detector(&bytes);
            // The same with a checksum that fits, as somebody would who means it.
            if bytes.len() > 52 {
                read_detector(&sealed(&bytes[52..]));
            }
        }
    }

    /// A monitor holds detectors, and counts of its own.
    #[test]
    fn changed_numbers_of_a_monitor_too(
        changes in prop::collection::vec((any::<prop::sample::Index>(), "[0-9]{1,20}|1e308|0|null"), 1..4)
    ) {
        let mut monitor: StreamMonitor = StreamMonitor::new("errors", states(0)).unwrap();
        for step in 0..1_500_u32 {
            monitor.update_error(step % 7 == 0 || step > 900 && step % 2 == 0).unwrap();
        }
        let mut body = String::from_utf8(monitor.to_bytes()[52..].to_vec()).unwrap();
        for (at, number) in &changes {
            body = with_number(&body, *at, number);
            let mut bytes = sealed(body.as_bytes());
            bytes[..8].copy_from_slice(b"mlopsstm");
            let Ok(mut read) = StreamMonitor::from_bytes(&bytes) else { continue };
            for step in 0..600_u32 {
                let _ = read.update_error(step % 3 == 0);
            }
            let _ = (read.findings(), read.counts().map(|(_, alarms)| alarms).sum::<u64>());
        }
    }

    #[test]
    fn any_bytes_are_refused(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        read_detector(&bytes);
        read_detector(&sealed(&bytes));
    }
}
