use std::ops::Range;
use std::sync::Arc;

use arrow_array::{Array, RecordBatch};
use rayon::prelude::*;

use super::rows::{Columns, Rows};
use crate::definition::FeatureView;
use crate::offline::column_type;
use crate::pit::Micros;
use crate::{Error, Result};

/// Rows of a block, of which the earliest and the latest time are remembered.
const BLOCK_ROWS: u64 = 1 << 13;

/// A row of the source in the order of time, and of equal times in that of the source:
/// its time and its number.
type Place = (i64, u64);

/// Reads the rows of a view's source in the order of time, some at a time.
///
/// The source may be in any order. The earliest and the latest time of each block of rows
/// are read once; to read on, only blocks that may hold the next rows are looked at. Of a
/// source in the order of time each block is read once or twice, of one in no order all
/// blocks are read once for every chunk.
#[derive(Debug)]
pub(super) struct Ahead {
    view: Arc<FeatureView>,
    /// How many rows are read at once.
    rows: usize,
    /// In the order of their earliest times.
    blocks: Option<Vec<Block>>,
    /// Everything up to here has been read.
    read: Option<Place>,
    /// Whether there is nothing after it.
    ended: bool,
    chunk: Option<Chunk>,
}

#[derive(Debug)]
struct Block {
    rows: Range<u64>,
    earliest: i64,
    latest: i64,
}

/// Rows that have been read.
#[derive(Debug)]
struct Chunk {
    rows: Rows,
    /// Time, number and row of the batch, in the order of time.
    order: Vec<(Place, usize)>,
    /// How many of them have been taken.
    taken: usize,
}

/// Rows that are due.
#[derive(Debug)]
pub(super) struct Due<'a> {
    pub(super) rows: &'a Rows,
    /// Time, number and row of the batch. Never empty.
    pub(super) order: &'a [(Place, usize)],
    /// Whether nothing else is due.
    pub(super) all: bool,
}

impl Ahead {
    /// Reads `rows` rows of `view` at once, from the first on that is later than `after`.
    pub(super) fn new(view: Arc<FeatureView>, rows: usize, after: Option<i64>) -> Self {
        let mut ahead = Self { view, rows, blocks: None, read: None, ended: false, chunk: None };
        ahead.restart(after);
        ahead
    }

    /// Goes on with the first row that is later than `after`, wherever it was.
    pub(super) fn restart(&mut self, after: Option<i64>) {
        self.chunk = None;
        self.read = after.map(|after| (after, u64::MAX));
        self.ended = false;
    }

    /// Passes over what is not later than `after`; what has been passed stays passed.
    pub(super) fn skip(&mut self, after: i64) {
        if let Some(chunk) = &mut self.chunk {
            chunk.taken += chunk.order[chunk.taken..].partition_point(|((time, _), _)| *time <= after);
        }
        self.read = self.read.max(Some((after, u64::MAX)));
    }

