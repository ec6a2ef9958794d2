use arrow_array::RecordBatch;
use rayon::prelude::*;

use super::{ColumnProfile, Profile, ProfileSettings};
use crate::window::{Found, expect_columns};
use crate::{Columns, Result};

/// A [`Profile`] in the making: batch after batch, in one pass, parts from several threads
/// or machines.
///
/// The columns of a batch are read in parallel; the result does not depend on the number
/// of threads. Memory: at most `8 · points · (2 + log₂(rows / points))` bytes a column of
/// numbers, the categories that are kept, and the numbers of a batch.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{Float64Array, RecordBatch};
/// use mlops_drift::{Columns, ProfileAccumulator};
/// # let column: arrow_array::ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0]));
/// # let batch = RecordBatch::try_from_iter([("temp", column)])?;
/// let mut part = ProfileAccumulator::new(&Columns::default());
/// part.update(&batch)?;
/// let mut all = ProfileAccumulator::new(&Columns::default());
/// all.merge(part)?;
/// assert_eq!(all.finish().rows(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq)]
pub struct ProfileAccumulator {
    columns: Columns,
    settings: ProfileSettings,
    rows: u64,
    /// `None` until the first batch says what there is.
    known: Option<Vec<ColumnProfile>>,
}

impl ProfileAccumulator {
    /// A profile without rows, with default settings.
    pub fn new(columns: &Columns) -> Self {
        Self::with(columns, ProfileSettings::default())
    }

    /// A profile without rows.
    pub fn with(columns: &Columns, settings: ProfileSettings) -> Self {
        Self { columns: columns.clone(), settings, rows: 0, known: None }
    }

    /// Adds the rows of a batch.
    ///
    /// # Errors
    /// [`Error::Schema`](crate::Error::Schema) if its columns are not those of the batches
    /// before, or one is there twice. Nothing is added then.
    pub fn update(&mut self, batch: &RecordBatch) -> Result<()> {
        let settings = self.settings;
        let (looked_at, found) = Found::in_schema(batch.schema_ref(), &self.columns);
        let new = |found: &Found<'_>| ColumnProfile::new(found, &settings);
        let columns = expect_columns(&mut self.known, &found, ColumnProfile::found, new)?;
        columns
            .par_iter_mut()
            .zip(looked_at)
            .try_for_each(|(column, index)| column.add(batch.column(index).as_ref(), &settings))?;
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Adds all that another one has gathered.
    ///
    /// # Errors
    /// [`Error::Schema`](crate::Error::Schema) if the columns differ,
    /// [`Error::Input`](crate::Error::Input) if the settings do or there would be more than 2⁵³
    /// rows. Nothing is added then.
    pub fn merge(&mut self, other: Self) -> Result<()> {
        let mut ours = self.take();
        let theirs =
            Profile { settings: other.settings, rows: other.rows, columns: other.known.unwrap_or_default() };
        let merged = ours.add(&theirs);
        (self.rows, self.known) = (ours.rows, (!ours.columns.is_empty()).then_some(ours.columns));
        merged
    }

    fn take(&mut self) -> Profile {
        let columns = self.known.take().unwrap_or_default();
        Profile { settings: self.settings, rows: self.rows, columns }
    }

    /// How many rows it has.
    pub const fn rows(&self) -> u64 {
        self.rows
    }

    /// The profile of all that was gathered, in its final size.
    pub fn finish(mut self) -> Profile {
        let mut profile = self.take();
        profile.columns.iter_mut().for_each(ColumnProfile::shrink);
        profile
    }
}
