use super::numbers::for_each_number;
use crate::plan::{Accumulator, Chunk, Domain, Metric};
use crate::{Error, Result};

/// How many numbers of a column fall into each of some bins, and outside of all.
#[derive(Debug)]
pub(crate) struct Histogram {
    pub(crate) column: String,
    pub(crate) domain: Domain,
    /// Increasing edges, at least one.
    pub(crate) edges: Vec<f64>,
}

pub(crate) struct HistogramState {
    column: String,
    domain: Domain,
    binned: Binned,
}

/// Numbers by bins.
#[derive(Clone, Debug)]
pub(crate) struct Binned {
    edges: Vec<f64>,
    /// One fewer than edges. The lower edge belongs to a bin; of the last, both do.
    pub(crate) counts: Vec<u64>,
    pub(crate) below: u64,
    pub(crate) above: u64,
    /// All values, NaN among them if it is a value.
    pub(crate) total: u64,
}

impl Binned {
    pub(crate) fn new(edges: Vec<f64>) -> Self {
        let counts = vec![0; edges.len().saturating_sub(1)];
        Self { edges, counts, below: 0, above: 0, total: 0 }
    }

    pub(crate) fn add(&mut self, value: f64) {
        self.total += 1;
        let (Some(first), Some(last)) = (self.edges.first(), self.edges.last()) else { return };
        if value < *first {
            self.below += 1;
        } else if value > *last {
            self.above += 1;
        } else if !value.is_nan() {
            let bin = self.edges.partition_point(|edge| *edge <= value).saturating_sub(1);
            if let Some(count) = self.counts.get_mut(bin.min(self.edges.len().saturating_sub(2))) {
                *count += 1;
            }
        }
    }
}

impl Metric for Histogram {
    type State = HistogramState;

    fn key(&self) -> String {
        format!("{:?}{} {:?}", self.column, self.domain.key(), self.edges)
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }

    fn start(&self) -> HistogramState {
        HistogramState {
            column: self.column.clone(),
            domain: self.domain,
            binned: Binned::new(self.edges.clone()),
        }
    }
}

impl Accumulator for HistogramState {
    type Output = Binned;

    fn update(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let mask = chunk.present_in(self.domain, &self.column)?;
        let array = chunk.column(&self.column)?.as_ref();
        for_each_number(array, mask.as_ref(), |block| block.iter().for_each(|value| self.binned.add(*value)))
            .map_err(|reason| Error::Evaluation {
                rule: format!("the histogram of column {:?}", self.column),
                reason,
            })
    }

    fn merge(&mut self, later: Self) {
        self.binned.counts.iter_mut().zip(later.binned.counts).for_each(|(own, later)| *own += later);
        self.binned.below += later.binned.below;
        self.binned.above += later.binned.above;
        self.binned.total += later.binned.total;
    }

    fn finish(self) -> Binned {
        self.binned
    }
}
