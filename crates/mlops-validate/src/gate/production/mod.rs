use mlops_core::{Check, Detail, Outcome};
use serde::Serialize;

use super::candidate::Side;
use super::document::Fields;
use super::metric::Metric;
use super::resampling::Resampling;
use super::rule::Need;
use super::unit::Unit;
use super::window::day_name;
use super::{Candidate, text};
use crate::Result;
use crate::interval::as_core;

mod difference;
mod method;

use difference::Difference;
use method::Method;

/// Against the model in production on the same rows: not worse by `margin` or more, or
/// better by more than `margin`.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct ProductionRule {
    metric: Metric,
    margin: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    method: Option<Method>,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Unit>,
    #[serde(skip)]
    claim: Claim,
}

/// What the candidate has to show.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Claim {
    NotWorse,
    Better,
}

impl ProductionRule {
    pub(super) fn read(
        fields: &mut Fields,
        threshold: Option<f64>,
        resampling: &Resampling,
        better: bool,
    ) -> Result<Self> {
        let claim = if better { Claim::Better } else { Claim::NotWorse };
        let metric = Metric::read(fields, threshold)?.that_ranks(fields)?;
        // A gain is asked for in units of the metric, and those of numbers have no end.
        let most = if let Metric::Classes(_) = metric { 1.0 } else { f64::MAX };
        let margin = match claim {
            Claim::NotWorse => {
                let expected = if most > 1.0 {
                    "above 0: how much worse is still taken as equal"
                } else {
                    "above 0 and at most 1: how much worse is still taken as equal"
                };
                let margin = fields.number("margin", |margin| margin > 0.0 && margin <= most, expected)?;
                fields.needed("margin", margin, expected)?
            }
            Claim::Better => {
                let expected = "at least 0, and below 1 for a metric of classes: the least gain that counts";
                let valid = |margin: f64| margin >= 0.0 && (margin < 1.0 || most > 1.0);
                fields.number("margin", valid, expected)?.unwrap_or(0.0)
            }
        };
        let unit = Unit::read(fields)?;
        let method = Method::read(fields, metric, resampling.unit(unit.as_ref()))?;
        let method = if better { Some(method.unwrap_or(Method::Blocks)) } else { method };
        Ok(Self { metric, margin, method, unit, claim })
    }

    pub(super) fn name(&self) -> String {
        match self.claim {
            Claim::NotWorse => format!("{} against production", self.metric.name()),
            Claim::Better => format!("{} better than production", self.metric.name()),
        }
    }

    pub(super) fn needs<'r>(&'r self, resampling: &'r Resampling) -> Vec<Need<'r>> {
        let unit = resampling.unit(self.unit.as_ref());
        match self.method() {
            Method::Blocks => {
                vec![(Side::Candidate, self.metric, unit), (Side::Production, self.metric, unit)]
            }
            _ => Vec::new(),
        }
    }

    fn method(&self) -> Method {
        self.method.unwrap_or(Method::Blocks)
    }

    /// The difference that has to be exceeded, as candidate less production.
    fn limit(&self) -> f64 {
        match (self.claim, self.metric.worst_is_lowest()) {
            (Claim::NotWorse, true) | (Claim::Better, false) => -self.margin,
            (Claim::NotWorse, false) | (Claim::Better, true) => self.margin,
        }
    }

    fn expected(&self, resampling: &Resampling) -> String {
        let (name, level) = (self.metric.name(), 100.0 * resampling.level);
        let limit = self.limit() + 0.0;
        let what = format!("{level} % interval of the difference in {name}");
        let by = self.method().told(resampling.unit(self.unit.as_ref()));
        if self.metric.worst_is_lowest() {
            format!("lower end of the {what} > {limit}{by}")
        } else {
            format!("upper end of the {what} < {limit}{by}")
        }
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>, resampling: &Resampling) -> Check {
        let check = check.expected(self.expected(resampling));
        if !candidate.is_compared() {
            return check
                .because("it was not said what stands in production: there are no rows to compare on");
        }
        let Some(version) = candidate.production() else {
            let reason = format!("no version of {} is in production", candidate.subject().model);
            return Check { outcome: Outcome::NotApplicable, ..check }.because(reason);
        };
        let difference = match self.difference(candidate, resampling) {
            Ok(difference) => difference,
            Err(reason) => return check.because(reason),
        };
        let (outcome, reason) = self.judge(&difference, resampling);
        let Difference { value, interval, units, values, detail, .. } = difference;
        let mut details = vec![
            detail_of("candidate", values.0, candidate.subject().version.to_string()),
            detail_of("production", values.1, version.to_string()),
            units,
        ];
        details.extend(detail);
        let shown = format!(
            "{} [{}, {}]",
            text::difference(value),
            text::difference(interval.lower),
            text::difference(interval.upper)
        );
        Check { outcome, ..check }
            .observed(value)
            .interval(as_core(interval))
            .because(format!("{shown} to {version}: {reason}"))
            .details(details)
    }

