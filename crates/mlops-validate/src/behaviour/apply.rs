use std::borrow::Cow;
use std::sync::Arc;

use arrow_array::{Array, ArrayRef, RecordBatch};
use arrow_schema::DataType;
use arrow_select::interleave::interleave;
use mlops_core::Digest;
use mlops_stats::Random;

use super::cells::{Kind, cells, column, constant, kind, number, of_number, unchanged};
use super::perturbation::{Amount, Case, Change, Perturbation};
use super::read::field_of;
use crate::table::{Cell, Scalar};
use crate::{Error, Result};

/// With more distinct values a column is no category.
const MOST_VALUES: usize = 10_000;

/// Some rows of the table: never more than fit into memory several times over.
pub(super) struct Piece {
    pub(super) rows: RecordBatch,
    pub(super) first_row: u64,
}

/// Perturbations with what they need to know of the columns.
pub(super) struct Prepared<'a> {
    steps: Vec<Step<'a>>,
    batches: &'a [RecordBatch],
    /// The places of all columns that are touched, ascending.
    pub(super) columns: Vec<usize>,
}

struct Step<'a> {
    perturbation: &'a Perturbation,
    columns: Vec<Observed>,
    /// For each row the batch and the row in it whose value it gets.
    dealt: Vec<(usize, usize)>,
}

/// What is known of a column, as far as it is asked for.
struct Observed {
    at: usize,
    data_type: DataType,
    stream: u64,
    low: f64,
    high: f64,
    deviation: f64,
    values: Vec<Scalar>,
    constant: Scalar,
}

impl<'a> Prepared<'a> {
    /// Looks at the columns once. `test` is the test's name.
    pub(super) fn new(
        perturbations: &'a [Perturbation],
        batches: &'a [RecordBatch],
        path: &str,
        seed: u64,
        test: &str,
    ) -> Result<Self> {
        let mut own = [0; 8];
        own.copy_from_slice(&Digest::of(test).as_bytes()[..8]);
        let mut streams = Random::replicate(seed, u64::from_le_bytes(own));
        let mut steps = Vec::new();
        for perturbation in perturbations {
            let mut columns = Vec::new();
            for name in &perturbation.columns {
                columns.push(Observed::of(perturbation, name, batches, path, streams.bits())?);
            }
            let dealt = match perturbation.change {
                Change::Shuffle {} => deal(batches, streams.bits()),
                _ => Vec::new(),
            };
            steps.push(Step { perturbation, columns, dealt });
        }
        let mut columns: Vec<usize> =
            steps.iter().flat_map(|step| step.columns.iter().map(|column| column.at)).collect();
        columns.sort_unstable();
        columns.dedup();
        Ok(Self { steps, batches, columns })
    }

    /// The rows as they are after all perturbations, and which of them are other than before.
    /// `draw` is which of several tries a row has.
    pub(super) fn apply(&self, piece: &Piece, draw: u64) -> Result<(RecordBatch, Vec<bool>), String> {
        let rows = piece.rows.num_rows();
        let before: Vec<Vec<Scalar>> = self.columns.iter().map(|at| cells(piece.rows.column(*at))).collect();
        let mut after = before.clone();
        for step in &self.steps {
            for observed in &step.columns {
                let place = self.columns.binary_search(&observed.at).map_err(|_| "a column is lost")?;
                let values = &mut after[place];
                if !step.dealt.is_empty() {
                    *values = self.dealt(step, observed, piece)?;
                    continue;
                }
                for (row, value) in values.iter_mut().enumerate() {
                    let number = (piece.first_row + row as u64).wrapping_mul(1 << 12).wrapping_add(draw);
                    let mut random = Random::replicate(observed.stream, number);
                    *value = observed.changed(step.perturbation, value, &mut random);
                }
            }
        }
        let mut changed = vec![false; rows];
        let mut arrays: Vec<ArrayRef> = piece.rows.columns().to_vec();
        for ((at, before), after) in self.columns.iter().zip(&before).zip(&after) {
            for ((changed, before), after) in changed.iter_mut().zip(before).zip(after) {
                *changed |= !unchanged(before, after);
            }
            let data_type = piece.rows.schema_ref().field(*at).data_type();
            arrays[*at] = column(after, data_type)
                .ok_or_else(|| format!("a changed value does not fit into {data_type}"))?;
        }
        RecordBatch::try_new(piece.rows.schema(), arrays)
            .map(|rows| (rows, changed))
            .map_err(|error| error.to_string())
    }

