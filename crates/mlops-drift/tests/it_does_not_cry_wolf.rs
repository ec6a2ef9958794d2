//! Windows of one distribution rarely alarm; real shifts do; small ones on many rows don't.
#![allow(clippy::unwrap_used, reason = "this is a test")]

mod table;

use arrow_array::ArrayRef;
use mlops_drift::{Detector, Settings, Status};
use mlops_stats::Random;
use table::{batch, compare, normal, numbers, texts};

/// Ten columns of different shapes, some with missing values and rare categories.
fn columns(random: &mut Random, rows: usize) -> Vec<(&'static str, ArrayRef)> {
    let mut of = |value: fn(&mut Random) -> f64, missing: f64| {
        numbers((0..rows).map(|_| (random.unit() >= missing).then(|| value(random))).collect())
    };
    let mut columns = vec![
        ("normal", of(normal, 0.0)),
        ("skewed", of(|random| normal(random).exp(), 0.01)),
        ("heavy", of(|random| normal(random) / (random.unit() + 1e-3), 0.0)),
        ("uniform", of(Random::unit, 0.2)),
        ("hour", of(|random| random.below(24) as f64, 0.0)),
        ("mostly_zero", of(|random| if random.unit() < 0.9 { 0.0 } else { random.unit() }, 0.017)),
        ("constant", of(|_| 1.0, 0.003)),
    ];
    for (name, kinds) in [("two", 2), ("many", 40), ("rare", 1000)] {
        let names: Vec<String> = (0..rows)
            .map(|_| {
                let share = random.unit();
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a small positive number"
                )]
                let kind = (share * share * share * f64::from(kinds)) as u64;
                format!("kind {kind}")
            })
            .collect();
        columns.push((name, texts(&names.iter().map(String::as_str).collect::<Vec<_>>())));
    }
    columns
}

/// How many of `replicates` reports without any drift alarm, limits aside.
fn alarms(replicates: u64, reference: usize, current: usize) -> u64 {
    let mut settings = Settings::default();
    (settings.shift, settings.mix, settings.missing) = (0.0, 0.0, 0.0);
    let detector = Detector::new(settings).unwrap();
    let alarmed = |replicate| {
        let mut random = Random::replicate(11, replicate);
        let (r, c) = (columns(&mut random, reference), columns(&mut random, current));
        let report =
            detector.compare_batches(&[batch(r)], &[batch(c)], &mlops_drift::Columns::default()).unwrap();
        report.drifted().next().is_some()
    };
    (0..replicates).filter(|replicate| alarmed(*replicate)).count() as u64
}

/// At most α, and three standard deviations of the simulation.
fn allowed(replicates: u64) -> u64 {
    let n = replicates as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a small positive number")]
    let allowed = (0.05 * n + 3.0 * (0.05 * 0.95 * n).sqrt()) as u64;
    allowed
}

#[test]
fn without_drift_a_report_alarms_in_at_most_five_of_a_hundred() {
    for (replicates, reference, current) in [(400, 200, 200), (400, 2_000, 40), (200, 60, 900)] {
        let seen = alarms(replicates, reference, current);
        assert!(seen <= allowed(replicates), "{seen} of {replicates} for {reference} against {current} rows");
    }
}

#[test]
fn a_shift_that_matters_is_found_and_told_with_its_direction() {
    let mut random = Random::replicate(5, 0);
    let mut draw = |mean: f64, deviation: f64| {
        numbers((0..3_000).map(|_| Some(mean + deviation * normal(&mut random))).collect())
    };
    let report = compare(
        vec![("temp", draw(33.0, 11.0)), ("spread", draw(0.0, 1.0)), ("still", draw(0.0, 1.0))],
        vec![("temp", draw(39.9, 11.0)), ("spread", draw(0.0, 2.0)), ("still", draw(0.0, 1.0))],
    );
    let reason = |name| report.column(name).unwrap().reason.as_str();
    assert!(reason("temp").contains("shifted up by 0.6"), "{}", reason("temp"));
    assert!(reason("spread").contains("(wider), values moved by 0."), "{}", reason("spread"));
    assert!(reason("still").ends_with("less than 0.2"), "{}", reason("still"));
    assert_eq!(report.share_drifted(), Some(2.0 / 3.0));
    assert_eq!(report.to_string(), "2 of 3 columns drifted: temp, spread");
}

#[test]
fn on_many_rows_the_effect_decides() {
    let mut random = Random::replicate(6, 0);
    let mut draw = |mean: f64| numbers((0..40_000).map(|_| Some(mean + normal(&mut random))).collect());
    let report = compare(vec![("a", draw(0.0))], vec![("a", draw(0.08))]);
    let values = report.columns[0].values.as_ref().unwrap();
    assert!(values.adjusted_p_value.unwrap() < 1e-9, "{values:?}");
    assert_eq!(report.columns[0].status, Status::Stable, "{}", report.columns[0].reason);
}

#[test]
fn on_few_rows_chance_is_named() {
    let mut random = Random::replicate(7, 3);
    let mut draw = |mean: f64| numbers((0..30).map(|_| Some(mean + normal(&mut random))).collect());
    let report = compare(vec![("a", draw(0.0))], vec![("a", draw(0.3))]);
    let column = &report.columns[0];
    assert!(column.values.as_ref().unwrap().effect > 0.2, "{column}");
    assert_eq!(column.status, Status::Stable);
    assert!(column.reason.contains("but chance explains it (adjusted p 0."), "{column}");
}
