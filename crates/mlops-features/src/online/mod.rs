//! From history to look-up: the newest rows go to an online store as time goes on, and come
//! back as the inputs of a model.
//!
//! `cells` and `rows` read the rows of a view out of a batch; `ahead` reads a source in the
//! order of time; `materialize` publishes what is due; `push` writes what comes from
//! elsewhere; `request` is what a look-up is given, `serve` looks up.

mod ahead;
mod cells;
mod materialize;
mod push;
mod request;
mod rows;
mod serve;

pub use materialize::{Materialized, Materializer};
pub use push::Push;
pub use request::{JoinKey, KeyRef, KeyType, OnlineRequest};
pub use serve::OnlineFeatures;
