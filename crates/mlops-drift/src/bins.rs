//! Both sides of a column in the same bins.

use std::collections::BTreeMap;

use mlops_stats::two_sample::Sample;

use crate::report::Distribution;

const BINS: u8 = 24;
const NAMES: usize = 12;

/// Bins of equal width between the half percent at either end of both sides.
pub(crate) fn of_numbers(reference: &Sample, current: &Sample) -> Distribution {
    let at = |sample: &Sample, q: f64| sample.quantile(q).expect("q lies between 0 and 1");
    let mut low = at(reference, 0.005).min(at(current, 0.005));
    let mut high = at(reference, 0.995).max(at(current, 0.995));
    let mut edges = edges(low, high);
    if edges.windows(2).any(|pair| pair[0] >= pair[1]) {
        // The same value everywhere, or two that no double lies between.
        let around = (low.abs() * 0.1).max(0.5);
        // An infinite edge is no number that a report can be written with.
        (low, high) = ((low - around).max(-f64::MAX), (high + around).min(f64::MAX));
        edges = vec![low, high];
    }
    let counts = |sample: &Sample| {
        let inner = &edges[1..edges.len() - 1];
        let mut before = 0;
        let mut counts: Vec<u64> = Vec::with_capacity(edges.len() - 1);
        for edge in inner {
            let below = sample.values().partition_point(|value| value < edge);
            counts.push((below - before) as u64);
            before = below;
        }
        counts.push((sample.len() - before) as u64);
        counts
    };
    let (reference, current) = (counts(reference), counts(current));
    Distribution::Numbers { edges, reference, current }
}

fn edges(low: f64, high: f64) -> Vec<f64> {
    let share = |bin: u8| f64::from(bin) / f64::from(BINS);
    (0..=BINS).map(|bin| low * (1.0 - share(bin)) + high * share(bin)).collect()
}

/// The names of either side in order, and their counts on both. Names of numbers are in the
/// order of the numbers: 9 before 10.
pub(crate) fn union<'a>(
    reference: &'a BTreeMap<String, u64>,
    current: &'a BTreeMap<String, u64>,
    of_numbers: bool,
) -> (Vec<&'a str>, Vec<u64>, Vec<u64>) {
    let mut both: BTreeMap<&str, (u64, u64)> =
        reference.iter().map(|(name, count)| (name.as_str(), (*count, 0))).collect();
    for (name, count) in current {
        both.entry(name).or_default().1 = *count;
    }
    let mut both: Vec<_> = both.into_iter().collect();
    if of_numbers {
        let number = |name: &str| name.parse().unwrap_or(f64::INFINITY);
        both.sort_by(|(a, _), (b, _)| number(a).total_cmp(&number(b)));
    }
    let mut columns = (Vec::new(), Vec::new(), Vec::new());
    for (name, (r, c)) in both {
        columns.0.push(name);
        columns.1.push(r);
        columns.2.push(c);
    }
    columns
}

/// The most frequent names by their larger share, then by name.
pub(crate) fn of_categories(names: &[&str], reference: &[u64], current: &[u64]) -> Distribution {
    let totals = (reference.iter().sum::<u64>().max(1) as f64, current.iter().sum::<u64>().max(1) as f64);
    let share = |index: usize| (reference[index] as f64 / totals.0).max(current[index] as f64 / totals.1);
    let mut order: Vec<usize> = (0..names.len()).collect();
    order.sort_by(|a, b| share(*b).total_cmp(&share(*a)).then_with(|| names[*a].cmp(names[*b])));
    let (shown, rest) = order.split_at(order.len().min(NAMES));
    let sum = |counts: &[u64]| rest.iter().map(|index| counts[*index]).sum();
    Distribution::Categories {
        names: shown.iter().map(|index| names[*index].to_owned()).collect(),
        reference: shown.iter().map(|index| reference[*index]).collect(),
        current: shown.iter().map(|index| current[*index]).collect(),
        others: (sum(reference), sum(current)),
    }
}
