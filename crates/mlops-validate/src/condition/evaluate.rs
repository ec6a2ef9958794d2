use std::cmp::Ordering;

use arrow_array::cast::AsArray;
use arrow_array::{Array, ArrayRef};
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;

use super::{Comparison, Constant, Expr, Operand};
use crate::rule::{Bound, Bounds, Members, Mismatch, broken_rows};
use crate::table::{Cell, Present, cell_at};

/// What a condition is evaluated on.
pub(crate) trait Columns {
    /// The column and which of its rows have a value; `None` if it is not there.
    fn column(&self, name: &str) -> Option<(&ArrayRef, Present)>;
    /// How many rows there are.
    fn rows(&self) -> usize;
}

impl Expr {
    /// The rows that fulfil the condition.
    ///
    /// # Errors
    /// Why it can't be evaluated: a column that is not there or of a type that has no
    /// such comparison.
    pub(crate) fn rows(&self, table: &dyn Columns) -> Result<BooleanBuffer, String> {
        let column = |name: &str| table.column(name).ok_or_else(|| format!("there is no column {name:?}"));
        match self {
            Self::Compare { left, op, right } => match (left, right) {
                (Operand::Column(name), Operand::Constant(constant)) => {
                    let (array, present) = column(name)?;
                    compare(array, &present, *op, constant)
                }
                (Operand::Constant(constant), Operand::Column(name)) => {
                    let (array, present) = column(name)?;
                    compare(array, &present, op.turned(), constant)
                }
                (Operand::Column(left), Operand::Column(right)) => {
                    let ((left, _), (right, _)) = (column(left)?, column(right)?);
                    compare_columns(left, *op, right)
                }
                (Operand::Constant(_), Operand::Constant(_)) => Err("no column is compared".to_owned()),
            },
            Self::In { column: name, constants, negated } => {
                let (array, present) = column(name)?;
                let among = equal_to_any(array, &present, constants)?;
                Ok(if *negated { !&among } else { among })
            }
            Self::IsMissing { column: name, negated } => {
                let (array, present) = column(name)?;
                let present = present.unwrap_or_else(|| BooleanBuffer::new_set(array.len()));
                Ok(if *negated { present } else { !&present })
            }
            Self::Flag { column: name } => {
                let (array, present) = column(name)?;
                match array.data_type() {
                    DataType::Boolean => Ok(only(array.as_boolean().values(), &present)),
                    other => Err(format!("column {name:?} is {other}, expected Boolean")),
                }
            }
            Self::Not(inner) => Ok(!&inner.rows(table)?),
            Self::All(parts) => {
                let mut all = BooleanBuffer::new_set(table.rows());
                for part in parts {
                    all = &all & &part.rows(table)?;
                }
                Ok(all)
            }
            Self::Any(parts) => {
                let mut any = BooleanBuffer::new_unset(table.rows());
                for part in parts {
                    any = &any | &part.rows(table)?;
                }
                Ok(any)
            }
        }
    }
}

/// The rows of `mask` that have a value.
fn only(mask: &BooleanBuffer, present: &Present) -> BooleanBuffer {
    present.as_ref().map_or_else(|| mask.clone(), |present| mask & present)
}

fn compare(
    array: &ArrayRef,
    present: &Present,
    op: Comparison,
    constant: &Constant,
) -> Result<BooleanBuffer, String> {
    match op {
        Comparison::Equal => equal_to_any(array, present, std::slice::from_ref(constant)),
        Comparison::NotEqual => {
            equal_to_any(array, present, std::slice::from_ref(constant)).map(|equal| !&equal)
        }
        _ => {
            let bound = constant.0.to_json();
            let Some(bound) = Bound::from_json(&bound) else {
                return Err(format!("{} has no order", constant.0));
            };
            let bounds = Bounds::compared(op, bound);
            match broken_rows(&bounds, array.as_ref()) {
                Ok(outside) => Ok(only(&!&outside, present)),
                Err(_) if nothing_is(present, array.len()) => Ok(BooleanBuffer::new_unset(array.len())),
                Err(Mismatch(reason)) => Err(reason),
            }
        }
    }
}

fn nothing_is(present: &Present, len: usize) -> bool {
    present.as_ref().map_or(len == 0, |present| present.count_set_bits() == 0)
}

fn equal_to_any(
    array: &ArrayRef,
    present: &Present,
    constants: &[Constant],
) -> Result<BooleanBuffer, String> {
    let members = Members::new(constants.iter().map(|constant| constant.0.clone()).collect(), true);
    // Members that are forbidden are "broken" where the value is among them.
    let among = broken_rows(&members, array.as_ref()).map_err(|Mismatch(reason)| reason)?;
    Ok(only(&among, present))
}

/// Two columns, row by row.
fn compare_columns(left: &ArrayRef, op: Comparison, right: &ArrayRef) -> Result<BooleanBuffer, String> {
    let mut rows = arrow_buffer::BooleanBufferBuilder::new(left.len());
    for row in 0..left.len() {
        let (a, b) = (cell_at(left.as_ref(), row), cell_at(right.as_ref(), row));
        let order = a.order(&b);
        let holds = match op {
            Comparison::Equal => order == Some(Ordering::Equal),
            Comparison::NotEqual => order != Some(Ordering::Equal),
            Comparison::Less => order == Some(Ordering::Less),
            Comparison::LessOrEqual => matches!(order, Some(Ordering::Less | Ordering::Equal)),
            Comparison::Greater => order == Some(Ordering::Greater),
            Comparison::GreaterOrEqual => matches!(order, Some(Ordering::Greater | Ordering::Equal)),
        };
        let is_nan = |cell: &Cell<'_>| matches!(cell, Cell::Float(value) if value.is_nan());
        let has_no_order = order.is_none() && ![&a, &b].iter().any(|cell| cell.is_missing() || is_nan(cell));
        if has_no_order && !matches!(op, Comparison::Equal | Comparison::NotEqual) {
            return Err(format!("{} and {} have no order", left.data_type(), right.data_type()));
        }
        rows.append(holds);
    }
    Ok(rows.finish())
}
