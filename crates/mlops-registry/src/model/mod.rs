//! What came of it: models, their versions, where each stands, and what each was made from.
//!
//! | of a version | changes |
//! | --- | --- |
//! | number, file, run, lineage, [`signature`] | never |
//! | [`Stage`] | by promotions, trials, or [by hand](crate::Session::transition_stage) |
//! | aliases | by [`set_alias`](crate::Session::set_alias); `production` by promotions |
//! | description, tags, card | by whoever has something to add; the audit log has all of it |

mod alias;
mod bump;
pub mod card;
mod delete;
mod describe;
mod framework;
mod git;
mod git_tag;
mod lineage;
mod lock;
mod register;
mod registered;
mod remarks;
pub mod signature;
mod stage;
mod tag;
mod text;
mod tombstone;
mod transition;
mod version;

#[cfg(feature = "mlflow-import")]
pub(crate) use alias::check_alias;
pub use alias::{AliasIs, AliasTarget};
pub use bump::BumpTooSmall;
pub use describe::Description;
pub use framework::Framework;
pub use git::VersionGit;
pub use git_tag::GitTagRule;
pub use lineage::Lineage;
pub use lock::{LockDifference, ModelLock, PinnedModel};
pub use registered::Model;
pub(crate) use signature::Signature;
pub use stage::{Stage, VersionStage};
pub use tag::ModelTag;
#[cfg(feature = "mlflow-import")]
pub(crate) use tag::check_model_tag;
pub(crate) use text::check_text;
pub use tombstone::{Deleted, DeletedVersion, Tombstone};
pub use transition::StageTransition;
pub use version::{ModelVersion, NewVersion};

/// The alias of the version in production. Only a promotion moves it.
pub const PRODUCTION: &str = "production";

/// The word for the version with the highest precedence. Nobody sets it.
pub const LATEST: &str = "latest";
