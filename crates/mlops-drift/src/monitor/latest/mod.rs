//! The rows of a sliding window, each with its moment.

mod written;

use std::collections::{HashMap, VecDeque};

use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use mlops_core::Timestamp;
use serde::{Deserialize, Serialize};

use self::written::Written;
use crate::rows::{Categories, each_category};
use crate::window::{Found, Gathered, Kind, all_different, each_number, same_columns};
use crate::{Columns, Result, Window};

/// Rows in the order in which they came. Unlike a [`WindowAccumulator`](crate::WindowAccumulator)
/// it can forget the oldest.
///
/// Memory: 8 bytes a row and 8 a value, and names of categories: at most twice as many as rows,
/// and a few.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub(super) struct LatestRows {
    settings: Columns,
    moments: VecDeque<Timestamp>,
    /// How many came since the latest look; some of them may be forgotten already.
    new: u64,
    /// `None` until rows say what there is.
    columns: Option<Vec<Kept>>,
}

#[derive(Clone, Debug)]
struct Kept {
    name: String,
    data_type: String,
    kind: Kind,
    values: Values,
}

#[derive(Clone, Debug)]
enum Values {
    /// NaN is missing.
    Numbers(VecDeque<f64>),
    Categories(Codes),
    /// Whether there is a value: none of them is looked at.
    Present(VecDeque<bool>),
}

/// Categories as codes into their names.
#[derive(Clone, Debug, Default)]
struct Codes {
    /// One a row.
    of_rows: VecDeque<Option<u32>>,
    names: Vec<String>,
    index: HashMap<String, u32>,
}

/// As many names as rows and these are worth no clearing up.
const FEW_NAMES: usize = 64;

impl LatestRows {
    pub(super) fn new(settings: &Columns) -> Self {
        Self { settings: settings.clone(), moments: VecDeque::new(), new: 0, columns: None }
    }

    pub(super) fn rows(&self) -> u64 {
        self.moments.len() as u64
    }

    pub(super) fn new_rows(&self) -> u64 {
        self.new
    }

    pub(super) fn settings(&self) -> &Columns {
        &self.settings
    }

    /// From the earliest to the latest moment.
    pub(super) fn seen(&self) -> Option<(Timestamp, Timestamp)> {
        Some((*self.moments.iter().min()?, *self.moments.iter().max()?))
    }

    /// Takes a row of numbers, one a name.
    ///
    /// # Errors
    /// [`Error::Schema`] if the columns are not those of the rows since the latest look;
    /// nothing is taken then. Older rows with other columns are forgotten.
    pub(super) fn push_row(&mut self, at: Timestamp, names: &[String], row: &[f64]) -> Result<()> {
        let looked_at: Vec<usize> =
            (0..names.len()).filter(|index| !self.settings.ignored.contains(&names[*index])).collect();
        let found = looked_at.iter().map(|index| {
            let kind = self.settings.kind(&names[*index], &DataType::Float64);
            Found { name: &names[*index], data_type: DataType::Float64.to_string(), kind }
        });
        let found: Vec<Found<'_>> = found.collect();
        let columns = self.expect(&found)?;
        for (column, index) in columns.iter_mut().zip(&looked_at) {
            column.push_number(row.get(*index).copied());
        }
        self.count([at]);
        Ok(())
    }

    /// Takes the rows of a batch.
    ///
    /// # Errors
    /// As [`push_row`](Self::push_row).
    pub(super) fn push_batch(&mut self, moments: &[Timestamp], batch: &RecordBatch) -> Result<()> {
        let (looked_at, found) = Found::in_schema(batch.schema_ref(), &self.settings);
        let columns = self.expect(&found)?;
        for (column, index) in columns.iter_mut().zip(looked_at) {
            column.push_array(batch.column(index).as_ref());
        }
        self.count(moments.iter().copied());
        Ok(())
    }

    fn count(&mut self, moments: impl IntoIterator<Item = Timestamp>) {
        let before = self.moments.len();
        self.moments.extend(moments);
        self.new = self.new.saturating_add((self.moments.len() - before) as u64);
    }

