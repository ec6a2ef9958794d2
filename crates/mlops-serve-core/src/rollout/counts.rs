use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

/// What the rollout has seen from its start.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Counts {
    /// Canary requests that both versions were asked.
    pub pairs: u64,
    /// Requests where the candidate failed and production would not have.
    pub candidate_failed: u64,
    /// Requests where production would have failed and the candidate did not.
    pub production_failed: u64,
    /// Requests where both failed.
    pub both_failed: u64,
    /// The candidate's failures by kind.
    pub failures_by_kind: BTreeMap<String, u64>,
    /// Labels that found their request.
    pub labels: u64,
    /// Labels that are no number within the range of the scores.
    pub invalid_labels: u64,
    /// Requests that are no longer waited for: too old, or too many.
    pub given_up: u64,
    /// Pairs left out because a request of the same id still waits.
    pub repeated: u64,
    /// Pairs left out because nobody was to see the candidate's answer.
    pub shadow: u64,
    /// Pairs left out because they are of other versions.
    pub foreign: u64,
}
