use std::sync::Arc;

use mlops_core::{Digest, DigestWriter, Finding, Subject, Timestamp, Version, Window};
use mlops_stats::bootstrap::Blocks;
use mlops_stats::classification::BinaryScores;

use super::Probe;
use super::builder::{CandidateBuilder, Given};
use super::window::utc_day;
use crate::{Error, Result};

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
        /// Its probability for each row of the candidate, in the same order.
        scores: &'a [f64],
    },
}

/// A column by which rows fall into groups: a key a row, or none.
///
/// Rows without a key are a group of their own, not left out: a model that fails those
/// of whom less is known fails somebody.
#[derive(Clone, Debug)]
pub struct GroupColumn {
    name: String,
    keys: Vec<Option<Arc<str>>>,
    /// Index into `keys` for each row.
    of_row: Vec<u32>,
}

impl GroupColumn {
    /// The column `name`, a key or none for each row. O(n) look-ups.
    ///
    /// ```
    /// use mlops_validate::gate::GroupColumn;
    /// let carriers = GroupColumn::new("carrier", [Some("UA"), None, Some("AA"), Some("UA")]);
    /// assert_eq!(carriers.groups(), 3);
    /// ```
    pub fn new<K: AsRef<str>>(name: impl Into<String>, keys: impl IntoIterator<Item = Option<K>>) -> Self {
        let mut index: hashbrown::HashMap<Option<Arc<str>>, u32> = hashbrown::HashMap::new();
        let mut distinct: Vec<Option<Arc<str>>> = Vec::new();
        let of_row = keys
            .into_iter()
            .map(|key| {
                let known = match &key {
                    Some(key) => index.get(&Some(Arc::from(key.as_ref()))).copied(),
                    None => index.get(&None).copied(),
                };
                known.unwrap_or_else(|| {
                    let key: Option<Arc<str>> = key.map(|key| Arc::from(key.as_ref()));
                    let number = u32::try_from(distinct.len()).unwrap_or(u32::MAX);
                    distinct.push(key.clone());
                    index.insert(key, number);
                    number
                })
            })
            .collect();
        Self { name: name.into(), keys: distinct, of_row }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// How many distinct keys it has; none counts as one.
    pub fn groups(&self) -> usize {
        self.keys.len()
    }

    pub(super) fn key(&self, group: usize) -> Option<&str> {
        self.keys.get(group).and_then(|key| key.as_deref())
    }

    pub(super) fn of_rows(&self) -> &[u32] {
        &self.of_row
    }
}

/// A model version and everything a gate may ask about it: its scores on rows whose
/// labels are known, and what others found out.
///
/// Rows without a label are counted and left out of every check.
#[derive(Debug)]
pub struct Candidate<'a> {
    subject: Subject,
    training: Window,
    evaluation: Window,
    row_outside: Option<(usize, Timestamp)>,
    labels: Vec<bool>,
    scores: Column,
    production: Option<(Version, Column)>,
    days: Vec<i64>,
    blocks: Option<Blocks>,
    groups: Vec<GroupColumn>,
    unlabelled: usize,
    findings: Vec<(String, Vec<Finding>)>,
    probe: Option<Probe<'a>>,
    inputs: Vec<(String, Digest)>,
}

/// Scores of the labelled rows, and the first row, labelled or not, whose score is no number.
#[derive(Debug)]
struct Column {
    scores: Vec<f64>,
    broken: Option<(usize, f64)>,
}

