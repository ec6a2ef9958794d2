//! Search over runs, experiments, models and versions, in the filter grammar of MLflow 3.17.
//!
//! ```
//! use mlops_registry::search::{Filter, OrderBy};
//! use mlops_registry::store::Kind;
//!
//! let filter = Filter::parse(Kind::Run, "metrics.auc > 0.7 AND params.`n trees` = '100'")?;
//! assert_eq!(filter.clauses().len(), 2);
//! let error = Filter::parse(Kind::Run, "metrics.auc > 0.7 OR params.x = '1'").unwrap_err();
//! assert_eq!((error.position, error.token.as_str()), (18, "OR"));
//! # OrderBy::parse(Kind::Run, "metrics.auc DESC")?;
//! # Ok::<(), mlops_registry::search::SyntaxError>(())
//! ```
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | find runs, experiments, models, versions | [`Registry::search_runs`](crate::Registry::search_runs) and its siblings |
//! | say which, and in what order | [`RunSearch`], [`ExperimentSearch`], [`ModelSearch`], [`VersionSearch`] |
//! | read on | [`Page::next`] |
//! | know what a filter says | [`Filter`], [`Test`], [`SyntaxError`] |
//! | make a store that finds | [`Search`], [`Facets`], [`scan`] |
#![doc = include_str!("grammar.md")]

mod facets;
mod field;
mod filter;
mod found;
mod index;
mod like;
mod order;
mod page;
mod parse;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
mod pending;
mod request;
mod scan;
mod sought;
mod syntax_error;
mod value;

pub use field::{Field, Source};
pub use filter::{Clause, Comparison, Filter, Test};
pub use found::{FoundExperiment, FoundModel, FoundRun, FoundVersion};
pub(crate) use index::MemoryIndex;
pub use like::Pattern;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) use like::behind;
#[cfg(feature = "postgres")]
pub(crate) use like::folded;
pub use order::{OrderBy, Position, Rank};
pub use page::Page;
#[cfg(any(feature = "sqlite", feature = "postgres"))]
pub(crate) use pending::Pending;
pub use request::{ExperimentSearch, ModelSearch, RunSearch, VersionSearch};
pub use scan::scan;
#[cfg(feature = "sqlite")]
pub(crate) use scan::speaks_of;
pub use sought::{Match, Matches, Search};
pub use syntax_error::SyntaxError;
pub use value::{Facet, Facets, Home, Moment, Owned, Standing, Value};

#[cfg(test)]
mod tests;
