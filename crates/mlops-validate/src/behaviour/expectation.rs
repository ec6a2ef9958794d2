use serde::Serialize;

use crate::document::Fields;
use crate::{Error, Result};

/// What must not change under an invariance test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a prediction is a score or a class")]
pub enum Unchanged {
    /// The score, by more than this.
    Tolerance(f64),
    /// The class, which is positive from this score on.
    Threshold(f64),
}

/// Where a score has to move.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there are no other directions")]
pub enum Direction {
    /// Up; staying is not enough.
    Up,
    /// Down; staying is not enough.
    Down,
    /// Up, or not at all.
    NotDown,
    /// Down, or not at all.
    NotUp,
}

pub(super) const DIRECTIONS: [(&str, Direction); 4] = [
    ("up", Direction::Up),
    ("down", Direction::Down),
    ("not_down", Direction::NotDown),
    ("not_up", Direction::NotUp),
];

/// How a score has to move under a directional test.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Movement {
    pub(super) moves: Direction,
    pub(super) at_least: f64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) at_most: Option<f64>,
    pub(super) tolerance: f64,
}

impl Movement {
    /// In this direction, by however much.
    pub const fn new(moves: Direction) -> Self {
        Self { moves, at_least: 0.0, at_most: None, tolerance: 0.0 }
    }

    /// By at least this; not for directions that allow to stay.
    #[must_use]
    pub const fn at_least(mut self, by: f64) -> Self {
        self.at_least = by;
        self
    }

    /// By at most this.
    #[must_use]
    pub const fn at_most(mut self, by: f64) -> Self {
        self.at_most = Some(by);
        self
    }

    /// What is forgiven at each limit, such as noise of the model. Up is up nevertheless: a
    /// score that stays, or moves the other way, has not moved there.
    #[must_use]
    pub const fn tolerance(mut self, by: f64) -> Self {
        self.tolerance = by;
        self
    }

    pub(super) fn read(fields: &mut Fields) -> Result<Self> {
        let moves = fields.word("moves", &DIRECTIONS)?;
        let moves = fields.needed("moves", moves, "up, down, not_down or not_up")?;
        let by = |by: f64| by >= 0.0;
        let expected = "a number, at least 0";
        Ok(Self {
            moves,
            at_least: fields.number("at_least", by, expected)?.unwrap_or(0.0),
            at_most: fields.number("at_most", by, expected)?,
            tolerance: fields.number("tolerance", by, expected)?.unwrap_or(0.0),
        })
    }

    pub(super) fn check(&self, path: &str) -> Result<()> {
        let refuse = |key: &str, value: f64, expected: &str| {
            Err(Error::invalid(super::WHAT, format!("{path}.{key}"), value, expected))
        };
        let proper = |by: f64| by >= 0.0 && by.is_finite();
        let strict = matches!(self.moves, Direction::Up | Direction::Down);
        if !proper(self.tolerance) {
            return refuse("tolerance", self.tolerance, "a number, at least 0");
        }
        if !proper(self.at_least) || (!strict && self.at_least > 0.0) {
            return refuse("at_least", self.at_least, "a number, at least 0, with up or down");
        }
        match self.at_most {
            Some(by) if !proper(by) || by < self.at_least => {
                refuse("at_most", by, "a number, not below at_least")
            }
            _ => Ok(()),
        }
    }

    pub(super) fn holds(&self, before: f64, after: f64) -> bool {
        // Two infinite scores of one sign are the same score.
        let moved = if before.to_bits() == after.to_bits() { 0.0 } else { after - before };
        let (along, strict) = match self.moves {
            Direction::Up => (moved, true),
            Direction::Down => (-moved, true),
            Direction::NotDown => (moved, false),
            Direction::NotUp => (-moved, false),
        };
        let far_enough = if strict {
            along > 0.0 && along + self.tolerance >= self.at_least
        } else {
            along >= -self.tolerance
        };
        far_enough && self.at_most.is_none_or(|most| along <= most + self.tolerance)
    }

    pub(super) fn words(&self) -> String {
        let (name, _) = DIRECTIONS[match self.moves {
            Direction::Up => 0,
            Direction::Down => 1,
            Direction::NotDown => 2,
            Direction::NotUp => 3,
        }];
        let mut words = format!("the score moves {}", name.replace('_', " "));
        if self.at_least > 0.0 {
            words.push_str(&format_args!(" by at least {}", self.at_least).to_string());
        }
        if let Some(most) = self.at_most {
            words.push_str(&format_args!(" by at most {most}").to_string());
        }
        if self.tolerance > 0.0 {
            words.push_str(&format_args!(", within {}", self.tolerance).to_string());
        }
        words
    }
}

/// What a row's prediction has to be.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[serde(untagged)]
#[expect(clippy::exhaustive_enums, reason = "a prediction is a score or a class")]
pub enum Expected {
    /// This class, which is positive from the threshold on.
    Label {
        /// The class.
        label: bool,
        /// The score from which on it is positive.
        threshold: f64,
    },
    /// A score within these, both included.
    Score {
        /// At least; −∞ without a limit.
        #[serde(with = "mlops_core::number")]
        min: f64,
        /// At most; ∞ without a limit.
        #[serde(with = "mlops_core::number")]
        max: f64,
    },
}

impl Expected {
    pub(super) fn holds(self, score: f64) -> bool {
        match self {
            Self::Label { label, threshold } => (score >= threshold) == label,
            Self::Score { min, max } => (min..=max).contains(&score),
        }
    }

    pub(super) fn words(self) -> String {
        match self {
            Self::Label { label: true, threshold } => format!("positive, a score of at least {threshold}"),
            Self::Label { label: false, threshold } => format!("negative, a score below {threshold}"),
            Self::Score { min, max } => format!("a score from {min} to {max}"),
        }
    }
}

impl Unchanged {
    pub(super) fn holds(self, before: f64, after: f64) -> bool {
        match self {
            Self::Tolerance(by) => before.to_bits() == after.to_bits() || (before - after).abs() <= by,
            Self::Threshold(threshold) => (before >= threshold) == (after >= threshold),
        }
    }

    pub(super) fn words(self) -> String {
        match self {
            Self::Tolerance(by) => format!("the score stays within {by}"),
            Self::Threshold(threshold) => format!("the class at {threshold} stays"),
        }
    }
}
