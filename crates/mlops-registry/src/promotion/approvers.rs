use std::collections::BTreeSet;
use std::fmt;
use std::num::NonZeroU32;

use mlops_core::Principal;
use serde::{Deserialize, Serialize};

use crate::access::Role;
use crate::{Error, Result};

/// Of whom some of the approvals must be. They must hold the role of an approver besides.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Approvers {
    /// Who holds this role for the model too.
    Role(Role),
    /// One of these.
    Principals(BTreeSet<Principal>),
}

impl fmt::Display for Approvers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Role(role) => write!(f, "role {role}"),
            Self::Principals(names) => {
                let names: Vec<_> = names.iter().map(Principal::as_str).collect();
                f.write_str(&names.join(" or "))
            }
        }
    }
}

/// So many of the approvals must be of these. In JSON `{"count": 1, "role": "auditor"}` or
/// `{"count": 1, "principals": ["ben", "carl"]}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct ApproverRule {
    count: NonZeroU32,
    of: Approvers,
}

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    count: NonZeroU32,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    role: Option<Role>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    principals: Option<BTreeSet<Principal>>,
}

impl From<ApproverRule> for Written {
    fn from(ApproverRule { count, of }: ApproverRule) -> Self {
        let (role, principals) = match of {
            Approvers::Role(role) => (Some(role), None),
            Approvers::Principals(names) => (None, Some(names)),
        };
        Self { count, role, principals }
    }
}

impl TryFrom<Written> for ApproverRule {
    type Error = Error;
    fn try_from(Written { count, role, principals }: Written) -> Result<Self> {
        let of = match (role, principals) {
            (Some(role), None) => Approvers::Role(role),
            (None, Some(names)) => Approvers::Principals(names),
            _ => {
                return Err(Error::Invalid {
                    field: "approvers",
                    value: format!("{count}"),
                    expected: "either a role or principals".to_owned(),
                });
            }
        };
        Ok(Self { count, of })
    }
}

impl ApproverRule {
    pub(super) const fn new(count: NonZeroU32, of: Approvers) -> Self {
        Self { count, of }
    }

    /// How many.
    pub const fn count(&self) -> NonZeroU32 {
        self.count
    }

    /// Of whom.
    pub const fn of(&self) -> &Approvers {
        &self.of
    }

    /// That it can be fulfilled by somebody.
    pub(super) fn check(&self) -> Result<()> {
        match &self.of {
            Approvers::Principals(names) if names.len() < self.count.get() as usize => Err(Error::Invalid {
                field: "approvers",
                value: format!("{} of {}", self.count, self.of),
                expected: "as many principals as must approve, or more".to_owned(),
            }),
            _ => Ok(()),
        }
    }
}

/// How many people each rule gets when each person stands for one rule at most, and as many
/// are given as possible. `fits(person, rule)` says who could stand for what.
///
/// Augmenting paths: of the order of people × rules × people, both of them few.
pub(super) fn assign(
    people: usize,
    rules: &[ApproverRule],
    fits: impl Fn(usize, &ApproverRule) -> bool,
) -> Vec<usize> {
    fn place(
        person: usize,
        rules: &[ApproverRule],
        fits: &impl Fn(usize, &ApproverRule) -> bool,
        given: &mut [Vec<usize>],
        seen: &mut [bool],
    ) -> bool {
        for (i, rule) in rules.iter().enumerate() {
            if seen[i] || !fits(person, rule) {
                continue;
            }
            seen[i] = true;
            if given[i].len() < rule.count.get() as usize {
                given[i].push(person);
                return true;
            }
            for place_of in 0..given[i].len() {
                let other = given[i][place_of];
                if place(other, rules, fits, given, seen) {
                    given[i][place_of] = person;
                    return true;
                }
            }
        }
        false
    }

    let mut given = vec![Vec::new(); rules.len()];
    for person in 0..people {
        place(person, rules, &fits, &mut given, &mut vec![false; rules.len()]);
    }
    given.iter().map(Vec::len).collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Whether everyone could be given a rule, or none, such that all rules have enough.
    fn naive(fits: &[Vec<bool>], left: &mut Vec<u32>, person: usize) -> bool {
        if left.iter().all(|left| *left == 0) {
            return true;
        }
        let Some(own) = fits.get(person) else { return false };
        for rule in 0..left.len() {
            if own[rule] && left[rule] > 0 {
                left[rule] -= 1;
                if naive(fits, left, person + 1) {
                    return true;
                }
                left[rule] += 1;
            }
        }
        naive(fits, left, person + 1)
    }

    proptest! {
        #[test]
        fn finds_an_assignment_if_there_is_one(
            counts in prop::collection::vec(1..3_u32, 0..4),
            fits in prop::collection::vec(prop::collection::vec(any::<bool>(), 4), 0..6),
        ) {
            let rules: Vec<_> = (0_u32..)
                .zip(&counts)
                .map(|(i, count)| {
                    let name = format!("{i}").parse().unwrap();
                    ApproverRule::new(NonZeroU32::new(*count).unwrap(), Approvers::Principals([name].into()))
                })
                .collect();
            let index = |rule: &ApproverRule| rules.iter().position(|other| other == rule).unwrap();
            let given = assign(fits.len(), &rules, |person, rule| fits[person][index(rule)]);
            let all = given.iter().zip(&counts).all(|(given, count)| *given == *count as usize);
            prop_assert_eq!(all, naive(&fits, &mut counts.clone(), 0));
            prop_assert!(given.iter().zip(&counts).all(|(given, count)| *given <= *count as usize));
        }
    }
}
