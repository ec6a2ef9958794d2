//! A table read column by column, sorted once for all that is compared.

mod accumulator;
mod column;
mod exactness;
mod read;
mod schema;
mod series;

use std::collections::BTreeMap;

pub(crate) use accumulator::Gathered;
pub use accumulator::WindowAccumulator;
use arrow_array::RecordBatch;
pub use column::Columns;
pub(crate) use column::Kind;
pub use exactness::Exactness;
pub(crate) use exactness::{Aligned, Sketched, align, judge_numbers, scaled};
use mlops_core::{Digest, DigestWriter};
use mlops_stats::two_sample::Sample;
pub(crate) use read::{each_name, each_number};
pub(crate) use schema::{Found, all_different, expect_columns, same_columns};
pub use series::Series;

use crate::{Error, Result};

/// Up to here every count is a number that an `f64` has; and no sum of counts overflows.
pub(crate) const MAX_ROWS: u64 = 1 << 53;

/// The rows of two parts together.
pub(crate) fn more_rows(rows: u64, more: u64) -> Result<u64> {
    let all = rows.checked_add(more).filter(|all| *all <= MAX_ROWS);
    all.ok_or_else(|| Error::input("the number of rows", format!("{rows} and {more} more"), "at most 2^53"))
}

/// The values of one column.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Values {
    /// Sorted numbers; `None` if all are missing.
    Numbers(Option<Sample>),
    /// Each category and how often it occurs.
    Categories(BTreeMap<String, u64>),
    /// A column of Arrow's `Null` type: it fits whatever the other side is.
    Nothing,
    /// A type without a distribution to compare.
    Unsupported,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Column {
    pub(crate) name: String,
    pub(crate) data_type: String,
    pub(crate) rows: u64,
    pub(crate) missing: u64,
    pub(crate) values: Values,
    /// What `values` stands for if it is not all there is.
    pub(crate) sketched: Option<Sketched>,
}

/// A set of rows whose distribution is to be compared: the training data, the last week.
///
/// Reading costs a sort a numeric column; comparing it again and again costs no more of
/// it. Nothing in it depends on the order of the rows or on how they came in batches.
///
/// Numbers (integers and floats) are compared as `f64`; text, dictionaries of text and
/// booleans as categories, and so are the columns that [`Columns::categorical`] names.
/// Nulls, NaN and infinities are missing values. Times, binary and nested columns have no
/// distribution that is worth comparing; they are listed and skipped.
///
/// A window that a [`Profile`](crate::Profile) stands in for knows its columns only in a fixed size; what
/// is computed of them says how exact it is.
///
/// Memory: 8 bytes a number, and every distinct category once.
#[derive(Clone, Debug, PartialEq)]
pub struct Window {
    pub(crate) rows: u64,
    pub(crate) columns: Vec<Column>,
}

impl Window {
    /// Reads all batches.
    ///
    /// # Errors
    /// [`Error::Schema`](crate::Error::Schema) if the batches do not have the same columns, or one of them twice.
    pub fn read<'a>(batches: impl IntoIterator<Item = &'a RecordBatch>, columns: &Columns) -> Result<Self> {
        let mut accumulator = WindowAccumulator::new(columns);
        for batch in batches {
            accumulator.update(batch)?;
        }
        Ok(accumulator.finish())
    }

    /// Reads rows of numbers, each with one value a name; NaN is missing.
    ///
    /// ```
    /// use mlops_drift::{Columns, Window};
    /// let names = ["temp", "hour"].map(String::from);
    /// let rows: [&[f64]; 2] = [&[39.9, 18.0], &[f64::NAN, 19.0]];
    /// assert_eq!(Window::read_rows(&names, rows, &Columns::default())?.rows(), 2);
    /// # Ok::<(), mlops_drift::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Row`](crate::Error::Row) if a row has another number of values,
    /// [`Error::Schema`](crate::Error::Schema) if a name is there twice.
    pub fn read_rows<'r>(
        names: &[String],
        rows: impl IntoIterator<Item = &'r [f64]>,
        columns: &Columns,
    ) -> Result<Self> {
        let mut accumulator = WindowAccumulator::new(columns);
        accumulator.update_rows(names, rows)?;
        Ok(accumulator.finish())
    }

    /// How many rows it has.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The names of its columns in the order of the batches.
    pub fn column_names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// What tells this window from any other.
    pub(crate) fn digest(&self) -> Digest {
        let mut digest = DigestWriter::new();
        let number = |digest: &mut DigestWriter, number: u64| digest.update(number.to_le_bytes());
        number(&mut digest, self.rows);
        for column in &self.columns {
            for text in [&column.name, &column.data_type] {
                number(&mut digest, text.len() as u64);
                digest.update(text);
            }
            number(&mut digest, column.missing);
            match &column.values {
                Values::Numbers(sample) => {
                    for value in sample.iter().flat_map(Sample::values) {
                        number(&mut digest, value.to_bits());
                    }
                }
                Values::Categories(counts) => {
                    for (name, count) in counts {
                        number(&mut digest, name.len() as u64);
                        digest.update(name);
                        number(&mut digest, *count);
                    }
                }
                Values::Nothing | Values::Unsupported => {}
            }
            if let Some(sketched) = &column.sketched {
                sketched.numbers().iter().for_each(|bits| number(&mut digest, *bits));
            }
        }
        digest.finish()
    }
}
