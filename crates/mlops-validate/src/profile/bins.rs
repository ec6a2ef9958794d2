use serde::{Deserialize, Serialize};

/// A distribution as counts: what a profile stores and later tables are counted into.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, untagged)]
#[non_exhaustive]
pub enum Bins {
    /// Of numbers and moments (in microseconds since 1970-01-01): one count up to the first
    /// edge, one between each two, one above the last. An edge belongs to the bin below it.
    Numbers {
        /// The edges, ascending; one fewer than counts.
        edges: Vec<f64>,
        /// How many values each bin has.
        counts: Vec<u64>,
    },
    /// Of text and truth values (`true`, `false`).
    Names {
        /// The names.
        names: Vec<String>,
        /// How often each came.
        counts: Vec<u64>,
        /// How often others came together.
        other: u64,
    },
}

impl Bins {
    /// The counts, those of other names last.
    pub fn counts(&self) -> Vec<u64> {
        match self {
            Self::Numbers { counts, .. } => counts.clone(),
            Self::Names { counts, other, .. } => counts.iter().copied().chain([*other]).collect(),
        }
    }

    /// What is wrong with them.
    pub(crate) fn check(&self) -> Result<(), String> {
        let total = self.counts().iter().try_fold(0_u64, |sum, count| sum.checked_add(*count));
        let Some(1..) = total else { return Err("no count at all, or too many".to_owned()) };
        match self {
            Self::Numbers { edges, counts } => {
                let ascending = edges.iter().zip(edges.iter().skip(1)).all(|(a, b)| a < b);
                if !ascending || edges.iter().any(|edge| !edge.is_finite()) {
                    return Err("edges that do not ascend".to_owned());
                }
                if counts.len() != edges.len() + 1 {
                    return Err(format!("{} counts for {} edges", counts.len(), edges.len()));
                }
            }
            Self::Names { names, counts, .. } => {
                let mut sorted: Vec<&String> = names.iter().collect();
                sorted.sort_unstable();
                sorted.dedup();
                if sorted.len() != names.len() {
                    return Err("a name twice".to_owned());
                }
                if counts.len() != names.len() {
                    return Err(format!("{} counts for {} names", counts.len(), names.len()));
                }
            }
        }
        Ok(())
    }
}
