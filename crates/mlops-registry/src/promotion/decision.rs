use mlops_core::Verdict;

/// What came of asking for something that rules decide.
#[derive(Clone, Debug, PartialEq)]
#[must_use]
#[expect(clippy::large_enum_variant, reason = "made once a request and looked into at once")]
#[expect(clippy::exhaustive_enums, reason = "a rule lets through or it does not")]
pub enum Decision<T> {
    /// The rules let it through, and it is done.
    Granted(T),
    /// The rules kept it out; nothing changed but the audit log. Each check that blocks says why.
    Refused(Verdict),
}

impl<T> Decision<T> {
    /// What was granted, if it was.
    pub fn granted(self) -> Option<T> {
        match self {
            Self::Granted(value) => Some(value),
            Self::Refused(_) => None,
        }
    }

    /// The verdict that kept it out, if one did.
    pub fn refused(self) -> Option<Verdict> {
        match self {
            Self::Granted(_) => None,
            Self::Refused(verdict) => Some(verdict),
        }
    }
}
