//! Rules about the values of a row in several columns, as kernels over whole columns.

use std::cmp::Ordering;

use arrow_array::ArrayRef;
use arrow_buffer::BooleanBuffer;
use hashbrown::HashSet;
use serde_json::{Value, json};

use crate::table::{Cell, Kind, Lane, Scalar, cell_at, encode_cell, encode_missing, parse_moment};

/// A column that a rule about several looks at.
pub(crate) struct Side<'a> {
    pub(crate) lane: Lane<'a>,
    /// Rows that have a value; `None` if all have.
    pub(crate) present: Option<&'a BooleanBuffer>,
    pub(crate) array: &'a ArrayRef,
}

impl Side<'_> {
    fn is_present(&self, row: usize) -> bool {
        self.present.is_none_or(|present| present.value(row))
    }
}

/// What has to hold between the values of a row.
#[derive(Clone, Debug)]
pub(crate) enum RecordRule {
    /// Both have the same value.
    PairEqual,
    /// The first is above the second.
    PairAbove { or_equal: bool },
    /// The two are one of these pairs.
    PairIn(Pairs),
    /// All have the same value, or none has one.
    AllEqual,
    /// No two have the same value, nor are two missing.
    AllDifferent,
    /// They add up to this; none is missing.
    AddUpTo(f64),
}

/// Pairs of constants; a missing value is one of them if it is written as null.
#[derive(Clone, Debug)]
pub(crate) struct Pairs {
    written: Vec<(Scalar, Scalar)>,
}

impl Pairs {
    pub(crate) fn new(written: Vec<(Scalar, Scalar)>) -> Self {
        Self { written }
    }

    pub(crate) fn to_json(&self) -> Value {
        self.written.iter().map(|(a, b)| json!([a.to_json(), b.to_json()])).collect()
    }

    /// The pairs in words, cut short.
    pub(crate) fn describe(&self) -> String {
        const SHOWN: usize = 8;
        let one = |(a, b): &(Scalar, Scalar)| format!("({}, {})", a.to_json(), b.to_json());
        let shown: Vec<String> = self.written.iter().take(SHOWN).map(one).collect();
        let more = self.written.len().saturating_sub(SHOWN);
        let list = shown.join(", ");
        if more == 0 { format!("{{{list}}}") } else { format!("{{{list} and {more} more}}") }
    }

    fn broken(&self, a: &Side<'_>, b: &Side<'_>, rows: usize) -> BooleanBuffer {
        let constant = |value: &Scalar, side: &Side<'_>, into: &mut Vec<u8>| match value {
            // On a column of moments text is a moment.
            Cell::Text(text) if matches!(side.lane, Lane::Moment(_, _)) => match parse_moment(text) {
                Some(nanos) => encode_cell(&Cell::Moment { nanos, zoned: false }, into),
                None => encode_cell(value, into),
            },
            value => encode_cell(value, into),
        };
        let known: HashSet<Vec<u8>> = self
            .written
            .iter()
            .map(|(left, right)| {
                let mut key = Vec::new();
                constant(left, a, &mut key);
                constant(right, b, &mut key);
                key
            })
            .collect();
        let mut key = Vec::new();
        BooleanBuffer::collect_bool(rows, |row| {
            key.clear();
            for side in [a, b] {
                if side.is_present(row) {
                    side.lane.encode(row, &mut key);
                } else {
                    encode_missing(&mut key);
                }
            }
            !known.contains(key.as_slice())
        })
    }
}

impl RecordRule {
    /// Why values of these kinds can't be judged, if so.
    pub(crate) fn mismatch(&self, kinds: &[Kind]) -> Option<&'static str> {
        if kinds.contains(&Kind::Opaque) {
            return Some("values that hold other values can't be compared");
        }
        match self {
            Self::PairAbove { .. } => match kinds {
                [Kind::Number, Kind::Text | Kind::Moment] | [Kind::Text | Kind::Moment, Kind::Number] => {
                    Some("numbers are neither above nor below text and moments")
                }
                _ => None,
            },
            Self::AddUpTo(_) if kinds.iter().any(|kind| matches!(kind, Kind::Text | Kind::Moment)) => {
                Some("text and moments do not add up")
            }
            _ => None,
        }
    }

    /// Which rows break the rule. What is said of rows outside `considered` is not looked at.
    pub(crate) fn broken(
        &self,
        sides: &[Side<'_>],
        considered: Option<&BooleanBuffer>,
        rows: usize,
    ) -> Result<BooleanBuffer, String> {
        Ok(match (self, sides) {
            (Self::PairEqual, [a, b]) => {
                let equal = compare(a, b, rows, |order| order == Some(Ordering::Equal));
                !&both_present(&equal, a, b)
            }
            (Self::PairAbove { or_equal }, [a, b]) => {
                if matches!(a.lane, Lane::Cells(_)) || matches!(b.lane, Lane::Cells(_)) {
                    have_an_order(a, b, considered, rows)?;
                }
                let or_equal = *or_equal;
                let above = compare(a, b, rows, |order| match order {
                    Some(Ordering::Greater) => true,
                    Some(Ordering::Equal) => or_equal,
                    Some(Ordering::Less) | None => false,
                });
                !&both_present(&above, a, b)
            }
            (Self::PairIn(pairs), [a, b]) => pairs.broken(a, b, rows),
            (Self::AllEqual, [first, others @ ..]) => others
                .iter()
                .map(|other| same(first, other, rows))
                .reduce(|a, b| &a & &b)
                .map_or_else(|| BooleanBuffer::new_unset(rows), |all| !&all),
            (Self::AllDifferent, sides) => {
                let mut broken = BooleanBuffer::new_unset(rows);
                for (at, one) in sides.iter().enumerate() {
                    for other in &sides[at + 1..] {
                        broken = &broken | &same(one, other, rows);
                    }
                }
                broken
            }
            (Self::AddUpTo(total), sides) => add_up(sides, *total, considered, rows)?,
            _ => return Err("the rule is about a pair of columns".to_owned()),
        })
    }
}

