use mlops_core::{Digest, Finding, Subject, Timestamp, Window};

use super::{Candidate, GroupColumn, Probe, Production};
use crate::{Error, Result};

/// A [`Candidate`] in the making, row by row: `times`, `labels`, `scores`, each group
/// column and the scores of production have one value a row.
///
/// Needed are all of the first seven; [`build`](Self::build) names one that is missing.
/// Nobody skips the comparison with production by forgetting it.
#[derive(Debug, Default)]
#[must_use = "a candidate exists only after `build`"]
pub struct CandidateBuilder<'r, 'a> {
    subject: Option<Subject>,
    training: Option<Window>,
    evaluation: Option<Window>,
    times: Option<&'r [Timestamp]>,
    labels: Option<&'r [Option<bool>]>,
    scores: Option<&'r [f64]>,
    production: Option<Production<'r>>,
    groups: Vec<GroupColumn>,
    findings: Vec<(String, Vec<Finding>)>,
    probe: Option<Probe<'a>>,
    inputs: Vec<(String, Digest)>,
}

/// What was given, complete but not checked.
#[derive(Debug)]
pub(super) struct Given<'r, 'a> {
    pub(super) subject: Subject,
    pub(super) training: Window,
    pub(super) evaluation: Window,
    pub(super) times: &'r [Timestamp],
    pub(super) labels: &'r [Option<bool>],
    pub(super) scores: &'r [f64],
    pub(super) production: Production<'r>,
    pub(super) groups: Vec<GroupColumn>,
    pub(super) findings: Vec<(String, Vec<Finding>)>,
    pub(super) probe: Option<Probe<'a>>,
    pub(super) inputs: Vec<(String, Digest)>,
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

    /// Results computed elsewhere by the name that a gate file asks for. A source that
    /// looked and found nothing has an empty list.
    pub fn findings(mut self, findings: Vec<(String, Vec<Finding>)>) -> Self {
        self.findings = findings;
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

    /// The candidate.
    ///
    /// # Errors
    /// [`Error::Input`] if a part is missing, lengths differ, a group column or a source of
    /// findings is given twice, or a finite score is no probability.
    pub fn build(self) -> Result<Candidate<'a>> {
        Candidate::new(Given {
            subject: given("subject", self.subject)?,
            training: given("training", self.training)?,
            evaluation: given("evaluation", self.evaluation)?,
            times: given("times", self.times)?,
            labels: given("labels", self.labels)?,
            scores: given("scores", self.scores)?,
            production: given("production", self.production)?,
            groups: self.groups,
            findings: self.findings,
            probe: self.probe,
            inputs: self.inputs,
        })
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