    /// The rows that follow and are not later than `until`, as far as they have been read;
    /// nothing if none is due.
    pub(super) fn due(&mut self, until: i64) -> Result<Option<Due<'_>>> {
        if self.chunk.as_ref().is_none_or(|chunk| chunk.taken == chunk.order.len()) {
            if self.ended {
                return Ok(None);
            }
            self.chunk = None;
            self.chunk = self.load()?;
        }
        let Some(Chunk { rows, order, taken }) = &self.chunk else { return Ok(None) };
        let order = &order[*taken..];
        let due = match order.first() {
            Some(((time, _), _)) if *time <= until => order.partition_point(|((time, _), _)| *time <= until),
            _ => return Ok(None),
        };
        Ok(Some(Due { rows, order: &order[..due], all: due < order.len() || self.ended }))
    }

    /// Passes over `count` rows that were due.
    pub(super) fn pass(&mut self, count: usize) {
        if let Some(chunk) = &mut self.chunk {
            chunk.taken += count;
        }
    }

    /// Reads the next rows; nothing if there are none.
    fn load(&mut self) -> Result<Option<Chunk>> {
        let blocks = match self.blocks.take() {
            Some(blocks) => blocks,
            None => survey(&self.view)?,
        };
        let next = self.next(&blocks);
        self.blocks = Some(blocks);
        let (mut places, ended) = next?;
        // Only when all went well: to try again is to begin again.
        let Some(last) = places.iter().max().copied() else {
            self.ended = true;
            return Ok(None);
        };
        let mut numbers: Vec<u64> = places.iter().map(|(_, number)| *number).collect();
        numbers.sort_unstable();
        let batch = self.gather(&numbers)?;
        let rows = Rows::new(&self.view, &batch, self.view.source().name())?;
        places.sort_unstable();
        let order: Vec<(Place, usize)> = places
            .into_iter()
            .map(|place| (place, numbers.partition_point(|number| *number < place.1)))
            .collect();
        if order.iter().any(|((time, _), row)| rows.time(*row) != Some(*time)) {
            return Err(self.broken("it gathers other rows than were asked for"));
        }
        self.read = Some(last);
        self.ended = ended;
        Ok(Some(Chunk { rows, order, taken: 0 }))
    }

    /// The places of the next rows, and whether they are the last.
    fn next(&self, blocks: &[Block]) -> Result<(Vec<Place>, bool)> {
        let mut places: Vec<Place> = Vec::new();
        let mut ended = true;
        // No place from here on is among the next ones.
        let mut end: Option<Place> = None;
        let later = |block: &&Block| self.read.is_none_or(|(time, _)| block.latest >= time);
        let mut blocks = blocks.iter().filter(later).peekable();
        while blocks.peek().is_some() {
            // As many blocks as may be enough, in the order of the source.
            let mut wave: Vec<Range<u64>> = Vec::new();
            let mut wave_rows = 0;
            while wave_rows < self.rows as u64 {
                let near = |block: &&Block| end.is_none_or(|(time, _)| block.earliest <= time);
                let Some(block) = blocks.next_if(near) else { break };
                wave_rows += block.rows.end - block.rows.start;
                wave.push(block.rows.clone());
            }
            if wave.is_empty() {
                ended = false;
                break;
            }
            wave.sort_unstable_by_key(|rows| rows.start);
            let joined = wave.chunk_by(|one, next| one.end == next.start);
            for rows in joined.map(|runs| runs[0].start..runs[runs.len() - 1].end) {
                each_time(&self.view, rows, &mut |place| {
                    if self.read.is_some_and(|read| place <= read) {
                        return;
                    }
                    if end.is_some_and(|end| place >= end) {
                        ended = false;
                        return;
                    }
                    places.push(place);
                    if places.len() >= 2 * self.rows {
                        end = Some(*places.select_nth_unstable(self.rows).1);
                        places.truncate(self.rows);
                        ended = false;
                    }
                })?;
            }
            if places.len() > self.rows {
                end = Some(*places.select_nth_unstable(self.rows).1);
                places.truncate(self.rows);
                ended = false;
            } else if places.len() == self.rows && end.is_none() {
                // What comes after the last of them need not be looked at.
                end = places.iter().max().map(|(time, number)| (*time, number.saturating_add(1)));
            }
        }
        Ok((places, ended))
    }

    fn gather(&self, numbers: &[u64]) -> Result<RecordBatch> {
        let source = self.view.source();
        let names = Columns::new(&self.view)?.names();
        let batch = source.gather(&names, numbers)?;
        let schema = source.schema();
        let types =
            names.iter().map(|name| column_type(source.name(), &schema, name)).collect::<Result<Vec<_>>>()?;
        if batch.num_rows() != numbers.len() || !batch.columns().iter().map(Array::data_type).eq(types) {
            return Err(self.broken("it gathers other rows or columns than were asked for"));
        }
        Ok(batch)
    }

    fn broken(&self, reason: &str) -> Error {
        broken(&self.view, reason)
    }
}

fn broken(view: &FeatureView, reason: &str) -> Error {
    Error::Contract { table: view.source().name().to_owned(), reason: reason.to_owned() }
}

/// The blocks of the source that hold a time, in the order of their earliest ones.
fn survey(view: &FeatureView) -> Result<Vec<Block>> {
    let parts = view
        .source()
        .partitions()
        .into_par_iter()
        .map(|rows| {
            let mut blocks: Vec<Block> = Vec::new();
            each_time(view, rows, &mut |(time, number)| match blocks.last_mut() {
                Some(block) if number - block.rows.start < BLOCK_ROWS => {
                    block.rows.end = number + 1;
                    block.earliest = block.earliest.min(time);
                    block.latest = block.latest.max(time);
                }
                _ => blocks.push(Block { rows: number..number + 1, earliest: time, latest: time }),
            })?;
            Ok(blocks)
        })
        .collect::<Result<Vec<_>>>()?;
    let mut blocks: Vec<Block> = parts.into_iter().flatten().collect();
    blocks.sort_unstable_by_key(|block| (block.earliest, block.rows.start));
    Ok(blocks)
}

/// Calls `each` with the place of every row of `rows` that has a time, in the order of the source.
fn each_time(view: &FeatureView, rows: Range<u64>, each: &mut dyn FnMut(Place)) -> Result<()> {
    let source = view.source();
    let mut next = rows.start;
    for batch in source.scan(&[view.timestamp()], rows.clone())? {
        let batch = batch?;
        let first = next;
        next += batch.num_rows() as u64;
        let expected = source.schema();
        let expected = column_type(source.name(), &expected, view.timestamp())?;
        if next > rows.end || batch.num_columns() != 1 || batch.column(0).data_type() != expected {
            return Err(broken(view, "a scan yields other rows or columns than were asked for"));
        }
        let times = Micros::read(batch.column(0), source.name(), view.timestamp())?;
        for row in 0..batch.num_rows() {
            if let Some(time) = times.get(row) {
                each((time, first + row as u64));
            }
        }
    }
    if next < rows.end {
        return Err(broken(view, "a scan has too few rows"));
    }
    Ok(())
}
