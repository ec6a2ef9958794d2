/// The Kullback-Leibler divergence of the weights `observed` from the weights `expected`, in
/// nats; both are scaled to shares first.
///
/// `Σ pᵢ · ln(pᵢ / qᵢ)`. Infinite if something was observed where nothing is expected; NaN if
/// one of the two sums up to 0 or holds a NaN. Equal weights give exactly 0.
///
/// # Source
/// `scipy.stats.entropy` 1.17.
pub(super) fn divergence(observed: &[f64], expected: &[f64]) -> f64 {
    let shares = |weights: &[f64]| -> Vec<f64> {
        let total = sum(weights);
        weights.iter().map(|weight| weight / total).collect()
    };
    let terms: Vec<f64> = shares(observed)
        .into_iter()
        .zip(shares(expected))
        .map(|(p, q)| {
            if p.is_nan() || q.is_nan() {
                f64::NAN
            } else if p > 0.0 && q > 0.0 {
                let ratio = p / q;
                if ratio > 0.5 && ratio < 2.0 {
                    // Near 1 the logarithm of the ratio would lose digits.
                    p * ((p - q) / q).ln_1p()
                } else if ratio.is_normal() {
                    p * ratio.ln()
                } else {
                    p * (p.ln() - q.ln())
                }
            } else if p == 0.0 && q >= 0.0 {
                0.0
            } else {
                f64::INFINITY
            }
        })
        .collect();
    sum(&terms)
}

/// A sum in the order in which NumPy adds, so that weights that are equal there are here.
///
/// # Source
/// The pairwise summation of NumPy 2.4: eight sums side by side, halves above 128 terms.
pub(super) fn sum(terms: &[f64]) -> f64 {
    const LANES: usize = 8;
    const BLOCK: usize = 128;
    if terms.len() < LANES {
        return terms.iter().sum();
    }
    if terms.len() > BLOCK {
        let half = terms.len() / 2;
        let (first, second) = terms.split_at(half - half % LANES);
        return sum(first) + sum(second);
    }
    let (blocks, rest) = terms.as_chunks::<LANES>();
    let mut lanes = [0.0; LANES];
    for (at, block) in blocks.iter().enumerate() {
        for (lane, term) in lanes.iter_mut().zip(block) {
            *lane = if at == 0 { *term } else { *lane + term };
        }
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    rest.iter().fold(((a + b) + (c + d)) + ((e + f) + (g + h)), |sum, term| sum + term)
}

#[cfg(test)]
#[expect(clippy::float_cmp, reason = "what is exact is compared exactly")]
mod tests {
    use super::*;

    #[test]
    fn edges_of_the_divergence() {
        assert_eq!(divergence(&[5.0, 3.0, 2.0], &[5.0, 3.0, 2.0]), 0.0);
        assert_eq!(divergence(&[1.0, 0.0], &[0.5, 0.5]), 2f64.ln());
        assert_eq!(divergence(&[0.5, 0.5], &[1.0, 0.0]), f64::INFINITY);
        assert!(divergence(&[0.0, 0.0], &[0.5, 0.5]).is_nan());
        assert!(divergence(&[], &[]).is_nan() || divergence(&[], &[]) == 0.0);
    }

    #[test]
    fn long_sums_are_those_of_numpy() {
        // numpy.sum([0.1] * n), 2.4.6
        for (count, total) in [(7, 0.7), (10, 1.0), (130, 13.0), (1000, 100.0)] {
            let sum = sum(&vec![0.1; count]);
            assert!((sum - total).abs() < 1e-12, "{count}: {sum}");
        }
    }
}
