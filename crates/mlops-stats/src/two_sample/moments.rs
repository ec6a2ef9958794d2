//! Mean and spread of a slice, without what rounding and overflow would do to them.

use crate::sum::sum;

/// The mean, and how far the values are from it.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Moments {
    pub(super) mean: f64,
    /// `Σ (x − mean)²`; exactly 0 if all values are the same.
    pub(super) squares: f64,
}

impl Moments {
    /// Of at least one finite value, each below about 1e150 in size.
    ///
    /// # Source
    /// Chan, Golub and `LeVeque`, *Algorithms for computing the sample variance* (1983): two
    /// passes with a correction for the rounding of the mean.
    pub(super) fn of(values: impl Iterator<Item = f64> + Clone) -> Self {
        let mut count = 0_usize;
        let (low, high) = values.clone().fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
            count += 1;
            (low.min(value), high.max(value))
        });
        if high <= low {
            return Self { mean: low, squares: 0.0 };
        }
        let mean = sum(values.clone()) / count as f64;
        let squares = sum(values.clone().map(|value| (value - mean) * (value - mean)));
        let rest = sum(values.map(|value| value - mean));
        Self { mean, squares: squares - rest * (rest / count as f64) }
    }
}

/// The power of two by which values are divided so that the squares of the finite ones
/// neither overflow nor vanish; 1 for values of ordinary size.
pub(super) fn common_scale<'a>(samples: impl Iterator<Item = &'a [f64]>) -> f64 {
    let finite = samples.flatten().filter(|value| value.is_finite());
    let largest = finite.fold(0.0_f64, |largest, value| largest.max(value.abs()));
    if largest == 0.0 || (1e-70..1e70).contains(&largest) {
        return 1.0;
    }
    // The exponent of its leading bit; dividing by a power of two loses nothing.
    let exponent = largest.log2().floor().clamp(-1000.0, 1000.0);
    exponent.exp2()
}
