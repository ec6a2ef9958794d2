use std::fmt;

use serde::{Serialize, Serializer};
use zeroize::Zeroizing;

use crate::{Error, Result};

/// Bytes that nobody should see. Printed and serialised it is `***`; dropped, it is wiped.
#[derive(Clone)]
pub struct Secret(Zeroizing<Vec<u8>>);

impl Secret {
    /// A secret that was read elsewhere. The bytes are taken, not copied.
    pub fn new(bytes: impl Into<Vec<u8>>) -> Self {
        Self(Zeroizing::new(bytes.into()))
    }

    pub(super) const fn of(bytes: Zeroizing<Vec<u8>>) -> Self {
        Self(bytes)
    }

    /// The bytes themselves, for as long as they are needed.
    pub fn expose(&self) -> &[u8] {
        &self.0
    }

    /// The key of 32 bytes that it is: as they are, or as 64 hexadecimal digits.
    pub(crate) fn key(&self) -> Option<Zeroizing<[u8; 32]>> {
        let bytes = self.expose();
        let mut key = Zeroizing::new([0; 32]);
        match bytes.len() {
            32 => key.copy_from_slice(bytes),
            64 => {
                for (byte, pair) in key.iter_mut().zip(bytes.chunks_exact(2)) {
                    let digit = |at: usize| u8::try_from(char::from(pair[at]).to_digit(16)?).ok();
                    *byte = digit(0)? << 4 | digit(1)?;
                }
            }
            _ => return None,
        }
        Some(key)
    }

    /// The same as text.
    ///
    /// # Errors
    /// [`Error::Invalid`] if they are none; it does not say what they are.
    pub fn expose_text(&self) -> Result<&str> {
        std::str::from_utf8(&self.0).map_err(|_| Error::Invalid {
            field: "secret",
            value: self.to_string(),
            expected: "text in UTF-8".to_owned(),
        })
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl fmt::Display for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("***")
    }
}

impl Serialize for Secret {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.serialize_str("***")
    }
}
