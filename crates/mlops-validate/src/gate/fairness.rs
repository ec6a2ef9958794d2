use std::fmt::Write as _;

use mlops_core::{Check, Detail, Outcome};
use mlops_stats::interval::wilson;
use serde::Serialize;
use serde_json::Value;

use super::candidate::GroupColumn;
use super::document::{Fields, one_of};
use super::resampling::{Resampling, as_core};
use super::{Candidate, text};
use crate::fairness::{
    Aggregate, Compared, Comparison, Disparity, Feature, FourFifths, GroupCounts, GroupKey, GroupMetric,
    GroupRows, Method, MetricFrame,
};
use crate::{Error, Result};

/// How many columns may make up the groups.
const MOST_COLUMNS: usize = 8;
/// The metrics by which groups are compared; with `four_fifths` and the named disparities.
const METRICS: [&str; 11] = [
    "selection_rate",
    "true_positive_rate",
    "false_positive_rate",
    "true_negative_rate",
    "false_negative_rate",
    "accuracy_score",
    "zero_one_loss",
    "balanced_accuracy_score",
    "precision_score",
    "recall_score",
    "f1_score",
];
const FOUR_FIFTHS: &str = "four_fifths";
const METHODS: [(&str, Method); 2] =
    [("between_groups", Method::BetweenGroups), ("to_overall", Method::ToOverall)];
const AGGREGATES: [(&str, Aggregate); 2] = [("worst_case", Aggregate::WorstCase), ("mean", Aggregate::Mean)];

/// Whether groups are treated alike.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct FairnessRule {
    by: Vec<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    control: Vec<String>,
    metric: String,
    #[serde(flatten)]
    asked: Asked,
    min_group: u32,
    #[serde(skip)]
    threshold: f64,
}

/// What is asked of the groups.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
enum Asked {
    FourFifths {},
    Difference {
        #[serde(skip_serializing_if = "Option::is_none")]
        compare: Option<Compare>,
        method: Method,
        #[serde(skip_serializing_if = "Option::is_none")]
        agg: Option<Aggregate>,
        max: f64,
    },
    Ratio {
        #[serde(skip_serializing_if = "Option::is_none")]
        compare: Option<Compare>,
        method: Method,
        #[serde(skip_serializing_if = "Option::is_none")]
        agg: Option<Aggregate>,
        min: f64,
    },
}

/// What is made of a metric that does not say so by its name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
enum Compare {
    Difference,
    Ratio,
}

impl FairnessRule {
    pub(super) fn read(fields: &mut Fields, threshold: Option<f64>) -> Result<Self> {
        let by = columns(fields, "by")?;
        if by.is_empty() {
            return Err(fields.invalid("by", "missing", "the name of a group column, or a list of them"));
        }
        let control = columns(fields, "control")?;
        if let Some(name) = control.iter().find(|name| by.contains(name)) {
            return Err(fields.invalid("control", format!("{name:?}"), "another column than those of by"));
        }
        let name = fields.text("metric")?;
        let words: Vec<&str> =
            Disparity::NAMES.iter().chain(&[FOUR_FIFTHS]).chain(&METRICS).copied().collect();
        let known = one_of(&words, name.as_deref());
        let metric = fields.needed("metric", name, &known)?;
        let min_group = fields.whole("min_group", 1..=1_000_000_000)?.unwrap_or(30);
        let Some(threshold) = threshold else {
            return Err(fields.invalid("metric", format!("{metric:?}"), "a decision_threshold in the file"));
        };
        let asked = if metric == FOUR_FIFTHS {
            Asked::FourFifths {}
        } else {
            let disparity = match Disparity::known(&metric) {
                Some(disparity) if Disparity::NAMES.contains(&metric.as_str()) => Some(disparity),
                _ if METRICS.contains(&metric.as_str()) => None,
                _ => return Err(fields.invalid("metric", format!("{metric:?}"), known)),
            };
            Self::read_limit(fields, &metric, disparity.as_ref())?
        };
        Ok(Self { by, control, metric, asked, min_group, threshold })
    }

