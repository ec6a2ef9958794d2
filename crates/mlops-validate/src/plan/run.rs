use std::any::Any;

use arrow_array::RecordBatch;
use arrow_schema::{Schema, SchemaRef};
use rayon::prelude::*;

use super::metric::{AnyMetric, AnyState};
use super::{Chunk, Measurements, Planner};
use crate::condition::RowCondition;
use crate::metric::Keep;
use crate::table::NanIs;
use crate::{Error, Result};

/// Rows that are gathered in one go by one thread: enough to make handing them out
/// cheap, few enough to stay in the cache.
const ROWS_A_PIECE: usize = 1 << 15;

/// What has to be measured of a table.
#[derive(Debug)]
pub(crate) struct Plan {
    schema: SchemaRef,
    metrics: Vec<Box<dyn AnyMetric>>,
    conditions: Vec<RowCondition>,
    columns: Vec<String>,
    nan: NanIs,
}

impl Plan {
    /// Plans what `need` asks for.
    pub(crate) fn new<T>(
        schema: &SchemaRef,
        keep: &Keep,
        nan: NanIs,
        need: impl FnOnce(&mut Planner<'_>) -> T,
    ) -> (Self, T) {
        let mut planner = Planner::new(schema, keep);
        let needs = need(&mut planner);
        let columns = planner.columns.into_iter().filter(|name| schema.field_with_name(name).is_ok());
        let plan = Self {
            schema: SchemaRef::clone(schema),
            metrics: planner.metrics,
            conditions: planner.conditions,
            columns: columns.collect(),
            nan,
        };
        (plan, needs)
    }

    /// The columns that are looked at, sorted; the others need not be read.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    pub(crate) fn start(&self, first_row: u64) -> Gathered {
        Gathered {
            states: self.metrics.iter().map(|metric| State::Measuring(metric.start())).collect(),
            first_row,
            rows: 0,
        }
    }

    /// A batch may lack columns that are not looked at, and no others.
    fn check(&self, schema: &Schema) -> Result<()> {
        for name in &self.columns {
            let planned = self.schema.field_with_name(name).map(arrow_schema::Field::data_type);
            let found = schema.field_with_name(name).map(arrow_schema::Field::data_type);
            match (planned, found) {
                (Ok(planned), Ok(found)) if planned == found => {}
                (Ok(planned), Ok(found)) => {
                    let reason = format!("column {name:?} is {found}, expected {planned}");
                    return Err(Error::input("record batch", reason));
                }
                _ => return Err(Error::input("record batch", format!("column {name:?} is missing"))),
            }
        }
        Ok(())
    }
}

enum State {
    Measuring(Box<dyn AnyState>),
    Failed(Failure),
}

/// The rule and the reason of an [`Error::Evaluation`], which several may ask for.
pub(super) type Failure = (String, String);

impl State {
    fn update(&mut self, chunk: &Chunk<'_>) {
        if let Self::Measuring(state) = self
            && let Err(error) = state.update(chunk)
        {
            *self = Self::Failed(match error {
                Error::Evaluation { rule, reason } => (rule, reason),
                other => ("the data".to_owned(), other.to_string()),
            });
        }
    }

    fn merge(&mut self, later: Self) {
        match (&mut *self, later) {
            (Self::Failed(_), _) => {}
            (_, failed @ Self::Failed(_)) => *self = failed,
            (Self::Measuring(state), Self::Measuring(later)) => state.merge(later),
        }
    }

    /// Takes in chunks that follow each other, apart if that pays.
    fn update_all(&mut self, metric: &dyn AnyMetric, chunks: &[Chunk<'_>]) {
        let Self::Measuring(state) = &*self else { return };
        if chunks.len() > 1 && state.merges_cheaply() {
            let parts: Vec<Self> = chunks
                .par_iter()
                .map(|chunk| {
                    let mut part = Self::Measuring(metric.start());
                    part.update(chunk);
                    part
                })
                .collect();
            for part in parts {
                self.merge(part);
            }
        } else {
            for chunk in chunks {
                self.update(chunk);
            }
        }
    }

    fn finish(self) -> Result<Box<dyn Any + Send + Sync>, Failure> {
        match self {
            Self::Measuring(state) => Ok(state.finish()),
            Self::Failed(reason) => Err(reason),
        }
    }
}

/// What has been gathered of consecutive rows.
pub(crate) struct Gathered {
    states: Vec<State>,
    first_row: u64,
    rows: u64,
}

impl std::fmt::Debug for Gathered {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Gathered")
            .field("first_row", &self.first_row)
            .field("rows", &self.rows)
            .finish_non_exhaustive()
    }
}

impl Gathered {
    pub(crate) fn rows(&self) -> u64 {
        self.rows
    }

    /// Takes in the batches that follow, using the threads of rayon's current pool.
    pub(crate) fn update(&mut self, plan: &Plan, batches: &[RecordBatch]) -> Result<()> {
        let mut pieces = Vec::new();
        let mut next = self.first_row + self.rows;
        for batch in batches {
            plan.check(batch.schema_ref())?;
            for from in (0..batch.num_rows()).step_by(ROWS_A_PIECE) {
                let piece = batch.slice(from, ROWS_A_PIECE.min(batch.num_rows() - from));
                pieces.push((next, piece));
                next += (batch.num_rows() - from).min(ROWS_A_PIECE) as u64;
            }
        }
        let chunks: Vec<Chunk<'_>> = pieces
            .iter()
            .map(|(first_row, piece)| Chunk::new(piece, *first_row, plan.nan, &plan.conditions))
            .collect();
        self.states
            .par_iter_mut()
            .zip(&plan.metrics)
            .for_each(|(state, metric)| state.update_all(metric.as_ref(), &chunks));
        self.rows = next - self.first_row;
        Ok(())
    }

    /// Takes in what was gathered of the rows that follow.
    pub(crate) fn merge(&mut self, later: Self) -> Result<()> {
        let next = self.first_row + self.rows;
        if later.first_row != next || later.states.len() != self.states.len() {
            let reason =
                format!("it begins at row {}, expected row {next} of the same plan", later.first_row);
            return Err(Error::input("the part to be merged", reason));
        }
        for (state, later) in self.states.iter_mut().zip(later.states) {
            state.merge(later);
        }
        self.rows += later.rows;
        Ok(())
    }

    pub(crate) fn finish(self) -> Measurements {
        Measurements { outputs: self.states.into_iter().map(State::finish).collect() }
    }
}

/// How many rows are worth waiting for before they are handed out to all threads.
pub(crate) fn rows_a_window() -> usize {
    ROWS_A_PIECE * 2 * rayon::current_num_threads()
}
