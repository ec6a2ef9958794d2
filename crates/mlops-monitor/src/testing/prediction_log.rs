//! The contract of [`PredictionLog`], a function a promise. Each takes an empty log.
//!
//! ```
//! use mlops_monitor::{MemoryPredictionLog, prediction_log_suite};
//! prediction_log_suite!(memory, MemoryPredictionLog::new());
//! ```
#![allow(clippy::missing_panics_doc, reason = "a case of a suite panics if the promise is broken")]
#![expect(clippy::unwrap_used, reason = "a test that can't go on has failed")]

use std::sync::Arc;
use std::time::Duration;

use mlops_core::{Prediction, PredictionEvent, ServedBy, Timestamp, Version};

use crate::{
    Appended, Counts, Error, Label, LabelsTaken, LoggedPrediction, PredictionLog, PredictionLogExt,
    PredictionQuery,
};

/// One named test for each promise of [`PredictionLog`]; the expression makes an empty log.
#[macro_export]
macro_rules! prediction_log_suite {
    ($name:ident, $log:expr) => {
        $crate::prediction_log_suite!(@each $name, $log,
            answers_come_back_bit_by_bit
            a_late_label_is_joined
            an_early_label_waits_for_its_prediction
            the_same_again_changes_nothing
            another_content_is_a_conflict_and_keeps_nothing
            answers_to_one_request_stand_side_by_side
            models_do_not_mix
            the_label_known_later_holds
            labels_of_one_moment_conflict_and_keep_nothing
            a_window_begins_with_its_start_and_ends_before_its_end
            pages_visit_every_answer_once_in_order
            counts_add_up
            racing_callers_keep_everything_once
        );
    };
    (@each $name:ident, $log:expr, $($case:ident)*) => {
        mod $name {
            #[allow(unused_imports, reason = "what the expression is made of")]
            use super::*;
            $(
                #[test]
                fn $case() {
                    $crate::testing::prediction_log::$case(&$log);
                }
            )*
        }
    };
}

const MODEL: &str = "flight-delay";

fn second(second: u32) -> Timestamp {
    Timestamp::default() + Duration::from_secs(u64::from(second))
}

fn event(id: u32, at: u32) -> PredictionEvent {
    PredictionEvent {
        id: id.to_string().parse().unwrap(),
        model: MODEL.parse().unwrap(),
        version: Version::new(1, 0, 0),
        at: second(at),
        latency: Duration::from_micros(80),
        served_by: ServedBy::Champion,
        inputs: Arc::new([f64::from(id), f64::NAN, -0.0]),
        prediction: Prediction::Score(f64::from(id) / 1024.0),
    }
}

fn label(id: u32, value: f64, at: u32) -> Label {
    Label::new(MODEL.parse().unwrap(), id.to_string().parse().unwrap(), value, second(at)).unwrap()
}

fn all() -> PredictionQuery {
    PredictionQuery::new(MODEL.parse().unwrap())
}

fn read(log: &dyn PredictionLog, query: PredictionQuery) -> Vec<LoggedPrediction> {
    log.entries(query).collect::<Result<_, _>>().unwrap()
}

fn ids(log: &dyn PredictionLog, query: PredictionQuery) -> Vec<String> {
    read(log, query).into_iter().map(|entry| entry.event.id.to_string()).collect()
}

fn labels(log: &dyn PredictionLog) -> Vec<Option<f64>> {
    read(log, all()).into_iter().map(|entry| entry.label.map(|label| label.value())).collect()
}

/// Inputs that are missing, signed zeros and failures are kept as they were.
pub fn answers_come_back_bit_by_bit(log: &dyn PredictionLog) {
    let mut failed = event(2, 20);
    failed.prediction = Prediction::Failed("timeout");
    failed.served_by = ServedBy::Fallback;
    let given = [event(1, 10), failed];
    assert_eq!(log.append(&given).unwrap(), Appended { added: 2, repeated: 0 });
    let read = read(log, all());
    assert_eq!(read.len(), 2);
    for (entry, given) in read.iter().zip(&given) {
        let bits = |event: &PredictionEvent| event.inputs.iter().map(|x| x.to_bits()).collect::<Vec<_>>();
        assert_eq!(bits(&entry.event), bits(given));
        // What is left differs only where NaN differs from itself.
        let without = |event: &PredictionEvent| PredictionEvent { inputs: Arc::new([]), ..event.clone() };
        assert_eq!(without(&entry.event), without(given));
        assert_eq!(entry.label, None);
    }
    assert_eq!(log.append(&[]).unwrap(), Appended::default());
}

