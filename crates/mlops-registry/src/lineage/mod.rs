//! What came of what: from data sets over feature views, runs, versions and deployments to
//! the predictions of a window of time, and back.
//!
//! The registry knows which data sets a run has read, which version it gave, and when that
//! was in production or on trial. What others know they [record](crate::Session::record_link):
//! that a view was made from a data set, that a run took a feature service, that a service
//! ran a version, that predictions came of it and were learned from again.
//!
//! | from | to | told by |
//! | --- | --- | --- |
//! | data set | run | [`log`](crate::Session::log) |
//! | run | version | [`register`](crate::Session::register) |
//! | version | time in production, trial | [`promote`](crate::Session::promote), [`start_trial`](crate::Session::start_trial) |
//! | data set | data set, feature view | a link |
//! | feature view | feature service, run | a link |
//! | feature service | run | a link |
//! | run | data set | a link |
//! | version | deployment | a link |
//! | time in production, trial, deployment | predictions | a link |
//! | predictions | data set | a link |
//!
//! Who may say so: of a run those who made it, of what is at work a deployer of the model, of
//! what was learned from predictions an author of the model, of anything else an author. What was
//! wrong is [taken back](crate::Session::retract_link), with a reason, and stays to be read.
//!
//! A [`LineageGraph`] is what [`Registry::lineage`](crate::Registry::lineage) finds from one of them.
//! It is read as JSON, as `OpenLineage` events, and as a drawing.

mod graph;
mod index;
mod layout;
mod link;
mod node;
mod open_lineage;
mod retract;
mod svg;
mod walk;

pub use graph::{Edge, EdgeKind, LineageGraph, NodeFacts};
pub use link::Link;
pub use node::{LineageNode, NodeKind};
pub use retract::Retraction;
pub use walk::{Direction, MAX_NODES};
