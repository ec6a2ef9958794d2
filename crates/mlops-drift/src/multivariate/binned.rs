use std::collections::HashMap;

use mlops_stats::two_sample::Sample;

use crate::rows::{Categories, MISSING, RowColumn, RowValues};

/// So many bins has a column at most; the first is for missing values.
pub(super) const BINS: usize = 64;

/// A column of both sides, the reference first, as bins.
#[derive(Clone, Debug)]
pub(super) struct BinnedColumn {
    pub(super) bins: Vec<u8>,
    /// Whether the order of the bins means nothing.
    pub(super) categories: bool,
}

impl BinnedColumn {
    /// `of_reference` and `of_current` are the rows that are looked at. Bins hold about
    /// equally many values; which side a value is from does not matter for them.
    pub(super) fn new(
        reference: &RowColumn,
        current: &RowColumn,
        of_reference: &[usize],
        of_current: &[usize],
    ) -> Self {
        match (&reference.values, &current.values) {
            (RowValues::Numbers(r), RowValues::Numbers(c)) => {
                let r = of_reference.iter().map(|row| r[*row]);
                numbers(&r.chain(of_current.iter().map(|row| c[*row])).collect::<Vec<f64>>())
            }
            (RowValues::Categories(r), RowValues::Categories(c)) => {
                let name = |side: &'_ Categories, row: usize| match side.codes[row] {
                    MISSING => None,
                    code => side.names.get(code as usize).cloned(),
                };
                let r = of_reference.iter().map(|row| name(r, *row));
                categories(&r.chain(of_current.iter().map(|row| name(c, *row))).collect::<Vec<_>>())
            }
            _ => Self { bins: vec![0; of_reference.len() + of_current.len()], categories: false },
        }
    }
}

fn numbers(values: &[f64]) -> BinnedColumn {
    let mut edges: Vec<f64> = Vec::new();
    if let Ok(sample) = Sample::new(values.iter().copied().filter(|value| !value.is_nan()).collect()) {
        let places = BINS - 2;
        edges.extend((1..=places).map(|place| sample.values()[(sample.len() - 1) * place / (places + 1)]));
        edges.dedup();
    }
    let bin = |value: &f64| {
        if value.is_nan() { 0 } else { small(1 + edges.partition_point(|edge| edge < value)) }
    };
    BinnedColumn { bins: values.iter().map(bin).collect(), categories: false }
}

/// The most frequent names have a bin each, all others share the last one.
fn categories(values: &[Option<String>]) -> BinnedColumn {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for name in values.iter().flatten() {
        *counts.entry(name).or_default() += 1;
    }
    let mut by_count: Vec<(&str, usize)> = counts.into_iter().collect();
    by_count.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    let bins: HashMap<&str, u8> = by_count
        .iter()
        .enumerate()
        .map(|(place, (name, _))| (*name, small((place + 1).min(BINS - 1))))
        .collect();
    let bin =
        |name: &Option<String>| name.as_ref().and_then(|name| bins.get(name.as_str())).copied().unwrap_or(0);
    BinnedColumn { bins: values.iter().map(bin).collect(), categories: true }
}

fn small(bin: usize) -> u8 {
    u8::try_from(bin.min(BINS - 1)).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bins_keep_the_order_and_missing_has_its_own() {
        let found = numbers(&[3.0, f64::NAN, -1.0, f64::INFINITY, 3.0]);
        assert_eq!(found.bins[1], 0);
        assert!(
            found.bins[2] < found.bins[0] && found.bins[0] < found.bins[3] && found.bins[0] == found.bins[4]
        );
        let many = numbers(&(0..10_000).map(f64::from).collect::<Vec<f64>>());
        assert!(many.bins.iter().all(|bin| usize::from(*bin) < BINS));
        assert_eq!(numbers(&[f64::NAN; 3]).bins, [0, 0, 0]);
    }

    #[test]
    fn rare_names_share_a_bin() {
        let names: Vec<Option<String>> = (0..200).map(|name| Some(name.to_string())).collect();
        let found = categories(&names);
        assert_eq!(found.bins.iter().filter(|bin| usize::from(**bin) == BINS - 1).count(), 200 - (BINS - 2));
    }
}
