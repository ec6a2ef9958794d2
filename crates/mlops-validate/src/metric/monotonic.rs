use std::cmp::Ordering;

use arrow_array::ArrayRef;
use arrow_buffer::BooleanBufferBuilder;

use super::broken::{BrokenRow, BrokenRows, Examined, Keep, append, shown};
use super::records::add;
use crate::plan::{Accumulator, Chunk, Domain, Metric};
use crate::table::{Cell, Lane, Scalar, and, unpacked};
use crate::{Error, Result};

/// The way in which values follow each other.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Direction {
    Increasing { strictly: bool },
    Decreasing { strictly: bool },
}

impl Direction {
    /// Whether a value with this order to the one before it is in its place.
    fn allows(self, order: Option<Ordering>) -> bool {
        match (self, order) {
            (_, Some(Ordering::Equal)) => match self {
                Self::Increasing { strictly } | Self::Decreasing { strictly } => !strictly,
            },
            (Self::Increasing { .. }, Some(order)) => order == Ordering::Greater,
            (Self::Decreasing { .. }, Some(order)) => order == Ordering::Less,
            // NaN, where it is a value.
            (_, None) => true,
        }
    }
}

/// The rows of a column whose value is out of order with the value before it; rows without
/// a value are passed over.
///
/// The state is the first and the last value: parts are joined by comparing the last of one
/// with the first of the next.
#[derive(Debug)]
pub(crate) struct OutOfOrder {
    pub(crate) direction: Direction,
    pub(crate) column: String,
    pub(crate) domain: Domain,
    pub(crate) keep: Keep,
}

pub(crate) struct OutOfOrderState {
    direction: Direction,
    column: String,
    domain: Domain,
    keep: Keep,
    examined: Examined,
    /// The first value, as it would be shown if it turned out to be out of order.
    first: Option<BrokenRow>,
    last: Option<Scalar>,
}

impl Metric for OutOfOrder {
    type State = OutOfOrderState;

    fn key(&self) -> String {
        format!("{:?} {:?}{}", self.column, self.direction, self.domain.key())
    }

    fn columns(&self) -> Vec<&str> {
        vec![&self.column]
    }

    fn start(&self) -> OutOfOrderState {
        OutOfOrderState {
            direction: self.direction,
            column: self.column.clone(),
            domain: self.domain,
            keep: self.keep.clone(),
            examined: Examined::default(),
            first: None,
            last: None,
        }
    }
}

/// The order of a value to the one before it; infinities have none among themselves, since
/// Great Expectations looks at their difference.
fn order(value: &Cell<'_>, before: &Cell<'_>) -> Result<Option<Ordering>, String> {
    let infinite = |cell: &Cell<'_>| matches!(cell, Cell::Float(value) if value.is_infinite());
    match value.order(before) {
        Some(Ordering::Equal) if infinite(value) => Ok(None),
        Some(order) => Ok(Some(order)),
        None if value.is_below(before).is_some() => Ok(None),
        None => Err(format!("{value} and {before} have no order")),
    }
}

impl Accumulator for OutOfOrderState {
    type Output = Examined;

    fn update(&mut self, chunk: &Chunk<'_>) -> Result<()> {
        let array: &ArrayRef = chunk.column(&self.column)?;
        let domain = chunk.domain(self.domain)?;
        let considered = and(domain, chunk.present(&self.column)?);
        let count = |mask: Option<&arrow_buffer::BooleanBuffer>| {
            mask.map_or(chunk.rows(), arrow_buffer::BooleanBuffer::count_set_bits)
        };
        let (rows, valued) = (count(domain), count(considered.as_ref()));
        self.examined.rows += rows as u64;
        self.examined.missing += (rows - valued) as u64;
        if valued == 0 {
            return Ok(());
        }
        let plain = unpacked(array);
        let lane = Lane::new(plain.as_ref());
        let mut broken = BooleanBufferBuilder::new(chunk.rows());
        broken.append_n(chunk.rows(), false);
        let mut before: Option<usize> = None;
        let direction = self.direction;
        let mut visit = |row: usize| -> Result<(), String> {
            let allowed = match before {
                Some(before) => direction.allows(neighbours(&lane, row, before)?),
                None => match &self.last {
                    Some(last) => direction.allows(order(&lane.cell(row), last)?),
                    None => true,
                },
            };
            if !allowed {
                broken.set_bit(row, true);
            }
            before = Some(row);
            Ok(())
        };
        let visited = match &considered {
            None => (0..chunk.rows()).try_for_each(&mut visit),
            Some(considered) => considered.set_indices().try_for_each(&mut visit),
        };
        visited.map_err(|reason| Error::Evaluation {
            rule: format!("order of column {:?}", self.column),
            reason,
        })?;
        let first = considered.as_ref().map_or(Some(0), |considered| considered.set_indices().next());
        if self.first.is_none()
            && let Some(row) = first
        {
            self.first = Some(self.keep.row(chunk, row, shown(array, row), self.keep.whole_rows > 0)?);
        }
        self.last = before.map(|row| lane.cell(row).into_owned());
        add(&mut self.examined.broken, &self.keep, chunk, &broken.finish(), |row| shown(array, row))
    }

    fn merge(&mut self, later: Self) {
        self.examined.failed = self.examined.failed.take().or(later.examined.failed);
        self.examined.rows += later.examined.rows;
        self.examined.missing += later.examined.missing;
        let Some(first) = later.first else { return };
        if let Some(last) = &self.last {
            match order(&as_lane(&first.value), last) {
                Ok(order) if !self.direction.allows(order) => {
                    let alone = BrokenRows { count: 1, first: vec![first.clone()], further: Vec::new() };
                    append(&mut self.examined.broken, alone, &self.keep);
                }
                Ok(_) => {}
                Err(reason) => self.examined.failed = self.examined.failed.take().or(Some(reason)),
            }
        }
        append(&mut self.examined.broken, later.examined.broken, &self.keep);
        self.first = self.first.take().or(Some(first));
        self.last = later.last;
    }

    fn finish(self) -> Examined {
        self.examined
    }
}

/// A value as a [`Lane`] has it.
fn as_lane(value: &Scalar) -> Scalar {
    match value {
        Cell::Bool(value) => Cell::Int(i128::from(*value)),
        value => value.clone(),
    }
}

fn neighbours(lane: &Lane<'_>, row: usize, before: usize) -> Result<Option<Ordering>, String> {
    match lane {
        Lane::Whole(values) | Lane::Moment(values, _) => Ok(Some(values[row].cmp(&values[before]))),
        Lane::Float(values) if values[row].is_finite() => Ok(values[row].partial_cmp(&values[before])),
        _ => order(&lane.cell(row), &lane.cell(before)),
    }
}
