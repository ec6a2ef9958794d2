use mlops_core::{Check, Outcome};
use mlops_stats::classification::BinaryMetric;
use serde::Serialize;

use super::candidate::Side;
use super::document::Fields;
use super::metric::Metric;
use super::resampling::Resampling;
use super::unit::Unit;
use super::{Candidate, text};
use crate::Result;

/// The log loss against that of a model which knows nothing but the positive rate of the
/// evaluated rows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub(super) struct ConstantRateRule {
    #[serde(skip_serializing_if = "Option::is_none")]
    unit: Option<Unit>,
}

impl ConstantRateRule {
    pub(super) const METRIC: Metric = Metric::Classes(BinaryMetric::LogLoss);

    pub(super) fn read(fields: &mut Fields) -> Result<Self> {
        Ok(Self { unit: Unit::read(fields)? })
    }

    pub(super) const fn unit(&self) -> Option<&Unit> {
        self.unit.as_ref()
    }

    pub(super) fn check(&self, check: Check, candidate: &Candidate<'_>, resampling: &Resampling) -> Check {
        let check = check.expected("below the log loss of the constant positive rate");
        let rows = match candidate.rows() {
            Ok(rows) => rows,
            Err(reason) => return check.because(reason),
        };
        let (loss, rate) = match (candidate.value(Side::Candidate, Self::METRIC), rows.positive_rate()) {
            (Ok(loss), Ok(rate)) => (loss, rate),
            (Err(reason), _) => return check.because(reason),
            (_, Err(error)) => return check.because(error.to_string()),
        };
        let constant = -(rate * rate.ln() + (1.0 - rate) * (1.0 - rate).ln());
        let rate = text::shown(rate);
        let (shown_loss, shown_constant) = text::both(loss, constant);
        let expected = format!("< {shown_constant}, the log loss of the constant rate {rate}");
        let (outcome, word) =
            if loss < constant { (Outcome::Passed, "below") } else { (Outcome::Failed, "not below") };
        let reason = format!("{shown_loss} is {word} {shown_constant}");
        let interval = resampling.interval(Side::Candidate, Self::METRIC, candidate, self.unit());
        let details = resampling.told(candidate, self.unit());
        Check { outcome, interval, details, ..check }.observed(loss).expected(expected).because(reason)
    }
}
