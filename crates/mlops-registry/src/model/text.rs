use crate::{Error, Result};

/// The longest text about a model or a version, in bytes.
const MAX_TEXT: usize = 64 << 10;

/// That a text is not too long, and nothing that a terminal would act on; lines and tabs are text.
pub(crate) fn check_text(field: &'static str, text: &str) -> Result<()> {
    let control = |c: char| c.is_control() && !matches!(c, '\n' | '\r' | '\t');
    if text.len() <= MAX_TEXT && !text.chars().any(control) {
        return Ok(());
    }
    Err(Error::Invalid {
        field,
        value: text.chars().take(120).collect(),
        expected: format!("up to {MAX_TEXT} bytes of text without control characters"),
    })
}
