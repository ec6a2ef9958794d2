use mlops_core::{Check, Timestamp};
use serde::Serialize;

use super::Candidate;
use super::behaviour::BehaviourRule;
use super::business::BusinessRule;
use super::calibration::CalibrationRule;
use super::candidate::Side;
use super::constant_rate::ConstantRateRule;
use super::document::{Fields, one_of};
use super::fairness::FairnessRule;
use super::findings::FindingsRule;
use super::golden::GoldenRule;
use super::groups::{GroupDifferenceRule, WorstGroupRule};
use super::latency::{LatencyRule, MemoryRule, ThroughputRule};
use super::metric::Metric;
use super::metric_rule::MetricRule;
use super::production::ProductionRule;
use super::resampling::Resampling;
use super::threshold::ThresholdRule;
use super::unit::Unit;
use super::window::WindowRule;
use super::worst_slice::WorstSliceRule;
use crate::Result;

/// What a check asks.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Rule {
    EvaluationWindow(WindowRule),
    Metric(MetricRule),
    LogLossBelowConstantRate(ConstantRateRule),
    WorstGroup(WorstGroupRule),
    GroupDifference(GroupDifferenceRule),
    Fairness(FairnessRule),
    Latency(LatencyRule),
    Throughput(ThroughputRule),
    Memory(MemoryRule),
    NotWorseThanProduction(ProductionRule),
    BetterThanProduction(ProductionRule),
    MetricThreshold(ThresholdRule),
    Calibration(CalibrationRule),
    BusinessValue(BusinessRule),
    Behaviour(BehaviourRule),
    Golden(GoldenRule),
    WorstSlice(WorstSliceRule),
    Findings(FindingsRule),
    Custom(CustomRule),
}

/// A metric of one model by what is drawn as a whole.
pub(super) type Need<'r> = (Side, Metric, &'r Unit);

/// A check whose answer comes from the caller's code, by the name of the check.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct CustomRule {}

const KINDS: [&str; 19] = [
    "evaluation_window",
    "metric",
    "log_loss_below_constant_rate",
    "worst_group",
    "group_difference",
    "fairness",
    "latency",
    "throughput",
    "memory",
    "not_worse_than_production",
    "better_than_production",
    "metric_threshold",
    "calibration",
    "business_value",
    "behaviour",
    "golden",
    "worst_slice",
    "findings",
    "custom",
];

impl Rule {
    /// Reads `kind` and the fields of that kind; `threshold` and `resampling` are those of
    /// the file.
    pub(super) fn read(fields: &mut Fields, threshold: Option<f64>, resampling: &Resampling) -> Result<Self> {
        let kind = fields.text("kind")?;
        let known = one_of(&KINDS, kind.as_deref());
        let kind = fields.needed("kind", kind, &known)?;
        Ok(match kind.as_str() {
            "evaluation_window" => Self::EvaluationWindow(WindowRule::read(fields)?),
            "metric" => Self::Metric(MetricRule::read(fields, threshold)?),
            "log_loss_below_constant_rate" => Self::LogLossBelowConstantRate(ConstantRateRule::read(fields)?),
            "worst_group" => Self::WorstGroup(WorstGroupRule::read(fields, threshold)?),
            "group_difference" => Self::GroupDifference(GroupDifferenceRule::read(fields, threshold)?),
            "fairness" => Self::Fairness(FairnessRule::read(fields, threshold)?),
            "latency" => Self::Latency(LatencyRule::read(fields)?),
            "throughput" => Self::Throughput(ThroughputRule::read(fields)?),
            "memory" => Self::Memory(MemoryRule::read(fields)?),
            "not_worse_than_production" => {
                Self::NotWorseThanProduction(ProductionRule::read(fields, threshold, resampling, false)?)
            }
            "better_than_production" => {
                Self::BetterThanProduction(ProductionRule::read(fields, threshold, resampling, true)?)
            }
            "metric_threshold" => Self::MetricThreshold(ThresholdRule::read(fields, threshold)?),
            "calibration" => Self::Calibration(CalibrationRule::read(fields)?),
            "business_value" => Self::BusinessValue(BusinessRule::read(fields, threshold)?),
            "behaviour" => Self::Behaviour(BehaviourRule::read(fields)?),
            "golden" => Self::Golden(GoldenRule::read(fields)?),
            "worst_slice" => Self::WorstSlice(WorstSliceRule::read(fields, threshold)?),
            "findings" => Self::Findings(FindingsRule::read(fields)?),
            "custom" => Self::Custom(CustomRule {}),
            _ => return Err(fields.invalid("kind", format!("{kind:?}"), known)),
        })
    }

