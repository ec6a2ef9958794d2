use serde::{Deserialize, Serialize};

/// Whose rule a detector goes by, where two reference implementations differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Rule {
    /// That of River 0.26.
    #[default]
    River,
    /// That of Frouros 0.9.
    Frouros,
}
