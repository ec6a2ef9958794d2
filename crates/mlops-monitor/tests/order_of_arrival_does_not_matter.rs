//! Answers and labels may come in any order and in any batches: the log ends up the same.
#![allow(clippy::unwrap_used, reason = "this is a test")]

use std::sync::Arc;
use std::time::Duration;

use mlops_core::{Prediction, PredictionEvent, ServedBy, Timestamp, Version};
use mlops_monitor::{Label, MemoryPredictionLog, PredictionLog, PredictionLogExt, PredictionQuery};
use proptest::prelude::*;

#[derive(Clone, Debug)]
enum Arrival {
    Answer(u8),
    /// Of a request, as known at a moment.
    Label(u8, u8),
}

fn event(id: u8) -> PredictionEvent {
    PredictionEvent {
        id: id.to_string().parse().unwrap(),
        model: "m".parse().unwrap(),
        version: Version::new(1, 0, 0),
        at: Timestamp::from_micros(i64::from(id)),
        latency: Duration::ZERO,
        served_by: ServedBy::Champion,
        inputs: Arc::new([]),
        prediction: Prediction::Score(f64::from(id)),
    }
}

fn arrivals() -> impl Strategy<Value = Vec<Arrival>> {
    let one = prop_oneof![
        (0_u8..12).prop_map(Arrival::Answer),
        (0_u8..12, 0_u8..4).prop_map(|(id, at)| Arrival::Label(id, at))
    ];
    prop::collection::vec(one, 0..60)
}

proptest! {
    #[test]
    fn the_log_ends_up_the_same(arrivals in arrivals()) {
        let log = MemoryPredictionLog::new();
        for arrival in &arrivals {
            match arrival {
                Arrival::Answer(id) => drop(log.append(&[event(*id)]).unwrap()),
                Arrival::Label(id, at) => {
                    let known_at = Timestamp::from_micros(i64::from(*at));
                    // What is known at a moment is one thing.
                    let value = f64::from(*id) * 10.0 + f64::from(*at);
                    let label = Label::new("m".parse().unwrap(), id.to_string().parse().unwrap(), value, known_at);
                    log.label(&[label.unwrap()]).unwrap();
                }
            }
        }
        let query = PredictionQuery::new("m".parse().unwrap()).page_size(5);
        let read: Vec<(String, Option<f64>)> = log
            .entries(query.clone())
            .map(|entry| entry.map(|e| (e.event.id.to_string(), e.label.map(|label| label.value()))).unwrap())
            .collect();

        // The slow and obvious way: for each request that was answered, its newest label.
        let answered = |id: u8| arrivals.iter().any(|arrival| matches!(arrival, Arrival::Answer(other) if *other == id));
        let newest = |id: u8| arrivals.iter().filter_map(|arrival| match arrival {
            Arrival::Label(other, at) if *other == id => Some(f64::from(id) * 10.0 + f64::from(*at)),
            _ => None,
        }).reduce(f64::max);
        let expected: Vec<(String, Option<f64>)> =
            (0..12).filter(|id| answered(*id)).map(|id| (id.to_string(), newest(id))).collect();
        let waiting = (0..12).filter(|id| !answered(*id) && newest(*id).is_some()).count() as u64;
        let counts = log.count(&query).unwrap();
        let labelled = expected.iter().filter(|(_, label)| label.is_some()).count() as u64;
        prop_assert_eq!(read, expected);
        prop_assert_eq!(log.waiting_labels(&"m".parse().unwrap()).unwrap(), waiting);
        prop_assert_eq!(counts.labelled, labelled);
    }
}
