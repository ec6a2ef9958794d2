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

/// Why an alert ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Ending {
    /// There was a sample, and it did not meet the condition.
    Over,
    /// There was no sample, or one of too few observations: nobody knows whether it is over.
    NoSample,
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
    /// Why it ended, if it has: what the series showed at the evaluation that ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended: Option<Ending>,
    /// The latest value that met the condition; of an alert that is over, the value that no
    /// longer did; NaN if it ended without a sample. That of absence is 1, and then 0.
    #[serde(with = "mlops_core::number")]
    pub value: f64,
    /// When it was evaluated.
    pub at: Timestamp,
    /// Since when the condition has held without a break, or held when it last did.
    pub since: Timestamp,
    /// The same in words for a person, those of the sample if it brought any.
    pub summary: String,
}

impl Alert {
    /// Whether it was firing, and has ended for whatever reason: [`ended`](Self::ended) knows it.
    pub fn has_ended(&self) -> bool {
        self.before == AlertState::Firing && self.state == AlertState::Inactive
    }

    /// Whether it was firing, and is over: a sample no longer met the condition. One that
    /// ended without a sample is not resolved.
    pub fn is_resolved(&self) -> bool {
        self.has_ended() && self.ended == Some(Ending::Over)
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

/// What a series shows at an evaluation.
#[derive(Clone, Copy, Debug)]
struct Seen<'a> {
    /// Whether it meets the condition.
    holds: bool,
    value: f64,
    /// Those that the sample brought.
    words: Option<&'a str>,
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
    /// ordered by labels. A series that is not among them has no sample now, and one of too
    /// few observations none either: its alert ends, but not because things are well again.
    ///
    /// A moment before the last one, as clocks may give it, ends nothing and begins
    /// nothing too early: no time has passed then. O(n log n) for n series.
    ///
    /// # Errors
    /// [`Error::Parameter`] if two samples have the same labels; nothing has changed then.
    pub fn evaluate(&mut self, at: Timestamp, samples: &[Sample]) -> Result<Vec<Alert>> {
        let no_labels = Labels::default();
        let mut seen = self.look(samples, &no_labels)?;
        let mut active = Vec::with_capacity(seen.len());
        let mut changed = Vec::new();
        for mut known in std::mem::take(&mut self.active) {
            let before = known.state();
            let now = seen.remove(&known.labels);
            let stays = match now {
                Some(now) if now.holds => {
                    (known.value, known.kept_since) = (now.value, None);
                    known.summary = self.words(&known.labels, now);
                    known.firing |= at.saturating_since(known.since) >= self.rule.hold();
                    true
                }
                _ if known.firing => {
                    let kept_since = *known.kept_since.get_or_insert(at);
                    at.saturating_since(kept_since) < self.rule.keep_firing()
                }
                _ => false,
            };
            if !stays {
                changed.push(self.ended(&known, now, at));
            } else if known.state() != before {
                changed.push(self.alert(&known, before, known.state(), at));
            }
            if stays {
                active.push(known);
            }
        }
        for (labels, now) in seen.into_iter().filter(|(_, now)| now.holds) {
            let new = Active {
                labels: labels.clone(),
                firing: self.rule.hold().is_zero(),
                value: now.value,
                since: at,
                kept_since: None,
                summary: self.words(labels, now),
            };
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

    /// What each series shows, as far as the rule sees it. A rule that watches for absence
    /// sees one series without labels, which shows whether there is no sample.
    fn look<'a>(
        &self,
        samples: &'a [Sample],
        no_labels: &'a Labels,
    ) -> Result<BTreeMap<&'a Labels, Seen<'a>>> {
        let mut all = BTreeSet::new();
        let mut seen = BTreeMap::new();
        for sample in samples {
            if !all.insert(&sample.labels) {
                let expected = "one sample a series";
                return Err(Error::Parameter {
                    what: "samples of series",
                    value: sample.labels.to_string(),
                    expected,
                });
            }
            if self.rule.sees(sample) {
                let (value, words) = (sample.value, sample.words.as_deref());
                let holds = self.rule.condition().holds(value);
                seen.insert(&sample.labels, Seen { holds, value, words });
            }
        }
        if self.rule.condition() == Condition::Absent {
            let holds = seen.is_empty();
            let value = if holds { 1.0 } else { 0.0 };
            seen = BTreeMap::from([(no_labels, Seen { holds, value, words: None })]);
        }
        Ok(seen)
    }

    fn words(&self, labels: &Labels, now: Seen<'_>) -> String {
        now.words.map_or_else(|| self.rule.words(labels, now.value, now.holds), str::to_owned)
    }

    /// The end of an alert whose series shows this now.
    fn ended(&self, known: &Active, now: Option<Seen<'_>>, at: Timestamp) -> Alert {
        // The figures of before would read as if they still were.
        let (ending, value, summary) = match now {
            Some(now) => (Ending::Over, now.value, self.words(&known.labels, now)),
            None => (Ending::NoSample, f64::NAN, self.rule.no_sample(&known.labels)),
        };
        let ended = Some(ending);
        Alert { ended, value, summary, ..self.alert(known, known.state(), AlertState::Inactive, at) }
    }

    fn alert(&self, known: &Active, before: AlertState, state: AlertState, at: Timestamp) -> Alert {
        Alert {
            rule: self.rule.name().to_owned(),
            labels: known.labels.clone(),
            before,
            state,
            ended: None,
            value: known.value,
            at,
            since: known.since,
            summary: known.summary.clone(),
        }
    }
}
