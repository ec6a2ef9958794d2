use std::collections::BTreeMap;

use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use mlops_stats::two_sample::Sample;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::column::Kind;
use super::read::{each_name, each_number};
use super::schema::{Found, all_different, expect_columns, same_columns};
use super::{Column, Columns, MAX_ROWS, Values, Window, more_rows};
use crate::{Error, Result};

/// A [`Window`] in the making: batches in any order, parts from several threads.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{Float64Array, RecordBatch};
/// use mlops_drift::{Columns, WindowAccumulator};
/// # let column: arrow_array::ArrayRef = Arc::new(Float64Array::from(vec![1.0, 2.0]));
/// # let batch = RecordBatch::try_from_iter([("temp", column)])?;
/// let mut part = WindowAccumulator::new(&Columns::default());
/// part.update(&batch)?;
/// let mut all = WindowAccumulator::new(&Columns::default());
/// all.merge(part)?;
/// assert_eq!(all.finish().rows(), 2);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// It can be written down with serde and go on later; the format must keep every digit of
/// an `f64`. What was written can be read from anywhere: one that can't be, such as a column
/// with more values than rows, is refused.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written")]
pub struct WindowAccumulator {
    settings: Columns,
    rows: u64,
    /// `None` until the first batch or row says what there is.
    columns: Option<Vec<Gathered>>,
}

/// What was written, before it is known to be one.
#[derive(Deserialize)]
struct Written {
    settings: Columns,
    rows: u64,
    columns: Option<Vec<Gathered>>,
}

impl TryFrom<Written> for WindowAccumulator {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self> {
        let read = Self { settings: written.settings, rows: written.rows, columns: written.columns };
        match read.damage() {
            Some(reason) => Err(Error::Damaged { what: "a window".to_owned(), reason }),
            None => Ok(read),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Gathered {
    name: String,
    /// As Arrow spells it.
    data_type: String,
    kind: Kind,
    missing: u64,
    numbers: Vec<f64>,
    /// In order, so that the same state is written as the same bytes.
    categories: BTreeMap<String, u64>,
}

impl WindowAccumulator {
    /// A window without rows.
    pub fn new(columns: &Columns) -> Self {
        Self { settings: columns.clone(), rows: 0, columns: None }
    }

    /// Adds the rows of a batch.
    ///
    /// # Errors
    /// [`Error::Schema`] if its columns are not those of the batches before, or one is there
    /// twice. Nothing is added then.
    pub fn update(&mut self, batch: &RecordBatch) -> Result<()> {
        let (looked_at, found) = Found::in_schema(batch.schema_ref(), &self.settings);
        let columns = expect_columns(&mut self.columns, &found, Gathered::found, Gathered::new)?;
        for (column, index) in columns.iter_mut().zip(looked_at) {
            column.add(batch.column(index).as_ref());
        }
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Adds rows of numbers, each with one value a name; NaN is missing. They are columns
    /// of type `Float64` by these names; names that the settings ignore are left out.
    ///
    /// # Errors
    /// [`Error::Row`] at the first row with another number of values (the rows before it
    /// are added), [`Error::Schema`] as [`update`](Self::update).
    pub fn update_rows<'r>(
        &mut self,
        names: &[String],
        rows: impl IntoIterator<Item = &'r [f64]>,
    ) -> Result<()> {
        let looked_at: Vec<usize> =
            (0..names.len()).filter(|index| !self.settings.ignored.contains(&names[*index])).collect();
        let found = looked_at.iter().map(|index| {
            let kind = self.settings.kind(&names[*index], &DataType::Float64);
            Found { name: &names[*index], data_type: DataType::Float64.to_string(), kind }
        });
        let found: Vec<Found<'_>> = found.collect();
        let columns = expect_columns(&mut self.columns, &found, Gathered::found, Gathered::new)?;
        for row in rows {
            if row.len() != names.len() {
                return Err(Error::Row { found: row.len(), expected: names.len() });
            }
            for (column, index) in columns.iter_mut().zip(&looked_at) {
                column.add_number(Some(row[*index]));
            }
            self.rows += 1;
        }
        Ok(())
    }

    /// How many rows it has.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    pub(crate) fn settings(&self) -> &Columns {
        &self.settings
    }

    /// What is wrong with one that was read from somewhere: more rows than can be, a column
    /// with more or fewer values than rows or with another's name, a number that is not finite.
    fn damage(&self) -> Option<String> {
        if self.rows > MAX_ROWS {
            return Some(format!("{} rows are more than can be", self.rows));
        }
        if self.columns.is_none() && self.rows > 0 {
            return Some(format!("{} rows without columns", self.rows));
        }
        let found: Vec<Found<'_>> = self.columns.iter().flatten().map(Gathered::found).collect();
        if let Err(error) = all_different(&found) {
            return Some(error.to_string());
        }
        let mut columns = self.columns.iter().flatten();
        columns.find_map(|column| {
            let known = match column.kind {
                Kind::Number => column.numbers.len() as u64,
                Kind::Category => {
                    column.categories.values().fold(0_u64, |sum, count| sum.saturating_add(*count))
                }
                Kind::Nothing | Kind::Unsupported => self.rows.saturating_sub(column.missing),
            };
            if known.checked_add(column.missing) != Some(self.rows) {
                return Some(format!(
                    "{:?} with {known} values and {} missing of {} rows",
                    column.name, column.missing, self.rows
                ));
            }
            let finite = column.numbers.iter().all(|number| number.is_finite());
            (!finite).then(|| format!("{:?} with a number that is not finite", column.name))
        })
    }

    /// Adds all that another one has gathered.
    ///
    /// # Errors
    /// [`Error::Schema`] if the columns differ, [`Error::Input`] if there would be more than
    /// 2⁵³ rows. Nothing is added then.
    pub fn merge(&mut self, other: Self) -> Result<()> {
        let Some(theirs) = other.columns else {
            return Ok(());
        };
        let rows = more_rows(self.rows, other.rows)?;
        match &mut self.columns {
            None => self.columns = Some(theirs),
            Some(ours) => {
                let found: Vec<Found<'_>> = theirs.iter().map(Gathered::found).collect();
                same_columns(&ours.iter().map(Gathered::found).collect::<Vec<_>>(), &found)?;
                for (column, other) in ours.iter_mut().zip(theirs) {
                    column.missing += other.missing;
                    column.numbers.extend(other.numbers);
                    for (category, count) in other.categories {
                        *column.categories.entry(category).or_default() += count;
                    }
                }
            }
        }
        self.rows = rows;
        Ok(())
    }

    /// Sorts what was gathered, several columns at a time.
    pub fn finish(self) -> Window {
        let rows = self.rows;
        let columns = self.columns.unwrap_or_default().into_par_iter().map(|column| column.finish(rows));
        Window { rows, columns: columns.collect() }
    }
}

impl Gathered {
    pub(crate) fn new(found: &Found<'_>) -> Self {
        Self {
            name: found.name.to_owned(),
            data_type: found.data_type.clone(),
            kind: found.kind,
            missing: 0,
            numbers: Vec::new(),
            categories: BTreeMap::new(),
        }
    }

