use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

use mlops_core::{PredictionId, Timestamp};
use serde::{Deserialize, Serialize};

/// The two scores of a request whose label is not known yet.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Scored {
    pub(super) at: Timestamp,
    pub(super) candidate: f64,
    pub(super) production: f64,
}

/// Requests that wait for their label: by id, and by age to give up the oldest.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(from = "BTreeMap<PredictionId, Scored>", into = "BTreeMap<PredictionId, Scored>")]
pub(super) struct Waiting {
    by_id: BTreeMap<PredictionId, Scored>,
    by_age: BTreeSet<(Timestamp, PredictionId)>,
}

impl From<BTreeMap<PredictionId, Scored>> for Waiting {
    fn from(by_id: BTreeMap<PredictionId, Scored>) -> Self {
        let by_age = by_id.iter().map(|(id, scored)| (scored.at, id.clone())).collect();
        Self { by_id, by_age }
    }
}

impl From<Waiting> for BTreeMap<PredictionId, Scored> {
    fn from(waiting: Waiting) -> Self {
        waiting.by_id
    }
}

impl Waiting {
    pub(super) fn len(&self) -> usize {
        self.by_id.len()
    }

    pub(super) fn contains(&self, id: &PredictionId) -> bool {
        self.by_id.contains_key(id)
    }

    /// Lets a request wait; says whether an older one had to give way.
    pub(super) fn add(&mut self, id: &PredictionId, scored: Scored, most: usize) -> bool {
        self.by_id.insert(id.clone(), scored);
        self.by_age.insert((scored.at, id.clone()));
        let full = self.by_id.len() > most;
        if full && let Some((_, oldest)) = self.by_age.pop_first() {
            self.by_id.remove(&oldest);
        }
        full
    }

    /// The request, if it waits; it no longer does then.
    pub(super) fn take(&mut self, id: &PredictionId) -> Option<Scored> {
        let (id, scored) = self.by_id.remove_entry(id)?;
        self.by_age.remove(&(scored.at, id));
        Some(scored)
    }

    /// Gives up those that have waited for longer than `timeout`; says how many.
    pub(super) fn give_up(&mut self, now: Timestamp, timeout: Duration) -> u64 {
        let mut given_up = 0;
        while let Some((at, _)) = self.by_age.first()
            && *at + timeout < now
            && let Some((_, id)) = self.by_age.pop_first()
        {
            self.by_id.remove(&id);
            given_up += 1;
        }
        given_up
    }

    pub(super) fn clear(&mut self) {
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn id(n: u32) -> PredictionId {
        PredictionId::new(n.to_string()).unwrap()
    }

    fn at(hours: u64) -> Timestamp {
        Timestamp::default() + Duration::from_hours(hours)
    }

    #[test]
    fn the_oldest_gives_way_whatever_the_order_of_arrival() {
        let mut waiting = Waiting::default();
        let scored = |hours| Scored { at: at(hours), candidate: 0.1, production: 0.2 };
        assert!(!waiting.add(&id(1), scored(5), 2));
        assert!(!waiting.add(&id(2), scored(3), 2));
        assert!(waiting.add(&id(3), scored(4), 2));
        assert!(!waiting.contains(&id(2)) && waiting.len() == 2);
        assert_eq!(waiting.give_up(at(9), Duration::from_hours(5)), 0, "exactly the timeout may still come");
        assert_eq!(waiting.give_up(at(10), Duration::from_hours(5)), 1);
        assert_eq!(waiting.take(&id(3)), None);
        let text = serde_json::to_string(&waiting).unwrap();
        assert_eq!(serde_json::from_str::<Waiting>(&text).unwrap(), waiting);
        assert_eq!(waiting.take(&id(1)), Some(scored(5)));
        assert_eq!(waiting, Waiting::default());
    }
}
