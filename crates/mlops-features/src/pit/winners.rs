use std::ops::Range;
use std::sync::atomic::{AtomicUsize, Ordering};

use arrow_array::{Array, RecordBatch};
use rayon::prelude::*;

use super::keys::{Keys, NO_KEY};
use super::micros::Micros;
use super::timeline::Timeline;
use super::{holds, ttl_micros};
use crate::definition::FeatureView;
use crate::offline::{OfflineSource, column_type};
use crate::{Error, Result};

/// Threads that scan have their own slots; together they get no more memory than this.
const SLOT_BYTES: usize = 512 << 20;

/// A feature row that may be what was known. The greatest wins: the latest, of those the
/// one written last, of those the last in the source.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Candidate {
    time: i64,
    /// When it was written; `i64::MIN` if that isn't known.
    created: i64,
    /// One more than the row's number; 0 if there is no row.
    row: u64,
}

impl Candidate {
    const NONE: Self = Self { time: i64::MIN, created: i64::MIN, row: 0 };
}

/// A row of the source, and the entity row for which it holds what was known.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Winner {
    pub(super) source_row: u64,
    pub(super) entity_row: u32,
}

/// What it takes to find the winners of one view.
pub(super) struct Search<'a> {
    pub(super) view: &'a FeatureView,
    pub(super) keys: &'a Keys<'a>,
    pub(super) timeline: &'a Timeline,
    /// Is told how many more rows have been seen.
    pub(super) seen: &'a (dyn Fn(u64) + Sync),
}

impl Search<'_> {
    /// The winner of each entity row that has one, in no particular order.
    ///
    /// Reads the key, time and creation columns of all partitions once, with as many
    /// threads as there are. The result depends on neither threads nor batches, since
    /// candidates are totally ordered.
    pub(super) fn run(&self) -> Result<Vec<Winner>> {
        let Some((earliest, latest)) = self.timeline.span() else { return Ok(Vec::new()) };
        let ttl = self.view.ttl().map(ttl_micros);
        let earliest = ttl.map_or(i64::MIN, |ttl| earliest.saturating_sub(ttl));
        let scan = Scan { search: self, columns: self.columns()?, ttl, relevant: earliest..=latest };

        let partitions = self.view.source().partitions();
        let slots_bytes = self.timeline.len() * size_of::<Candidate>();
        let workers = rayon::current_num_threads().min(partitions.len()).min(SLOT_BYTES / slots_bytes).max(1);
        let next = AtomicUsize::new(0);
        let slots = (0..workers)
            .into_par_iter()
            .map(|_| -> Result<_> {
                let mut slots = vec![Candidate::NONE; self.timeline.len()];
                while let Some(rows) = partitions.get(next.fetch_add(1, Ordering::Relaxed)) {
                    scan.partition(rows.clone(), &mut slots)?;
                }
                Ok(slots)
            })
            .try_reduce_with(|mut slots, others| {
                slots.iter_mut().zip(others).for_each(|(slot, other)| *slot = (*slot).max(other));
                Ok(slots)
            })
            .expect("there is at least one worker")?;
        Ok(self.settle(&slots, ttl))
    }

    /// Hands the best candidate of each slot on to the later slots of its key, as long as it holds.
    fn settle(&self, slots: &[Candidate], ttl: Option<i64>) -> Vec<Winner> {
        let mut winners = Vec::new();
        for key in self.timeline.keys() {
            let mut best = Candidate::NONE;
            for (slot, time, entity_row) in key {
                best = best.max(slots[slot]);
                if best.row > 0 && holds(best.time, time, ttl) {
                    winners.push(Winner { source_row: best.row - 1, entity_row });
                }
            }
        }
        winners
    }

    /// The columns to scan, each once: keys, time, creation.
    fn columns(&self) -> Result<Columns<'_>> {
        let source = self.view.source();
        let mut columns =
            Columns { names: Vec::new(), types: Vec::new(), keys: Vec::new(), time: 0, created: None };
        let schema = source.schema();
        let mut place = |name| {
            if let Some(place) = columns.names.iter().position(|other| *other == name) {
                return Ok(place);
            }
            columns.types.push(column_type(source.name(), &schema, name)?.clone());
            columns.names.push(name);
            Ok(columns.names.len() - 1)
        };
        let keys = self.view.keys().iter().map(|key| place(&key.source)).collect::<Result<_>>()?;
        let time = place(self.view.timestamp())?;
        let created = self.view.created().map(&mut place).transpose()?;
        Ok(Columns { keys, time, created, ..columns })
    }
}

