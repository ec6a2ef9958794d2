use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_buffer::BooleanBuffer;
use arrow_schema::Schema;

use crate::plan::{Accumulator, Chunk, Domain, Metric};
use crate::rule::{Judged, Mismatch, ValueRule, broken_among};
use crate::table::{Cell, Scalar, and, cell_at, is_moment, only_column};
use crate::{Error, Result};

/// How many of the rows that break a rule are kept, and what of them. Their number is
/// always counted in full.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Keep {
    /// Rows kept with their values; `usize::MAX` for all.
    pub(crate) rows: usize,
    /// Whether the numbers of all further rows are kept too.
    pub(crate) all_row_numbers: bool,
    /// Columns that identify a row.
    pub(crate) keys: Arc<[String]>,
    /// Whether a key column that is not there is an error once a row breaks a rule.
    pub(crate) needs_keys: bool,
    /// Whether rows are kept whole, and how many.
    pub(crate) whole_rows: usize,
}

impl Keep {
    /// The columns that are looked at to identify a row.
    pub(crate) fn columns(&self) -> impl Iterator<Item = &str> {
        self.keys.iter().map(String::as_str)
    }

    /// How many rows are kept with their values.
    pub fn rows(&self) -> usize {
        self.rows
    }

    /// The same for a metric that keeps rows before it is known whether they break the rule:
    /// only the [judgement](Self::need_keys) may then refuse a key column that is not there.
    pub(crate) fn not_yet_broken(&self) -> Self {
        Self { needs_keys: false, ..self.clone() }
    }

    /// The error that a key column is not there, if rows break the rule and need it.
    pub(crate) fn need_keys(&self, schema: &Schema) -> Option<(String, String)> {
        let absent = |name: &String| Some((name.clone(), only_column(schema, name).err()?));
        self.keys.iter().find_map(absent).filter(|_| self.needs_keys)
    }

    /// Refuses a key that several columns are called, where keys are needed: whether rows
    /// break the rule or not, since the columns that are read may be only some of them.
    pub(crate) fn check_keys(&self, schema: &Schema) -> Result<()> {
        match self.need_keys(schema) {
            Some((name, reason)) if schema.index_of(&name).is_ok() => Err(no_key(&name, &reason)),
            _ => Ok(()),
        }
    }

    /// A row that breaks a rule, as it will be shown.
    pub(crate) fn row(&self, chunk: &Chunk<'_>, row: usize, value: Scalar, whole: bool) -> Result<BrokenRow> {
        self.row_of(chunk.batch(), chunk.first_row(), row, value, whole)
    }

    /// A row of a batch that begins at `first_row`.
    pub(crate) fn row_of(
        &self,
        batch: &RecordBatch,
        first_row: u64,
        row: usize,
        value: Scalar,
        whole: bool,
    ) -> Result<BrokenRow> {
        let mut keys = Vec::with_capacity(self.keys.len());
        for name in self.keys.iter() {
            match only_column(batch.schema_ref(), name) {
                Ok(at) => keys.push(shown(batch.column(at), row)),
                Err(reason) if self.needs_keys => return Err(no_key(name, &reason)),
                Err(_) => keys.push(Cell::Missing),
            }
        }
        let whole = if whole { whole_row(batch, row) } else { Vec::new() };
        Ok(BrokenRow { row: first_row + row as u64, value, keys, whole })
    }
}

/// A column that was to identify rows is not there, or there are several.
pub(crate) fn no_key(name: &str, reason: &str) -> Error {
    Error::Evaluation { rule: format!("unexpected_index_column_names {name:?}"), reason: reason.to_owned() }
}

/// A value for people: what is missing says how.
pub(crate) fn shown(array: &ArrayRef, row: usize) -> Scalar {
    match cell_at(array.as_ref(), row) {
        Cell::Missing if is_moment(array.data_type()) => Cell::MissingMoment,
        cell => cell.into_owned(),
    }
}

fn whole_row(batch: &RecordBatch, row: usize) -> Vec<(String, Scalar)> {
    let names = batch.schema_ref().fields().iter().map(|field| field.name().clone());
    names.zip(batch.columns().iter().map(|array| shown(array, row))).collect()
}

/// A row that breaks a rule.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct BrokenRow {
    /// Its number in the table, from 0.
    pub row: u64,
    /// The value that breaks the rule.
    pub value: Scalar,
    /// The values of the columns that identify a row, in the order in which they were named.
    pub keys: Vec<Scalar>,
    /// The whole row by column, if that was asked for.
    pub whole: Vec<(String, Scalar)>,
}

/// The rows that break a rule: how many, and the first of them.
#[derive(Clone, Debug, Default)]
#[non_exhaustive]
pub struct BrokenRows {
    /// How many there are.
    pub count: u64,
    /// The first of them, in the order of the table.
    pub first: Vec<BrokenRow>,
    /// The numbers of those after the first, if all were asked for.
    pub further: Vec<u64>,
}

impl BrokenRows {
    /// The numbers of all rows that are known, in order.
    pub fn row_numbers(&self) -> impl Iterator<Item = u64> {
        self.first.iter().map(|row| row.row).chain(self.further.iter().copied())
    }
}

