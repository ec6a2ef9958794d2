//! What time it is, when a clock may have been set back.

use std::time::Duration;

use mlops_core::Timestamp;
use parking_lot::Mutex;
use serde::Deserialize;

use crate::registry::Registry;
use crate::store::{MetadataStore, Revision};
use crate::{Error, Result};

/// How many entries are read at a time.
const PAGE: u64 = 512;

/// How far the clocks of two machines may be apart before what the one has dated counts as
/// of the future for the other.
const SKEW: Duration = Duration::from_mins(1);

/// The greatest times that the audit log has seen, so that time once gone is gone, whatever
/// clock one asks later.
///
/// Of the entries since any one, the latest time is what is wanted. Kept are those that no
/// later entry has reached: with clocks that go forwards that is the last one alone. Costs one
/// pass over the entries since the earliest that was asked for, and then each entry once.
#[derive(Debug, Default)]
pub(crate) struct PastTimes(Mutex<Peaks>);

#[derive(Debug, Default)]
struct Peaks {
    /// The entries that were seen: from this one
    from: u64,
    /// up to before this one.
    until: u64,
    /// In their order, each later than all that follow.
    latest: Vec<(u64, Timestamp)>,
}

/// All that is read of an entry.
#[derive(Deserialize)]
struct At {
    at: Timestamp,
}

impl Peaks {
    fn add(&mut self, sequence: u64, at: Timestamp) {
        while self.latest.last().is_some_and(|(_, before)| *before <= at) {
            self.latest.pop();
        }
        self.latest.push((sequence, at));
    }

    fn since(&self, sequence: u64) -> Option<Timestamp> {
        let first = self.latest.partition_point(|(peak, _)| *peak < sequence);
        self.latest.get(first).map(|(_, at)| *at)
    }
}

impl PastTimes {
    /// The latest time in the log from the entry `since` on.
    fn latest(&self, store: &dyn MetadataStore, since: u64) -> Result<Option<Timestamp>> {
        let mut seen = self.0.lock();
        if seen.until == 0 || since < seen.from {
            *seen = Peaks { from: since, until: since, latest: Vec::new() };
        }
        let size = store.size()?;
        while seen.until < size {
            let end = size.min(seen.until + PAGE);
            for (sequence, leaf) in store.leaves(seen.until..end)? {
                let entry: At = serde_json::from_slice(&leaf).map_err(|error| Error::Corrupt {
                    what: format!("entry {sequence} of the audit log"),
                    reason: error.to_string(),
                })?;
                seen.add(sequence, entry.at);
            }
            seen.until = end;
        }
        Ok(seen.since(since))
    }
}

/// The time by the clock, and by the log.
#[derive(Clone, Copy)]
pub(super) struct Moments<'a> {
    registry: &'a Registry,
    pub(super) clock: Timestamp,
}

impl<'a> Moments<'a> {
    pub(super) fn now(registry: &'a Registry) -> Self {
        Self { registry, clock: registry.now() }
    }

    /// Now, as what was written by entry `since` sees it: not before anything that was logged
    /// from there on.
    pub(super) fn since(&self, since: Revision) -> Result<Timestamp> {
        let latest = self.registry.past_times().latest(self.registry.store(), since.0)?;
        Ok(latest.map_or(self.clock, |latest| latest.max(self.clock)))
    }

    /// Why something dated `at`, written by entry `since`, no longer counts; `None` if it does.
    pub(super) fn over(
        &self,
        at: Timestamp,
        since: Revision,
        validity: Option<Duration>,
    ) -> Result<Option<String>> {
        let Some(validity) = validity else { return Ok(None) };
        Ok(over(at, validity, self.clock, self.since(since)?))
    }
}

/// `latest` is not before `clock`.
pub(super) fn over(at: Timestamp, validity: Duration, clock: Timestamp, latest: Timestamp) -> Option<String> {
    if at > clock + SKEW {
        return Some(format!("is dated {at}, though the clock says {clock}"));
    }
    (latest.saturating_since(at) >= validity).then(|| format!("counted until {}", at + validity))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn the_latest_since_is_the_greatest_of_those_that_follow(
            times in prop::collection::vec(0..20_i64, 1..30),
            since in 0..30_u64,
        ) {
            let mut peaks = Peaks::default();
            for (sequence, at) in (0..).zip(&times) {
                peaks.add(sequence, Timestamp::from_micros(*at));
            }
            let naive = times.iter().skip(usize::try_from(since).unwrap()).max();
            prop_assert_eq!(peaks.since(since), naive.map(|at| Timestamp::from_micros(*at)));
        }
    }

    #[test]
    fn with_a_clock_that_goes_forwards_little_is_kept() {
        let mut peaks = Peaks::default();
        (0..1000).for_each(|i| peaks.add(i, Timestamp::from_micros(i64::try_from(i / 2).unwrap())));
        assert_eq!(peaks.latest.len(), 1);
    }
}
