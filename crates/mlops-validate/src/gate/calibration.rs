use mlops_core::{Check, Detail, Outcome};
use mlops_stats::bootstrap::{BlockCalibration, CalibrationMetric};
use mlops_stats::classification::Bins;
use serde::Serialize;

use super::candidate::takes_both_classes;
use super::document::{Fields, one_of};
use super::limits::Limits;
use super::resampling::Resampling;
use super::unit::Unit;
use super::{Candidate, text};
use crate::Result;
use crate::interval::as_core;

const DEFAULT_BINS: u32 = 10;
const MEASURES: [(&str, CalibrationMetric); 7] = [
    ("ece", CalibrationMetric::ExpectedError),
    ("max_calibration_error", CalibrationMetric::MaximumError),
    ("brier_reliability", CalibrationMetric::BrierReliability),
    ("debiased_squared_error", CalibrationMetric::DebiasedSquaredError),
    ("in_the_large", CalibrationMetric::ObservedExpected),
    ("intercept", CalibrationMetric::Intercept),
    ("slope", CalibrationMetric::Slope),
];

/// How far probabilities may be from what they say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct CalibrationRule {
    measure: &'static str,
    #[serde(skip_serializing_if = "Option::is_none")]
    bins: Option<u32>,
    #[serde(skip_serializing_if = "Option::is_none")]
    binning: Option<Bins>,
    #[serde(flatten)]
    limits: Limits,
    /// Whether all of the interval has to be within the limits.
    shown: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Unit>,
    #[serde(skip)]
    metric: CalibrationMetric,
}

impl CalibrationRule {
    pub(super) fn read(fields: &mut Fields) -> Result<Self> {
        let names = MEASURES.map(|(name, _)| name);
        let name = fields.text("measure")?;
        let known = one_of(&names, name.as_deref());
        let name = fields.needed("measure", name, &known)?;
        let Some((measure, metric)) = MEASURES.into_iter().find(|(known, _)| *known == name) else {
            return Err(fields.invalid("measure", format!("{name:?}"), known));
        };
        let bins = fields.whole("bins", 1..=10_000)?;
        let binning = fields.word("binning", &[("uniform", Bins::Uniform), ("quantile", Bins::Quantile)])?;
        let (bins, binning) = if metric.takes_bins() {
            (Some(bins.unwrap_or(DEFAULT_BINS)), Some(binning.unwrap_or_default()))
        } else {
            for (key, there) in [("bins", bins.is_some()), ("binning", binning.is_some())] {
                if there {
                    return Err(fields.invalid(key, "there", format!("missing: {measure} takes no bins")));
                }
            }
            (None, None)
        };
        let least = match metric {
            CalibrationMetric::Intercept | CalibrationMetric::Slope => f64::NEG_INFINITY,
            _ => 0.0,
        };
        let most = if metric.takes_bins() { 1.0 } else { f64::INFINITY };
        let limits = Limits::between(fields, least, most, measure)?;
        if let (true, Some(min)) = (metric.takes_bins(), limits.min()) {
            return Err(fields.invalid("min", min, format!("max: a lower {measure} is better")));
        }
        let shown = fields.truth("shown")?.unwrap_or(false);
        Ok(Self { measure, bins, binning, limits, shown, unit: Unit::read(fields)?, metric })
    }

    pub(super) fn name(&self) -> String {
        format!("calibration: {}", self.measure)
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>, resampling: &Resampling) -> Check {
        let limits = self.limits.expected();
        let check = check.expected(if self.shown {
            format!("{} % interval {limits}", 100.0 * resampling.level)
        } else {
            limits
        });
        let unit = resampling.unit(self.unit.as_ref());
        let digested = candidate.rows().and_then(|rows| {
            takes_both_classes(&rows)?;
            let bins = self.bins.unwrap_or(DEFAULT_BINS) as usize;
            let blocks = candidate.blocks(unit)?;
            BlockCalibration::new(self.metric, &rows, &blocks, bins, self.binning.unwrap_or_default())
                .map_err(|error| error.to_string())
        });
        let digested = match digested {
            Ok(digested) => digested,
            Err(reason) => return check.because(reason),
        };
        let Some(value) = digested.of(&vec![1; digested.blocks()]) else {
            return check.because("it has no value for these rows");
        };
        let check = check.observed(value);
        let estimate = if digested.blocks() < resampling.min_units as usize {
            let seen = unit.counted(digested.blocks());
            Err(format!("{seen} of the {} needed for an interval", resampling.min_units))
        } else {
            resampling.bootstrap().calibration(&digested).map_err(|error| error.to_string())
        };
        let details = self.details(resampling, unit, digested.blocks());
        let (outcome, reason) = match (&estimate, self.shown) {
            (Err(reason), true) => return check.because(reason.clone()).details(details),
            (Ok(estimate), true) => {
                let interval = estimate.interval;
                let (lower, upper) = (text::shown(interval.lower), text::shown(interval.upper));
                let within = self.limits.judge(interval.lower).0 == Outcome::Passed
                    && self.limits.judge(interval.upper).0 == Outcome::Passed;
                let shown = format!("{} [{lower}, {upper}]", text::shown(value));
                if within {
                    (Outcome::Passed, format!("{shown}: all of it is {}", self.limits.expected()))
                } else {
                    (Outcome::Failed, format!("{shown}: not all of it is {}", self.limits.expected()))
                }
            }
            (_, false) => self.limits.judge(value),
        };
        let interval = estimate.ok().map(|estimate| as_core(estimate.interval));
        Check { outcome, interval, ..check }.because(reason).details(details)
    }

    fn details(&self, resampling: &Resampling, unit: &Unit, units: usize) -> Vec<Detail> {
        let mut details = vec![resampling.drawn(unit, units)];
        if let (Some(bins), Some(binning)) = (self.bins, self.binning) {
            let note = match binning {
                Bins::Uniform => "of equal width",
                Bins::Quantile => "of equally many rows",
            };
            let value = Some(f64::from(bins));
            details.push(Detail { label: "bins".to_owned(), value, note: note.to_owned() });
        }
        details
    }
}
