//! The observer takes the inputs of each request once, whoever else scored it.

use std::sync::Arc;
use std::time::Duration;

use mlops_core::{Observer, Prediction, PredictionEvent, ServedBy, Timestamp, Version};
use mlops_drift::monitor::{Cadence, Collected, DriftMonitor, DriftObserver};
use mlops_drift::{Columns, Window};

fn monitor(names: &[&str]) -> DriftMonitor {
    let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
    let rows: Vec<Vec<f64>> =
        (0..200).map(|row| vec![f64::from(row * 7 % 100) / 100.0; names.len()]).collect();
    let reference = Window::read_rows(&names, rows.iter().map(Vec::as_slice), &Columns::default()).unwrap();
    DriftMonitor::new(reference, Cadence::Day).unwrap()
}

fn event(served_by: ServedBy, prediction: Prediction, inputs: &[f64]) -> PredictionEvent {
    PredictionEvent {
        id: "request-1".parse().unwrap(),
        model: "flight-delay".parse().unwrap(),
        version: Version::new(1, 0, 0),
        at: "2013-04-01T12:00:00Z".parse().unwrap(),
        latency: Duration::from_micros(20),
        served_by,
        inputs: Arc::from(inputs),
        prediction,
    }
}

fn observer(monitor: &DriftMonitor, capacity: usize) -> DriftObserver {
    DriftObserver::new("flight-delay".parse().unwrap(), monitor, capacity)
}

fn counts(collected: Collected) -> (u64, u64, u64, u64) {
    (collected.taken, collected.dropped, collected.unusable, collected.failed)
}

#[test]
fn the_version_that_answers_the_caller_counts() {
    use Prediction::{Failed, Score};
    use ServedBy::{Canary, Champion, Constant, Fallback, Shadow};
    let requests: [(&[(ServedBy, Prediction)], u64); 8] = [
        (&[(Champion, Score(0.2))], 1),
        (&[(Champion, Score(0.2)), (Shadow, Score(0.3))], 1),
        (&[(Champion, Score(0.2)), (Shadow, Failed("timeout"))], 1),
        (&[(Canary, Score(0.2)), (Shadow, Score(0.3))], 1),
        (&[(Canary, Failed("not_finite")), (Fallback, Score(0.3))], 1),
        (&[(Champion, Failed("timeout")), (Fallback, Score(0.3))], 1),
        (&[(Champion, Failed("timeout")), (Constant, Score(0.2))], 1),
        (&[(Champion, Failed("input_range"))], 0),
    ];
    for (events, rows) in requests {
        for backwards in [false, true] {
            let mut monitor = monitor(&["a"]);
            let observer = observer(&monitor, 10);
            let mut events = events.to_vec();
            if backwards {
                events.reverse();
            }
            for (role, prediction) in &events {
                observer.observe(&event(*role, prediction.clone(), &[0.5]));
            }
            observer.drain_into(&mut monitor).unwrap();
            assert_eq!(monitor.open_rows(), rows, "{events:?}");
        }
    }
}

#[test]
fn what_is_not_for_this_monitor_is_left_out() {
    let mut monitor = monitor(&["a", "b"]);
    let observer = observer(&monitor, 10);
    let mut other = event(ServedBy::Champion, Prediction::Score(0.1), &[0.5, 0.5]);
    other.model = "fare".parse().unwrap();
    observer.observe(&other);
    observer.observe(&event(ServedBy::Champion, Prediction::Score(0.1), &[0.5]));
    observer.observe(&event(ServedBy::Champion, Prediction::Failed("timeout"), &[0.5, 0.5]));
    observer.observe(&event(ServedBy::Champion, Prediction::Score(0.1), &[0.5, f64::NAN]));
    assert_eq!(counts(observer.collected()), (1, 0, 1, 1));
    observer.drain_into(&mut monitor).unwrap();
    assert_eq!(monitor.open_rows(), 1);
}

#[test]
fn a_full_buffer_drops_and_counts_and_takes_again_when_drained() {
    let mut monitor = monitor(&["a"]);
    let observer = observer(&monitor, 3);
    let champion = event(ServedBy::Champion, Prediction::Score(0.1), &[0.5]);
    (0..5).for_each(|_| observer.observe(&champion));
    assert_eq!(counts(observer.collected()), (3, 2, 0, 0));
    observer.drain_into(&mut monitor).unwrap();
    observer.observe(&champion);
    observer.drain_into(&mut monitor).unwrap();
    assert_eq!((monitor.open_rows(), observer.collected().taken), (4, 4));
}

#[test]
fn rows_are_handed_over_in_order_of_time() {
    let mut monitor = monitor(&["a"]);
    let observer = observer(&monitor, 1_000);
    let start: Timestamp = "2013-04-01T23:00:00Z".parse().unwrap();
    for minute in (0..120_u64).rev() {
        let mut event = event(ServedBy::Champion, Prediction::Score(0.1), &[0.5]);
        event.at = start + Duration::from_mins(minute);
        observer.observe(&event);
    }
    let closed = observer.drain_into(&mut monitor).unwrap();
    assert_eq!((closed.len(), closed[0].rows, monitor.open_rows()), (1, 60, 60));
}

#[test]
fn the_score_can_be_one_more_column() {
    let mut monitor = monitor(&["a", "score"]);
    let observer = observer(&monitor, 1_000).with_score();
    for row in 0..100 {
        let inputs = [f64::from(row) / 100.0];
        observer.observe(&event(ServedBy::Champion, Prediction::Score(0.9), &inputs));
    }
    for _ in 0..10 {
        observer.observe(&event(ServedBy::Constant, Prediction::Score(0.2), &[0.5]));
    }
    observer.drain_into(&mut monitor).unwrap();
    let report = &monitor.advance("2013-04-02".parse().unwrap())[0];
    let drifted: Vec<&str> = report.drifted().map(|column| column.name.as_str()).collect();
    assert_eq!((report.rows, drifted), (110, vec!["score"]));
    let score = report.columns().find(|column| column.name == "score").unwrap();
    assert_eq!(score.current.as_ref().unwrap().missing, 10, "a constant is no model's score");
}

#[test]
fn threads_lose_nothing() {
    let mut monitor = monitor(&["a"]);
    let observer = observer(&monitor, 100_000);
    let champion = event(ServedBy::Champion, Prediction::Score(0.1), &[0.5]);
    std::thread::scope(|scope| {
        for _ in 0..4 {
            scope.spawn(|| (0..5_000).for_each(|_| observer.observe(&champion)));
        }
        while observer.collected().taken < 20_000 {
            observer.drain_into(&mut monitor).unwrap();
            std::thread::yield_now();
        }
    });
    observer.drain_into(&mut monitor).unwrap();
    assert_eq!((monitor.open_rows(), observer.collected().dropped), (20_000, 0));
}
