//! The alarms of all columns.

use std::collections::{BTreeMap, VecDeque};

use mlops_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::alarm::{Seen, Track};
use super::{Alarm, AlarmSettings, AlarmState};
use crate::{ColumnDrift, Comparison, DriftReport, Error, Status};

/// Where every column stands, and the alarms that are over.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub(super) struct Alarms {
    /// Of the columns of which there is something to remember.
    columns: BTreeMap<String, Track>,
    /// In the order in which they ended.
    over: VecDeque<Alarm>,
    /// The end of the latest look.
    looked: Option<Timestamp>,
}

/// What was written, before it is known to be what looks lead to.
#[derive(Deserialize)]
struct Written {
    columns: BTreeMap<String, Track>,
    over: VecDeque<Alarm>,
    looked: Option<Timestamp>,
}

impl TryFrom<Written> for Alarms {
    type Error = Error;

    fn try_from(Written { columns, over, looked }: Written) -> Result<Self, Error> {
        let of_columns = columns.iter().find_map(|(name, track)| track.damage(name));
        let open = || over.iter().find(|alarm| alarm.until.is_none_or(|until| until < alarm.since));
        let damage = of_columns
            .or_else(|| open().map(|alarm| format!("an alarm of {:?} is not over", alarm.column())));
        match damage {
            Some(reason) => Err(Error::Damaged { what: "the alarms of a monitor".to_owned(), reason }),
            None => Ok(Self { columns, over, looked }),
        }
    }
}

impl Alarms {
    /// What a look at a window that ends before `until` changes: the alarms that began or
    /// ended, in the order of the columns. Of those that are over, `keep` are remembered.
    pub(super) fn look(
        &mut self,
        settings: &AlarmSettings,
        until: Timestamp,
        drift: &DriftReport,
        keep: usize,
    ) -> Vec<Alarm> {
        // Counted rows that come in any order may end before those of the look before.
        let at = self.looked.map_or(until, |looked| looked.max(until));
        self.looked = Some(at);
        let mut changed = Vec::new();
        for column in &drift.columns {
            if let Some(seen) = seen(column, drift, settings) {
                let track = self.columns.entry(column.name.clone()).or_default();
                changed.extend(track.see(settings, at, seen));
            }
        }
        for (name, track) in &mut self.columns {
            // It was new at a look before, and is gone again.
            if drift.column(name).is_none() {
                changed.extend(track.see(settings, at, Seen::Quiet));
            }
        }
        self.columns.retain(|_, track| track.state(settings, at) != AlarmState::Quiet);
        self.over.extend(changed.iter().filter(|alarm| !alarm.is_open()).cloned());
        while self.over.len() > keep {
            self.over.pop_front();
        }
        changed
    }

    pub(super) fn state(&self, settings: &AlarmSettings, column: &str) -> AlarmState {
        match (self.columns.get(column), self.looked) {
            (Some(track), Some(at)) => track.state(settings, at),
            _ => AlarmState::Quiet,
        }
    }

    /// Those that are over, and then those that are not.
    pub(super) fn iter(&self) -> impl Iterator<Item = &Alarm> {
        self.over.iter().chain(self.columns.values().filter_map(|track| track.open.as_ref()))
    }
}

/// What a look says of a column; nothing if it could not be judged.
fn seen(column: &ColumnDrift, drift: &DriftReport, settings: &AlarmSettings) -> Option<Seen> {
    match column.status {
        Status::Drifted | Status::SchemaChanged => Some(Seen::Drift(column.finding(drift.severity))),
        Status::Stable => {
            let reach = |found: &Option<Comparison>| found.as_ref().map_or(0.0, Comparison::reach);
            let far = reach(&column.values).max(reach(&column.missing));
            let quiet = settings.release.is_none_or(|release| far <= release);
            Some(if quiet { Seen::Quiet } else { Seen::Restless })
        }
        Status::Inconclusive | Status::Skipped => None,
    }
}
