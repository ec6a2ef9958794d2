//! Flights of one day share their weather: a method that takes them as independent claims
//! several times more certainty than there is.

use crate::gate_support::{judge, moment, subject, window};
use mlops_core::{Check, Outcome, Timestamp};
use mlops_validate::gate::{Candidate, Gate, Production};

/// A retraining that was over-fitted to an easy season, against the champion.
fn october() -> Candidate<'static> {
    let text = include_str!("../../testdata/flights/october.csv");
    let rows = text.lines().skip(1).map(|line| {
        let numbers: Vec<u64> = line.split(',').map(|number| number.parse().unwrap()).collect();
        (numbers[0], numbers[1], numbers[2] as f64 / 1_000.0, numbers[3] as f64 / 1_000.0)
    });
    let (mut times, mut labels, mut retrained, mut champion) = (vec![], vec![], vec![], vec![]);
    let first: Timestamp = moment("2013-10-01");
    for (day, late, new, old) in rows {
        times.push(first + std::time::Duration::from_secs(86_400 * (day - 1)));
        labels.push(Some(late == 1));
        retrained.push(new);
        champion.push(old);
    }
    assert_eq!(times.len(), 28_617);
    Candidate::builder()
        .subject(subject())
        .training(window("2013-07-01", "2013-10-01"))
        .evaluation(window("2013-10-01", "2013-11-01"))
        .times(&times)
        .labels(&labels)
        .scores(&retrained)
        .production(Production::Version { version: "1.0.0".parse().unwrap(), scores: &champion })
        .build()
        .unwrap()
}

fn compared(candidate: &Candidate<'_>, check: &str) -> Check {
    let text = format!(r#"{{"gate": "g", "decision_threshold": 0.3, "checks": [{{{check}}}]}}"#);
    judge(&Gate::from_json(&text).unwrap(), candidate).checks.remove(0)
}

fn width(check: &Check) -> f64 {
    check.interval.map(|interval| interval.upper - interval.lower).unwrap()
}

#[test]
fn rows_claim_three_to_six_times_too_little_uncertainty() {
    let october = october();
    let better = r#""kind": "better_than_production", "metric": "roc_auc""#;
    let by_rows = compared(&october, &format!(r#"{better}, "method": "delong", "unit": "row""#));
    let by_days = compared(&october, better);
    assert!((by_rows.observed.unwrap() - by_days.observed.unwrap()).abs() < 1e-9);
    let ratio = width(&by_days) / width(&by_rows);
    assert!((3.0..6.0).contains(&ratio), "{ratio}: {by_rows:?} {by_days:?}");
    // So it is not only a matter of digits: rows are sure of a gain that days can't show.
    assert_eq!(by_rows.outcome, Outcome::Passed, "{by_rows:?}");
    assert_eq!(by_days.outcome, Outcome::Failed, "{by_days:?}");
    assert!(by_days.reason.contains("it is not shown to be better"), "{by_days:?}");
    // Drawing single flights is as wrong, whichever way the interval is made.
    let drawn = compared(&october, &format!(r#"{better}, "unit": "row""#));
    assert!((width(&drawn) / width(&by_rows) - 1.0).abs() < 0.1, "{drawn:?}");

    let loss = r#""kind": "not_worse_than_production", "metric": "log_loss", "margin": 0.02"#;
    let flips = compared(&october, &format!(r#"{loss}, "method": "permutation", "unit": "row""#));
    let days = compared(&october, loss);
    let ratio = width(&days) / width(&flips);
    assert!((3.0..6.0).contains(&ratio), "{ratio}: {flips:?} {days:?}");
    // One mean a day knows what whole days know.
    let means = compared(&october, &format!(r#"{loss}, "method": "permutation""#));
    let ratio = width(&days) / width(&means);
    assert!((0.6..1.6).contains(&ratio), "{ratio}: {means:?} {days:?}");
}