/// A label that comes after its prediction.
pub fn a_late_label_is_joined(log: &dyn PredictionLog) {
    log.append(&[event(1, 10), event(2, 20)]).unwrap();
    let taken = log.label(&[label(2, 1.0, 500)]).unwrap();
    assert_eq!(taken, LabelsTaken { joined: 1, ..LabelsTaken::default() });
    assert_eq!(labels(log), [None, Some(1.0)]);
    assert_eq!(read(log, all())[1].label, Some(label(2, 1.0, 500)));
}

/// A label that comes before its prediction is not lost.
pub fn an_early_label_waits_for_its_prediction(log: &dyn PredictionLog) {
    let model = MODEL.parse().unwrap();
    let taken = log.label(&[label(1, 1.0, 5)]).unwrap();
    assert_eq!(taken, LabelsTaken { early: 1, ..LabelsTaken::default() });
    assert_eq!(log.waiting_labels(&model).unwrap(), 1);
    assert_eq!(log.count(&all()).unwrap(), Counts::default());
    log.append(&[event(1, 10), event(2, 20)]).unwrap();
    assert_eq!(labels(log), [Some(1.0), None]);
    assert_eq!(log.waiting_labels(&model).unwrap(), 0);
}

/// A caller that got no answer may ask again.
pub fn the_same_again_changes_nothing(log: &dyn PredictionLog) {
    log.append(&[event(1, 10)]).unwrap();
    let again = [event(1, 10), event(2, 20), event(2, 20)];
    assert_eq!(log.append(&again).unwrap(), Appended { added: 1, repeated: 2 });
    log.label(&[label(1, 1.0, 50)]).unwrap();
    let taken = log.label(&[label(1, 1.0, 50), label(1, 1.0, 50)]).unwrap();
    assert_eq!(taken, LabelsTaken { repeated: 2, ..LabelsTaken::default() });
    assert_eq!(ids(log, all()), ["1", "2"]);
    assert_eq!(labels(log), [Some(1.0), None]);
}

/// The first content holds, and nothing of the batch is kept.
pub fn another_content_is_a_conflict_and_keeps_nothing(log: &dyn PredictionLog) {
    log.append(&[event(1, 10)]).unwrap();
    let changes: [fn(&mut PredictionEvent); 5] = [
        |event| event.prediction = Prediction::Score(0.9),
        |event| event.prediction = Prediction::Failed("timeout"),
        |event| event.at = second(11),
        |event| event.latency = Duration::from_secs(1),
        |event| event.inputs = Arc::new([1.0, 0.0, -0.0]),
    ];
    for change in changes {
        let mut other = event(1, 10);
        change(&mut other);
        let result = log.append(&[event(2, 20), other]);
        assert!(matches!(result, Err(Error::Conflict { what: "answer", .. })), "not a conflict: {result:?}");
        assert_eq!(ids(log, all()), ["1"], "a part of the batch was kept");
    }
    let mut other = event(3, 30);
    other.prediction = Prediction::Score(0.9);
    let result = log.append(&[event(3, 30), other]);
    assert!(matches!(result, Err(Error::Conflict { .. })), "not a conflict within the batch: {result:?}");
    assert_eq!(ids(log, all()), ["1"]);
}