    /// What the check is called if the file does not say; `None` if the file has to.
    pub(super) fn name(&self) -> Option<String> {
        Some(match self {
            Self::EvaluationWindow(_) => "evaluation window".to_owned(),
            Self::Metric(rule) => rule.name(),
            Self::LogLossBelowConstantRate(_) => "log_loss below constant rate".to_owned(),
            Self::WorstGroup(rule) => rule.name(),
            Self::GroupDifference(rule) => rule.name(),
            Self::Fairness(rule) => rule.name(),
            Self::Latency(rule) => rule.name(),
            Self::Throughput(_) => "throughput".to_owned(),
            Self::Memory(rule) => rule.name(),
            Self::NotWorseThanProduction(rule) | Self::BetterThanProduction(rule) => rule.name(),
            Self::MetricThreshold(rule) => rule.name(),
            Self::Calibration(rule) => rule.name(),
            Self::BusinessValue(rule) => rule.name(),
            Self::Behaviour(rule) => rule.name(),
            Self::Golden(rule) => rule.name(),
            Self::WorstSlice(rule) => rule.name(),
            Self::Findings(rule) => rule.name(),
            Self::Custom(_) => return None,
        })
    }

    /// Whether it measures the machine, and so must have it for itself.
    pub(super) const fn measures_time(&self) -> bool {
        matches!(self, Self::Latency(_) | Self::Throughput(_) | Self::Memory(_))
    }

    /// What of the rows it asks for, so that each is computed once for all checks.
    pub(super) fn needs<'r>(&'r self, resampling: &'r Resampling) -> Vec<Need<'r>> {
        match self {
            Self::Metric(rule) => {
                let of_rows = rule.of_rows();
                of_rows
                    .map_or(vec![], |(metric, unit)| vec![(Side::Candidate, metric, resampling.unit(unit))])
            }
            Self::LogLossBelowConstantRate(rule) => {
                vec![(Side::Candidate, ConstantRateRule::METRIC, resampling.unit(rule.unit()))]
            }
            Self::NotWorseThanProduction(rule) | Self::BetterThanProduction(rule) => rule.needs(resampling),
            _ => Vec::new(),
        }
    }

    /// Fills in a check that is inconclusive so far.
    pub(super) fn check(
        &self,
        check: Check,
        candidate: &Candidate<'_>,
        resampling: &Resampling,
        at: Timestamp,
    ) -> Check {
        match self {
            Self::EvaluationWindow(rule) => rule.check(check, candidate, at),
            Self::Metric(rule) => rule.check(check, candidate, resampling),
            Self::LogLossBelowConstantRate(rule) => rule.check(check, candidate, resampling),
            Self::WorstGroup(rule) => rule.check(check, candidate),
            Self::GroupDifference(rule) => rule.check(check, candidate),
            Self::Fairness(rule) => rule.check(check, candidate, resampling),
            Self::Latency(rule) => rule.check(check, candidate),
            Self::Throughput(rule) => rule.check(check, candidate),
            Self::Memory(rule) => rule.check(check, candidate),
            Self::NotWorseThanProduction(rule) | Self::BetterThanProduction(rule) => {
                rule.check(check, candidate, resampling)
            }
            Self::MetricThreshold(rule) => rule.check(check, candidate),
            Self::Calibration(rule) => rule.check(check, candidate, resampling),
            Self::BusinessValue(rule) => rule.check(check, candidate, resampling),
            Self::Behaviour(rule) => rule.check(check, candidate),
            Self::Golden(rule) => rule.check(check, candidate),
            Self::WorstSlice(rule) => rule.check(check, candidate, resampling),
            Self::Findings(rule) => rule.check(check, candidate),
            Self::Custom(_) => check.because("no judge was given for it"),
        }
    }
}
