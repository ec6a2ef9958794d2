use std::sync::{Arc, OnceLock};

use mlops_core::{Clock, SystemClock};

use super::drift_monitor::Rules;
use super::state::Progress;
use super::{AlarmSettings, Cadence, CurrentWindow, DriftMonitor, Horizon};
use crate::{Columns, Detector, Error, Result, Window, WindowAccumulator};

const KEPT: usize = 60;

/// The parts of a [`DriftMonitor`].
#[derive(Debug)]
#[must_use]
pub struct DriftMonitorBuilder {
    reference: Arc<Window>,
    cadence: Cadence,
    window: CurrentWindow,
    detector: Detector,
    horizon: Horizon,
    alarms: AlarmSettings,
    columns: Columns,
    inputs: Option<Vec<String>>,
    min_rows: Option<u64>,
    keep: usize,
    clock: Arc<dyn Clock>,
}

impl DriftMonitorBuilder {
    pub(super) fn new(reference: Arc<Window>, cadence: Cadence) -> Self {
        Self {
            reference,
            cadence,
            window: CurrentWindow::default(),
            detector: Detector::default(),
            horizon: Horizon::default(),
            alarms: AlarmSettings::default(),
            columns: Columns::default(),
            inputs: None,
            min_rows: None,
            keep: KEPT,
            clock: Arc::new(SystemClock),
        }
    }

    /// Which rows a look compares; those since the latest look unless given.
    pub fn window(mut self, window: CurrentWindow) -> Self {
        self.window = window;
        self
    }

    /// What counts as drift; [`Detector::default`] unless given.
    pub fn detector(mut self, detector: Detector) -> Self {
        self.detector = detector;
        self
    }

    /// Over which looks the detector's α is shared out; each month unless given.
    pub fn horizon(mut self, horizon: Horizon) -> Self {
        self.horizon = horizon;
        self
    }

    /// When drift becomes an alarm, and when that is over; [`AlarmSettings::default`] unless given.
    pub fn alarms(mut self, settings: AlarmSettings) -> Self {
        self.alarms = settings;
        self
    }

    /// Another clock than the machine's, for [`DriftMonitor::tick`].
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
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

    /// How many reports are remembered, and how many alarms that are over; 60 unless given.
    /// Only the latest report keeps the distributions of its columns.
    pub fn keep(mut self, reports: usize) -> Self {
        self.keep = reports;
        self
    }

    /// The monitor, with no row yet.
    ///
    /// # Errors
    /// [`Error::Empty`] if the reference has no rows, [`Error::Setting`] if windows are to
    /// have no rows or a setting is outside its range, [`Error::Schema`] if an input is named
    /// twice.
    pub fn build(self) -> Result<DriftMonitor> {
        if self.reference.rows() == 0 {
            return Err(Error::Empty { window: "reference" });
        }
        if self.cadence == Cadence::Rows(0) {
            return Err(Error::Setting { setting: "rows", value: 0.0, expected: "at least 1" });
        }
        self.window.check()?;
        self.horizon.check()?;
        self.alarms.check()?;
        let inputs =
            self.inputs.unwrap_or_else(|| self.reference.column_names().map(str::to_owned).collect());
        WindowAccumulator::new(&self.columns).update_rows(&inputs, [])?;
        Ok(DriftMonitor {
            reference: self.reference,
            digest: OnceLock::new(),
            clock: self.clock,
            progress: Progress::new(&self.columns, self.window),
            rules: Rules {
                min_rows: self.min_rows.unwrap_or(self.detector.settings().min_values).max(1),
                keep: self.keep,
                detector: self.detector,
                horizon: self.horizon,
                alarms: self.alarms,
                cadence: self.cadence,
                window: self.window,
                columns: self.columns,
                inputs,
            },
        })
    }
}