/// The champion, a shadow and a canary answer the same request; the label is theirs all.
pub fn answers_to_one_request_stand_side_by_side(log: &dyn PredictionLog) {
    let shadow =
        PredictionEvent { version: Version::new(1, 1, 0), served_by: ServedBy::Shadow, ..event(1, 10) };
    // An A/A trial: the same version, another part of the chain.
    let canary = PredictionEvent { served_by: ServedBy::Canary, ..event(1, 10) };
    assert_eq!(log.append(&[event(1, 10), shadow, canary]).unwrap().added, 3);
    let taken = log.label(&[label(1, 1.0, 50)]).unwrap();
    assert_eq!(taken.joined, 1, "a label is counted once");
    assert_eq!(labels(log), [Some(1.0); 3]);
    assert_eq!(read(log, all().version(Version::new(1, 1, 0))).len(), 1);
    assert_eq!(
        log.count(&all().version(Version::new(1, 0, 0))).unwrap(),
        Counts { labelled: 2, unlabelled: 0 }
    );
    let fallback = PredictionEvent { served_by: ServedBy::Fallback, ..event(1, 10) };
    log.append(&[fallback]).unwrap();
    assert_eq!(labels(log), [Some(1.0); 4], "an answer that comes after its label");
    assert_eq!(log.waiting_labels(&MODEL.parse().unwrap()).unwrap(), 0);
}

/// Two models may use the same ids.
pub fn models_do_not_mix(log: &dyn PredictionLog) {
    let other = PredictionEvent { model: "cancelled".parse().unwrap(), ..event(1, 10) };
    log.append(&[event(1, 10), other]).unwrap();
    log.label(&[label(1, 1.0, 50)]).unwrap();
    let of_other = PredictionQuery::new("cancelled".parse().unwrap());
    assert_eq!(log.count(&of_other).unwrap(), Counts { labelled: 0, unlabelled: 1 });
    assert_eq!(log.count(&all()).unwrap(), Counts { labelled: 1, unlabelled: 0 });
    let unknown = PredictionQuery::new("unknown".parse().unwrap());
    assert_eq!(log.count(&unknown).unwrap(), Counts::default());
    assert!(read(log, unknown).is_empty());
}

/// In whatever order they come, before or after the prediction.
pub fn the_label_known_later_holds(log: &dyn PredictionLog) {
    log.append(&[event(1, 10), event(2, 20)]).unwrap();
    log.label(&[label(1, 0.0, 50), label(3, 0.0, 50)]).unwrap();
    let corrected = log.label(&[label(1, 1.0, 60), label(3, 1.0, 60)]).unwrap();
    assert_eq!(corrected, LabelsTaken { corrected: 2, ..LabelsTaken::default() });
    let overtaken = log.label(&[label(1, 0.0, 55), label(2, 1.0, 60), label(2, 0.0, 50)]).unwrap();
    assert_eq!(overtaken, LabelsTaken { joined: 1, repeated: 2, ..LabelsTaken::default() });
    log.append(&[event(3, 30)]).unwrap();
    assert_eq!(labels(log), [Some(1.0); 3]);
}

/// Nobody can say which of them is right.
pub fn labels_of_one_moment_conflict_and_keep_nothing(log: &dyn PredictionLog) {
    log.append(&[event(1, 10), event(2, 20)]).unwrap();
    log.label(&[label(1, 0.0, 50)]).unwrap();
    for batch in [[label(2, 1.0, 50), label(1, 1.0, 50)], [label(2, 1.0, 50), label(2, 0.0, 50)]] {
        let result = log.label(&batch);
        assert!(matches!(result, Err(Error::Conflict { what: "label", .. })), "not a conflict: {result:?}");
        assert_eq!(labels(log), [Some(0.0), None], "a part of the batch was kept");
    }
}

/// Neighbouring windows share no answer and miss none.
pub fn a_window_begins_with_its_start_and_ends_before_its_end(log: &dyn PredictionLog) {
    log.append(&[event(1, 10), event(2, 20), event(3, 30)]).unwrap();
    let within = |from: u32, until: u32| ids(log, all().decided(second(from)..second(until)));
    assert_eq!(within(10, 30), ["1", "2"]);
    assert_eq!(within(30, 31), ["3"]);
    assert_eq!(within(11, 20), Vec::<String>::new());
    assert_eq!(within(20, 20), Vec::<String>::new());
    assert_eq!(within(30, 10), Vec::<String>::new());
    let counted = log.count(&all().decided(second(10)..second(30))).unwrap();
    assert_eq!(counted, Counts { labelled: 0, unlabelled: 2 });
}

