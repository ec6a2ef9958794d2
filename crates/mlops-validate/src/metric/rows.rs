use arrow_buffer::BooleanBuffer;

use crate::Result;
use crate::plan::{Accumulator, Chunk, Domain, Metric};
use crate::table::and;

/// How many rows a domain has.
#[derive(Debug)]
pub(crate) struct CountRows {
    pub(crate) domain: Domain,
}

pub(crate) struct CountRowsState {
    domain: Domain,
    rows: u64,
}

impl Metric for CountRows {
    type State = CountRowsState;

    fn key(&self) -> String {
        self.domain.key()
    }

    fn columns(&self) -> Vec<&str> {
        Vec::new()
    }

    fn start(&self) -> CountRowsState {
        CountRowsState { domain: self.domain, rows: 0 }
    }
}

impl Accumulator for CountRowsState {
    type Output = u64;

    fn update(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let rows = chunk.domain(self.domain)?.map_or(chunk.rows(), BooleanBuffer::count_set_bits);
        self.rows += rows as u64;
        Ok(())
    }

    fn merge(&mut self, later: Self) {
        self.rows += later.rows;
    }

    fn finish(self) -> u64 {
        self.rows
    }
}

/// How many rows of a domain have a value in a column.
#[derive(Debug)]
pub(crate) struct CountPresent {
    pub(crate) column: String,
    pub(crate) domain: Domain,
}

pub(crate) struct CountPresentState {
    column: String,
    domain: Domain,
    count: Present,
}

/// Rows, and those among them with a value.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Present {
    pub(crate) rows: u64,
    pub(crate) present: u64,
}

impl Metric for CountPresent {
    type State = CountPresentState;

    fn key(&self) -> String {
        format!("{:?}{}", self.column, self.domain.key())
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }

    fn start(&self) -> CountPresentState {
        CountPresentState { column: self.column.clone(), domain: self.domain, count: Present::default() }
    }
}

impl Accumulator for CountPresentState {
    type Output = Present;

    fn update(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let domain = chunk.domain(self.domain)?;
        let rows = domain.map_or(chunk.rows(), BooleanBuffer::count_set_bits);
        let present = and(domain, chunk.present(&self.column)?);
        self.count.rows += rows as u64;
        self.count.present += present.map_or(rows, |present| present.count_set_bits()) as u64;
        Ok(())
    }

    fn merge(&mut self, later: Self) {
        self.count.rows += later.count.rows;
        self.count.present += later.count.present;
    }

    fn finish(self) -> Present {
        self.count
    }
}
