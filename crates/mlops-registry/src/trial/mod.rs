//! A version beside the one in production: as a shadow, whose answers nobody gets, or as a
//! canary, whose answers some get.
//!
//! A trial takes a registered version and a deployer; production takes gates and approvals
//! besides ([`promotion`](crate::promotion)). A model has at most one trial at a time, and it
//! is a comparison with the version that was in production when it began: whatever changes
//! what is in production ends it in the same transaction, as completed if its own version
//! went in, as withdrawn if another did.

mod advance;
mod end;
mod history;
mod kind;
mod outcome;
mod start;

pub(crate) use history::Running;
pub use history::{Trial, TrialPhase};
pub use kind::TrialKind;
pub use outcome::{TrialEnd, TrialOutcome};
