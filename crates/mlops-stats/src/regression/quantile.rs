/// The value at `share` of the sum of the weights, the mean of two if that is exactly
/// where one ends: the inverse of the distribution function, averaged. `O(n log n)`.
///
/// # Source
/// Hyndman and Fan, *American Statistician* 50 (1996), definition 2; with weights as
/// `scikit-learn` 1.9 extends it.
pub(super) fn weighted_quantile(values: &[f64], weights: Option<&[f64]>, share: f64) -> f64 {
    let mut order: Vec<(f64, f64)> = match weights {
        None => values.iter().map(|value| (*value, 1.0)).collect(),
        // A row without weight is no row.
        Some(weights) => {
            values.iter().copied().zip(weights.iter().copied()).filter(|(_, weight)| *weight > 0.0).collect()
        }
    };
    order.sort_unstable_by(|left, right| left.0.total_cmp(&right.0));
    let total: f64 = order.iter().map(|(_, weight)| weight).sum();
    // The share as the other computes it: a percentage and back.
    let wanted = share * 100.0 / 100.0 * total;
    let mut reached = 0.0;
    for (place, (value, weight)) in order.iter().enumerate() {
        reached += weight;
        if reached >= wanted && reached > 0.0 {
            let beyond = reached - wanted > f64::EPSILON;
            let next = order.get(place + 1).map_or(*value, |(next, _)| *next);
            return if beyond { *value } else { 0.5 * (value + next) };
        }
    }
    order.last().map_or(f64::NAN, |(value, _)| *value)
}
