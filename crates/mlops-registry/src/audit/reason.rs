use crate::{Error, Result};

/// The longest reason, in bytes: a few sentences.
const MAX_REASON: usize = 2000;

/// That `text` says something, in words that a line of a log can hold.
pub(crate) fn check_reason(field: &'static str, text: &str) -> Result<()> {
    if !text.trim().is_empty() && text.len() <= MAX_REASON && !text.chars().any(char::is_control) {
        return Ok(());
    }
    Err(Error::Invalid {
        field,
        value: text.chars().take(MAX_REASON).collect(),
        expected: format!("words, up to {MAX_REASON} bytes, without control characters"),
    })
}