    fn read_limit(fields: &mut Fields, metric: &str, disparity: Option<&Disparity>) -> Result<Asked> {
        let compare = if disparity.is_some() {
            None
        } else {
            let words = [("difference", Compare::Difference), ("ratio", Compare::Ratio)];
            let compare = fields.word("compare", &words)?;
            Some(fields.needed("compare", compare, "difference or ratio")?)
        };
        let agg = match disparity {
            Some(disparity) if disparity.metrics().len() > 1 => {
                Some(fields.word("agg", &AGGREGATES)?.unwrap_or_default())
            }
            _ => None,
        };
        let method = fields.word("method", &METHODS)?.unwrap_or_default();
        let is_ratio = match (disparity, compare) {
            (Some(disparity), _) => matches!(disparity.comparison(), Comparison::Ratio(_)),
            (None, compare) => compare == Some(Compare::Ratio),
        };
        // Both are taken, so that the wrong one is answered with what is right.
        let (max, min) = (fields.value("max"), fields.value("min"));
        let (key, limit, other) =
            if is_ratio { ("min", min, ("max", max)) } else { ("max", max, ("min", min)) };
        if let (other, Some(value)) = other {
            let word = if is_ratio { "ratio is to be large" } else { "difference is to be small" };
            let expected = format!("missing: the {word}, give {key}");
            return Err(fields.invalid(other, value, expected));
        }
        let expected = if is_ratio {
            "a ratio above 0, and at most 1"
        } else {
            "a difference of at least 0, and at most 1"
        };
        let limit = fields.needed(key, limit, expected)?;
        let valid =
            |limit: &f64| if is_ratio { *limit > 0.0 && *limit <= 1.0 } else { (0.0..=1.0).contains(limit) };
        let Some(number) = limit.as_f64().filter(valid) else {
            return Err(fields.invalid(key, limit, format!("{expected}, for {metric}")));
        };
        Ok(if is_ratio {
            Asked::Ratio { compare, method, agg, min: number }
        } else {
            Asked::Difference { compare, method, agg, max: number }
        })
    }

    pub(super) fn name(&self) -> String {
        let made = match self.asked {
            Asked::Difference { compare: Some(_), .. } => " difference",
            Asked::Ratio { compare: Some(_), .. } => " ratio",
            _ => "",
        };
        format!("{}: {}{made}", self.by.join(", "), self.metric)
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>, resampling: &Resampling) -> Check {
        let check = check.expected(self.expected());
        let answered = self.rows(candidate, |rows| {
            let counts = GroupCounts::of(rows).map_err(|error| error.to_string())?;
            match self.disparity() {
                None => self.four_fifths(&counts, resampling),
                Some(disparity) => self.compared(&disparity, &counts, rows, candidate, resampling),
            }
        });
        match answered {
            Err(reason) => check.because(reason),
            Ok(Answered { outcome, observed, interval, reason, details }) => {
                let check = Check { outcome, observed, interval, ..check };
                check.because(reason).details(details)
            }
        }
    }

    fn expected(&self) -> String {
        let of = format!("over groups of at least {} labels", self.min_group);
        match self.asked {
            Asked::FourFifths {} => format!("each selection rate at least 4/5 of the highest, {of}"),
            Asked::Difference { max, .. } => format!("<= {max} {of}"),
            Asked::Ratio { min, .. } => format!(">= {min} {of}"),
        }
    }

    /// None for the four-fifths rule, which counts.
    fn disparity(&self) -> Option<Disparity> {
        let (compare, method, agg) = match self.asked {
            Asked::FourFifths {} => return None,
            Asked::Difference { compare, method, agg, .. } | Asked::Ratio { compare, method, agg, .. } => {
                (compare, method, agg)
            }
        };
        let disparity = match compare {
            None => Disparity::known(&self.metric)?,
            Some(compare) => {
                let comparison = match compare {
                    Compare::Difference => Comparison::Difference(method),
                    Compare::Ratio => Comparison::Ratio(method),
                };
                Disparity::of_metric(GroupMetric::known(&self.metric)?, comparison)
            }
        };
        Some(disparity.method(method).aggregate(agg.unwrap_or_default()).min_rows(self.min_group.into()))
    }

