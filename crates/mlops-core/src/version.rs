use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// A semantic version of a model, such as `1.4.0`.
///
/// MAJOR: the input or output schema changes. MINOR: new optional inputs, better answers.
/// PATCH: a repair. Ordered as <https://semver.org> 2.0.0 says.
///
/// ```
/// use mlops_core::Version;
/// let old: Version = "1.9.0".parse()?;
/// assert!(old < Version::new(1, 10, 0));
/// # Ok::<(), mlops_core::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Version(semver::Version);

impl Version {
    /// The version `major.minor.patch`.
    pub const fn new(major: u64, minor: u64, patch: u64) -> Self {
        Self(semver::Version::new(major, minor, patch))
    }

    /// Raised when the schema changes.
    pub const fn major(&self) -> u64 {
        self.0.major
    }

    /// Raised when optional inputs are added, or answers get better.
    pub const fn minor(&self) -> u64 {
        self.0.minor
    }

    /// Raised by a repair.
    pub const fn patch(&self) -> u64 {
        self.0.patch
    }

    /// Whether it stands before a release, such as `2.0.0-rc.1`: nobody is promised anything yet.
    pub fn is_prerelease(&self) -> bool {
        !self.0.pre.is_empty()
    }

    /// Which of two comes first by precedence, which build metadata is no part of:
    /// `1.0.0+a` and `1.0.0+b` are equal here, and differ for `==` and `<`.
    pub fn cmp_precedence(&self, other: &Self) -> std::cmp::Ordering {
        self.0.cmp_precedence(&other.0)
    }
}

impl FromStr for Version {
    type Err = Error;
    fn from_str(value: &str) -> Result<Self> {
        semver::Version::parse(value)
            .map(Self)
            .map_err(|_| Error::invalid("version", value, "MAJOR.MINOR.PATCH, such as 1.4.0"))
    }
}

impl fmt::Display for Version {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0.to_string())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn build_metadata_has_no_precedence_and_a_candidate_stands_before_its_release() {
        let version = |text: &str| text.parse::<Version>().unwrap();
        let (a, b) = (version("1.0.0+a"), version("1.0.0+b"));
        assert!(a != b && a.cmp_precedence(&b).is_eq());
        assert!(version("1.0.0-rc.2").cmp_precedence(&version("1.0.0-rc.10")).is_lt());
        assert!(version("1.0.0-rc.1").is_prerelease() && !a.is_prerelease());
    }
}
