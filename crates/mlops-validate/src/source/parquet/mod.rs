//! Tables from Parquet files.

mod file;
mod gather;
mod read;
mod table;

pub use table::ParquetTable;
