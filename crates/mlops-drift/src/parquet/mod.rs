//! Tables from Parquet files: column by column, or in a fixed size.

mod file;
mod table;

use std::sync::atomic::{AtomicU64, Ordering};

use arrow_schema::Field;
use rayon::prelude::*;
pub use table::ParquetTable;

use crate::detector::new_column;
use crate::report::ColumnDrift;
use crate::window::{Column, Found, Gathered, Window, all_different};
use crate::{ColumnProfile, Columns, Detector, DriftReport, Error, Profile, ProfileSettings, Result};

/// So many row groups of a column are read at once.
const AT_ONCE: usize = 4;

/// How far reading has come. A value is a row of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// How many values are read.
    pub done: u64,
    /// How many there are.
    pub total: u64,
}

/// Told after each batch, from any thread, how far it is.
type Watch<'w> = &'w (dyn Fn(Progress) + Sync);

/// Counts what is read for somebody who watches.
struct Counter<'w> {
    done: AtomicU64,
    total: u64,
    watch: Watch<'w>,
}

impl<'w> Counter<'w> {
    fn new(total: u64, watch: Watch<'w>) -> Self {
        Self { done: AtomicU64::new(0), total, watch }
    }

    fn add(&self, values: usize) {
        let done = self.done.fetch_add(values as u64, Ordering::Relaxed) + values as u64;
        (self.watch)(Progress { done, total: self.total });
    }
}

/// The columns that are looked at.
struct LookedAt<'t> {
    indices: Vec<usize>,
    found: Vec<Found<'t>>,
}

impl<'t> LookedAt<'t> {
    fn of(table: &'t ParquetTable, columns: &Columns) -> Result<Self> {
        let (indices, found) = Found::in_schema(table.schema(), columns);
        all_different(&found)?;
        Ok(Self { indices, found })
    }

    fn values(&self, table: &ParquetTable) -> u64 {
        table.rows().saturating_mul(self.indices.len() as u64)
    }

    fn position(&self, name: &str) -> Option<usize> {
        self.found.iter().position(|found| found.name == name)
    }
}

impl ParquetTable {
    /// The profile of all rows in one pass, several columns at a time: a table of any size
    /// in little memory. `watch` is told how far it is; `|_| ()` if nobody looks.
    ///
    /// Does not depend on the number of threads. Memory: the sketches of all columns, and
    /// a batch, a page and a dictionary of each column that is being read.
    ///
    /// # Errors
    /// [`Error::Damaged`] if a file can't be decoded, [`Error::Schema`] if a name is there twice.
    pub fn profile(
        &self,
        columns: &Columns,
        settings: ProfileSettings,
        watch: &(dyn Fn(Progress) + Sync),
    ) -> Result<Profile> {
        let looked_at = LookedAt::of(self, columns)?;
        let counter = Counter::new(looked_at.values(self), watch);
        let read = |(index, found): (&usize, &Found<'_>)| {
            let mut column = ColumnProfile::new(found, &settings);
            for groups in self.groups().chunks(AT_ONCE) {
                let parts = groups.par_iter().map(|group| {
                    let mut part = ColumnProfile::new(found, &settings);
                    self.read_column(group, *index, &mut |array| {
                        counter.add(array.len());
                        part.add(array, &settings)
                    })?;
                    Ok(part)
                });
                // In the order of the file, so that the number of threads does not show.
                for part in parts.collect::<Result<Vec<ColumnProfile>>>()? {
                    column.merge(&part, &settings)?;
                }
            }
            column.shrink();
            Ok(column)
        };
        let columns = looked_at.indices.par_iter().zip(&looked_at.found).map(read);
        Ok(Profile::of_columns(settings, self.rows(), columns.collect::<Result<_>>()?))
    }

    /// A window of all rows, exact: all columns that are looked at lie in memory afterwards.
    ///
    /// # Errors
    /// As [`profile`](Self::profile).
    pub fn window(&self, columns: &Columns, watch: &(dyn Fn(Progress) + Sync)) -> Result<Window> {
        let looked_at = LookedAt::of(self, columns)?;
        let counter = Counter::new(looked_at.values(self), watch);
        let columns = looked_at.indices.par_iter().zip(&looked_at.found);
        let columns = columns.map(|(index, found)| self.column(*index, found, &counter));
        Ok(Window { rows: self.rows(), columns: columns.collect::<Result<_>>()? })
    }

    fn column(&self, index: usize, found: &Found<'_>, counter: &Counter<'_>) -> Result<Column> {
        let mut column = Gathered::new(found);
        for group in self.groups() {
            self.read_column(group, index, &mut |array| {
                counter.add(array.len());
                column.add(array);
                Ok(())
            })?;
        }
        Ok(column.finish(self.rows()))
    }
}

impl Detector {
    /// Compares two Parquet tables exactly, one column after the other: in memory lies one
    /// column of both at a time. `watch` is told how far it is; `|_| ()` if nobody looks.
    ///
    /// ```no_run
    /// use mlops_drift::parquet::ParquetTable;
    /// use mlops_drift::{Columns, Detector};
    /// let (training, today) = (ParquetTable::open("training.parquet")?, ParquetTable::open("today.parquet")?);
    /// let report = Detector::default().compare_parquet(&training, &today, &Columns::default(), &|_| ())?;
    /// # Ok::<(), mlops_drift::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Empty`] if a table has no rows; else as [`ParquetTable::profile`].
    pub fn compare_parquet(
        &self,
        reference: &ParquetTable,
        current: &ParquetTable,
        columns: &Columns,
        watch: &(dyn Fn(Progress) + Sync),
    ) -> Result<DriftReport> {
        for (window, table) in [("reference", reference), ("current", current)] {
            if table.rows() == 0 {
                return Err(Error::Empty { window });
            }
        }
        let (of_reference, of_current) = (LookedAt::of(reference, columns)?, LookedAt::of(current, columns)?);
        let total = of_reference.values(reference).saturating_add(of_current.values(current));
        let counter = Counter::new(total, watch);
        let read = |table: &ParquetTable, looked_at: &LookedAt<'_>, position: usize| {
            table.column(looked_at.indices[position], &looked_at.found[position], &counter)
        };
        let mut drifts: Vec<ColumnDrift> = Vec::with_capacity(of_reference.found.len());
        for (position, found) in of_reference.found.iter().enumerate() {
            let there = of_current.position(found.name);
            let (r, c) = rayon::join(
                || read(reference, &of_reference, position),
                || there.map(|there| read(current, &of_current, there)).transpose(),
            );
            drifts.push(self.column(&r?, c?.as_ref()));
        }
        for (position, found) in of_current.found.iter().enumerate() {
            if of_reference.position(found.name).is_none() {
                drifts.push(new_column(&read(current, &of_current, position)?));
            }
        }
        Ok(self.report(reference.rows(), current.rows(), drifts, 1.0))
    }
}

/// What a field is, in words.
fn spelled(field: Option<&Field>) -> String {
    field.map_or_else(|| "missing".to_owned(), |field| format!("{} {}", field.name(), field.data_type()))
}
