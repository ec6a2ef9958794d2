use std::fmt;
use std::time::Duration;

use mlops_core::{ModelName, Principal, Timestamp, Version};
use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::registry::{Document, Registry};
use crate::store::{Key, Kind};
use crate::{Error, Result};

/// The terms on which a policy lets someone go without it in an emergency. In JSON
/// `{"role": "deployer", "review_within_secs": 86400}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct BreakGlass {
    role: Role,
    review_within_secs: u64,
    not_while_overdue: bool,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    role: Role,
    review_within_secs: u64,
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    not_while_overdue: bool,
}

impl From<BreakGlass> for Written {
    fn from(BreakGlass { role, review_within_secs, not_while_overdue }: BreakGlass) -> Self {
        Self { role, review_within_secs, not_while_overdue }
    }
}

impl TryFrom<Written> for BreakGlass {
    type Error = Error;
    fn try_from(Written { role, review_within_secs, not_while_overdue }: Written) -> Result<Self> {
        let terms = Self::by(role, Duration::from_secs(review_within_secs))?;
        Ok(if not_while_overdue { terms.not_while_overdue() } else { terms })
    }
}

impl BreakGlass {
    /// A deployer may who holds `role` too; somebody else reviews it within so many whole seconds.
    ///
    /// # Errors
    /// [`Error::Invalid`] for less than a second.
    pub fn by(role: Role, review_within: Duration) -> Result<Self> {
        if review_within.as_secs() == 0 {
            return Err(Error::Invalid {
                field: "time for a review",
                value: format!("{review_within:?}"),
                expected: "a second or more".to_owned(),
            });
        }
        Ok(Self { role, review_within_secs: review_within.as_secs(), not_while_overdue: false })
    }

    /// Not again as long as the review of an earlier one is overdue, of any model that the
    /// policy is for.
    #[must_use]
    pub const fn not_while_overdue(mut self) -> Self {
        self.not_while_overdue = true;
        self
    }

    /// The role that it takes beside that of a deployer.
    pub const fn role(&self) -> Role {
        self.role
    }

    /// How long the review may take.
    pub const fn review_within(&self) -> Duration {
        Duration::from_secs(self.review_within_secs)
    }

    /// Whether an overdue review stands in the way.
    pub const fn waits_for_overdue(&self) -> bool {
        self.not_while_overdue
    }
}

/// What came of a review.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ReviewOutcome {
    /// There was no other way.
    Justified,
    /// There was one, and it should have been gone.
    NotJustified,
}

impl fmt::Display for ReviewOutcome {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Justified => "justified",
            Self::NotJustified => "not justified",
        })
    }
}

/// The later look at a promotion that went without the rules.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Review {
    /// Who looked.
    pub by: Principal,
    /// When.
    pub at: Timestamp,
    /// What came of it.
    pub outcome: ReviewOutcome,
    /// In words.
    pub note: String,
}

/// A promotion that went without the rules, in an emergency.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Emergency {
    /// The model.
    pub model: ModelName,
    /// The number of the promotion.
    pub promotion: u32,
    /// The version that went into production.
    pub version: Version,
    /// Who did it.
    pub by: Principal,
    /// When.
    pub at: Timestamp,
    /// Why.
    pub reason: String,
    /// What would have kept it out: `check: reason`.
    pub waived: Vec<String>,
    /// Until when it is to be reviewed.
    pub review_by: Timestamp,
    /// The review; `None` as long as it is open.
    pub review: Option<Review>,
}

impl Emergency {
    /// Whether it should have been reviewed before `now`.
    pub fn is_overdue(&self, now: Timestamp) -> bool {
        self.review.is_none() && now >= self.review_by
    }

    pub(super) fn key_of(model: &ModelName, promotion: u32) -> Key {
        Key::from([model.as_str()]).and(i64::from(promotion))
    }
}

impl Document for Emergency {
    const KIND: Kind = Kind::Emergency;
    fn key(&self) -> Key {
        Self::key_of(&self.model, self.promotion)
    }
}

impl Registry {
    /// The promotions of a model that went without the rules, the first first.
    ///
    /// # Errors
    /// Those of the store.
    pub fn emergencies(&self, model: &ModelName) -> Result<Vec<Emergency>> {
        self.values(&Key::from([model.as_str()]))
    }

    /// Those of all models that nobody has reviewed yet, by model.
    ///
    /// # Errors
    /// Those of the store.
    pub fn open_reviews(&self) -> Result<Vec<Emergency>> {
        let mut open: Vec<Emergency> = self.values(&Key::all())?;
        open.retain(|emergency| emergency.review.is_none());
        Ok(open)
    }
}
