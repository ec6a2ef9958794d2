use std::collections::VecDeque;
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use arrow_array::RecordBatch;
use mlops_core::{Digest, Timestamp, Window as Span};

use super::state::Progress;
use super::{Cadence, MonitorState, WindowReport, batch};
use crate::{Columns, Detector, Error, Result, Window, WindowAccumulator};

const KEPT: usize = 60;
const TICK: Duration = Duration::from_micros(1);

/// Compares what comes with a reference, window by window.
///
/// Rows come one by one as numbers, or in batches; they fill the open window. A row of a
/// later window closes it, and so do [`advance`](Self::advance) and [`close`](Self::close).
/// Each closed window gives a [`WindowReport`]. A window of the calendar in which no row
/// came gives one too, which says that there was too little to say; a row of a window that
/// is closed already is counted and left out.
///
/// ```
/// use mlops_core::Timestamp;
/// use mlops_drift::monitor::{Cadence, DriftMonitor};
/// use mlops_drift::{Columns, Window};
///
/// let names = ["temp".to_owned()];
/// let training: Vec<[f64; 1]> = (0..500).map(|row| [33.0 + f64::from(row % 10)]).collect();
/// let reference = Window::read_rows(&names, training.iter().map(|row| &row[..]), &Columns::default())?;
/// let mut monitor = DriftMonitor::new(reference, Cadence::Week)?;
///
/// let monday: Timestamp = "2013-04-01T08:00:00Z".parse()?;
/// for row in 0..60 {
///     monitor.add_row(monday, &[36.0 + f64::from(row % 10)])?;
/// }
/// let closed = monitor.advance("2013-04-08T00:00:00Z".parse()?);
/// assert_eq!(closed[0].to_string(), "2013-04-01 until 2013-04-08, 60 rows: 1 of 1 columns drifted: temp");
/// assert_eq!(
///     closed[0].findings()[0].reason,
///     "mean 37.5 → 40.5, shifted up by 1.04 reference standard deviations"
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// Memory: 8 bytes a number of the open window (they are sorted when it closes), every
/// distinct category of it once, the reference once for all monitors that share it, and some
/// kilobytes a report of the history. Cost: a row is a push a column; closing a window
/// sorts it, and walks through the reference, which was sorted when it was read.
#[derive(Debug)]
pub struct DriftMonitor {
    reference: Arc<Window>,
    /// Of the reference, once somebody asked.
    digest: OnceLock<Digest>,
    detector: Detector,
    cadence: Cadence,
    columns: Columns,
    inputs: Vec<String>,
    min_rows: u64,
    keep: usize,
    progress: Progress,
}

/// The parts of a [`DriftMonitor`].
#[derive(Debug)]
#[must_use]
pub struct DriftMonitorBuilder {
    reference: Arc<Window>,
    cadence: Cadence,
    detector: Detector,
    columns: Columns,
    inputs: Option<Vec<String>>,
    min_rows: Option<u64>,
    keep: usize,
}

impl DriftMonitorBuilder {
    /// What counts as drift; [`Detector::default`] unless given.
    pub fn detector(mut self, detector: Detector) -> Self {
        self.detector = detector;
        self
    }

    /// What is to be known of the columns: that with which the reference was read.
    pub fn columns(mut self, columns: Columns) -> Self {
        self.columns = columns;
        self
    }

    /// What the numbers of a row are, in their order; the columns of the reference in
    /// theirs unless given.
    pub fn inputs<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.inputs = Some(names.into_iter().map(Into::into).collect());
        self
    }

    /// From how many rows on a window is judged; the detector's
    /// [`min_values`](crate::Settings::min_values) unless given.
    pub fn min_rows(mut self, rows: u64) -> Self {
        self.min_rows = Some(rows);
        self
    }

    /// How many reports are remembered; 60 unless given. Only the latest keeps the
    /// distributions of its columns.
    pub fn keep(mut self, reports: usize) -> Self {
        self.keep = reports;
        self
    }

    /// The monitor, with no row yet.
    ///
    /// # Errors
    /// [`Error::Empty`] if the reference has no rows, [`Error::Setting`] if windows are to
    /// have no rows, [`Error::Schema`] if an input is named twice.
    pub fn build(self) -> Result<DriftMonitor> {
        if self.reference.rows() == 0 {
            return Err(Error::Empty { window: "reference" });
        }
        if self.cadence == Cadence::Rows(0) {
            return Err(Error::Setting { setting: "rows", value: 0.0, expected: "at least 1" });
        }
        let inputs =
            self.inputs.unwrap_or_else(|| self.reference.column_names().map(str::to_owned).collect());
        WindowAccumulator::new(&self.columns).update_rows(&inputs, [])?;
        Ok(DriftMonitor {
            min_rows: self.min_rows.unwrap_or(self.detector.settings().min_values).max(1),
            keep: self.keep,
            progress: Progress {
                open: None,
                seen: None,
                rows: WindowAccumulator::new(&self.columns),
                late_rows: 0,
                history: VecDeque::new(),
            },
            reference: self.reference,
            digest: OnceLock::new(),
            detector: self.detector,
            cadence: self.cadence,
            columns: self.columns,
            inputs,
        })
    }
}

