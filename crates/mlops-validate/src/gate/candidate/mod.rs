use std::collections::BTreeMap;
use std::sync::Arc;

use mlops_core::{Digest, Finding, Subject, Timestamp, Version, Window};
use mlops_stats::bootstrap::{BlockMetric, Blocks};
use mlops_stats::classification::BinaryScores;
use mlops_stats::regression::RegressionRows;

use super::Probe;
use super::document::one_of;
use super::metric::Metric;
use super::resampling::Resampling;
use super::unit::Unit;
use super::worst_slice::WorstSliceRule;
use crate::behaviour::BehaviourReport;
use crate::golden::GoldenReport;
use crate::slice::SliceReport;
use crate::{Error, Result};

mod builder;
mod digest;
mod group;
mod memo;
mod rows;

pub use builder::CandidateBuilder;
pub use group::GroupColumn;

use builder::{Given, GivenRows};
use memo::Known;
use rows::{Column, GivenTruth, Truth};
pub(super) use rows::{Evaluated, of_one_class, takes_both_classes};

/// What stands in production, with its scores for the candidate's rows.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub enum Production<'a> {
    /// No version does. Checks against production do not apply.
    Nothing,
    /// This one does.
    Version {
        /// Its version.
        version: Version,
        /// Its probability for each row of the candidate, in the same order; its prediction
        /// where numbers are predicted.
        scores: &'a [f64],
    },
}

/// Whose scores.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Side {
    Candidate,
    Production,
}

/// A model version and everything a gate may ask about it: its scores on rows whose
/// labels are known, and what others found out.
///
/// Rows without a label are counted and left out of every check.
#[derive(Debug)]
pub struct Candidate<'a> {
    subject: Subject,
    windows: Option<(Window, Window)>,
    row_outside: Option<(usize, Timestamp)>,
    truth: Truth,
    scores: Column,
    production: Option<(Version, Column)>,
    /// Whether anyone said what stands in production.
    compared: bool,
    of_days: Vec<i64>,
    days: Vec<i64>,
    groups: Vec<GroupColumn>,
    numbers: Vec<(String, Vec<f64>)>,
    unlabelled: usize,
    findings: Vec<(String, Vec<Finding>)>,
    behaviour: Vec<(String, BehaviourReport)>,
    golden: Vec<(String, GoldenReport)>,
    probe: Option<Probe<'a>>,
    inputs: Vec<(String, Digest)>,
    metrics: Option<BTreeMap<String, f64>>,
    baseline_metrics: Option<BTreeMap<String, f64>>,
    known: Known,
}

