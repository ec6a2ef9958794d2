use serde::{Deserialize, Serialize};

/// How much something matters, from least to most. The words are those of Great Expectations.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
#[expect(clippy::exhaustive_enums, reason = "a gate must decide for each what it does")]
pub enum Severity {
    /// Good to know.
    Info,
    /// Look at it; it stops nothing.
    #[serde(alias = "warn")]
    Warning,
    /// It blocks.
    #[default]
    #[serde(alias = "block")]
    Critical,
}

impl std::fmt::Display for Severity {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.pad(match self {
            Self::Info => "info",
            Self::Warning => "warning",
            Self::Critical => "critical",
        })
    }
}

/// Something worth a look: a drifted feature, a broken rule, a strange group.
///
/// A finding is a result, not an error.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// What it is about: a column, a feature, a group.
    pub subject: String,
    /// The rule or test that found it, such as `psi`.
    pub rule: String,
    /// How much it matters.
    pub severity: Severity,
    /// The number that was seen, in the unit of the rule.
    #[serde(with = "crate::number::option", default)]
    pub observed: Option<f64>,
    /// What was expected, such as `<= 0.1`.
    pub expected: String,
    /// The same in words for a person.
    pub reason: String,
}
