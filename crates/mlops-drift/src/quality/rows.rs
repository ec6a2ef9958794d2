//! What is to be known of whole rows.

use std::collections::HashMap;

use crate::rows::{MISSING, RowColumn, RowValues};

/// Rows that are equal to an earlier one in every column; two missing values are equal.
///
/// Columns are taken in one after the other, each row's group being what it had in common
/// with others so far; that ends as soon as every row stands alone.
pub(super) fn duplicates(columns: &[Vec<u32>], rows: usize) -> u64 {
    let mut groups = vec![0_u32; rows];
    let mut distinct = usize::from(rows > 0);
    for codes in columns {
        if distinct == rows {
            break;
        }
        let mut known: HashMap<(u32, u32), u32> = HashMap::with_capacity(distinct);
        for (group, code) in groups.iter_mut().zip(codes) {
            let next = u32::try_from(known.len()).unwrap_or(u32::MAX);
            *group = *known.entry((*group, *code)).or_insert(next);
        }
        distinct = known.len();
    }
    (rows - distinct) as u64
}

/// How many rows have no value at all, and how many lack one somewhere.
pub(super) fn without_values(columns: &[RowColumn], codes: &[Vec<u32>], rows: usize) -> (u64, u64) {
    let (mut nulls, mut lacks) = (vec![0_usize; rows], vec![false; rows]);
    for (column, codes) in columns.iter().zip(codes) {
        let empty_text = match &column.values {
            RowValues::Categories(categories) => {
                categories.names.iter().position(String::is_empty).and_then(|code| u32::try_from(code).ok())
            }
            RowValues::Numbers(_) => None,
        };
        for (row, code) in codes.iter().enumerate() {
            let infinite =
                matches!(&column.values, RowValues::Numbers(numbers) if numbers[row].is_infinite());
            nulls[row] += usize::from(*code == MISSING);
            lacks[row] |= *code == MISSING || infinite || empty_text == Some(*code);
        }
    }
    let empty = nulls.iter().filter(|nulls| !columns.is_empty() && **nulls == columns.len()).count();
    (empty as u64, lacks.into_iter().filter(|lacks| *lacks).count() as u64)
}
