use mlops_stats::Alternative;
use mlops_stats::counts::FisherExact;
use mlops_stats::interval::{Interval, wilson};
use mlops_stats::proportion::Share;
use serde::Serialize;

use super::rows::group_name;
use super::{GroupCounts, GroupKey, GroupMetric, Label};
use crate::{Error, Result};

/// The four-fifths rule: the rate at which a group is selected is at least 80 % of the
/// highest rate of a group.
///
/// Judged on whole counts: four fifths exactly is no violation, whatever rounding would
/// make of it. Groups that are too small have their rate, and no say. Beside the practical
/// rule stands a test of each group against the highest: few selections break the rule by
/// chance, and of many rows a difference of no consequence is significant.
///
/// ```
/// use mlops_validate::fairness::{Feature, FourFifths, GroupCounts, GroupRows, Labels};
/// let predicted: Vec<bool> = (0..20).map(|row| row < 18).collect();
/// let groups = (0..20).map(|row| Some(if row < 10 { "a" } else { "b" }));
/// let rows = GroupRows::classified(Labels::bools(&predicted), Labels::bools(&predicted))?
///     .sensitive(Feature::new("g", groups))?;
/// let rule = FourFifths::default().of(&GroupCounts::of(&rows)?)?;
/// assert_eq!((rule[0].holds, rule[0].groups[1].violates), (Some(true), false));
/// # Ok::<(), mlops_validate::Error>(())
/// ```
///
/// # Source
/// Equal Employment Opportunity Commission, *Uniform Guidelines on Employee Selection
/// Procedures*, 29 CFR 1607.4 D (1978). Intervals: Wilson (1927). Test: Fisher's exact one,
/// or above 10,000 rows in both groups the z-test of two shares.
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a rule is asked of counts"]
pub struct FourFifths {
    min_rows: u64,
    level: f64,
    positive: Option<Label>,
}

/// What the rule says of a control level.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct FourFifthsLevel {
    /// A key of each control feature.
    pub control: Vec<GroupKey>,
    /// Whether no group violates the rule; none if there is nothing to compare.
    pub holds: Option<bool>,
    /// Why there is no answer.
    pub reason: Option<String>,
    /// The lowest rate divided by the highest, of the groups that are large enough.
    pub ratio: Option<f64>,
    /// The groups that have rows, in the order of their keys.
    pub groups: Vec<SelectedGroup>,
}

/// How often a group is selected.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct SelectedGroup {
    /// The group in words.
    pub name: String,
    /// How many are predicted positive.
    pub selected: u64,
    /// Of how many.
    pub rows: u64,
    /// The share.
    pub rate: f64,
    /// Wilson's interval of it.
    pub interval: Interval,
    /// Whether it has too few rows to say anything.
    pub too_few: bool,
    /// Its rate divided by the highest.
    pub ratio: Option<f64>,
    /// Whether that is below four fifths.
    pub violates: bool,
    /// How likely so different shares are if both groups are selected alike.
    pub p_value: Option<f64>,
}

impl Default for FourFifths {
    fn default() -> Self {
        Self { min_rows: 0, level: 0.95, positive: None }
    }
}

impl FourFifths {
    /// Where groups of fewer rows are not judged.
    pub fn min_rows(self, rows: u64) -> Self {
        Self { min_rows: rows, ..self }
    }

    /// With intervals of this confidence.
    pub fn level(self, level: f64) -> Self {
        Self { level, ..self }
    }

    /// Of this label as the one that is selected.
    pub fn positive(self, label: impl Into<Label>) -> Self {
        Self { positive: Some(label.into()), ..self }
    }

