use std::collections::BTreeMap;
use std::time::Duration;

use mlops_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::plan::Step;

const DAY: Duration = Duration::from_hours(24);

/// What the present step has seen.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct StepState {
    pub(super) since: Timestamp,
    /// Canary requests by day of the step, from 0.
    pub(super) pairs: BTreeMap<u64, u32>,
    pub(super) labels: u32,
}

impl StepState {
    pub(super) fn from(since: Timestamp) -> Self {
        Self { since, pairs: BTreeMap::new(), labels: 0 }
    }

    /// Requests decided before the step belong to none of its days.
    pub(super) fn count(&mut self, at: Timestamp) {
        if at >= self.since {
            let day = self.pairs.entry(self.age_in_days(at)).or_default();
            *day = day.saturating_add(1);
        }
    }

    pub(super) fn age_in_days(&self, now: Timestamp) -> u64 {
        now.saturating_since(self.since).as_secs() / DAY.as_secs()
    }

    /// Days that are over and saw enough canary requests.
    pub(super) fn full_days(&self, planned: &Step, now: Timestamp) -> u32 {
        let over = self.pairs.range(..self.age_in_days(now));
        let full = over.filter(|(_, pairs)| **pairs >= planned.pairs_a_day).count();
        u32::try_from(full).unwrap_or(u32::MAX)
    }
}
