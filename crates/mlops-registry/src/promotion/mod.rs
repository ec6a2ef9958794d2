//! How a version gets into production: a policy, evidence, approvals, and one transaction.
//!
//! A promotion that the rules keep out is no error but a [`Decision::Refused`] with a
//! verdict that says why, and the refusal is in the audit log. An error means that it
//! could not be found out, that the caller holds no grant, or that the state has moved on.
//!
//! The way back takes none of it: a [rollback](crate::Session::rollback) is one call with a
//! reason, and stands in the [history](crate::Registry::history) beside the promotions.

mod approval;
mod approve;
mod decision;
mod evidence;
mod execute;
mod history;
mod line;
mod policy;
mod request;
mod rollback;
mod rules;
mod switch;

pub use approval::Approval;
pub use decision::Decision;
pub use evidence::RecordedEvidence;
pub use history::{Promotion, PromotionEnd, Rollback};
pub use policy::PromotionPolicy;
pub use request::{PromotionRequest, RequestId, RequestState};
pub(crate) use rules::refusal;
