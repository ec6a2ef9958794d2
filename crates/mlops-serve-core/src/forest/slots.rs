use super::Real;

/// What a split does with values that are not to be compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Missing {
    /// NaN is compared as zero.
    NanIsZero,
    /// NaN goes left.
    NanLeft,
    /// NaN goes right.
    NanRight,
    /// NaN and zero go left.
    ZeroLeft,
    /// NaN and zero go right.
    ZeroRight,
}

/// A feature as the splits of one kind see it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Slot {
    pub(super) feature: u32,
    pub(super) missing: Missing,
}

impl Slot {
    /// What the splits compare: −∞ if the value goes left, NaN if it goes right, whatever
    /// the threshold.
    #[inline]
    pub(super) fn value<T: Real>(self, row: &impl Fn(usize) -> f64, zero: f64) -> T {
        let value = row(self.feature as usize);
        let value = if value.abs() <= zero { 0.0 } else { value };
        T::from_f64(match self.missing {
            Missing::NanIsZero if value.is_nan() => 0.0,
            Missing::NanLeft if value.is_nan() => f64::NEG_INFINITY,
            Missing::ZeroLeft if value.is_nan() || value == 0.0 => f64::NEG_INFINITY,
            Missing::ZeroRight if value == 0.0 => f64::NAN,
            _ => value,
        })
    }
}
