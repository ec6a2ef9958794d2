use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};

use crate::{Error, Result};

/// What Windows takes for a device, whatever folder it is in.
const DEVICES: [&str; 4] = ["con", "prn", "aux", "nul"];

/// The name of a tenant: 1 to 64 of the letters `a` to `z`, digits, `-` and `_`, a letter or
/// digit first. So it is one folder on any system, and no two look alike.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct TenantName(String);

impl TenantName {
    /// The name, checked.
    ///
    /// # Errors
    /// [`Error::Invalid`] with the value and what was expected.
    pub fn new(name: impl Into<String>) -> Result<Self> {
        let name = name.into();
        let alphanumeric = |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit();
        let device = DEVICES.contains(&name.as_str())
            || (name.len() == 4 && (name.starts_with("com") || name.starts_with("lpt")));
        if (1..=64).contains(&name.len())
            && name.bytes().next().is_some_and(alphanumeric)
            && name.bytes().all(|byte| alphanumeric(byte) || matches!(byte, b'-' | b'_'))
            && !device
        {
            return Ok(Self(name));
        }
        Err(Error::Invalid {
            field: "name of a tenant",
            value: name.chars().take(64).collect(),
            expected: "1 to 64 of `a` to `z`, digits, `-` and `_`, a letter or digit first, and no device \
                       such as `con`"
                .to_owned(),
        })
    }

    /// The name as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for TenantName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl FromStr for TenantName {
    type Err = Error;
    fn from_str(name: &str) -> Result<Self> {
        Self::new(name)
    }
}

impl<'de> Deserialize<'de> for TenantName {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_folder_anywhere() {
        for good in ["a", "credit", "credit-2", "0_x", &"a".repeat(64), "commerce", "console"] {
            assert_eq!(TenantName::new(good).unwrap().as_str(), good);
        }
        for bad in [
            "",
            ".",
            "..",
            "../a",
            "a/b",
            "a\\b",
            "/a",
            "a:b",
            "-a",
            "_a",
            ".a",
            "a.",
            "A",
            "Credit",
            "a b",
            "a\0",
            "a\n",
            "ä",
            "credіt",
            "con",
            "nul",
            "com1",
            "lpt9",
            "%2e%2e",
            "~",
            &"a".repeat(65),
        ] {
            let error = TenantName::new(bad).unwrap_err().to_string();
            assert!(error.starts_with("name of a tenant "), "{error}");
            assert!(serde_json::from_value::<TenantName>(bad.into()).is_err(), "{bad:?}");
        }
    }
}
