use std::fmt;
use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::Labels;
use super::sample::Sample;
use crate::{Error, Result};

/// What a value is held against. Plain IEEE comparisons: NaN meets none of them but `!=`.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "op", content = "threshold")]
#[non_exhaustive]
pub enum Condition {
    /// Above.
    #[serde(rename = ">", with = "mlops_core::number")]
    Above(f64),
    /// Below.
    #[serde(rename = "<", with = "mlops_core::number")]
    Below(f64),
    /// At least.
    #[serde(rename = ">=", with = "mlops_core::number")]
    AtLeast(f64),
    /// At most.
    #[serde(rename = "<=", with = "mlops_core::number")]
    AtMost(f64),
    /// Equal.
    #[serde(rename = "==", with = "mlops_core::number")]
    Equal(f64),
    /// Not equal.
    #[serde(rename = "!=", with = "mlops_core::number")]
    NotEqual(f64),
    /// There is no sample at all, of whatever series.
    #[serde(rename = "absent")]
    Absent,
}

impl Condition {
    /// Whether a value meets it; [`Absent`](Self::Absent) is met by no value.
    #[expect(clippy::float_cmp, reason = "a rule that says `==` means it")]
    pub fn holds(self, value: f64) -> bool {
        match self {
            Self::Above(threshold) => value > threshold,
            Self::Below(threshold) => value < threshold,
            Self::AtLeast(threshold) => value >= threshold,
            Self::AtMost(threshold) => value <= threshold,
            Self::Equal(threshold) => value == threshold,
            Self::NotEqual(threshold) => value != threshold,
            Self::Absent => false,
        }
    }
}

/// `> 0.025`
impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Above(threshold) => write!(f, "> {threshold}"),
            Self::Below(threshold) => write!(f, "< {threshold}"),
            Self::AtLeast(threshold) => write!(f, ">= {threshold}"),
            Self::AtMost(threshold) => write!(f, "<= {threshold}"),
            Self::Equal(threshold) => write!(f, "== {threshold}"),
            Self::NotEqual(threshold) => write!(f, "!= {threshold}"),
            Self::Absent => f.write_str("absent"),
        }
    }
}

/// When to call someone: settings, with the semantics of Prometheus' alerting rules.
///
/// ```
/// use mlops_monitor::{AlertRule, Condition};
/// let rule = AlertRule::new("calibration gap", Condition::Above(0.025))?.at_least(1_000);
/// assert_eq!(rule.to_string(), "calibration gap > 0.025, of at least 1,000");
/// # Ok::<(), mlops_monitor::Error>(())
/// ```
///
/// # Source
/// Prometheus 2.42, `rules/alerting.go`: the states are those that `promtool test rules` gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct AlertRule {
    name: String,
    condition: Condition,
    hold: Duration,
    keep_firing: Duration,
    min_count: u64,
}

#[derive(Serialize, Deserialize)]
struct Written {
    name: String,
    #[serde(flatten)]
    condition: Condition,
    #[serde(rename = "for", default)]
    hold: Duration,
    #[serde(rename = "keep_firing_for", default)]
    keep_firing: Duration,
    #[serde(default)]
    min_count: u64,
}

impl TryFrom<Written> for AlertRule {
    type Error = Error;
    fn try_from(written: Written) -> Result<Self> {
        let Written { name, condition, hold, keep_firing, min_count } = written;
        Ok(Self { hold, keep_firing, min_count, ..Self::new(name, condition)? })
    }
}

impl From<AlertRule> for Written {
    fn from(rule: AlertRule) -> Self {
        let AlertRule { name, condition, hold, keep_firing, min_count } = rule;
        Self { name, condition, hold, keep_firing, min_count }
    }
}

impl AlertRule {
    /// A rule that fires as soon as its condition holds.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the name is empty, or the threshold is NaN, which nothing can meet.
    pub fn new(name: impl Into<String>, condition: Condition) -> Result<Self> {
        let name = name.into();
        if name.trim().is_empty() {
            let (value, expected) = (format!("{name:?}"), "a name");
            return Err(Error::Parameter { what: "name of an alert rule", value, expected });
        }
        match condition {
            Condition::Above(threshold)
            | Condition::Below(threshold)
            | Condition::AtLeast(threshold)
            | Condition::AtMost(threshold)
            | Condition::Equal(threshold)
            | Condition::NotEqual(threshold)
                if threshold.is_nan() =>
            {
                let (value, expected) = (threshold.to_string(), "a number");
                Err(Error::Parameter { what: "threshold", value, expected })
            }
            _ => {
                Ok(Self { name, condition, hold: Duration::ZERO, keep_firing: Duration::ZERO, min_count: 0 })
            }
        }
    }

    /// Fires only when the condition has held for so long, at every evaluation (`for`).
    #[must_use]
    pub const fn held_for(mut self, hold: Duration) -> Self {
        self.hold = hold;
        self
    }

    /// Goes on firing for so long after the condition ended (`keep_firing_for`).
    #[must_use]
    pub const fn keep_firing_for(mut self, keep: Duration) -> Self {
        self.keep_firing = keep;
        self
    }

    /// Takes a sample of fewer observations, or of nobody knows how many, as one that is not there.
    #[must_use]
    pub const fn at_least(mut self, observations: u64) -> Self {
        self.min_count = observations;
        self
    }

    /// Its name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// What a value is held against.
    pub const fn condition(&self) -> Condition {
        self.condition
    }

    /// How long the condition must have held.
    pub const fn hold(&self) -> Duration {
        self.hold
    }

    /// How long it goes on firing.
    pub const fn keep_firing(&self) -> Duration {
        self.keep_firing
    }

    /// Of how many observations a sample must be.
    pub const fn min_count(&self) -> u64 {
        self.min_count
    }

    /// Whether there is a sample as far as this rule is concerned.
    pub(super) fn sees(&self, sample: &Sample) -> bool {
        self.min_count == 0 || sample.count.is_some_and(|count| count >= self.min_count)
    }

    /// What an alert says if its sample has no words: that the condition holds, or no longer does.
    pub(super) fn words(&self, labels: &Labels, value: f64, holds: bool) -> String {
        let (head, condition) = (self.series(labels), self.condition);
        match (condition, holds) {
            (Condition::Absent, true) => format!("{head}: there is no sample"),
            (Condition::Absent, false) => format!("{head}: there is a sample again"),
            (_, true) => format!("{head}: {value} {condition}"),
            (_, false) => format!("{head}: {value}, no longer {condition}"),
        }
    }

    /// What an alert says that ends because there is no sample as far as this rule is concerned.
    pub(super) fn no_sample(&self, labels: &Labels) -> String {
        let head = self.series(labels);
        match self.min_count {
            0 => format!("{head}: no sample"),
            1 => format!("{head}: no sample with an observation"),
            count => {
                format!("{head}: no sample with at least {} observations", crate::performance::grouped(count))
            }
        }
    }

    /// The rule and the series.
    fn series(&self, labels: &Labels) -> String {
        let name = &self.name;
        if labels == &Labels::default() { name.clone() } else { format!("{name} {labels}") }
    }
}

/// `calibration gap > 0.025, of at least 1,000`
impl fmt::Display for AlertRule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.condition)?;
        if !self.hold.is_zero() {
            write!(f, " for {:?}", self.hold)?;
        }
        if !self.keep_firing.is_zero() {
            write!(f, ", kept firing for {:?}", self.keep_firing)?;
        }
        if self.min_count > 0 {
            write!(f, ", of at least {}", crate::performance::grouped(self.min_count))?;
        }
        Ok(())
    }
}
