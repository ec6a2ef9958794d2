use std::fmt;

use mlops_stats::interval::Interval;
use serde::{Deserialize, Serialize};

/// How an effect and a p-value become an answer.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Decision {
    /// The effect reaches the limit, and the p-value, adjusted for all tests of the report,
    /// is at most the report's α. Without a p-value the effect decides.
    #[default]
    EffectBeyondChance,
    /// The p-value, looked at alone, lies below the limit, however small the effect is.
    PValueBelow,
    /// The effect reaches the limit, however few rows there are.
    EffectAtLeast,
}

/// Where the values went.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Direction {
    /// To larger values.
    Up,
    /// To smaller values.
    Down,
    /// Apart: the spread grew more than the mean moved.
    Wider,
    /// Together.
    Narrower,
    /// Categories: some are more frequent, others less.
    Mixed,
}

impl fmt::Display for Direction {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Up => "up",
            Self::Down => "down",
            Self::Wider => "wider",
            Self::Narrower => "narrower",
            Self::Mixed => "mixed",
        })
    }
}

/// What a test found.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct Measurement {
    /// How far apart the two are; 0 is not at all. NaN makes the column inconclusive.
    pub effect: f64,
    /// What the effect is counted in, such as `reference standard deviations`.
    pub unit: String,
    /// From this effect on a difference matters; for [`Decision::PValueBelow`], below this p-value.
    pub limit: f64,
    /// From this effect on a difference that is no drift is called slight. `None`: half of
    /// the limit where effect and chance decide together, never where one decides alone.
    pub slight: Option<f64>,
    /// How likely such a difference is by chance alone; `None` if the effect is to decide.
    pub p_value: Option<f64>,
    /// What is taken together to an answer.
    pub decision: Decision,
    /// Between which values the effect lies, had there been many more rows.
    pub interval: Option<Interval>,
    /// Where the values went. `None`: as mean and spread tell it.
    pub direction: Option<Direction>,
    /// The name of the test that a test of tests chose. `None`: the test's own name.
    pub test: Option<String>,
}

impl Measurement {
    /// A measurement whose effect alone decides, until a p-value is added.
    pub fn new(effect: f64, unit: impl Into<String>, limit: f64) -> Self {
        Self {
            effect,
            unit: unit.into(),
            limit,
            slight: None,
            p_value: None,
            decision: Decision::EffectBeyondChance,
            interval: None,
            direction: None,
            test: None,
        }
    }

    /// Adds how likely it is by chance; all p-values of a report are judged together.
    #[must_use]
    pub fn p_value(mut self, p_value: f64) -> Self {
        self.p_value = Some(p_value);
        self
    }

    /// Sets what decides.
    #[must_use]
    pub fn decided_by(mut self, decision: Decision) -> Self {
        self.decision = decision;
        self
    }

    /// From this effect on a difference that is no drift is called slight.
    #[must_use]
    pub fn slight_from(mut self, effect: f64) -> Self {
        self.slight = Some(effect);
        self
    }

    /// Adds between which values the effect lies.
    #[must_use]
    pub fn within(mut self, interval: Interval) -> Self {
        self.interval = Some(interval);
        self
    }

    /// Says where the values went.
    #[must_use]
    pub fn towards(mut self, direction: Direction) -> Self {
        self.direction = Some(direction);
        self
    }

    /// Names the test that was chosen.
    #[must_use]
    pub fn named(mut self, test: impl Into<String>) -> Self {
        self.test = Some(test.into());
        self
    }
}
