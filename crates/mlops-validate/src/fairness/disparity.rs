use serde::Serialize;

use super::names::unknown;
use super::{
    Compared, Comparison, Convention, FrameOptions, GroupCounts, GroupMetric, GroupRows, Label, LeftOut,
    Measure, Method, MetricFrame,
};
use crate::Result;

/// What is made of the two rates of equalized odds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "fairlearn has these two")]
pub enum Aggregate {
    /// The larger difference, the smaller ratio.
    #[default]
    WorstCase,
    /// Their mean.
    Mean,
}

/// How far groups are apart, as one number a control level, under fairlearn's name:
/// `demographic_parity_ratio`, `equalized_odds_difference`, `equal_opportunity_ratio`, or a
/// metric followed by `_difference`, `_ratio`, `_group_min` or `_group_max`.
///
/// ```
/// use mlops_validate::fairness::{Disparity, Feature, GroupCounts, GroupRows, Labels};
/// let rows = GroupRows::classified(
///     Labels::bools(&[true, true, false, false, false, false]),
///     Labels::bools(&[true, false, true, true, false, false]),
/// )?
/// .sensitive(Feature::new("sex", ["f", "f", "f", "f", "m", "m"].map(Some)))?;
/// let counts = GroupCounts::of(&rows)?;
/// let parity = Disparity::named("demographic_parity_difference")?.of(&counts)?;
/// assert_eq!(parity[0].value, Some(0.75));
/// // No man has a positive label: fairlearn gives them a rate of 0.
/// let opportunity = Disparity::named("equal_opportunity_difference")?;
/// let ours = opportunity.of(&counts)?;
/// assert_eq!((ours[0].value, ours[0].left_out[0].group.as_str()), (None, "sex=m"));
/// let theirs = opportunity.as_fairlearn().of(&counts)?;
/// assert_eq!(theirs[0].value, Some(0.5));
/// # Ok::<(), mlops_validate::Error>(())
/// ```
///
/// # Source
/// `fairlearn.metrics` 0.15; Hardt, Price and Srebro, *Equality of Opportunity in
/// Supervised Learning* (2016).
#[derive(Clone, Debug, PartialEq)]
#[must_use = "a disparity is asked of counts or rows"]
pub struct Disparity {
    name: String,
    metrics: Vec<GroupMetric>,
    comparison: Comparison,
    aggregate: Aggregate,
    options: FrameOptions,
    weights: Option<String>,
    positive: Option<Label>,
}

const SUFFIXES: [(&str, Comparison); 4] = [
    ("_difference", Comparison::Difference(Method::BetweenGroups)),
    ("_ratio", Comparison::Ratio(Method::BetweenGroups)),
    ("_group_min", Comparison::GroupMin),
    ("_group_max", Comparison::GroupMax),
];

impl Disparity {
    /// fairlearn's own names for what groups may differ in, without what is made of it.
    const CONCEPTS: [(&'static str, &'static [GroupMetric]); 3] = [
        ("demographic_parity", &[GroupMetric::SelectionRate]),
        ("equalized_odds", &[GroupMetric::TruePositiveRate, GroupMetric::FalsePositiveRate]),
        ("equal_opportunity", &[GroupMetric::TruePositiveRate]),
    ];

    /// The six of fairlearn that have a name of their own.
    pub const NAMES: [&'static str; 6] = [
        "demographic_parity_difference",
        "demographic_parity_ratio",
        "equalized_odds_difference",
        "equalized_odds_ratio",
        "equal_opportunity_difference",
        "equal_opportunity_ratio",
    ];

    /// The disparity of this name, between groups, the worst case.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) with the nearest name if there is none.
    pub fn named(name: &str) -> Result<Self> {
        Self::known(name).ok_or_else(|| {
            let known: Vec<String> = Self::NAMES
                .iter()
                .map(ToString::to_string)
                .chain(
                    GroupMetric::names()
                        .into_iter()
                        .flat_map(|metric| SUFFIXES.map(|(suffix, _)| format!("{metric}{suffix}"))),
                )
                .collect();
            unknown("disparity", name, &known.iter().map(String::as_str).collect::<Vec<_>>())
        })
    }

    pub(crate) fn known(name: &str) -> Option<Self> {
        SUFFIXES.iter().find_map(|(suffix, comparison)| {
            let base = name.strip_suffix(suffix)?;
            let concept = Self::CONCEPTS.iter().find(|(concept, _)| *concept == base);
            let metrics = match concept {
                Some((_, metrics)) if comparison.takes_two() => metrics.to_vec(),
                Some(_) => return None,
                None => vec![GroupMetric::known(base)?],
            };
            Some(Self::new(name, metrics, *comparison))
        })
    }

    /// A metric, and what is made of its values.
    pub fn of_metric(metric: GroupMetric, comparison: Comparison) -> Self {
        Self::new(&format!("{}_{}", metric.name(), comparison.name()), vec![metric], comparison)
    }

    fn new(name: &str, metrics: Vec<GroupMetric>, comparison: Comparison) -> Self {
        Self {
            name: name.to_owned(),
            metrics,
            comparison,
            aggregate: Aggregate::default(),
            options: FrameOptions::default(),
            weights: None,
            positive: None,
        }
    }

    /// Compared in this way; nothing changes for a minimum or maximum.
    pub fn method(self, method: Method) -> Self {
        let comparison = match self.comparison {
            Comparison::Difference(_) => Comparison::Difference(method),
            Comparison::Ratio(_) => Comparison::Ratio(method),
            other => other,
        };
        Self { comparison, ..self }
    }

