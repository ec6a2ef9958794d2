use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use mlops_core::Timestamp;

use super::{Alert, AlertSink, AlertState, Labels};
use crate::Error;

/// So many alerts wait for a sink that takes none; the oldest give way.
const WAITING: usize = 10_000;

/// Tells the sinks when an alert begins to fire and when it ends, each once.
///
/// What a sink did not take is kept, in order, and tried again by the next call. Pending
/// alerts are nobody's business yet. It remembers the last word on each series that has
/// ever fired, so that a caller may give it the same alerts again.
///
/// ```
/// use std::sync::Arc;
/// use mlops_core::Timestamp;
/// use mlops_monitor::{AlertRule, Condition, Dispatcher, MemorySink, RuleState, Sample};
/// let sink = MemorySink::new();
/// let mut dispatcher = Dispatcher::new([Arc::new(sink.clone()) as _]);
/// let mut state = RuleState::new(AlertRule::new("gap", Condition::Above(0.025))?);
/// let changed = state.evaluate(Timestamp::default(), &[Sample::new(0.029)])?;
/// assert!(dispatcher.dispatch(&changed).is_empty(), "no errors");
/// assert!(dispatcher.dispatch(&changed).is_empty());
/// assert_eq!(sink.alerts().len(), 1);
/// # Ok::<(), mlops_monitor::Error>(())
/// ```
#[derive(Debug)]
pub struct Dispatcher {
    receivers: Vec<Receiver>,
    told: BTreeMap<(String, Labels), (Timestamp, AlertState)>,
    dropped: u64,
}

#[derive(Debug)]
struct Receiver {
    sink: Arc<dyn AlertSink>,
    waiting: VecDeque<Alert>,
}

impl Dispatcher {
    /// To all of these.
    pub fn new(sinks: impl IntoIterator<Item = Arc<dyn AlertSink>>) -> Self {
        let receivers = sinks.into_iter().map(|sink| Receiver { sink, waiting: VecDeque::new() });
        Self { receivers: receivers.collect(), told: BTreeMap::new(), dropped: 0 }
    }

    /// Sends what is news among the alerts, after what could not be sent before. Returns
    /// the error of each sink that did not take all; with the others everything is well.
    pub fn dispatch(&mut self, alerts: &[Alert]) -> Vec<Error> {
        for alert in alerts.iter().filter(|alert| alert.has_begun() || alert.has_ended()) {
            let news = (alert.since, alert.state);
            let told = self.told.insert((alert.rule.clone(), alert.labels.clone()), news);
            if told != Some(news) {
                for receiver in &mut self.receivers {
                    if receiver.waiting.len() == WAITING {
                        receiver.waiting.pop_front();
                        self.dropped += 1;
                    }
                    receiver.waiting.push_back(alert.clone());
                }
            }
        }
        self.receivers.iter_mut().filter_map(|receiver| receiver.send().err()).collect()
    }

    /// How many alerts wait for a sink to take them.
    pub fn waiting(&self) -> usize {
        self.receivers.iter().map(|receiver| receiver.waiting.len()).sum()
    }

    /// How many alerts a sink never got, because too many waited for it.
    pub const fn dropped(&self) -> u64 {
        self.dropped
    }
}

impl Receiver {
    fn send(&mut self) -> Result<(), Error> {
        while let Some(alert) = self.waiting.front() {
            self.sink.send(alert)?;
            self.waiting.pop_front();
        }
        Ok(())
    }
}
