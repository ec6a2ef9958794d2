//! Everything about a candidate on one page: what the gate said, and what lies behind it.

use mlops_core::{Verdict, Version};
use serde::Serialize;

use super::{Candidate, Gate};
use crate::latency::LatencyReport;

mod classes;
mod groups;
mod latency;
#[cfg(feature = "report")]
mod page;
mod scores;
mod slices;
#[cfg(feature = "terminal")]
mod terminal;

pub use classes::{ClassScores, ConfusionCounts, Curves, Point, ReliabilityBin};
pub use groups::{GroupScore, GroupScores};
pub use latency::LatencyPicture;
pub use scores::{Estimate, Score};
pub use slices::WorstSlices;

/// A candidate, judged and described: the verdict, every metric with its interval beside
/// that of production, curves, confusion, groups, latency.
///
/// It is made of the same rows, draws and units as the verdict. Written by serde it is the
/// JSON form; with feature `report` it is a page (`to_html`), with feature `terminal` a
/// table (`to_terminal`).
///
/// ```
/// # use mlops_core::{Digest, Subject, Timestamp, Window};
/// # use mlops_validate::gate::{Candidate, Gate, ModelReport, Production};
/// # let start = "2013-03-01T00:00:00Z".parse::<Timestamp>()?;
/// # let times: Vec<_> = (0..744).map(|h| start + std::time::Duration::from_secs(3600 * h)).collect();
/// # let labels: Vec<_> = (0..744).map(|h| Some(h % 4 == 0)).collect();
/// # let scores: Vec<_> = (0..744).map(|h| if h % 4 == 0 { 0.7 } else { 0.1 }).collect();
/// # let subject = Subject {
/// #     model: "flight-delay".parse()?,
/// #     version: "1.0.0".parse()?,
/// #     artifact: Digest::of(b"the model file"),
/// # };
/// # let training = Window::new("2013-01-01".parse()?, "2013-03-01".parse()?)?;
/// # let candidate = Candidate::builder().subject(subject).training(training)
/// #     .evaluation(Window::month_of(start)).times(&times).labels(&labels).scores(&scores)
/// #     .production(Production::Nothing).build()?;
/// let gate = Gate::from_json(
///     r#"{"gate": "to production", "checks": [{"kind": "metric", "metric": "roc_auc", "min": 0.6}]}"#,
/// )?;
/// let verdict = gate.evaluate(&candidate, "2013-04-02".parse()?);
/// let report = ModelReport::of(&gate, &candidate, verdict);
/// assert_eq!(report.score("roc_auc").and_then(|score| score.candidate.value()), Some(1.0));
/// assert!(serde_json::to_string(&report)?.contains("log_loss"));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ModelReport {
    /// What the gate said.
    pub verdict: Verdict,
    /// The version that the candidate is compared with.
    pub production: Option<Version>,
    /// Rows whose label is known: all that is computed is of these.
    pub labelled_rows: usize,
    /// Rows without a label.
    pub unlabelled_rows: usize,
    /// The score from which on a row is predicted positive, if the gate has one.
    pub decision_threshold: Option<f64>,
    /// Every metric that can be computed, and why another can't.
    pub scores: Vec<Score>,
    /// What there is of a model of two classes.
    pub classes: Option<ClassScores>,
    /// Each group column of the candidate.
    pub groups: Vec<GroupScores>,
    /// Where it is worst, for each check of the gate that looks.
    pub slices: Vec<WorstSlices>,
    /// How long it takes to answer, if that was measured.
    pub latency: Option<LatencyPicture>,
}

impl ModelReport {
    /// The report of a candidate and the verdict that this gate gave it. Costs about as much
    /// as a gate that asks for every metric.
    pub fn of(gate: &Gate, candidate: &Candidate<'_>, verdict: Verdict) -> Self {
        let (resampling, threshold) = (gate.resampling(), gate.decision_threshold());
        Self {
            verdict,
            production: candidate.production().cloned(),
            labelled_rows: candidate.labelled(),
            unlabelled_rows: candidate.unlabelled(),
            decision_threshold: threshold,
            scores: scores::of(candidate, resampling, threshold),
            classes: ClassScores::of(candidate, threshold),
            groups: groups::of(candidate, resampling),
            slices: slices::of(gate, candidate),
            latency: None,
        }
    }

    /// Adds what was measured on a machine: its numbers differ from run to run, so they are
    /// no part of the verdict.
    #[must_use]
    pub fn with_latency(mut self, report: &LatencyReport) -> Self {
        self.latency = LatencyPicture::of(report);
        self
    }

    /// The score of this name.
    pub fn score(&self, metric: &str) -> Option<&Score> {
        self.scores.iter().find(|score| score.metric == metric)
    }
}
