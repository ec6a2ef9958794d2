//! What came of it: models, their versions, and what each version was made from.

mod lineage;
mod register;
mod registered;
mod stage;
mod version;

pub use lineage::Lineage;
pub use registered::Model;
pub use stage::{AliasTarget, Stage, VersionStage};
pub use version::{ModelVersion, NewVersion};

/// The alias of the version in production. Only a promotion moves it.
pub const PRODUCTION: &str = "production";