/// By decision time, then by arrival, whatever the size of the page.
pub fn pages_visit_every_answer_once_in_order(log: &dyn PredictionLog) {
    let expected = ["3", "5", "1", "2", "4", "6", "0"];
    for (id, at) in [(0, 90), (1, 30), (2, 30), (3, 10), (4, 30), (5, 20), (6, 40)] {
        log.append(&[event(id, at)]).unwrap();
    }
    for page_size in 1..9 {
        let query = all().page_size(page_size);
        assert_eq!(ids(log, query.clone()), expected, "pages of {page_size}");
        let page = log.page(&query).unwrap();
        assert_eq!(page.entries.len(), page_size.min(7), "a page is full while there is more");
        let last = page.entries.last().map(|entry| entry.place);
        assert_eq!(page.next, last.filter(|_| page_size < 7));
        let places: Vec<_> = page.entries.iter().map(|entry| entry.place).collect();
        assert!(places.is_sorted() && page.entries.iter().all(|entry| entry.place.at == entry.event.at));
    }
    let windowed = all().decided(second(20)..second(90)).page_size(2);
    assert_eq!(ids(log, windowed.clone()), ["5", "1", "2", "4", "6"]);
    let end = log.page(&all()).unwrap().entries[6].place;
    assert!(log.page(&windowed.after(end)).unwrap().entries.is_empty(), "after the window");
    let start = log.page(&all()).unwrap().entries[0].place;
    assert_eq!(ids(log, all().decided(second(30)..second(40)).after(start)), ["1", "2", "4"]);
}

/// With and without label, whatever the page size and the cursor.
pub fn counts_add_up(log: &dyn PredictionLog) {
    log.append(&(0..20).map(|id| event(id, id)).collect::<Vec<_>>()).unwrap();
    log.label(&(0..30).step_by(3).map(|id| label(id, 1.0, 500)).collect::<Vec<_>>()).unwrap();
    let counted = Counts { labelled: 7, unlabelled: 13 };
    assert_eq!(log.count(&all()).unwrap(), counted);
    let place = log.page(&all()).unwrap().entries[9].place;
    assert_eq!(log.count(&all().page_size(2).after(place)).unwrap(), counted);
    assert_eq!(log.waiting_labels(&MODEL.parse().unwrap()).unwrap(), 3);
}

/// Threads append and label the same requests at once: each is kept once, each label joined.
pub fn racing_callers_keep_everything_once(log: &dyn PredictionLog) {
    const THREADS: u32 = 4;
    const REQUESTS: u32 = 200;
    let start = std::sync::Barrier::new(THREADS as usize);
    let sums = std::thread::scope(|scope| {
        let run = |thread: u32| {
            let start = &start;
            move || {
                start.wait();
                let (mut added, mut new_labels) = (0, 0);
                for step in 0..REQUESTS {
                    // Half of the threads go backwards, so that labels come early and late.
                    let id = if thread.is_multiple_of(2) { step } else { REQUESTS - 1 - step };
                    added += log.append(&[event(id, id)]).unwrap().added;
                    let taken = log.label(&[label(REQUESTS - 1 - id, 1.0, 500)]).unwrap();
                    new_labels += taken.joined + taken.early;
                }
                (added, new_labels)
            }
        };
        let threads: Vec<_> = (0..THREADS).map(|thread| scope.spawn(run(thread))).collect();
        threads
            .into_iter()
            .map(|thread| thread.join().unwrap())
            .fold((0, 0), |sum, of| (sum.0 + of.0, sum.1 + of.1))
    });
    assert_eq!(sums, (REQUESTS as usize, REQUESTS as usize), "added and labelled once each");
    let read = read(log, all().page_size(7));
    let expected: Vec<String> = (0..REQUESTS).map(|id| id.to_string()).collect();
    assert_eq!(read.iter().map(|entry| entry.event.id.to_string()).collect::<Vec<_>>(), expected);
    assert!(read.iter().all(|entry| entry.label.is_some()));
    assert_eq!(log.waiting_labels(&MODEL.parse().unwrap()).unwrap(), 0);
}
