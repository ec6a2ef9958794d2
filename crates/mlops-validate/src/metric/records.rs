use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_buffer::BooleanBuffer;

use super::broken::{BrokenRows, Examined, Keep, append, shown};
use crate::plan::{Accumulator, Chunk, Domain, Metric};
use crate::rule::{RecordRule, Side};
use crate::table::{Cell, Lane, Record, RecordOf, Scalar, and, unpacked};
use crate::{Error, Result};

/// Which rows a rule about several columns leaves out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum IgnoredRows {
    /// Those in which no column has a value.
    WithoutAnyValue,
    /// Those in which some column has none.
    WithAMissingValue,
    None,
}

/// The rows of several columns that break a rule.
#[derive(Debug)]
pub(crate) struct RecordsThatBreak {
    pub(crate) rule: Arc<RecordRule>,
    pub(crate) columns: Arc<[String]>,
    pub(crate) of: Arc<RecordOf>,
    pub(crate) ignored: IgnoredRows,
    pub(crate) domain: Domain,
    pub(crate) keep: Keep,
}

pub(crate) struct RecordsThatBreakState {
    rule: Arc<RecordRule>,
    columns: Arc<[String]>,
    of: Arc<RecordOf>,
    ignored: IgnoredRows,
    domain: Domain,
    keep: Keep,
    examined: Examined,
}

impl Metric for RecordsThatBreak {
    type State = RecordsThatBreakState;

    fn key(&self) -> String {
        format!("{:?} {:?} {:?}{}", self.rule, self.columns, self.ignored, self.domain.key())
    }

    fn columns(&self) -> Vec<&str> {
        self.columns.iter().map(String::as_str).collect()
    }

    fn start(&self) -> RecordsThatBreakState {
        RecordsThatBreakState {
            rule: Arc::clone(&self.rule),
            columns: Arc::clone(&self.columns),
            of: Arc::clone(&self.of),
            ignored: self.ignored,
            domain: self.domain,
            keep: self.keep.clone(),
            examined: Examined::default(),
        }
    }
}

impl IgnoredRows {
    /// The rows of the domain that are looked at; `None` if they are all of the chunk.
    pub(super) fn considered(
        self,
        chunk: &Chunk<'_>,
        domain: Domain,
        columns: &[String],
    ) -> Result<Option<BooleanBuffer>> {
        let mut considered = chunk.domain(domain)?.cloned();
        match self {
            Self::None => {}
            Self::WithAMissingValue => {
                for column in columns {
                    considered = and(considered.as_ref(), chunk.present(column)?);
                }
            }
            Self::WithoutAnyValue => {
                let mut any: Option<BooleanBuffer> = None;
                for column in columns {
                    let Some(present) = chunk.present(column)? else { return Ok(considered) };
                    any = Some(any.map_or_else(|| present.clone(), |any| &any | present));
                }
                considered = and(considered.as_ref(), any.as_ref());
            }
        }
        Ok(considered)
    }
}

/// Counts the rows of a chunk that are looked at, and those left out.
pub(super) fn count(
    examined: &mut Examined,
    chunk: &Chunk<'_>,
    domain: Domain,
    considered: Option<&BooleanBuffer>,
) -> Result<()> {
    let rows = chunk.domain(domain)?.map_or(chunk.rows(), BooleanBuffer::count_set_bits);
    let looked_at = considered.map_or(chunk.rows(), BooleanBuffer::count_set_bits);
    examined.rows += rows as u64;
    examined.missing += (rows - looked_at) as u64;
    Ok(())
}

/// Adds the rows of `mask` to those that break a rule; `value` is what is shown of one.
pub(super) fn add(
    found: &mut BrokenRows,
    keep: &Keep,
    chunk: &Chunk<'_>,
    mask: &BooleanBuffer,
    value: impl Fn(usize) -> Scalar,
) -> Result<()> {
    let count = mask.count_set_bits();
    found.count += count as u64;
    if count == 0 || (found.first.len() >= keep.rows && !keep.all_row_numbers) {
        return Ok(());
    }
    for row in mask.set_indices() {
        if found.first.len() < keep.rows {
            let whole = found.first.len() < keep.whole_rows;
            found.first.push(keep.row(chunk, row, value(row), whole)?);
        } else if keep.all_row_numbers {
            found.further.push(chunk.first_row() + row as u64);
        } else {
            break;
        }
    }
    Ok(())
}

/// The values of a row; a NaN that counts as missing is shown as missing.
pub(super) fn record(
    chunk: &Chunk<'_>,
    of: &Arc<RecordOf>,
    columns: &[String],
    arrays: &[&ArrayRef],
    row: usize,
) -> Scalar {
    let values = columns.iter().zip(arrays).map(|(column, array)| {
        let present = chunk.present(column).ok().flatten();
        match shown(array, row) {
            Cell::Float(_) if present.is_some_and(|present| !present.value(row)) => Cell::Missing,
            value => value,
        }
    });
    Cell::Record(Arc::new(Record::new(of, values.collect())))
}

impl Accumulator for RecordsThatBreakState {
    type Output = Examined;

    fn update(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let arrays: Vec<&ArrayRef> =
            self.columns.iter().map(|column| chunk.column(column)).collect::<Result<_>>()?;
        let considered = self.ignored.considered(chunk, self.domain, &self.columns)?;
        count(&mut self.examined, chunk, self.domain, considered.as_ref())?;
        if considered.as_ref().is_some_and(|considered| considered.count_set_bits() == 0) {
            return Ok(());
        }
        let plain: Vec<ArrayRef> = arrays.iter().map(|array| unpacked(array)).collect();
        let sides: Vec<Side<'_>> = self
            .columns
            .iter()
            .zip(&plain)
            .map(|(column, array)| {
                Ok(Side { lane: Lane::new(array.as_ref()), present: chunk.present(column)?, array })
            })
            .collect::<Result<_>>()?;
        let broken = self.rule.broken(&sides, considered.as_ref(), chunk.rows()).map_err(|reason| {
            Error::Evaluation { rule: format!("columns {}", self.columns.join(", ")), reason }
        })?;
        let broken = and(Some(&broken), considered.as_ref());
        let mask = broken.unwrap_or_else(|| BooleanBuffer::new_unset(chunk.rows()));
        let (of, columns) = (&self.of, &self.columns);
        add(&mut self.examined.broken, &self.keep, chunk, &mask, |row| {
            record(chunk, of, columns, &arrays, row)
        })
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
