use std::collections::VecDeque;
use std::fmt;
use std::time::Duration;

use mlops_core::{Finding, Timestamp};
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// When drift of a column becomes an alarm, and when that is over.
///
/// A look says what it saw; an alarm is what a person hears of. The default begins one with
/// the first look at which the column drifted (the share of α that a look has pays for
/// chance already) and ends it with two quiet looks in a row.
///
/// A look that could not judge the column changes nothing. A column that is gone, new or of
/// another kind counts as drifted.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct AlarmSettings {
    /// An alarm begins with a look at which the column drifted, if it did in so many of the
    /// latest looks; 1.
    pub drifts: u32,
    /// Of how many of the latest looks, this one among them; 1.
    pub looks: u32,
    /// How many quiet looks in a row end it; 2.
    pub quiet: u32,
    /// A look without drift is quiet if the column also went no further than this share of the
    /// way to its limit ([`Comparison::reach`](crate::Comparison::reach)); between 0 and 1.
    /// `None`, the default: any look without drift is quiet.
    pub release: Option<f64>,
    /// For how long after an alarm has begun no other of the same column begins; zero.
    pub cool_down: Duration,
}

impl Default for AlarmSettings {
    fn default() -> Self {
        Self { drifts: 1, looks: 1, quiet: 2, release: None, cool_down: Duration::ZERO }
    }
}

/// The latest looks are remembered column by column.
const MOST_LOOKS: u32 = 1_000;

impl AlarmSettings {
    /// An alarm begins after drift in `drifts` of the latest `looks` looks.
    #[must_use]
    pub const fn after(mut self, drifts: u32, looks: u32) -> Self {
        (self.drifts, self.looks) = (drifts, looks);
        self
    }

    /// It ends after so many quiet looks in a row.
    #[must_use]
    pub const fn until_quiet(mut self, looks: u32) -> Self {
        self.quiet = looks;
        self
    }

    /// A look is quiet only if the column went no further than this share of its limit.
    #[must_use]
    pub const fn release(mut self, share: f64) -> Self {
        self.release = Some(share);
        self
    }

    /// For so long after one began, no other begins.
    #[must_use]
    pub const fn cool_down(mut self, time: Duration) -> Self {
        self.cool_down = time;
        self
    }

    pub(super) fn check(&self) -> Result<()> {
        let refuse = |setting, value, expected| Err(Error::Setting { setting, value, expected });
        if self.looks == 0 || self.looks > MOST_LOOKS {
            return refuse("looks before an alarm", f64::from(self.looks), "between 1 and 1000");
        }
        if self.drifts == 0 || self.drifts > self.looks {
            return refuse("drifts before an alarm", f64::from(self.drifts), "between 1 and the looks");
        }
        if self.quiet == 0 {
            return refuse("quiet looks after an alarm", 0.0, "at least 1");
        }
        match self.release {
            Some(share) if !(share > 0.0 && share <= 1.0) => {
                refuse("release of an alarm", share, "above 0 and at most 1")
            }
            _ => Ok(()),
        }
    }
}

/// Where a column stands.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum AlarmState {
    /// Nothing of note in the latest looks.
    #[default]
    Quiet,
    /// It drifted in some of the latest looks, but in too few for an alarm.
    Suspected,
    /// There is an alarm.
    Alarmed,
    /// An alarm is over, and it is too early for another.
    Cooling,
}

impl fmt::Display for AlarmState {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Quiet => "quiet",
            Self::Suspected => "suspected",
            Self::Alarmed => "alarmed",
            Self::Cooling => "cooling",
        })
    }
}

/// A column that drifted, from when to when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
#[must_use]
pub struct Alarm {
    /// The end of the window with which it began.
    pub since: Timestamp,
    /// The end of the window with which it was over; `None` as long as it is not.
    pub until: Option<Timestamp>,
    /// In how many looks the column has drifted since it began, that one among them.
    pub drifts: u64,
    /// What was found when it began.
    pub began_with: Finding,
}

impl Alarm {
    pub(super) fn new(since: Timestamp, began_with: Finding) -> Self {
        Self { since, until: None, drifts: 1, began_with }
    }

    /// The column.
    pub fn column(&self) -> &str {
        &self.began_with.subject
    }

