use std::error::Error;

use mlops_core::Check;

use super::Candidate;

/// A check of your own. Closures are judges.
///
/// # Contract
/// [`judge`](Self::judge) gives the same answer for the same candidate, and may be called
/// from any thread.
pub trait Judge: Send + Sync {
    /// The answer. Its name and severity are taken from the gate file, so that code can't
    /// soften what was declared.
    ///
    /// # Errors
    /// If it can't be said: the check is inconclusive, with the error as its reason.
    fn judge(&self, candidate: &Candidate<'_>) -> Result<Check, Box<dyn Error + Send + Sync>>;
}

impl<F> Judge for F
where
    F: Fn(&Candidate<'_>) -> Result<Check, Box<dyn Error + Send + Sync>> + Send + Sync,
{
    fn judge(&self, candidate: &Candidate<'_>) -> Result<Check, Box<dyn Error + Send + Sync>> {
        self(candidate)
    }
}