impl<'a> Candidate<'a> {
    /// A candidate in the making; its builder says what is needed.
    pub fn builder<'r>() -> CandidateBuilder<'r, 'a> {
        CandidateBuilder::default()
    }

    pub(super) fn new(given: Given<'_, 'a>) -> Result<Self> {
        let Given {
            subject, training, evaluation, times, labels, scores, production, groups, findings, ..
        } = given;
        let (probe, mut inputs) = (given.probe, given.inputs);
        let rows = scores.len();
        same_length("labels", labels.len(), rows)?;
        same_length("times", times.len(), rows)?;
        for (index, group) in groups.iter().enumerate() {
            same_length(&format!("group column {:?}", group.name), group.of_row.len(), rows)?;
            if groups[..index].iter().any(|other| other.name == group.name) {
                return Err(Error::input("groups", format!("the column {:?} is given twice", group.name)));
            }
        }
        for (index, (source, _)) in findings.iter().enumerate() {
            if findings[..index].iter().any(|(other, _)| other == source) {
                return Err(Error::input("findings", format!("the source {source:?} is given twice")));
            }
        }
        let kept: Vec<usize> = (0..rows).filter(|row| labels[*row].is_some()).collect();
        let production = match production {
            Production::Nothing => None,
            Production::Version { version, scores } => {
                same_length("scores of production", scores.len(), rows)?;
                Some((version, Column::new("scores of production", scores, &kept)?))
            }
        };
        let labels_kept: Vec<bool> = labels.iter().flatten().copied().collect();
        let scores = Column::new("scores", scores, &kept)?;
        let of_rows: Vec<i64> = kept.iter().map(|row| utc_day(times[*row])).collect();
        let mut days = of_rows.clone();
        days.sort_unstable();
        days.dedup();
        let groups: Vec<GroupColumn> = groups.into_iter().map(|group| group.only(&kept)).collect();
        let of_production = production.as_ref().map(|(_, column)| column);
        let digest = digest_of_rows(times, labels, &scores, of_production, &groups);
        inputs.push(("evaluated rows".to_owned(), digest));
        Ok(Self {
            subject,
            training,
            evaluation,
            row_outside: (0..rows).map(|row| (row, times[row])).find(|(_, time)| !evaluation.contains(*time)),
            unlabelled: rows - labels_kept.len(),
            labels: labels_kept,
            scores,
            production,
            days,
            blocks: Blocks::by(&of_rows).ok(),
            groups,
            findings,
            probe,
            inputs,
        })
    }

    /// Who is judged.
    pub const fn subject(&self) -> &Subject {
        &self.subject
    }

    /// The window from which the model learned.
    pub const fn training(&self) -> Window {
        self.training
    }

    /// The window on which it is judged.
    pub const fn evaluation(&self) -> Window {
        self.evaluation
    }

    /// The labels of the labelled rows.
    pub fn labels(&self) -> &[bool] {
        &self.labels
    }

    /// Labels and scores of the labelled rows, or in words why there are none to compute with.
    ///
    /// # Errors
    /// The reason for an inconclusive check: no labelled row, or a score that is no number.
    pub fn rows(&self) -> Result<BinaryScores<'_>, String> {
        self.scores.with(&self.labels, "score")
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
        self.production.as_ref().map(|(_, column)| column.with(&self.labels, "score of production"))
    }

    /// The group column of this name.
    pub fn group(&self, name: &str) -> Option<&GroupColumn> {
        self.groups.iter().find(|group| group.name == name)
    }

    /// The findings of this source; `None` if nobody looked.
    pub fn findings(&self, source: &str) -> Option<&[Finding]> {
        self.findings.iter().find(|(name, _)| name == source).map(|(_, findings)| findings.as_slice())
    }

    /// The names of what was given, for a message.
    pub(super) fn sources(&self) -> Vec<&str> {
        self.findings.iter().map(|(name, _)| name.as_str()).collect()
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

    /// UTC days that have labelled rows, ascending.
    pub(super) fn day_numbers(&self) -> &[i64] {
        &self.days
    }

    /// The labelled rows by UTC day; `None` without any.
    pub(super) const fn days(&self) -> Option<&Blocks> {
        self.blocks.as_ref()
    }

    pub(super) const fn unlabelled(&self) -> usize {
        self.unlabelled
    }

    /// The first row that is not of the evaluation window.
    pub(super) const fn row_outside(&self) -> Option<(usize, Timestamp)> {
        self.row_outside
    }
}

impl Column {
    fn new(what: &str, scores: &[f64], kept: &[usize]) -> Result<Self> {
        let improbable = |score: f64| score.is_finite() && !(0.0..=1.0).contains(&score);
        if let Some(row) = scores.iter().position(|score| improbable(*score)) {
            let reason = format!("row {row} is {}, expected a probability, 0 to 1", scores[row]);
            return Err(Error::input(what, reason));
        }
        let broken = scores.iter().position(|score| !score.is_finite()).map(|row| (row, scores[row]));
        Ok(Self { scores: kept.iter().map(|row| scores[*row]).collect(), broken })
    }

    fn with<'s>(&'s self, labels: &'s [bool], what: &str) -> Result<BinaryScores<'s>, String> {
        if labels.is_empty() {
            return Err("there are no labelled rows".to_owned());
        }
        if let Some((row, score)) = self.broken {
            return Err(format!("the {what} of row {row} is {}", super::text::shown(score)));
        }
        BinaryScores::new(labels, &self.scores).map_err(|error| error.to_string())
    }
}

impl GroupColumn {
    fn only(self, kept: &[usize]) -> Self {
        let of_row = kept.iter().map(|row| self.of_row[*row]).collect();
        Self { of_row, ..self }
    }
}

fn same_length(what: &str, found: usize, rows: usize) -> Result<()> {
    if found == rows {
        Ok(())
    } else {
        Err(Error::input(what, format!("{found} values, expected one for each of {rows} scores")))
    }
}

/// What was compared, so that a verdict can't be told of other rows. Little-endian:
/// microseconds of each time; 0, 1 or 2 (unknown) of each label; then, of the labelled
/// rows, the scores, those of production, and for each group column the length and text
/// of its name and the same of each key, where no key has the length 2³² − 1.
fn digest_of_rows(
    times: &[Timestamp],
    labels: &[Option<bool>],
    scores: &Column,
    production: Option<&Column>,
    groups: &[GroupColumn],
) -> Digest {
    let mut writer = DigestWriter::new();
    let mut bytes = Vec::with_capacity(8 * times.len());
    let mut write = |fill: &mut dyn FnMut(&mut Vec<u8>)| {
        bytes.clear();
        fill(&mut bytes);
        writer.update(&bytes);
    };
    write(&mut |bytes| bytes.extend(times.iter().flat_map(|time| time.as_micros().to_le_bytes())));
    write(&mut |bytes| bytes.extend(labels.iter().map(|label| label.map_or(2, u8::from))));
    for column in std::iter::once(scores).chain(production) {
        write(&mut |bytes| bytes.extend(column.scores.iter().flat_map(|score| score.to_le_bytes())));
    }
    for group in groups {
        let text = |bytes: &mut Vec<u8>, text: &str| {
            bytes.extend(u32::try_from(text.len()).unwrap_or(u32::MAX - 1).to_le_bytes());
            bytes.extend(text.as_bytes());
        };
        write(&mut |bytes| {
            text(bytes, &group.name);
            for number in &group.of_row {
                match group.key(*number as usize) {
                    Some(key) => text(bytes, key),
                    None => bytes.extend(u32::MAX.to_le_bytes()),
                }
            }
        });
    }
    writer.finish()
}
