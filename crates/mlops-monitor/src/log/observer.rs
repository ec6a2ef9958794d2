use std::collections::VecDeque;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use mlops_core::{Observer, PredictionEvent};
use parking_lot::Mutex;

use super::{Appended, PredictionLog};
use crate::{Error, Result};

/// Brings the predictions of a service to a log, off the path of the request.
///
/// [`observe`](Observer::observe) puts the event into a queue and returns; whoever owns
/// the observer calls [`flush`](Self::flush) from a thread that may wait. A full queue
/// drops what comes and counts it.
///
/// ```
/// # use std::{sync::Arc, time::Duration};
/// # use mlops_core::{Observer, Prediction, PredictionEvent, ServedBy, Version};
/// use mlops_monitor::{LogObserver, MemoryPredictionLog};
/// # let event = PredictionEvent {
/// #     id: "1".parse()?, model: "m".parse()?, version: Version::new(1, 0, 0), at: "2013-04-01".parse()?,
/// #     latency: Duration::ZERO, served_by: ServedBy::Champion, inputs: Arc::new([1.0]), prediction: Prediction::Score(0.5),
/// # };
/// let observer = LogObserver::new(Arc::new(MemoryPredictionLog::new()), 10_000);
/// observer.observe(&event);
/// assert_eq!(observer.flush()?.added, 1);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug)]
pub struct LogObserver {
    log: Arc<dyn PredictionLog>,
    capacity: usize,
    queue: Mutex<VecDeque<PredictionEvent>>,
    dropped: AtomicU64,
}

/// What came of a flush.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Flushed {
    /// New in the log.
    pub added: usize,
    /// There already, with the same content.
    pub repeated: usize,
    /// There already with another content: the log keeps the first.
    pub conflicting: usize,
}

impl LogObserver {
    /// An observer whose queue holds at most `capacity` events.
    pub fn new(log: Arc<dyn PredictionLog>, capacity: usize) -> Self {
        Self { log, capacity, queue: Mutex::new(VecDeque::new()), dropped: AtomicU64::new(0) }
    }

    /// Writes what is queued to the log.
    ///
    /// # Errors
    /// As [`PredictionLog::append`], but for conflicts, which are counted. The events that
    /// were not written stay in the queue, for the next time.
    pub fn flush(&self) -> Result<Flushed> {
        let mut events: VecDeque<PredictionEvent> = std::mem::take(&mut *self.queue.lock());
        let mut flushed = Flushed::default();
        let written = self.write(&mut events, &mut flushed);
        if !events.is_empty() {
            self.put_back(events);
        }
        written.map(|()| flushed)
    }

    /// How many events a full queue has dropped so far.
    pub fn dropped(&self) -> u64 {
        self.dropped.load(Ordering::Relaxed)
    }

    /// Writes all at once or, if one of them conflicts, one by one; leaves what was not written.
    fn write(&self, events: &mut VecDeque<PredictionEvent>, flushed: &mut Flushed) -> Result<()> {
        let mut take = |appended: Appended| {
            flushed.added += appended.added;
            flushed.repeated += appended.repeated;
        };
        match self.log.append(events.make_contiguous()) {
            Ok(appended) => {
                take(appended);
                events.clear();
                return Ok(());
            }
            Err(Error::Conflict { .. }) => {}
            Err(error) => return Err(error),
        }
        while let Some(event) = events.front() {
            match self.log.append(std::slice::from_ref(event)) {
                Ok(appended) => take(appended),
                Err(Error::Conflict { .. }) => flushed.conflicting += 1,
                Err(error) => return Err(error),
            }
            events.pop_front();
        }
        Ok(())
    }

    /// Before what has come in the meantime; the newest are dropped if there are too many.
    fn put_back(&self, mut events: VecDeque<PredictionEvent>) {
        let mut queue = self.queue.lock();
        events.append(&mut queue);
        let too_many = events.len().saturating_sub(self.capacity);
        events.truncate(self.capacity);
        *queue = events;
        self.dropped.fetch_add(too_many as u64, Ordering::Relaxed);
    }
}

impl Observer for LogObserver {
    fn observe(&self, event: &PredictionEvent) {
        let mut queue = self.queue.lock();
        if queue.len() < self.capacity {
            queue.push_back(event.clone());
        } else {
            self.dropped.fetch_add(1, Ordering::Relaxed);
        }
    }
}
