use std::fmt;

use mlops_core::{Digest, Interval, canonical};
use mlops_stats::multiple_testing::Correction;
use serde::{Deserialize, Serialize};

use super::LossKind;
use crate::{Error, Result};

/// One condition of a slice.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case", tag = "is")]
#[non_exhaustive]
pub enum Condition {
    /// The column has this value.
    Value {
        /// The column.
        column: String,
        /// Its value.
        value: String,
    },
    /// The column is at least `from` and below `until`.
    Range {
        /// The column.
        column: String,
        /// The lower end, which belongs to it; `None` without one.
        #[serde(with = "mlops_core::number::option", default)]
        from: Option<f64>,
        /// The upper end, which does not; `None` without one.
        #[serde(with = "mlops_core::number::option", default)]
        until: Option<f64>,
    },
    /// The column has no value.
    Missing {
        /// The column.
        column: String,
    },
}

impl fmt::Display for Condition {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Value { column, value } => write!(f, "{column} = {}", crate::error::shorten(value)),
            Self::Range { column, from: Some(from), until: Some(until) } => {
                write!(f, "{from} <= {column} < {until}")
            }
            Self::Range { column, from: Some(from), until: None } => write!(f, "{column} >= {from}"),
            Self::Range { column, from: None, until: Some(until) } => write!(f, "{column} < {until}"),
            Self::Range { column, from: None, until: None } => write!(f, "{column} has a number"),
            Self::Missing { column } => write!(f, "{column} is missing"),
        }
    }
}

/// Rows that fulfil all conditions, and how much worse the model is on them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Slice {
    /// The conditions, in the order of the columns given.
    pub conditions: Vec<Condition>,
    /// The same in words, such as `carrier = UA and distance >= 1023`.
    pub description: String,
    /// Its rows.
    pub rows: u64,
    /// Its clusters, if the means of clusters were tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clusters: Option<u64>,
    /// The mean loss of its rows.
    pub mean: f64,
    /// The mean loss of all other rows; NaN if there are none.
    #[serde(with = "mlops_core::number")]
    pub rest_mean: f64,
    /// The one less the other: of rows, or with clusters of the means of clusters, which is
    /// what the test and the interval are about.
    pub difference: f64,
    /// How sure the difference is, for itself: not corrected for the number of slices.
    pub interval: Interval,
    /// Cohen's d: the difference of the means in standard deviations of both parts together;
    /// infinite if neither varies.
    #[serde(with = "mlops_core::number")]
    pub effect_size: f64,
    /// One-sided p-value that the slice is no worse than the rest.
    pub p_value: f64,
    /// The same, corrected for all slices that were tested.
    pub adjusted_p_value: f64,
}

/// What a search found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[must_use]
#[non_exhaustive]
pub struct SliceReport {
    /// What the losses are.
    pub loss: LossKind,
    /// Rows searched.
    pub rows: u64,
    /// The mean loss of all rows.
    pub mean: f64,
    /// How many slices are significantly worse than the rest, of which `slices` lists the first.
    pub found: u64,
    /// Of those, how many were left out since a slice with fewer conditions is as bad.
    pub redundant: u64,
    /// Those that are worse, beginning with the one whose difference is surest to be large (the
    /// highest lower end of its interval).
    pub slices: Vec<Slice>,
    /// How many slices were tested.
    pub tested: u64,
    /// Of those tested, how many have too few clusters to be worse, whatever their losses; 0
    /// without clusters.
    pub too_few_clusters: u64,
    /// At most so many were not looked at, since none of them could be worse by more than the
    /// limit; they count as tests in the correction.
    pub skipped_at_most: u64,
    /// The search stopped at its largest number of slices: there may be worse ones.
    pub cut_short: bool,
    /// How p-values were corrected.
    pub correction: Correction,
    /// At which adjusted p-value a slice counts as worse.
    pub alpha: f64,
}

impl SliceReport {
    /// The digest of its canonical form.
    ///
    /// # Errors
    /// [`Error::Input`] if it can't be written, as a report with numbers put there by hand.
    pub fn digest(&self) -> Result<Digest> {
        canonical::digest(self).map_err(|error| Error::input("slice report", error.to_string()))
    }
}
