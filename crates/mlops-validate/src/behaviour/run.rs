use std::ops::ControlFlow;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use arrow_array::{ArrayRef, RecordBatch};
use arrow_schema::SchemaRef;
use mlops_stats::Random;
use rayon::prelude::*;
use serde_json::Value;

use super::apply::{Piece, Prepared, constant_column, grid, pieces, with_column};
use super::cells::{column, constant};
use super::model::{Unanswered, predict};
use super::part::{Part, example, report};
use super::read::field_of;
use super::report::{Example, ExampleValue};
use super::suite::Rule;
use super::{
    BehaviourReport, BehaviourSuite, BehaviourTest, Direction, Expected, Model, Rows, TestReport, Unchanged,
    WHAT,
};
use crate::table::Scalar;
use crate::{Error, Result};

/// Rows that a model is asked at once.
const ROWS_A_PIECE: usize = 4096;

/// How far a suite is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct BehaviourProgress {
    /// Predictions asked for so far.
    pub predictions: u64,
    /// The test that is at work, counted from 0.
    pub test: usize,
    /// How many tests there are.
    pub tests: usize,
}

type OnProgress<'a> = &'a (dyn Fn(BehaviourProgress) -> ControlFlow<()> + Sync);

/// A rule about two predictions.
type Holds<'a> = Box<dyn Fn(f64, f64) -> bool + Sync + 'a>;

struct Run<'a> {
    suite: &'a BehaviourSuite,
    model: &'a dyn Model,
    batches: &'a [RecordBatch],
    pieces: Vec<Piece>,
    /// The predictions for each piece as it is.
    before: Vec<Result<Vec<f64>, Unanswered>>,
    predictions: AtomicU64,
    stopped: AtomicBool,
    progress: OnProgress<'a>,
}

impl BehaviourSuite {
    /// Runs all tests on the rows of a table.
    ///
    /// The model is asked 4096 rows at a time, from all threads of rayon's pool; beside the table
    /// there are some copies of so many rows for each thread, and a prediction for each row.
    /// The report does not depend on the number of threads, nor on how rows are split into batches.
    /// A model that fails, panics or says NaN makes its test inconclusive. (With `panic =
    /// "abort"` a panic ends the process, as always.)
    ///
    /// # Errors
    /// [`Error::Invalid`] for a suite that can't be meant, or a column that the table does not
    /// have, with the nearest name, or of another kind than the test asks for; [`Error::Input`] if
    /// there is no batch, batches have different schemas, or a column to swap has too many values.
    pub fn run(&self, model: &dyn Model, batches: &[RecordBatch]) -> Result<BehaviourReport> {
        self.run_with(model, batches, &|_| ControlFlow::Continue(()))
    }

    /// The same, and tells now and then how far it is, from any thread; may be stopped there.
    ///
    /// # Errors
    /// As [`run`](Self::run); [`Error::Stopped`] if the callback breaks.
    pub fn run_with(
        &self,
        model: &dyn Model,
        batches: &[RecordBatch],
        progress: OnProgress<'_>,
    ) -> Result<BehaviourReport> {
        self.check()?;
        let Some(first) = batches.first() else {
            return Err(Error::input("table", "there is no record batch, and so no schema"));
        };
        let schema = first.schema();
        if let Some(at) = batches.iter().position(|batch| batch.schema_ref() != &schema) {
            return Err(Error::input(
                "table",
                format!("record batch {at} has another schema than the first"),
            ));
        }
        for (index, test) in self.tests.iter().enumerate() {
            test.check_columns(&format!("tests[{index}]"), &schema)?;
        }
        let mut run = Run {
            suite: self,
            model,
            batches,
            pieces: pieces(batches, ROWS_A_PIECE),
            before: Vec::new(),
            predictions: AtomicU64::new(0),
            stopped: AtomicBool::new(false),
            progress,
        };
        let own_rows = |rule: &Rule| {
            matches!(rule, Rule::MinimumFunctionality { rows: Rows::Rows(_) | Rows::Template { .. }, .. })
        };
        if !self.tests.iter().all(|test| own_rows(&test.rule)) {
            run.before = run.pieces.par_iter().map(|piece| run.ask(&piece.rows, 0)).collect();
        }
        let mut tests = Vec::new();
        for index in 0..self.tests.len() {
            tests.push(run.test(index, &schema)?);
            if run.stopped.load(Ordering::Relaxed) {
                return Err(Error::Stopped { rows: run.predictions.load(Ordering::Relaxed) });
            }
        }
        let rows = batches.iter().map(|batch| batch.num_rows() as u64).sum();
        Ok(BehaviourReport { suite: self.suite.clone(), suite_digest: self.digest()?, rows, tests })
    }
}

