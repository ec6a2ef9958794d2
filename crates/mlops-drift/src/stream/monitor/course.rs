use mlops_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::stream::{Reading, Status};

/// How many stretches are kept: enough for a drawing.
const STRETCHES: usize = 512;

/// What a stream and its detectors did, in stretches of equal length. When there are too many
/// of them, neighbours are put together: memory is bounded, and the whole stream stays in view.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Course {
    /// How many values a stretch has; the last may have fewer.
    width: u64,
    stretches: Vec<Stretch>,
}

/// Some values in a row.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Stretch {
    /// The place of its first value in the stream.
    pub(super) first: u64,
    /// When that came, if it was said.
    pub(super) at: Option<Timestamp>,
    count: u64,
    sum: f64,
    /// One a detector, in their order.
    pub(super) marks: Vec<Mark>,
}

/// The worst that a detector said in a stretch, and what it looked at then.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Mark {
    pub(super) status: Status,
    pub(super) reading: Reading,
}

impl Mark {
    /// Of two in a row: what is worse, or else what is newer.
    fn then(self, next: Self) -> Self {
        if next.status >= self.status { next } else { self }
    }
}

impl Stretch {
    #[cfg(feature = "report")]
    pub(super) fn mean(&self) -> f64 {
        self.sum / self.count as f64
    }

    fn absorb(&mut self, next: Self) {
        self.count += next.count;
        self.sum += next.sum;
        for (mark, next) in self.marks.iter_mut().zip(next.marks) {
            *mark = mark.then(next);
        }
    }
}

impl Course {
    pub(super) fn new() -> Self {
        Self { width: 1, stretches: Vec::new() }
    }

    #[cfg(any(feature = "report", test))]
    pub(super) fn stretches(&self) -> &[Stretch] {
        &self.stretches
    }

    /// Adds a value and what each detector says after it.
    pub(super) fn push(
        &mut self,
        index: u64,
        at: Option<Timestamp>,
        value: f64,
        marks: impl Iterator<Item = Mark>,
    ) {
        if let Some(last) = self.stretches.last_mut().filter(|last| last.count < self.width) {
            last.count += 1;
            last.sum += value;
            for (mark, next) in last.marks.iter_mut().zip(marks) {
                *mark = mark.then(next);
            }
            return;
        }
        if self.stretches.len() >= STRETCHES {
            self.halve();
        }
        // Halving leaves full stretches only: the value begins one.
        self.stretches.push(Stretch { first: index, at, count: 1, sum: value, marks: marks.collect() });
    }

    fn halve(&mut self) {
        self.width = self.width.saturating_mul(2);
        let mut halves = std::mem::take(&mut self.stretches).into_iter();
        while let Some(mut first) = halves.next() {
            if let Some(second) = halves.next() {
                first.absorb(second);
            }
            self.stretches.push(first);
        }
    }

    /// What is wrong with it after `values` values of `detectors` detectors, if anything.
    pub(super) fn damage(&self, values: u64, detectors: usize) -> Option<&'static str> {
        if self.width == 0 {
            return Some("its stretches have no length");
        }
        let mut next: u64 = 0;
        for (place, stretch) in self.stretches.iter().enumerate() {
            let last = place + 1 == self.stretches.len();
            let full = stretch.count == self.width || last && (1..self.width).contains(&stretch.count);
            if stretch.first != next || !full {
                return Some("a stretch does not begin where the one before ended");
            }
            if stretch.marks.len() != detectors {
                return Some("a stretch has not as many marks as there are detectors");
            }
            next = next.saturating_add(stretch.count);
        }
        if next != values || self.stretches.len() > STRETCHES {
            return Some("the stretches are not those of the values");
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn course(values: u64) -> Course {
        let mut course = Course::new();
        for index in 0..values {
            let status = if index == 700 { Status::Drift } else { Status::Stable };
            let mark = Mark { status, reading: Reading::new(Some(index as f64)) };
            course.push(index, None, (index % 2) as f64, std::iter::once(mark));
        }
        course
    }

    #[test]
    fn a_long_stream_is_seen_whole_in_bounded_memory() {
        for values in [1, 511, 512, 513, 1_023, 1_024, 1_025, 100_003] {
            let course = course(values);
            assert_eq!(course.damage(values, 1), None, "{values}");
            assert!(
                course.stretches().len() <= STRETCHES && (values < 512 || course.stretches().len() > 255)
            );
            let total: f64 = course.stretches().iter().map(|stretch| stretch.sum).sum();
            assert_eq!(total, (values / 2) as f64, "{values}");
        }
    }

    /// However many values are put together with it.
    #[test]
    fn a_drift_is_not_averaged_away() {
        let course = course(50_000);
        let drifts: Vec<&Mark> =
            course.stretches().iter().flat_map(|s| &s.marks).filter(|m| m.status == Status::Drift).collect();
        assert_eq!(drifts.len(), 1);
        assert_eq!(drifts[0].reading.value, Some(700.0));
    }

    #[test]
    fn what_values_cannot_lead_to_is_seen() {
        let good = course(2_000);
        assert_eq!(good.damage(2_000, 1), None);
        assert!(good.damage(2_001, 1).is_some() && good.damage(2_000, 2).is_some());
        let mut bad = good.clone();
        bad.stretches.remove(3);
        assert!(bad.damage(2_000, 1).is_some());
        let mut bad = good;
        bad.width = 0;
        assert!(bad.damage(2_000, 1).is_some());
    }
}
