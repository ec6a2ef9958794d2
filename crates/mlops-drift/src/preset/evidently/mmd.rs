use mlops_stats::distance::{PermutationSettings, VectorSample, maximum_mean_discrepancy as discrepancy};
use mlops_stats::two_sample::Sample;

use super::{Found, StatTest, undefined};
use crate::{Error, Result};

const PERMUTATIONS: u32 = 100;
/// With more values than this the kernels of all pairs would fill more than 512 MiB.
const MOST_VALUES: usize = 8192;

/// `empirical_mmd`: the unbiased estimate of the squared maximum mean discrepancy with a
/// Gaussian kernel as wide as the median distance within the reference, and its p-value of
/// 100 random divisions of all values.
///
/// Evidently takes the squared distances from sums of squares, which leaves no digits of
/// large numbers that are close together; here they are squares of differences. Its
/// permutations are drawn by another generator and leave out the division that was observed.
/// `O(100 (n + m)²)`.
///
/// # Errors
/// [`Error::Undefined`] for one value on a side, or more than 8,192 on both.
///
/// # Source
/// [`mlops_stats::distance::maximum_mean_discrepancy`]. The median counts each pair twice and
/// each value's distance from itself, as the tool does.
pub(super) fn maximum_mean_discrepancy(reference: &Sample, current: &Sample) -> Result<Found> {
    let test = StatTest::MaximumMeanDiscrepancy;
    let (n, m) = (reference.len(), current.len());
    if n.min(m) < 2 || n + m > MOST_VALUES {
        let reason = format!("{n} and {m} values, of 2 each and {MOST_VALUES} at most");
        return Err(Error::undefined(test.name(), reason));
    }
    let median = median_distance(reference.values());
    let mut settings = PermutationSettings::default();
    settings.permutations = PERMUTATIONS;
    settings.max_rows = MOST_VALUES;
    // A median of 0 leaves the tool with √½.
    settings.bandwidth = Some(if median > 0.0 { median } else { 1.0 } * std::f64::consts::FRAC_1_SQRT_2);
    let vectors = |sample| VectorSample::new(Sample::values(sample), 1).map_err(undefined(test));
    let found = discrepancy(vectors(reference)?, vectors(current)?, settings).map_err(undefined(test))?;
    let unit = "(squared maximum mean discrepancy)";
    Ok(Found { effect: found.statistic, unit, p_value: Some(found.p_value) })
}

/// The median of the distances of all ordered pairs of ascending values, each value's from
/// itself among them: of the two in the middle the one with the even place, as `NumPy` rounds.
///
/// The bits of the answer are found one by one, by counting the pairs that are no farther
/// apart: `O(64 n)` and no list of all distances.
fn median_distance(ascending: &[f64]) -> f64 {
    let n = ascending.len() as u128;
    let places = n * n - 1;
    // Half of an odd number rounds to the even neighbour.
    let place = if places.is_multiple_of(2) { places / 2 } else { places / 2 + (places / 2) % 2 };
    if place < n {
        return 0.0;
    }
    let wanted = (place - n) / 2 + 1;
    let closer = |distance: f64| {
        let (mut end, mut pairs) = (0, 0_u128);
        for (start, low) in ascending.iter().enumerate() {
            while ascending.get(end).is_some_and(|high| high - low <= distance) {
                end += 1;
            }
            pairs += (end - start - 1) as u128;
        }
        pairs
    };
    // Doubles of at least 0 are in the order of their bits.
    let (mut low, mut high) = (0, f64::INFINITY.to_bits());
    while low < high {
        let middle = u64::midpoint(low, high);
        if closer(f64::from_bits(middle)) >= wanted { high = middle } else { low = middle + 1 }
    }
    f64::from_bits(low)
}

#[cfg(test)]
mod tests {
    use super::*;
    use mlops_stats::Random;

    fn sample(values: &[f64]) -> Sample {
        Sample::new(values.to_vec()).unwrap()
    }

    #[test]
    fn the_median_is_that_of_a_sorted_list() {
        let mut random = Random::replicate(3, 0);
        for n in 2..40 {
            let values: Vec<f64> = (0..n).map(|_| (random.unit() * 20.0).round() / 4.0).collect();
            let values = sample(&values);
            let ascending = values.values();
            let pairs = ascending.iter().flat_map(|a| ascending.iter().map(move |b| (a - b).abs()));
            let mut distances: Vec<f64> = pairs.collect();
            distances.sort_by(f64::total_cmp);
            let place = ((distances.len() - 1) as f64 / 2.0).round_ties_even();
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a place")]
            let expected = distances[place as usize];
            assert_eq!(median_distance(ascending), expected, "{n}");
        }
    }

    #[test]
    fn large_numbers_keep_their_digits() {
        let at = |offset: f64| {
            let reference: Vec<f64> = (0..30).map(|row| offset + f64::from(row * 7 % 30)).collect();
            let current: Vec<f64> = (0..20).map(|row| offset + f64::from(row) * 2.0).collect();
            maximum_mean_discrepancy(&sample(&reference), &sample(&current)).unwrap()
        };
        let (near, far) = (at(0.0), at(1e9));
        assert!((near.effect - far.effect).abs() < 1e-9, "{near:?} {far:?}");
    }

    #[test]
    fn too_few_and_too_many_values_are_refused() {
        let (one, two) = (sample(&[1.0]), sample(&[1.0, 2.0]));
        assert!(maximum_mean_discrepancy(&one, &two).is_err());
        let many = sample(&vec![1.0; MOST_VALUES]);
        let error = maximum_mean_discrepancy(&many, &two).unwrap_err();
        assert_eq!(
            error.to_string(),
            "empirical_mmd is not defined: 8192 and 2 values, of 2 each and 8192 at most"
        );
        let constant = maximum_mean_discrepancy(&two, &two).unwrap();
        assert!(constant.p_value.is_some_and(|p| p > 0.5), "{constant:?}");
    }
}
