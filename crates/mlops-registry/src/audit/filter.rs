use mlops_core::{Principal, Timestamp};

use super::{Act, Entry};

/// Which entries of the log are asked for: those that fit everything that is set.
///
/// ```
/// use mlops_registry::audit::EntryFilter;
/// let filter = EntryFilter::new().since("2013-04-01".parse()?).action("promotion.approve").subject("flight-delay/");
/// # let _ = filter;
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
#[must_use]
pub struct EntryFilter {
    since: Option<Timestamp>,
    until: Option<Timestamp>,
    actor: Option<Principal>,
    action: Option<String>,
    subject: Option<String>,
}

impl EntryFilter {
    /// All entries.
    pub fn new() -> Self {
        Self::default()
    }

    /// Only what was done at `moment` or later.
    pub const fn since(mut self, moment: Timestamp) -> Self {
        self.since = Some(moment);
        self
    }

    /// Only what was done before `moment`.
    pub const fn until(mut self, moment: Timestamp) -> Self {
        self.until = Some(moment);
        self
    }

    /// Only what `principal` did.
    pub fn actor(mut self, principal: Principal) -> Self {
        self.actor = Some(principal);
        self
    }

    /// Only acts of this name, such as `promotion.approve`; if it ends with a dot, as
    /// `promotion.` does, all that begin with it.
    pub fn action(mut self, action: impl Into<String>) -> Self {
        self.action = Some(action.into());
        self
    }

    /// Only acts on what begins with this, such as `flight-delay/`.
    pub fn subject(mut self, prefix: impl Into<String>) -> Self {
        self.subject = Some(prefix.into());
        self
    }

    /// Whether nothing is set, so that every entry is asked for.
    pub fn is_all(&self) -> bool {
        *self == Self::default()
    }

    /// Whether an entry is asked for.
    pub fn fits(&self, Entry { act, .. }: &Entry) -> bool {
        let Act { at, actor, action, subject, .. } = act;
        self.since.is_none_or(|since| *at >= since)
            && self.until.is_none_or(|until| *at < until)
            && self.actor.as_ref().is_none_or(|asked| asked == actor)
            && self.action.as_ref().is_none_or(|asked| {
                if asked.ends_with('.') { action.starts_with(asked.as_str()) } else { asked == action }
            })
            && self.subject.as_ref().is_none_or(|prefix| subject.starts_with(prefix.as_str()))
    }
}
