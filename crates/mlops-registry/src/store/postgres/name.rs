//! The name of a schema: where in a database a store is.

use std::fmt;

use mlops_core::Digest;

use crate::{Error, Result};

/// What the server cuts names off at, in bytes.
pub(crate) const LONGEST: usize = 63;

/// The schema of a store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Schema(String);

impl Schema {
    pub(super) fn new(name: &str) -> Result<Self> {
        let allowed =
            |byte: u8| byte.is_ascii_lowercase() || byte.is_ascii_digit() || matches!(byte, b'_' | b'-');
        if (1..=LONGEST).contains(&name.len())
            && name.bytes().all(allowed)
            && !name.starts_with(['-'])
            && !name.starts_with("pg_")
            && name != "information_schema"
        {
            return Ok(Self(name.to_owned()));
        }
        Err(Error::Invalid {
            field: "schema",
            value: name.chars().take(100).collect(),
            expected: format!(
                "1 to {LONGEST} of `a` to `z`, digits, `_` and `-`, no `-` first, and none of the server's own \
                 such as those with `pg_`"
            ),
        })
    }

    pub(super) fn as_str(&self) -> &str {
        &self.0
    }

    /// What who writes to it must hold: one of 2⁶⁴ locks of the database. Two schemas with the
    /// same would wait for each other, and nothing else.
    pub(super) fn lock(&self) -> i64 {
        let digest = Digest::of(format!("mlops schema {}", self.0));
        let first = digest.as_bytes().first_chunk().expect("a digest has 32 bytes");
        i64::from_be_bytes(*first)
    }
}

/// As it stands in a statement.
impl fmt::Display for Schema {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // No character of a name needs more than the quotes.
        write!(f, "\"{}\"", self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_needs_nothing_but_quotes() {
        for good in ["registry", "a", "tenant_credit-2", "0", "_x", &"a".repeat(63)] {
            assert_eq!(Schema::new(good).unwrap().to_string(), format!("\"{good}\""));
        }
        for bad in
            ["", "pg_x", "information_schema", "a\"b", "a;b", "A", "ä", "a b", "-a", "a\0", &"a".repeat(64)]
        {
            let error = Schema::new(bad).unwrap_err().to_string();
            assert!(error.starts_with("schema "), "{error}");
        }
        assert_ne!(Schema::new("a").unwrap().lock(), Schema::new("b").unwrap().lock());
    }
}