impl<'a> Candidate<'a> {
    /// A candidate in the making; its builder says what is needed.
    pub fn builder<'r>() -> CandidateBuilder<'r, 'a> {
        CandidateBuilder::default()
    }

    fn new(given: Given<'_, 'a>) -> Result<Self> {
        let Given { subject, windows, rows, groups, findings, probe, mut inputs, .. } = given;
        for (index, (source, _)) in findings.iter().enumerate() {
            if findings[..index].iter().any(|(other, _)| other == source) {
                return Err(Error::input("findings", format!("the source {source:?} is given twice")));
            }
        }
        twice("behaviour reports", &given.behaviour)?;
        twice("golden reports", &given.golden)?;
        let mut candidate = Self {
            subject,
            windows,
            row_outside: None,
            truth: Truth::Nothing,
            scores: Column::default(),
            production: None,
            compared: rows.is_some(),
            of_days: Vec::new(),
            days: Vec::new(),
            groups: Vec::new(),
            numbers: Vec::new(),
            unlabelled: 0,
            findings,
            behaviour: given.behaviour,
            golden: given.golden,
            probe,
            inputs: Vec::new(),
            metrics: given.metrics,
            baseline_metrics: given.baseline_metrics,
            known: Known::default(),
        };
        if let Some(rows) = rows {
            let digest = candidate.take(rows, groups)?;
            inputs.push(("evaluated rows".to_owned(), digest));
        }
        let metrics =
            [("given metrics", &candidate.metrics), ("baseline metrics", &candidate.baseline_metrics)];
        for (name, metrics) in metrics {
            inputs.extend(metrics.as_ref().map(|metrics| (name.to_owned(), digest::of_metrics(metrics))));
        }
        candidate.inputs = inputs;
        Ok(candidate)
    }

    /// Takes in what was given row by row, and says its digest.
    fn take(&mut self, given: GivenRows<'_>, groups: Vec<GroupColumn>) -> Result<Digest> {
        let GivenRows { times, truth, scores, production, numbers } = given;
        let rows = scores.len();
        same_length(truth.name(), truth.len(), rows)?;
        same_length("times", times.len(), rows)?;
        for (index, group) in groups.iter().enumerate() {
            same_length(&format!("group column {:?}", group.name()), group.of_rows().len(), rows)?;
            if groups[..index].iter().any(|other| other.name() == group.name()) {
                return Err(Error::input("groups", format!("the column {:?} is given twice", group.name())));
            }
        }
        let kept = truth.known();
        for (index, (name, values)) in numbers.iter().enumerate() {
            let what = format!("number column {name:?}");
            same_length(&what, values.len(), rows)?;
            if numbers[..index].iter().any(|(other, _)| other == name) {
                return Err(Error::input("numbers", format!("the column {name:?} is given twice")));
            }
            if let Some(row) = kept.iter().find(|row| !values[**row].is_finite()) {
                let reason = format!("row {row} is {}, expected a finite number", values[*row]);
                return Err(Error::input(what, reason));
            }
        }
        let (ours, theirs) = match truth {
            GivenTruth::Classes(_) => ("scores", "scores of production"),
            GivenTruth::Numbers(_) => ("predictions", "predictions of production"),
        };
        self.production = match production {
            Production::Nothing => None,
            Production::Version { version, scores } => {
                same_length(theirs, scores.len(), rows)?;
                Some((version, Column::new(theirs, scores, &kept, truth)?))
            }
        };
        self.scores = Column::new(ours, scores, &kept, truth)?;
        self.truth = truth.kept()?;
        self.unlabelled = rows - self.truth.len();
        if let Some((_, evaluation)) = self.windows {
            let outside = |(_, time): &(usize, Timestamp)| !evaluation.contains(*time);
            self.row_outside = times.iter().copied().enumerate().find(outside);
        }
        (self.of_days, self.days) = rows::days(times, &kept);
        self.groups = groups.into_iter().map(|group| group.only(&kept)).collect();
        let of_kept = |values: &[f64]| kept.iter().map(|row| values[*row]).collect();
        self.numbers = numbers.into_iter().map(|(name, values)| (name, of_kept(values))).collect();
        let of_production = self.production.as_ref().map(|(_, column)| column);
        Ok(digest::of_rows(times, truth, &self.scores, of_production, &self.groups, &self.numbers))
    }

    /// Who is judged.
    pub const fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The window from which the model learned; `None` for a candidate of metrics alone.
    pub fn training(&self) -> Option<Window> {
        self.windows.map(|(training, _)| training)
    }

    /// The window on which it is judged; `None` for a candidate of metrics alone.
    pub fn evaluation(&self) -> Option<Window> {
        self.windows.map(|(_, evaluation)| evaluation)
    }

    /// How many rows are labelled.
    pub const fn labelled(&self) -> usize {
        self.truth.len()
    }

    /// The labels of the labelled rows; none of a model that predicts numbers.
    pub fn labels(&self) -> &[bool] {
        if let Truth::Classes(labels) = &self.truth { labels } else { &[] }
    }

    /// Labels and scores of the labelled rows, or in words why there are none to compute with.
    ///
    /// # Errors
    /// The reason for an inconclusive check: no labelled row, a score that is no number, or
    /// a model that predicts numbers.
    pub fn rows(&self) -> Result<BinaryScores<'_>, String> {
        self.evaluated(Side::Candidate)?.classes()
    }

    /// True values and predictions of the labelled rows of a model that predicts numbers.
    ///
    /// # Errors
    /// The reason for an inconclusive check: no labelled row, a prediction that is no number,
    /// or a model that predicts classes.
    pub fn regression_rows(&self) -> Result<RegressionRows<'_>, String> {
        self.evaluated(Side::Candidate)?.numbers()
    }

    /// The version in production, or `None` if there is none.
    pub fn production(&self) -> Option<&Version> {
        self.production.as_ref().map(|(version, _)| version)
    }

    /// Labels and scores of the version in production; `None` if there is none.
    ///
    /// # Errors
    /// As [`rows`](Self::rows).
    pub fn production_rows(&self) -> Option<Result<BinaryScores<'_>, String>> {
        self.production.as_ref()?;
        Some(self.evaluated(Side::Production).and_then(Evaluated::classes))
    }

    /// Metrics computed elsewhere; `None` if none were given.
    pub const fn metrics(&self) -> Option<&BTreeMap<String, f64>> {
        self.metrics.as_ref()
    }

    /// The same of what the candidate has to beat.
    pub const fn baseline_metrics(&self) -> Option<&BTreeMap<String, f64>> {
        self.baseline_metrics.as_ref()
    }

    /// The group column of this name.
    pub fn group(&self, name: &str) -> Option<&GroupColumn> {
        self.groups.iter().find(|group| group.name() == name)
    }

    /// The findings of this source; `None` if nobody looked.
    pub fn findings(&self, source: &str) -> Option<&[Finding]> {
        self.findings.iter().find(|(name, _)| name == source).map(|(_, findings)| findings.as_slice())
    }

    /// What metrics of this model are computed of, or in words why there is nothing.
    pub(super) fn evaluated(&self, side: Side) -> Result<Evaluated<'_>, String> {
        match (side, &self.production) {
            (Side::Candidate, _) => self.scores.with(&self.truth, ""),
            (Side::Production, Some((_, scores))) => scores.with(&self.truth, " of production"),
            (Side::Production, None) => Err("nothing is in production".to_owned()),
        }
    }

    /// A metric of all labelled rows, computed once however many checks ask.
    pub(super) fn value(&self, side: Side, metric: Metric) -> Result<f64, String> {
        self.known.values.get((side, metric), |_| {
            let rows = self.evaluated(side)?;
            metric.takes_both_classes(&rows)?;
            metric.of(&rows)
        })
    }

    /// The labelled rows by what is drawn as a whole.
    pub(super) fn blocks(&self, unit: &Unit) -> Result<Arc<Blocks>, String> {
        self.known.blocks.get(unit.clone(), |unit| {
            if self.truth.len() == 0 {
                return Err("there are no labelled rows".to_owned());
            }
            let blocks = match unit {
                Unit::Row => Blocks::each_row(self.truth.len()).map_err(|error| error.to_string()),
                Unit::UtcDay => Blocks::by(&self.of_days).map_err(|error| error.to_string()),
                Unit::Column(name) => self.column(name).and_then(GroupColumn::blocks),
            };
            blocks.map(Arc::new)
        })
    }

    /// A metric ready to be asked for draws of units, made once however many checks ask.
    pub(super) fn digested(
        &self,
        side: Side,
        metric: Metric,
        unit: &Unit,
    ) -> Result<Arc<BlockMetric>, String> {
        self.known.digested.get((side, metric, unit.clone()), |_| {
            let rows = self.evaluated(side)?;
            metric.by_blocks(&rows, &*self.blocks(unit)?).map(Arc::new)
        })
    }

    /// What a search for the worst slices finds, made once for a check and the report of it.
    pub(super) fn slices(
        &self,
        rule: &WorstSliceRule,
        resampling: &Resampling,
    ) -> Result<Arc<SliceReport>, String> {
        let key = (rule.clone(), resampling.clone());
        self.known.slices.get(key, |_| rule.search(self, resampling).map(Arc::new))
    }

    /// The group column of this name, or in words that there is none, and which there are.
    pub(super) fn column(&self, name: &str) -> Result<&GroupColumn, String> {
        self.group(name).ok_or_else(|| {
            let given = self.group_names();
            let shown = crate::error::shorten(name);
            if given.is_empty() {
                format!("there is no group column {shown:?}: none was given")
            } else {
                format!("there is no group column {shown:?}, expected {}", one_of(&given, Some(name)))
            }
        })
    }

    /// The numbers of the labelled rows by this name, or in words that there are none.
    pub(super) fn number(&self, name: &str) -> Result<&[f64], String> {
        let found = self.numbers.iter().find(|(other, _)| other == name);
        found.map(|(_, values)| values.as_slice()).ok_or_else(|| {
            let given: Vec<&str> = self.numbers.iter().map(|(name, _)| name.as_str()).collect();
            let shown = crate::error::shorten(name);
            if given.is_empty() {
                format!("there is no number column {shown:?}: none was given")
            } else {
                format!("there is no number column {shown:?}, expected {}", one_of(&given, Some(name)))
            }
        })
    }

    /// The names of what was given, for a message.
    pub(super) fn sources(&self) -> Vec<&str> {
        self.findings.iter().map(|(name, _)| name.as_str()).collect()
    }

    /// Every number column, of the labelled rows.
    pub(super) fn number_columns(&self) -> &[(String, Vec<f64>)] {
        &self.numbers
    }

    pub(super) fn behaviour(&self) -> &[(String, BehaviourReport)] {
        &self.behaviour
    }

    pub(super) fn golden(&self) -> &[(String, GoldenReport)] {
        &self.golden
    }

    /// Every group column.
    pub(super) fn group_columns(&self) -> &[GroupColumn] {
        &self.groups
    }

    pub(super) fn group_names(&self) -> Vec<&str> {
        self.groups.iter().map(GroupColumn::name).collect()
    }

    pub(super) const fn probe(&self) -> Option<&Probe<'a>> {
        self.probe.as_ref()
    }

    pub(super) fn inputs(&self) -> &[(String, Digest)] {
        &self.inputs
    }

    /// Whether anyone said what stands in production, if only that nothing does.
    pub(super) const fn is_compared(&self) -> bool {
        self.compared
    }

    /// UTC days that have labelled rows, ascending.
    pub(super) fn day_numbers(&self) -> &[i64] {
        &self.days
    }

    pub(super) const fn unlabelled(&self) -> usize {
        self.unlabelled
    }

    /// The first row that is not of the evaluation window.
    pub(super) const fn row_outside(&self) -> Option<(usize, Timestamp)> {
        self.row_outside
    }
}

/// Refuses a name that is given twice.
fn twice<T>(what: &str, given: &[(String, T)]) -> Result<()> {
    let names = || given.iter().map(|(name, _)| name);
    match names().enumerate().find(|(at, name)| names().take(*at).any(|other| other == *name)) {
        Some((_, name)) => Err(Error::input(what, format!("{name:?} is given twice"))),
        None => Ok(()),
    }
}

fn same_length(what: &str, found: usize, rows: usize) -> Result<()> {
    if found == rows {
        Ok(())
    } else {
        Err(Error::input(what, format!("{found} values, expected one for each of {rows} scores")))
    }
}
