use std::fmt;

use mlops_stats::interval::Interval;
use serde::{Deserialize, Serialize};

use crate::report::{ColumnDrift, Comparison, Magnitude};
use crate::{Decision, Measurement};

/// Which of the two is not what it was, beyond chance.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Moved {
    /// Neither.
    #[default]
    Nothing,
    /// The vectors lie elsewhere.
    Centroid,
    /// They lie otherwise around their centroid: wider, in other directions, in clusters.
    Shape,
    /// Both.
    Both,
}

impl fmt::Display for Moved {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(match self {
            Self::Nothing => "nothing",
            Self::Centroid => "centroid",
            Self::Shape => "shape",
            Self::Both => "centroid and shape",
        })
    }
}

/// What became of the vectors.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VectorDrift {
    /// Where they went.
    pub centroid: CentroidDrift,
    /// How they lie around their centroid.
    pub shape: ShapeDrift,
    /// Which of the two is not what it was, beyond chance.
    pub moved: Moved,
    /// How much it matters: the larger of the two.
    pub magnitude: Magnitude,
    /// The answer in words.
    pub reason: String,
}

/// Where the vectors went.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct CentroidDrift {
    /// How far apart the centroids are (Euclidean).
    pub distance: f64,
    /// How far apart chance alone puts them, as a root mean square.
    pub by_chance: f64,
    /// How far they are beyond chance, in spreads of the reference.
    pub effect: f64,
    /// Between what the effect lies.
    pub interval: Interval,
    /// The cosine of the angle between the centroids; `None` if one of them is 0, or
    /// too long for a number.
    pub cosine: Option<f64>,
    /// How likely so large a distance is if the sides do not differ: the share of mixings that
    /// put the centroids at least as far apart.
    pub p_value: f64,
    /// The same, given that the shape is looked at too (Holm).
    pub adjusted_p_value: f64,
    /// From which effect on it matters, at the least it may be.
    pub limit: f64,
    /// How much it matters.
    pub magnitude: Magnitude,
}

/// How the vectors lie around their centroid, wherever that is.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ShapeDrift {
    /// Maximum mean discrepancy, squared, of the vectors as seen from the centroid of their side:
    /// 0 to 2, unbiased but for that centroid, and so a little below 0 if nothing differs.
    pub discrepancy: f64,
    /// How likely so large a discrepancy is if the shape does not differ.
    pub p_value: f64,
    /// The same, given that the centroid is looked at too (Holm).
    pub adjusted_p_value: f64,
    /// From which discrepancy on it matters.
    pub limit: f64,
    /// How much it matters.
    pub magnitude: Magnitude,
    /// How many vectors of the reference were looked at for it.
    pub reference_rows: usize,
    /// How many current ones.
    pub current_rows: usize,
}

impl VectorDrift {
    pub(super) fn of(centroid: CentroidDrift, shape: ShapeDrift) -> Self {
        let is = |magnitude| magnitude != Magnitude::None;
        let moved = match (is(centroid.magnitude), is(shape.magnitude)) {
            (false, false) => Moved::Nothing,
            (true, false) => Moved::Centroid,
            (false, true) => Moved::Shape,
            (true, true) => Moved::Both,
        };
        let words = if is(centroid.magnitude) { "the centroid moved" } else { "the centroid stayed" };
        let otherwise =
            if is(shape.magnitude) { "another shape around it" } else { "the same shape around it" };
        let (effect, Interval { lower, upper, .. }) = (centroid.effect, centroid.interval);
        let reason = format!(
            "{words}: {effect:.2} spreads of the reference beyond chance, between {lower:.2} and {upper:.2}; \
             {otherwise}: discrepancy {:.4}",
            shape.discrepancy
        );
        let magnitude = centroid.magnitude.max(shape.magnitude);
        Self { centroid, shape, moved, magnitude, reason }
    }

    /// The answer as a row of a report: of centroid and shape the one that matters more, and of
    /// two that matter alike the centroid.
    #[must_use]
    pub fn as_column(&self, name: impl Into<String>) -> ColumnDrift {
        let measured = if self.shape.magnitude > self.centroid.magnitude {
            let ShapeDrift { discrepancy, limit, p_value, .. } = self.shape;
            Measurement::new(discrepancy, "of discrepancy", limit).p_value(p_value).named("mmd")
        } else {
            let CentroidDrift { interval, limit, p_value, magnitude, .. } = self.centroid;
            let least = if magnitude == Magnitude::None { 0.0 } else { interval.lower };
            Measurement::new(least, "spreads of the reference, at the least", limit)
                .p_value(p_value)
                .within(interval)
                .named("centroid")
        };
        let measured = measured.decided_by(Decision::EffectAtLeast);
        let mut judged = Comparison::new("", measured.clone());
        judged.magnitude = self.magnitude;
        ColumnDrift::found(name, measured, self.reason.clone()).decided_by(judged)
    }
}
