use std::sync::{Arc, OnceLock};

use arrow_array::RecordBatch;
use mlops_core::{Clock, Digest, Timestamp, Window as Span};

use super::schedule::TICK;
use super::state::Progress;
use super::{
    Alarm, AlarmSettings, AlarmState, Cadence, CurrentWindow, DriftMonitorBuilder, Horizon, MonitorState,
    WindowReport, batch,
};
use crate::{Columns, Detector, Error, Result, Window, WindowAccumulator};

/// Compares what comes with a reference, window by window.
///
/// Rows come one by one as numbers, or in batches; they fill the open window. A row of a
/// later window closes it, and so do [`advance`](Self::advance) and [`close`](Self::close).
/// Each closed window gives a [`WindowReport`]. A window of the calendar in which no row
/// came gives one too, which says that there was too little to say; a row of a window that
/// is closed already is counted and left out.
///
/// When is looked ([`Cadence`]) and at what ([`CurrentWindow`]) are two settings: every day
/// at the rows of that day, or every day at those of the latest week. Looking again and again
/// finds something in the end; so the looks share one α ([`Horizon`]). What a person hears of
/// are [alarms](AlarmSettings), which begin and end.
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
/// kilobytes a report of the history. A window that slides takes 8 bytes a row and 8 a value,
/// of the rows in it and of those since the latest look. Cost: a row is a push a column;
/// closing a window sorts it, and walks through the reference, which was sorted when it was
/// read.
#[derive(Debug)]
pub struct DriftMonitor {
    pub(super) reference: Arc<Window>,
    /// Of the reference, once somebody asked.
    pub(super) digest: OnceLock<Digest>,
    pub(super) clock: Arc<dyn Clock>,
    pub(super) rules: Rules,
    pub(super) progress: Progress,
}

