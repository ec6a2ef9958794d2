use super::column::Values;
use super::{Condition, SliceColumn};

/// A row that has none of the values of a column that are looked at.
pub(super) const NONE: u32 = u32::MAX;

/// A column as small whole numbers, one for each condition with enough rows.
#[derive(Debug)]
pub(super) struct Coded {
    pub(super) conditions: Vec<Condition>,
    pub(super) of_row: Vec<u32>,
}

impl Coded {
    /// Numbers are cut into `bins` intervals of about as many rows each.
    pub(super) fn new(column: &SliceColumn, bins: usize, min_rows: u64) -> Self {
        match &column.values {
            Values::Categories { labels, of_row } => {
                let name = &column.name;
                let condition = |code: usize| match &labels[code] {
                    Some(value) => {
                        Condition::Value { column: name.clone(), value: value.as_ref().to_owned() }
                    }
                    None => Condition::Missing { column: name.clone() },
                };
                Self::supported(of_row.clone(), labels.len(), condition, min_rows)
            }
            Values::Numbers(values) => {
                let cuts = cuts(values, bins);
                // NaN comes after the last interval.
                let missing = cuts.len() + 1;
                let of_row = values
                    .iter()
                    .map(|value| {
                        let interval = cuts.partition_point(|cut| cut <= value);
                        u32::try_from(if value.is_nan() { missing } else { interval }).unwrap_or(NONE)
                    })
                    .collect();
                let condition = |code: usize| {
                    let column = column.name.clone();
                    if code == missing {
                        return Condition::Missing { column };
                    }
                    let from = code.checked_sub(1).map(|before| cuts[before]);
                    Condition::Range { column, from, until: cuts.get(code).copied() }
                };
                Self::supported(of_row, missing + 1, condition, min_rows)
            }
        }
    }

    /// Only the codes that have enough rows, numbered anew.
    fn supported(
        mut of_row: Vec<u32>,
        codes: usize,
        condition: impl Fn(usize) -> Condition,
        min_rows: u64,
    ) -> Self {
        let mut rows = vec![0_u64; codes];
        for code in &of_row {
            if let Some(rows) = rows.get_mut(*code as usize) {
                *rows += 1;
            }
        }
        let mut conditions = Vec::new();
        let mut renamed = vec![NONE; codes];
        for (code, rows) in rows.into_iter().enumerate().filter(|(_, rows)| *rows >= min_rows) {
            debug_assert!(rows > 0, "at least one row is asked for");
            renamed[code] = u32::try_from(conditions.len()).unwrap_or(NONE);
            conditions.push(condition(code));
        }
        for code in &mut of_row {
            *code = renamed.get(*code as usize).copied().unwrap_or(NONE);
        }
        Self { conditions, of_row }
    }
}

/// Values at which the sorted numbers are cut, ascending; each begins an interval.
fn cuts(values: &[f64], bins: usize) -> Vec<f64> {
    let mut sorted: Vec<f64> = values.iter().copied().filter(|value| !value.is_nan()).collect();
    sorted.sort_unstable_by(f64::total_cmp);
    let Some(lowest) = sorted.first().copied() else { return Vec::new() };
    let mut cuts: Vec<f64> = (1..bins).map(|bin| sorted[bin * sorted.len() / bins]).collect();
    cuts.retain(|cut| *cut > lowest);
    cuts.dedup_by(|later, earlier| *later <= *earlier);
    cuts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn coded(column: &SliceColumn, bins: usize, min_rows: u64) -> (Vec<String>, Vec<u32>) {
        let coded = Coded::new(column, bins, min_rows);
        (coded.conditions.iter().map(ToString::to_string).collect(), coded.of_row)
    }

    #[test]
    fn numbers_are_cut_where_rows_are() {
        let values = [5.0, 1.0, f64::NAN, 2.0, 2.0, 9.0, f64::NEG_INFINITY, 7.0, 8.0];
        let (conditions, of_row) = coded(&SliceColumn::numbers("x", &values), 4, 1);
        assert_eq!(conditions, ["x < 2", "2 <= x < 5", "5 <= x < 8", "x >= 8", "x is missing"]);
        assert_eq!(of_row, [2, 0, 4, 1, 1, 3, 0, 2, 3]);
        let constant = coded(&SliceColumn::numbers("x", &[3.0; 4]), 4, 1);
        assert_eq!(constant, (vec!["x has a number".to_owned()], vec![0; 4]));
        let mostly = coded(&SliceColumn::numbers("x", &[0.0, 0.0, 0.0, -0.0, 1.0]), 4, 1);
        assert_eq!(mostly.0, ["x has a number"]);
    }

    #[test]
    fn values_of_few_rows_are_left_out() {
        let column = SliceColumn::categories("k", [Some("b"), None, Some("a"), Some("b"), None]);
        assert_eq!(
            coded(&column, 4, 2),
            (vec!["k = b".to_owned(), "k is missing".to_owned()], vec![0, 1, NONE, 0, 1])
        );
    }
}
