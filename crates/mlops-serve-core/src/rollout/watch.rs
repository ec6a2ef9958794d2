use mlops_core::{Interval, Timestamp};
use serde::{Deserialize, Serialize};

use super::wager::{Spread, Wager};

/// What a check knew at one moment.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Point {
    /// When.
    pub at: Timestamp,
    /// How many requests it rests on.
    pub n: u64,
    /// The mean of what was seen; 0 if nothing was.
    pub mean: f64,
    /// Between what the running mean lies: time-uniform, so that all points hold together.
    pub interval: Interval,
}

/// The mean of bounded observations, watched from both sides.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Watch {
    /// Observations lie within ± this.
    bound: f64,
    /// The chance of ever missing on one side.
    alpha: f64,
    sum: f64,
    above: Wager,
    /// The same of the observations with their sign changed.
    below: Wager,
    points: Vec<Point>,
}

impl Watch {
    /// For observations within ±`bound`. One side is sharpest where the mean meets `upper`,
    /// the other where it meets `lower`; each is wrong with a chance of at most `alpha`.
    pub(super) fn new((lower, upper): (f64, f64), bound: f64, alpha: f64, spread: Spread) -> Self {
        Self {
            bound,
            alpha,
            sum: 0.0,
            above: Wager::new(upper, -bound, spread),
            below: Wager::new(-lower, -bound, Spread::Steady),
            points: Vec::new(),
        }
    }

    pub(super) fn observe(&mut self, value: f64) {
        self.sum += value;
        self.above.observe(value);
        self.below.observe(-value);
    }

    /// Whether the interval lies above the upper limit now.
    pub(super) fn is_above(&self) -> bool {
        self.above.reaches(self.alpha)
    }

    /// Whether the interval lies below the lower limit now.
    pub(super) fn is_below(&self) -> bool {
        self.below.reaches(self.alpha)
    }

    /// How close it is to a stop from either side: 1 is reached when it stops.
    pub(super) fn closeness(&self) -> f64 {
        self.above.log_e_value().max(self.below.log_e_value()).max(0.0) / -self.alpha.ln()
    }

    /// The e-value against "the mean is at most the upper limit".
    pub(super) fn e_value_above(&self) -> f64 {
        self.above.log_e_value().exp()
    }

    pub(super) fn n(&self) -> u64 {
        self.above.n()
    }

    /// What is known now.
    pub(super) fn point(&self, at: Timestamp) -> Point {
        let n = self.n();
        let mean = if n == 0 { 0.0 } else { self.sum / n as f64 };
        let interval = Interval {
            level: 1.0 - 2.0 * self.alpha,
            lower: self.above.lower_bound(self.alpha, self.bound),
            upper: -self.below.lower_bound(self.alpha, self.bound),
        };
        Point { at, n, mean, interval }
    }

    /// Keeps a point of the course, instead of the last if that is of the same moment.
    pub(super) fn keep(&mut self, at: Timestamp) {
        let point = self.point(at);
        match self.points.last_mut() {
            Some(last) if last.at == at => *last = point,
            _ => self.points.push(point),
        }
    }

    /// Drops every other point, so that a course of any length stays short.
    pub(super) fn thin(&mut self) {
        let mut index = 0;
        self.points.retain(|_| {
            index += 1;
            index % 2 == 1
        });
    }

    pub(super) fn points(&self) -> &[Point] {
        &self.points
    }
}
