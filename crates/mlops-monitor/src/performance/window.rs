use std::collections::HashMap;

use mlops_core::{ModelName, Prediction, PredictionId, ServedBy, Timestamp, Version, Window};
use mlops_stats::bootstrap::{BlockBootstrap, Estimate};
use mlops_stats::classification::BinaryMetric;

use super::rows::ScoredRows;
use crate::{Error, Label, LoggedPrediction, PredictionLog, PredictionLogExt, PredictionQuery, Result};

/// The answers of a page.
const PAGE: usize = 4096;

/// How many requests a version was asked, and what came of them.
///
/// A request counts once, whatever parts of the serving chain asked the version.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct PerformanceCounts {
    /// Requests that the version answered, or failed to.
    pub answers: u64,
    /// Those without a score, or with one that is not finite.
    pub failed: u64,
    /// Those with a score whose label was known.
    pub labelled: u64,
    /// Those with a score whose label was not known.
    pub unlabelled: u64,
}

/// How good a version's answers of a window were, as far as it was known at a moment.
///
/// Every request counts that the version scored, in whatever part of the chain: champion,
/// canary, shadow or fallback. Constant answers are no version's work and do not count.
///
/// ```
/// # use mlops_monitor::{MemoryPredictionLog, Performance};
/// use mlops_core::Window;
/// use mlops_stats::classification::BinaryMetric;
/// # let log = MemoryPredictionLog::new();
/// let april = Window::month_of("2013-04-01".parse()?);
/// let seen = Performance::of(&log, &"flight-delay".parse()?, &"1.0.0".parse()?, april, april.until())?;
/// assert_eq!((seen.counts().answers, seen.gap()), (0, None));
/// assert!(seen.rows().metric(BinaryMetric::RocAuc).is_err(), "no rows, no number");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct Performance {
    model: ModelName,
    version: Version,
    window: Window,
    as_of: Timestamp,
    counts: PerformanceCounts,
    rows: ScoredRows,
}

impl Performance {
    /// Reads the answers that the version decided within the window, page by page.
    ///
    /// A label counts if it was known by `as_of`, that moment included. The log keeps the
    /// label that became known last: one that was corrected after `as_of` does not count.
    /// O(n log n) for n answers, which are in memory one page at a time, but for their
    /// ids, times, labels and scores.
    ///
    /// # Errors
    /// Those of the log; [`Error::Invalid`] for a label that is neither 0 nor 1.
    pub fn of(
        log: &dyn PredictionLog,
        model: &ModelName,
        version: &Version,
        window: Window,
        as_of: Timestamp,
    ) -> Result<Self> {
        let query = PredictionQuery::new(model.clone()).version(version.clone());
        let query = query.decided(window.range()).page_size(PAGE);
        let mut requests = Requests::default();
        for entry in log.entries(query) {
            requests.take(entry?, as_of)?;
        }
        let mut counts = PerformanceCounts::default();
        let mut rows = ScoredRows::default();
        for (id, request) in requests.in_order() {
            counts.answers += 1;
            match (request.score, request.label) {
                (None, _) => counts.failed += 1,
                (Some(_), None) => counts.unlabelled += 1,
                (Some(score), Some(label)) => {
                    counts.labelled += 1;
                    rows.ids.push(id);
                    rows.times.push(request.at);
                    rows.labels.push(label);
                    rows.scores.push(score);
                }
            }
        }
        Ok(Self { model: model.clone(), version: version.clone(), window, as_of, counts, rows })
    }

    /// The model.
    pub const fn model(&self) -> &ModelName {
        &self.model
    }

    /// The version.
    pub const fn version(&self) -> &Version {
        &self.version
    }

    /// The window that the answers were decided in.
    pub const fn window(&self) -> Window {
        self.window
    }

    /// By when labels had to be known.
    pub const fn as_of(&self) -> Timestamp {
        self.as_of
    }

    /// How many answers there are.
    pub const fn counts(&self) -> PerformanceCounts {
        self.counts
    }

    /// The labelled answers: for metrics, for a gate.
    pub const fn rows(&self) -> &ScoredRows {
        &self.rows
    }

