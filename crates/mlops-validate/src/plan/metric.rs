use std::any::Any;
use std::fmt;

use super::Chunk;
use crate::Result;

/// Something to measure of a table. Two expectations that need the same metric share it:
/// it is measured once.
///
/// # Contract
/// - Metrics with the same type and [`key`](Metric::key) measure the same.
/// - Splitting the rows in any way, at any place, and merging in row order gives the same
///   output as one accumulator over all rows.
pub trait Metric: fmt::Debug + Send + Sync + 'static {
    /// What gathers the rows.
    type State: Accumulator;

    /// Tells metrics of one type apart.
    fn key(&self) -> String;

    /// The columns that are looked at.
    fn columns(&self) -> Vec<&str>;

    /// An accumulator that has seen no row.
    fn start(&self) -> Self::State;
}

/// Gathers rows in order.
pub trait Accumulator: Send + Sized + 'static {
    /// What comes out.
    type Output: Send + Sync + 'static;

    /// Whether merging is cheap beside updating, so that batches of rows are better
    /// gathered apart and in parallel. If not, one accumulator sees all batches in turn.
    const MERGES_CHEAPLY: bool = true;

    /// Takes in rows that follow those already seen.
    ///
    /// # Errors
    /// Why the metric can't be measured on this data. It is not measured any further.
    fn update(&mut self, chunk: &Chunk<'_>) -> Result<()>;

    /// Takes in what another has gathered of the rows that follow.
    fn merge(&mut self, later: Self);

    /// What was measured.
    fn finish(self) -> Self::Output;
}

/// A metric whose types are forgotten.
pub(super) trait AnyMetric: fmt::Debug + Send + Sync {
    fn start(&self) -> Box<dyn AnyState>;
}

/// An accumulator whose types are forgotten.
pub(super) trait AnyState: Any + Send {
    fn merges_cheaply(&self) -> bool;
    fn update(&mut self, chunk: &Chunk<'_>) -> Result<()>;
    fn merge(&mut self, later: Box<dyn AnyState>);
    fn finish(self: Box<Self>) -> Box<dyn Any + Send + Sync>;
}

impl<M: Metric> AnyMetric for M {
    fn start(&self) -> Box<dyn AnyState> {
        Box::new(Metric::start(self))
    }
}

impl<A: Accumulator> AnyState for A {
    fn merges_cheaply(&self) -> bool {
        A::MERGES_CHEAPLY
    }

    fn update(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        Accumulator::update(self, chunk)
    }

    fn merge(&mut self, later: Box<dyn AnyState>) {
        let later: Box<dyn Any> = later;
        let later = later.downcast::<A>().expect("both were started by the same metric");
        Accumulator::merge(self, *later);
    }

    fn finish(self: Box<Self>) -> Box<dyn Any + Send + Sync> {
        Box::new(Accumulator::finish(*self))
    }
}
