use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::column::{Coded, of_column};
use super::{AlikeColumns, ColumnQuality, MissingValues, pairs, rows};
use crate::Rows;

/// A table in a few numbers.
///
/// `O(rows · columns)` for the columns, in parallel, and `O(rows · columns²)` for what they
/// have in common.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct DatasetQuality {
    /// The rows.
    pub rows: u64,
    /// The columns of numbers and categories, in their order.
    pub columns: Vec<ColumnQuality>,
    /// Columns that have neither, such as times.
    pub skipped: Vec<String>,
    /// Rows without a value in any column.
    pub empty_rows: u64,
    /// Rows in which at least one column has something that stands for a missing value.
    pub rows_with_missing: u64,
    /// Rows that are equal to an earlier one; two missing values are equal here.
    pub duplicate_rows: u64,
    /// Pairs of columns that agree in half of the rows or more.
    pub alike: Vec<AlikeColumns>,
}

impl DatasetQuality {
    /// From which share on a column or a pair of columns is *almost* constant or equal, to Evidently.
    pub const ALMOST: f64 = 0.95;

    /// Looks at all rows. A table without rows has no answer where one would be a share.
    pub fn of(rows: &Rows) -> Self {
        let columns = rows.columns();
        let coded: Vec<Coded> = columns.par_iter().map(of_column).collect();
        let (codes, qualities): (Vec<_>, Vec<_>) =
            coded.into_iter().map(|column| (column.codes, column.quality)).unzip();
        let (empty_rows, rows_with_missing) = rows::without_values(columns, &codes, rows.len());
        let alike = (0..columns.len()).into_par_iter().flat_map_iter(|first| {
            let second = columns[first + 1..].iter();
            second.filter_map(move |second| pairs::compare(&columns[first], second))
        });
        let half = |pair: &AlikeColumns| pair.identical || 2 * pair.equal_rows >= rows.len() as u64;
        Self {
            rows: rows.len() as u64,
            duplicate_rows: rows::duplicates(&codes, rows.len()),
            columns: qualities,
            skipped: rows.skipped().to_vec(),
            empty_rows,
            rows_with_missing,
            alike: alike.filter(half).collect(),
        }
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&ColumnQuality> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// Values that are null or NaN.
    pub fn missing(&self) -> u64 {
        self.columns.iter().map(|column| column.missing.null).sum()
    }

    /// Everything that stands for a missing value.
    pub fn missing_values(&self) -> MissingValues {
        self.columns.iter().fold(MissingValues::default(), |sum, column| sum.plus(&column.missing))
    }

    /// The share of all values that stands for a missing one; `None` for an empty table.
    pub fn share_missing(&self) -> Option<f64> {
        let values = self.rows * self.columns.len() as u64;
        (values > 0).then(|| self.missing_values().total() as f64 / values as f64)
    }

    /// Columns with something that stands for a missing value.
    pub fn columns_with_missing(&self) -> impl Iterator<Item = &ColumnQuality> {
        self.columns.iter().filter(|column| column.missing.total() > 0)
    }

    /// Columns without a value.
    pub fn empty_columns(&self) -> impl Iterator<Item = &ColumnQuality> {
        self.columns.iter().filter(|column| column.present() == 0)
    }

    /// Columns with one value at most.
    pub fn constant_columns(&self) -> impl Iterator<Item = &ColumnQuality> {
        self.columns.iter().filter(|column| column.is_constant())
    }

    /// Columns with the same value in at least this share of the rows.
    pub fn almost_constant_columns(&self, share: f64) -> impl Iterator<Item = &ColumnQuality> {
        self.columns.iter().filter(move |column| column.is_almost_constant(share))
    }

    /// Pairs of columns that are equal everywhere.
    pub fn duplicate_columns(&self) -> impl Iterator<Item = &AlikeColumns> {
        self.alike.iter().filter(|pair| pair.identical)
    }

    /// Pairs of columns that have the same value in at least this share of the rows, which is
    /// to be at least a half.
    pub fn almost_duplicate_columns(&self, share: f64) -> impl Iterator<Item = &AlikeColumns> {
        let rows = self.rows as f64;
        self.alike.iter().filter(move |pair| pair.equal_rows as f64 / rows >= share)
    }
}
