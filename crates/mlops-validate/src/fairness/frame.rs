use serde::Serialize;

use super::by_rows::SortedRows;
use super::counts::{Axis, groups_of};
use super::names::unknown;
use super::rows::group_name;
use super::shape::Shape;
use super::{Comparison, Convention, GroupCounts, GroupKey, GroupRows, Measure};
use crate::Result;

/// How groups are judged.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub struct FrameOptions {
    /// What is said where a metric has no value.
    pub convention: Convention,
    /// A group of fewer rows has its values, but too few to say anything with: comparisons
    /// leave it out and name it. 0 and 1 judge every group.
    pub min_rows: u64,
}

impl FrameOptions {
    /// Exactly as fairlearn 0.15.
    pub const fn fairlearn() -> Self {
        Self { convention: Convention::Fairlearn, min_rows: 0 }
    }

    /// The same options, where groups of fewer rows are left out of comparisons.
    #[must_use]
    pub const fn min_rows(self, rows: u64) -> Self {
        Self { min_rows: rows, ..self }
    }
}

/// Metrics by group.
///
/// Groups are the combinations of the keys of the sensitive features, within each
/// combination of those of the control features; what fairlearn calls `overall` are all
/// rows of a control level. A combination that no row has stands there without a value.
///
/// ```
/// use mlops_validate::fairness::{
///     Comparison, Feature, FrameOptions, GroupMetric, GroupRows, Labels, Method, MetricFrame,
/// };
/// let truth = Labels::integers("late", &[1, 0, 1, 1, 0, 0, 1, 0])?;
/// let predicted = Labels::integers("predicted", &[1, 0, 1, 0, 1, 0, 0, 0])?;
/// let rows = GroupRows::classified(truth, predicted)?
///     .sensitive(Feature::new("carrier", ["UA", "UA", "UA", "UA", "AA", "AA", "AA", "AA"].map(Some)))?;
/// let frame = MetricFrame::of(&rows, &[GroupMetric::Accuracy.into()], FrameOptions::default())?;
/// let apart = frame.compare("accuracy_score", Comparison::Difference(Method::BetweenGroups))?;
/// assert_eq!(apart[0].value, Some(0.25));
/// assert_eq!(apart[0].lowest.as_deref(), Some("carrier=AA"));
/// # Ok::<(), mlops_validate::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct MetricFrame {
    /// The names of the sensitive features.
    pub sensitive: Vec<String>,
    /// The names of the control features.
    pub control: Vec<String>,
    /// The names of the metrics.
    pub metrics: Vec<String>,
    /// What is said where a metric has no value.
    pub convention: Convention,
    /// The values of all rows of each control level, in the order of the keys; one level
    /// without control features.
    pub overall: Vec<Level>,
    /// The values of each group, in the order of the keys, control features first.
    pub groups: Vec<Group>,
}

/// All rows of a control level.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Level {
    /// A key of each control feature.
    pub control: Vec<GroupKey>,
    /// How many rows.
    pub rows: u64,
    /// A value of each metric.
    pub values: Vec<GroupValue>,
}

/// The rows of a group within its control level.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Group {
    /// A key of each control feature.
    pub control: Vec<GroupKey>,
    /// A key of each sensitive feature.
    pub sensitive: Vec<GroupKey>,
    /// The sensitive keys in words.
    pub name: String,
    /// How many rows; 0 if no row has this combination of keys.
    pub rows: u64,
    /// Whether it has rows, but fewer than were asked for.
    pub too_few: bool,
    /// A value of each metric.
    pub values: Vec<GroupValue>,
}

/// A metric of some rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct GroupValue {
    /// The value, or none where it is not defined; by fairlearn's convention there is
    /// always one, which may be NaN.
    #[serde(with = "mlops_core::number::option")]
    pub value: Option<f64>,
    /// Why it is not defined, or what else is to be said of it.
    pub note: Option<String>,
}

