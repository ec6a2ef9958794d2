//! From the first request to all of them, with a hand on the brake: the rollout controller.
//!
//! A candidate that has passed its gate answers a small share of the requests, then a larger
//! one. After *every* request it is asked whether it must stop. What is looked at again and
//! again calls for statistics that allow it: each check's chance of ever stopping a candidate
//! that is within its limit is at most its α, over the whole rollout.
//!
//! | check | of each canary request | stops when |
//! | --- | --- | --- |
//! | [failures](FailureCheck) | candidate failed − production would have failed | an e-process says: more than 0.5 % |
//! | [harm](HarmCheck) | squared error − production's, once the label is known | its interval lies above +0.01 |
//! | [segments](SegmentCheck) | score − production's, by value of each segment field | an interval lies outside ±0.05 |
//!
//! They speak of the requests *seen so far*: their running mean, however days differ and
//! requests depend on each other. They promise nothing for tomorrow, so that a step also
//! lasts some [full days](Step), and whether the candidate is better is the gate's question,
//! with the day as unit. A stop needs proof: an interval, not a mean, outside the limit.
//! No data means wait, never pass.
//!
//! ```
//! use mlops_core::{ServedBy, Timestamp, Version};
//! use mlops_serve_core::Pair;
//! use mlops_serve_core::rollout::{Action, Event, Rollout, RolloutPlan};
//!
//! let (candidate, production) = (Version::new(1, 2, 0), Version::new(1, 1, 0));
//! let start: Timestamp = "2013-11-04T12:00:00Z".parse()?;
//! let (mut rollout, actions) =
//!     Rollout::start(RolloutPlan::default(), candidate.clone(), production.clone(), start)?;
//! assert_eq!(actions, [Action::SetShare(0.1)]);
//!
//! let mut actions = Vec::new();
//! for flight in 0..5 {
//!     let pair = Pair {
//!         id: format!("flight-{flight}").parse()?,
//!         at: start,
//!         segments: vec![("carrier".into(), "MQ".into())],
//!         candidate_role: ServedBy::Canary,
//!         candidate_version: candidate.clone(),
//!         production_version: production.clone(),
//!         candidate: Err("output_not_finite"),
//!         production: Ok(0.2),
//!     };
//!     actions = rollout.apply(Event::Pair(&pair));
//! }
//! assert_eq!(actions[0], Action::SetShare(0.0));
//! assert!(matches!(&actions[1], Action::Stop(stop) if stop.reason.starts_with("5 of 5 canary requests failed")));
//!
//! let kept = serde_json::to_string(&rollout)?; // survives a restart
//! assert_eq!(serde_json::from_str::<Rollout>(&kept)?, rollout);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | change shares, days, limits | [`RolloutPlan`], [`Step`] |
//! | begin, feed, obey | [`Rollout::start`], [`Rollout::apply`], [`Action`] |
//! | go on after a restart | serde of [`Rollout`], then set [`Rollout::share`] |
//! | print where it is | [`Rollout::status`], [`Rollout::counts`] |
//! | keep the outcome as evidence | [`Rollout::verdict`] |
//! | draw it | [`Rollout::course`], or `Rollout::section` (feature `report`) |

mod counts;
mod event;
mod machine;
#[cfg(feature = "report")]
mod page;
mod plan;
mod segments;
mod status;
mod step;
mod waiting;
mod watch;
mod words;

pub use counts::Counts;
pub use event::{Action, Cause, Event, Stop};
pub use machine::{Phase, Rollout};
pub use plan::{FailureCheck, HarmCheck, InvalidPlan, RolloutPlan, ScoreRange, SegmentCheck, Step};
pub use status::Status;
pub use watch::Point;
