//! How often each value occurs on either side.

use super::StatTest;
use crate::{Error, Pair, Result};

/// Counts of both sides in the same bins or categories; each side has rows.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Counts {
    pub(super) reference: Vec<u64>,
    pub(super) current: Vec<u64>,
}

impl Counts {
    /// The counts of each distinct value, numbers in ascending order and names in the order
    /// of the pair. A value that neither side has is left out.
    ///
    /// # Errors
    /// [`Error::Undefined`] if a side has no values.
    pub(super) fn of(test: StatTest, pair: &Pair<'_>) -> Result<Self> {
        let (reference, current) = match pair {
            Pair::Numbers { reference, current } => {
                Distinct::of(reference.values(), current.values()).map(|(_, r, c)| (r, c)).unzip()
            }
            Pair::Categories { reference, current, .. } => {
                let both = reference.iter().copied().zip(current.iter().copied());
                both.filter(|(r, c)| r + c > 0).unzip()
            }
        };
        Self::checked(test, reference, current)
    }

    pub(super) fn checked(test: StatTest, reference: Vec<u64>, current: Vec<u64>) -> Result<Self> {
        for (side, counts) in [("reference", &reference), ("current data", &current)] {
            if counts.iter().all(|count| *count == 0) {
                return Err(Error::undefined(test.name(), format!("the {side} has no values")));
            }
        }
        Ok(Self { reference, current })
    }

    /// How many bins or categories there are.
    pub(super) fn len(&self) -> usize {
        self.reference.len()
    }

    /// The rows of the reference and of the current data.
    pub(super) fn rows(&self) -> (u64, u64) {
        (self.reference.iter().sum(), self.current.iter().sum())
    }

    /// Both sides as floating-point weights.
    pub(super) fn weights(&self) -> (Vec<f64>, Vec<f64>) {
        let weights = |counts: &[u64]| counts.iter().map(|count| *count as f64).collect();
        (weights(&self.reference), weights(&self.current))
    }
}

/// The distinct values of two ascending lists in order, each with how often either has it.
#[derive(Clone, Debug)]
pub(super) struct Distinct<'a> {
    reference: &'a [f64],
    current: &'a [f64],
}

impl<'a> Distinct<'a> {
    pub(super) fn of(reference: &'a [f64], current: &'a [f64]) -> Self {
        Self { reference, current }
    }
}

impl Iterator for Distinct<'_> {
    type Item = (f64, u64, u64);

    fn next(&mut self) -> Option<Self::Item> {
        let value = match (self.reference.first(), self.current.first()) {
            (Some(r), Some(c)) => r.min(*c),
            (Some(value), None) | (None, Some(value)) => *value,
            (None, None) => return None,
        };
        Some((value, take_equal(&mut self.reference, value), take_equal(&mut self.current, value)))
    }
}

/// Drops the values up to this one from the front of a list and counts them. The search
/// doubles its step, so that a list of different values costs no more than a walk.
fn take_equal(list: &mut &[f64], value: f64) -> u64 {
    let mut step = 1;
    while list.get(step - 1).is_some_and(|seen| *seen <= value) {
        step *= 2;
    }
    let searched = &list[..step.min(list.len())];
    let equal = searched.partition_point(|seen| *seen <= value);
    *list = &list[equal..];
    equal as u64
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_are_counted_together() {
        let (reference, current) = ([-0.0, 0.0, 1.0, 1.0, 1.0, 5.0], [0.0, 2.0, 2.0]);
        let distinct: Vec<_> = Distinct::of(&reference, &current).collect();
        assert_eq!(distinct, [(0.0, 2, 1), (1.0, 3, 0), (2.0, 0, 2), (5.0, 1, 0)]);
        assert_eq!(Distinct::of(&[], &[]).count(), 0);
    }

    #[test]
    fn a_name_without_rows_is_no_category() {
        let pair = Pair::Categories { names: &["a", "b"], reference: &[3, 0], current: &[1, 0] };
        assert_eq!(Counts::of(StatTest::ChiSquare, &pair).unwrap().len(), 1);
        let pair = Pair::Categories { names: &["a"], reference: &[3], current: &[0] };
        let error = Counts::of(StatTest::ChiSquare, &pair).unwrap_err();
        assert_eq!(error.to_string(), "chisquare is not defined: the current data has no values");
    }
}
