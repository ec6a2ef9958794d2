use serde::{Deserialize, Serialize};

/// The mean of the values so far; 0 before the first.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RunningMean {
    pub(super) mean: f64,
    pub(super) n: u64,
}

impl RunningMean {
    pub(super) fn add(&mut self, value: f64) {
        self.n += 1;
        // Divided before it is multiplied, as in River: where two sums are compared, the
        // last digit can decide.
        self.mean += (1.0 / self.n as f64) * (value - self.mean);
    }

    /// Whether values within 0 to 1, at most `most` of them, have such a mean.
    pub(super) fn is_sound(&self, most: u64) -> bool {
        self.n <= most && (0.0..=1.0).contains(&self.mean) && (self.n > 0 || self.mean == 0.0)
    }
}