/// The groups of a control level, compared.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Compared {
    /// A key of each control feature.
    pub control: Vec<GroupKey>,
    /// The value, or none where it is not defined; by fairlearn's convention there is
    /// always one, which may be NaN.
    #[serde(with = "mlops_core::number::option")]
    pub value: Option<f64>,
    /// Why it is not defined.
    pub reason: Option<String>,
    /// The group with the lowest value of those that were compared.
    pub lowest: Option<String>,
    /// The group with the highest.
    pub highest: Option<String>,
    /// The groups that were not compared, and why.
    pub left_out: Vec<LeftOut>,
}

/// A group that could not be compared.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct LeftOut {
    /// The group in words.
    pub group: String,
    /// Why.
    pub reason: String,
}

impl MetricFrame {
    /// The measures of all groups. One pass over the rows for those of classes, and a sort
    /// by group for those of scores and numbers.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) without measures or sensitive features, if two have one name, if a
    /// measure asks for weights that are not there or for what the rows are not, for labels
    /// of which it is not clear which is positive, and for the first score that is no
    /// probability where one is needed.
    pub fn of(rows: &GroupRows<'_>, measures: &[Measure], options: FrameOptions) -> Result<Self> {
        let of_classes = |measure: &Measure| measure.metric().is_of_classes() && rows.classes().is_some();
        let axes: Vec<Axis> = rows.features().map(Axis::of).collect();
        let classes = rows.classes().map_or(0, |classes| classes.labels.len());
        let groups = groups_of(&axes, classes)?;
        let counts = if measures.iter().any(of_classes) { Some(GroupCounts::of(rows)?) } else { None };
        let sorted =
            if measures.iter().all(of_classes) { None } else { Some(SortedRows::new(rows, groups)?) };
        for measure in measures.iter().filter(|measure| !of_classes(measure)) {
            SortedRows::check(rows, measure.metric())?;
        }
        let shape = Shape {
            control: rows.control_features().iter().map(|feature| feature.name().to_owned()).collect(),
            sensitive: rows.sensitive_features().iter().map(|feature| feature.name().to_owned()).collect(),
            axes,
        };
        let rows_of = |range: std::ops::Range<usize>| match (&counts, &sorted) {
            (Some(counts), _) => range.map(|group| counts.rows_of(group)).sum(),
            (None, Some(sorted)) => sorted.rows_of(range),
            (None, None) => 0,
        };
        shape.frame(measures, options, rows_of, |measure, ranges| {
            if of_classes(measure) {
                counts.as_ref().map_or_else(
                    || Ok(Vec::new()),
                    |counts| counts.answers(measure, options.convention, ranges),
                )
            } else if let Some(sorted) = &sorted {
                let weights = match measure.weights() {
                    None => None,
                    Some(name) => Some(weights_of(rows, name)?),
                };
                Ok(ranges
                    .iter()
                    .map(|range| sorted.answer(measure.metric(), range.clone(), weights, options.convention))
                    .collect())
            } else {
                Ok(Vec::new())
            }
        })
    }

    /// The measures of rows that were counted, in parts or on other machines.
    ///
    /// # Errors
    /// As [`of`](Self::of); also for a measure of scores or numbers.
    pub fn of_counts(counts: &GroupCounts, measures: &[Measure], options: FrameOptions) -> Result<Self> {
        let shape = Shape {
            control: counts.control_names(),
            sensitive: counts.sensitive_names(),
            axes: counts.axes().to_vec(),
        };
        let rows_of = |range: std::ops::Range<usize>| range.map(|group| counts.rows_of(group)).sum();
        shape.frame(measures, options, rows_of, |measure, ranges| {
            counts.answers(measure, options.convention, ranges)
        })
    }

    /// The groups of each control level, compared by a metric.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) if the frame has no metric of this name.
    pub fn compare(&self, metric: &str, comparison: Comparison) -> Result<Vec<Compared>> {
        let Some(index) = self.metrics.iter().position(|name| name == metric) else {
            let names: Vec<&str> = self.metrics.iter().map(String::as_str).collect();
            return Err(unknown("metric of the frame", metric, &names));
        };
        let of_level = self.groups.len() / self.overall.len().max(1);
        let levels = self.overall.iter().zip(self.groups.chunks(of_level.max(1)));
        Ok(levels.map(|(level, groups)| self.compare_level(index, level, groups, comparison)).collect())
    }

