use std::fmt;

use mlops_core::{Finding, Severity, Timestamp};
use serde::{Deserialize, Serialize};

use crate::stream::Reading;
use crate::words::short;

/// A detector saw a change.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct StreamAlarm {
    /// What was watched.
    pub stream: String,
    /// Which detector.
    pub detector: String,
    /// The place in the stream of the value that raised it, from 0.
    pub index: u64,
    /// When that value came, if it was said.
    pub at: Option<Timestamp>,
    /// How many values the detector had taken since it began anew.
    pub observations: u64,
    /// Their mean, the values after the change among them.
    pub mean: f64,
    /// What the detector looked at.
    pub reading: Reading,
}

impl StreamAlarm {
    /// The same as a finding.
    pub fn finding(&self, severity: Severity) -> Finding {
        let expected = self.reading.drift.map_or_else(
            || "no change".to_owned(),
            |limit| format!("no change: not at the limit of {}", short(limit)),
        );
        Finding {
            subject: self.stream.clone(),
            rule: self.detector.clone(),
            severity,
            observed: self.reading.value,
            expected,
            reason: self.to_string(),
        }
    }
}

/// The alarm in one sentence.
impl fmt::Display for StreamAlarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {} has changed, seen at value {}", self.detector, self.stream, self.index)?;
        if let Some(at) = self.at {
            write!(f, " ({at})")?;
        }
        write!(f, ", after {} values with a mean of {}", self.observations, short(self.mean))
    }
}