/// What a rule about rows found.
#[derive(Clone, Debug, Default)]
pub(crate) struct Examined {
    /// Rows of the domain.
    pub(crate) rows: u64,
    /// Those without a value.
    pub(crate) missing: u64,
    /// Those that break the rule.
    pub(crate) broken: BrokenRows,
    /// Why parts of the table could not be put together.
    pub(crate) failed: Option<String>,
}

/// What makes a row break a rule.
#[derive(Clone, Debug)]
pub(crate) enum Breaks {
    /// The value breaks the rule; rows without a value do not.
    Rule(Arc<dyn ValueRule>),
    /// There is no value.
    Missing,
    /// There is a value.
    Present,
}

/// The rows of a column that break a rule.
#[derive(Debug)]
pub(crate) struct RowsThatBreak {
    pub(crate) breaks: Breaks,
    pub(crate) column: String,
    pub(crate) domain: Domain,
    pub(crate) keep: Keep,
}

pub(crate) struct RowsThatBreakState {
    breaks: Breaks,
    column: String,
    domain: Domain,
    keep: Keep,
    judged: Judged,
    examined: Examined,
}

impl Metric for RowsThatBreak {
    type State = RowsThatBreakState;

    fn key(&self) -> String {
        let breaks = match &self.breaks {
            Breaks::Rule(rule) => rule.key(),
            Breaks::Missing => "missing".to_owned(),
            Breaks::Present => "present".to_owned(),
        };
        format!("{:?} {breaks}{}", self.column, self.domain.key())
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }

    fn start(&self) -> RowsThatBreakState {
        RowsThatBreakState {
            breaks: self.breaks.clone(),
            column: self.column.clone(),
            domain: self.domain,
            keep: self.keep.clone(),
            judged: Judged::default(),
            examined: Examined::default(),
        }
    }
}

impl RowsThatBreakState {
    /// Adds the rows of `mask` to those that break the rule.
    fn add(&mut self, chunk: &Chunk<'_>, array: &ArrayRef, mask: &BooleanBuffer) -> Result<()> {
        let count = mask.count_set_bits();
        let found = &mut self.examined.broken;
        found.count += count as u64;
        if count == 0 || (found.first.len() >= self.keep.rows && !self.keep.all_row_numbers) {
            return Ok(());
        }
        for row in mask.set_indices() {
            if found.first.len() < self.keep.rows {
                // A NaN that counts as missing is shown as missing.
                let value = match (&self.breaks, shown(array, row)) {
                    (Breaks::Missing, Cell::Float(_)) => Cell::Missing,
                    (_, value) => value,
                };
                let whole = found.first.len() < self.keep.whole_rows;
                found.first.push(self.keep.row(chunk, row, value, whole)?);
            } else if self.keep.all_row_numbers {
                found.further.push(chunk.first_row() + row as u64);
            } else {
                break;
            }
        }
        Ok(())
    }
}

impl Accumulator for RowsThatBreakState {
    type Output = Examined;

    fn update(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let (rows, valued) = chunk.counts(self.domain, &self.column)?;
        self.examined.rows += rows as u64;
        self.examined.missing += (rows - valued) as u64;
        let array = chunk.as_given(&self.column)?;
        let considered = || chunk.present_in(self.domain, &self.column);
        let mask = match &self.breaks {
            Breaks::Rule(rule) if valued > 0 => {
                let failed = |Mismatch(reason)| Error::Evaluation {
                    rule: format!("column {:?}", self.column),
                    reason,
                };
                match self.judged.broken(rule.as_ref(), array) {
                    Ok(Some(broken)) => and(Some(&broken), considered()?.as_ref()),
                    Ok(None) => None,
                    Err(mismatch) => {
                        let considered = considered()?;
                        let broken = broken_among(rule.as_ref(), array, considered.as_ref(), mismatch);
                        Some(broken.map_err(failed)?)
                    }
                }
            }
            Breaks::Missing if valued < rows => {
                let missing = considered()?.map(|considered| !&considered);
                and(missing.as_ref(), chunk.domain(self.domain)?)
            }
            Breaks::Present if valued > 0 => {
                considered()?.or_else(|| Some(BooleanBuffer::new_set(chunk.rows())))
            }
            _ => None,
        };
        match mask {
            Some(mask) => self.add(chunk, array, &mask),
            None => Ok(()),
        }
    }

    fn merge(&mut self, later: Self) {
        let (own, later) = (&mut self.examined, later.examined);
        own.rows += later.rows;
        own.missing += later.missing;
        append(&mut own.broken, later.broken, &self.keep);
    }

    fn finish(self) -> Examined {
        self.examined
    }
}

/// Adds rows that follow to rows that are kept.
pub(super) fn append(own: &mut BrokenRows, later: BrokenRows, keep: &Keep) {
    own.count += later.count;
    for (at, row) in later.first.into_iter().enumerate() {
        if own.first.len() < keep.rows {
            let mut row = row;
            // A part keeps its own first rows whole; of the table's there are fewer.
            if own.first.len() >= keep.whole_rows {
                row.whole = Vec::new();
            }
            own.first.push(row);
        } else if keep.all_row_numbers {
            own.further.push(row.row);
        } else {
            debug_assert!(at < keep.rows, "a part keeps no more than the whole");
            break;
        }
    }
    if keep.all_row_numbers {
        own.further.extend(later.further);
    }
}
