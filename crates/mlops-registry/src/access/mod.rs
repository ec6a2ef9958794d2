//! Who may do what: roles are grants in the registry, never a caller's claim.

mod role;

pub use role::Role;
