use std::ops::ControlFlow;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::suite::{OnProgress, Progress};
use crate::{Error, Result};

/// So many rows are read between two reports.
const ROWS_A_REPORT: u64 = 1 << 16;

/// Tells somebody how far reading has come when columns are read apart, and stops it.
pub(super) struct Watch<'a> {
    rows: u64,
    /// How many values there are: rows times columns.
    values: u64,
    read: AtomicU64,
    stopped: AtomicBool,
    told: Mutex<(u64, Option<OnProgress<'a>>)>,
}

impl<'a> Watch<'a> {
    pub(super) fn new(rows: u64, columns: usize, on_progress: Option<OnProgress<'a>>) -> Self {
        Self {
            rows,
            values: rows.saturating_mul(columns as u64).max(1),
            read: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            told: Mutex::new((0, on_progress)),
        }
    }

    /// So many more values have been read. Whether to go on.
    pub(super) fn add(&self, values: usize) -> ControlFlow<()> {
        let read = self.read.fetch_add(values as u64, Ordering::Relaxed) + values as u64;
        // Rounded down: all rows are reported at the end, once they are looked at.
        let share = u128::from(read) * u128::from(self.rows) / u128::from(self.values);
        let rows = u64::try_from(share).unwrap_or(self.rows).min(self.rows.saturating_sub(1));
        // Somebody else is telling it already: nobody waits for that.
        if let Some(mut told) = self.told.try_lock()
            && rows >= told.0 + ROWS_A_REPORT
        {
            self.tell(&mut told, rows);
        }
        if self.stopped.load(Ordering::Relaxed) { ControlFlow::Break(()) } else { ControlFlow::Continue(()) }
    }

    fn tell(&self, (told, call): &mut (u64, Option<OnProgress<'a>>), rows: u64) {
        *told = rows;
        if let Some(call) = call
            && call(Progress { rows, total: Some(self.rows) }).is_break()
        {
            self.stop();
        }
    }

    /// Lets all others stop too.
    pub(super) fn stop(&self) {
        self.stopped.store(true, Ordering::Relaxed);
    }

    pub(super) fn is_stopped(&self) -> bool {
        self.stopped.load(Ordering::Relaxed)
    }

    /// The error for a caller who stopped the work.
    pub(super) fn stopped(&self) -> Error {
        Error::Stopped { rows: self.told.lock().0 }
    }

    /// All rows have been read.
    pub(super) fn finish(self) -> Result<()> {
        if !self.is_stopped() {
            let rows = self.rows;
            self.tell(&mut self.told.lock(), rows);
        }
        if self.is_stopped() { Err(self.stopped()) } else { Ok(()) }
    }
}
