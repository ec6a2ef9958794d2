/// Sum with a running compensation: its error does not grow with the number of terms.
///
/// # Source
/// Neumaier, *Rundungsfehleranalyse einiger Verfahren zur Summation endlicher Summen*,
/// ZAMM 54 (1974).
pub(crate) fn sum(terms: impl Iterator<Item = f64>) -> f64 {
    let (mut total, mut lost) = (0.0_f64, 0.0);
    for term in terms {
        let next = total + term;
        lost += if total.abs() >= term.abs() { (total - next) + term } else { (term - next) + total };
        total = next;
    }
    // Once it has overflowed, what was lost is infinite too, and their sum would be NaN.
    if total.is_finite() { total + lost } else { total }
}

/// [`sum`] of what `term` makes of a slice, eight sums at a time, which is as accurate and some
/// times faster: none waits for the one before.
pub(crate) fn sum_in_lanes(values: &[f64], term: impl Fn(f64) -> f64) -> f64 {
    const LANES: usize = 8;
    let (mut totals, mut lost) = ([0.0_f64; LANES], [0.0_f64; LANES]);
    let (chunks, rest) = values.as_chunks::<LANES>();
    for chunk in chunks {
        for lane in 0..LANES {
            // Knuth's sum of two: what is lost, whichever is the larger, without a branch.
            let term = term(chunk[lane]);
            let next = totals[lane] + term;
            let added = next - totals[lane];
            lost[lane] += (totals[lane] - (next - added)) + (term - added);
            totals[lane] = next;
        }
    }
    let all = sum(totals.into_iter().chain(rest.iter().map(|value| term(*value))).chain(lost));
    // What is lost of an infinity is NaN.
    if all.is_finite() { all } else { sum(values.iter().map(|value| term(*value))) }
}

#[cfg(test)]
mod tests {
    #[test]
    fn small_terms_beside_large_ones_are_kept() {
        assert_eq!(super::sum([1.0, 1e100, 1.0, -1e100].into_iter()), 2.0);
        assert_eq!(super::sum(std::iter::repeat_n(0.1, 10)), 1.0);
        assert_eq!(super::sum(std::iter::empty()), 0.0);
        assert_eq!(super::sum([f64::MAX, f64::MAX, 1.0].into_iter()), f64::INFINITY);
    }

    #[test]
    fn lanes_keep_them_too() {
        let mut values: Vec<f64> = (0..100).flat_map(|_| [1.0, 1e100, 1.0, -1e100]).collect();
        assert_eq!(super::sum_in_lanes(&values, |value| value), 200.0);
        assert_eq!(
            super::sum_in_lanes(&[0.1; 1003], |value| value),
            super::sum(std::iter::repeat_n(0.1, 1003))
        );
        assert_eq!(super::sum_in_lanes(&[], |value| value), 0.0);
        values.push(f64::INFINITY);
        assert_eq!(super::sum_in_lanes(&values, |value| value), f64::INFINITY);
        values.insert(0, f64::NEG_INFINITY);
        assert!(super::sum_in_lanes(&values, |value| value).is_nan());
    }
}