    fn expect(&mut self, found: &[Found<'_>]) -> Result<&mut Vec<Kept>> {
        match &self.columns {
            None => all_different(found)?,
            Some(columns) => {
                let before: Vec<Found<'_>> = columns.iter().map(Kept::found).collect();
                if let Err(other) = same_columns(&before, found) {
                    if self.new > 0 {
                        return Err(other);
                    }
                    all_different(found)?;
                    *self = Self::new(&self.settings);
                }
            }
        }
        Ok(self.columns.get_or_insert_with(|| found.iter().map(Kept::new).collect()))
    }

    /// Forgets all but the latest `rows`.
    pub(super) fn keep_latest(&mut self, rows: u64) {
        let rows = usize::try_from(rows).unwrap_or(usize::MAX);
        self.forget(self.moments.len().saturating_sub(rows), None);
    }

    /// Forgets what happened before `from`.
    pub(super) fn keep_from(&mut self, from: Timestamp) {
        let front = self.moments.iter().take_while(|moment| **moment < from).count();
        // Rows came in another order than they happened.
        let scattered = self.moments.iter().skip(front).any(|moment| *moment < from);
        let wanted: Option<Vec<bool>> =
            scattered.then(|| self.moments.iter().skip(front).map(|moment| *moment >= from).collect());
        self.forget(front, wanted.as_deref());
    }

    /// Forgets so many from the front and, of the rest, those that are not wanted.
    fn forget(&mut self, front: usize, wanted: Option<&[bool]>) {
        if front == 0 && wanted.is_none() {
            return;
        }
        forget_of(&mut self.moments, front, wanted);
        for column in self.columns.iter_mut().flatten() {
            match &mut column.values {
                Values::Numbers(numbers) => forget_of(numbers, front, wanted),
                Values::Present(present) => forget_of(present, front, wanted),
                Values::Categories(codes) => {
                    forget_of(&mut codes.of_rows, front, wanted);
                    codes.forget_names();
                }
            }
        }
    }

    /// The rows as a window.
    pub(super) fn window(&self) -> Window {
        let rows = self.rows();
        let columns = self.columns.iter().flatten().map(|column| column.gathered().finish(rows)).collect();
        Window { rows, columns }
    }

    /// None of the rows is new any more.
    pub(super) fn looked(&mut self) {
        self.new = 0;
    }
}

fn forget_of<T>(values: &mut VecDeque<T>, front: usize, wanted: Option<&[bool]>) {
    values.drain(..front.min(values.len()));
    if let Some(wanted) = wanted {
        let mut wanted = wanted.iter();
        values.retain(|_| wanted.next().copied().unwrap_or(true));
    }
}

impl Kept {
    fn new(found: &Found<'_>) -> Self {
        let values = match found.kind {
            Kind::Number => Values::Numbers(VecDeque::new()),
            Kind::Category => Values::Categories(Codes::default()),
            Kind::Nothing | Kind::Unsupported => Values::Present(VecDeque::new()),
        };
        Self { name: found.name.to_owned(), data_type: found.data_type.clone(), kind: found.kind, values }
    }

    fn found(&self) -> Found<'_> {
        Found { name: &self.name, data_type: self.data_type.clone(), kind: self.kind }
    }

    fn push_number(&mut self, number: Option<f64>) {
        let number = number.filter(|number| number.is_finite());
        match &mut self.values {
            Values::Numbers(numbers) => numbers.push_back(number.unwrap_or(f64::NAN)),
            // Adding 0 makes one zero of the two.
            Values::Categories(codes) => {
                codes.push(number.map(|number| (number + 0.0).to_string()).as_deref());
            }
            Values::Present(present) => present.push_back(number.is_some()),
        }
    }

    fn push_array(&mut self, array: &dyn Array) {
        match &mut self.values {
            Values::Numbers(_) => each_number(array, |number| self.push_number(number)),
            Values::Categories(_) if array.data_type().is_numeric() => {
                each_number(array, |number| self.push_number(number));
            }
            Values::Categories(codes) => {
                let mut read = Categories::default();
                each_category(array, &mut read);
                for code in read.codes {
                    codes.push(read.names.get(code as usize).map(String::as_str));
                }
            }
            Values::Present(present) => {
                let nulls = array.logical_nulls();
                let is_there = |row: usize| nulls.as_ref().is_none_or(|nulls| nulls.is_valid(row));
                present.extend((0..array.len()).map(is_there));
            }
        }
    }

    fn gathered(&self) -> Gathered {
        let mut gathered = Gathered::new(&self.found());
        match &self.values {
            Values::Numbers(numbers) => numbers.iter().for_each(|number| gathered.add_number(Some(*number))),
            Values::Categories(codes) => {
                let (counts, missing) = codes.counts();
                for (name, count) in codes.names.iter().zip(counts).filter(|(_, count)| *count > 0) {
                    gathered.count(name, count);
                }
                gathered.add_missing(missing);
            }
            Values::Present(present) => {
                gathered.add_missing(present.iter().filter(|present| !**present).count() as u64);
            }
        }
        gathered
    }
}

impl Codes {
    fn push(&mut self, name: Option<&str>) {
        let code = name.map(|name| match self.index.get(name) {
            Some(code) => *code,
            None => self.add(name.to_owned()),
        });
        self.of_rows.push_back(code);
    }

    fn add(&mut self, name: String) -> u32 {
        let code = u32::try_from(self.names.len()).expect("fewer names than twice the rows in memory");
        self.index.insert(name.clone(), code);
        self.names.push(name);
        code
    }

    /// How often each name is there, and how many are missing.
    fn counts(&self) -> (Vec<u64>, u64) {
        let mut counts = vec![0; self.names.len()];
        let mut missing = 0;
        for code in &self.of_rows {
            match code {
                Some(code) => counts[*code as usize] += 1,
                None => missing += 1,
            }
        }
        (counts, missing)
    }

    /// Names that no row has any more go once they are more than those that rows may have.
    fn forget_names(&mut self) {
        if self.names.len() <= 2 * self.of_rows.len() + FEW_NAMES {
            return;
        }
        let before = std::mem::take(self);
        for code in &before.of_rows {
            self.push(code.map(|code| before.names[code as usize].as_str()));
        }
    }
}

/// A missing number equals another.
impl PartialEq for Kept {
    fn eq(&self, other: &Self) -> bool {
        let head = |kept: &Self| (kept.name.clone(), kept.data_type.clone(), kept.kind);
        let same = match (&self.values, &other.values) {
            (Values::Numbers(one), Values::Numbers(other)) => {
                let bits = |numbers: &VecDeque<f64>| {
                    numbers.iter().map(|number| number.to_bits()).collect::<Vec<_>>()
                };
                bits(one) == bits(other)
            }
            (Values::Categories(one), Values::Categories(other)) => {
                (&one.of_rows, &one.names) == (&other.of_rows, &other.names)
            }
            (Values::Present(one), Values::Present(other)) => one == other,
            _ => false,
        };
        same && head(self) == head(other)
    }
}
