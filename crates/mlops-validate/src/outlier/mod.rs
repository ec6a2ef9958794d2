//! Values and rows that lie apart from the others.
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | find outliers of one column | [`outliers`], [`Rule`] |
//! | have a column of a table as numbers | [`numbers`] |
//! | find rows that are strange in several columns together | [`IsolationForest`] |
//!
//! To have a suite refuse them, see `expect_column_values_to_be_between`.

mod forest;
mod scores;

pub use forest::{ForestSettings, IsolationForest, average_path_length};
pub use scores::{Outlier, Outliers, Rule, outliers};

use arrow_array::Array;

use crate::table::{Cell, cell_at};
use crate::{Error, Result};

/// A column as floating point numbers, a row each; NaN where it is missing. Whole numbers beyond
/// 2⁵³ are rounded.
///
/// ```
/// use mlops_validate::outlier::numbers;
/// let column = arrow_array::Int64Array::from(vec![Some(3), None]);
/// assert!(matches!(numbers(&column)?[..], [3.0, missing] if missing.is_nan()));
/// # Ok::<(), mlops_validate::Error>(())
/// ```
///
/// # Errors
/// [`Error::Input`] if it holds a value that is no number.
pub fn numbers(column: &dyn Array) -> Result<Vec<f64>> {
    let number = |row| match cell_at(column, row) {
        Cell::Int(value) => Ok(value as f64),
        Cell::Float(value) => Ok(value),
        Cell::Bool(value) => Ok(f64::from(u8::from(value))),
        Cell::Missing | Cell::MissingMoment => Ok(f64::NAN),
        other => Err(Error::input("column", format!("row {row} has {other}, expected a number"))),
    };
    (0..column.len()).map(number).collect()
}
