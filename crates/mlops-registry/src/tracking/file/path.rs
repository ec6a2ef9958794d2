use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Deserializer, Serialize};
use unicode_normalization::UnicodeNormalization as _;

use crate::name::{Rule, check, cut};
use crate::tracking::limits;
use crate::{Error, Result};

/// The name of a file of a run: a relative path with `/`, such as `plots/roc.svg`.
///
/// It is a name and never a place: nothing is opened by it, and no link is followed. What
/// would lead elsewhere if it were written to a disk of any system is refused all the same:
/// `..`, a leading `/`, a drive letter, a backslash, what becomes one of these when it is
/// decoded (`%2e%2e`, however often encoded) or written in plain characters (`‥`), the names
/// of devices on Windows (`NUL`, `con.txt`), parts that are empty or end in a dot or in white space,
/// what can't be seen, and letters in another than their composed form. At most
/// [`FILE_PATH`](limits::FILE_PATH) bytes, and [`FILE_PART`](limits::FILE_PART) a part.
///
/// ```
/// use mlops_registry::tracking::FilePath;
/// assert_eq!("plots/roc.svg".parse::<FilePath>()?.as_str(), "plots/roc.svg");
/// assert!("../../etc/passwd".parse::<FilePath>().is_err());
/// # Ok::<(), mlops_registry::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct FilePath(String);

impl FilePath {
    /// The path, checked.
    ///
    /// # Errors
    /// [`Error::Invalid`] with what is wrong with it.
    pub fn new(path: impl Into<String>) -> Result<Self> {
        let path = path.into();
        check("file path", &path, limits::FILE_PATH, Rule::Key)?;
        let invalid = |expected: String| Error::Invalid { field: "file path", value: cut(&path), expected };
        if let Some(c) = path.chars().find(|c| matches!(c, '\\' | ':')) {
            return Err(invalid(format!("no {c:?}, which leads elsewhere on some systems")));
        }
        for part in path.split('/') {
            if part.len() > limits::FILE_PART {
                let size = part.len();
                return Err(invalid(format!(
                    "parts of at most {} bytes, and one has {size}",
                    limits::FILE_PART
                )));
            }
            if part.ends_with('.') || part.trim() != part {
                return Err(invalid("parts that do not end in a dot or white space".to_owned()));
            }
            let plain = undisguised(part);
            if matches!(plain.as_str(), "." | "..") || plain.contains(['/', '\\', '\0']) {
                let expected = "no dots, slash or backslash in disguise (%2e, %2f, %5c, ‥)";
                return Err(invalid(expected.to_owned()));
            }
            if is_device(&plain) {
                return Err(invalid(format!("no part that is a device on Windows, as {plain:?} is")));
            }
        }
        Ok(Self(path))
    }

    /// The path as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The path of something in this folder.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it can't be one.
    pub fn join(&self, path: &str) -> Result<Self> {
        Self::new(format!("{self}/{path}"))
    }

    /// The folders that it is in, from the outermost.
    pub(super) fn folders(&self) -> impl Iterator<Item = &str> {
        self.0.match_indices('/').map(|(at, _)| &self.0[..at])
    }
}

/// What a part becomes where it is decoded as a URL is, however often, and its characters are
/// taken for the plain ones that they are compatible with (NFKC).
fn undisguised(part: &str) -> String {
    let mut plain: String = part.nfkc().collect();
    // Each round that changes anything makes it shorter.
    while let Some(decoded) = decoded(&plain) {
        plain = decoded.nfkc().collect();
    }
    plain
}

/// Percent-decoded once; `None` if there is nothing to decode.
fn decoded(part: &str) -> Option<String> {
    let mut bytes = Vec::with_capacity(part.len());
    let mut rest = part.as_bytes();
    while let Some((first, after)) = rest.split_first() {
        let code = after.get(..2).filter(|_| *first == b'%').and_then(|digits| {
            let hex = |digit: u8| char::from(digit).to_digit(16).and_then(|hex| u8::try_from(hex).ok());
            Some(hex(digits[0])? << 4 | hex(digits[1])?)
        });
        bytes.push(code.unwrap_or(*first));
        rest = if code.is_some() { &after[2..] } else { after };
    }
    (bytes.len() < part.len()).then(|| String::from_utf8_lossy(&bytes).into_owned())
}

