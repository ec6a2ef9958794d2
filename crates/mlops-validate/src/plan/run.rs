use arrow_array::RecordBatch;
use arrow_schema::{DataType, Field, Schema, SchemaRef};
use rayon::prelude::*;

use super::component::Component;
use super::metric::AnyMetric;
use super::state::State;
use super::{Chunk, Measurements, Planner};
use crate::condition::RowCondition;
use crate::metric::Keep;
use crate::table::{NanIs, only_column};
use crate::{Error, Result};

/// Rows that all metrics of a column see before the next rows: a column of so many
/// numbers stays in the cache from the first metric to the last.
pub(crate) const ROWS_A_PIECE: usize = 1 << 13;

/// So many pieces a thread are worth handing out.
const PIECES_A_THREAD: usize = 8;

/// What has to be measured of a table.
#[derive(Debug)]
pub(crate) struct Plan {
    schema: SchemaRef,
    metrics: Vec<Box<dyn AnyMetric>>,
    conditions: Vec<RowCondition>,
    columns: Vec<String>,
    components: Vec<Component>,
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
        let is_there = |name: &String| only_column(schema, name).is_ok();
        let columns: Vec<String> = planner.columns.into_iter().filter(is_there).collect();
        for looked_at in &mut planner.looked_at {
            looked_at.retain(is_there);
        }
        // A row that is shown with others of its columns needs them beside it.
        let components = if keep.whole_rows > 0 {
            let all = schema.fields().iter().map(|field| field.name().clone()).collect();
            Component::of_all(all, planner.metrics.len())
        } else if keep.columns().next().is_some() {
            Component::of_all(columns.clone(), planner.metrics.len())
        } else {
            Component::of(&planner.looked_at)
        };
        let plan = Self {
            schema: SchemaRef::clone(schema),
            metrics: planner.metrics,
            conditions: planner.conditions,
            columns,
            components,
            nan,
        };
        (plan, needs)
    }

    /// The columns that are looked at, sorted; the others need not be read.
    pub(crate) fn columns(&self) -> &[String] {
        &self.columns
    }

    /// The metrics by the columns that they look at together.
    pub(crate) fn components(&self) -> &[Component] {
        &self.components
    }

    pub(crate) fn start(&self, first_row: u64) -> Gathered {
        Gathered {
            states: self.metrics.iter().map(|metric| State::start(metric.as_ref())).collect(),
            first_row,
            rows: 0,
        }
    }

    /// The metrics of one component, for rows from `first_row` on.
    pub(crate) fn strand(&self, component: &Component, first_row: u64) -> Strand {
        let states = component.metrics.iter().map(|at| (*at, State::start(self.metrics[*at].as_ref())));
        Strand { states: states.collect(), next_row: first_row }
    }

    /// What strands of all components gathered of the whole table.
    pub(crate) fn gathered(&self, strands: Vec<Strand>, rows: u64) -> Gathered {
        let mut states: Vec<(usize, State)> = strands.into_iter().flat_map(|strand| strand.states).collect();
        states.sort_unstable_by_key(|(at, _)| *at);
        debug_assert_eq!(states.len(), self.metrics.len(), "every metric has one component");
        Gathered { states: states.into_iter().map(|(_, state)| state).collect(), first_row: 0, rows }
    }

    fn chunk<'a>(&'a self, rows: &'a RecordBatch, first_row: u64) -> Chunk<'a> {
        Chunk::new(rows, first_row, self.nan, (&self.schema, &self.conditions))
    }

    /// A batch may lack columns that are not looked at, and no others.
    fn check(&self, schema: &Schema) -> Result<()> {
        for name in &self.columns {
            let planned = self.schema.field_with_name(name).map(Field::data_type);
            let found = schema.field_with_name(name).map(Field::data_type);
            match (planned, found) {
                (Ok(planned), Ok(found)) if planned == found => {}
                (Ok(planned), Ok(DataType::Dictionary(_, values))) if planned == values.as_ref() => {}
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

/// What the metrics of one component have gathered of consecutive rows.
pub(crate) struct Strand {
    states: Vec<(usize, State)>,
    next_row: u64,
}

impl Strand {
    /// Whether parts of the rows may be gathered by strands of their own.
    pub(crate) fn merges_cheaply(&self) -> bool {
        self.states.iter().all(|(_, state)| state.merges_cheaply())
    }

    /// Takes in the rows that follow: few enough to stay in the cache.
    pub(crate) fn update(&mut self, plan: &Plan, rows: &RecordBatch) {
        let chunk = plan.chunk(rows, self.next_row);
        for (_, state) in &mut self.states {
            state.update(&chunk);
        }
        self.next_row += rows.num_rows() as u64;
    }

    /// Takes in what a strand of the same component gathered of the rows that follow.
    pub(crate) fn merge(&mut self, later: Self) {
        for ((_, state), (_, later)) in self.states.iter_mut().zip(later.states) {
            state.merge(later);
        }
        self.next_row = later.next_row;
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
                let rows = piece.num_rows() as u64;
                pieces.push((next, piece));
                next += rows;
            }
        }
        let threads = rayon::current_num_threads();
        if threads == 1 {
            self.update_in_turn(plan, &pieces);
        } else if pieces.len() < 2 * threads {
            self.update_metrics(plan, &pieces, |_| true);
        } else {
            self.update_ranges(plan, &pieces, pieces.len().div_ceil(2 * threads));
        }
        self.rows = next - self.first_row;
        Ok(())
    }

    /// All metrics, piece after piece.
    fn update_in_turn(&mut self, plan: &Plan, pieces: &[(u64, RecordBatch)]) {
        for (first_row, piece) in pieces {
            let chunk = plan.chunk(piece, *first_row);
            for component in &plan.components {
                for metric in &component.metrics {
                    self.states[*metric].update(&chunk);
                }
            }
        }
    }

    /// Some metrics, each by a thread of its own.
    fn update_metrics(
        &mut self,
        plan: &Plan,
        pieces: &[(u64, RecordBatch)],
        which: impl Fn(&State) -> bool + Sync,
    ) {
        let chunks: Vec<Chunk<'_>> = pieces.iter().map(|(row, piece)| plan.chunk(piece, *row)).collect();
        self.states.par_iter_mut().filter(|state| which(state)).for_each(|state| {
            for chunk in &chunks {
                state.update(chunk);
            }
        });
    }

    /// Metrics that merge cheaply by ranges of rows, the others each in one go.
    fn update_ranges(&mut self, plan: &Plan, pieces: &[(u64, RecordBatch)], pieces_a_range: usize) {
        let cheap: Vec<bool> = self.states.iter().map(State::merges_cheaply).collect();
        let gather = |pieces: &[(u64, RecordBatch)]| {
            let mut part: Vec<Option<State>> = plan
                .metrics
                .iter()
                .zip(&cheap)
                .map(|(metric, cheap)| cheap.then(|| State::start(metric.as_ref())))
                .collect();
            for (first_row, piece) in pieces {
                let chunk = plan.chunk(piece, *first_row);
                for component in &plan.components {
                    for metric in &component.metrics {
                        if let Some(state) = &mut part[*metric] {
                            state.update(&chunk);
                        }
                    }
                }
            }
            part
        };
        let ((), parts) = rayon::join(
            || {
                if cheap.contains(&false) {
                    self.update_metrics(plan, pieces, |state| !state.merges_cheaply());
                }
            },
            || pieces.par_chunks(pieces_a_range).map(gather).collect::<Vec<_>>(),
        );
        for part in parts {
            for (state, later) in self.states.iter_mut().zip(part) {
                if let Some(later) = later {
                    state.merge(later);
                }
            }
        }
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
    ROWS_A_PIECE * PIECES_A_THREAD * rayon::current_num_threads()
}