    /// What it says of each control level.
    ///
    /// # Errors
    /// [`Error::Input`] for labels of which it is not clear which is positive, and a level
    /// that is not within 0 to 1.
    pub fn of(&self, counts: &GroupCounts) -> Result<Vec<FourFifthsLevel>> {
        let present = counts.present_labels()?;
        GroupMetric::SelectionRate
            .refuse_labels(present.iter(), self.positive.as_ref())
            .map_err(|reason| Error::input("four-fifths rule", reason))?;
        let one = Label::Number(1.0);
        let positive = self.positive.as_ref().unwrap_or(&one);
        let class = counts.classes().iter().position(|class| class == positive);
        let levels = counts.levels();
        let of_level = counts.groups() / levels.max(1);
        (0..levels)
            .map(|level| self.of_level(counts, class, level * of_level..(level + 1) * of_level))
            .collect()
    }

    fn of_level(
        &self,
        counts: &GroupCounts,
        class: Option<usize>,
        groups: std::ops::Range<usize>,
    ) -> Result<FourFifthsLevel> {
        let (names, controls) = (counts.sensitive_names(), counts.control_names().len());
        let keys = counts.keys_of(groups.start);
        let control = keys[..controls].iter().map(|key| (*key).clone()).collect();
        let mut selected: Vec<SelectedGroup> = Vec::with_capacity(groups.len());
        for group in groups {
            let (chosen, rows) = counts.selected(group, class);
            if rows == 0 {
                continue;
            }
            let interval = wilson(chosen, rows, self.level)
                .map_err(|error| Error::input("four-fifths rule", error.to_string()))?;
            let keys = counts.keys_of(group);
            selected.push(SelectedGroup {
                name: group_name(names.iter().map(String::as_str), keys[controls..].iter().copied()),
                selected: chosen,
                rows,
                rate: chosen as f64 / rows as f64,
                interval,
                too_few: rows < self.min_rows,
                ratio: None,
                violates: false,
                p_value: None,
            });
        }
        let judged = || selected.iter().filter(|group| !group.too_few);
        let times = |left: u64, right: u64| u128::from(left) * u128::from(right);
        let highest = judged()
            .max_by(|left, right| times(left.selected, right.rows).cmp(&times(right.selected, left.rows)))
            .map(|group| (group.selected, group.rows));
        let reason = match (judged().count(), highest) {
            (0, _) | (_, None) if selected.is_empty() => Some("there are no rows".to_owned()),
            (0, _) | (_, None) => Some("too few to say for every group".to_owned()),
            (1, _) => Some("only one group is large enough, there is nothing to compare".to_owned()),
            (_, Some((0, _))) => Some("no group is selected at all".to_owned()),
            _ => None,
        };
        let (None, Some((most, of))) = (&reason, highest) else {
            return Ok(FourFifthsLevel { control, holds: None, reason, ratio: None, groups: selected });
        };
        for group in selected.iter_mut().filter(|group| !group.too_few) {
            group.ratio = Some(group.rate / (most as f64 / of as f64));
            // Four fifths of at most 2⁶⁴ times 2⁶⁴ would not fit: rows are counted, and far fewer.
            group.violates = 5 * times(group.selected, of) < 4 * times(most, group.rows);
            group.p_value = p_value((group.selected, group.rows), (most, of));
        }
        let holds = Some(!selected.iter().any(|group| group.violates));
        let ratio = selected.iter().filter_map(|group| group.ratio).min_by(f64::total_cmp);
        Ok(FourFifthsLevel { control, holds, reason: None, ratio, groups: selected })
    }
}

/// Two-sided, of both shares being the same; none of a group with itself.
fn p_value(group: (u64, u64), highest: (u64, u64)) -> Option<f64> {
    const EXACT: u64 = 10_000;
    if group == highest {
        return None;
    }
    if group.1.max(highest.1) <= EXACT {
        let of = |(selected, rows): (u64, u64)| (selected, rows - selected);
        return FisherExact::new(of(group), of(highest)).ok().map(|test| test.p_value(Alternative::TwoSided));
    }
    let share = |(selected, rows)| Share::new(selected, rows).ok();
    share(group)?.z_test(&share(highest)?, Alternative::TwoSided).ok().map(|test| test.p_value())
}
