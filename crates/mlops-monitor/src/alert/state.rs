use std::collections::{BTreeMap, BTreeSet};

use mlops_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::rule::{AlertRule, Condition};
use super::sample::{Labels, Sample};
use crate::{Error, Result};

/// Where an alert stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth state in Prometheus")]
pub enum AlertState {
    /// The condition does not hold.
    Inactive,
    /// It holds, but not for long enough.
    Pending,
    /// It has held for long enough, or ended so shortly ago that it goes on firing.
    Firing,
}

impl std::fmt::Display for AlertState {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Inactive => "inactive",
            Self::Pending => "pending",
            Self::Firing => "firing",
        })
    }
}

/// An alert of a series: as it stands, or as it has just changed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Alert {
    /// The name of the rule.
    pub rule: String,
    /// The labels of the series; none if the rule watches for absence.
    pub labels: Labels,
    /// Where it stood before the evaluation.
    pub before: AlertState,
    /// Where it stands.
    pub state: AlertState,
    /// The latest value that met the condition.
    #[serde(with = "mlops_core::number")]
    pub value: f64,
    /// When it was evaluated.
    pub at: Timestamp,
    /// Since when the condition has held without a break, or held when it last did.
    pub since: Timestamp,
    /// The same in words for a person.
    pub summary: String,
}

impl Alert {
    /// Whether it was firing, and has ended.
    pub fn is_resolved(&self) -> bool {
        self.before == AlertState::Firing && self.state == AlertState::Inactive
    }

    /// Whether it has just begun to fire.
    pub fn has_begun(&self) -> bool {
        self.before != AlertState::Firing && self.state == AlertState::Firing
    }
}

/// A rule and what it remembers of each series: a pure state machine.
///
/// It has no clock and does no I/O. Its state is a serde value; read back, it goes on as
/// if nothing had happened.
///
/// ```
/// use std::time::Duration;
/// use mlops_core::Timestamp;
/// use mlops_monitor::{AlertRule, AlertState, Condition, RuleState, Sample};
///
/// let rule = AlertRule::new("failures", Condition::Above(0.01))?.held_for(Duration::from_secs(120));
/// let mut state = RuleState::new(rule);
/// let start: Timestamp = "2013-04-01T00:00:00Z".parse()?;
/// let mut seen = Vec::new();
/// for minute in 0..4 {
///     let at = start + Duration::from_secs(60 * minute);
///     let changed = state.evaluate(at, &[Sample::new(0.02)])?;
///     seen.extend(changed.into_iter().map(|alert| (minute, alert.state)));
/// }
/// assert_eq!(seen, [(0, AlertState::Pending), (2, AlertState::Firing)]);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct RuleState {
    rule: AlertRule,
    /// The series whose alerts are pending or firing; a list, since keys of JSON are text.
    active: Vec<Active>,
    evaluated: Option<Timestamp>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Active {
    labels: Labels,
    firing: bool,
    #[serde(with = "mlops_core::number")]
    value: f64,
    since: Timestamp,
    /// When the condition ended, if it did and the alert goes on firing.
    kept_since: Option<Timestamp>,
    summary: String,
}

impl Active {
    const fn state(&self) -> AlertState {
        if self.firing { AlertState::Firing } else { AlertState::Pending }
    }
}

impl RuleState {
    /// The rule before its first evaluation.
    pub const fn new(rule: AlertRule) -> Self {
        Self { rule, active: Vec::new(), evaluated: None }
    }

    /// The rule.
    pub const fn rule(&self) -> &AlertRule {
        &self.rule
    }

    /// Looks at what the series show at the moment `at`, and returns what has changed,
    /// ordered by labels. A series that is not among them has no sample now.
    ///
    /// A moment before the last one, as clocks may give it, ends nothing and begins
    /// nothing too early: no time has passed then. O(n log n) for n series.
    ///
    /// # Errors
    /// [`Error::Parameter`] if two samples have the same labels; nothing has changed then.
    pub fn evaluate(&mut self, at: Timestamp, samples: &[Sample]) -> Result<Vec<Alert>> {
        let mut met = self.met(samples)?;
        let mut active = Vec::with_capacity(met.len());
        let mut changed = Vec::new();
        for mut known in std::mem::take(&mut self.active) {
            let before = known.state();
            let stays = match met.remove(&known.labels) {
                Some((value, summary)) => {
                    (known.value, known.summary, known.kept_since) = (value, summary, None);
                    known.firing |= at.saturating_since(known.since) >= self.rule.hold();
                    true
                }
                None if known.firing => {
                    let kept_since = *known.kept_since.get_or_insert(at);
                    at.saturating_since(kept_since) < self.rule.keep_firing()
                }
                None => false,
            };
            if !stays {
                changed.push(self.alert(&known, before, AlertState::Inactive, at));
            } else if known.state() != before {
                changed.push(self.alert(&known, before, known.state(), at));
            }
            if stays {
                active.push(known);
            }
        }
        for (labels, (value, summary)) in met {
            let firing = self.rule.hold().is_zero();
            let new = Active { labels, firing, value, since: at, kept_since: None, summary };
            changed.push(self.alert(&new, AlertState::Inactive, new.state(), at));
            active.push(new);
        }
        active.sort_by(|a, b| a.labels.cmp(&b.labels));
        changed.sort_by(|a, b| a.labels.cmp(&b.labels));
        self.active = active;
        self.evaluated = Some(at);
        Ok(changed)
    }

    /// The alerts that are pending or firing, as of the last evaluation, ordered by labels.
    pub fn active(&self) -> impl Iterator<Item = Alert> {
        let at = self.evaluated.unwrap_or_default();
        self.active.iter().map(move |known| self.alert(known, known.state(), known.state(), at))
    }

    /// The series that meet the condition, with value and words.
    fn met(&self, samples: &[Sample]) -> Result<BTreeMap<Labels, (f64, String)>> {
        let mut seen = BTreeSet::new();
        let mut met = BTreeMap::new();
        let mut any = false;
        for sample in samples {
            if !seen.insert(&sample.labels) {
                let expected = "one sample a series";
                return Err(Error::Parameter {
                    what: "samples of series",
                    value: sample.labels.to_string(),
                    expected,
                });
            }
            if !self.rule.sees(sample) {
                continue;
            }
            any = true;
            if self.rule.condition().holds(sample.value) {
                let words = sample.words.clone();
                let words = words.unwrap_or_else(|| self.rule.words(&sample.labels, sample.value));
                met.insert(sample.labels.clone(), (sample.value, words));
            }
        }
        if self.rule.condition() == Condition::Absent && !any {
            let labels = Labels::default();
            let words = self.rule.words(&labels, 1.0);
            met.insert(labels, (1.0, words));
        }
        Ok(met)
    }

    fn alert(&self, known: &Active, before: AlertState, state: AlertState, at: Timestamp) -> Alert {
        Alert {
            rule: self.rule.name().to_owned(),
            labels: known.labels.clone(),
            before,
            state,
            value: known.value,
            at,
            since: known.since,
            summary: known.summary.clone(),
        }
    }
}
