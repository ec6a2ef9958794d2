use std::collections::VecDeque;

use mlops_core::{Digest, Timestamp, Window as Span};
use serde::{Deserialize, Serialize};

use super::{Cadence, WindowReport};
use crate::{Error, Result, WindowAccumulator};

/// All that a [`DriftMonitor`](super::DriftMonitor) remembers but its reference: the rows of
/// the open window and the reports of those before. Kept in a file, it lets a monitor of a
/// new process go on where the old one stood, to the same reports.
///
/// The reference is not in it (it is large, and it is the training data that lie in the
/// store already) but its digest is: a state of another reference is refused.
///
/// The format must keep every digit of an `f64`: with `serde_json` that is its feature
/// `float_roundtrip`. Size: 8 bytes and more a value of the open window, as the format
/// writes it, and some kilobytes a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonitorState {
    pub(super) reference: Digest,
    pub(super) cadence: Cadence,
    pub(super) inputs: Vec<String>,
    pub(super) progress: Progress,
}

/// What changes as rows come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// The window of the calendar that rows are taken for; none before the first row, and
    /// where rows are counted.
    pub(super) open: Option<Span>,
    /// The earliest and the latest row of the current window.
    pub(super) seen: Option<(Timestamp, Timestamp)>,
    pub(super) rows: WindowAccumulator,
    pub(super) late_rows: u64,
    /// The oldest first.
    pub(super) history: VecDeque<WindowReport>,
}

impl MonitorState {
    /// Refuses what was kept by another monitor.
    pub(super) fn expect(&self, same: &Self) -> Result<()> {
        let refuse = |what, found: String, expected: String| Err(Error::State { what, found, expected });
        if self.reference != same.reference {
            return refuse("the reference", self.reference.short(), same.reference.short());
        }
        if self.cadence != same.cadence {
            return refuse("the cadence", self.cadence.to_string(), same.cadence.to_string());
        }
        if self.inputs != same.inputs {
            return refuse("the list of inputs", self.inputs.join(", "), same.inputs.join(", "));
        }
        let (rows, ours) = (&self.progress.rows, &same.progress.rows);
        if rows.settings() != ours.settings() {
            let written = |rows: &WindowAccumulator| format!("{:?}", rows.settings());
            return refuse("what is said of the columns", written(rows), written(ours));
        }
        Ok(())
    }
}