    fn found(&self) -> Found<'_> {
        Found { name: &self.name, data_type: self.data_type.clone(), kind: self.kind }
    }

    pub(crate) fn add_number(&mut self, number: Option<f64>) {
        match number {
            Some(number) if number.is_finite() => match self.kind {
                // Adding 0 makes one zero of the two.
                Kind::Category => self.count(&(number + 0.0).to_string(), 1),
                _ => self.numbers.push(number),
            },
            _ => self.missing += 1,
        }
    }

    pub(crate) fn add(&mut self, array: &dyn Array) {
        match self.kind {
            Kind::Number => {
                self.numbers.reserve(array.len());
                each_number(array, |number| self.add_number(number));
            }
            Kind::Category if array.data_type().is_numeric() => {
                each_number(array, |number| self.add_number(number));
            }
            Kind::Category => each_name(array, &mut |name, times| match name {
                Some(name) => self.count(name, times),
                None => self.missing += times,
            }),
            Kind::Nothing => self.missing += array.len() as u64,
            Kind::Unsupported => self.missing += array.logical_null_count() as u64,
        }
    }

    pub(crate) fn add_missing(&mut self, times: u64) {
        self.missing += times;
    }

    pub(crate) fn count(&mut self, category: &str, times: u64) {
        match self.categories.get_mut(category) {
            Some(count) => *count += times,
            None => {
                self.categories.insert(category.to_owned(), times);
            }
        }
    }

    pub(crate) fn finish(self, rows: u64) -> Column {
        let values = match self.kind {
            Kind::Number => Values::Numbers(
                (!self.numbers.is_empty())
                    .then(|| Sample::new(self.numbers).expect("neither empty nor NaN: checked as they came")),
            ),
            Kind::Category => Values::Categories(self.categories),
            Kind::Nothing => Values::Nothing,
            Kind::Unsupported => Values::Unsupported,
        };
        Column {
            name: self.name,
            data_type: self.data_type,
            rows,
            missing: self.missing,
            values,
            sketched: None,
        }
    }
}