/// What does not change as rows come.
#[derive(Debug)]
pub(super) struct Rules {
    pub(super) detector: Detector,
    pub(super) horizon: Horizon,
    pub(super) alarms: AlarmSettings,
    pub(super) cadence: Cadence,
    pub(super) window: CurrentWindow,
    pub(super) columns: Columns,
    pub(super) inputs: Vec<String>,
    pub(super) min_rows: u64,
    pub(super) keep: usize,
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
        DriftMonitorBuilder::new(reference.into(), cadence)
    }

    /// What the numbers of a row are, in their order.
    pub fn inputs(&self) -> &[String] {
        &self.rules.inputs
    }

    /// Where windows end.
    pub fn cadence(&self) -> Cadence {
        self.rules.cadence
    }

    /// Which rows a look compares.
    pub fn window(&self) -> CurrentWindow {
        self.rules.window
    }

    /// How many rows came since the latest look.
    pub fn open_rows(&self) -> u64 {
        self.progress.new_rows()
    }

    /// The latest reports, the oldest first.
    pub fn history(&self) -> impl DoubleEndedIterator<Item = &WindowReport> + ExactSizeIterator {
        self.progress.history.iter()
    }

    /// The alarms: those that are over in the order in which they ended, as many as are
    /// remembered, and then those that are not, by column.
    pub fn alarms(&self) -> impl Iterator<Item = &Alarm> {
        self.progress.alarms.iter()
    }

    /// Where a column stands after the latest look.
    pub fn alarm_state(&self, column: &str) -> AlarmState {
        self.progress.alarms.state(&self.rules.alarms, column)
    }

    /// Takes one row, each input's number in its place, NaN where it is missing. Gives the
    /// windows that this closed: none for nearly every row.
    ///
    /// Time is what the rows say: one row dated far ahead closes all windows of the calendar
    /// up to its own, and real rows are late, counted and left out, until that date. Nothing
    /// takes that back but to [`resume`](Self::resume) from a [`state`](Self::state) kept
    /// before, so keep one now and then, and look at dates that others wrote before they come
    /// here.
    ///
    /// # Errors
    /// [`Error::Row`] if the row has another number of values, [`Error::Schema`] if the
    /// open window was filled from batches of other types. Nothing is taken or closed then.
    pub fn add_row(&mut self, at: Timestamp, row: &[f64]) -> Result<Vec<WindowReport>> {
        if row.len() != self.rules.inputs.len() {
            return Err(Error::Row { found: row.len(), expected: self.rules.inputs.len() });
        }
        let mut closed = self.advance(at);
        if self.is_late(at) {
            self.progress.late_rows = self.progress.late_rows.saturating_add(1);
            return Ok(closed);
        }
        match &mut self.progress.latest {
            Some(latest) => latest.push_row(at, &self.rules.inputs, row)?,
            None => self.progress.rows.update_rows(&self.rules.inputs, [row])?,
        }
        self.taken(&[at], &mut closed);
        Ok(closed)
    }

    /// Takes the rows of a table, whose column `time` says when each happened; the other
    /// columns are compared with those of the reference. Rows should come in order of time;
    /// one dated far ahead does what it does in [`add_row`](Self::add_row).
    ///
    /// # Errors
    /// [`Error::Time`] unless `time` is a timestamp without nulls, [`Error::Schema`] if the
    /// columns are not those of the open window so far. Nothing is taken or closed then.
    pub fn add_batch(&mut self, batch: &RecordBatch, time: &str) -> Result<Vec<WindowReport>> {
        let (moments, values) = batch::dated(batch, time)?;
        // A window that opens takes whatever columns come first, unless one comes twice.
        WindowAccumulator::new(&self.rules.columns).update(&values.slice(0, 0))?;
        let mut closed = Vec::new();
        let mut start = 0;
        while let Some(at) = moments.get(start) {
            closed.extend(self.advance(*at));
            let run = self.run(&moments[start..]);
            if self.is_late(*at) {
                self.progress.late_rows = self.progress.late_rows.saturating_add(run as u64);
            } else {
                let (moments, values) = (&moments[start..start + run], values.slice(start, run));
                match &mut self.progress.latest {
                    Some(latest) => latest.push_batch(moments, &values)?,
                    None => self.progress.rows.update(&values)?,
                }
                self.taken(moments, &mut closed);
            }
            start += run;
        }
        Ok(closed)
    }

    /// Closes what is due by the clock: [`advance`](Self::advance) to the time that it shows.
    ///
    /// A clock that jumps ahead closes all windows up to there. Once it is right again, ticks
    /// are errors and real rows are late, counted and left out, until that date. What to do:
    /// [`resume`](Self::resume) from a [`state`](Self::state) kept before the jump.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use std::time::Duration;
    /// use mlops_core::ManualClock;
    /// # use mlops_drift::monitor::{Cadence, DriftMonitor};
    /// # use mlops_drift::{Columns, Window};
    /// # let names = ["temp".to_owned()];
    /// # let reference = Window::read_rows(&names, [&[1.0][..]], &Columns::default())?;
    /// let clock = Arc::new(ManualClock::new("2013-04-01T23:00:00Z".parse()?));
    /// let mut monitor = DriftMonitor::builder(reference, Cadence::Day).clock(Arc::<ManualClock>::clone(&clock)).build()?;
    /// assert!(monitor.tick()?.is_empty());
    /// clock.advance(Duration::from_hours(1));
    /// assert_eq!(monitor.tick()?.len(), 1, "the day is over");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] if the clock went back since the tick before. Nothing has changed
    /// then, and nothing is looked at twice: once the clock is there again, ticks go on. A row
    /// of the time between is late if its window was closed by the tick before, and taken if
    /// that window is still open.
    pub fn tick(&mut self) -> Result<Vec<WindowReport>> {
        let now = self.clock.now();
        if let Some(before) = self.progress.clock.filter(|before| now < *before) {
            return Err(Error::input("the clock", now.to_string(), format!("{before}, as before, or later")));
        }
        self.progress.clock = Some(now);
        Ok(self.advance(now))
    }

    /// When the open window ends: from then on a tick closes it. `None` where rows are
    /// counted, and before the first row or tick.
    pub fn due(&self) -> Option<Timestamp> {
        self.progress.open.map(|open| open.until())
    }

    /// Closes all windows of the calendar that end at `now` or before, in their order. If
    /// none had come for long, as many as the history keeps. Counted rows don't end by time,
    /// and a `now` from before the open window closes nothing. A `now` far ahead can't be taken
    /// back: real rows are late until then, as after a row dated so
    /// ([`add_row`](Self::add_row)).
    pub fn advance(&mut self, now: Timestamp) -> Vec<WindowReport> {
        let Some(window) = self.rules.cadence.window_of(now) else {
            return Vec::new();
        };
        let Some(open) = self.progress.open else {
            self.progress.open = Some(window);
            return Vec::new();
        };
        let Some(ended) = self.rules.cadence.ended(open, now, self.rules.keep) else {
            return Vec::new();
        };
        let closed = ended.windows.into_iter().map(|window| self.finish(window)).collect();
        self.progress.open = Some(ended.open);
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
            cadence: self.rules.cadence,
            window: self.rules.window,
            inputs: self.rules.inputs.clone(),
            progress: self.progress.clone(),
        }
    }

    /// Goes on from what a monitor with the same reference, cadence, window and inputs
    /// remembered. What counts as drift and as an alarm may be another from now on.
    ///
    /// # Errors
    /// [`Error::State`] if it was another one, [`Error::Damaged`] if its open window is none
    /// that the cadence has.
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
        match (self.progress.open, self.rules.cadence) {
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
        if let (Some(latest), CurrentWindow::LatestRows(rows)) =
            (&mut self.progress.latest, self.rules.window)
        {
            latest.keep_latest(rows);
        }
        if let Cadence::Rows(rows) = self.rules.cadence
            && self.open_rows() >= rows
        {
            closed.extend(self.seen().map(|counted| self.finish(counted)));
        }
    }

    /// From the earliest to the latest row since the latest look.
    fn seen(&self) -> Option<Span> {
        let (first, last) = self.progress.seen?;
        Span::new(first, last + TICK).or_else(|_| Span::new(first - TICK, last)).ok()
    }
}
