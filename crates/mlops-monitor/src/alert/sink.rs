use std::fmt;
use std::io::Write;
use std::sync::Arc;

use parking_lot::Mutex;

use super::Alert;
use crate::{Error, Result};

/// Where alerts go: a file, a chat, a pager.
///
/// # Contract
/// - `Ok` means that the receiver has taken the alert; an error, that it may not have.
/// - The same alert may come again, after an error or a restart. Rule, labels, `since` and
///   state together tell whether it is the same.
/// - Alerts of a series come in the order in which they happened.
pub trait AlertSink: fmt::Debug + Send + Sync {
    /// Sends an alert.
    ///
    /// # Errors
    /// [`Error::NotDelivered`]; safe to repeat.
    fn send(&self, alert: &Alert) -> Result<()>;
}

/// Keeps alerts in memory: for tests, and for pages that show them. A clone is the same sink.
#[derive(Clone, Debug, Default)]
pub struct MemorySink(Arc<Mutex<Vec<Alert>>>);

impl MemorySink {
    /// An empty sink.
    pub fn new() -> Self {
        Self::default()
    }

    /// The alerts so far, in the order they came.
    pub fn alerts(&self) -> Vec<Alert> {
        self.0.lock().clone()
    }
}

impl AlertSink for MemorySink {
    fn send(&self, alert: &Alert) -> Result<()> {
        self.0.lock().push(alert.clone());
        Ok(())
    }
}

/// Writes each alert as a line of JSON, and flushes it.
///
/// ```
/// use mlops_core::Timestamp;
/// use mlops_monitor::{AlertRule, AlertSink, Condition, LogSink, RuleState, Sample};
/// let sink = LogSink::new(std::io::stderr());
/// let mut state = RuleState::new(AlertRule::new("gap", Condition::Above(0.025))?);
/// for alert in state.evaluate(Timestamp::default(), &[Sample::new(0.029)])? {
///     sink.send(&alert)?;
/// }
/// # Ok::<(), mlops_monitor::Error>(())
/// ```
pub struct LogSink<W>(Mutex<W>);

impl<W: Write + Send> LogSink<W> {
    /// Lines go to `writer`.
    pub const fn new(writer: W) -> Self {
        Self(Mutex::new(writer))
    }

    /// The writer.
    pub fn into_inner(self) -> W {
        self.0.into_inner()
    }
}

impl<W> fmt::Debug for LogSink<W> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogSink").finish_non_exhaustive()
    }
}

impl<W: Write + Send> AlertSink for LogSink<W> {
    fn send(&self, alert: &Alert) -> Result<()> {
        let failed = |source| Error::NotDelivered { sink: "the alert log".to_owned(), attempts: 1, source };
        let mut line = serde_json::to_vec(alert).map_err(|error| failed(error.into()))?;
        line.push(b'\n');
        let mut writer = self.0.lock();
        writer.write_all(&line).and_then(|()| writer.flush()).map_err(|error| failed(error.into()))
    }
}
