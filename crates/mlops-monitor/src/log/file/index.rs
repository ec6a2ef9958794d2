use std::collections::{BTreeSet, HashMap};
use std::ops::Bound;
use std::sync::Arc;

use mlops_core::{ModelName, PredictionId, ServedBy, Timestamp, Version};

use super::names::Names;
use crate::{Counts, Cursor, Label, PredictionQuery};

/// Where the answers are, in memory; what they say stays in the file.
#[derive(Debug, Default)]
pub(super) struct Index {
    /// Shared with those who read a page just now; changed only when there is a new name.
    pub(super) names: Arc<Names>,
    /// By the number of the model.
    models: Vec<Answers>,
}

/// Stands for no answer in [`Entry::before`] and [`Request::newest`].
const NONE: u32 = u32::MAX;

/// An answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct Entry {
    pub(super) at: Timestamp,
    /// Where its bytes begin in the file.
    pub(super) offset: u64,
    pub(super) length: u32,
    pub(super) version: u32,
    request: u32,
    /// The answer to the same request that came before it.
    before: u32,
    pub(super) served_by: ServedBy,
}

#[derive(Clone, Copy, Debug)]
struct Request {
    newest: u32,
    label: Option<(f64, Timestamp)>,
}

/// What is known of a model.
#[derive(Debug, Default)]
struct Answers {
    /// In the order of arrival, which is the sequence of the cursor.
    entries: Vec<Entry>,
    in_order: BTreeSet<(Timestamp, u32)>,
    numbers: HashMap<PredictionId, u32>,
    requests: Vec<Request>,
    waiting: u64,
}

/// An answer of a page: its place, where it is, and the label of its request.
#[derive(Clone, Copy, Debug)]
pub(super) struct Found {
    pub(super) place: Cursor,
    pub(super) offset: u64,
    pub(super) length: u32,
    pub(super) label: Option<(f64, Timestamp)>,
}

impl Index {
    /// Takes new names, whose models have no answers yet.
    pub(super) fn rename(&mut self, names: Names) {
        self.names = Arc::new(names);
    }

    fn answers(&self, model: &ModelName) -> Option<&Answers> {
        self.models.get(self.names.number_of_model(model)? as usize)
    }

    fn answers_mut(&mut self, model: u32) -> &mut Answers {
        let model = model as usize;
        if self.models.len() <= model {
            self.models.resize_with(model + 1, Answers::default);
        }
        &mut self.models[model]
    }

    /// The answer of that version and part of the chain to the request.
    pub(super) fn find(
        &self,
        model: u32,
        id: &PredictionId,
        version: u32,
        served_by: ServedBy,
    ) -> Option<&Entry> {
        let answers = self.models.get(model as usize)?;
        let number = *answers.numbers.get(id)?;
        answers.answers_to(number).find(|entry| entry.version == version && entry.served_by == served_by)
    }

    /// Whether there are numbers left for so many answers and requests.
    pub(super) fn has_room(&self, more: usize) -> bool {
        let fits = |count: usize| count.saturating_add(more) < NONE as usize;
        self.models.iter().all(|answers| fits(answers.entries.len()) && fits(answers.requests.len()))
    }

    /// Keeps an answer that is not there yet. `None` if a model has 2³² − 1 answers already.
    pub(super) fn add(
        &mut self,
        model: u32,
        id: &PredictionId,
        (at, served_by): (Timestamp, ServedBy),
        version: u32,
        (offset, length): (u64, u32),
    ) -> Option<()> {
        let answers = self.answers_mut(model);
        let number = u32::try_from(answers.entries.len()).ok().filter(|number| *number != NONE)?;
        let request = answers.request(id)?;
        let of_request = &mut answers.requests[request as usize];
        if of_request.newest == NONE && of_request.label.is_some() {
            answers.waiting -= 1;
        }
        let before = std::mem::replace(&mut of_request.newest, number);
        answers.entries.push(Entry { at, offset, length, version, request, before, served_by });
        answers.in_order.insert((at, number));
        Some(())
    }