/// Whether Windows takes it for a device, whatever comes after a dot (*Naming Files, Paths, and
/// Namespaces*, Microsoft).
fn is_device(part: &str) -> bool {
    let name = part.split('.').next().unwrap_or(part).trim_end().to_ascii_uppercase();
    if matches!(name.as_str(), "CON" | "PRN" | "AUX" | "NUL" | "CONIN$" | "CONOUT$") {
        return true;
    }
    let number = name.strip_prefix("COM").or_else(|| name.strip_prefix("LPT"));
    number.is_some_and(|number| number.len() == 1 && number.as_bytes()[0].is_ascii_digit())
}

impl FromStr for FilePath {
    type Err = Error;
    fn from_str(value: &str) -> Result<Self> {
        Self::new(value)
    }
}

impl fmt::Display for FilePath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.0)
    }
}

impl<'de> Deserialize<'de> for FilePath {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Self::new(String::deserialize(deserializer)?).map_err(serde::de::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn what_leads_elsewhere_is_refused() {
        for path in [
            "model.txt",
            "a/b/c",
            "größe.csv",
            "a b/c d",
            "..a",
            "a..b",
            ".hidden",
            "100%/x",
            "a%2eb",
            "50%25",
            "console",
            "nul_values.csv",
            "auxiliary",
            "COM10",
            "a…b",
            "比：率",
        ] {
            assert_eq!(FilePath::new(path).unwrap().as_str(), path);
        }
        let long = "x".repeat(256);
        let deep = "ab/".repeat(400) + "x";
        for path in [
            "",
            "/",
            "/etc/passwd",
            "..",
            ".",
            "../x",
            "a/../b",
            "a/./b",
            "a/..",
            "a//b",
            "a/",
            "C:/x",
            "C:x",
            "\\\\host\\x",
            "..\\x",
            "a\\b",
            "a:b",
            "%2e%2e/x",
            "%2E%2e",
            "a/%2e./b",
            ".%2e/x",
            "%252e%252e/x",
            "%25252e%2525252E/x",
            "‥/x",
            "．．/x",
            "．/x",
            "a／b",
            "a＼b",
            "%E2%80%A5/x",
            "％2e％2e/x",
            "a℀b",
            "NUL",
            "con.txt",
            "a/AUX",
            "a/nul /b",
            "CON .tar.gz",
            "com1",
            "LPT9.x",
            "COM¹.x",
            "ＮＵＬ",
            "%4eul",
            "conout$",
            "a%2fb",
            "a%5Cb",
            "a%00",
            "a./b",
            "a ",
            " a",
            "a /b",
            "a/ b",
            "a\nb",
            "a\0b",
            "a\u{202e}b",
            "a\u{200b}b",
            "e\u{301}",
            "a\u{a0}",
            &long,
            &deep,
        ] {
            assert!(
                matches!(FilePath::new(path), Err(Error::Invalid { field: "file path", .. })),
                "{path:?}"
            );
            let json = serde_json::to_string(path).unwrap();
            assert!(serde_json::from_str::<FilePath>(&json).is_err(), "{path:?}");
        }
        let told = FilePath::new("a\\b").unwrap_err().to_string();
        assert_eq!(
            told,
            r#"file path "a\\b" is not valid: expected no '\\', which leads elsewhere on some systems"#
        );
    }

    #[test]
    fn folders_of_a_path() {
        let path = FilePath::new("a/b/c.txt").unwrap();
        assert_eq!(path.folders().collect::<Vec<_>>(), ["a", "a/b"]);
        assert_eq!(FilePath::new("a").unwrap().join("b").unwrap().as_str(), "a/b");
        assert!(FilePath::new("a").unwrap().join("../b").is_err());
    }

    proptest! {
        /// A folder stays a folder: what is accepted, joined to it by the system, is below it.
        #[test]
        fn what_is_accepted_stays_below(path in r"[a.%2eE/\\: ]{0,12}") {
            if let Ok(path) = FilePath::new(path) {
                let normal = std::path::Path::new(path.as_str())
                    .components()
                    .all(|part| matches!(part, std::path::Component::Normal(_)));
                prop_assert!(normal, "{path}");
            }
        }
    }
}
