//! Sums in the order of `NumPy` (2.4): where a number of bins is rounded up, or the root of a
//! difference of nearly equal shares is taken, the last bit of a sum decides.

/// The sum by halves down to blocks of 128, each in eight lanes.
///
/// # Source
/// `numpy.sum` over contiguous doubles.
pub(crate) fn sum(values: &[f64]) -> f64 {
    const LANES: usize = 8;
    const BLOCK: usize = 128;
    let n = values.len();
    if n < LANES {
        return values.iter().fold(0.0, |sum, value| sum + value);
    }
    if n > BLOCK {
        let half = n / 2 - n / 2 % LANES;
        return sum(&values[..half]) + sum(&values[half..]);
    }
    let blocks = values.chunks_exact(LANES);
    let rest = blocks.remainder();
    let mut lanes = [0.0; LANES];
    for block in blocks {
        lanes.iter_mut().zip(block).for_each(|(lane, value)| *lane += value);
    }
    let [a, b, c, d, e, f, g, h] = lanes;
    let sum = ((a + b) + (c + d)) + ((e + f) + (g + h));
    rest.iter().fold(sum, |sum, value| sum + value)
}

/// NaN without values.
pub(crate) fn mean(values: &[f64]) -> f64 {
    sum(values) / values.len() as f64
}

/// The standard deviation of these values themselves, divided by n.
pub(crate) fn standard_deviation(values: &[f64]) -> f64 {
    let mean = mean(values);
    let squares: Vec<f64> = values.iter().map(|value| (value - mean) * (value - mean)).collect();
    (sum(&squares) / values.len() as f64).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_is_that_of_numpy() {
        // numpy.sum(1/numpy.arange(1, n+1)), numpy 2.4.
        let harmonic = |n: u32| sum(&(1..=n).map(|i| 1.0 / f64::from(i)).collect::<Vec<f64>>());
        assert_eq!(harmonic(7), NUMPY[0]);
        assert_eq!(harmonic(100), NUMPY[1]);
        assert_eq!(harmonic(1000), NUMPY[2]);
    }

    const NUMPY: [f64; 3] = [2.592_857_142_857_142_5, 5.187_377_517_639_621, 7.485_470_860_550_345];
}
