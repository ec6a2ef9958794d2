//! Who may do what: roles are grants in the registry, never a caller's claim.
//!
//! Whoever creates a registry names its first admin, who grants the other roles. Every
//! grant and its end is in the audit log; what no grant allows is denied.

mod action;
mod authorizer;
mod grant;
mod granting;
mod known;
mod role;

pub use action::Action;
pub use authorizer::{Access, Authorizer, RoleTable};
pub use grant::{Grant, Scope};
pub(crate) use known::KnownGrants;
pub use role::Role;