impl Run<'_> {
    fn ask(&self, rows: &RecordBatch, test: usize) -> Result<Vec<f64>, Unanswered> {
        if self.stopped.load(Ordering::Relaxed) {
            return Err(Unanswered { row: 0, reason: "stopped".to_owned() });
        }
        let answer = predict(self.model, rows);
        let asked = rows.num_rows() as u64;
        let predictions = self.predictions.fetch_add(asked, Ordering::Relaxed) + asked;
        let tests = self.suite.tests.len();
        if (self.progress)(BehaviourProgress { predictions, test, tests }).is_break() {
            self.stopped.store(true, Ordering::Relaxed);
        }
        answer
    }

    fn test(&self, index: usize, schema: &SchemaRef) -> Result<TestReport> {
        let test = &self.suite.tests[index];
        let path = format!("tests[{index}]");
        let (parts, expected): (Vec<Part>, String) = match &test.rule {
            Rule::Invariance { perturb, repeats, unchanged } => {
                let prepared = Prepared::new(perturb, self.batches, &path, self.suite.seed, &test.name)?;
                let unchanged: Unchanged = *unchanged;
                let holds: Holds<'_> = Box::new(move |before, after| unchanged.holds(before, after));
                (self.perturbed(index, &prepared, *repeats, &holds), unchanged.words())
            }
            Rule::Directional { perturb, repeats, movement } => {
                let prepared = Prepared::new(perturb, self.batches, &path, self.suite.seed, &test.name)?;
                let holds: Holds<'_> = Box::new(|before, after| movement.holds(before, after));
                (self.perturbed(index, &prepared, *repeats, &holds), movement.words())
            }
            Rule::Monotonic { column, moves, points, tolerance, range } => {
                let (at, field) = field_of(&path, schema, column)?;
                let values = grid(self.batches, at, *points as usize, *range);
                if values.len() < 2
                    && self.batches.iter().any(|batch| batch.num_rows() > 0)
                    && !is_number(field)
                {
                    let found = format!("{column:?}, {}", field.data_type());
                    let expected = "a column of numbers, days or moments";
                    return Err(Error::invalid(WHAT, format!("{path}.column"), found, expected));
                }
                let way = if *moves == Direction::NotDown { "falls" } else { "rises" };
                let words = format!("the score never {way} as {column} rises over {} values", values.len());
                (self.monotonic(index, at, &values, *moves, *tolerance), words)
            }
            Rule::MinimumFunctionality { rows, expected } => {
                let parts = self.minimum(index, test, rows, *expected, schema, &path)?;
                (parts, expected.words())
            }
        };
        Ok(report(test, parts, expected, self.suite.max_examples as usize))
    }

    fn perturbed(&self, index: usize, prepared: &Prepared<'_>, repeats: u32, holds: &Holds<'_>) -> Vec<Part> {
        let most = self.suite.max_examples as usize;
        let of_piece = |(piece, before): (&Piece, &Result<Vec<f64>, Unanswered>)| {
            let mut part = Part::default();
            let before = match before {
                Ok(before) => before,
                Err(unanswered) => return part.broken_at(piece, unanswered),
            };
            for draw in 0..repeats {
                let (rows, changed) = match prepared.apply(piece, u64::from(draw)) {
                    Ok(applied) => applied,
                    Err(reason) => return part.broken_at(piece, &Unanswered { row: 0, reason }),
                };
                let after = match self.ask(&rows, index) {
                    Ok(after) => after,
                    Err(unanswered) => return part.broken_at(piece, &unanswered),
                };
                for (row, changed) in changed.iter().enumerate() {
                    if !changed {
                        part.unchanged += 1;
                        continue;
                    }
                    part.tried += 1;
                    if holds(before[row], after[row]) {
                        continue;
                    }
                    part.failures += 1;
                    // Of several draws the rows come again and again: the first of each may count.
                    let shown_in_draw = part.failures <= most as u64 || draw > 0;
                    if shown_in_draw {
                        let (score, other) = (Some(before[row]), after[row]);
                        part.examples.push(example(piece, &rows, &prepared.columns, row, score, other));
                    }
                }
                part.examples.sort_by_key(|example| example.row);
                part.examples.truncate(most);
            }
            part
        };
        self.pieces.par_iter().zip(&self.before).map(of_piece).collect()
    }

    fn monotonic(
        &self,
        index: usize,
        at: usize,
        values: &[Scalar],
        moves: Direction,
        tolerance: f64,
    ) -> Vec<Part> {
        let most = self.suite.max_examples as usize;
        let sign = if moves == Direction::NotUp { -1.0 } else { 1.0 };
        let of_piece = |piece: &Piece| {
            let mut part = Part::default();
            let rows = piece.rows.num_rows();
            if values.len() < 2 {
                part.unchanged = rows as u64;
                return part;
            }
            // The highest score so far, where it was, and whether the row has failed.
            let mut highest: Vec<(f64, usize)> = vec![(f64::NEG_INFINITY, 0); rows];
            let mut failed: Vec<Option<Example>> = vec![None; rows];
            let data_type = piece.rows.schema_ref().field(at).data_type();
            for (point, value) in values.iter().enumerate() {
                let moved = constant_column(value, data_type, rows)
                    .ok_or_else(|| "a value does not fit into the column".to_owned())
                    .and_then(|array| with_column(&piece.rows, at, array));
                let scores = match moved {
                    Ok(moved) => self.ask(&moved, index),
                    Err(reason) => Err(Unanswered { row: 0, reason }),
                };
                let scores = match scores {
                    Ok(scores) => scores,
                    Err(unanswered) => return part.broken_at(piece, &unanswered),
                };
                for (row, score) in scores.into_iter().enumerate() {
                    let (best, of) = highest[row];
                    if sign * score < best - tolerance && failed[row].is_none() {
                        let name = piece.rows.schema_ref().field(at).name().clone();
                        failed[row] = Some(Example {
                            row: piece.first_row + row as u64,
                            values: vec![ExampleValue {
                                column: name,
                                before: values[of].to_json(),
                                after: value.to_json(),
                            }],
                            before: Some(sign * best),
                            after: score,
                        });
                    }
                    if sign * score > best || point == 0 {
                        highest[row] = (sign * score, point);
                    }
                }
            }
            part.tried = rows as u64;
            part.failures = failed.iter().flatten().count() as u64;
            part.examples = failed.into_iter().flatten().take(most).collect();
            part
        };
        self.pieces.par_iter().map(of_piece).collect()
    }

    fn minimum(
        &self,
        index: usize,
        test: &BehaviourTest,
        rows: &Rows,
        expected: Expected,
        schema: &SchemaRef,
        path: &str,
    ) -> Result<Vec<Part>> {
        let most = self.suite.max_examples as usize;
        let judged = |piece: &Piece, scores: &Result<Vec<f64>, Unanswered>| {
            let mut part = Part::default();
            let scores = match scores {
                Ok(scores) => scores,
                Err(unanswered) => return part.broken_at(piece, unanswered),
            };
            let all: Vec<usize> = (0..piece.rows.num_columns()).collect();
            for (row, score) in scores.iter().enumerate() {
                part.tried += 1;
                if !expected.holds(*score) {
                    part.failures += 1;
                    if part.examples.len() < most {
                        part.examples.push(example(piece, &piece.rows, &all, row, None, *score));
                    }
                }
            }
            part
        };
        if matches!(rows, Rows::Table) {
            let pieces = self.pieces.par_iter().zip(&self.before);
            return Ok(pieces.map(|(piece, scores)| judged(piece, scores)).collect());
        }
        let made = self.made(rows, schema, path, &test.name)?;
        let pieces = pieces(&[made], ROWS_A_PIECE);
        Ok(pieces.par_iter().map(|piece| judged(piece, &self.ask(&piece.rows, index))).collect())
    }

    /// The rows that a test names, as a table of the schema.
    fn made(&self, rows: &Rows, schema: &SchemaRef, path: &str, test: &str) -> Result<RecordBatch> {
        let read = |place: &str, name: &str, value: &Value| -> Result<Scalar> {
            let (_, field) = field_of(path, schema, name)?;
            let cell =
                constant(value, field.data_type()).filter(|cell| field.is_nullable() || !cell.is_missing());
            cell.ok_or_else(|| {
                let expected = format!("a value of column {name:?}, {}", field.data_type());
                Error::invalid(WHAT, format!("{path}.{place}.{name}"), value, expected)
            })
        };
        let fields = schema.fields();
        let mut columns: Vec<Vec<Scalar>> = vec![Vec::new(); fields.len()];
        match rows {
            Rows::Table => {}
            Rows::Rows(rows) => {
                for (number, row) in rows.iter().enumerate() {
                    for name in row.keys() {
                        let _known = field_of(&format!("{path}.rows[{number}]"), schema, name)?;
                    }
                    for (cells, field) in columns.iter_mut().zip(fields) {
                        let value = row.get(field.name()).unwrap_or(&Value::Null);
                        cells.push(read(&format!("rows[{number}]"), field.name(), value)?);
                    }
                }
            }
            Rows::Template { columns: template, sample } => {
                for name in template.keys() {
                    let _known = field_of(&format!("{path}.template"), schema, name)?;
                }
                let mut choices: Vec<Vec<Scalar>> = Vec::new();
                for field in fields {
                    let place = "template.columns";
                    choices.push(match template.get(field.name()).and_then(Value::as_array) {
                        Some(values) => {
                            let cells = values.iter().map(|value| read(place, field.name(), value));
                            cells.collect::<Result<_>>()?
                        }
                        None => vec![read(place, field.name(), &Value::Null)?],
                    });
                }
                let combined = choices.iter().map(|values| values.len() as u64).fold(1, u64::saturating_mul);
                let count = sample.map_or(combined, u64::from);
                let mut own = [0; 8];
                own.copy_from_slice(&mlops_core::Digest::of(test).as_bytes()[..8]);
                let mut random = Random::replicate(self.suite.seed, u64::from_le_bytes(own));
                for number in 0..count {
                    let mut rest = number;
                    // The last column is the fastest.
                    for (cells, values) in columns.iter_mut().zip(&choices).rev() {
                        let length = values.len() as u64;
                        let at = if sample.is_some() { random.below(length) } else { rest % length };
                        rest /= length;
                        cells.push(values[usize::try_from(at).unwrap_or(0)].clone());
                    }
                }
            }
        }
        let arrays: Option<Vec<ArrayRef>> =
            columns.iter().zip(fields).map(|(cells, field)| column(cells, field.data_type())).collect();
        let arrays = arrays.ok_or_else(|| {
            Error::invalid(
                WHAT,
                path.to_owned(),
                "a table of other types",
                "columns whose values can be written",
            )
        })?;
        RecordBatch::try_new(Arc::clone(schema), arrays)
            .map_err(|error| Error::invalid(WHAT, path.to_owned(), error, "rows of the table's schema"))
    }
}

fn is_number(field: &arrow_schema::Field) -> bool {
    use super::cells::{Kind, kind};
    matches!(kind(field.data_type()), Some(Kind::Whole | Kind::Floating | Kind::Moment))
}
