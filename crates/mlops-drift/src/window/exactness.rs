//! What is known of a statistic whose values are not all there.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use mlops_stats::two_sample::{KolmogorovSmirnov, Sample, kolmogorov_sf};
use serde::{Deserialize, Serialize};

use super::{Column, Values};
use crate::bins;
use crate::report::{Comparison, Distribution};

/// The name under which all names stand that a sketch does not know.
const OTHERS: &str = "(others)";

/// How a statistic relates to that of all rows.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Exactness {
    /// It is that of all rows.
    #[default]
    Exact,
    /// It is of numbers whose ranks are known within a bound: the difference of the two
    /// distribution functions at any number, and so the share of any interval's end, is off
    /// by no more. Certain, not only likely.
    Ranks {
        /// The bound, as a share of the rows; of both sides together.
        within: f64,
    },
    /// It is of categories whose counts are known within a bound. Rare ones stand
    /// together as `(others)`.
    Counts {
        /// The bound, as a share of the rows; of both sides together.
        within: f64,
    },
}

impl Exactness {
    /// Whether it is that of all rows.
    pub const fn is_exact(&self) -> bool {
        matches!(self, Self::Exact)
    }
}

impl fmt::Display for Exactness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Exact => f.pad("exact"),
            Self::Ranks { within } => write!(f, "ranks within ±{:.2} %", within * 100.0),
            Self::Counts { within } => write!(f, "counts within {:.2} % of the rows", within * 100.0),
        }
    }
}

/// What the values of a column stand for.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Sketched {
    /// A sample of fewer values.
    Numbers {
        count: u64,
        /// How far the distribution function of the sample may be from that of the values.
        within: f64,
        mean: Option<f64>,
        standard_deviation: Option<f64>,
    },
    /// The most frequent names, each counted up to `error` times too few.
    Categories { total: u64, error: u64, distinct: u64 },
}

impl Sketched {
    /// What tells it from any other.
    pub(super) fn numbers(&self) -> Vec<u64> {
        match self {
            Self::Numbers { count, within, mean, standard_deviation } => {
                let bits = |value: &Option<f64>| value.map_or(u64::MAX, f64::to_bits);
                vec![*count, within.to_bits(), bits(mean), bits(standard_deviation)]
            }
            Self::Categories { total, error, distinct } => vec![*total, *error, *distinct],
        }
    }
}

impl Column {
    /// How many numbers a sample stands for, and how far off its ranks may be.
    fn known(&self, sample: &Sample) -> (f64, f64) {
        match &self.sketched {
            Some(Sketched::Numbers { count, within, .. }) => (*count as f64, *within),
            _ => (sample.len() as f64, 0.0),
        }
    }
}

/// Says how exact a comparison of numbers is, and lets its p-value be no smaller than is sure.
///
/// Whatever the test: if nothing has changed, the p-value of Kolmogorov and Smirnov, with
/// the numbers of rows as they were and the statistic less what the ranks may be off, is
/// below α no more often than in α of the cases; so neither is the larger of the two.
pub(crate) fn judge_numbers(
    comparison: &mut Comparison,
    (reference, r): (&Column, &Sample),
    (current, c): (&Column, &Sample),
) {
    let ((n, of_reference), (m, of_current)) = (reference.known(r), current.known(c));
    let within = of_reference + of_current;
    if within == 0.0 {
        return;
    }
    comparison.exactness = Exactness::Ranks { within };
    if let Some(p_value) = comparison.p_value {
        let certain = (KolmogorovSmirnov::of(r, c).statistic() - within).max(0.0);
        // Without an answer nothing is sure.
        let at_least = kolmogorov_sf((n * m / (n + m)).sqrt() * certain).unwrap_or(1.0).clamp(0.0, 1.0);
        comparison.p_value = Some(p_value.max(at_least));
    }
}

