use mlops_core::{Check, Detail, Outcome};
use serde::Serialize;

use super::candidate::{Evaluated, GroupColumn, Side};
use super::document::Fields;
use super::limits::Limits;
use super::metric::Metric;
use super::{Candidate, text};
use crate::Result;

/// The groups of one column of the candidate, and who is large enough to be judged.
#[derive(Clone, Debug, PartialEq, Serialize)]
struct Groups {
    by: String,
    metric: Metric,
    min_labels: u32,
}

impl Groups {
    fn read(fields: &mut Fields, threshold: Option<f64>) -> Result<Self> {
        let by = fields.text("by")?;
        let by = fields.needed("by", by, "the name of a group column")?;
        let metric = Metric::read(fields, threshold)?.that_ranks(fields)?;
        let min_labels = fields.whole("min_labels", 2..=1_000_000_000)?;
        let min_labels = fields.needed("min_labels", min_labels, "a whole number of labels")?;
        Ok(Self { by, metric, min_labels })
    }

    /// The metric of each group that can be judged, lowest first, and what is to be told of
    /// all of them; or why there is nothing to say.
    fn compare(&self, candidate: &Candidate<'_>) -> Result<Compared, String> {
        let column = candidate.column(&self.by)?;
        let rows = candidate.evaluated(Side::Candidate)?;
        if !column.has_keys() {
            return Err(format!("no labelled row has a key in {:?}", self.by));
        }
        let mut judged = Vec::new();
        let mut too_few = Vec::new();
        for (label, members) in members(column) {
            let size = members.len();
            let too_small = if size < self.min_labels as usize {
                format!("{} of {}", text::count(size, "label", "labels"), self.min_labels)
            } else {
                match of_group(self.metric, &rows, &members) {
                    Ok(value) => {
                        let note = text::count(size, "label", "labels");
                        judged.push((value, Detail { label, value: Some(value), note }));
                        continue;
                    }
                    Err(reason) => reason,
                }
            };
            too_few.push(Detail { label, value: None, note: format!("too few to say: {too_small}") });
        }
        judged
            .sort_by(|left, right| left.0.total_cmp(&right.0).then_with(|| left.1.label.cmp(&right.1.label)));
        too_few.sort_by(|left, right| left.label.cmp(&right.label));
        Ok(Compared { judged, too_few })
    }

    /// Which groups are judged.
    fn large_enough(&self) -> String {
        let classes = if let Metric::Classes(_) = self.metric { " and both classes" } else { "" };
        format!("over groups of at least {} labels{classes}", self.min_labels)
    }
}

struct Compared {
    judged: Vec<(f64, Detail)>,
    too_few: Vec<Detail>,
}

impl Compared {
    fn details(&self) -> Vec<Detail> {
        self.judged.iter().map(|(_, detail)| detail).chain(&self.too_few).cloned().collect()
    }
}

/// The metric of one group, or why it has none.
pub(super) fn of_group(metric: Metric, rows: &Evaluated<'_>, members: &[usize]) -> Result<f64, String> {
    rows.only(members, |rows| {
        metric.takes_both_classes(rows)?;
        metric.of(rows)
    })
}

/// Name and rows of each group. The groups are those of the labelled rows.
pub(super) fn members(column: &GroupColumn) -> Vec<(String, Vec<usize>)> {
    let mut groups = vec![Vec::new(); column.groups()];
    for (row, group) in column.of_rows().iter().enumerate() {
        groups[*group as usize].push(row);
    }
    let present = groups.into_iter().enumerate().filter(|(_, rows)| !rows.is_empty());
    present
        .map(|(group, rows)| {
            let name = match column.key(group) {
                Some(key) => format!("{}={}", column.name(), crate::error::shorten(key)),
                None => format!("{} missing", column.name()),
            };
            (name, rows)
        })
        .collect()
}

/// The metric of the worst group.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct WorstGroupRule {
    #[serde(flatten)]
    groups: Groups,
    #[serde(flatten)]
    limits: Limits,
}

impl WorstGroupRule {
    pub(super) fn read(fields: &mut Fields, threshold: Option<f64>) -> Result<Self> {
        let groups = Groups::read(fields, threshold)?;
        let limits = Limits::read(fields, groups.metric)?;
        match (groups.metric.worst_is_lowest(), limits.min(), limits.max()) {
            (true, Some(_), None) | (false, None, Some(_)) => Ok(Self { groups, limits }),
            (true, ..) => {
                let expected = format!("missing: the worst {} is the lowest, give min", groups.metric.name());
                Err(fields.invalid("max", "there", expected))
            }
            (false, ..) => {
                let expected =
                    format!("missing: the worst {} is the highest, give max", groups.metric.name());
                Err(fields.invalid("min", "there", expected))
            }
        }
    }

    pub(super) fn name(&self) -> String {
        format!("{}: {}, worst group", self.groups.by, self.groups.metric.name())
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>) -> Check {
        let check = check.expected(format!("{} {}", self.limits.expected(), self.groups.large_enough()));
        let compared = match self.groups.compare(candidate) {
            Ok(compared) => compared,
            Err(reason) => return check.because(reason),
        };
        let check = check.details(compared.details());
        let worst = if self.groups.metric.worst_is_lowest() {
            compared.judged.first()
        } else {
            compared.judged.last()
        };
        let Some((value, group)) = worst else {
            return check.because("too few to say for every group");
        };
        let (outcome, reason) = self.limits.judge(*value);
        Check { outcome, ..check }.observed(*value).because(format!("{}: {reason}", group.label))
    }
}

/// How far best and worst group are apart.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct GroupDifferenceRule {
    #[serde(flatten)]
    groups: Groups,
    max: f64,
}

impl GroupDifferenceRule {
    pub(super) fn read(fields: &mut Fields, threshold: Option<f64>) -> Result<Self> {
        let groups = Groups::read(fields, threshold)?;
        let expected = "a difference above 0, and at most 1 for a share";
        let (_, high) = groups.metric.range();
        let max = fields.number("max", |max| max > 0.0 && max <= high, expected)?;
        Ok(Self { max: fields.needed("max", max, expected)?, groups })
    }

    pub(super) fn name(&self) -> String {
        format!("{}: {}, best to worst group", self.groups.by, self.groups.metric.name())
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>) -> Check {
        let limit = self.max;
        let check = check.expected(format!("<= {limit} {}", self.groups.large_enough()));
        let compared = match self.groups.compare(candidate) {
            Ok(compared) => compared,
            Err(reason) => return check.because(reason),
        };
        let check = check.details(compared.details());
        let [(low, lowest), .., (high, highest)] = compared.judged.as_slice() else {
            let judged = text::count(compared.judged.len(), "group is", "groups are");
            return check.because(format!("{judged} large enough, there is nothing to compare"));
        };
        let difference = high - low;
        let (outcome, word) =
            if difference <= limit { (Outcome::Passed, "at most") } else { (Outcome::Failed, "above") };
        let reason = format!(
            "{} is {word} {limit}: {} has {}, {} has {}",
            text::beside(difference, limit),
            lowest.label,
            text::shown(*low),
            highest.label,
            text::shown(*high)
        );
        Check { outcome, ..check }.observed(difference).because(reason)
    }
}