    fn dealt(&self, step: &Step<'_>, observed: &Observed, piece: &Piece) -> Result<Vec<Scalar>, String> {
        let arrays: Vec<&dyn Array> =
            self.batches.iter().map(|batch| batch.column(observed.at).as_ref()).collect();
        let first = usize::try_from(piece.first_row).map_err(|error| error.to_string())?;
        let places = &step.dealt[first..first + piece.rows.num_rows()];
        interleave(&arrays, places).map(|array| cells(&array)).map_err(|error| error.to_string())
    }
}

/// All rows in another order, each order as likely as the other.
fn deal(batches: &[RecordBatch], seed: u64) -> Vec<(usize, usize)> {
    let of_batch = |(at, batch): (usize, &RecordBatch)| (0..batch.num_rows()).map(move |row| (at, row));
    let mut places: Vec<(usize, usize)> = batches.iter().enumerate().flat_map(of_batch).collect();
    let mut random = Random::replicate(seed, 0);
    for last in (1..places.len()).rev() {
        places.swap(last, random.index(last + 1));
    }
    places
}

impl Observed {
    fn of(
        perturbation: &Perturbation,
        name: &str,
        batches: &[RecordBatch],
        path: &str,
        stream: u64,
    ) -> Result<Self> {
        let schema = batches[0].schema();
        let (at, field) = field_of(path, &schema, name)?;
        let mut observed = Self {
            at,
            data_type: field.data_type().clone(),
            stream,
            low: f64::INFINITY,
            high: f64::NEG_INFINITY,
            deviation: 0.0,
            values: Vec::new(),
            constant: Cell::Missing,
        };
        match &perturbation.change {
            Change::Noise { .. } | Change::Shift { .. } | Change::Round { .. } => observed.range(batches),
            Change::Swap {} => observed.distinct(name, batches)?,
            Change::Set { value } => {
                observed.constant = constant(value, field.data_type()).unwrap_or(Cell::Missing);
            }
            _ => {}
        }
        if let Some((low, high)) = perturbation.range {
            (observed.low, observed.high) = (low, high);
        }
        if perturbation.beyond_range {
            (observed.low, observed.high) = (f64::NEG_INFINITY, f64::INFINITY);
        }
        Ok(observed)
    }

    /// Smallest, largest and standard deviation, in two passes in the order of rows.
    fn range(&mut self, batches: &[RecordBatch]) {
        let at = self.at;
        let numbers =
            || batches.iter().flat_map(move |batch| cells(batch.column(at))).filter_map(|cell| number(&cell));
        let (mut count, mut sum) = (0.0, 0.0);
        for value in numbers() {
            self.low = self.low.min(value);
            self.high = self.high.max(value);
            count += 1.0;
            sum += value;
        }
        if count > 0.0 {
            let mean = sum / count;
            let squares: f64 = numbers().map(|value| (value - mean).powi(2)).sum();
            self.deviation = (squares / count).sqrt();
        }
    }

    fn distinct(&mut self, name: &str, batches: &[RecordBatch]) -> Result<()> {
        let mut seen: std::collections::BTreeMap<String, Scalar> = std::collections::BTreeMap::new();
        for cell in batches.iter().flat_map(|batch| cells(batch.column(self.at))) {
            let is_a_value = !cell.is_missing() && !matches!(cell, Cell::Float(value) if value.is_nan());
            if is_a_value {
                seen.entry(cell.to_string()).or_insert(cell);
            }
            if seen.len() > MOST_VALUES {
                let reason =
                    format!("it has more than {MOST_VALUES} values, which are no categories to swap");
                return Err(Error::input(format!("column {name:?}"), reason));
            }
        }
        self.values = seen.into_values().collect();
        Ok(())
    }

