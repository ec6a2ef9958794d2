use std::collections::HashMap;

use mlops_stats::two_sample::Sample;

use crate::rows::{MISSING, RowColumn, RowValues};

/// So many bins has a column at most: a bin is a byte.
pub(super) const MOST_BINS: usize = 256;

/// How the values of a column become bins. The first bin is for missing values; what was not
/// there when the bins were made goes to the nearest one (a number) or the first (a name).
#[derive(Clone, Debug)]
pub(crate) struct Binning {
    values: BinnedValues,
}

#[derive(Clone, Debug)]
enum BinnedValues {
    /// The largest value of each bin but the last.
    Numbers(Vec<f64>),
    /// The most frequent names have a bin each, the rest share the last.
    Categories(HashMap<String, u8>),
}

/// A column as bins.
#[derive(Clone, Debug)]
pub(crate) struct BinnedColumn {
    pub(crate) bins: Vec<u8>,
    /// Whether the order of the bins means nothing.
    pub(crate) categories: bool,
}

impl Binning {
    /// At most `bins` bins (from 3 to 256) that hold about equally many of these rows. All
    /// parts are of the kind of the first.
    pub(crate) fn of(parts: &[(&RowColumn, &[usize])], bins: usize) -> Self {
        let categories =
            parts.first().is_some_and(|(part, _)| matches!(part.values, RowValues::Categories(_)));
        let values = if categories {
            BinnedValues::Categories(names(parts, bins))
        } else {
            BinnedValues::Numbers(edges(parts, bins))
        };
        Self { values }
    }

    /// Gives the bin of each row of a column of the same kind.
    pub(crate) fn binner<'b>(&'b self, column: &'b RowColumn) -> Binner<'b> {
        match (&self.values, &column.values) {
            (BinnedValues::Numbers(edges), RowValues::Numbers(values)) => Binner::Numbers { edges, values },
            (BinnedValues::Categories(bins), RowValues::Categories(values)) => Binner::Categories {
                by_code: values.names.iter().map(|name| bins.get(name).copied().unwrap_or(0)).collect(),
                codes: &values.codes,
            },
            _ => Binner::Missing,
        }
    }

    /// The bins of these rows of a column of the same kind.
    pub(crate) fn bins<'r>(&self, column: &RowColumn, rows: impl Iterator<Item = &'r usize>) -> Vec<u8> {
        let binner = self.binner(column);
        rows.map(|row| binner.of(*row)).collect()
    }

    /// As [`bins`](Self::bins), with what says whether their order means something.
    pub(crate) fn column<'r>(
        &self,
        column: &RowColumn,
        rows: impl Iterator<Item = &'r usize>,
    ) -> BinnedColumn {
        BinnedColumn { bins: self.bins(column, rows), categories: self.is_of_categories() }
    }

    pub(crate) fn is_of_categories(&self) -> bool {
        matches!(self.values, BinnedValues::Categories(_))
    }
}

/// The bins of one column.
#[derive(Debug)]
pub(crate) enum Binner<'b> {
    Numbers {
        edges: &'b [f64],
        values: &'b [f64],
    },
    Categories {
        by_code: Vec<u8>,
        codes: &'b [u32],
    },
    /// It is of another kind.
    Missing,
}

impl Binner<'_> {
    pub(crate) fn of(&self, row: usize) -> u8 {
        match self {
            Self::Numbers { edges, values } => {
                let value = values[row];
                let above = || edges.partition_point(|edge| *edge < value);
                if value.is_nan() { 0 } else { small(1 + above(), MOST_BINS) }
            }
            Self::Categories { by_code, codes } => by_code.get(codes[row] as usize).copied().unwrap_or(0),
            Self::Missing => 0,
        }
    }
}

fn edges(parts: &[(&RowColumn, &[usize])], bins: usize) -> Vec<f64> {
    let mut present = Vec::new();
    for (part, rows) in parts {
        if let RowValues::Numbers(values) = &part.values {
            present.extend(rows.iter().map(|row| values[*row]).filter(|value| !value.is_nan()));
        }
    }
    let Ok(sample) = Sample::new(present) else { return Vec::new() };
    let places = bins - 2;
    let place = |place: usize| sample.values()[(sample.len() - 1) * place / (places + 1)];
    let mut edges: Vec<f64> = (1..=places).map(place).collect();
    edges.dedup();
    edges
}

