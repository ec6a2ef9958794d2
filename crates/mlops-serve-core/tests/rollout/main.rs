//! The promises of the rollout controller.
#![allow(clippy::unwrap_used, clippy::float_cmp, reason = "a test says exactly what it expects")]

mod flights;
mod guarantees;
#[cfg(feature = "report")]
mod page;
mod real_flights;
mod restart;
mod steps;

use std::time::Duration;

use mlops_core::{PredictionId, ServedBy, Timestamp, Version};
use mlops_serve_core::Pair;
use mlops_serve_core::rollout::{Action, Rollout, RolloutPlan};

const CANDIDATE: Version = Version::new(1, 2, 0);
const PRODUCTION: Version = Version::new(1, 1, 0);

fn id(number: usize) -> PredictionId {
    PredictionId::new(number.to_string()).unwrap()
}

/// So many minutes after the start of 2013.
fn minute(minutes: u64) -> Timestamp {
    "2013-01-01".parse::<Timestamp>().unwrap() + Duration::from_mins(minutes)
}

fn hour(hours: u64) -> Timestamp {
    minute(60 * hours)
}

fn start(plan: RolloutPlan, at: Timestamp) -> Rollout {
    let (rollout, actions) = Rollout::start(plan, CANDIDATE, PRODUCTION, at).unwrap();
    assert_eq!(actions, [Action::SetShare(rollout.share())]);
    rollout
}

/// A canary request of one segment, which both versions score.
fn pair(number: usize, at: Timestamp, candidate: f64, production: f64) -> Pair {
    Pair {
        id: id(number),
        at,
        segments: vec![("carrier".into(), "UA".into())],
        candidate_role: ServedBy::Canary,
        candidate_version: CANDIDATE,
        production_version: PRODUCTION,
        candidate: Ok(candidate),
        production: Ok(production),
    }
}
