//! What was answered, and what turned out to be true.

mod answer;
mod file;
mod label;
mod memory;
mod observer;
mod query;

use std::fmt::Debug;

use mlops_core::{ModelName, PredictionEvent};

pub use file::{Durability, FilePredictionLog, TornTail};
pub use label::{Label, LabelsTaken};
pub use memory::MemoryPredictionLog;
pub use observer::{Flushed, LogObserver};
pub use query::{Counts, Cursor, Entries, LoggedPrediction, Page, PredictionQuery};

use crate::Result;

/// What came of appending predictions.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Appended {
    /// New in the log.
    pub added: usize,
    /// There already, with the same content.
    pub repeated: usize,
}

/// Where predictions and their labels are kept.
///
/// An *answer* is one prediction id, model, version and part of the serving chain: a
/// champion and its shadow answer the same request, and both stay. A label belongs to an id
/// and a model, and so to all their answers.
///
/// # Contract
/// - An answer is kept once. The same again, bit by bit, is counted as repeated, so that a
///   caller may try again; another content under the same key is a conflict.
/// - A label is joined whenever it comes. One that comes before its prediction waits and is
///   not lost. Of two labels the one that became known later holds, in whatever order
///   they come; two of the same moment that differ are a conflict.
/// - A batch is kept whole or not at all, and what was kept is seen by every later call.
/// - Pages are in the order of decision time, then of arrival.
/// - A clone of a handle is the same log.
pub trait PredictionLog: Debug + Send + Sync {
    /// Keeps answers.
    ///
    /// # Errors
    /// [`Error::Conflict`](crate::Error::Conflict) if one is there with another content, or
    /// twice in the batch with different ones; [`Error::Unavailable`](crate::Error::Unavailable)
    /// if the log can't be written. Nothing of the batch is kept then.
    fn append(&self, predictions: &[PredictionEvent]) -> Result<Appended>;

    /// Keeps labels.
    ///
    /// # Errors
    /// As [`append`](Self::append).
    fn label(&self, labels: &[Label]) -> Result<LabelsTaken>;

    /// The answers that match, at most as many as the query's page size, and where the next page begins.
    ///
    /// Answers that arrive later but were decided before the place already read are not seen.
    ///
    /// # Errors
    /// [`Error::Unavailable`](crate::Error::Unavailable) if the log can't be read.
    fn page(&self, query: &PredictionQuery) -> Result<Page>;

    /// How many answers match, with and without label. Page size and cursor do not matter.
    ///
    /// # Errors
    /// As [`page`](Self::page).
    fn count(&self, query: &PredictionQuery) -> Result<Counts>;

    /// How many labels of a model wait for their prediction. A number that grows means
    /// that predictions are lost, or that ids do not match.
    ///
    /// # Errors
    /// As [`page`](Self::page).
    fn waiting_labels(&self, model: &ModelName) -> Result<u64>;
}

/// What every prediction log can do because of the others.
pub trait PredictionLogExt: PredictionLog {
    /// All answers that match, page by page.
    fn entries(&self, query: PredictionQuery) -> Entries<'_, Self> {
        Entries::new(self, query)
    }
}

impl<L: PredictionLog + ?Sized> PredictionLogExt for L {}
