use std::collections::BTreeMap;
use std::ops::Range;

use crate::rows::{Categories, MISSING, RowColumn, RowValues};
use crate::{Error, Result, Rows};

/// Makes numbers of mean 0 and standard deviation 1 of all columns, as the reference says.
#[derive(Clone, Debug)]
pub(super) struct Encoder {
    columns: Vec<Encoded>,
}

#[derive(Clone, Debug)]
struct Encoded {
    /// Name and kind.
    column: RowColumn,
    /// How frequent each category is in the reference.
    shares: BTreeMap<String, f64>,
    /// What stands for a missing value.
    filled: f64,
    mean: f64,
    /// 1 for a constant column.
    scale: f64,
}

impl Encoder {
    /// # Errors
    /// [`Error::Input`] if a column has no value at all, or an infinite one.
    pub(super) fn fit(reference: &Rows) -> Result<Self> {
        Ok(Self { columns: reference.columns().iter().map(Encoded::fit).collect::<Result<_>>()? })
    }

    pub(super) fn width(&self) -> usize {
        self.columns.len()
    }

    /// The columns of other rows.
    pub(super) fn columns<'r>(&self, rows: &'r Rows) -> Result<Vec<&'r RowColumn>> {
        self.columns.iter().map(|encoded| rows.same_column(&encoded.column)).collect()
    }

    /// The rows of `columns` in this range, each one as long as there are columns.
    pub(super) fn encode(&self, columns: &[&RowColumn], rows: Range<usize>) -> Result<Vec<Vec<f64>>> {
        let mut encoded: Vec<Vec<f64>> = rows.clone().map(|_| Vec::with_capacity(columns.len())).collect();
        for (encoder, column) in self.columns.iter().zip(columns) {
            let raw = encoder.raw(column, rows.clone())?;
            for (row, value) in encoded.iter_mut().zip(raw) {
                row.push((value - encoder.mean) / encoder.scale);
            }
        }
        Ok(encoded)
    }
}

impl Encoded {
    fn fit(column: &RowColumn) -> Result<Self> {
        let empty = || Error::input(format!("column {:?}", column.name), "missing in every row", "a value");
        let mut encoded = Self {
            column: RowColumn { name: column.name.clone(), values: RowValues::Numbers(Vec::new()) },
            shares: BTreeMap::new(),
            filled: 0.0,
            mean: 0.0,
            scale: 1.0,
        };
        let rows = match &column.values {
            RowValues::Numbers(values) => {
                let present = || values.iter().filter(|value| !value.is_nan());
                let count = present().count();
                if count == 0 {
                    return Err(empty());
                }
                encoded.filled = present().sum::<f64>() / count as f64;
                values.len()
            }
            RowValues::Categories(categories) => {
                encoded.column.values = RowValues::Categories(Categories::default());
                encoded.count(categories).ok_or_else(empty)?;
                categories.codes.len()
            }
        };
        let raw = encoded.raw(column, 0..rows)?;
        let n = raw.len() as f64;
        let mean = raw.iter().sum::<f64>() / n;
        let squares: f64 = raw.iter().map(|value| (value - mean).powi(2)).sum();
        let rest: f64 = raw.iter().map(|value| value - mean).sum();
        let variance = (squares - rest * rest / n) / n;
        // What rounding alone makes of a constant.
        let rounding = n * f64::EPSILON * variance + (n * mean * f64::EPSILON).powi(2);
        encoded.mean = mean;
        encoded.scale = if variance <= rounding { 1.0 } else { variance.sqrt() };
        Ok(encoded)
    }

    /// The share of each category, the missing ones counted as the most frequent, of which
    /// it is the first by name.
    fn count(&mut self, categories: &Categories) -> Option<()> {
        let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
        for code in categories.codes.iter().filter(|code| **code != MISSING) {
            *counts.entry(categories.names[*code as usize].as_str()).or_default() += 1;
        }
        let most = *counts.values().max()?;
        let first = *counts.iter().find(|(_, count)| **count == most)?.0;
        let all = categories.codes.len();
        *counts.entry(first).or_default() += categories.codes.iter().filter(|code| **code == MISSING).count();
        let share = |(name, count): (&str, usize)| (name.to_owned(), count as f64 / all as f64);
        self.filled = *counts.get(first)? as f64 / all as f64;
        self.shares = counts.into_iter().map(share).collect();
        Some(())
    }

    fn raw(&self, column: &RowColumn, rows: Range<usize>) -> Result<Vec<f64>> {
        match &column.values {
            RowValues::Numbers(values) => {
                let value = |row: usize| match values[row] {
                    missing if missing.is_nan() => Ok(self.filled),
                    value if value.is_finite() => Ok(value),
                    infinite => {
                        let what = format!("row {row} of column {:?}", column.name);
                        Err(Error::input(what, infinite.to_string(), "a finite number"))
                    }
                };
                rows.map(value).collect()
            }
            RowValues::Categories(categories) => {
                // One never seen is as frequent as it was.
                let of_name = |name: &String| self.shares.get(name).copied().unwrap_or(0.0);
                let by_code: Vec<f64> = categories.names.iter().map(of_name).collect();
                let value = |code: &u32| by_code.get(*code as usize).copied().unwrap_or(self.filled);
                Ok(categories.codes[rows].iter().map(value).collect())
            }
        }
    }
}
