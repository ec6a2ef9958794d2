use rayon::prelude::*;

use super::label::{Label, Labels, ROWS};
use super::rows::Classes;
use super::{Feature, GroupKey, GroupMetric, GroupRows};
use crate::{Error, Result};

/// How many cells, groups times classes times classes, are counted at most.
const MOST_CELLS: usize = 1 << 24;

/// How often each label met each prediction in each group: all that a fairness metric of
/// classes has to know of the rows.
///
/// An accumulator: parts of a table are counted wherever they are and merged, also if they
/// do not have the same groups or labels. One pass, in parallel, by the codes of the
/// features. Sums of weights are made in the order of the rows, whatever the threads.
///
/// ```
/// use mlops_validate::fairness::{Feature, GroupCounts, GroupRows, Labels};
/// let part = |sex: [&str; 2], label, predicted| {
///     GroupRows::classified(Labels::bools(label), Labels::bools(predicted))?
///         .sensitive(Feature::new("sex", sex.map(Some)))
/// };
/// let mut counts = GroupCounts::of(&part(["f", "m"], &[true, false], &[true, true])?)?;
/// counts.update(&part(["x", "f"], &[false, false], &[false, true])?)?;
/// assert_eq!((counts.rows(), counts.groups()), (4, 3));
/// # Ok::<(), mlops_validate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct GroupCounts {
    axes: Vec<Axis>,
    /// How many of the axes are control features; they come first.
    controls: usize,
    classes: Vec<Label>,
    /// `[group][label][prediction]`.
    cells: Vec<u64>,
    weighted: Vec<(String, Vec<f64>)>,
}

/// A feature, without its rows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Axis {
    pub(super) name: String,
    pub(super) keys: Vec<GroupKey>,
}

/// The cells of some rows, by label and prediction: counts, and sums of weights if there are any.
#[derive(Clone, Copy, Debug)]
pub(super) struct Cells<'c> {
    pub(super) classes: &'c [Label],
    pub(super) rows: &'c [f64],
    pub(super) weights: Option<&'c [f64]>,
}

impl GroupCounts {
    /// Counts the rows.
    ///
    /// # Errors
    /// [`Error::Input`] if the rows have no predicted labels, or so many groups and labels
    /// that counting them is no summary any more (2²⁴ cells).
    pub fn of(rows: &GroupRows<'_>) -> Result<Self> {
        let classes = rows.classes().ok_or_else(|| {
            Error::input(
                "rows",
                "they have no predicted labels, expected classes, or scores with a threshold",
            )
        })?;
        let axes: Vec<Axis> = rows.features().map(Axis::of).collect();
        let groups = groups_of(&axes, classes.labels.len())?;
        let (cells, weighted) = counted(rows, classes, groups);
        let names = rows.weight_columns().iter().map(|(name, _)| name.clone());
        Ok(Self {
            axes,
            controls: rows.control_features().len(),
            classes: classes.labels.clone(),
            cells,
            weighted: names.zip(weighted).collect(),
        })
    }

    /// Counts more rows.
    ///
    /// # Errors
    /// As [`of`](Self::of) and [`merge`](Self::merge).
    pub fn update(&mut self, rows: &GroupRows<'_>) -> Result<()> {
        self.merge(&Self::of(rows)?)
    }

