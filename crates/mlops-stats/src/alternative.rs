/// What a test holds against the hypothesis that there is no difference.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Default)]
#[expect(clippy::exhaustive_enums, reason = "there is no third direction")]
pub enum Alternative {
    /// A difference in either direction.
    #[default]
    TwoSided,
    /// The first is smaller.
    Less,
    /// The first is greater.
    Greater,
}

impl Alternative {
    /// The p-value, given how likely values at most and at least this large are.
    pub(crate) fn of_tails(self, at_most: f64, at_least: f64) -> f64 {
        match self {
            Self::Less => at_most,
            Self::Greater => at_least,
            Self::TwoSided => (2.0 * at_most.min(at_least)).min(1.0),
        }
    }
}
