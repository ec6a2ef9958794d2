use std::fmt::Write as _;

use mlops_core::{Detail, Outcome};
use mlops_stats::interval::wilson;

use super::{Asked, FairnessRule};
use crate::Error;
use crate::fairness::{
    Compared, Disparity, Feature, FourFifths, GroupCounts, GroupKey, GroupRows, MetricFrame,
};
use crate::gate::candidate::GroupColumn;
use crate::gate::resampling::Resampling;
use crate::gate::{Candidate, text};
use crate::interval::as_core;

/// What a check says.
pub(super) struct Answered {
    pub(super) outcome: Outcome,
    pub(super) observed: Option<f64>,
    pub(super) interval: Option<mlops_core::Interval>,
    pub(super) reason: String,
    pub(super) details: Vec<Detail>,
}

impl FairnessRule {
    /// The labelled rows by group, for what is asked of them.
    pub(super) fn rows(
        &self,
        candidate: &Candidate<'_>,
        ask: impl FnOnce(&GroupRows<'_>) -> Result<Answered, String>,
    ) -> Result<Answered, String> {
        let scored = candidate.rows()?;
        let words = |error: Error| error.to_string();
        let mut rows =
            GroupRows::scored(scored.labels(), scored.scores(), Some(self.threshold)).map_err(words)?;
        for name in &self.control {
            rows = rows.control(candidate.column(name).map(as_feature)?).map_err(words)?;
        }
        for name in &self.by {
            rows = rows.sensitive(candidate.column(name).map(as_feature)?).map_err(words)?;
        }
        ask(&rows)
    }

    pub(super) fn four_fifths(
        &self,
        counts: &GroupCounts,
        resampling: &Resampling,
    ) -> Result<Answered, String> {
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

    pub(super) fn compared(
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
