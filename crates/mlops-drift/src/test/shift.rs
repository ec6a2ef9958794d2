use mlops_stats::distance::{wasserstein, wasserstein_estimate};
use mlops_stats::interval::{Interval, wilson};
use mlops_stats::two_sample::{KolmogorovSmirnov, Sample};

use super::{Direction, DriftTest, Measurement, Pair};
use crate::{Error, Result};

/// Up to this many pairs of values the p-value is exact; beyond, the limit is close enough.
const EXACT_PAIRS: usize = 1_000_000;
/// How sure the interval of the effect is.
const LEVEL: f64 = 0.95;

/// The default for numbers: how far the values have moved on average, in standard
/// deviations of the reference, with the p-value of Kolmogorov and Smirnov.
///
/// A reference that was constant has no standard deviation: there the effect is the share
/// of the current values that differ from the constant.
///
/// # Source
/// Effect: Wasserstein-1 distance ([`mlops_stats::distance::wasserstein_normed`]); the
/// default limit 0.2 is a *small* effect in Cohen, *Statistical Power Analysis for the
/// Behavioral Sciences* (1988). Interval: [`wasserstein_estimate`] of the distance, with the
/// reference's deviation taken as it is; where nothing has changed it lies too high, as the
/// effect itself does. p-value: [`KolmogorovSmirnov`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct ShiftTest {
    /// From this effect on a shift matters.
    pub limit: f64,
}

impl ShiftTest {
    /// The name of this rule.
    pub const NAME: &'static str = "shift";

    /// A test with a limit in standard deviations of the reference.
    pub const fn new(limit: f64) -> Self {
        Self { limit }
    }
}

impl DriftTest for ShiftTest {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn compare(&self, pair: &Pair<'_>) -> Result<Measurement> {
        let Pair::Numbers { reference, current } = pair else {
            return Err(Error::undefined(Self::NAME, "categories can not be shifted"));
        };
        let undefined = |error: mlops_stats::Error| Error::undefined(Self::NAME, error.to_string());
        let ks = KolmogorovSmirnov::of(reference, current);
        let few = reference.len().saturating_mul(current.len()) <= EXACT_PAIRS;
        let p_value = if few { ks.p_exact() } else { ks.p_limit().map_err(undefined)? };
        let deviation = reference.standard_deviation();
        if !deviation.is_finite() {
            return Err(Error::undefined(
                Self::NAME,
                "the standard deviation of the reference is not finite",
            ));
        }
        let measurement = if reference.min() < reference.max() {
            if deviation <= 0.0 {
                let reason = "the reference varies by less than numbers can tell";
                return Err(Error::undefined(Self::NAME, reason));
            }
            let (distance, interval) = match wasserstein_estimate(reference, current) {
                Ok(moved) => (moved.distance, Some(moved.interval(LEVEL).map_err(undefined)?)),
                // Of a single value nobody knows how it varies; how far it is away is known.
                Err(_) => (wasserstein(reference, current).map_err(undefined)?, None),
            };
            let unit = "reference standard deviations";
            let effect = distance / deviation;
            if !effect.is_finite() {
                return Err(Error::undefined(Self::NAME, "the values have moved too far for a number"));
            }
            let mut found = Measurement::new(effect, unit, self.limit);
            found.interval = interval.map(|ends| Interval {
                lower: ends.lower / deviation,
                upper: ends.upper / deviation,
                ..ends
            });
            found.direction = direction(reference, current, distance);
            found
        } else {
            let constant = reference.min();
            let values = current.values();
            let below = values.partition_point(|value| *value < constant);
            let same = values.partition_point(|value| *value <= constant) - below;
            let differ = (current.len() - same) as f64 / current.len() as f64;
            let mut found = Measurement::new(differ, "of the values differ from the constant", self.limit);
            found.interval = wilson((current.len() - same) as u64, current.len() as u64, LEVEL).ok();
            found
        };
        Ok(measurement.p_value(p_value))
    }
}

/// The mean tells where the values went unless most of the movement goes both ways.
fn direction(reference: &Sample, current: &Sample, distance: f64) -> Option<Direction> {
    let mean = current.mean() - reference.mean();
    if distance == 0.0 {
        None
    } else if mean.abs() >= distance * 0.5 {
        Some(if mean > 0.0 { Direction::Up } else { Direction::Down })
    } else if current.standard_deviation() > reference.standard_deviation() {
        Some(Direction::Wider)
    } else {
        Some(Direction::Narrower)
    }
}
