//! Many tests at once: what is left to be surprised of.

use crate::{Error, Result};

/// Adjusted p-values of Benjamini and Hochberg, in the order given: refusing all that are
/// at most α keeps the expected share of false alarms among the alarms at α.
///
/// Holds for tests that are independent or depend positively on each other, as columns of
/// one table usually do. No p-values give no p-values. `O(n log n)`.
///
/// # Errors
/// [`Error::Value`] if one is NaN or outside 0 to 1.
///
/// # Source
/// Benjamini and Hochberg, *Controlling the false discovery rate* (1995). Agrees with
/// statsmodels' `multipletests(method="fdr_bh")` (0.15).
///
/// ```
/// let adjusted = mlops_stats::multiple_testing::benjamini_hochberg(&[0.01, 0.04, 0.9])?;
/// assert_eq!(adjusted, [0.03, 0.06, 0.9]);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn benjamini_hochberg(p_values: &[f64]) -> Result<Vec<f64>> {
    if let Some(index) = p_values.iter().position(|p| !(0.0..=1.0).contains(p)) {
        let expected = "between 0 and 1";
        return Err(Error::Value { what: "p_values", index, value: p_values[index], expected });
    }
    let mut order: Vec<usize> = (0..p_values.len()).collect();
    order.sort_by(|a, b| p_values[*a].total_cmp(&p_values[*b]));
    let n = p_values.len() as f64;
    let mut adjusted = vec![1.0; p_values.len()];
    let mut so_far = 1.0_f64;
    for (rank, index) in order.into_iter().enumerate().rev() {
        so_far = so_far.min(p_values[index] * n / (rank + 1) as f64);
        adjusted[index] = so_far;
    }
    Ok(adjusted)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::Value;

    #[test]
    fn agrees_with_statsmodels() {
        for name in ["basic", "single", "tiny", "uniform20"] {
            let path = format!("{}/testdata/drift/multitest/{name}.json", env!("CARGO_MANIFEST_DIR"));
            let case: Value = serde_json::from_str(&std::fs::read_to_string(path).unwrap()).unwrap();
            let numbers = |value: &Value| -> Vec<f64> {
                value.as_array().unwrap().iter().map(|number| number.as_f64().unwrap()).collect()
            };
            let adjusted = benjamini_hochberg(&numbers(&case["pvalues"])).unwrap();
            let expected = numbers(&case["expected"]["fdr_bh"]["0.05"]["adjusted"]);
            for (ours, theirs) in adjusted.iter().zip(&expected) {
                assert!((ours - theirs).abs() <= 1e-12 * theirs, "{name}: {ours} {theirs}");
            }
            assert_eq!(adjusted.len(), expected.len());
        }
    }

    #[test]
    fn what_is_no_probability_is_refused() {
        assert_eq!(benjamini_hochberg(&[]).unwrap(), Vec::<f64>::new());
        for bad in [-0.1, 1.1, f64::NAN] {
            assert!(matches!(benjamini_hochberg(&[0.5, bad]), Err(Error::Value { index: 1, .. })));
        }
    }
}
