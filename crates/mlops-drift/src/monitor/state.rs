use std::collections::VecDeque;

use mlops_core::{Digest, Timestamp, Window as Span};
use serde::{Deserialize, Serialize};

use super::alarms::Alarms;
use super::latest::LatestRows;
use super::looks::Looks;
use super::{Cadence, CurrentWindow, WindowReport};
use crate::sealed::Format;
use crate::{Columns, Error, Result, WindowAccumulator};

const FORMAT: Format = Format { magic: b"mlopsmon", version: 1, what: "the state of a monitor" };

/// All that a [`DriftMonitor`](super::DriftMonitor) remembers but its reference: the rows of
/// the open window, the looks and alarms so far, and the reports of those before. Kept in a
/// file, it lets a monitor of a new process go on where the old one stood, to the same
/// reports and alarms.
///
/// The reference is not in it (it is large, and it is the training data that lie in the
/// store already) but its digest is: a state of another reference is refused.
///
/// [`to_bytes`](Self::to_bytes) gives a file with a version and a checksum. It can also be
/// written by any format of serde that keeps every digit of an `f64`: with `serde_json` that
/// is its feature `float_roundtrip`. Size: 8 bytes and more a value of the open window, as
/// the format writes it, and some kilobytes a report.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct MonitorState {
    pub(super) reference: Digest,
    pub(super) cadence: Cadence,
    #[serde(default)]
    pub(super) window: CurrentWindow,
    pub(super) inputs: Vec<String>,
    pub(super) progress: Progress,
}

/// What changes as rows come.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Progress {
    /// The window of the calendar that rows are taken for; none before the first row, and
    /// where rows are counted.
    pub(super) open: Option<Span>,
    /// The earliest and the latest row since the latest look.
    pub(super) seen: Option<(Timestamp, Timestamp)>,
    /// The rows since the latest look; none where the window slides.
    pub(super) rows: WindowAccumulator,
    /// The rows of a window that slides.
    #[serde(default)]
    pub(super) latest: Option<LatestRows>,
    pub(super) late_rows: u64,
    /// What the clock said.
    #[serde(default)]
    pub(super) clock: Option<Timestamp>,
    #[serde(default)]
    pub(super) looks: Looks,
    #[serde(default)]
    pub(super) alarms: Alarms,
    /// The oldest first.
    pub(super) history: VecDeque<WindowReport>,
}

impl Progress {
    /// Before the first row.
    pub(super) fn new(columns: &Columns, window: CurrentWindow) -> Self {
        Self {
            open: None,
            seen: None,
            rows: WindowAccumulator::new(columns),
            latest: window.slides().then(|| LatestRows::new(columns)),
            late_rows: 0,
            clock: None,
            looks: Looks::default(),
            alarms: Alarms::default(),
            history: VecDeque::new(),
        }
    }

    /// How many rows came since the latest look.
    pub(super) fn new_rows(&self) -> u64 {
        self.latest.as_ref().map_or_else(|| self.rows.rows(), LatestRows::new_rows)
    }

    fn settings(&self) -> &Columns {
        self.latest.as_ref().map_or_else(|| self.rows.settings(), LatestRows::settings)
    }
}

impl MonitorState {
    /// The state as a file. The same state gives the same bytes.
    pub fn to_bytes(&self) -> Vec<u8> {
        FORMAT.seal(&self.body())
    }

    fn body(&self) -> Vec<u8> {
        serde_json::to_vec(self).expect("names and finite numbers are JSON")
    }

    /// The state that was kept, for [`resume`](super::DriftMonitor::resume).
    ///
    /// Bytes from anywhere are safe to read: memory is bounded by what is there.
    ///
    /// # Errors
    /// [`Error::Version`] if it was written in another version of the format,
    /// [`Error::Damaged`] if it is none, ends early, or was changed.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self> {
        serde_json::from_slice(FORMAT.open(bytes)?).map_err(|error| FORMAT.damaged(error.to_string()))
    }

    /// Refuses what was kept by another monitor, or by none.
    pub(super) fn expect(&self, same: &Self) -> Result<()> {
        let refuse = |what, found: String, expected: String| Err(Error::State { what, found, expected });
        if self.reference != same.reference {
            return refuse("the reference", self.reference.short(), same.reference.short());
        }
        if self.cadence != same.cadence {
            return refuse("the cadence", self.cadence.to_string(), same.cadence.to_string());
        }
        if self.window != same.window || self.progress.latest.is_some() != self.window.slides() {
            return refuse("the window", self.window.to_string(), same.window.to_string());
        }
        if self.inputs != same.inputs {
            return refuse("the list of inputs", self.inputs.join(", "), same.inputs.join(", "));
        }
        let (ours, theirs) = (same.progress.settings(), self.progress.settings());
        if theirs != ours || self.progress.rows.settings() != ours {
            return refuse("what is said of the columns", format!("{theirs:?}"), format!("{ours:?}"));
        }
        match self.progress.open {
            // A window of the calendar, or what is left of one that was closed early.
            Some(open)
                if self.cadence.window_of(open.from()).is_none_or(|whole| whole.until() != open.until()) =>
            {
                Err(FORMAT.damaged(format!("the open window {open} is none of the cadence {}", self.cadence)))
            }
            _ => Ok(()),
        }
    }
}
