use super::buckets::{BATCH, Bucket};

/// What is known of all values of a window together.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Sums {
    /// How many they are: a whole number, kept as what is reckoned with.
    pub(super) width: f64,
    pub(super) total: f64,
    /// Sum of the squared deviations from their mean.
    pub(super) variance: f64,
}

impl Sums {
    pub(super) const NOTHING: Self = Self { width: 0.0, total: 0.0, variance: 0.0 };

    /// With these values added, no more than a batch, each as if it came alone.
    pub(super) fn with(self, values: &[f64]) -> Self {
        // The same code, but for a length that the compiler knows.
        if values.len() == BATCH { self.add(&values[..BATCH]) } else { self.add(values) }
    }

    #[expect(clippy::inline_always, reason = "by itself it would not know the length")]
    #[inline(always)]
    fn add(self, values: &[f64]) -> Self {
        let Self { width, mut total, mut variance } = self;
        // Step by step over all of them, so that divisions need not wait for one another.
        let (mut widths, mut parts) = ([0.0; BATCH], [0.0; BATCH]);
        for (place, (before, _)) in widths.iter_mut().zip(values).enumerate() {
            *before = width + place as f64;
        }
        for (sum, value) in parts.iter_mut().zip(values) {
            *sum = total;
            total += value;
        }
        for ((before, part), value) in widths.iter().zip(&mut parts).zip(values) {
            let difference = value - *part / before;
            *part = before * difference * difference / (before + 1.0);
        }
        if self.width == 0.0 {
            // There was no mean to differ from.
            parts[0] = 0.0;
        }
        for (part, _) in parts.iter().zip(values) {
            variance += part;
        }
        Self { width: width + values.len() as f64, total, variance }
    }

    /// Without a bucket of so many of the values.
    pub(super) fn without(self, bucket: Bucket, size: f64) -> Self {
        let (width, total) = (self.width - size, self.total - bucket.total);
        let difference = bucket.total / size - total / width.max(1.0);
        let between = size * width * difference * difference / (size + width);
        Self { width, total, variance: self.variance - (bucket.variance + between) }
    }
}
