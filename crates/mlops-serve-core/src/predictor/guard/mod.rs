//! What may go in and come out: rules for the fields of a request, for the inputs of a
//! model after the look-up, and for its answer.

mod field;
mod input;
mod output;
mod range;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use serde::{Deserialize, Serialize};

pub use field::{FieldKind, FieldRule, InputGuard, UnknownFields};
pub use input::InputRule;
pub(crate) use input::InputRules;
pub use output::OutputGuard;
pub(crate) use range::Range;

/// What to do with a value that breaks a rule.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Reaction {
    /// No answer: the caller hears which field, which value, and what was expected.
    #[default]
    Refuse,
    /// Go on as if nothing were known.
    Missing,
    /// Go on with the nearest value that is allowed. For ranges of numbers only.
    Clamp,
    /// No model is asked: the constant of the route answers, and without one it is refused.
    Constant,
}

/// How a value broke a rule.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Violation {
    /// It is not there, and must be.
    Missing,
    /// It is of another type.
    Type,
    /// It lies outside the range, or is infinite.
    Range,
    /// It is none of the texts that are allowed.
    NotAllowed,
    /// No rule knows a field of this name.
    Unknown,
    /// The field stands there twice.
    Duplicate,
}

impl Violation {
    const COUNT: usize = 6;
    const ALL: [Self; Self::COUNT] =
        [Self::Missing, Self::Type, Self::Range, Self::NotAllowed, Self::Unknown, Self::Duplicate];

    /// The violation in the words of the metric label `error_type`.
    pub const fn kind(self) -> &'static str {
        match self {
            Self::Missing => "input_missing",
            Self::Type => "input_type",
            Self::Range => "input_range",
            Self::NotAllowed => "input_not_allowed",
            Self::Unknown => "input_unknown",
            Self::Duplicate => "input_duplicate",
        }
    }
}

/// A guard has done something about a value.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub struct GuardAction {
    /// The field of the request, or the input of the model; `*` for a field that no rule knows
    /// or that stands there twice.
    pub field: Arc<str>,
    /// What was wrong with it.
    pub violation: Violation,
    /// What was done.
    pub reaction: Reaction,
}

/// How often a guard has done something, since the predictor was built.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct GuardCount {
    /// The field of the request, or the input of the model; for
    /// [`Violation::Unknown`] and [`Violation::Duplicate`] it is `*`, all fields together.
    pub field: Arc<str>,
    /// What was wrong.
    pub violation: Violation,
    /// How many requests.
    pub count: u64,
}

/// A value that was refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{field:?} is {value}, expected {expected}")]
#[non_exhaustive]
pub struct InputRefused {
    /// The field of the request, or the input of the model.
    pub field: String,
    /// What it held, shortened; `missing` if nothing.
    pub value: String,
    /// What would have been right.
    pub expected: String,
    /// Which rule it broke.
    pub violation: Violation,
}

/// A guard lets nothing through to a model.
#[derive(Debug)]
pub(crate) enum Stop {
    Refuse(InputRefused),
    Constant(InputRefused),
}

/// One rule's violations, counted.
#[derive(Debug)]
struct Tally {
    field: Arc<str>,
    counts: [AtomicU64; Violation::COUNT],
}

impl Tally {
    fn new(field: &str) -> Self {
        Self { field: field.into(), counts: Default::default() }
    }

    fn act(&self, violation: Violation, reaction: Reaction) -> GuardAction {
        self.counts[violation as usize].fetch_add(1, Ordering::Relaxed);
        GuardAction { field: Arc::clone(&self.field), violation, reaction }
    }

    fn counts(&self) -> impl Iterator<Item = GuardCount> {
        Violation::ALL.into_iter().filter_map(|violation| {
            let count = self.counts[violation as usize].load(Ordering::Relaxed);
            (count > 0).then(|| GuardCount { field: Arc::clone(&self.field), violation, count })
        })
    }
}