    fn difference(&self, candidate: &Candidate<'_>, resampling: &Resampling) -> Result<Difference, String> {
        // Whoever is not there is named before anything is counted.
        let both = (candidate.evaluated(Side::Candidate)?, candidate.evaluated(Side::Production)?);
        self.metric.takes_both_classes(&both.0)?;
        let unit = resampling.unit(self.unit.as_ref());
        let asked = difference::Asked { metric: self.metric, limit: self.limit(), unit };
        let method = self.method();
        if let Method::Blocks = method {
            // A metric that has no value is named before units are counted.
            let _ = candidate.digested(Side::Candidate, self.metric, unit)?;
            let _ = candidate.digested(Side::Production, self.metric, unit)?;
        }
        let units = candidate.blocks(unit)?.len();
        if units < resampling.min_units as usize {
            let seen = unit.counted(units);
            let needed = resampling.min_units;
            return Err(match unit {
                Unit::UtcDay => {
                    let days = candidate.day_numbers();
                    let named: Vec<String> = days.iter().take(5).map(|day| day_name(*day)).collect();
                    let more = if days.len() > named.len() { ", …" } else { "" };
                    format!("{seen} of the {needed} needed: {}{more}", named.join(", "))
                }
                _ => format!("{seen} of the {needed} needed"),
            });
        }
        match method {
            Method::Blocks => asked.by_blocks(candidate, resampling),
            Method::Delong => asked.by_delong(both, resampling),
            Method::Mcnemar => asked.by_mcnemar(both, resampling),
            Method::Permutation => asked.by_permutation(both, candidate, resampling),
        }
    }

    /// What the end of the interval that matters says about the margin.
    fn judge(&self, difference: &Difference, resampling: &Resampling) -> (Outcome, String) {
        let higher_is_better = self.metric.worst_is_lowest();
        let (limit, interval) = (self.limit(), difference.interval);
        let (end, excludes, refuted) = if higher_is_better {
            (interval.lower, interval.lower > limit, interval.upper <= limit)
        } else {
            (interval.upper, interval.upper < limit, interval.lower >= limit)
        };
        let margin = self.margin;
        let shown_end = text::beside(end, limit);
        match self.claim {
            Claim::NotWorse if excludes || difference.nothing_differs => {
                (Outcome::Passed, format!("a loss of {margin} is excluded"))
            }
            Claim::NotWorse if refuted => (Outcome::Failed, format!("it is worse by {margin} or more")),
            Claim::NotWorse => {
                let reason =
                    format!("a loss of {margin} can't be excluded, the interval reaches {shown_end}");
                (Outcome::Failed, reason)
            }
            Claim::Better if difference.nothing_differs => {
                (Outcome::Inconclusive, "nothing differs, so nothing can be said of a gain".to_owned())
            }
            Claim::Better if excludes => {
                // The interval is an approximation where few rows tell; coins are not.
                let tail = 0.5 * (1.0 - resampling.level);
                match difference.exact.filter(|exact| *exact > tail) {
                    Some(exact) => {
                        let exact = text::beside(exact, tail);
                        (Outcome::Failed, format!("the exact test does not show a gain, its p is {exact}"))
                    }
                    None if margin > 0.0 => (Outcome::Passed, format!("it is better by more than {margin}")),
                    None => (Outcome::Passed, "it is better".to_owned()),
                }
            }
            Claim::Better if refuted && margin > 0.0 => {
                (Outcome::Failed, format!("it is not better by more than {margin}"))
            }
            Claim::Better if refuted => (Outcome::Failed, "it is not better".to_owned()),
            Claim::Better => {
                let reason = if margin > 0.0 {
                    format!("a gain of {margin} or less can't be excluded, the interval reaches {shown_end}")
                } else {
                    format!("it is not shown to be better, the interval reaches {shown_end}")
                };
                (Outcome::Failed, reason)
            }
        }
    }
}

fn detail_of(label: &str, value: Option<f64>, note: String) -> Detail {
    Detail { label: label.to_owned(), value, note }
}