/// The columns to scan, and where among them to find what.
struct Columns<'a> {
    names: Vec<&'a str>,
    types: Vec<arrow_schema::DataType>,
    keys: Vec<usize>,
    time: usize,
    created: Option<usize>,
}

struct Scan<'a> {
    search: &'a Search<'a>,
    columns: Columns<'a>,
    ttl: Option<i64>,
    /// Rows of other times can't be what any entity row looks for.
    relevant: std::ops::RangeInclusive<i64>,
}

impl Scan<'_> {
    /// Offers the rows of one partition to the slots.
    fn partition(&self, rows: Range<u64>, slots: &mut [Candidate]) -> Result<()> {
        let source = self.search.view.source();
        let (mut numbers, mut scratch) = (Vec::new(), Vec::new());
        let mut next = rows.start;
        for batch in source.scan(&self.columns.names, rows.clone())? {
            let batch = batch?;
            let first = next;
            next += batch.num_rows() as u64;
            if next > rows.end {
                break;
            }
            self.check(source.as_ref(), &batch)?;
            self.offer(&batch, first, slots, &mut numbers, &mut scratch)?;
            (self.search.seen)(batch.num_rows() as u64);
        }
        if next == rows.end {
            Ok(())
        } else {
            Err(broken(source.as_ref(), "a scan has too few or too many rows"))
        }
    }

    fn offer(
        &self,
        batch: &RecordBatch,
        first: u64,
        slots: &mut [Candidate],
        numbers: &mut Vec<u32>,
        scratch: &mut Vec<u32>,
    ) -> Result<()> {
        let Search { view, keys, timeline, .. } = self.search;
        let key_columns: Vec<_> = self.columns.keys.iter().map(|place| batch.column(*place)).collect();
        keys.find(&key_columns, numbers, scratch);
        let moments =
            |place: usize| Micros::read(batch.column(place), view.source().name(), self.columns.names[place]);
        let times = moments(self.columns.time)?;
        let created = self.columns.created.map(moments).transpose()?;
        for (index, key) in numbers.iter().enumerate() {
            if *key == NO_KEY {
                continue;
            }
            let Some(time) = times.get(index).filter(|time| self.relevant.contains(time)) else { continue };
            let Some((slot, at)) = timeline.first_from(*key, time) else { continue };
            // What has expired at the first entity row after it has expired at all later ones.
            if !holds(time, at, self.ttl) {
                continue;
            }
            let slot = &mut slots[slot];
            if time < slot.time {
                continue;
            }
            let created = match &created {
                // Even the earliest known moment is above an unknown one.
                Some(created) => created.get(index).map_or(i64::MIN, |created| created.max(i64::MIN + 1)),
                None => i64::MIN,
            };
            *slot = (*slot).max(Candidate { time, created, row: first + index as u64 + 1 });
        }
        Ok(())
    }

    fn check(&self, source: &dyn OfflineSource, batch: &RecordBatch) -> Result<()> {
        let types = batch.columns().iter().map(Array::data_type);
        if types.eq(&self.columns.types) {
            return Ok(());
        }
        Err(broken(source, "a scan yields other columns than were asked for"))
    }
}

pub(super) fn broken(source: &dyn OfflineSource, reason: &str) -> Error {
    Error::Contract { table: source.name().to_owned(), reason: reason.to_owned() }
}
