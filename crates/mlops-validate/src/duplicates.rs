use arrow_array::cast::AsArray;
use arrow_array::{Array, RecordBatch};
use hashbrown::HashMap;

use crate::table::{Cell, Scalar, cell_at, only_column};
use crate::{Error, Result};

/// Rows that repeat others in key columns, in one pass, in parts that merge.
///
/// Missing values are equal to each other, and NaN is one; both zeros are one value. Needs
/// memory for every different key.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, RecordBatch, StringArray};
/// use mlops_validate::Duplicates;
///
/// # let carrier: ArrayRef = Arc::new(StringArray::from(vec!["UA", "AA", "UA", "UA"]));
/// # let batch = RecordBatch::try_from_iter([("carrier", carrier)])?;
/// let mut duplicates = Duplicates::of(["carrier"]);
/// duplicates.update(&batch)?;
/// let found = duplicates.finish();
/// assert_eq!((found.rows, found.repeats, found.keys_that_repeat), (4, 2, 1));
/// assert_eq!((found.first[0].row, found.first[0].first_row), (2, 0));
/// assert_eq!(found.first[0].key[0].to_string(), "UA");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct Duplicates {
    columns: Vec<String>,
    keep: usize,
    rows: u64,
    keys: HashMap<Box<[u8]>, Seen>,
    repeats: u64,
    /// The first that repeat, in row order.
    first: Vec<RepeatedRow>,
}

#[derive(Clone, Debug)]
struct Seen {
    first_row: u64,
    /// As it will be shown, if the row turns out to repeat one of a part before.
    key: Vec<Scalar>,
    times: u64,
}

/// A row that repeats another.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct RepeatedRow {
    /// Its number, from 0.
    pub row: u64,
    /// The first row with this key.
    pub first_row: u64,
    /// The values of the key columns.
    pub key: Vec<Scalar>,
}

/// What was found of [`Duplicates`].
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct DuplicateRows {
    /// Rows of the table.
    pub rows: u64,
    /// Rows that repeat an earlier one.
    pub repeats: u64,
    /// Different keys that occur more than once.
    pub keys_that_repeat: u64,
    /// The first rows that repeat an earlier one, in row order.
    pub first: Vec<RepeatedRow>,
}

impl Duplicates {
    /// How many rows are shown if nothing else is asked for.
    pub const SHOWN: usize = 20;

