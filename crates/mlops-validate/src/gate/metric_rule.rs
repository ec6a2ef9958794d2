use mlops_core::Check;
use serde::Serialize;

use super::Candidate;
use super::candidate::Side;
use super::document::Fields;
use super::limits::Limits;
use super::metric::Metric;
use super::resampling::Resampling;
use super::source::{Asked, Source};
use super::unit::Unit;
use crate::Result;

/// A metric of the candidate against fixed limits.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct MetricRule {
    #[serde(flatten)]
    asked: Asked,
    #[serde(flatten)]
    limits: Limits,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Unit>,
}

impl MetricRule {
    pub(super) fn read(fields: &mut Fields, threshold: Option<f64>) -> Result<Self> {
        let asked = Asked::read(fields, threshold, Some(Source::Rows))?;
        let limits = match asked.of_rows() {
            Some(metric) => Limits::read(fields, metric)?.on_the_right_side(fields, metric)?,
            None => Limits::of_any(fields)?,
        };
        let unit = Unit::read(fields)?;
        if asked.of_rows().is_none() && unit.is_some() {
            let expected = "missing: a metric computed elsewhere has no rows to draw from";
            return Err(fields.invalid("unit", "there", expected));
        }
        Ok(Self { asked, limits, unit })
    }

    pub(super) fn name(&self) -> String {
        self.asked.name().to_owned()
    }

    /// The metric of the rows that has to be digested by units.
    pub(super) fn of_rows(&self) -> Option<(Metric, Option<&Unit>)> {
        self.asked.of_rows().map(|metric| (metric, self.unit.as_ref()))
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>, resampling: &Resampling) -> Check {
        let check = check.expected(self.limits.expected());
        let value = match self.asked.value(candidate, Side::Candidate) {
            Ok(value) => value,
            Err(reason) => return check.because(reason),
        };
        let (outcome, reason) = self.limits.judge(value);
        let check = Check { outcome, ..check }.observed(value).because(reason);
        match self.asked.of_rows() {
            None => check,
            Some(metric) => {
                let interval = resampling.interval(Side::Candidate, metric, candidate, self.unit.as_ref());
                Check { interval, ..check }.details(resampling.told(candidate, self.unit.as_ref()))
            }
        }
    }
}
