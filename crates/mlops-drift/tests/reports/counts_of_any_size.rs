//! Profiles of 2⁵² rows are compared as fast, and in as little memory, as those of a thousand.

use std::sync::Arc;

use crate::read_profile::sealed;
use crate::table::{batch, texts};
use mlops_drift::preset::evidently::{EvidentlyTest, StatTest};
use mlops_drift::{Columns, Detector, Error, Profile, Status};

const ROWS: u64 = 1 << 52;

/// A profile of a column with two names and missing values, with these counts.
fn profile(missing: u64, counts: [u64; 2]) -> Profile {
    let small = Profile::read([&batch(vec![("c", texts(&["a", "b"]))])], &Columns::default()).unwrap();
    let mut body = String::from_utf8(small.to_bytes()[52..].to_vec()).unwrap();
    for (from, to) in [
        ("\"rows\":2", format!("\"rows\":{}", missing + counts[0] + counts[1])),
        ("\"missing\":0", format!("\"missing\":{missing}")),
        ("\"a\":1", format!("\"a\":{}", counts[0])),
        ("\"b\":1", format!("\"b\":{}", counts[1])),
    ] {
        assert!(body.contains(from), "{from} is not in {body}");
        body = body.replacen(from, &to, 1);
    }
    Profile::from_bytes(&sealed(body.as_bytes())).unwrap()
}

#[test]
fn missing_values_of_any_number_are_judged() {
    let (quarter, half) = (ROWS / 4, ROWS / 2);
    let reference = profile(half, [quarter, quarter]).window();
    let of = |current: Profile| Detector::default().compare(&reference, &current.window()).unwrap();
    let same = of(profile(half, [quarter, quarter]));
    let missing = same.columns[0].missing.as_ref().unwrap();
    assert_eq!((same.columns[0].status, missing.p_value), (Status::Stable, Some(1.0)));
    let fewer = of(profile(quarter, [quarter * 3 / 2, quarter * 3 / 2]));
    let missing = fewer.columns[0].missing.as_ref().unwrap();
    assert_eq!((fewer.columns[0].status, missing.p_value), (Status::Drifted, Some(0.0)));
    assert!((missing.effect - 0.25).abs() < 1e-12 && missing.drifted(), "{missing:?}");
    // Both together are more than 2⁵³ rows.
    let more = of(profile(ROWS, [half, half]));
    assert!(more.columns[0].missing.as_ref().unwrap().p_value.is_some());
    // Against a small window the exact test decides: 20 of 40 are what was to be expected.
    let few = of(profile(20, [20, 20]));
    assert!(few.columns[0].missing.as_ref().unwrap().p_value.unwrap() < 0.05);
    let few = of(profile(40, [20, 20]));
    assert!(few.columns[0].missing.as_ref().unwrap().p_value.unwrap() > 0.99);
}

#[test]
fn every_test_of_categories_has_the_right_answer() {
    let half = ROWS / 2;
    let (reference, other) =
        (profile(0, [half, half]).window(), profile(0, [half + half / 2, half / 2]).window());
    for test in StatTest::ALL.into_iter().filter(|test| test.takes_categories()) {
        let detector = Detector::evidently().categories_by(Arc::new(EvidentlyTest::new(test)));
        let status = |current| detector.compare(&reference, current).unwrap().columns.remove(0).status;
        assert_eq!(status(&reference), Status::Stable, "{test}");
        assert_eq!(status(&other), Status::Drifted, "{test}");
    }
    let status = |current| Detector::default().compare(&reference, current).unwrap().columns.remove(0).status;
    assert_eq!((status(&reference), status(&other)), (Status::Stable, Status::Drifted));
}

#[test]
fn more_rows_than_can_be_are_refused_where_they_are_given() {
    let mut all = profile(0, [ROWS, ROWS]);
    let kept = all.clone();
    let error = all.merge(&profile(0, [1, 0])).unwrap_err();
    assert!(matches!(error, Error::Input { .. }), "{error:?}");
    assert!(error.to_string().ends_with("expected at most 2^53"), "{error}");
    assert_eq!(all, kept);
}
