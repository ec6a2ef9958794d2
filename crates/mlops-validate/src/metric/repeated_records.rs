use std::sync::Arc;

use arrow_array::ArrayRef;
use arrow_schema::DataType;

use super::broken::{Examined, Keep};
use super::distinct::Key;
use super::occurrences::Occurrences;
use super::records::{IgnoredRows, count, record};
use crate::Result;
use crate::plan::{Accumulator, Chunk, Domain, Metric};
use crate::table::{Cell, Lane, Record, RecordOf, Scalar, decode, encode_missing, unpacked};

/// The rows whose values in several columns occur together more than once; the first
/// occurrence too. Missing values are equal to each other.
///
/// Memory grows with the number of distinct rows: some 60 bytes each and 9 to 17 a column
/// (text: its bytes), much more if rows have to be shown with their keys.
#[derive(Debug)]
pub(crate) struct RepeatedRecords {
    pub(crate) columns: Arc<[String]>,
    pub(crate) types: Arc<[DataType]>,
    pub(crate) of: Arc<RecordOf>,
    pub(crate) ignored: IgnoredRows,
    pub(crate) domain: Domain,
    pub(crate) keep: Keep,
}

pub(crate) struct RepeatedRecordsState {
    columns: Arc<[String]>,
    types: Arc<[DataType]>,
    of: Arc<RecordOf>,
    ignored: IgnoredRows,
    domain: Domain,
    keep: Keep,
    examined: Examined,
    occurrences: Occurrences,
}

impl Metric for RepeatedRecords {
    type State = RepeatedRecordsState;

    fn key(&self) -> String {
        format!("{:?} {:?}{}", self.columns, self.ignored, self.domain.key())
    }

    fn columns(&self) -> Vec<&str> {
        self.columns.iter().map(String::as_str).collect()
    }

    fn start(&self) -> RepeatedRecordsState {
        RepeatedRecordsState {
            columns: Arc::clone(&self.columns),
            types: Arc::clone(&self.types),
            of: Arc::clone(&self.of),
            ignored: self.ignored,
            domain: self.domain,
            keep: self.keep.clone(),
            examined: Examined::default(),
            occurrences: Occurrences::new(&self.keep),
        }
    }
}

impl RepeatedRecordsState {
    /// Whether a row can't be shown from its key alone.
    fn needs_the_row(&self) -> bool {
        !self.keep.keys.is_empty()
            || self.keep.whole_rows > 0
            || self.types.iter().any(|one| matches!(one, DataType::Union(_, _)))
    }
}

/// A row read back from its key.
fn scalar(of: &Arc<RecordOf>, types: &[DataType], key: Key<'_>) -> Scalar {
    let Key::Bytes(mut bytes) = key else { return Cell::Missing };
    let value = |data_type| decode(&mut bytes, data_type).unwrap_or(Cell::Missing);
    Cell::Record(Arc::new(Record::new(of, types.iter().map(value).collect())))
}

impl Accumulator for RepeatedRecordsState {
    type Output = Examined;

    /// To merge two sets of rows costs as much as to fill one.
    const MERGES_CHEAPLY: bool = false;

    fn update(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let arrays: Vec<&ArrayRef> =
            self.columns.iter().map(|column| chunk.column(column)).collect::<Result<_>>()?;
        let considered = self.ignored.considered(chunk, self.domain, &self.columns)?;
        count(&mut self.examined, chunk, self.domain, considered.as_ref())?;
        let plain: Vec<ArrayRef> = arrays.iter().map(|array| unpacked(array)).collect();
        let mut lanes = Vec::with_capacity(plain.len());
        for (column, array) in self.columns.iter().zip(&plain) {
            lanes.push((Lane::new(array.as_ref()), chunk.present(column)?));
        }
        let needs_the_row = self.needs_the_row();
        let show = |of: &Arc<RecordOf>, keep: &Keep, row| {
            let value = record(chunk, of, &self.columns, &arrays, row);
            keep.row(chunk, row, value, keep.whole_rows > 0)
        };
        let mut key = Vec::new();
        let mut take = |row: usize| -> Result<()> {
            key.clear();
            for (lane, present) in &lanes {
                if present.is_none_or(|present| present.value(row)) {
                    lane.encode(row, &mut key);
                } else {
                    encode_missing(&mut key);
                }
            }
            let number = chunk.first_row() + row as u64;
            if self.occurrences.see(Key::Bytes(&key), number) {
                let shown = self.occurrences.shows_another();
                let shown = if shown { Some(show(&self.of, &self.keep, row)?) } else { None };
                self.occurrences.again(number, shown);
            } else if needs_the_row {
                self.occurrences.keep_shown(show(&self.of, &self.keep, row)?);
            }
            Ok(())
        };
        match &considered {
            None => (0..chunk.rows()).try_for_each(take),
            Some(considered) => considered.set_indices().try_for_each(&mut take),
        }
    }

    fn merge(&mut self, later: Self) {
        self.examined.rows += later.examined.rows;
        self.examined.missing += later.examined.missing;
        let (of, types) = (&self.of, &self.types);
        self.occurrences.merge(later.occurrences, |key| scalar(of, types, key));
    }

    fn finish(self) -> Examined {
        let (of, types) = (&self.of, &self.types);
        let broken = self.occurrences.finish(|key| scalar(of, types, key));
        Examined { broken, ..self.examined }
    }
}
