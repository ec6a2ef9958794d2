//! A table in a fixed size: what a reference is kept as.

mod accumulator;
mod column;
mod file;
mod settings;

pub use accumulator::ProfileAccumulator;
use arrow_array::RecordBatch;
pub use column::ColumnProfile;
use serde::{Deserialize, Serialize};
pub use settings::ProfileSettings;

use crate::window::{Found, Window, more_rows, same_columns};
use crate::{Columns, Error, Result};

/// What is known of a table without keeping it: per column the type, the missing values,
/// moments, a quantile sketch of numbers, the counts of categories.
///
/// It stands in for a [`Window`] on either side of a comparison ([`window`](Self::window)),
/// and each [`Comparison`](crate::Comparison) made with it says how exact it is. It can be kept as a
/// file ([`to_bytes`](Self::to_bytes)), and those of days or partitions merge into that of all.
///
/// Exact, whatever the size: rows, missing values, extremes; moments but for their last
/// digits; numbers while there are no more than [`ProfileSettings::points`] of them; categories
/// while there are no more than [`ProfileSettings::categories`]. Beyond, within bounds that
/// are certain: ranks of numbers, counts of categories. How many different values there are is
/// an estimate.
///
/// As a file a column of numbers takes up to 1,024 of them in decimal and 2 KiB, however many
/// rows it is of.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Float64Array, RecordBatch};
/// use mlops_drift::{Columns, Detector, Exactness, Profile, Window};
/// # let table = |from: i32| {
/// #     let temp = (from..from + 20_000).map(|row| Some(f64::from(row * 37 % 20_000)));
/// #     RecordBatch::try_from_iter([("temp", Arc::new(temp.collect::<Float64Array>()) as ArrayRef)])
/// # };
/// # let (training, today) = (table(0)?, table(10_000)?);
/// let bytes = Profile::read([&training], &Columns::default())?.to_bytes();
///
/// // Another day, another process.
/// let reference = Profile::from_bytes(&bytes)?;
/// let report = Detector::default().compare(&reference.window(), &Window::read([&today], &Columns::default())?)?;
/// let temp = report.columns[0].values.as_ref().expect("it was compared");
/// assert!(matches!(temp.exactness, Exactness::Ranks { within } if within < 0.01));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Profile {
    settings: ProfileSettings,
    rows: u64,
    columns: Vec<ColumnProfile>,
}

impl Profile {
    /// Reads all batches with default settings.
    ///
    /// # Errors
    /// [`Error::Schema`] if they do not have the same columns, or one of them twice.
    pub fn read<'a>(batches: impl IntoIterator<Item = &'a RecordBatch>, columns: &Columns) -> Result<Self> {
        let mut accumulator = ProfileAccumulator::new(columns);
        for batch in batches {
            accumulator.update(batch)?;
        }
        Ok(accumulator.finish())
    }

    /// Adds the rows of another profile: another day, another partition.
    ///
    /// What is exact in the whole does not depend on the order; what is not stays within
    /// the bounds that it then states, in any order and any tree.
    ///
    /// # Errors
    /// [`Error::Schema`] if it has other columns, [`Error::Input`] if it was made with
    /// other settings or there would be more than 2⁵³ rows. Nothing is added then.
    pub fn merge(&mut self, other: &Self) -> Result<()> {
        self.add(other)?;
        self.columns.iter_mut().for_each(ColumnProfile::shrink);
        Ok(())
    }

    fn add(&mut self, other: &Self) -> Result<()> {
        if self.settings != other.settings {
            return Err(Error::Input {
                what: "the setting of a profile".to_owned(),
                found: other.settings.to_string(),
                expected: self.settings.to_string(),
            });
        }
        if other.columns.is_empty() && other.rows == 0 {
            return Ok(());
        }
        if self.columns.is_empty() && self.rows == 0 {
            self.clone_from(other);
            return Ok(());
        }
        let ours: Vec<Found<'_>> = self.columns.iter().map(ColumnProfile::found).collect();
        let theirs: Vec<Found<'_>> = other.columns.iter().map(ColumnProfile::found).collect();
        same_columns(&ours, &theirs)?;
        let rows = more_rows(self.rows, other.rows)?;
        for (column, more) in self.columns.iter_mut().zip(&other.columns) {
            column.merge(more, &self.settings)?;
        }
        self.rows = rows;
        Ok(())
    }

    /// A window of what is known, to be compared with others.
    ///
    /// Numbers that are not all there are stood for by up to 4,096 of them at equal
    /// distances of rank; tests see these. A test's p-value is never taken as smaller than
    /// what is certain in spite of the error of the ranks.
    pub fn window(&self) -> Window {
        let columns = self.columns.iter().map(|column| column.window(self.rows)).collect();
        Window { rows: self.rows, columns }
    }

    #[cfg(feature = "parquet")]
    pub(crate) const fn of_columns(
        settings: ProfileSettings,
        rows: u64,
        columns: Vec<ColumnProfile>,
    ) -> Self {
        Self { settings, rows, columns }
    }

    /// How many rows it is of.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// What it was made with.
    pub const fn settings(&self) -> &ProfileSettings {
        &self.settings
    }

    /// Its columns in the order of the table.
    pub fn columns(&self) -> &[ColumnProfile] {
        &self.columns
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&ColumnProfile> {
        self.columns.iter().find(|column| column.name() == name)
    }
}

impl From<&Profile> for Window {
    fn from(profile: &Profile) -> Self {
        profile.window()
    }
}
