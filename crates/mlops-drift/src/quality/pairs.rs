use std::collections::HashMap;

use serde::{Deserialize, Serialize};

use crate::rows::{Categories, MISSING, RowColumn, RowValues};

/// Two columns that have the same value in at least half of the rows.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct AlikeColumns {
    /// The first.
    pub first: String,
    /// The second, which comes later in the table.
    pub second: String,
    /// In how many rows both have the same value; two missing ones are none.
    pub equal_rows: u64,
    /// Whether they are equal everywhere, missing values included.
    pub identical: bool,
}

/// Compares two columns row by row; `None` if they are of different kinds.
pub(super) fn compare(first: &RowColumn, second: &RowColumn) -> Option<AlikeColumns> {
    let (equal, both_missing, rows) = match (&first.values, &second.values) {
        (RowValues::Numbers(a), RowValues::Numbers(b)) => {
            #[expect(clippy::float_cmp, reason = "equal is what is asked for")]
            let equal = a.iter().zip(b).filter(|(a, b)| a == b).count();
            let both_missing = a.iter().zip(b).filter(|(a, b)| a.is_nan() && b.is_nan()).count();
            (equal, both_missing, a.len())
        }
        (RowValues::Categories(a), RowValues::Categories(b)) => {
            let translated = translation(a, b);
            let pairs = || a.codes.iter().zip(&b.codes);
            let same =
                |(a, b): &(&u32, &u32)| **a != MISSING && **b != MISSING && translated[**a as usize] == **b;
            let both_missing = pairs().filter(|(a, b)| **a == MISSING && **b == MISSING).count();
            (pairs().filter(same).count(), both_missing, a.codes.len())
        }
        _ => return None,
    };
    Some(AlikeColumns {
        first: first.name.clone(),
        second: second.name.clone(),
        equal_rows: equal as u64,
        identical: equal + both_missing == rows,
    })
}

/// The codes that the names of one column have in another; [`MISSING`] for those it lacks.
fn translation(from: &Categories, to: &Categories) -> Vec<u32> {
    let codes: HashMap<&str, u32> = to.names.iter().map(String::as_str).zip(0..).collect();
    from.names.iter().map(|name| codes.get(name.as_str()).copied().unwrap_or(MISSING)).collect()
}
