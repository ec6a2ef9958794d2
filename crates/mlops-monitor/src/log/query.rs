use std::ops::Range;

use mlops_core::{ModelName, PredictionEvent, Timestamp, Version};

use super::{Label, PredictionLog};
use crate::Result;

/// A place in the log: after the answer that was decided then, and arrived as this one.
///
/// Only the log that gave it knows what the number means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cursor {
    /// When the answer was decided.
    pub at: Timestamp,
    /// Tells answers of the same moment apart; grows with arrival.
    pub sequence: u64,
}

/// Which answers are asked for.
///
/// ```
/// use mlops_monitor::PredictionQuery;
/// let july = PredictionQuery::new("flight-delay".parse()?)
///     .version("1.1.0".parse()?)
///     .decided("2013-07-01".parse()?.."2013-08-01".parse()?);
/// # Ok::<(), mlops_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PredictionQuery {
    /// Answers of this model.
    pub model: ModelName,
    /// Of this version; of all if `None`.
    pub version: Option<Version>,
    /// Decided within; from the start up to, but not including, the end.
    pub decided: Range<Timestamp>,
    /// Begins after this place.
    pub after: Option<Cursor>,
    /// At most so many at once, and at least one.
    pub page_size: usize,
}

impl PredictionQuery {
    /// All answers of a model, in pages of 1,000.
    pub fn new(model: ModelName) -> Self {
        let decided = Timestamp::MIN..Timestamp::MAX;
        Self { model, version: None, decided, after: None, page_size: 1000 }
    }

    /// Only those of a version.
    #[must_use]
    pub fn version(mut self, version: Version) -> Self {
        self.version = Some(version);
        self
    }

    /// Only those decided within; an empty range matches nothing.
    #[must_use]
    pub fn decided(mut self, within: Range<Timestamp>) -> Self {
        self.decided = within;
        self
    }

    /// Only those after a place, such as the `next` of the page before.
    #[must_use]
    pub fn after(mut self, cursor: Cursor) -> Self {
        self.after = Some(cursor);
        self
    }

    /// At most so many at once; 0 counts as 1.
    #[must_use]
    pub fn page_size(mut self, answers: usize) -> Self {
        self.page_size = answers.max(1);
        self
    }
}

/// An answer and, once it is known, its label.
#[derive(Clone, Debug, PartialEq)]
pub struct LoggedPrediction {
    /// What was answered.
    pub event: PredictionEvent,
    /// What turned out to be true.
    pub label: Option<Label>,
    /// Its place in the log.
    pub place: Cursor,
}

/// A part of the answers.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Page {
    /// In the order of decision time, then of arrival.
    pub entries: Vec<LoggedPrediction>,
    /// Where to go on; `None` if there is no more now.
    pub next: Option<Cursor>,
}

/// How many answers there are.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Counts {
    /// Whose label is known.
    pub labelled: u64,
    /// Whose label is not known yet.
    pub unlabelled: u64,
}

/// All answers of a query, read page by page; ends after the first error.
#[derive(Debug)]
pub struct Entries<'a, L: ?Sized> {
    log: &'a L,
    query: PredictionQuery,
    page: std::vec::IntoIter<LoggedPrediction>,
    more: bool,
}

impl<'a, L: PredictionLog + ?Sized> Entries<'a, L> {
    pub(super) fn new(log: &'a L, query: PredictionQuery) -> Self {
        Self { log, query, page: Vec::new().into_iter(), more: true }
    }
}

impl<L: PredictionLog + ?Sized> Iterator for Entries<'_, L> {
    type Item = Result<LoggedPrediction>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            if let Some(entry) = self.page.next() {
                return Some(Ok(entry));
            }
            if !self.more {
                return None;
            }
            match self.log.page(&self.query) {
                Ok(page) => {
                    self.more = page.next.is_some();
                    self.query.after = page.next;
                    self.page = page.entries.into_iter();
                }
                Err(error) => {
                    self.more = false;
                    return Some(Err(error));
                }
            }
        }
    }
}
