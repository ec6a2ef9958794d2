use super::broken::{BrokenRow, BrokenRows, Keep};
use super::distinct::{Distinct, Key};
use crate::table::Scalar;

/// The rows whose value occurs more than once; the first occurrence too. Memory grows with
/// the number of distinct values.
pub(super) struct Occurrences {
    keep: Keep,
    values: Distinct,
    /// How many rows repeat a value that was there before.
    repeats: u64,
    /// The first of those rows, in order, and the numbers of the others if they are kept.
    again: Vec<BrokenRow>,
    again_numbers: Vec<u64>,
}

impl Occurrences {
    pub(super) fn new(keep: &Keep) -> Self {
        Self {
            keep: keep.clone(),
            values: Distinct::default(),
            repeats: 0,
            again: Vec::new(),
            again_numbers: Vec::new(),
        }
    }

    /// Takes in the value of a row; whether it was there before. If so, the row still has
    /// to be [told](Self::again).
    pub(super) fn see(&mut self, key: Key<'_>, row: u64) -> bool {
        self.values.see(key, row)
    }

    /// Keeps how the first row of a value will be shown, if that can't be told from its key.
    pub(super) fn keep_shown(&mut self, shown: BrokenRow) {
        self.values.keep_shown(shown);
    }

    /// Whether the next row that repeats a value will be shown.
    pub(super) fn shows_another(&self) -> bool {
        self.again.len() < self.keep.rows
    }

    /// Takes in a row whose value was there before.
    pub(super) fn again(&mut self, row: u64, shown: Option<BrokenRow>) {
        self.repeats += 1;
        match shown {
            Some(shown) => self.again.push(shown),
            None if self.keep.all_row_numbers => self.again_numbers.push(row),
            None => {}
        }
    }

    /// Takes in the occurrences in rows that follow; `value` reads back a value from its key.
    pub(super) fn merge(&mut self, mut later: Self, value: impl Fn(Key<'_>) -> Scalar) {
        self.repeats += later.repeats;
        let mut again = std::mem::take(&mut self.again);
        let mut numbers = std::mem::take(&mut self.again_numbers);
        let mut first_no_more = Vec::new();
        let mut still_first = Vec::new();
        for (key, row, repeated) in later.values.values() {
            if self.values.see(key, row) {
                self.repeats += 1;
                first_no_more.push((row, value(key)));
            } else {
                still_first.push(row);
                if repeated {
                    // Seen again there: seen again here.
                    self.values.see(key, row);
                }
            }
        }
        for row in still_first {
            if let Some(shown) = later.values.take_shown(row) {
                self.values.keep_shown(shown);
            }
        }
        again.extend(first_no_more.into_iter().map(|(row, value)| later.first_row(row, value)));
        again.append(&mut later.again);
        numbers.append(&mut later.again_numbers);
        self.keep_again(again, numbers);
    }

    /// All rows whose value occurs more than once.
    pub(super) fn finish(mut self, value: impl Fn(Key<'_>) -> Scalar) -> BrokenRows {
        let mut firsts: Vec<u64> =
            self.values.values().filter(|(_, _, repeated)| *repeated).map(|(_, row, _)| row).collect();
        let count = self.repeats + firsts.len() as u64;
        firsts.sort_unstable();
        // No more of them are shown than rows are kept: only of those the value is read back.
        let shown = firsts.len().min(self.keep.rows);
        let mut numbers = firsts.split_off(shown);
        let last_shown = firsts.last().copied();
        let firsts: Vec<(u64, Scalar)> = self
            .values
            .values()
            .filter(|(_, row, repeated)| *repeated && last_shown.is_some_and(|last| *row <= last))
            .map(|(key, row, _)| (row, value(key)))
            .collect();
        let mut rows = std::mem::take(&mut self.again);
        rows.extend(firsts.into_iter().map(|(row, value)| self.first_row(row, value)));
        numbers.append(&mut self.again_numbers);
        self.keep_again(rows, numbers);
        for row in self.again.iter_mut().skip(self.keep.whole_rows) {
            row.whole = Vec::new();
        }
        BrokenRows { count, first: self.again, further: self.again_numbers }
    }

    /// The first row of a value, as it will be shown.
    fn first_row(&mut self, row: u64, value: Scalar) -> BrokenRow {
        let plain = BrokenRow { row, value, keys: Vec::new(), whole: Vec::new() };
        self.values.take_shown(row).unwrap_or(plain)
    }

    /// Puts rows that repeat a value where they belong, in order.
    fn keep_again(&mut self, mut again: Vec<BrokenRow>, mut numbers: Vec<u64>) {
        again.sort_by_key(|row| row.row);
        if again.len() > self.keep.rows {
            numbers.extend(again.drain(self.keep.rows..).map(|row| row.row));
        }
        numbers.sort_unstable();
        if !self.keep.all_row_numbers {
            numbers.clear();
        }
        (self.again, self.again_numbers) = (again, numbers);
    }
}