    /// Mean score of the labelled answers; `None` without any.
    pub fn mean_score(&self) -> Option<f64> {
        self.rows.metric(BinaryMetric::MeanScore).ok()
    }

    /// Share of positive labels among them; `None` without any.
    pub fn positive_rate(&self) -> Option<f64> {
        self.rows.metric(BinaryMetric::PositiveRate).ok()
    }

    /// Mean score less positive rate; above 0, the version expected more than there was.
    /// `None` without labels.
    pub fn gap(&self) -> Option<f64> {
        Some(self.mean_score()? - self.positive_rate()?)
    }

    /// A metric by its name, such as `roc_auc` or `brier`; those that need predicted classes
    /// take a score of at least `threshold` as positive.
    ///
    /// # Errors
    /// [`Error::Parameter`] if no metric has the name, [`Error::Statistic`] if it has no value.
    pub fn metric(&self, name: &str, threshold: f64) -> Result<f64> {
        self.rows.metric(metric_named(name, threshold)?)
    }

    /// A metric by its name, and how sure it is if chance works on whole days.
    ///
    /// # Errors
    /// As [`metric`](Self::metric), and if there are fewer than two days.
    pub fn interval(&self, name: &str, threshold: f64, bootstrap: &BlockBootstrap) -> Result<Estimate> {
        self.rows.interval(metric_named(name, threshold)?, bootstrap)
    }
}

pub(super) fn metric_named(name: &str, threshold: f64) -> Result<BinaryMetric> {
    BinaryMetric::named(name, threshold).ok_or_else(|| Error::Parameter {
        what: "metric",
        value: name.chars().take(60).collect(),
        expected: "a name of `BinaryMetric::NAMES`, such as roc_auc",
    })
}

/// What is known of a request to a version.
#[derive(Clone, Copy, Debug)]
pub(super) struct Request {
    pub(super) at: Timestamp,
    /// Finite.
    pub(super) score: Option<f64>,
    pub(super) label: Option<bool>,
}

/// The requests to a version, each once, in the order in which they are first seen.
#[derive(Debug, Default)]
pub(super) struct Requests {
    numbers: HashMap<PredictionId, usize>,
    requests: Vec<Request>,
}

impl Requests {
    /// Takes note of an answer. The first score of a request holds; a failure gives way to it.
    pub(super) fn take(&mut self, entry: LoggedPrediction, as_of: Timestamp) -> Result<()> {
        let LoggedPrediction { event, label, .. } = entry;
        if event.served_by == ServedBy::Constant {
            return Ok(());
        }
        let score = match event.prediction {
            Prediction::Score(score) if score.is_finite() => Some(score),
            _ => None,
        };
        let label = label.filter(|label| label.known_at() <= as_of).map(|label| truth(&label)).transpose()?;
        let seen = Request { at: event.at, score, label };
        match self.numbers.get(&event.id) {
            None => {
                self.numbers.insert(event.id, self.requests.len());
                self.requests.push(seen);
            }
            Some(number) => {
                let known = &mut self.requests[*number];
                if known.score.is_none() && seen.score.is_some() {
                    *known = seen;
                }
            }
        }
        Ok(())
    }

    /// The same request to another version, if that was asked.
    pub(super) fn get(&self, id: &PredictionId) -> Option<&Request> {
        self.numbers.get(id).map(|number| &self.requests[*number])
    }

    pub(super) fn in_order(self) -> impl Iterator<Item = (PredictionId, Request)> {
        let mut ids: Vec<(PredictionId, usize)> = self.numbers.into_iter().collect();
        ids.sort_unstable_by_key(|(_, number)| *number);
        ids.into_iter().zip(self.requests).map(|((id, _), request)| (id, request))
    }
}

fn truth(label: &Label) -> Result<bool> {
    match label.value() {
        0.0 => Ok(false),
        1.0 => Ok(true),
        value => Err(Error::Invalid {
            what: "label",
            id: label.id().clone(),
            value,
            expected: "0 or 1: this is the performance of a binary classifier",
        }),
    }
}