    fn changed(&self, perturbation: &Perturbation, value: &Scalar, random: &mut Random) -> Scalar {
        match &perturbation.change {
            Change::Missing {} => return Cell::Missing,
            Change::Set { .. } => return self.constant.clone(),
            _ if value.is_missing() => return value.clone(),
            _ => {}
        }
        match &perturbation.change {
            Change::Noise { by } => self.moved(value, self.amount(*by, value) * (2.0 * random.unit() - 1.0)),
            Change::Shift { by } => self.moved(value, self.amount(*by, value)),
            Change::Round { digits } => self.rounded(value, *digits),
            Change::Swap {} => self.swapped(value, random),
            Change::Case { to } => text(value, |text| match to {
                Case::Upper => text.to_uppercase(),
                Case::Lower => text.to_lowercase(),
            }),
            Change::Whitespace {} => {
                let way = random.index(3);
                text(value, |text| {
                    let (before, after) = (if way == 1 { "" } else { " " }, if way == 0 { "" } else { " " });
                    format!("{before}{text}{after}")
                })
            }
            Change::Typo {} => text(value, |text| typo(text, random)),
            Change::Missing {} | Change::Set { .. } | Change::Shuffle {} => value.clone(),
        }
    }

    fn amount(&self, by: Amount, value: &Scalar) -> f64 {
        match by {
            Amount::Absolute(by) => by,
            Amount::Deviations(by) => by * self.deviation,
            Amount::Relative(by) => by * number(value).unwrap_or(0.0).abs(),
        }
    }

    /// Within the range; a value outside of it may stay where it is, and never moves the other way.
    fn moved(&self, value: &Scalar, by: f64) -> Scalar {
        let Some(own) = number(value) else { return value.clone() };
        match value {
            Cell::Float(_) => Cell::Float((own + by).clamp(self.low.min(own), self.high.max(own))),
            // Added as whole numbers, so that nothing is lost beyond 2⁵³.
            _ => self.whole(value, exact(value).saturating_add(truncated(by.round()))),
        }
    }

    fn rounded(&self, value: &Scalar, digits: i32) -> Scalar {
        let Some(own) = number(value) else { return value.clone() };
        let scale = 10_f64.powi(digits.abs());
        let rounded = if digits >= 0 { (own * scale).round() / scale } else { (own / scale).round() * scale };
        match value {
            Cell::Float(_) => Cell::Float(rounded.clamp(self.low.min(own), self.high.max(own))),
            _ if digits >= 0 => value.clone(),
            _ => self.whole(value, truncated(rounded)),
        }
    }

    fn whole(&self, like: &Scalar, value: i128) -> Scalar {
        let own = exact(like);
        let (least, most) = limits(&self.data_type);
        let (low, high) = (truncated(self.low.ceil()).max(least), truncated(self.high.floor()).min(most));
        let value = value.clamp(low.min(own), high.max(own));
        match like {
            Cell::Int(_) => Cell::Int(value),
            Cell::Moment { zoned, .. } => Cell::Moment { nanos: value, zoned: *zoned },
            Cell::Date(_) => Cell::Date(i64::try_from(value).unwrap_or(0)),
            other => of_number(value as f64, other),
        }
    }

    fn swapped(&self, value: &Scalar, random: &mut Random) -> Scalar {
        let own = self.values.iter().position(|other| unchanged(other, value));
        let others = self.values.len() - usize::from(own.is_some());
        if others == 0 {
            return value.clone();
        }
        let drawn = random.index(others);
        self.values[drawn + usize::from(own.is_some_and(|own| drawn >= own))].clone()
    }
}

fn exact(value: &Scalar) -> i128 {
    match value {
        Cell::Int(value) => *value,
        Cell::Moment { nanos, .. } => *nanos,
        Cell::Date(days) => i128::from(*days),
        _ => 0,
    }
}

#[expect(clippy::cast_possible_truncation, reason = "a cast stops at the ends")]
fn truncated(value: f64) -> i128 {
    value as i128
}

