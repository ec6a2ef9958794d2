use std::collections::BTreeMap;

use mlops_core::{Digest, Finding, Subject, Timestamp, Window};

use super::rows::GivenTruth;
use super::{Candidate, GroupColumn, Production};
use crate::behaviour::BehaviourReport;
use crate::gate::Probe;
use crate::golden::GoldenReport;
use crate::{Error, Result};

/// A [`Candidate`] in the making, row by row: `times`, `labels`, `scores`, each group
/// column and the scores of production have one value a row.
///
/// A model that predicts numbers has `true_values` and `predictions` in place of `labels`
/// and `scores`. Needed are all of the first seven; [`build`](Self::build) names one that is
/// missing. Nobody skips the comparison with production by forgetting it.
///
/// Where all that is known are numbers computed elsewhere, such as those that were logged
/// in a run, a candidate is built of its subject and [`metrics`](Self::metrics) alone. What
/// needs rows is then inconclusive.
#[derive(Debug, Default)]
#[must_use = "a candidate exists only after `build`"]
pub struct CandidateBuilder<'r, 'a> {
    subject: Option<Subject>,
    training: Option<Window>,
    evaluation: Option<Window>,
    times: Option<&'r [Timestamp]>,
    labels: Option<&'r [Option<bool>]>,
    scores: Option<&'r [f64]>,
    true_values: Option<&'r [Option<f64>]>,
    predictions: Option<&'r [f64]>,
    production: Option<Production<'r>>,
    groups: Vec<GroupColumn>,
    numbers: Vec<(String, &'r [f64])>,
    findings: Vec<(String, Vec<Finding>)>,
    behaviour: Vec<(String, BehaviourReport)>,
    golden: Vec<(String, GoldenReport)>,
    probe: Option<Probe<'a>>,
    inputs: Vec<(String, Digest)>,
    metrics: Option<BTreeMap<String, f64>>,
    baseline_metrics: Option<BTreeMap<String, f64>>,
}

/// What was given, complete but not checked.
#[derive(Debug)]
pub(super) struct Given<'r, 'a> {
    pub(super) subject: Subject,
    pub(super) windows: Option<(Window, Window)>,
    pub(super) rows: Option<GivenRows<'r>>,
    pub(super) groups: Vec<GroupColumn>,
    pub(super) findings: Vec<(String, Vec<Finding>)>,
    pub(super) behaviour: Vec<(String, BehaviourReport)>,
    pub(super) golden: Vec<(String, GoldenReport)>,
    pub(super) probe: Option<Probe<'a>>,
    pub(super) inputs: Vec<(String, Digest)>,
    pub(super) metrics: Option<BTreeMap<String, f64>>,
    pub(super) baseline_metrics: Option<BTreeMap<String, f64>>,
}

/// What was given row by row.
#[derive(Debug)]
pub(super) struct GivenRows<'r> {
    pub(super) times: &'r [Timestamp],
    pub(super) truth: GivenTruth<'r>,
    pub(super) scores: &'r [f64],
    pub(super) production: Production<'r>,
    pub(super) numbers: Vec<(String, &'r [f64])>,
}

impl<'r, 'a> CandidateBuilder<'r, 'a> {
    /// Who is judged. Needed.
    pub fn subject(mut self, subject: Subject) -> Self {
        self.subject = Some(subject);
        self
    }

    /// From which time the model learned. Needed.
    pub fn training(mut self, window: Window) -> Self {
        self.training = Some(window);
        self
    }

    /// On which time it is judged. Needed.
    pub fn evaluation(mut self, window: Window) -> Self {
        self.evaluation = Some(window);
        self
    }

    /// When each row happened; rows of one UTC day are drawn together. Needed.
    pub fn times(mut self, times: &'r [Timestamp]) -> Self {
        self.times = Some(times);
        self
    }

    /// The label of each row, `None` if it is not known. Needed.
    pub fn labels(mut self, labels: &'r [Option<bool>]) -> Self {
        self.labels = Some(labels);
        self
    }

    /// The probability that the model gives each row. One that is NaN or infinite makes
    /// every check that needs scores inconclusive. Needed.
    pub fn scores(mut self, scores: &'r [f64]) -> Self {
        self.scores = Some(scores);
        self
    }

    /// The true value of each row of a model that predicts numbers, `None` if it is not
    /// known: in place of labels.
    pub fn true_values(mut self, true_values: &'r [Option<f64>]) -> Self {
        self.true_values = Some(true_values);
        self
    }

    /// The number that the model predicts for each row: in place of scores. One that is NaN
    /// or infinite makes every check that needs predictions inconclusive.
    pub fn predictions(mut self, predictions: &'r [f64]) -> Self {
        self.predictions = Some(predictions);
        self
    }

