//! Feature store: entities, views, leak-free point-in-time joins, online look-up
#![forbid(unsafe_code)]

mod definition;
mod dense;
mod error;
mod offline;
mod pit;
mod store;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use definition::{
    Catalog, Entity, Feature, FeatureRef, FeatureService, FeatureView, FeatureViewBuilder, Input, KeyColumn,
    ValueType,
};
pub use dense::DenseRows;
pub use error::{Error, Result};
#[cfg(feature = "parquet")]
pub use offline::ParquetSource;
pub use offline::{Batches, MemorySource, OfflineSource, OfflineSourceExt};
pub use pit::{FeatureNaming, Joined, PointInTimeJoin, Progress};
pub use store::{
    EntityKey, FeatureRow, KeyPart, MemoryOnlineStore, OnlineStore, Value, check_rows as check_online_rows,
};
