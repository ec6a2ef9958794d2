use std::collections::{BTreeMap, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use mlops_core::{ModelName, PredictionEvent, PredictionId};
use parking_lot::RwLock;

use super::answer::{conflict, key, same};
use super::label::{Known, settle};
use super::{
    Appended, Counts, Cursor, Label, LabelsTaken, LoggedPrediction, Page, PredictionLog, PredictionQuery,
};
use crate::Result;

/// A prediction log in memory: for tests, simulations and services that keep no history.
///
/// It grows until it is dropped. A page costs its entries, a count the window.
#[derive(Clone, Debug, Default)]
pub struct MemoryPredictionLog(Arc<RwLock<Models>>);

impl MemoryPredictionLog {
    /// An empty log.
    pub fn new() -> Self {
        Self::default()
    }
}

#[derive(Debug, Default)]
struct Models {
    of: HashMap<ModelName, Answers>,
    next_sequence: u64,
}

#[derive(Debug, Default)]
struct Answers {
    in_order: BTreeMap<Cursor, PredictionEvent>,
    /// The places of all answers to a request.
    places: HashMap<PredictionId, Vec<Cursor>>,
    labels: HashMap<PredictionId, Label>,
    waiting: u64,
}

impl Answers {
    fn find(&self, event: &PredictionEvent) -> Option<&PredictionEvent> {
        let places = self.places.get(&event.id)?;
        places.iter().filter_map(|place| self.in_order.get(place)).find(|known| key(known) == key(event))
    }

    fn matching<'a>(
        &'a self,
        query: &'a PredictionQuery,
        after: Option<Cursor>,
    ) -> impl Iterator<Item = (&'a Cursor, &'a PredictionEvent)> {
        let start = Cursor { at: query.decided.start, sequence: 0 };
        let end = Cursor { at: query.decided.end, sequence: 0 };
        let from = match after {
            Some(place) if place >= start => Bound::Excluded(place),
            _ => Bound::Included(start),
        };
        let beyond = query.decided.is_empty() || after.is_some_and(|place| place >= end);
        let range = (!beyond).then(|| self.in_order.range((from, Bound::Excluded(end))));
        range
            .into_iter()
            .flatten()
            .filter(|(_, event)| query.version.as_ref().is_none_or(|version| *version == event.version))
    }
}

impl PredictionLog for MemoryPredictionLog {
    fn append(&self, predictions: &[PredictionEvent]) -> Result<Appended> {
        let mut models = self.0.write();
        let mut fresh: Vec<&PredictionEvent> = Vec::new();
        let mut in_batch: HashMap<_, &PredictionEvent> = HashMap::new();
        let mut appended = Appended::default();
        for event in predictions {
            let known = models.of.get(&event.model).and_then(|answers| answers.find(event));
            let known = known.or_else(|| in_batch.get(&(&event.model, key(event))).copied());
            match known {
                Some(known) if same(known, event) => appended.repeated += 1,
                Some(_) => return Err(conflict("answer", &event.model, &event.id)),
                None => {
                    in_batch.insert((&event.model, key(event)), event);
                    fresh.push(event);
                    appended.added += 1;
                }
            }
        }
        for event in fresh {
            let place = Cursor { at: event.at, sequence: models.next_sequence };
            models.next_sequence += 1;
            let answers = models.of.entry(event.model.clone()).or_default();
            let places = answers.places.entry(event.id.clone()).or_default();
            if places.is_empty() && answers.labels.contains_key(&event.id) {
                answers.waiting -= 1;
            }
            places.push(place);
            answers.in_order.insert(place, event.clone());
        }
        Ok(appended)
    }

    fn label(&self, labels: &[Label]) -> Result<LabelsTaken> {
        let mut models = self.0.write();
        let (taken, holds) = settle(labels, |label| {
            let answers = models.of.get(label.model());
            Known {
                label: answers.and_then(|answers| answers.labels.get(label.id())).map(Label::what),
                answered: answers.is_some_and(|answers| answers.places.contains_key(label.id())),
            }
        })?;
        for label in holds {
            let answers = models.of.entry(label.model().clone()).or_default();
            let is_new = answers.labels.insert(label.id().clone(), label.clone()).is_none();
            if is_new && !answers.places.contains_key(label.id()) {
                answers.waiting += 1;
            }
        }
        Ok(taken)
    }

    fn page(&self, query: &PredictionQuery) -> Result<Page> {
        let models = self.0.read();
        let Some(answers) = models.of.get(&query.model) else {
            return Ok(Page::default());
        };
        let mut matching = answers.matching(query, query.after);
        let entries: Vec<LoggedPrediction> = matching
            .by_ref()
            .take(query.page_size.max(1))
            .map(|(place, event)| LoggedPrediction {
                event: event.clone(),
                label: answers.labels.get(&event.id).cloned(),
                place: *place,
            })
            .collect();
        let next = matching.next().and_then(|_| entries.last().map(|entry| entry.place));
        Ok(Page { entries, next })
    }

    fn count(&self, query: &PredictionQuery) -> Result<Counts> {
        let models = self.0.read();
        let mut counts = Counts::default();
        if let Some(answers) = models.of.get(&query.model) {
            for (_, event) in answers.matching(query, None) {
                let labelled = answers.labels.contains_key(&event.id);
                *(if labelled { &mut counts.labelled } else { &mut counts.unlabelled }) += 1;
            }
        }
        Ok(counts)
    }

    fn waiting_labels(&self, model: &ModelName) -> Result<u64> {
        Ok(self.0.read().of.get(model).map_or(0, |answers| answers.waiting))
    }
}