fn names(parts: &[(&RowColumn, &[usize])], bins: usize) -> HashMap<String, u8> {
    let mut counts: HashMap<&str, usize> = HashMap::new();
    for (part, rows) in parts {
        if let RowValues::Categories(values) = &part.values {
            let mut by_code = vec![0_usize; values.names.len()];
            for row in rows.iter().filter(|row| values.codes[**row] != MISSING) {
                by_code[values.codes[*row] as usize] += 1;
            }
            for (name, count) in values.names.iter().zip(by_code).filter(|(_, count)| *count > 0) {
                *counts.entry(name).or_default() += count;
            }
        }
    }
    let mut by_count: Vec<(&str, usize)> = counts.into_iter().collect();
    by_count.sort_by(|a, b| b.1.cmp(&a.1).then(a.0.cmp(b.0)));
    by_count
        .iter()
        .enumerate()
        .map(|(place, (name, _))| ((*name).to_owned(), small(place + 1, bins)))
        .collect()
}

fn small(bin: usize, bins: usize) -> u8 {
    u8::try_from(bin.min(bins - 1)).unwrap_or(u8::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Rows;

    const BINS: usize = 64;

    fn binned(rows: &Rows, bins: usize) -> Vec<u8> {
        let looked_at: Vec<usize> = (0..rows.len()).collect();
        let column = &rows.columns()[0];
        Binning::of(&[(column, &looked_at)], bins).bins(column, looked_at.iter())
    }

    fn numbers(values: &[f64], bins: usize) -> Vec<u8> {
        binned(&Rows::default().numbers("x", values.to_vec()).unwrap(), bins)
    }

    #[test]
    fn bins_keep_the_order_and_missing_has_its_own() {
        let found = numbers(&[3.0, f64::NAN, -1.0, f64::INFINITY, 3.0], BINS);
        assert_eq!(found[1], 0);
        assert!(found[2] < found[0] && found[0] < found[3] && found[0] == found[4]);
        let many: Vec<f64> = (0..10_000).map(f64::from).collect();
        for bins in [3, BINS, MOST_BINS] {
            let found = numbers(&many, bins);
            assert_eq!((found[0], usize::from(found[9999])), (1, bins - 1));
            assert!(found.is_sorted());
        }
        assert_eq!(numbers(&[f64::NAN; 3], BINS), [0, 0, 0]);
    }

    #[test]
    fn rare_names_share_a_bin() {
        let names: Vec<String> = (0..200).map(|name: u32| name.to_string()).collect();
        let rows = Rows::default().categories("k", names.iter().map(|name| Some(name.as_str()))).unwrap();
        let last =
            |bins: usize| binned(&rows, bins).into_iter().filter(|bin| usize::from(*bin) == bins - 1).count();
        assert_eq!((last(BINS), last(MOST_BINS)), (200 - (BINS - 2), 0));
    }

    #[test]
    fn what_the_bins_do_not_know_has_one() {
        let fitted = Rows::default().numbers("x", vec![1.0, 2.0, 3.0]).unwrap();
        let bins = Binning::of(&[(&fitted.columns()[0], &[0, 1, 2])], BINS);
        let others = Rows::default().numbers("x", vec![-9.0, f64::NEG_INFINITY, 9.0, f64::NAN]).unwrap();
        let found = bins.bins(&others.columns()[0], [0, 1, 2, 3].iter());
        assert_eq!((found[0], found[1], found[3]), (1, 1, 0));
        assert_eq!(found[2], bins.bins(&fitted.columns()[0], [2].iter())[0]);
        let fitted = Rows::default().categories("k", [Some("a"), Some("b")]).unwrap();
        let bins = Binning::of(&[(&fitted.columns()[0], &[0, 1])], BINS);
        let others = Rows::default().categories("k", [Some("new"), None, Some("b")]).unwrap();
        assert_eq!(bins.bins(&others.columns()[0], [0, 1, 2].iter()), [0, 0, 2]);
    }
}