    /// What the tools would warn of: values that are not defined by themselves, by group.
    pub fn warnings(&self) -> Vec<String> {
        let overall = self.overall.iter().map(|level| {
            let name = group_name(self.control.iter().map(String::as_str), &level.control);
            (if name.is_empty() { "all rows".to_owned() } else { name }, &level.values)
        });
        let groups = self.groups.iter().filter(|group| group.rows > 0).map(|group| {
            let level = group_name(self.control.iter().map(String::as_str), &group.control);
            (
                if level.is_empty() { group.name.clone() } else { format!("{level}, {}", group.name) },
                &group.values,
            )
        });
        overall
            .chain(groups)
            .flat_map(|(name, values)| {
                let noted = values.iter().zip(&self.metrics);
                noted.filter_map(move |(value, metric)| {
                    value.note.as_ref().map(|note| format!("{metric} of {name}: {note}"))
                })
            })
            .collect()
    }

    fn compare_level(
        &self,
        index: usize,
        level: &Level,
        groups: &[Group],
        comparison: Comparison,
    ) -> Compared {
        let mut left_out = Vec::new();
        let mut judged: Vec<(f64, &Group)> = Vec::with_capacity(groups.len());
        for group in groups {
            let GroupValue { value, note } = &group.values[index];
            let reason = if group.too_few {
                format!("too few to say: {} rows", group.rows)
            } else if let Some(value) = value {
                judged.push((*value, group));
                continue;
            } else if group.rows == 0 {
                // Nobody is there to be left out.
                continue;
            } else {
                note.clone().unwrap_or_else(|| "not defined".to_owned())
            };
            left_out.push(LeftOut { group: group.name.clone(), reason });
        }
        let overall = level.values[index].value;
        let there = groups.iter().filter(|group| group.rows > 0).count();
        let undefined = match self.convention {
            Convention::Fairlearn => None,
            Convention::NotDefined => {
                let compares = comparison.takes_two() || comparison.with_overall();
                if judged.is_empty() {
                    Some("no group has a value".to_owned())
                } else if compares && there == 1 {
                    Some(format!("{} is the only group, there is nothing to compare", judged[0].1.name))
                } else if comparison.takes_two() && judged.len() == 1 {
                    Some(format!("only {} has a value, there is nothing to compare", judged[0].1.name))
                } else if comparison.with_overall() && overall.is_none() {
                    let note = level.values[index].note.as_deref().unwrap_or("not defined");
                    Some(format!("all rows together have no value: {note}"))
                } else if comparison.is_ratio() && judged.iter().any(|(value, _)| *value < 0.0) {
                    Some("a value is below 0: no ratio".to_owned())
                } else {
                    None
                }
            }
        };
        let by_value = |left: &&(f64, &Group), right: &&(f64, &Group)| left.0.total_cmp(&right.0);
        let known = || judged.iter().filter(|(value, _)| !value.is_nan());
        let name = |found: Option<&(f64, &Group)>| found.map(|(_, group)| group.name.clone());
        let (lowest, highest) = (name(known().min_by(by_value)), name(known().max_by(by_value)));
        let values = judged.iter().map(|(value, _)| *value);
        let value = comparison.of(&values, overall.unwrap_or(f64::NAN));
        let (value, reason) = match (self.convention, undefined) {
            (Convention::Fairlearn, _) => (Some(value), None),
            (_, Some(reason)) => (None, Some(reason)),
            (_, None) if value.is_nan() => (None, Some("every value is 0: no ratio".to_owned())),
            (_, None) => (Some(value), None),
        };
        Compared { control: level.control.clone(), value, reason, lowest, highest, left_out }
    }
}

fn weights_of<'r>(rows: &'r GroupRows<'_>, name: &str) -> Result<&'r [f64]> {
    let found = rows.weight_columns().iter().find(|(other, _)| other == name);
    found.map(|(_, weights)| *weights).ok_or_else(|| {
        let names: Vec<&str> = rows.weight_columns().iter().map(|(name, _)| name.as_str()).collect();
        unknown("weights", name, &names)
    })
}