impl DriftMonitor {
    /// A monitor with the defaults of [`builder`](Self::builder).
    ///
    /// # Errors
    /// As [`DriftMonitorBuilder::build`].
    pub fn new(reference: impl Into<Arc<Window>>, cadence: Cadence) -> Result<Self> {
        Self::builder(reference, cadence).build()
    }

    /// The parts of a monitor: a reference, which several may share, and where windows end.
    pub fn builder(reference: impl Into<Arc<Window>>, cadence: Cadence) -> DriftMonitorBuilder {
        DriftMonitorBuilder {
            reference: reference.into(),
            cadence,
            detector: Detector::default(),
            columns: Columns::default(),
            inputs: None,
            min_rows: None,
            keep: KEPT,
        }
    }

    /// What the numbers of a row are, in their order.
    pub fn inputs(&self) -> &[String] {
        &self.inputs
    }

    /// Where windows end.
    pub fn cadence(&self) -> Cadence {
        self.cadence
    }

    /// How many rows the open window has so far.
    pub fn open_rows(&self) -> u64 {
        self.progress.rows.rows()
    }

    /// The latest reports, the oldest first.
    pub fn history(&self) -> impl DoubleEndedIterator<Item = &WindowReport> + ExactSizeIterator {
        self.progress.history.iter()
    }

    /// Takes one row, each input's number in its place, NaN where it is missing. Gives the
    /// windows that this closed: none for nearly every row.
    ///
    /// # Errors
    /// [`Error::Row`] if the row has another number of values, [`Error::Schema`] if the
    /// open window was filled from batches of other types. Nothing is taken or closed then.
    pub fn add_row(&mut self, at: Timestamp, row: &[f64]) -> Result<Vec<WindowReport>> {
        if row.len() != self.inputs.len() {
            return Err(Error::Row { found: row.len(), expected: self.inputs.len() });
        }
        let mut closed = self.advance(at);
        if self.is_late(at) {
            self.progress.late_rows += 1;
            return Ok(closed);
        }
        self.progress.rows.update_rows(&self.inputs, [row])?;
        self.taken(&[at], &mut closed);
        Ok(closed)
    }

    /// Takes the rows of a table, whose column `time` says when each happened; the other
    /// columns are compared with those of the reference. Rows should come in order of time.
    ///
    /// # Errors
    /// [`Error::Time`] unless `time` is a timestamp without nulls, [`Error::Schema`] if the
    /// columns are not those of the open window so far. Nothing is taken or closed then.
    pub fn add_batch(&mut self, batch: &RecordBatch, time: &str) -> Result<Vec<WindowReport>> {
        let (moments, values) = batch::dated(batch, time)?;
        // A window that opens takes whatever columns come first, unless one comes twice.
        WindowAccumulator::new(&self.columns).update(&values.slice(0, 0))?;
        let mut closed = Vec::new();
        let mut start = 0;
        while let Some(at) = moments.get(start) {
            closed.extend(self.advance(*at));
            let run = self.run(&moments[start..]);
            if self.is_late(*at) {
                self.progress.late_rows += run as u64;
            } else {
                self.progress.rows.update(&values.slice(start, run))?;
                self.taken(&moments[start..start + run], &mut closed);
            }
            start += run;
        }
        Ok(closed)
    }

    /// Closes all windows of the calendar that end at `now` or before, in their order. If
    /// none had come for long, as many as the history keeps. Counted rows don't end by time.
    pub fn advance(&mut self, now: Timestamp) -> Vec<WindowReport> {
        let mut closed = Vec::new();
        let Some(window) = self.cadence.window_of(now) else {
            return closed;
        };
        let Some(open) = self.progress.open else {
            self.progress.open = Some(window);
            return closed;
        };
        // The open window may be the rest of one that was closed early.
        if now < open.until() {
            return closed;
        }
        closed.push(self.finish(open));
        let mut silent = Vec::new();
        let mut next = window;
        while silent.len() < self.keep && open.until() < next.from() {
            match self.cadence.window_of(next.from() - TICK) {
                Some(before) if before.from() < next.from() => next = before,
                _ => break,
            }
            silent.push(next);
        }
        closed.extend(silent.into_iter().rev().map(|window| self.finish(window)));
        self.progress.open = Some(window);
        closed
    }