/// The order of two columns, row by row; text is a moment beside moments.
fn compare(
    a: &Side<'_>,
    b: &Side<'_>,
    rows: usize,
    test: impl Fn(Option<Ordering>) -> bool,
) -> BooleanBuffer {
    let moment = |lane: &Lane<'_>, row| match lane.cell(row) {
        Cell::Moment { nanos, .. } => Some(nanos),
        _ => None,
    };
    match (&a.lane, &b.lane) {
        (Lane::Moment(_, _), Lane::Text(_)) => {
            let texts = b.lane.moments(rows).unwrap_or_default();
            BooleanBuffer::collect_bool(rows, |row| {
                test(texts[row].and_then(|right| Some(moment(&a.lane, row)?.cmp(&right))))
            })
        }
        (Lane::Text(_), Lane::Moment(_, _)) => {
            let texts = a.lane.moments(rows).unwrap_or_default();
            BooleanBuffer::collect_bool(rows, |row| {
                test(texts[row].and_then(|left| Some(left.cmp(&moment(&b.lane, row)?))))
            })
        }
        (left, right) => left.compare(right, rows, test),
    }
}

fn both_present(mask: &BooleanBuffer, a: &Side<'_>, b: &Side<'_>) -> BooleanBuffer {
    let mask = a.present.map_or_else(|| mask.clone(), |present| mask & present);
    b.present.map_or_else(|| mask.clone(), |present| &mask & present)
}

/// Rows in which both have the same value, or none has one.
fn same(a: &Side<'_>, b: &Side<'_>, rows: usize) -> BooleanBuffer {
    let equal = a.lane.compare(&b.lane, rows, |order| order == Some(Ordering::Equal));
    let equal = both_present(&equal, a, b);
    match (a.present, b.present) {
        (Some(a), Some(b)) => &equal | &(&!a & &!b),
        _ => equal,
    }
}

fn looked_at(considered: Option<&BooleanBuffer>, row: usize) -> bool {
    considered.is_none_or(|considered| considered.value(row))
}

/// Refuses columns of mixed values if two that stand beside each other have no order.
fn have_an_order(
    a: &Side<'_>,
    b: &Side<'_>,
    considered: Option<&BooleanBuffer>,
    rows: usize,
) -> Result<(), String> {
    for row in (0..rows).filter(|row| looked_at(considered, *row) && a.is_present(*row) && b.is_present(*row))
    {
        let (left, right) = (a.lane.cell(row), b.lane.cell(row));
        if left.is_below(&right).is_none() {
            return Err(format!("{left} and {right} have no order"));
        }
    }
    Ok(())
}

/// Rows that do not add up: whole numbers exactly, others in the order of the columns.
fn add_up(
    sides: &[Side<'_>],
    total: f64,
    considered: Option<&BooleanBuffer>,
    rows: usize,
) -> Result<BooleanBuffer, String> {
    let mut all_present = vec![true; rows];
    for present in sides.iter().filter_map(|side| side.present) {
        all_present.iter_mut().zip(present).for_each(|(all, present)| *all &= present);
    }
    if sides.iter().all(|side| matches!(side.lane, Lane::Whole(_))) {
        let mut sums = vec![0_i128; rows];
        for side in sides {
            if let Lane::Whole(values) = &side.lane {
                sums.iter_mut().zip(values.iter()).for_each(|(sum, value)| *sum += i128::from(*value));
            }
        }
        return Ok(BooleanBuffer::collect_bool(rows, |row| {
            !(all_present[row] && Cell::Int(sums[row]).same(&Cell::Float(total)))
        }));
    }
    let mut sums = vec![0_f64; rows];
    for side in sides {
        match &side.lane {
            Lane::Whole(values) => {
                sums.iter_mut().zip(values.iter()).for_each(|(sum, value)| *sum += *value as f64);
            }
            Lane::Float(values) => {
                sums.iter_mut().zip(values.iter()).for_each(|(sum, value)| *sum += value);
            }
            Lane::Cells(_) => {
                for (row, sum) in sums.iter_mut().enumerate().filter(|(row, _)| all_present[*row]) {
                    match cell_at(side.array.as_ref(), row) {
                        Cell::Float(value) => *sum += value,
                        cell => match cell.whole() {
                            Some(value) => *sum += value as f64,
                            None if looked_at(considered, row) => {
                                return Err(format!("{cell} is no number that could be added"));
                            }
                            None => {}
                        },
                    }
                }
            }
            Lane::Text(_) | Lane::Moment(_, _) => return Err("text and moments do not add up".to_owned()),
        }
    }
    #[expect(clippy::float_cmp, reason = "the sum has to be equal, as Great Expectations has it")]
    Ok(BooleanBuffer::collect_bool(rows, |row| !(all_present[row] && sums[row] == total)))
}
