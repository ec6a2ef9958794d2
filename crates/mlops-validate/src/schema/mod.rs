//! What a table has to look like: inferred from data, reviewed as a file, checked, and
//! compared from version to version.
//!
//! ```
//! # use std::sync::Arc;
//! # use arrow_array::{ArrayRef, Int64Array, RecordBatch};
//! use mlops_validate::schema::{Schema, SchemaInference};
//!
//! # let table = |values: Vec<i64>| RecordBatch::try_from_iter([("distance", Arc::new(Int64Array::from(values)) as ArrayRef)]);
//! let mut inference = SchemaInference::default();
//! inference.update(&table(vec![187, 1400, 2586])?)?;
//! let file = inference.finish("flights").to_toml();
//!
//! // People read the file, change what is too narrow, and keep it with their code.
//! let schema = Schema::from_toml(&file)?;
//! let anomalies = schema.check(&[table(vec![96, -5])?])?;
//! assert_eq!(
//!     anomalies[0].finding().reason,
//!     "1 of 2 values lies outside (50.00 %), expected from 0 to 2826: -5"
//! );
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | infer a schema from batches, in parts | [`SchemaInference`], [`InferenceSettings`] |
//! | read and write it as TOML or JSON | [`Schema::from_toml`], [`InferredSchema::to_toml`], [`Schema::to_json`] |
//! | check a table | [`Schema::check`], [`SchemaCheck`] |
//! | know the anomalies | [`AnomalyType`], [`Anomaly`] |
//! | compare two versions | [`Evolution`], [`View`], [`Bump`] |

mod anomaly;
mod check;
mod column_type;
mod columns;
mod evolution;
mod file;
mod infer;
mod model;

pub use anomaly::{Anomaly, AnomalyType};
pub use check::SchemaCheck;
pub use column_type::ColumnType;
pub(crate) use column_type::TypeKind;
pub(crate) use columns::{OfColumn, as_before, as_here, columns_of};
pub use evolution::{Bump, Evolution, SchemaChange, View};
pub use infer::{InferenceSettings, InferredSchema, SchemaInference};
pub use model::{ColumnSchema, CountRange, Range, Schema};
