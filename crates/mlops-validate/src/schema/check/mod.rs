//! Checks of tables against a schema: the table as a whole, each column, and what was found.

mod column;
mod distinct;
mod found;
mod table;

pub use table::SchemaCheck;
