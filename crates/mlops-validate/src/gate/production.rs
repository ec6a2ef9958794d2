use mlops_core::{Check, Detail, Outcome};
use mlops_stats::bootstrap::{BlockMetric, Blocks};
use serde::Serialize;

use super::document::Fields;
use super::metric::Metric;
use super::resampling::{Resampling, as_core};
use super::window::day_name;
use super::{Candidate, text};
use crate::Result;

/// Not worse than the model in production by `margin` or more: paired on the same rows,
/// whole units drawn.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct ProductionRule {
    metric: Metric,
    margin: f64,
}

impl ProductionRule {
    pub(super) fn read(fields: &mut Fields, threshold: Option<f64>) -> Result<Self> {
        let metric = Metric::read(fields, threshold)?.that_ranks(fields)?;
        let expected = "above 0 and at most 1: how much worse is still taken as equal";
        let margin = fields.number("margin", |margin| margin > 0.0 && margin <= 1.0, expected)?;
        Ok(Self { metric, margin: fields.needed("margin", margin, expected)? })
    }

    pub(super) fn name(&self) -> String {
        format!("{} against production", self.metric.name())
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>, resampling: &Resampling) -> Check {
        let higher_is_better = self.metric.worst_is_lowest();
        let (name, margin, level) = (self.metric.name(), self.margin, 100.0 * resampling.level);
        let check = check.expected(if higher_is_better {
            format!("lower end of the {level} % interval of the difference in {name} > -{margin}")
        } else {
            format!("upper end of the {level} % interval of the difference in {name} < {margin}")
        });
        let Some(version) = candidate.production() else {
            let reason = format!("no version of {} is in production", candidate.subject().model);
            return Check { outcome: Outcome::NotApplicable, ..check }.because(reason);
        };
        let (candidate_metric, production_metric) = match self.digest(candidate) {
            Ok(both) => both,
            Err(reason) => return check.because(reason),
        };
        let days = candidate.day_numbers();
        if days.len() < resampling.min_units as usize {
            let named: Vec<String> = days.iter().take(5).map(|day| day_name(*day)).collect();
            let more = if days.len() > named.len() { ", …" } else { "" };
            let seen = text::count(days.len(), "UTC day", "UTC days");
            let needed = resampling.min_units;
            return check.because(format!("{seen} of the {needed} needed: {}{more}", named.join(", ")));
        }
        let estimate = match resampling.bootstrap().difference(&candidate_metric, &production_metric) {
            Ok(estimate) => estimate,
            Err(error) => {
                let seen = text::count(days.len(), "UTC day", "UTC days");
                return check.because(format!("{error} ({seen}, {} on)", day_name(days[0])));
            }
        };
        let interval = estimate.interval;
        let (outcome, reason) = if higher_is_better {
            verdict(interval.lower, -margin, interval.lower > -margin, interval.upper <= -margin)
        } else {
            verdict(interval.upper, margin, interval.upper < margin, interval.lower >= margin)
        };
        let once = vec![1; candidate_metric.blocks()];
        let drawn = format!("drawn whole {} times, seed {}", resampling.replicates, resampling.seed);
        let details = vec![
            detail("candidate", candidate_metric.of(&once), candidate.subject().version.to_string()),
            detail("production", production_metric.of(&once), version.to_string()),
            detail("UTC days", Some(days.len() as f64), drawn),
        ];
        let shown = format!(
            "{} [{}, {}]",
            text::difference(estimate.value),
            text::difference(interval.lower),
            text::difference(interval.upper)
        );
        Check { outcome, ..check }
            .observed(estimate.value)
            .interval(as_core(interval))
            .because(format!("{shown} to {version}: {reason}"))
            .details(details)
    }

    fn digest(&self, candidate: &Candidate<'_>) -> Result<(BlockMetric, BlockMetric), String> {
        let rows = candidate.rows()?;
        let production = candidate.production_rows().ok_or("nothing is in production")??;
        let blocks: &Blocks = candidate.days().ok_or("there are no labelled rows")?;
        let of = |rows| BlockMetric::new(self.metric.get(), rows, blocks).map_err(|error| error.to_string());
        Ok((of(&rows)?, of(&production)?))
    }
}

/// What the end of the interval that matters says about the margin.
fn verdict(end: f64, limit: f64, excludes: bool, shown_worse: bool) -> (Outcome, String) {
    let end = text::beside(end, limit);
    if excludes {
        (Outcome::Passed, format!("a loss of {} is excluded", limit.abs()))
    } else if shown_worse {
        (Outcome::Failed, format!("it is worse by {} or more", limit.abs()))
    } else {
        (Outcome::Failed, format!("a loss of {} can't be excluded, the interval reaches {end}", limit.abs()))
    }
}

fn detail(label: &str, value: Option<f64>, note: String) -> Detail {
    Detail { label: label.to_owned(), value, note }
}
