//! Who may do what: roles are grants in the registry, never a caller's claim.
//!
//! Whoever creates a registry names its first admin, who grants the other roles. Every
//! grant and its end is in the audit log; what no grant allows is denied, and that is in the
//! log too: who tried what, and which role it would have taken. The same refusal of the same
//! principal is told once a minute, of more than 100 different ones within a minute the next
//! stands for the rest, and so does one of 1,000 of all principals, but for the first of each:
//! being refused is no way to fill a disk. What is not told is counted, and the next entry about
//! the same principal says how many those were. These counts are kept by each process for itself.
//!
//! Changes go through a [`Session`](crate::Session), and so do reads of those who may not
//! read everything: [`Session::reader`](crate::Session::reader).

mod action;
mod authorizer;
mod grant;
mod granting;
mod known;
mod pattern;
mod reading;
mod recent;
mod role;

pub use action::Action;
pub use authorizer::{Access, Authorizer, RoleTable};
pub use grant::{Grant, Scope};
pub(crate) use known::KnownGrants;
pub use pattern::ModelPattern;
pub use reading::Reader;
pub(crate) use recent::{RecentRefusals, Telling};
pub use role::Role;
