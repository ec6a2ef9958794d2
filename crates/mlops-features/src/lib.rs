//! Feature store: what was known about a customer, an aircraft, a street, and when.
//!
//! Training looks back: the [point-in-time join](PointInTimeJoin) gives each past decision
//! the features as they were known at its time, never later ones. Serving looks up: an
//! [`OnlineStore`] keeps the newest values of each key, a [`Materializer`] brings them there
//! when they are known, and [`OnlineFeatures`] makes the inputs of a model of them. Both follow
//! the same rule, and give the same bits.
//!
//! ```no_run
//! use std::time::Duration;
//! # #[cfg(feature = "parquet")] {
//! use mlops_features::{Catalog, Entity, FeatureService, FeatureView, OfflineSourceExt, ParquetSource, PointInTimeJoin, ValueType};
//!
//! let origin = Entity::new("origin", ["origin"])?;
//! let weather = FeatureView::builder("weather", ParquetSource::open("weather.parquet")?)
//!     .entity(&origin)
//!     .timestamp("event_timestamp")
//!     .ttl(Duration::from_secs(3 * 3600))
//!     .feature("temp", ValueType::Float)
//!     .feature("visib", ValueType::Float)
//!     .build()?;
//! let catalog = Catalog::new([weather])?;
//! let service = FeatureService::new("flight-delay", ["hour", "weather:temp", "weather:visib"])?;
//! let flights = ParquetSource::open("flights.parquet")?.read_all()?;
//! let training = PointInTimeJoin::new(&catalog, &service)?.run(&flights)?;
//! let inputs = training.dense()?; // hour, temp and visib of each flight, as the model reads them
//! # }
//! # Ok::<(), mlops_features::Error>(())
//! ```
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | say what features there are | [`Entity`], [`FeatureView`], [`Catalog`] |
//! | name the inputs of a model in their order | [`FeatureService`], [`FeatureRef`] |
//! | read history from Parquet files or memory | [`ParquetSource`], [`MemorySource`], [`OfflineSourceExt`] |
//! | read history from elsewhere | [`OfflineSource`] |
//! | make a training set without leaks | [`PointInTimeJoin`] |
//! | hand it to a model | [`Joined::dense`], [`DenseRows`] |
//! | bring history to an online store as time goes on | [`Materializer`] |
//! | write single rows, streams or late ones to it | [`Push`] |
//! | look up a model's inputs while a request waits | [`OnlineFeatures`] |
//! | keep the newest values in memory or in a file | [`MemoryOnlineStore`], [`SqliteOnlineStore`] |
//! | write an online store of your own | [`OnlineStore`], `testing` (feature `testing`) |
//!
//! # Features
//!
//! - `parquet` (default): Parquet files as sources. Compiles Zstandard's C code.
//! - `sqlite` (default): the online store in a file. Compiles SQLite's C code.
//! - `testing`: the conformance suites, for adapters of your own.
#![cfg_attr(
    not(feature = "parquet"),
    allow(rustdoc::broken_intra_doc_links, reason = "ParquetSource is not there")
)]
#![cfg_attr(
    not(feature = "sqlite"),
    allow(rustdoc::broken_intra_doc_links, reason = "SqliteOnlineStore is not there")
)]
#![forbid(unsafe_code)]

mod definition;
mod dense;
mod error;
mod offline;
mod online;
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
pub use online::{JoinKey, KeyRef, KeyType, Materialized, Materializer, OnlineFeatures, OnlineRequest, Push};
pub use pit::{FeatureNaming, Joined, PointInTimeJoin, Progress};
pub use store::{
    EntityKey, FeatureRow, KeyPart, MemoryOnlineStore, OnlineStore, Value, check_rows as check_online_rows,
    check_watermark,
};
#[cfg(feature = "sqlite")]
pub use store::{Flush, SqliteOnlineStore};
