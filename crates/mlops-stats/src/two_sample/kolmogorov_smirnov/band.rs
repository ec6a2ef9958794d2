//! How many of the equally likely walks from (0, 0) to (n, m) leave a band.

/// Below this a probability is taken as 0: numbers near the smallest double are slow, and
/// no p-value has room for them.
const NOTHING: f64 = 1e-305;

/// For two samples of `n`: the share of walks that at some point are `height` or more
/// values away from the diagonal, `1 ≤ height ≤ n`.
///
/// By reflection it is `2 Σ (−1)ᵏ⁺¹ C(2n, n − k·height) / C(2n, n)`: from the last term
/// on, each is taken from 1 before it is scaled by the ratio to the one before.
pub(super) fn square(n: usize, height: usize) -> f64 {
    let mut inner = 1.0;
    for k in (1..n / height).rev() {
        inner = 1.0 - ratio(n, k * height, height) * inner;
    }
    (2.0 * ratio(n, 0, height) * inner).clamp(0.0, 1.0)
}

/// The share of walks that at some point are `height` or more above the diagonal:
/// `C(2n, n − height) / C(2n, n)`.
pub(super) fn square_one_side(n: usize, height: usize) -> f64 {
    ratio(n, 0, height)
}

/// `C(2n, n − from − by) / C(2n, n − from)`.
fn ratio(n: usize, from: usize, by: usize) -> f64 {
    let mut product = 1.0;
    for step in from..from + by {
        product *= (n - step) as f64 / (n + step + 1) as f64;
        if product < NOTHING {
            return 0.0;
        }
    }
    product
}

/// The share of walks from (0, 0) to (`long`, `short`) that at some point (i, j) have
/// `|i · short − j · long| ≥ steps`, or without the bars if `one_sided`: which side it is
/// makes no difference, a walk and its way back differ in it.
///
/// Points with the same `i + j` do not depend on each other: diagonal by diagonal from the
/// end, how likely a walk that comes there still leaves. A diagonal without a point inside
/// stops every walk.
pub(super) fn share_outside(long: usize, short: usize, steps: u128, one_sided: bool) -> f64 {
    let (n, m) = (long as i128, short as i128);
    let steps = i128::try_from(steps).unwrap_or(i128::MAX / 4);
    // The points inside have s·m − steps < j·(n + m) < s·m + steps, where s = i + j.
    let inside = |s: usize| {
        let middle = s as i128 * m;
        let low = ((middle - steps).div_euclid(n + m) + 1).max(0).max(s as i128 - n);
        let high = if one_sided { m } else { (middle + steps - 1).div_euclid(n + m).min(m) };
        let high = high.min(s as i128);
        (usize::try_from(low).unwrap_or(0), usize::try_from(high + 1).unwrap_or(0))
    };
    // `leaves[j]` of the diagonal before; 1 where the walk is out already.
    let mut leaves = vec![1.0; short + 2];
    let end = inside(long + short);
    leaves[end.0..end.1].fill(0.0);
    for s in (0..long + short).rev() {
        let (start, end) = inside(s);
        if start >= end {
            return 1.0;
        }
        let each = 1.0 / (long + short - s) as f64;
        // How many steps to the right and up are left at `start`.
        let (right, up) = ((long + start - s) as f64, (short - start) as f64);
        advance(&mut leaves[start..=end], right * each, up * each, each);
        leaves[end] = 1.0;
    }
    leaves[0].clamp(0.0, 1.0)
}

/// One diagonal: each but the last becomes the mean of itself and the next, weighted with
/// the steps that are left to the right and up.
fn advance(leaves: &mut [f64], right: f64, up: f64, each: f64) {
    for index in 0..leaves.len() - 1 {
        let moved = index as f64 * each;
        let mean = (right + moved) * leaves[index] + (up - moved) * leaves[index + 1];
        leaves[index] = if mean < NOTHING { 0.0 } else { mean };
    }
}