    /// Rows that are the same in these columns; in all of them if none is named.
    pub fn of<'a>(columns: impl IntoIterator<Item = &'a str>) -> Self {
        Self {
            columns: columns.into_iter().map(ToOwned::to_owned).collect(),
            keep: Self::SHOWN,
            rows: 0,
            keys: HashMap::new(),
            repeats: 0,
            first: Vec::new(),
        }
    }

    /// Shows so many rows.
    #[must_use]
    pub fn showing(mut self, rows: usize) -> Self {
        self.keep = rows;
        self
    }

    /// Takes in the rows that follow.
    ///
    /// # Errors
    /// [`Error::Input`] if a key column is not there or several have its name, or is of a type that is not compared:
    /// lists, structs, bytes. Nothing is taken in then.
    pub fn update(&mut self, batch: &RecordBatch) -> Result<()> {
        if self.columns.is_empty() {
            self.columns = batch.schema_ref().fields().iter().map(|field| field.name().clone()).collect();
        }
        let mut arrays = Vec::new();
        for name in &self.columns {
            let wrong = |reason| Error::input("record batch", format!("column {name:?}: {reason}"));
            let array = batch.column(only_column(batch.schema_ref(), name).map_err(wrong)?);
            let known = (0..array.len()).find(|row| !array.is_null(*row)).map(|row| cell_at(array, row));
            if let Some(Cell::Other(_) | Cell::Record(_)) = known {
                let reason = format!("column {name:?} is {}, which is not compared", array.data_type());
                return Err(Error::input("record batch", reason));
            }
            arrays.push(array);
        }
        // Column by column into one buffer a row, so that the type is looked at once a column.
        let mut keys = vec![Vec::new(); batch.num_rows()];
        for array in &arrays {
            encode(array.as_ref(), &mut keys);
        }
        for (at, key) in keys.into_iter().enumerate() {
            let row = self.rows + at as u64;
            let shown = || arrays.iter().map(|array| cell_at(array, at).into_owned()).collect::<Vec<_>>();
            if let Some(seen) = self.keys.get_mut(key.as_slice()) {
                seen.times += 1;
                self.repeats += 1;
                if self.first.len() < self.keep {
                    self.first.push(RepeatedRow { row, first_row: seen.first_row, key: shown() });
                }
            } else {
                let seen = Seen { first_row: row, key: shown(), times: 1 };
                self.keys.insert(key.into_boxed_slice(), seen);
            }
        }
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Takes in what another has seen of the rows that follow.
    ///
    /// # Errors
    /// [`Error::Input`] if it looks at other columns.
    pub fn merge(&mut self, later: Self) -> Result<()> {
        if later.rows == 0 {
            return Ok(());
        }
        if self.rows == 0 && self.columns.is_empty() {
            self.columns.clone_from(&later.columns);
        }
        if self.columns != later.columns {
            return Err(Error::input("the part to be merged", "it looks at other columns"));
        }
        let before = self.rows;
        let mut firsts: HashMap<u64, u64> = HashMap::new();
        let mut added = Vec::new();
        for (key, theirs) in later.keys {
            let row = before + theirs.first_row;
            match self.keys.get_mut(&key) {
                Some(seen) => {
                    seen.times += theirs.times;
                    self.repeats += 1;
                    firsts.insert(row, seen.first_row);
                    added.push(RepeatedRow { row, first_row: seen.first_row, key: theirs.key });
                }
                None => _ = self.keys.insert(key, Seen { first_row: row, ..theirs }),
            }
        }
        self.repeats += later.repeats;
        added.extend(later.first.into_iter().map(|repeated| {
            let first_row = before + repeated.first_row;
            let first_row = firsts.get(&first_row).copied().unwrap_or(first_row);
            RepeatedRow { row: before + repeated.row, first_row, key: repeated.key }
        }));
        added.sort_unstable_by_key(|repeated| repeated.row);
        self.first.extend(added);
        self.first.truncate(self.keep);
        self.rows += later.rows;
        Ok(())
    }

    /// What was found.
    pub fn finish(self) -> DuplicateRows {
        let keys_that_repeat = self.keys.values().filter(|seen| seen.times > 1).count() as u64;
        DuplicateRows { rows: self.rows, repeats: self.repeats, keys_that_repeat, first: self.first }
    }
}

/// Adds the value of each row to its key, such that different values have different bytes
/// whatever follows.
fn encode(array: &dyn Array, keys: &mut [Vec<u8>]) {
    fn text(key: &mut Vec<u8>, text: &str) {
        key.push(1);
        key.extend_from_slice(&(text.len() as u64).to_le_bytes());
        key.extend_from_slice(text.as_bytes());
    }
    if let Some(texts) = array.as_string_opt::<i32>() {
        for (key, value) in keys.iter_mut().zip(texts) {
            match value {
                Some(value) => text(key, value),
                None => key.push(0),
            }
        }
        return;
    }
    for (row, key) in keys.iter_mut().enumerate() {
        match cell_at(array, row) {
            // No values of other types are let in.
            Cell::Missing | Cell::MissingMoment | Cell::Other(_) | Cell::Record(_) => key.push(0),
            Cell::Float(value) if value.is_nan() => key.push(0),
            Cell::Text(value) => text(key, &value),
            Cell::Bool(value) => key.extend_from_slice(&[2, u8::from(value)]),
            Cell::Int(value) => {
                key.push(3);
                key.extend_from_slice(&value.to_le_bytes());
            }
            Cell::Float(value) => {
                key.push(4);
                key.extend_from_slice(&(value + 0.0).to_le_bytes());
            }
            Cell::Moment { nanos, .. } => {
                key.push(5);
                key.extend_from_slice(&nanos.to_le_bytes());
            }
            Cell::Date(days) => {
                key.push(6);
                key.extend_from_slice(&days.to_le_bytes());
            }
        }
    }
}
