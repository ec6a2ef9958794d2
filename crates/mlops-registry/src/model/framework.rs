use std::fmt;

use serde::{Deserialize, Serialize};

/// What made a model and loads it. Beside it stands the flavour: what the file is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(clippy::exhaustive_structs, reason = "a library is a name and a version")]
pub struct Framework {
    /// Its name, such as `lightgbm`.
    pub name: String,
    /// Its version, in its own spelling.
    pub version: String,
}

impl fmt::Display for Framework {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {}", self.name, self.version)
    }
}
