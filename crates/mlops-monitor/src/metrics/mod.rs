//! Numbers for Prometheus: counters, gauges, histograms and summaries in process, and their
//! text formats, as `prometheus_client` of Python writes them.
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | count what models answer, how fast, how sure | [`ModelMetrics`] |
//! | define metrics of your own | [`Registry`], [`Spec`], [`Buckets`] |
//! | record | [`Family::with`], then [`Counter`], [`Gauge`], [`Histogram`], [`Summary`] |
//! | answer a scrape | [`Exposition::negotiate`], [`Registry::encode`] |

mod classify;
mod error;
mod escaping;
mod exposition;
mod family;
mod format;
mod kind;
mod model;
mod number;
mod registry;
mod series;
mod spec;

pub use classify::{Class, Classes, Classify, Values};
pub use error::{Error, Result};
pub use escaping::Escaping;
pub use family::Family;
pub use format::{Exposition, Format};
pub use model::ModelMetrics;
pub use registry::Registry;
pub use series::{Counter, Gauge, Histogram, Series, Summary};
pub use spec::{Buckets, Spec};

use kind::Kind;
