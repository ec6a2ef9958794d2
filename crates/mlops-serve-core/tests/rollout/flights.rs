//! Flights as they happened, told to a rollout in the order in which things became known.

use std::path::Path;

use mlops_core::{Timestamp, Version};
use mlops_serve_core::Pair;
use mlops_serve_core::rollout::{Action, Event, Rollout, RolloutPlan, Stop};

use crate::{CANDIDATE, PRODUCTION, hour, id, minute};

pub(crate) struct Flight {
    number: usize,
    decided: u64,
    label: Option<(u64, f64)>,
    pub(crate) carrier: Box<str>,
    origin: Box<str>,
    /// The score of 1.1.0.
    pub(crate) new: f64,
    /// The score of 1.0.0, where the file has it.
    pub(crate) old: f64,
}

pub(crate) fn read(file: &str) -> Vec<Flight> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("testdata/rollout_flights").join(file);
    let text = std::fs::read_to_string(path).unwrap();
    text.lines().map(flight).collect()
}

fn flight(line: &str) -> Flight {
    let fields: Vec<&str> = line.split(',').collect();
    let decided: u64 = fields[1].parse().unwrap();
    let wait: Option<u64> = fields[2].parse().ok();
    let score = |field: &str| field.parse::<f64>().unwrap() / 10_000.0;
    Flight {
        number: fields[0].parse().unwrap(),
        decided,
        label: wait.map(|wait| (decided + wait, fields[3].parse().unwrap())),
        carrier: fields[4].into(),
        origin: fields[5].into(),
        new: score(fields[6]),
        old: fields.get(7).map_or(f64::NAN, |field| score(field)),
    }
}

/// Where a flight stands in the queue for the trial, 0 to 1: `SplitMix64` of its number.
fn place(number: usize, salt: u64) -> f64 {
    let mut x = (number as u64).wrapping_add(salt.wrapping_mul(0x9e37_79b9_7f4a_7c15));
    x = (x ^ (x >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    x = (x ^ (x >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    (x ^ (x >> 31)) as f64 / 2_f64.powi(64)
}

pub(crate) enum Ended {
    Running,
    Complete(Timestamp),
    Stopped(Stop),
}

/// Tells a rollout of the flights decided from `from` (hour of the year) on, and does what it says.
pub(crate) fn run(
    plan: RolloutPlan,
    flights: &[Flight],
    from: u64,
    salt: u64,
    answers: impl Fn(&Flight) -> (Result<f64, &'static str>, f64),
) -> (Ended, Rollout) {
    let (mut rollout, _) = Rollout::start(plan, CANDIDATE, PRODUCTION, hour(from)).unwrap();
    let mut happenings: Vec<(u64, bool, &Flight)> = Vec::new();
    for flight in flights.iter().filter(|flight| flight.decided >= 60 * from) {
        happenings.push((flight.decided, false, flight));
        happenings.extend(flight.label.map(|(known, _)| (known, true, flight)));
    }
    happenings.sort_by_key(|(at, is_label, flight)| (*at, *is_label, flight.number));
    let mut share = rollout.share();
    let (candidate_version, production_version): (Version, Version) = (CANDIDATE, PRODUCTION);
    for (at, is_label, flight) in happenings {
        let actions = if is_label {
            let value = flight.label.map_or(f64::NAN, |(_, late)| late);
            rollout.apply(Event::Label { id: &id(flight.number), value, known_at: minute(at) })
        } else if place(flight.number, salt) < share {
            let (candidate, production) = answers(flight);
            let pair = Pair {
                id: id(flight.number),
                at: minute(at),
                segments: vec![
                    ("carrier".into(), flight.carrier.clone()),
                    ("origin".into(), flight.origin.clone()),
                ],
                candidate_role: mlops_core::ServedBy::Canary,
                candidate_version: candidate_version.clone(),
                production_version: production_version.clone(),
                candidate,
                production: Ok(production),
            };
            rollout.apply(Event::Pair(&pair))
        } else {
            rollout.apply(Event::Tick(minute(at)))
        };
        for action in actions {
            match action {
                Action::SetShare(new) => share = new,
                Action::Stop(stop) => return (Ended::Stopped(stop), rollout),
                Action::Complete => return (Ended::Complete(minute(at)), rollout),
                _ => unreachable!("no other action is known"),
            }
        }
    }
    (Ended::Running, rollout)
}
