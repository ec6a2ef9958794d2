use serde::{Deserialize, Serialize};

/// How often each thing that may stand for a missing value occurs.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MissingValues {
    /// Null or NaN.
    pub null: u64,
    /// A text without a letter.
    pub empty_text: u64,
    /// ∞.
    pub infinity: u64,
    /// −∞.
    pub negative_infinity: u64,
}

impl MissingValues {
    /// All of them together.
    pub fn total(&self) -> u64 {
        self.null + self.empty_text + self.infinity + self.negative_infinity
    }

    /// How many of the kinds occur at all.
    pub fn kinds(&self) -> usize {
        let all = [self.null, self.empty_text, self.infinity, self.negative_infinity];
        all.into_iter().filter(|count| *count > 0).count()
    }

    /// Infinite values of either sign.
    pub fn infinite(&self) -> u64 {
        self.infinity + self.negative_infinity
    }

    pub(super) fn plus(self, other: &Self) -> Self {
        Self {
            null: self.null + other.null,
            empty_text: self.empty_text + other.empty_text,
            infinity: self.infinity + other.infinity,
            negative_infinity: self.negative_infinity + other.negative_infinity,
        }
    }
}
