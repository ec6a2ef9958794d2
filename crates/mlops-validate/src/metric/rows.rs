use crate::Result;
use crate::plan::{Accumulator, Chunk, Domain, Metric};

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
        let rows =
            chunk.domain(self.domain)?.map_or(chunk.rows(), arrow_buffer::BooleanBuffer::count_set_bits);
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
