//! How a version gets into production: a policy, evidence, approvals, and one transaction.
//!
//! A promotion that the rules keep out is no error but a [`Decision::Refused`] with a
//! verdict that says why, and the refusal is in the audit log. An error means that it
//! could not be found out, that the caller holds no grant, or that the state has moved on.
//!
//! A request is approved, [rejected](crate::Session::reject) or
//! [withdrawn](crate::Session::withdraw), and carried out, each in a transaction that rests on
//! it being open: of those who do it at once one comes first, and the others are told of it.
//!
//! Times are by the clock, and by the log: what was logged since an approval was given is
//! later than it, whatever a clock says that was set back, and an approval of the future does
//! not count where approvals count for a time.
//!
//! In an emergency a policy may let someone [break the glass](crate::Session::break_glass),
//! which somebody else reviews later.
//!
//! The way back takes none of it: a [rollback](crate::Session::rollback) is one call with a
//! reason, and stands in the [history](crate::Registry::history) beside the promotions. It leads
//! to what went in by the rules, or in an emergency that was justified, as its review says, and
//! never to a version that was deleted, though one of its name and file be registered again.

mod approval;
mod approve;
mod approvers;
mod break_glass;
mod close;
mod decision;
mod emergency;
mod evidence;
mod execute;
mod freeze;
mod grounds;
mod history;
mod in_force;
mod line;
mod moments;
mod policies;
mod policy;
mod request;
mod rollback;
mod rules;
mod staging;
mod switch;
mod target;

pub use approval::Approval;
pub use approvers::{ApproverRule, Approvers};
pub use decision::Decision;
pub use emergency::{BreakGlass, Emergency, Review, ReviewOutcome};
pub use evidence::RecordedEvidence;
pub use freeze::{Freeze, FreezeTime, WeekTime};
pub use history::{Promotion, PromotionEnd, Rollback};
pub use in_force::PolicyInForce;
pub(crate) use moments::PastTimes;
pub use policy::PromotionPolicy;
pub use request::{Closure, PromotionRequest, RequestId, RequestState};
pub(crate) use rules::refusal;
pub use target::TargetStage;