    /// The labelled rows by group, for what is asked of them.
    fn rows(
        &self,
        candidate: &Candidate<'_>,
        ask: impl FnOnce(&GroupRows<'_>) -> Result<Answered, String>,
    ) -> Result<Answered, String> {
        let scored = candidate.rows()?;
        let words = |error: Error| error.to_string();
        let mut rows =
            GroupRows::scored(scored.labels(), scored.scores(), Some(self.threshold)).map_err(words)?;
        for name in &self.control {
            rows = rows.control(feature(candidate, name)?).map_err(words)?;
        }
        for name in &self.by {
            rows = rows.sensitive(feature(candidate, name)?).map_err(words)?;
        }
        ask(&rows)
    }

    fn four_fifths(&self, counts: &GroupCounts, resampling: &Resampling) -> Result<Answered, String> {
        let rule = FourFifths::default().min_rows(self.min_group.into()).level(resampling.level);
        let levels = rule.of(counts).map_err(|error| error.to_string())?;
        let mut details = Vec::new();
        let mut violations = Vec::new();
        for level in &levels {
            let place = place(&self.control, &level.control);
            for group in &level.groups {
                let mut note =
                    format!("{} of {} selected{}", group.selected, group.rows, between(&group.interval));
                if group.too_few {
                    note = format!("too few to say: {} of {}; {note}", group.rows, self.min_group);
                }
                if let Some(ratio) = group.ratio {
                    note = format!("{note}, {} of the highest rate", text::beside(ratio, 0.8));
                }
                if let Some(p_value) = group.p_value {
                    note = format!("{note}, p = {}", text::shown(p_value));
                }
                let label = format!("{place}{}", group.name);
                if group.violates {
                    let ratio = group.ratio.unwrap_or(f64::NAN);
                    violations.push(format!("{label} has {} of the highest rate", text::beside(ratio, 0.8)));
                }
                details.push(Detail { label, value: Some(group.rate), note });
            }
        }
        let observed = levels.iter().filter_map(|level| level.ratio).min_by(f64::total_cmp);
        let (outcome, reason) = if !violations.is_empty() {
            (Outcome::Failed, format!("{}, below 4/5", violations.join(", ")))
        } else if let Some(ratio) = observed {
            (Outcome::Passed, format!("the lowest rate is {} of the highest", text::beside(ratio, 0.8)))
        } else {
            let reasons = levels.iter().filter_map(|level| level.reason.clone());
            (Outcome::Inconclusive, reasons.collect::<Vec<_>>().join("; "))
        };
        Ok(Answered { outcome, observed, interval: None, reason, details })
    }

    fn compared(
        &self,
        disparity: &Disparity,
        counts: &GroupCounts,
        rows: &GroupRows<'_>,
        candidate: &Candidate<'_>,
        resampling: &Resampling,
    ) -> Result<Answered, String> {
        let words = |error: Error| error.to_string();
        let frame = disparity.frame(counts).map_err(words)?;
        let levels = disparity.of_frame(&frame).map_err(words)?;
        let mut details = self.details(disparity, counts, &frame, resampling.level);
        details.extend(resampling.told(candidate, None));
        let left_out: Vec<String> = levels
            .iter()
            .flat_map(|level| {
                let place = place(&self.control, &level.control);
                level.left_out.iter().map(move |out| format!("{place}{} ({})", out.group, out.reason))
            })
            .collect();
        let left_out =
            if left_out.is_empty() { String::new() } else { format!("; left out: {}", left_out.join(", ")) };
        let valued = levels.iter().enumerate().filter_map(|(index, level)| Some((level.value?, index)));
        // A level that can't be judged is no level where all is well: it is named.
        let mut unjudged = String::new();
        for level in levels.iter().filter(|level| level.value.is_none()) {
            let reason = level.reason.as_deref().unwrap_or("not defined");
            write!(unjudged, "; not judged: {}{reason}", place(&self.control, &level.control))
                .expect("writing to a string never fails");
        }
        let is_ratio = matches!(self.asked, Asked::Ratio { .. });
        let worst = if is_ratio {
            valued.min_by(|left, right| left.0.total_cmp(&right.0))
        } else {
            valued.max_by(|left, right| left.0.total_cmp(&right.0))
        };
        let Some((value, index)) = worst else {
            let reasons: Vec<String> = levels
                .iter()
                .map(|level| {
                    let reason = level.reason.as_deref().unwrap_or("not defined");
                    format!("{}{reason}", place(&self.control, &level.control))
                })
                .collect();
            let reason = format!("{}{left_out}", reasons.join("; "));
            return Ok(Answered {
                outcome: Outcome::Inconclusive,
                observed: None,
                interval: None,
                reason,
                details,
            });
        };
        let (holds, limit, word) = match self.asked {
            Asked::Ratio { min, .. } => (value >= min, min, ["at least", "below"]),
            Asked::Difference { max, .. } => (value <= max, max, ["at most", "above"]),
            Asked::FourFifths {} => (false, f64::NAN, ["", ""]),
        };
        let interval = Self::interval(disparity, rows, candidate, resampling, index);
        let level = &levels[index];
        let reason = format!(
            "{}{} is {} {limit}{}{unjudged}{left_out}",
            place(&self.control, &level.control),
            text::beside(value, limit),
            word[usize::from(!holds)],
            extremes(level)
        );
        let outcome = if holds { Outcome::Passed } else { Outcome::Failed };
        Ok(Answered { outcome, observed: Some(value), interval, reason, details })
    }

    /// Each group's value of each metric, with Wilson's interval where it is a plain share.
    fn details(
        &self,
        disparity: &Disparity,
        counts: &GroupCounts,
        frame: &MetricFrame,
        level: f64,
    ) -> Vec<Detail> {
        let mut details = Vec::new();
        for (number, group) in frame.groups.iter().enumerate().filter(|(_, group)| group.rows > 0) {
            for (metric, value) in disparity.metrics().iter().zip(&group.values) {
                let mut note = match counts.share_of(*metric, number) {
                    Some((part, whole)) => {
                        let interval = wilson(part, whole, level).ok();
                        format!("{part} of {whole}{}", interval.as_ref().map(between).unwrap_or_default())
                    }
                    None => text::count(usize::try_from(group.rows).unwrap_or(usize::MAX), "label", "labels"),
                };
                if group.too_few {
                    note = format!("too few to say: {} of {}; {note}", group.rows, self.min_group);
                } else if let Some(reason) = &value.note {
                    note = format!("{reason}; {note}");
                }
                let of = if disparity.metrics().len() > 1 {
                    format!(", {}", metric.name())
                } else {
                    String::new()
                };
                let label = format!("{}{}{of}", place(&self.control, &group.control), group.name);
                details.push(Detail { label, value: value.value, note });
            }
        }
        details
    }

    fn interval(
        disparity: &Disparity,
        rows: &GroupRows<'_>,
        candidate: &Candidate<'_>,
        resampling: &Resampling,
        level: usize,
    ) -> Option<mlops_core::Interval> {
        let blocks = candidate.blocks(&resampling.unit).ok()?;
        if blocks.len() < resampling.min_units as usize {
            return None;
        }
        let found = disparity.intervals(rows, &blocks, &resampling.bootstrap()).ok()?;
        found.get(level)?.interval.map(as_core)
    }
}

/// What a check says.
struct Answered {
    outcome: Outcome,
    observed: Option<f64>,
    interval: Option<mlops_core::Interval>,
    reason: String,
    details: Vec<Detail>,
}

/// One name, or a list of different ones.
fn columns(fields: &mut Fields, key: &'static str) -> Result<Vec<String>> {
    let expected = format!("the name of a group column, or a list of up to {MOST_COLUMNS} different ones");
    let names = match fields.value(key) {
        None => return Ok(Vec::new()),
        Some(Value::Array(names)) => names,
        Some(name) => vec![name],
    };
    let mut read: Vec<String> = Vec::with_capacity(names.len().min(MOST_COLUMNS));
    for name in &names {
        match name.as_str() {
            Some(text)
                if (1..=256).contains(&text.len())
                    && read.len() < MOST_COLUMNS
                    && !read.iter().any(|other| other == text) =>
            {
                read.push(text.to_owned());
            }
            _ => return Err(fields.invalid(key, name, expected)),
        }
    }
    if read.is_empty() {
        return Err(fields.invalid(key, "an empty list", expected));
    }
    Ok(read)
}

fn feature(candidate: &Candidate<'_>, name: &str) -> Result<Feature, String> {
    let Some(column) = candidate.group(name) else {
        let given = candidate.group_names();
        return Err(if given.is_empty() {
            format!("there is no group column {name:?}: none was given")
        } else {
            format!("there is no group column {name:?}, expected {}", one_of(&given, Some(name)))
        });
    };
    Ok(as_feature(column))
}

fn as_feature(column: &GroupColumn) -> Feature {
    let key = |group| column.key(group).map_or(GroupKey::Missing, GroupKey::from);
    let keys: Vec<GroupKey> = (0..column.groups()).map(key).collect();
    Feature::of_codes(column.name(), &keys, column.of_rows())
}

/// A control level in front of a group.
fn place(names: &[String], keys: &[GroupKey]) -> String {
    let parts = names.iter().zip(keys).map(|(name, key)| format!("{name}={key}, "));
    parts.collect()
}

fn between(interval: &mlops_stats::interval::Interval) -> String {
    format!(" [{}, {}]", text::shown(interval.lower), text::shown(interval.upper))
}

fn extremes(level: &Compared) -> String {
    match (&level.lowest, &level.highest) {
        (Some(lowest), Some(highest)) if lowest != highest => {
            format!(": {lowest} has the lowest value, {highest} the highest")
        }
        _ => String::new(),
    }
}
