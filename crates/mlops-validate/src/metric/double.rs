use std::ops::{Add, Sub};

/// A number as the sum of two, with about 106 bits.
///
/// # Source
/// Dekker, *A Floating-Point Technique for Extending the Available Precision* (1971).
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Double {
    high: f64,
    low: f64,
}

/// A sum and what its rounding lost.
fn two_sum(a: f64, b: f64) -> Double {
    let high = a + b;
    let of_b = high - a;
    Double { high, low: (a - (high - of_b)) + (b - of_b) }
}

impl Double {
    /// The nearest number of single length.
    pub(super) fn value(self) -> f64 {
        self.high + self.low
    }

    /// A product that is as exact as `factor` is, to single precision of its lower part.
    pub(super) fn times(self, factor: f64) -> Self {
        two_sum(self.high * factor, self.low * factor)
    }
}

impl From<f64> for Double {
    fn from(high: f64) -> Self {
        Self { high, low: 0.0 }
    }
}

impl Add for Double {
    type Output = Self;
    fn add(self, other: Self) -> Self {
        let sum = two_sum(self.high, other.high);
        two_sum(sum.high, sum.low + (self.low + other.low))
    }
}

impl Sub for Double {
    type Output = Self;
    fn sub(self, other: Self) -> Self {
        self + Self { high: -other.high, low: -other.low }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn small_parts_are_not_lost() {
        let sum = (0..1000).fold(Double::from(1e16), |sum, _| sum + Double::from(0.25));
        assert_eq!(sum - Double::from(1e16), Double::from(250.0));
    }
}
