#![doc = include_str!("../README.md")]
#![forbid(unsafe_code)]

#[doc(inline)]
pub use mlops_core::{
    Alias, Check, Clock, Detail, Digest, DigestWriter, EntityName, Evidence, ExperimentName, FeatureName,
    Finding, Interval, ManualClock, Measured, ModelName, ModelRef, Observer, Outcome, Prediction,
    PredictionEvent, PredictionId, Principal, Selector, ServedBy, ServiceName, Severity, Subject,
    SystemClock, Timestamp, Verdict, Version, ViewName, Window, canonical, number,
};

/// An error of the shared vocabulary: a name, version, digest or timestamp that can't be one.
pub use mlops_core::Error as VocabularyError;

#[doc(inline)]
pub use mlops_stats as stats;

#[cfg(feature = "drift")]
#[doc(inline)]
pub use mlops_drift as drift;
#[cfg(feature = "features")]
#[doc(inline)]
pub use mlops_features as features;
#[cfg(feature = "monitor")]
#[doc(inline)]
pub use mlops_monitor as monitor;
#[cfg(feature = "registry")]
#[doc(inline)]
pub use mlops_registry as registry;
#[cfg(feature = "report")]
#[doc(inline)]
pub use mlops_report as report;
#[cfg(feature = "serve")]
#[doc(inline)]
pub use mlops_serve_core as serve;
#[cfg(feature = "validate")]
#[doc(inline)]
pub use mlops_validate as validate;

#[cfg(all(feature = "features", feature = "serve"))]
pub mod connect;

/// The Arrow crates that tables are made of, in the version that `mlops` uses.
#[cfg(any(feature = "features", feature = "validate", feature = "drift"))]
pub mod arrow {
    pub use arrow_array as array;
    pub use arrow_schema as schema;
    pub use arrow_select as select;

    pub use arrow_array::RecordBatch;
    pub use arrow_schema::{DataType, Field, Schema};
}

/// Extension traits, without their names: `use mlops::prelude::*;`.
pub mod prelude {
    #[cfg(feature = "features")]
    pub use mlops_features::OfflineSourceExt as _;
    #[cfg(feature = "monitor")]
    pub use mlops_monitor::PredictionLogExt as _;
    #[cfg(feature = "registry")]
    pub use mlops_registry::artifact::ArtifactStoreExt as _;
    #[cfg(feature = "serve")]
    pub use mlops_serve_core::ModelExt as _;
}
