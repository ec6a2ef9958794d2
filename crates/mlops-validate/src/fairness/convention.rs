use serde::Serialize;

/// What is said where a metric has no value, such as the true positive rate of a group
/// without positives.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "ours or theirs")]
pub enum Convention {
    /// Nothing, with the reason; the group is left out of comparisons, which name it, and a
    /// comparison that is left with fewer than two groups has no value either.
    #[default]
    NotDefined,
    /// What fairlearn 0.15 and scikit-learn 1.9 say: a rate of nothing is 0 and takes part
    /// in every comparison, a group alone is equal to itself, NaN is skipped, and the
    /// labels of each group are judged by themselves.
    Fairlearn,
}
