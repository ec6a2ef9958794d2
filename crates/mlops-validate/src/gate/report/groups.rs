use mlops_core::Interval;
use mlops_stats::bootstrap::Blocks;
use mlops_stats::classification::BinaryMetric;
use mlops_stats::regression::RegressionMetric;
use rayon::prelude::*;
use serde::Serialize;

use super::Estimate;
use crate::gate::Candidate;
use crate::gate::candidate::{Evaluated, GroupColumn, Side};
use crate::gate::groups::{members, of_group};
use crate::gate::metric::Metric;
use crate::gate::resampling::Resampling;

/// So many groups of a column are shown, the largest; a column of customers is no grouping.
const SHOWN: usize = 40;

/// The groups of one column.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupScores {
    /// The column.
    pub by: String,
    /// What is told of each group: `roc_auc` of classes, `mae` of numbers.
    pub metric: &'static str,
    /// How many groups there are.
    pub groups: usize,
    /// The largest of them, at most forty, largest first.
    pub shown: Vec<GroupScore>,
}

/// One group.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupScore {
    /// Column and key, such as `carrier=UA`.
    pub group: String,
    /// Labelled rows.
    pub rows: usize,
    /// The metric, with an interval of the gate's draws if it has enough units.
    pub estimate: Estimate,
}

/// Every group column of the candidate.
pub(super) fn of(candidate: &Candidate<'_>, resampling: &Resampling) -> Vec<GroupScores> {
    let Ok(rows) = candidate.evaluated(Side::Candidate) else { return Vec::new() };
    let metric = match rows {
        Evaluated::Classes(_) => Metric::Classes(BinaryMetric::RocAuc),
        Evaluated::Numbers(_) => Metric::Numbers(RegressionMetric::MeanAbsoluteError),
    };
    let blocks = candidate.blocks(&resampling.unit).ok();
    candidate
        .group_columns()
        .iter()
        .map(|column| column_of(column, metric, &rows, blocks.as_deref(), resampling))
        .collect()
}

fn column_of(
    column: &GroupColumn,
    metric: Metric,
    rows: &Evaluated<'_>,
    blocks: Option<&Blocks>,
    resampling: &Resampling,
) -> GroupScores {
    let mut all = members(column);
    let groups = all.len();
    all.sort_by(|left, right| right.1.len().cmp(&left.1.len()).then_with(|| left.0.cmp(&right.0)));
    all.truncate(SHOWN);
    let shown = all.into_par_iter().map(|(group, members)| {
        let estimate = match of_group(metric, rows, &members) {
            Err(reason) => Estimate::Unknown { reason },
            Ok(value) => {
                let interval = blocks.and_then(|blocks| interval(metric, rows, &members, blocks, resampling));
                Estimate::Known { value, interval }
            }
        };
        GroupScore { group, rows: members.len(), estimate }
    });
    GroupScores { by: column.name().to_owned(), metric: metric.name(), groups, shown: shown.collect() }
}

/// Whole units drawn of those that the group has rows in.
fn interval(
    metric: Metric,
    rows: &Evaluated<'_>,
    members: &[usize],
    blocks: &Blocks,
    resampling: &Resampling,
) -> Option<Interval> {
    let ids: Vec<u32> = members.iter().map(|row| blocks.of_rows()[*row]).collect();
    let blocks = Blocks::by(&ids).ok()?;
    let digested = rows.only(members, |rows| metric.by_blocks(rows, &blocks)).ok()?;
    resampling.interval_of(&digested)
}

#[cfg(feature = "report")]
impl GroupScores {
    /// `40 of 132 groups, the largest`, or how many there are.
    pub(super) fn told(&self) -> String {
        if self.groups > self.shown.len() {
            format!("{} of {} groups, the largest", self.shown.len(), self.groups)
        } else {
            crate::gate::text::count(self.groups, "group", "groups")
        }
    }
}