/// The smallest and largest whole number of a type; of moments those that have nanoseconds.
fn limits(data_type: &DataType) -> (i128, i128) {
    match data_type {
        DataType::Int8 => (i8::MIN.into(), i8::MAX.into()),
        DataType::Int16 => (i16::MIN.into(), i16::MAX.into()),
        DataType::Int32 | DataType::Date32 => (i32::MIN.into(), i32::MAX.into()),
        DataType::UInt8 => (0, u8::MAX.into()),
        DataType::UInt16 => (0, u16::MAX.into()),
        DataType::UInt32 => (0, u32::MAX.into()),
        DataType::UInt64 => (0, u64::MAX.into()),
        DataType::Date64 => ((i64::MIN / 86_400_000).into(), (i64::MAX / 86_400_000).into()),
        _ => (i64::MIN.into(), i64::MAX.into()),
    }
}

fn text(value: &Scalar, change: impl FnOnce(&str) -> String) -> Scalar {
    match value {
        Cell::Text(text) => Cell::Text(Cow::Owned(change(text))),
        other => other.clone(),
    }
}

fn typo(text: &str, random: &mut Random) -> String {
    let mut letters: Vec<char> = text.chars().collect();
    match (letters.len(), random.index(3)) {
        (0, _) => {}
        (length @ 2.., 0) => {
            let at = random.index(length - 1);
            letters.swap(at, at + 1);
        }
        (length @ 2.., 1) => {
            letters.remove(random.index(length));
        }
        (length, _) => {
            let at = random.index(length);
            letters.insert(at, letters[at]);
        }
    }
    letters.into_iter().collect()
}

/// A column of one value for all rows; `None` if it is not of the type.
pub(super) fn constant_column(value: &Scalar, data_type: &DataType, rows: usize) -> Option<ArrayRef> {
    column(&vec![value.clone(); rows], data_type)
}

/// Evenly spaced values from the smallest to the largest of a column, ascending and of its type.
pub(super) fn grid(
    batches: &[RecordBatch],
    at: usize,
    points: usize,
    range: Option<(f64, f64)>,
) -> Vec<Scalar> {
    let data_type = batches[0].schema_ref().field(at).data_type().clone();
    let numeric = matches!(kind(&data_type), Some(Kind::Whole | Kind::Floating | Kind::Moment));
    let like = batches
        .iter()
        .flat_map(|batch| cells(batch.column(at)))
        .find(|cell| numeric && number(cell).is_some());
    let Some(like) = like else { return Vec::new() };
    let mut observed = Observed {
        at,
        data_type,
        stream: 0,
        low: f64::INFINITY,
        high: f64::NEG_INFINITY,
        deviation: 0.0,
        values: Vec::new(),
        constant: Cell::Missing,
    };
    observed.range(batches);
    let (low, high) = range.unwrap_or((observed.low, observed.high));
    let step = |point: usize| low + (high - low) * (point as f64 / (points - 1).max(1) as f64);
    let mut values: Vec<Scalar> = Vec::new();
    for point in 0..points {
        let value = of_number(if point + 1 == points { high } else { step(point) }, &like);
        let is_new = values.last().is_none_or(|last| !unchanged(last, &value));
        if is_new && column(std::slice::from_ref(&value), &observed.data_type).is_some() {
            values.push(value);
        }
    }
    values
}

/// The rows in pieces of at most so many.
pub(super) fn pieces(batches: &[RecordBatch], most: usize) -> Vec<Piece> {
    let mut pieces = Vec::new();
    let mut first_row = 0;
    for batch in batches {
        let mut at = 0;
        while at < batch.num_rows() {
            let rows = most.min(batch.num_rows() - at);
            pieces.push(Piece { rows: batch.slice(at, rows), first_row });
            at += rows;
            first_row += rows as u64;
        }
    }
    pieces
}

/// With the values of one column put in place of its own.
pub(super) fn with_column(rows: &RecordBatch, at: usize, array: ArrayRef) -> Result<RecordBatch, String> {
    let mut arrays: Vec<ArrayRef> = rows.columns().to_vec();
    arrays[at] = array;
    RecordBatch::try_new(Arc::clone(rows.schema_ref()), arrays).map_err(|error| error.to_string())
}
