use std::fmt::Debug;

use mlops_core::ModelName;

use super::{Action, Grant, Role};

/// What an [`Authorizer`] says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[must_use]
#[expect(clippy::exhaustive_enums, reason = "one may or one may not")]
pub enum Access {
    /// It is allowed.
    Allowed {
        /// By which of the grants, counted from 0: the change goes through only if it
        /// still stands at that moment.
        by: usize,
    },
    /// It is not.
    Denied {
        /// The role that would allow it.
        needed: Role,
    },
}

/// Decides from someone's grants whether they may do something.
///
/// # Contract
/// A function of its arguments: no state, no I/O, the same answer each time. What no grant
/// allows is denied.
pub trait Authorizer: Debug + Send + Sync {
    /// Whether the holder of `grants` may do `action` to `model`, or to none if `None`.
    fn decide(&self, action: Action, model: Option<&ModelName>, grants: &[&Grant]) -> Access;
}

/// One role for each action, as [`Action::needs`] lists them, held for the model in question;
/// for any at all, where [`Action::in_any_scope`] says so. Whoever may do anything to a model
/// may read it too.
#[derive(Clone, Copy, Debug, Default)]
#[expect(clippy::exhaustive_structs, reason = "the table is Action::needs")]
pub struct RoleTable;

impl Authorizer for RoleTable {
    fn decide(&self, action: Action, model: Option<&ModelName>, grants: &[&Grant]) -> Access {
        let needed = action.needs();
        let covers = |grant: &Grant| action.in_any_scope() || grant.scope.covers(model);
        match grants.iter().position(|grant| action.is_given_by(grant.role) && covers(grant)) {
            Some(by) => Access::Allowed { by },
            None => Access::Denied { needed },
        }
    }
}
