//! Evidently's bins.

use mlops_stats::two_sample::Sample;

use super::StatTest;
use super::counts::{Counts, Distinct};
use crate::{Error, Pair, Result};

/// A reference with more distinct numbers than this is binned.
const DISTINCT: usize = 20;

/// Both sides in Evidently's bins: bins of equal width by Sturges' rule over all values for
/// numbers with more than 20 distinct values in the reference, each value for itself otherwise.
///
/// # Source
/// `get_binned_data` of Evidently 0.7.23. `NumPy` never makes bins narrower than 1 for columns
/// of an integer type; here all numbers are `f64`, and bins may be. That differs only where
/// the values span fewer integers than there are bins: beyond half a million rows.
pub(super) fn counts(test: StatTest, pair: &Pair<'_>) -> Result<Counts> {
    match pair {
        Pair::Numbers { reference, current }
            if Distinct::of(reference.values(), &[]).take(DISTINCT + 1).count() > DISTINCT =>
        {
            let edges = sturges(test, reference, current, reference.len() + current.len())?;
            Counts::checked(test, histogram(&edges, reference), histogram(&edges, current))
        }
        _ => Counts::of(test, pair),
    }
}

/// The edges of bins of equal width over two samples by Sturges' rule for `values` values.
///
/// # Errors
/// [`Error::Undefined`] if the bins would be narrower than the gaps between doubles, or the
/// range wider than the largest double.
///
/// # Source
/// `numpy.histogram_bin_edges(bins="sturges")` (2.4), to the last digit: a value on an edge
/// has to fall to the same side.
pub(super) fn sturges(
    test: StatTest,
    reference: &Sample,
    current: &Sample,
    values: usize,
) -> Result<Vec<f64>> {
    let (mut low, mut high) = (reference.min().min(current.min()), reference.max().max(current.max()));
    let range = high - low;
    let width = range / ((values as f64).log2() + 1.0);
    let bins = if width > 0.0 { (range / width).ceil() } else { 1.0 };
    // At most a few more than the logarithm of a length; NaN (an infinite range) becomes 0.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "from 1 to 100")]
    let bins = bins as u8;
    if low >= high {
        (low, high) = (low - 0.5, high + 0.5);
    }
    let step = (high - low) / f64::from(bins);
    let mut edges: Vec<f64> = (0..bins).map(|bin| f64::from(bin) * step + low).collect();
    edges.push(high);
    if bins == 0 || edges.windows(2).any(|pair| pair[0] >= pair[1]) {
        let reason = format!("{bins} bins do not fit between {low} and {high}");
        return Err(Error::undefined(test.name(), reason));
    }
    Ok(edges)
}

/// How many values fall into each bin; the last one includes its upper edge.
pub(super) fn histogram(edges: &[f64], sample: &Sample) -> Vec<u64> {
    let values = sample.values();
    let last = edges.len() - 1;
    let mut before = values.partition_point(|value| *value < edges[0]);
    let mut counts = Vec::with_capacity(last);
    for (index, edge) in edges.iter().enumerate().skip(1) {
        let below =
            values.partition_point(|value| if index == last { *value <= *edge } else { *value < *edge });
        counts.push((below - before) as u64);
        before = below;
    }
    counts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: impl IntoIterator<Item = f64>) -> Sample {
        Sample::new(values.into_iter().collect()).unwrap()
    }

    #[test]
    fn a_value_on_an_edge_belongs_to_the_bin_above_but_the_last() {
        let values = sample([0.0, 1.0, 1.0, 2.0, 3.0]);
        assert_eq!(histogram(&[0.0, 1.0, 2.0, 3.0], &values), [1, 2, 2]);
    }

    #[test]
    fn bins_follow_sturges() {
        let (reference, current) = (sample((0..40).map(f64::from)), sample((0..24).map(f64::from)));
        let edges = sturges(StatTest::Psi, &reference, &current, 64).unwrap();
        assert_eq!(edges.len(), 8, "7 bins of 64 values");
        assert_eq!((edges[0], edges[7]), (0.0, 39.0));
        let one = sample([7.0]);
        assert_eq!(sturges(StatTest::Psi, &one, &one, 2).unwrap(), [6.5, 7.5]);
    }

    #[test]
    fn bins_that_no_double_lies_between_are_refused() {
        let ends = sample([1e17, 1e17 + 16.0]);
        let error = sturges(StatTest::Psi, &ends, &ends, 100).unwrap_err();
        assert!(error.to_string().contains("8 bins do not fit between 100000000000000000"), "{error}");
        let wide = sample([-f64::MAX, f64::MAX]);
        assert!(sturges(StatTest::Psi, &wide, &wide, 100).is_err());
    }

    #[test]
    fn few_distinct_values_are_their_own_bins() {
        let (few, many) = (sample((0..20).map(f64::from)), sample((0..21).map(f64::from)));
        let bins =
            |reference, current| counts(StatTest::Psi, &Pair::Numbers { reference, current }).unwrap().len();
        assert_eq!((bins(&few, &many), bins(&many, &few)), (21, 7), "the reference decides");
    }
}