/// The counts of a sample as those of what it stands for.
pub(crate) fn scaled(
    mut distribution: Distribution,
    (reference, r): (&Column, &Sample),
    (current, c): (&Column, &Sample),
) -> Distribution {
    if let Distribution::Numbers { reference: of_reference, current: of_current, .. } = &mut distribution {
        for (counts, column, sample) in [(of_reference, reference, r), (of_current, current, c)] {
            if let Some(Sketched::Numbers { count, .. }) = &column.sketched {
                for bin in counts.iter_mut() {
                    let scaled = u128::from(*bin) * u128::from(*count) / sample.len() as u128;
                    *bin = u64::try_from(scaled).unwrap_or(u64::MAX);
                }
            }
        }
    }
    distribution
}

/// Both sides' categories in one order.
#[derive(Debug)]
pub(crate) struct Aligned<'a> {
    pub(crate) names: Vec<&'a str>,
    pub(crate) reference: Vec<u64>,
    pub(crate) current: Vec<u64>,
    pub(crate) exactness: Exactness,
}

/// The names of both sides with their counts; `None` unless both are categories.
///
/// Where a side knows its counts only between two bounds, that count is taken which
/// brings both sides as close together as the bounds allow: what is found then is there
/// whatever the true counts are. Names that come too rarely to be told from the error stand
/// together.
pub(crate) fn align<'a>(reference: &'a Column, current: &'a Column) -> Option<Aligned<'a>> {
    let (Values::Categories(r), Values::Categories(c)) = (&reference.values, &current.values) else {
        return None;
    };
    let (left, right) = (Side::of(reference), Side::of(current));
    if left.error == 0 && right.error == 0 {
        let of_numbers = ["Int", "UInt", "Float"].iter().any(|kind| reference.data_type.starts_with(kind));
        let (names, reference, current) = bins::union(r, c, of_numbers);
        return Some(Aligned { names, reference, current, exactness: Exactness::Exact });
    }
    let within = left.share(left.error) + right.share(right.error);
    let floor = left.share(left.error).max(right.share(right.error));
    let often = |side: Side, counts: &'a BTreeMap<String, u64>| {
        counts.iter().filter(move |(_, count)| side.share(**count) > floor).map(|(name, _)| name.as_str())
    };
    let names: BTreeSet<&str> = often(left, r).chain(often(right, c)).collect();
    let count = |counts: &BTreeMap<String, u64>, name: &str| counts.get(name).copied().unwrap_or(0);
    let names: Vec<&str> = names.into_iter().collect();
    let counts =
        |side: &BTreeMap<String, u64>| names.iter().map(|name| count(side, name)).collect::<Vec<u64>>();
    let (sure_r, sure_c) = (counts(r), counts(c));
    let (reference, other_r) = left.towards(&sure_r, right, &sure_c);
    let (current, other_c) = right.towards(&sure_c, left, &sure_r);
    let mut aligned = Aligned { names, reference, current, exactness: Exactness::Counts { within } };
    if (other_r, other_c) != (0, 0) {
        aligned.names.push(OTHERS);
        aligned.reference.push(other_r);
        aligned.current.push(other_c);
    }
    Some(aligned)
}

/// How many names one side has in all, and how many of one it may have missed.
#[derive(Clone, Copy, Debug)]
struct Side {
    total: u64,
    error: u64,
}

impl Side {
    fn of(column: &Column) -> Self {
        match &column.sketched {
            Some(Sketched::Categories { total, error, .. }) => Self { total: *total, error: *error },
            _ => Self { total: column.rows - column.missing, error: 0 },
        }
    }

    fn share(self, count: u64) -> f64 {
        count as f64 / self.total.max(1) as f64
    }

