//! Each case of the suite fails on a log that breaks its promise.
#![allow(clippy::unwrap_used, reason = "this is a test")]

use std::sync::Barrier;

use mlops_core::{ModelName, PredictionEvent, ServedBy, Timestamp};
use mlops_monitor::testing::prediction_log as suite;
use mlops_monitor::{
    Appended, Counts, Error, Label, LabelsTaken, MemoryPredictionLog, Page, PredictionLog, PredictionLogExt,
    PredictionQuery, Result,
};
use parking_lot::Mutex;

#[derive(Clone, Copy, Debug, PartialEq)]
enum Fault {
    MissingInputsBecomeZero,
    LateLabelsAreIgnored,
    EarlyLabelsAreLost,
    AnswersAreKeptTwice,
    TheLastContentHolds,
    ConflictsKeepHalfTheBatch,
    AnIdIsAnsweredOnce,
    ModelsAreOne,
    TheLastLabelHolds,
    LabelsNeverConflict,
    WindowsIncludeTheirEnd,
    PagesRepeatTheirLast,
    PagesAreInOrderOfArrival,
    CountsStopAtThePage,
    LooksThenKeeps,
}
use Fault::*;

#[derive(Debug)]
struct Broken {
    fault: Fault,
    log: MemoryPredictionLog,
    arrived: Mutex<u32>,
    race: Barrier,
}

impl Broken {
    fn with(fault: Fault) -> Self {
        Self { fault, log: MemoryPredictionLog::new(), arrived: Mutex::new(0), race: Barrier::new(4) }
    }

    fn all(&self, event: &PredictionEvent) -> Vec<PredictionEvent> {
        let entries = self.log.entries(PredictionQuery::new(event.model.clone()));
        entries.map(|entry| entry.unwrap().event).filter(|known| known.id == event.id).collect()
    }

    fn altered(&self, event: &PredictionEvent) -> PredictionEvent {
        let mut event = event.clone();
        match self.fault {
            MissingInputsBecomeZero => {
                event.inputs = event.inputs.iter().map(|x| if x.is_nan() { 0.0 } else { *x }).collect();
            }
            ModelsAreOne => event.model = "flight-delay".parse().unwrap(),
            AnswersAreKeptTwice if !self.all(&event).is_empty() => event.served_by = ServedBy::Fallback,
            PagesAreInOrderOfArrival => {
                let mut arrived = self.arrived.lock();
                *arrived += 1;
                event.at = Timestamp::from_micros(i64::from(*arrived) * 1_000_000);
            }
            _ => {}
        }
        event
    }
}

impl PredictionLog for Broken {
    fn append(&self, predictions: &[PredictionEvent]) -> Result<Appended> {
        match self.fault {
            ConflictsKeepHalfTheBatch => {
                let mut appended = Appended::default();
                for event in predictions {
                    let one = self.log.append(std::slice::from_ref(event))?;
                    appended.added += one.added;
                    appended.repeated += one.repeated;
                }
                Ok(appended)
            }
            AnIdIsAnsweredOnce => {
                let fresh: Vec<_> =
                    predictions.iter().filter(|event| self.all(event).is_empty()).cloned().collect();
                let fresh = &fresh[..fresh.len().min(1)];
                self.log.append(fresh)
            }
            TheLastContentHolds => match self.log.append(predictions) {
                Err(Error::Conflict { .. }) => Ok(Appended { added: 0, repeated: predictions.len() }),
                other => other,
            },
            LooksThenKeeps => {
                let unseen = predictions.iter().all(|event| self.all(event).is_empty());
                let early = {
                    let mut arrived = self.arrived.lock();
                    *arrived += 1;
                    *arrived <= 4
                };
                if early {
                    // All four threads have looked before one of them keeps.
                    self.race.wait();
                }
                match self.log.append(predictions)? {
                    Appended { added: 0, .. } if unseen => {
                        Ok(Appended { added: predictions.len(), repeated: 0 })
                    }
                    appended => Ok(appended),
                }
            }
            _ => self.log.append(&predictions.iter().map(|event| self.altered(event)).collect::<Vec<_>>()),
        }
    }