    /// The label of a request, and whether it has an answer.
    pub(super) fn label_of(&self, model: &ModelName, id: &PredictionId) -> (Option<(f64, Timestamp)>, bool) {
        let answers = self.answers(model);
        let request = answers.and_then(|answers| Some(answers.requests[*answers.numbers.get(id)? as usize]));
        request.map_or((None, false), |request| (request.label, request.newest != NONE))
    }

    /// Keeps a label in the place of any that is there.
    pub(super) fn label(&mut self, model: u32, label: &Label) -> Option<()> {
        let answers = self.answers_mut(model);
        let request = answers.request(label.id())?;
        let of_request = &mut answers.requests[request as usize];
        if of_request.label.replace(label.what()).is_none() && of_request.newest == NONE {
            answers.waiting += 1;
        }
        Some(())
    }

    pub(super) fn waiting(&self, model: &ModelName) -> u64 {
        self.answers(model).map_or(0, |answers| answers.waiting)
    }

    /// The next answers of a query, and whether there are more.
    pub(super) fn page(&self, query: &PredictionQuery) -> (Vec<Found>, bool) {
        let Some(answers) = self.answers(&query.model) else {
            return (Vec::new(), false);
        };
        let mut matching = answers.matching(query, query.after, self.wanted(query));
        let found: Vec<Found> = matching
            .by_ref()
            .take(query.page_size.max(1))
            .map(|(number, entry)| Found {
                place: Cursor { at: entry.at, sequence: u64::from(number) },
                offset: entry.offset,
                length: entry.length,
                label: answers.requests[entry.request as usize].label,
            })
            .collect();
        let more = matching.next().is_some();
        (found, more)
    }

    pub(super) fn count(&self, query: &PredictionQuery) -> Counts {
        let mut counts = Counts::default();
        if let Some(answers) = self.answers(&query.model) {
            for (_, entry) in answers.matching(query, None, self.wanted(query)) {
                let labelled = answers.requests[entry.request as usize].label.is_some();
                *(if labelled { &mut counts.labelled } else { &mut counts.unlabelled }) += 1;
            }
        }
        counts
    }

    fn wanted(&self, query: &PredictionQuery) -> Wanted {
        let number = |version: &Version| {
            let model = self.names.number_of_model(&query.model)?;
            self.names.number_of_version(model, version)
        };
        match &query.version {
            None => Wanted::All,
            Some(version) => number(version).map_or(Wanted::Nothing, Wanted::Version),
        }
    }
}

#[derive(Clone, Copy, Debug)]
enum Wanted {
    All,
    Version(u32),
    /// Of a version that nobody has heard of.
    Nothing,
}

impl Answers {
    /// The number of the request with this id, made if it is new.
    fn request(&mut self, id: &PredictionId) -> Option<u32> {
        if let Some(number) = self.numbers.get(id) {
            return Some(*number);
        }
        let number = u32::try_from(self.requests.len()).ok()?;
        self.numbers.insert(id.clone(), number);
        self.requests.push(Request { newest: NONE, label: None });
        Some(number)
    }

    fn answers_to(&self, request: u32) -> impl Iterator<Item = &Entry> {
        let newest = self.requests[request as usize].newest;
        std::iter::successors(self.entries.get(newest as usize), |entry| {
            self.entries.get(entry.before as usize)
        })
    }

    fn matching(
        &self,
        query: &PredictionQuery,
        after: Option<Cursor>,
        wanted: Wanted,
    ) -> impl Iterator<Item = (u32, &Entry)> {
        let (start, end) = ((query.decided.start, 0), (query.decided.end, 0));
        // A sequence beyond all numbers is after every answer of its moment.
        let after = after.map(|place| (place.at, u32::try_from(place.sequence).unwrap_or(NONE)));
        let from = match after {
            Some(place) if place >= start => Bound::Excluded(place),
            _ => Bound::Included(start),
        };
        let beyond = query.decided.is_empty()
            || after.is_some_and(|place| place >= end)
            || matches!(wanted, Wanted::Nothing);
        let range = (!beyond).then(|| self.in_order.range((from, Bound::Excluded(end))));
        range.into_iter().flatten().map(|(_, number)| (*number, &self.entries[*number as usize])).filter(
            move |(_, entry)| match wanted {
                Wanted::Version(version) => entry.version == version,
                _ => true,
            },
        )
    }
}
