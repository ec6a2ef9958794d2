use std::fmt;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// How much a profile keeps of a column. Only profiles with the same settings merge.
///
/// ```
/// use mlops_drift::ProfileSettings;
/// let exact_for_longer = ProfileSettings::new(4096, 10_000, 1024)?;
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct ProfileSettings {
    points: usize,
    categories: usize,
    frequent: usize,
}

impl Default for ProfileSettings {
    /// 1,024 points, 4,096 categories, 1,024 of them if there are more.
    fn default() -> Self {
        Self { points: 1024, categories: 4096, frequent: 1024 }
    }
}

impl ProfileSettings {
    /// How many numbers a column keeps of each weight, how many categories it counts
    /// exactly, and how many of them it keeps if there are more.
    ///
    /// # Errors
    /// [`Error::Setting`] unless `points` is even and from 8 to 2²⁰, `categories` at most
    /// 2²⁰, and `frequent` from 1 to 2²⁰.
    pub fn new(points: usize, categories: usize, frequent: usize) -> Result<Self> {
        let refuse =
            |setting, value: usize, expected| Err(Error::Setting { setting, value: value as f64, expected });
        if !(8..=1 << 20).contains(&points) || !points.is_multiple_of(2) {
            return refuse("points", points, "even and from 8 to 1048576");
        }
        if categories > 1 << 20 {
            return refuse("categories", categories, "at most 1048576");
        }
        if !(1..=1 << 20).contains(&frequent) {
            return refuse("frequent", frequent, "from 1 to 1048576");
        }
        Ok(Self { points, categories, frequent })
    }

    /// How many numbers of each weight are kept; ranks are exact up to this many.
    pub const fn points(&self) -> usize {
        self.points
    }

    /// Up to how many categories all are counted; also, 256 bytes of name for each, all together.
    pub const fn categories(&self) -> usize {
        self.categories
    }

    /// How many of the most frequent categories are found if there are more.
    pub const fn frequent(&self) -> usize {
        self.frequent
    }
}

impl fmt::Display for ProfileSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} points, {} categories or {} frequent ones", self.points, self.categories, self.frequent)
    }
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    points: usize,
    categories: usize,
    frequent: usize,
}

impl From<ProfileSettings> for Written {
    fn from(settings: ProfileSettings) -> Self {
        let ProfileSettings { points, categories, frequent } = settings;
        Self { points, categories, frequent }
    }
}

impl TryFrom<Written> for ProfileSettings {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self> {
        Self::new(written.points, written.categories, written.frequent)
    }
}
