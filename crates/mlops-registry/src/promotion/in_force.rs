use mlops_core::{Digest, canonical};
use serde::{Deserialize, Serialize};

use super::PromotionPolicy;
use crate::{Error, Result};

/// The policy that a promotion went by, as it was then, whatever became of it since.
///
/// The text is kept, and not what it means: a later release of this library may know more of
/// policies, or take fewer of them, and the history stays readable.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct PolicyInForce {
    /// The digest of the text. For a policy of all models it is what the audit log has of the
    /// [`set_policy`](crate::Session::set_policy) that made it.
    pub digest: Digest,
    /// The policy in canonical JSON.
    pub document: String,
}

impl PolicyInForce {
    pub(super) fn of(policy: &PromotionPolicy) -> Result<Self> {
        let document = canonical::to_string(policy)?;
        Ok(Self { digest: Digest::of(&document), document })
    }

    /// The policy itself.
    ///
    /// # Errors
    /// [`Error::Corrupt`] if the text is not that of the digest, or is no policy by the rules
    /// of this release.
    pub fn policy(&self) -> Result<PromotionPolicy> {
        let damaged = |reason: String| Error::Corrupt { what: format!("policy {}", self.digest), reason };
        let digest = Digest::of(&self.document);
        if digest != self.digest {
            return Err(damaged(format!("its text has the digest {digest}")));
        }
        serde_json::from_str(&self.document).map_err(|error| damaged(error.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_that_was_changed_is_no_policy() {
        let policy = PromotionPolicy::requiring("gate");
        let mut kept = PolicyInForce::of(&policy).unwrap();
        assert_eq!(kept.policy().unwrap(), policy);
        kept.document = kept.document.replace("gate\"", "date\"");
        assert!(matches!(kept.policy(), Err(Error::Corrupt { .. })), "{kept:?}");
        // One of a later release is still there to be read by eye.
        kept.document = r#"{"approvals":1,"moon":"full"}"#.to_owned();
        kept.digest = Digest::of(&kept.document);
        assert!(matches!(kept.policy(), Err(Error::Corrupt { .. })), "{kept:?}");
    }
}
