//! One spelling a document: JSON canonicalised as RFC 8785 says, so that its digest can
//! be signed, approved and computed again by anyone.
//!
//! Keys are sorted, there is no white space, and numbers are written as ECMAScript does.
//! Numbers are doubles there: integers beyond 2⁵³ belong in strings, and numbers that
//! may not be finite go through [`number`](crate::number).

mod key;
mod writer;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::{Digest, Error, Result};

/// The canonical text of `document`. In one pass: an object is put in order where it ends,
/// if its members did not come in order.
///
/// # Errors
/// [`Error::Document`] if it can't be written as JSON, such as a map whose keys are not text.
///
/// ```
/// let text = mlops_core::canonical::to_string(&serde_json::json!({"b": 1.0, "a": [1e-7, "x"]}))?;
/// assert_eq!(text, r#"{"a":[1e-7,"x"],"b":1}"#);
/// # Ok::<(), mlops_core::Error>(())
/// ```
pub fn to_string<T: Serialize>(document: &T) -> Result<String> {
    writer::write(document).map_err(|error| Error::Document { reason: error.to_string() })
}

/// The digest of the canonical text of `document`.
///
/// # Errors
/// As [`to_string`].
pub fn digest<T: Serialize>(document: &T) -> Result<Digest> {
    to_string(document).map(Digest::of)
}

/// Reads a document and insists that the text is its canonical spelling.
///
/// # Errors
/// [`Error::Document`] if the text is not JSON of this type, or spelled otherwise.
pub fn from_str<T: Serialize + DeserializeOwned>(text: &str) -> Result<T> {
    let document =
        serde_json::from_str(text).map_err(|error| Error::Document { reason: error.to_string() })?;
    if to_string(&document)? == text {
        Ok(document)
    } else {
        Err(Error::Document { reason: "the text is not in canonical form".to_owned() })
    }
}

#[cfg(test)]
mod tests;