    /// Whether it goes on.
    pub fn is_open(&self) -> bool {
        self.until.is_none()
    }

    /// What was found when it began, with since when it is, and until when it was.
    pub fn finding(&self) -> Finding {
        Finding { reason: self.in_words(), ..self.began_with.clone() }
    }

    fn in_words(&self) -> String {
        let reason = &self.began_with.reason;
        let looks = if self.drifts == 1 { "look" } else { "looks" };
        match self.until {
            None => format!("alarm since {}: {reason}", self.since),
            Some(until) => format!(
                "alarm from {} until {}, drift in {} {looks}, at first: {reason}",
                self.since, until, self.drifts
            ),
        }
    }
}

/// The column and its alarm in words.
impl fmt::Display for Alarm {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.column(), self.in_words())
    }
}

/// What is remembered of one column.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub(super) struct Track {
    /// Whether it drifted, in the latest looks that judged it, the oldest first.
    drifted: VecDeque<bool>,
    /// Quiet looks in a row.
    quiet: u32,
    pub(super) open: Option<Alarm>,
    /// When the latest alarm began.
    began: Option<Timestamp>,
}

/// What a look says of one column.
pub(super) enum Seen {
    Drift(Finding),
    Quiet,
    /// No drift, but too far away to be called quiet.
    Restless,
}

impl Track {
    /// One more look, which ended at `at`; the alarm that began or ended with it.
    pub(super) fn see(&mut self, settings: &AlarmSettings, at: Timestamp, seen: Seen) -> Option<Alarm> {
        if self.open.is_some() { self.goes_on(settings, at, &seen) } else { self.begins(settings, at, seen) }
    }

    fn begins(&mut self, settings: &AlarmSettings, at: Timestamp, seen: Seen) -> Option<Alarm> {
        self.drifted.push_back(matches!(seen, Seen::Drift(_)));
        while self.drifted.len() > settings.looks as usize {
            self.drifted.pop_front();
        }
        let Seen::Drift(finding) = seen else {
            return None;
        };
        if self.drifts() < settings.drifts as usize || self.cools(settings, at) {
            return None;
        }
        let alarm = Alarm::new(at, finding);
        (self.open, self.began, self.quiet) = (Some(alarm.clone()), Some(at), 0);
        Some(alarm)
    }

    fn goes_on(&mut self, settings: &AlarmSettings, at: Timestamp, seen: &Seen) -> Option<Alarm> {
        let alarm = self.open.as_mut()?;
        match seen {
            Seen::Quiet => self.quiet = self.quiet.saturating_add(1),
            Seen::Restless => self.quiet = 0,
            Seen::Drift(_) => {
                alarm.drifts = alarm.drifts.saturating_add(1);
                self.quiet = 0;
            }
        }
        if self.quiet < settings.quiet {
            return None;
        }
        (self.quiet, self.drifted) = (0, VecDeque::new());
        let mut over = self.open.take()?;
        over.until = Some(at);
        Some(over)
    }

    fn drifts(&self) -> usize {
        self.drifted.iter().filter(|drifted| **drifted).count()
    }

    fn cools(&self, settings: &AlarmSettings, at: Timestamp) -> bool {
        self.began.is_some_and(|began| at < began + settings.cool_down)
    }

    pub(super) fn state(&self, settings: &AlarmSettings, at: Timestamp) -> AlarmState {
        if self.open.is_some() {
            AlarmState::Alarmed
        } else if self.cools(settings, at) {
            AlarmState::Cooling
        } else if self.drifts() > 0 {
            AlarmState::Suspected
        } else {
            AlarmState::Quiet
        }
    }

    /// Why no looks lead to this, if they don't.
    pub(super) fn damage(&self, column: &str) -> Option<String> {
        if self.drifted.len() > MOST_LOOKS as usize {
            return Some(format!("{} looks at {column:?} are more than are remembered", self.drifted.len()));
        }
        let alarm = self.open.as_ref()?;
        let same = alarm.column() == column && alarm.is_open() && self.began == Some(alarm.since);
        (!same).then(|| format!("the alarm of {column:?} is one of {:?}, or is over", alarm.column()))
    }
}
