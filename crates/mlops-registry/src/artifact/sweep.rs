use serde::{Deserialize, Serialize};

/// Whether something is to be removed, or only to be told of.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "adapters must heed both")]
pub enum Sweep {
    /// Only looks: says what would go.
    DryRun,
    /// Removes it.
    Remove,
}

/// What a store has given back beside whole artifacts, or would give back.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Reclaimed {
    /// Parts that no artifact needs: chunks, and files of writers that died.
    pub parts: u64,
    /// Their bytes, as they are kept.
    pub bytes: u64,
    /// Parts that no artifact needs, but which are not old enough to go.
    pub young: u64,
}

impl Reclaimed {
    /// With one more part of so many bytes.
    #[must_use]
    pub const fn part(mut self, bytes: u64) -> Self {
        self.parts += 1;
        self.bytes = self.bytes.saturating_add(bytes);
        self
    }

    /// Both together.
    #[must_use]
    pub const fn and(self, other: Self) -> Self {
        Self {
            parts: self.parts + other.parts,
            bytes: self.bytes.saturating_add(other.bytes),
            young: self.young + other.young,
        }
    }
}