    fn label(&self, labels: &[Label]) -> Result<LabelsTaken> {
        let answered = |label: &Label| {
            let entries = self.log.entries(PredictionQuery::new(label.model().clone()));
            entries.into_iter().any(|entry| entry.unwrap().event.id == *label.id())
        };
        match self.fault {
            LateLabelsAreIgnored => Ok(LabelsTaken { joined: labels.len(), ..LabelsTaken::default() }),
            EarlyLabelsAreLost => {
                let kept: Vec<Label> = labels.iter().filter(|label| answered(label)).cloned().collect();
                let mut taken = self.log.label(&kept)?;
                taken.early = labels.len() - kept.len();
                Ok(taken)
            }
            TheLastLabelHolds => {
                let mut arrived = self.arrived.lock();
                let renewed = labels.iter().map(|label| {
                    *arrived += 1;
                    let at = Timestamp::from_micros(i64::from(*arrived));
                    Label::new(label.model().clone(), label.id().clone(), label.value(), at).unwrap()
                });
                self.log.label(&renewed.collect::<Vec<_>>())
            }
            LabelsNeverConflict => match self.log.label(labels) {
                Err(Error::Conflict { .. }) => {
                    Ok(LabelsTaken { repeated: labels.len(), ..LabelsTaken::default() })
                }
                other => other,
            },
            _ => self.log.label(labels),
        }
    }

    fn page(&self, query: &PredictionQuery) -> Result<Page> {
        let mut query = query.clone();
        match self.fault {
            WindowsIncludeTheirEnd if query.decided.end < Timestamp::MAX => {
                query.decided.end = Timestamp::from_micros(query.decided.end.as_micros() + 1);
            }
            PagesRepeatTheirLast => {
                query.after = query.after.map(|place| mlops_monitor::Cursor {
                    sequence: place.sequence.saturating_sub(1),
                    ..place
                });
                if query.page_size < 2 {
                    query.page_size = 2;
                }
            }
            _ => {}
        }
        self.log.page(&query)
    }

    fn count(&self, query: &PredictionQuery) -> Result<Counts> {
        if self.fault == CountsStopAtThePage {
            let entries = self.log.page(query)?.entries;
            let labelled = entries.iter().filter(|entry| entry.label.is_some()).count() as u64;
            return Ok(Counts { labelled, unlabelled: entries.len() as u64 - labelled });
        }
        self.log.count(query)
    }

    fn waiting_labels(&self, model: &ModelName) -> Result<u64> {
        self.log.waiting_labels(model)
    }
}

macro_rules! caught {
    ($($fault:ident by $case:ident: $says:literal)*) => {
        mod caught {
        use super::*;
        $(
            #[test]
            #[should_panic(expected = $says)]
            #[allow(non_snake_case, reason = "named after the fault")]
            fn $fault() {
                suite::$case(&Broken::with(Fault::$fault));
            }
        )*
        }
    };
}

caught! {
    MissingInputsBecomeZero by answers_come_back_bit_by_bit: "assertion"
    LateLabelsAreIgnored by a_late_label_is_joined: "assertion"
    EarlyLabelsAreLost by an_early_label_waits_for_its_prediction: "assertion"
    AnswersAreKeptTwice by the_same_again_changes_nothing: "assertion"
    TheLastContentHolds by another_content_is_a_conflict_and_keeps_nothing: "not a conflict"
    ConflictsKeepHalfTheBatch by another_content_is_a_conflict_and_keeps_nothing: "a part of the batch was kept"
    AnIdIsAnsweredOnce by answers_to_one_request_stand_side_by_side: "assertion"
    ModelsAreOne by models_do_not_mix: "assertion"
    TheLastLabelHolds by the_label_known_later_holds: "assertion"
    LabelsNeverConflict by labels_of_one_moment_conflict_and_keep_nothing: "not a conflict"
    WindowsIncludeTheirEnd by a_window_begins_with_its_start_and_ends_before_its_end: "assertion"
    PagesRepeatTheirLast by pages_visit_every_answer_once_in_order: "pages of 1"
    PagesAreInOrderOfArrival by pages_visit_every_answer_once_in_order: "pages of 1"
    CountsStopAtThePage by counts_add_up: "assertion"
    LooksThenKeeps by racing_callers_keep_everything_once: "added and labelled once each"
}

#[test]
fn the_wrapper_itself_is_not_what_is_caught() {
    suite::pages_visit_every_answer_once_in_order(&Broken::with(LabelsNeverConflict));
    suite::the_label_known_later_holds(&Broken::with(WindowsIncludeTheirEnd));
    suite::racing_callers_keep_everything_once(&Broken::with(CountsStopAtThePage));
}
