use std::sync::Arc;

use mlops_core::{ModelName, Observer, Prediction, PredictionEvent, ServedBy, Timestamp};
use parking_lot::Mutex;

use super::{DriftMonitor, WindowReport};
use crate::Result;

/// Collects the inputs of the requests to one model on the path of the request, for a
/// [`DriftMonitor`] to compare elsewhere.
///
/// One row a request: that of the version whose answer the caller got (champion, canary,
/// fallback, or the constant). What a shadow saw is the same request again and left out; so
/// is a version that failed, since the one that answered after it has the same inputs, and a
/// request that was refused and got no answer at all.
///
/// [`observe`](Observer::observe) holds a lock for one push and never compares anything. The
/// buffer has a bound: rows beyond it are dropped and counted. Call
/// [`drain_into`](Self::drain_into) from wherever there is time, before it is full.
///
/// ```
/// # use std::sync::Arc;
/// # use mlops_core::{Observer, Prediction, PredictionEvent, ServedBy, Version};
/// # use mlops_drift::monitor::{Cadence, DriftMonitor, DriftObserver};
/// # use mlops_drift::{Columns, Window};
/// # let names = ["temp".to_owned()];
/// # let reference = Window::read_rows(&names, [&[1.0][..]], &Columns::default())?;
/// # let event = PredictionEvent {
/// #     id: "flight-1".parse()?, model: "flight-delay".parse()?, version: Version::new(1, 0, 0),
/// #     at: "2013-04-01T08:00:00Z".parse()?, latency: Default::default(),
/// #     served_by: ServedBy::Champion, inputs: Arc::from([39.9]), prediction: Prediction::Score(0.2),
/// # };
/// let mut monitor = DriftMonitor::new(reference, Cadence::Week)?;
/// let observer = Arc::new(DriftObserver::new("flight-delay".parse()?, &monitor, 65_536));
/// observer.observe(&event); // by the predictor, for each event
/// let closed = observer.drain_into(&mut monitor)?; // now and then
/// assert!(closed.is_empty());
/// assert_eq!((monitor.open_rows(), observer.collected().dropped), (1, 0));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct DriftObserver {
    model: ModelName,
    /// How many numbers a row of the monitor has.
    width: usize,
    with_score: bool,
    capacity: usize,
    buffer: Mutex<Buffer>,
}

#[derive(Debug, Default)]
struct Buffer {
    rows: Vec<Row>,
    counts: Collected,
}

#[derive(Debug)]
struct Row {
    at: Timestamp,
    inputs: Arc<[f64]>,
    score: f64,
}

/// What became of the events that an observer has seen of its model.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct Collected {
    /// Rows taken.
    pub taken: u64,
    /// Rows lost because the buffer was full.
    pub dropped: u64,
    /// Answers whose inputs are not as many as the monitor has.
    pub unusable: u64,
    /// Events of a version that failed, or of a request that was refused.
    pub failed: u64,
}

impl DriftObserver {
    /// Collects up to `capacity` rows of requests to `model` between two drains, with the
    /// inputs of `monitor`.
    pub fn new(model: ModelName, monitor: &DriftMonitor, capacity: usize) -> Self {
        Self { model, width: monitor.inputs().len(), with_score: false, capacity, buffer: Mutex::default() }
    }

    /// Takes the score that the caller got as one more number behind the inputs: the last
    /// input of the monitor is then the score. It is missing where a constant answered.
    #[must_use]
    pub fn with_score(mut self) -> Self {
        self.with_score = true;
        self
    }

    /// What became of the events so far.
    pub fn collected(&self) -> Collected {
        self.buffer.lock().counts
    }

    /// Hands all that was collected to `monitor`, in order of time, and gives the windows
    /// that this closed. Requests go on meanwhile.
    ///
    /// # Errors
    /// As [`DriftMonitor::add_row`]; not if it is the monitor that this was made for and it
    /// takes no batches beside.
    pub fn drain_into(&self, monitor: &mut DriftMonitor) -> Result<Vec<WindowReport>> {
        let mut rows = std::mem::take(&mut self.buffer.lock().rows);
        rows.sort_by_key(|row| row.at);
        let mut closed = Vec::new();
        let mut values = Vec::with_capacity(self.width);
        for row in &rows {
            values.clear();
            values.extend_from_slice(&row.inputs);
            if self.with_score {
                values.push(row.score);
            }
            closed.extend(monitor.add_row(row.at, &values)?);
        }
        Ok(closed)
    }
}

impl Observer for DriftObserver {
    fn observe(&self, event: &PredictionEvent) {
        if event.model != self.model || event.served_by == ServedBy::Shadow {
            return;
        }
        let mut buffer = self.buffer.lock();
        let Prediction::Score(score) = event.prediction else {
            buffer.counts.failed += 1;
            return;
        };
        if event.inputs.len() + usize::from(self.with_score) != self.width {
            buffer.counts.unusable += 1;
        } else if buffer.rows.len() >= self.capacity {
            buffer.counts.dropped += 1;
        } else {
            let score = if event.served_by == ServedBy::Constant { f64::NAN } else { score };
            buffer.rows.push(Row { at: event.at, inputs: Arc::clone(&event.inputs), score });
            buffer.counts.taken += 1;
        }
    }
}