    /// What is made of the two rates of equalized odds.
    pub fn aggregate(self, aggregate: Aggregate) -> Self {
        Self { aggregate, ..self }
    }

    /// With the weights of this name.
    pub fn weighted(self, weights: impl Into<String>) -> Self {
        Self { weights: Some(weights.into()), ..self }
    }

    /// Of this label as the positive one.
    pub fn positive(self, label: impl Into<Label>) -> Self {
        Self { positive: Some(label.into()), ..self }
    }

    /// Where groups of fewer rows are left out, and named.
    pub fn min_rows(self, rows: u64) -> Self {
        Self { options: self.options.min_rows(rows), ..self }
    }

    /// By fairlearn's convention where a metric has no value.
    pub fn as_fairlearn(self) -> Self {
        let options = FrameOptions { convention: Convention::Fairlearn, ..self.options };
        Self { options, ..self }
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The metrics that are compared.
    pub fn metrics(&self) -> &[GroupMetric] {
        &self.metrics
    }

    /// What is made of their values.
    pub const fn comparison(&self) -> Comparison {
        self.comparison
    }

    pub(super) const fn options(&self) -> FrameOptions {
        self.options
    }

    pub(super) fn weights(&self) -> Option<&str> {
        self.weights.as_deref()
    }

    pub(super) const fn positive_label(&self) -> Option<&Label> {
        self.positive.as_ref()
    }

    /// What it asks of each group.
    pub(super) fn measures(&self) -> Vec<Measure> {
        let measure = |metric: &GroupMetric| {
            let measure = Measure::new(*metric);
            let measure = match &self.weights {
                Some(weights) => measure.weighted(weights),
                None => measure,
            };
            match &self.positive {
                Some(label) => measure.positive(label.clone()),
                None => measure,
            }
        };
        self.metrics.iter().map(measure).collect()
    }

    /// Its value for each control level of rows that were counted.
    ///
    /// # Errors
    /// As [`MetricFrame::of_counts`].
    pub fn of(&self, counts: &GroupCounts) -> Result<Vec<Compared>> {
        self.of_frame(&self.frame(counts)?)
    }

    /// The values that it compares.
    ///
    /// # Errors
    /// As [`MetricFrame::of_counts`].
    pub fn frame(&self, counts: &GroupCounts) -> Result<MetricFrame> {
        MetricFrame::of_counts(counts, &self.measures(), self.options)
    }

    /// Its value for each control level of rows, also if the metric is one of scores or numbers.
    ///
    /// # Errors
    /// As [`MetricFrame::of`].
    pub fn of_rows(&self, rows: &GroupRows<'_>) -> Result<Vec<Compared>> {
        self.of_frame(&MetricFrame::of(rows, &self.measures(), self.options)?)
    }

    /// Its value for each control level of a frame that has its metrics.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) if the frame lacks a metric.
    pub fn of_frame(&self, frame: &MetricFrame) -> Result<Vec<Compared>> {
        let mut parts = Vec::with_capacity(self.metrics.len());
        for metric in &self.metrics {
            parts.push(frame.compare(metric.name(), self.comparison)?);
        }
        let levels = parts.first().map_or(0, Vec::len);
        let level = |level: usize| parts.iter().map(|part| &part[level]).collect::<Vec<_>>();
        Ok((0..levels).map(|index| self.of_parts(&level(index))).collect())
    }

    /// One answer of one for each metric.
    fn of_parts(&self, parts: &[&Compared]) -> Compared {
        let values: Option<Vec<f64>> = parts.iter().map(|part| part.value).collect();
        let value = values.map(|values| self.of_values(values.iter().copied()));
        let decides = parts.iter().find(|part| part.value.is_some() && part.value == value).or(parts.first());
        let reason = parts.iter().zip(&self.metrics).find_map(|(part, metric)| {
            let reason = part.reason.as_ref()?;
            Some(if parts.len() == 1 { reason.clone() } else { format!("{}: {reason}", metric.name()) })
        });
        let mut left_out: Vec<LeftOut> = Vec::new();
        for (part, metric) in parts.iter().zip(&self.metrics) {
            for out in &part.left_out {
                let known = left_out.iter().any(|other| other == out);
                if parts.len() == 1 || out.reason.starts_with("too few") {
                    if !known {
                        left_out.push(out.clone());
                    }
                } else {
                    let reason = format!("{}: {}", metric.name(), out.reason);
                    left_out.push(LeftOut { group: out.group.clone(), reason });
                }
            }
        }
        Compared {
            control: parts.first().map_or_else(Vec::new, |part| part.control.clone()),
            value,
            reason,
            lowest: decides.and_then(|part| part.lowest.clone()),
            highest: decides.and_then(|part| part.highest.clone()),
            left_out,
        }
    }

    /// The values of the metrics as one. NaN is treated as fairlearn's `max`, `min` and
    /// `mean` do: the worst case is NaN if the first is, the mean is that of the others.
    pub(super) fn of_values(&self, mut values: impl Iterator<Item = f64>) -> f64 {
        match self.aggregate {
            Aggregate::WorstCase => {
                let first = values.next().unwrap_or(f64::NAN);
                values.fold(first, |worst, value| {
                    let is_worse = if self.comparison.is_ratio() { value < worst } else { value > worst };
                    if is_worse { value } else { worst }
                })
            }
            Aggregate::Mean => {
                let (sum, count) = values
                    .filter(|value| !value.is_nan())
                    .fold((0.0, 0.0), |(sum, count), value| (sum + value, count + 1.0));
                sum / count
            }
        }
    }
}
