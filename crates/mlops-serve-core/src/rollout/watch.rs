use mlops_core::{Interval, Timestamp};
use mlops_stats::sequential::{BettingLowerBound, Stakes};
use serde::{Deserialize, Serialize};

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
    sum: f64,
    above: BettingLowerBound,
    /// The same of the observations with their sign changed.
    below: BettingLowerBound,
    points: Vec<Point>,
}

impl Watch {
    /// For observations within ±`bound`. One side is sharpest where the mean meets `upper`,
    /// the other where it meets `lower`; each is wrong with a chance of at most `alpha`.
    pub(super) fn new(
        (lower, upper): (f64, f64),
        bound: f64,
        alpha: f64,
        stakes: Stakes,
    ) -> Result<Self, mlops_stats::Error> {
        Ok(Self {
            sum: 0.0,
            above: BettingLowerBound::new(alpha, upper, (-bound, bound))?.with_stakes(stakes),
            below: BettingLowerBound::new(alpha, -lower, (-bound, bound))?,
            points: Vec::new(),
        })
    }

    /// Scores and labels were checked against their range, so that no observation is refused;
    /// one that were would count on neither side.
    pub(super) fn observe(&mut self, value: f64) {
        if self.above.observe(value).is_ok() && self.below.observe(-value).is_ok() {
            self.sum += value;
        }
    }

    /// Whether the interval lies above the upper limit now.
    pub(super) fn is_above(&self) -> bool {
        self.above.is_above()
    }

    /// Whether the interval lies below the lower limit now.
    pub(super) fn is_below(&self) -> bool {
        self.below.is_above()
    }

    /// How close it is to a stop from either side: 1 is reached when it stops.
    pub(super) fn closeness(&self) -> f64 {
        self.above.log_e_value().max(self.below.log_e_value()).max(0.0) / -self.above.alpha().ln()
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
            level: 1.0 - 2.0 * self.above.alpha(),
            lower: self.above.bound(),
            upper: -self.below.bound(),
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
