//! Detectors with a guarantee alarm falsely in at most a share α of the courses, over a hundred
//! thousand values each and looked at after every one; and what has changed is found.

use mlops_drift::stream::{
    MeanEProcess, MeanEProcessSettings, PValueMartingale, RiskEProcess, RiskEProcessSettings,
    ScoreMartingale, ScoreMartingaleSettings, Side, Status, StreamDetector,
};
use mlops_stats::Random;

const COURSES: u32 = 300;
/// Of the streams beside the main ones.
const FEWER: u32 = 100;
const STEPS: u32 = 100_000;

/// How many of so many courses may alarm: α of them, 0.05. No room for chance: the courses are seeded, and a
/// detector that keeps to α on them today does so tomorrow.
fn allowed(courses: u32) -> u32 {
    courses / 20
}

/// In how many courses a detector ever alarms.
fn alarms(
    (seed, courses): (u64, u32),
    mut detector: impl StreamDetector,
    mut next: impl FnMut(&mut Random, u32, Option<f64>) -> f64,
) -> u32 {
    let mut alarms = 0;
    for course in 0..courses {
        detector.reset();
        let mut random = Random::replicate(seed, u64::from(course));
        let mut before = None;
        for step in 0..STEPS {
            let value = next(&mut random, step, before);
            before = Some(value);
            if detector.update(value).unwrap() == Status::Drift {
                alarms += 1;
                break;
            }
        }
    }
    alarms
}

fn bit(random: &mut Random, chance: f64) -> f64 {
    f64::from(u8::from(random.unit() < chance))
}

fn risk(level: f64) -> RiskEProcess {
    let mut settings = RiskEProcessSettings::default();
    settings.level = level;
    RiskEProcess::new(settings).unwrap()
}

fn mean(level: f64, side: Side) -> MeanEProcess {
    let mut settings = MeanEProcessSettings::default();
    (settings.level, settings.side) = (level, side);
    MeanEProcess::new(settings).unwrap()
}

#[test]
fn a_risk_as_promised_seldom_alarms() {
    let seen = alarms((1, COURSES), risk(0.2), |random, _, _| bit(random, 0.2));
    assert!(seen <= allowed(COURSES), "{seen} of {COURSES}");
    // Good weeks make up for bad ones: what counts is the mean so far.
    let weeks = [0.1, 0.3];
    let seen = alarms((2, FEWER), risk(0.2), |random, step, _| bit(random, weeks[(step / 50 % 2) as usize]));
    assert!(seen <= allowed(FEWER), "{seen} of {FEWER}");
}

/// The count above tells a promise that is kept from one that is not quite.
#[test]
fn a_promise_broken_by_little_is_always_found() {
    let seen = alarms((8, FEWER), risk(0.2), |random, _, _| bit(random, 0.22));
    assert!(seen >= FEWER - 1 && seen > 2 * allowed(FEWER), "{seen} of {FEWER}");
    let seen = alarms((9, FEWER), PValueMartingale::default(), |random, _, _| random.unit().powf(1.1));
    assert!(seen >= FEWER - 1, "{seen} of {FEWER}");
}

#[test]
fn a_mean_at_its_level_seldom_alarms() {
    // Values that depend on those before them: after a large one, either end; the mean stays.
    let seen = alarms((3, FEWER), mean(0.5, Side::Both), |random, _, before| {
        let reach = if before.is_none_or(|value| value > 0.5) { 0.5 } else { 0.1 };
        if random.unit() < 0.5 { 0.5 - reach } else { 0.5 + reach }
    });
    assert!(seen <= allowed(FEWER), "{seen} of {FEWER}");
    let seen = alarms((4, COURSES), mean(0.2, Side::Up), |random, _, _| bit(random, 0.2));
    assert!(seen <= allowed(COURSES), "{seen} of {COURSES}");
}

#[test]
fn p_values_of_no_change_seldom_alarm() {
    let seen = alarms((5, COURSES), PValueMartingale::default(), |random, _, _| random.unit());
    assert!(seen <= allowed(COURSES), "{seen} of {COURSES}");
}

#[test]
fn scores_that_are_alike_seldom_alarm() {
    // Each course has ties of its own.
    let mut settings = ScoreMartingaleSettings::default();
    settings.lay_from = 50;
    let mut seen = 0;
    for course in 0..COURSES / 3 {
        settings.seed = u64::from(course) * 1_000;
        let mut detector = ScoreMartingale::new(settings.clone()).unwrap();
        let mut random = Random::replicate(6, u64::from(course));
        // Heavy tails, in half of the courses with ties.
        let mut score = || {
            let wild = 1.0 / random.unit().max(1e-12);
            if course % 2 == 0 { wild } else { wild.floor() }
        };
        seen += u32::from((0..STEPS).any(|_| detector.update(score()).unwrap() == Status::Drift));
    }
    assert!(seen <= allowed(COURSES / 3), "{seen} of {}", COURSES / 3);
}

/// With how many values after the change it alarms, in the median of a thousand courses of 0 and
/// 1 at a chance of 0.2 before it; a course that alarms before it is left out.
fn median_delay(mut detector: impl StreamDetector, change: u32, chance: f64) -> u32 {
    let mut delays: Vec<u32> = Vec::new();
    for course in 0..1_000 {
        detector.reset();
        let mut random = Random::replicate(7, course);
        let mut drifts = |chance| detector.update(bit(&mut random, chance)).unwrap() == Status::Drift;
        if !(0..change).any(|_| drifts(0.2)) {
            delays.push((1..=5_000).find(|_| drifts(chance)).unwrap_or(u32::MAX));
        }
    }
    let middle = delays.len() / 2;
    *delays.select_nth_unstable(middle).1
}

#[test]
fn a_risk_above_the_promise_is_found_soon() {
    for (chance, most) in [(0.3, 150), (0.4, 40)] {
        let seen = median_delay(risk(0.2), 0, chance);
        assert!(seen <= most, "{chance}: {seen}");
        let seen = median_delay(mean(0.2, Side::Up), 0, chance);
        assert!(seen <= most, "{chance}: {seen}");
    }
}

#[test]
fn a_late_change_is_found_nearly_as_soon() {
    for (change, chance, most) in [(1_000, 0.3, 280), (1_000, 0.4, 100), (10_000, 0.4, 140)] {
        let seen = median_delay(mean(0.2, Side::Up), change, chance);
        assert!(seen <= most, "{chance} after {change}: {seen}");
    }
    let mut settings = ScoreMartingaleSettings::default();
    settings.side = Side::Up;
    let seen = median_delay(ScoreMartingale::new(settings).unwrap(), 1_000, 0.4);
    assert!(seen <= 200, "{seen}");
}
