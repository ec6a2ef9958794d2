use serde::{Deserialize, Serialize};

use crate::{Digest, Error, Result, Verdict, canonical};

/// A verdict as it is kept: its canonical text, bound by digest to what it judges.
///
/// Whether it passed is never a flag beside the text, but read from the text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Evidence {
    document: String,
}

impl Evidence {
    /// The evidence that `verdict` is.
    ///
    /// # Errors
    /// [`Error::Document`] if the verdict can't be written.
    pub fn of(verdict: &Verdict) -> Result<Self> {
        Ok(Self { document: verdict.canonical()? })
    }

    /// Evidence from its canonical text.
    ///
    /// # Errors
    /// [`Error::Document`] if the text is not a verdict in canonical form.
    pub fn from_document(document: impl Into<String>) -> Result<Self> {
        let evidence = Self { document: document.into() };
        let _checked = evidence.verdict()?;
        Ok(evidence)
    }

    /// The canonical text of the verdict.
    pub fn document(&self) -> &str {
        &self.document
    }

    /// The digest of the text: what an approval names.
    pub fn digest(&self) -> Digest {
        Digest::of(&self.document)
    }

    /// The verdict that the text is.
    ///
    /// # Errors
    /// [`Error::Document`] if the text has been tampered with.
    pub fn verdict(&self) -> Result<Verdict> {
        canonical::from_str(&self.document)
            .map_err(|error| Error::Document { reason: format!("the evidence is not a verdict: {error}") })
    }
}