    /// The count from `count` to `count + error` that is nearest to a share.
    fn near(self, count: u64, share: f64) -> u64 {
        if self.error == 0 || share <= self.share(count) {
            return count;
        }
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a count, or more than any"
        )]
        let wanted = (share * self.total as f64).round() as u64;
        wanted.clamp(count, count.saturating_add(self.error))
    }

    /// The counts as near to the other side's shares as they may be, and what is left for all
    /// other names. No more is given out than there is.
    fn towards(self, sure: &[u64], other: Self, sure_there: &[u64]) -> (Vec<u64>, u64) {
        let known = sure.iter().fold(0_u64, |sum, count| sum.saturating_add(*count));
        let mut left = self.total.saturating_sub(known);
        let counts = sure.iter().zip(sure_there).map(|(count, there)| {
            let more = (self.near(*count, other.share(*there)) - count).min(left);
            left -= more;
            count + more
        });
        (counts.collect(), left)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(counts: &[(&str, u64)], sketched: Option<Sketched>) -> Column {
        let counts: BTreeMap<String, u64> = counts.iter().map(|(name, n)| ((*name).to_owned(), *n)).collect();
        let rows = counts.values().sum();
        let values = Values::Categories(counts);
        Column { name: "c".into(), data_type: "Utf8".into(), rows, missing: 0, values, sketched }
    }

    #[test]
    fn counts_between_bounds_are_taken_as_near_as_they_may_be() {
        let known = Some(Sketched::Categories { total: 1_000, error: 10, distinct: 50 });
        let sketch = column(&[("a", 500), ("b", 295), ("d", 5)], known);
        let exact = column(&[("a", 515), ("b", 300), ("c", 100), ("d", 5), ("e", 80)], None);
        let found = align(&exact, &sketch).unwrap();
        assert_eq!(found.names, ["a", "b", "c", "e", OTHERS]);
        assert_eq!(found.reference, [515, 300, 100, 80, 5]);
        // Up to ten more than was counted, and the rest is others.
        assert_eq!(found.current, [510, 300, 10, 10, 170]);
        assert_eq!(found.exactness, Exactness::Counts { within: 0.01 });
        let both = align(&sketch, &sketch).unwrap();
        assert_eq!((both.reference.clone(), both.names), (both.current, vec!["a", "b", OTHERS]));
        assert_eq!(align(&exact, &exact).unwrap().exactness, Exactness::Exact);
    }

    #[test]
    fn no_more_is_given_out_than_there_is() {
        let side = Side { total: 100, error: 20 };
        let other = Side { total: 100, error: 0 };
        assert_eq!(side.towards(&[40, 40, 10], other, &[50, 45, 5]), (vec![50, 40, 10], 0));
    }

    #[test]
    fn a_p_value_is_no_smaller_than_is_sure() {
        let sample = |from: i32| Sample::new((from..from + 1_000).map(f64::from).collect()).unwrap();
        let (r, c) = (sample(0), sample(60));
        let of = |within| {
            let sketched = Sketched::Numbers { count: 1_000, within, mean: None, standard_deviation: None };
            let values = Values::Numbers(Some(r.clone()));
            let (name, data_type) = ("x".to_owned(), "Float64".to_owned());
            Column { name, data_type, rows: 1_000, missing: 0, values, sketched: Some(sketched) }
        };
        let judged = |within: f64| {
            let found = crate::Measurement::new(1.0, "units", 0.5).p_value(1e-9);
            let mut comparison = Comparison::new("mine", found);
            judge_numbers(&mut comparison, (&of(within), &r), (&of(within), &c));
            (comparison.p_value.unwrap(), comparison.exactness)
        };
        assert_eq!(judged(0.0), (1e-9, Exactness::Exact));
        let (p_value, exactness) = judged(0.01);
        assert_eq!(exactness, Exactness::Ranks { within: 0.02 });
        assert!((p_value - kolmogorov_sf(500_f64.sqrt() * 0.04).unwrap()).abs() < 1e-12, "{p_value}");
        assert_eq!(judged(0.03).0, 1.0);
        assert_eq!(exactness.to_string(), "ranks within ±2.00 %");
    }
}