    /// Closes the open window at `at`, before its time, and all that ended earlier. The rest
    /// of a window of the calendar is a window of its own.
    pub fn close(&mut self, at: Timestamp) -> Vec<WindowReport> {
        let mut closed = self.advance(at);
        match self.progress.open {
            Some(open) => {
                let rest = (Span::new(open.from(), at), Span::new(at, open.until()));
                if let (Ok(ended), Ok(rest)) = rest {
                    closed.push(self.finish(ended));
                    self.progress.open = Some(rest);
                }
            }
            None => closed.extend(self.seen().map(|counted| self.finish(counted))),
        }
        closed
    }

    /// What it remembers, to be kept and [resumed](Self::resume) from. The first call reads
    /// the reference for its digest.
    pub fn state(&self) -> MonitorState {
        MonitorState {
            reference: self.digest(),
            cadence: self.cadence,
            inputs: self.inputs.clone(),
            progress: self.progress.clone(),
        }
    }

    /// Goes on from what a monitor with the same reference, cadence and inputs remembered.
    ///
    /// # Errors
    /// [`Error::State`] if it was another one.
    pub fn resume(mut self, state: MonitorState) -> Result<Self> {
        state.expect(&self.state())?;
        self.progress = state.progress;
        Ok(self)
    }

    fn digest(&self) -> Digest {
        *self.digest.get_or_init(|| self.reference.digest())
    }

    fn is_late(&self, at: Timestamp) -> bool {
        self.progress.open.is_some_and(|open| at < open.from())
    }

    /// How many of the first moments go together: into the open window, or nowhere.
    fn run(&self, moments: &[Timestamp]) -> usize {
        match (self.progress.open, self.cadence) {
            (Some(open), _) => {
                let late = self.is_late(moments[0]);
                let together = |at: &&Timestamp| if late { **at < open.from() } else { open.contains(**at) };
                // At least one: the last moment that there is lies in no window.
                moments.iter().take_while(together).count().max(1)
            }
            (None, Cadence::Rows(rows)) => {
                let left = rows.saturating_sub(self.open_rows()).max(1);
                usize::try_from(left).map_or(moments.len(), |left| left.min(moments.len()))
            }
            (None, _) => moments.len(),
        }
    }

    /// Takes note of when the rows were that were just taken; a window that is full is closed.
    fn taken(&mut self, moments: &[Timestamp], closed: &mut Vec<WindowReport>) {
        for at in moments {
            let (first, last) = self.progress.seen.unwrap_or((*at, *at));
            self.progress.seen = Some((first.min(*at), last.max(*at)));
        }
        if let Cadence::Rows(rows) = self.cadence
            && self.open_rows() >= rows
        {
            closed.extend(self.seen().map(|counted| self.finish(counted)));
        }
    }

    /// From the earliest to the latest row of the open window.
    fn seen(&self) -> Option<Span> {
        let (first, last) = self.progress.seen?;
        Span::new(first, last + TICK).or_else(|_| Span::new(first - TICK, last)).ok()
    }

    /// Judges the rows so far as those of `window`, and begins anew.
    fn finish(&mut self, window: Span) -> WindowReport {
        let rows = std::mem::replace(&mut self.progress.rows, WindowAccumulator::new(&self.columns));
        self.progress.seen = None;
        let mut report = WindowReport {
            window,
            rows: rows.rows(),
            late_rows: std::mem::take(&mut self.progress.late_rows),
            min_rows: self.min_rows,
            severity: self.detector.settings().severity,
            drift: None,
        };
        if report.rows >= self.min_rows {
            // The only error is a side without rows, and neither is.
            report.drift = self.detector.compare(&self.reference, &rows.finish()).ok();
        }
        let history = &mut self.progress.history;
        if let Some(drift) = history.back_mut().and_then(|latest| latest.drift.as_mut()) {
            drift.columns.iter_mut().for_each(|column| column.distribution = None);
        }
        history.push_back(report.clone());
        while history.len() > self.keep {
            history.pop_front();
        }
        report
    }
}