    /// Adds what was counted elsewhere. O(cells).
    ///
    /// # Errors
    /// [`Error::Input`] if the other has other features or weights, or both together too
    /// many cells.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        let names = |counts: &Self| -> Vec<String> {
            let weights = counts.weighted.iter().map(|(name, _)| format!("weights {name:?}"));
            let axes = counts.axes.iter().enumerate().map(|(index, axis)| {
                let kind = if index < counts.controls { "control" } else { "sensitive" };
                format!("{kind} feature {:?}", axis.name)
            });
            axes.chain(weights).collect()
        };
        let (ours, theirs) = (names(self), names(other));
        if ours != theirs {
            let reason = format!("they have {}, expected {}", theirs.join(", "), ours.join(", "));
            return Err(Error::input("counts to be merged", reason));
        }
        if self.axes != other.axes || self.classes != other.classes {
            let axes: Vec<Axis> =
                self.axes.iter().zip(&other.axes).map(|(ours, theirs)| ours.union(theirs)).collect();
            let (classes, _, _) = Labels::union(&self.classes, &other.classes)?;
            groups_of(&axes, classes.len())?;
            *self = self.spread(&axes, &classes);
            return self.merge_same(&other.spread(&axes, &classes));
        }
        self.merge_same(other)
    }

    #[expect(clippy::unnecessary_wraps, reason = "the last step of what may fail")]
    fn merge_same(&mut self, other: &Self) -> Result<()> {
        for (ours, theirs) in self.cells.iter_mut().zip(&other.cells) {
            *ours += theirs;
        }
        for ((_, ours), (_, theirs)) in self.weighted.iter_mut().zip(&other.weighted) {
            for (ours, theirs) in ours.iter_mut().zip(theirs) {
                *ours += theirs;
            }
        }
        Ok(())
    }

    /// The same counts among more groups and classes.
    fn spread(&self, axes: &[Axis], classes: &[Label]) -> Self {
        let k = classes.len();
        let number = |label: &Label| classes.partition_point(|class| class < label);
        let of_class: Vec<usize> = self.classes.iter().map(number).collect();
        let groups: usize = axes.iter().map(|axis| axis.keys.len()).product();
        let from = self.classes.len();
        let place = |cell: usize| {
            let (group, label, predicted) = (cell / (from * from), cell / from % from, cell % from);
            let keys = self.keys_of(group);
            let group = axes.iter().zip(keys).fold(0, |group, (axis, key)| {
                group * axis.keys.len() + axis.keys.partition_point(|other| other < key)
            });
            (group * k + of_class[label]) * k + of_class[predicted]
        };
        let mut cells = vec![0; groups * k * k];
        for (cell, count) in self.cells.iter().enumerate().filter(|(_, count)| **count > 0) {
            cells[place(cell)] = *count;
        }
        let weighted = self.weighted.iter().map(|(name, sums)| {
            let mut spread = vec![0.0; groups * k * k];
            for (cell, sum) in sums.iter().enumerate().filter(|(_, sum)| **sum > 0.0) {
                spread[place(cell)] = *sum;
            }
            (name.clone(), spread)
        });
        let weighted = weighted.collect();
        Self { axes: axes.to_vec(), controls: self.controls, classes: classes.to_vec(), cells, weighted }
    }

    /// How many rows were counted.
    pub fn rows(&self) -> u64 {
        self.cells.iter().sum()
    }

    /// How many groups there may be: each combination of keys, whether it has rows or not.
    pub fn groups(&self) -> usize {
        self.axes.iter().map(|axis| axis.keys.len()).product()
    }

    /// The labels that were met or may be, ascending.
    pub fn classes(&self) -> &[Label] {
        &self.classes
    }

    /// The names of the features, control features first.
    pub fn features(&self) -> impl ExactSizeIterator<Item = &str> {
        self.axes.iter().map(|axis| axis.name.as_str())
    }

    pub(super) fn axes(&self) -> &[Axis] {
        &self.axes
    }

    pub(super) fn control_names(&self) -> Vec<String> {
        self.axes[..self.controls].iter().map(|axis| axis.name.clone()).collect()
    }

    pub(super) fn sensitive_names(&self) -> Vec<String> {
        self.axes[self.controls..].iter().map(|axis| axis.name.clone()).collect()
    }

    /// How many control levels there may be; 1 without control features.
    pub(super) fn levels(&self) -> usize {
        self.axes[..self.controls].iter().map(|axis| axis.keys.len()).product()
    }

    /// The keys of a group, those of control features first.
    pub(super) fn keys_of(&self, group: usize) -> Vec<&GroupKey> {
        keys_of(&self.axes, group)
    }

    /// How many rows a group has.
    pub(super) fn rows_of(&self, group: usize) -> u64 {
        let k = self.classes.len();
        self.cells[group * k * k..(group + 1) * k * k].iter().sum()
    }

    /// Counts as numbers, and the sums of the weights of this name.
    ///
    /// # Errors
    /// [`Error::Input`] if there are no such weights.
    pub(super) fn cells(&self, weights: Option<&str>) -> Result<(Vec<f64>, Option<&[f64]>)> {
        let weights = match weights {
            None => None,
            Some(name) => Some(self.weights_named(name)?),
        };
        Ok((self.cells.iter().map(|count| *count as f64).collect(), weights))
    }

    fn weights_named(&self, name: &str) -> Result<&[f64]> {
        let found = self.weighted.iter().find(|(other, _)| other == name);
        found.map(|(_, sums)| sums.as_slice()).ok_or_else(|| {
            let names: Vec<&str> = self.weighted.iter().map(|(name, _)| name.as_str()).collect();
            super::names::unknown("weights", name, &names)
        })
    }

    /// How many of how many a share is of in a group, where 1 is positive; `None` if the
    /// metric is no plain share.
    pub(crate) fn share_of(&self, metric: GroupMetric, group: usize) -> Option<(u64, u64)> {
        let k = self.classes.len();
        let class = self.classes.iter().position(|class| class.is(1.0));
        let (mut part, mut whole) = (0, 0);
        for (cell, count) in self.cells[group * k * k..(group + 1) * k * k].iter().enumerate() {
            let (label, predicted) = (Some(cell / k) == class, Some(cell % k) == class);
            let (of, is) = match metric {
                GroupMetric::SelectionRate => (true, predicted),
                GroupMetric::TruePositiveRate | GroupMetric::Recall => (label, predicted),
                GroupMetric::FalseNegativeRate => (label, !predicted),
                GroupMetric::FalsePositiveRate => (!label, predicted),
                GroupMetric::TrueNegativeRate => (!label, !predicted),
                GroupMetric::Precision => (predicted, label),
                GroupMetric::Accuracy => (true, cell / k == cell % k),
                GroupMetric::ZeroOneLoss => (true, cell / k != cell % k),
                _ => return None,
            };
            whole += if of { *count } else { 0 };
            part += if of && is { *count } else { 0 };
        }
        Some((part, whole))
    }

    /// How many were predicted as the class, and how many there are, in a group.
    pub(super) fn selected(&self, group: usize, class: Option<usize>) -> (u64, u64) {
        let k = self.classes.len();
        let cells = &self.cells[group * k * k..(group + 1) * k * k];
        let selected = class.map_or(0, |class| cells.iter().skip(class).step_by(k).sum());
        (selected, cells.iter().sum())
    }
}

