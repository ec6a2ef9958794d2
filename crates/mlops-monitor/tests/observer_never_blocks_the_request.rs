//! The observer queues, drops with a count, and loses nothing when the log is away.
#![allow(clippy::unwrap_used, reason = "this is a test")]

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use mlops_core::{ModelName, Observer, Prediction, PredictionEvent, ServedBy, Timestamp, Version};
use mlops_monitor::{
    Appended, Counts, Error, Flushed, Label, LabelsTaken, LogObserver, MemoryPredictionLog, Page,
    PredictionLog, PredictionQuery, Result,
};

/// A log that can be away.
#[derive(Debug, Default)]
struct Away {
    away: AtomicBool,
    log: MemoryPredictionLog,
}

impl PredictionLog for Away {
    fn append(&self, predictions: &[PredictionEvent]) -> Result<Appended> {
        if self.away.load(Ordering::SeqCst) {
            return Err(Error::Unavailable { log: "test", source: "it is away".into() });
        }
        self.log.append(predictions)
    }

    fn label(&self, labels: &[Label]) -> Result<LabelsTaken> {
        self.log.label(labels)
    }

    fn page(&self, query: &PredictionQuery) -> Result<Page> {
        self.log.page(query)
    }

    fn count(&self, query: &PredictionQuery) -> Result<Counts> {
        self.log.count(query)
    }

    fn waiting_labels(&self, model: &ModelName) -> Result<u64> {
        self.log.waiting_labels(model)
    }
}

fn event(id: u32, score: f64) -> PredictionEvent {
    PredictionEvent {
        id: id.to_string().parse().unwrap(),
        model: "m".parse().unwrap(),
        version: Version::new(1, 0, 0),
        at: Timestamp::from_micros(i64::from(id)),
        latency: Duration::ZERO,
        served_by: ServedBy::Champion,
        inputs: Arc::new([]),
        prediction: Prediction::Score(score),
    }
}

fn kept(log: &Away) -> u64 {
    log.count(&PredictionQuery::new("m".parse().unwrap())).unwrap().unlabelled
}

#[test]
fn nothing_is_written_before_the_flush() {
    let log = Arc::new(Away::default());
    let observer = LogObserver::new(Arc::<Away>::clone(&log), 10);
    observer.observe(&event(1, 0.5));
    assert_eq!(kept(&log), 0);
    assert_eq!(observer.flush().unwrap(), Flushed { added: 1, ..Flushed::default() });
    assert_eq!(observer.flush().unwrap(), Flushed::default());
    assert_eq!(kept(&log), 1);
}

#[test]
fn a_full_queue_drops_and_counts() {
    let log = Arc::new(Away::default());
    let observer = LogObserver::new(Arc::<Away>::clone(&log), 2);
    (0..5).for_each(|id| observer.observe(&event(id, 0.5)));
    assert_eq!((observer.flush().unwrap().added, observer.dropped()), (2, 3));
}

#[test]
fn what_could_not_be_written_stays() {
    let log = Arc::new(Away::default());
    let observer = LogObserver::new(Arc::<Away>::clone(&log), 3);
    log.away.store(true, Ordering::SeqCst);
    observer.observe(&event(1, 0.5));
    observer.observe(&event(2, 0.5));
    assert!(observer.flush().unwrap_err().is_transient());
    observer.observe(&event(3, 0.5));
    observer.observe(&event(4, 0.5));
    log.away.store(false, Ordering::SeqCst);
    assert_eq!(observer.flush().unwrap().added, 3);
    assert_eq!((kept(&log), observer.dropped()), (3, 1));
}

#[test]
fn a_conflict_does_not_hold_up_the_others() {
    let log = Arc::new(Away::default());
    let observer = LogObserver::new(Arc::<Away>::clone(&log), 10);
    for (id, score) in [(1, 0.5), (1, 0.9), (2, 0.5), (1, 0.5)] {
        observer.observe(&event(id, score));
    }
    assert_eq!(observer.flush().unwrap(), Flushed { added: 2, repeated: 1, conflicting: 1 });
    assert_eq!(observer.flush().unwrap(), Flushed::default());
}

#[test]
fn a_label_is_a_finite_number() {
    let label = |value| Label::new("m".parse().unwrap(), "7".parse().unwrap(), value, Timestamp::default());
    let error = label(f64::NAN).unwrap_err();
    assert_eq!(error.to_string(), "label of prediction 7 is NaN, expected a finite number");
    assert!(label(f64::INFINITY).is_err() && label(-1.5).is_ok());
}
