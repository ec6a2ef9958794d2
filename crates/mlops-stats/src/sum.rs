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

#[cfg(test)]
mod tests {
    #[test]
    fn small_terms_beside_large_ones_are_kept() {
        assert_eq!(super::sum([1.0, 1e100, 1.0, -1e100].into_iter()), 2.0);
        assert_eq!(super::sum(std::iter::repeat_n(0.1, 10)), 1.0);
        assert_eq!(super::sum(std::iter::empty()), 0.0);
        assert_eq!(super::sum([f64::MAX, f64::MAX, 1.0].into_iter()), f64::INFINITY);
    }
}