impl Axis {
    pub(super) fn of(feature: &Feature) -> Self {
        Self { name: feature.name().to_owned(), keys: feature.keys().to_vec() }
    }

    fn union(&self, other: &Self) -> Self {
        let mut keys: Vec<GroupKey> = self.keys.iter().chain(&other.keys).cloned().collect();
        keys.sort();
        keys.dedup();
        Self { name: self.name.clone(), keys }
    }
}

pub(super) fn keys_of(axes: &[Axis], mut group: usize) -> Vec<&GroupKey> {
    let mut keys: Vec<&GroupKey> = Vec::with_capacity(axes.len());
    for axis in axes.iter().rev() {
        keys.push(&axis.keys[group % axis.keys.len()]);
        group /= axis.keys.len();
    }
    keys.reverse();
    keys
}

/// How many groups the axes make, if they and the classes are not too many to count.
pub(super) fn groups_of(axes: &[Axis], classes: usize) -> Result<usize> {
    let groups = axes.iter().try_fold(1_usize, |groups, axis| groups.checked_mul(axis.keys.len()));
    let fits =
        |groups: &usize| groups.checked_mul(classes * classes).is_some_and(|cells| cells <= MOST_CELLS);
    groups.filter(fits).ok_or_else(|| {
        let sizes: Vec<String> =
            axes.iter().map(|axis| format!("{:?} {}", axis.name, axis.keys.len())).collect();
        let reason = format!("keys of {}, and {classes} labels: too many to count each", sizes.join(", "));
        Error::input("groups", reason)
    })
}

/// The number of the group of each row of a range.
pub(super) fn group_codes<'f>(
    features: impl Iterator<Item = &'f Feature>,
    from: usize,
    rows: usize,
    codes: &mut Vec<u32>,
) {
    codes.clear();
    for (index, feature) in features.enumerate() {
        let of_rows = &feature.codes()[from..from + rows];
        if index == 0 {
            codes.extend_from_slice(of_rows);
        } else {
            let keys = u32::try_from(feature.keys().len()).unwrap_or(u32::MAX);
            for (code, of_row) in codes.iter_mut().zip(of_rows) {
                *code = *code * keys + of_row;
            }
        }
    }
    // Without features all rows are one group.
    codes.resize(rows, 0);
}

/// The cell of each row of a range: `(group · k + label) · k + prediction`.
pub(super) fn cell_codes(
    rows: &GroupRows<'_>,
    classes: &Classes,
    from: usize,
    count: usize,
    codes: &mut Vec<u32>,
) {
    group_codes(rows.features(), from, count, codes);
    let k = u32::try_from(classes.labels.len()).unwrap_or(u32::MAX);
    let (truth, predicted) = (&classes.truth[from..from + count], &classes.predicted[from..from + count]);
    for ((code, label), predicted) in codes.iter_mut().zip(truth).zip(predicted) {
        *code = (*code * k + u32::from(*label)) * k + u32::from(*predicted);
    }
}

/// Counts, and the sums of each column of weights.
fn counted(rows: &GroupRows<'_>, classes: &Classes, groups: usize) -> (Vec<u64>, Vec<Vec<f64>>) {
    let size = groups * classes.labels.len() * classes.labels.len();
    // A part must be worth its own table of cells.
    let part = ROWS.max(4 * size);
    let parts: Vec<(Vec<u64>, Vec<Vec<f64>>)> = (0..rows.rows().div_ceil(part))
        .into_par_iter()
        .map(|index| {
            let from = index * part;
            let count = part.min(rows.rows() - from);
            let mut codes = Vec::with_capacity(count);
            cell_codes(rows, classes, from, count, &mut codes);
            let mut cells = vec![0_u64; size];
            for code in &codes {
                cells[*code as usize] += 1;
            }
            let weighted = rows.weight_columns().iter().map(|(_, weights)| {
                let mut sums = vec![0.0; size];
                for (code, weight) in codes.iter().zip(&weights[from..]) {
                    sums[*code as usize] += weight;
                }
                sums
            });
            let weighted = weighted.collect();
            (cells, weighted)
        })
        .collect();
    let mut cells = vec![0; size];
    let mut weighted = vec![vec![0.0; size]; rows.weight_columns().len()];
    for (of_part, sums_of_part) in parts {
        for (total, count) in cells.iter_mut().zip(of_part) {
            *total += count;
        }
        for (totals, sums) in weighted.iter_mut().zip(sums_of_part) {
            for (total, sum) in totals.iter_mut().zip(sums) {
                *total += sum;
            }
        }
    }
    (cells, weighted)
}