    /// What the candidate is compared with. Needed.
    pub fn production(mut self, production: Production<'r>) -> Self {
        self.production = Some(production);
        self
    }

    /// The columns by which rows fall into groups.
    pub fn groups(mut self, groups: Vec<GroupColumn>) -> Self {
        self.groups = groups;
        self
    }

    /// Columns of numbers by name, such as the amount of each loan, that business value asks
    /// for: one a row, finite where the row has a label.
    pub fn numbers(mut self, numbers: Vec<(String, &'r [f64])>) -> Self {
        self.numbers = numbers;
        self
    }

    /// Results computed elsewhere by the name that a gate file asks for. A source that
    /// looked and found nothing has an empty list.
    pub fn findings(mut self, findings: Vec<(String, Vec<Finding>)>) -> Self {
        self.findings = findings;
        self
    }

    /// Reports of suites of behaviour, by the name that a gate file asks for.
    pub fn behaviour(mut self, reports: Vec<(String, BehaviourReport)>) -> Self {
        self.behaviour = reports;
        self
    }

    /// Reports of comparisons with golden predictions, by the name that a gate file asks for.
    pub fn golden(mut self, reports: Vec<(String, GoldenReport)>) -> Self {
        self.golden = reports;
        self
    }

    /// How to call the model for its latency.
    pub fn probe(mut self, probe: Probe<'a>) -> Self {
        self.probe = Some(probe);
        self
    }

    /// Names and digests of what the judgement rests on, for the verdict. A digest of the
    /// rows themselves is added.
    pub fn inputs(mut self, inputs: Vec<(String, Digest)>) -> Self {
        self.inputs = inputs;
        self
    }

    /// Metrics of the candidate computed elsewhere, by name. A gate file asks for them with
    /// `"source": "given"`.
    pub fn metrics(mut self, metrics: BTreeMap<String, f64>) -> Self {
        self.metrics = Some(metrics);
        self
    }

    /// The same metrics of what the candidate has to beat, such as the version in production.
    pub fn baseline_metrics(mut self, metrics: BTreeMap<String, f64>) -> Self {
        self.baseline_metrics = Some(metrics);
        self
    }

    /// The candidate.
    ///
    /// # Errors
    /// [`Error::Input`] if a part is missing, lengths differ, a group column or a source of
    /// findings is given twice, a finite score is no probability, or a true value is no
    /// number.
    pub fn build(self) -> Result<Candidate<'a>> {
        let alone = self.metrics.is_some() && !self.has_rows();
        let subject = given("subject", self.subject)?;
        let (windows, rows) = if alone {
            (self.training.zip(self.evaluation), None)
        } else {
            let windows = (given("training", self.training)?, given("evaluation", self.evaluation)?);
            let times = given("times", self.times)?;
            let (truth, scores) = match (self.true_values, self.predictions) {
                (None, None) => {
                    let labels = given("labels", self.labels)?;
                    (GivenTruth::Classes(labels), given("scores", self.scores)?)
                }
                _ if self.labels.is_some() || self.scores.is_some() => {
                    let reason = "labels or scores are given too: a candidate predicts classes or numbers";
                    return Err(Error::input("true values and predictions", reason));
                }
                (values, predictions) => {
                    (GivenTruth::Numbers(given("true values", values)?), given("predictions", predictions)?)
                }
            };
            let production = given("production", self.production)?;
            (Some(windows), Some(GivenRows { times, truth, scores, production, numbers: self.numbers }))
        };
        Candidate::new(Given {
            subject,
            windows,
            rows,
            groups: self.groups,
            findings: self.findings,
            behaviour: self.behaviour,
            golden: self.golden,
            probe: self.probe,
            inputs: self.inputs,
            metrics: self.metrics,
            baseline_metrics: self.baseline_metrics,
        })
    }

    /// Whether anything was given that has a value a row.
    fn has_rows(&self) -> bool {
        self.times.is_some()
            || self.labels.is_some()
            || self.scores.is_some()
            || self.true_values.is_some()
            || !self.numbers.is_empty()
            || self.predictions.is_some()
            || self.production.is_some()
            || !self.groups.is_empty()
    }
}

fn given<T>(name: &str, value: Option<T>) -> Result<T> {
    value.ok_or_else(|| Error::input(name, "a candidate needs it, and it was not given"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_missing_is_named() {
        let error = Candidate::builder().times(&[]).labels(&[]).build().unwrap_err().to_string();
        assert!(error.contains("subject"), "{error}");
    }
}
