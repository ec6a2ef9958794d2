use crate::distribution::{normal_isf, normal_sf};
use crate::sum::sum;
use crate::{Error, Result};

/// Which interval is made of the draws of a bootstrap.
///
/// # Source
/// Efron and Tibshirani, *An Introduction to the Bootstrap* (1993), chapters 13 and 14;
/// ends as `scipy.stats.bootstrap` (1.17).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum IntervalKind {
    /// Quantiles of the draws.
    #[default]
    Percentile,
    /// The value, less what the draws exceed it by. It may leave the range of the
    /// statistic.
    Basic,
    /// Quantiles of the draws, moved by the median's bias and by how fast the spread grows
    /// with the value (`BCa`). The statistic is also computed with each block left out: `b`
    /// times more.
    ///
    /// Draws without variance have the value itself for both ends, where `SciPy` answers
    /// NaN. Not defined if the value is outside all draws, or leaving out blocks changes nothing.
    BiasCorrectedAccelerated,
}

/// Both ends of the interval; `drawn` is sorted, `without` is the statistic with each block left out.
pub(super) fn ends(
    kind: IntervalKind,
    what: &'static str,
    value: f64,
    drawn: &[f64],
    level: f64,
    without: impl FnOnce() -> Vec<Option<f64>>,
) -> Result<(f64, f64)> {
    let tail = 0.5 * (1.0 - level);
    let percentile = (linear_quantile(drawn, tail), linear_quantile(drawn, 1.0 - tail));
    match kind {
        IntervalKind::Percentile => Ok(percentile),
        IntervalKind::Basic => Ok((2.0 * value - percentile.1, 2.0 * value - percentile.0)),
        IntervalKind::BiasCorrectedAccelerated => {
            let (smallest, largest) = (drawn[0], drawn[drawn.len() - 1]);
            if smallest >= largest && smallest.total_cmp(&value).is_eq() {
                return Ok((value, value));
            }
            let below = drawn.partition_point(|draw| *draw < value);
            let up_to = drawn.partition_point(|draw| *draw <= value);
            let share = (below + up_to) as f64 / (2 * drawn.len()) as f64;
            if share <= 0.0 || share >= 1.0 {
                return Err(Error::undefined(what, "its value is outside of all draws: no BCa interval"));
            }
            let bias = -normal_isf(share);
            let acceleration = acceleration(what, without())?;
            let moved = |z: f64| {
                let from = bias + z;
                1.0 - normal_sf(bias + from / (1.0 - acceleration * from))
            };
            let z = normal_isf(tail);
            Ok((linear_quantile(drawn, moved(-z)), linear_quantile(drawn, moved(z))))
        }
    }
}

/// A sixth of the skewness of the values without each block.
fn acceleration(what: &'static str, without: Vec<Option<f64>>) -> Result<f64> {
    let without: Option<Vec<f64>> = without.into_iter().collect();
    let without =
        without.ok_or_else(|| Error::undefined(what, "it has no value without one of the blocks"))?;
    let mean = sum(without.iter().copied()) / without.len() as f64;
    let cubes = sum(without.iter().map(|value| (mean - value).powi(3)));
    let squares = sum(without.iter().map(|value| (mean - value).powi(2)));
    let acceleration = cubes / (6.0 * squares.powf(1.5));
    if acceleration.is_finite() {
        Ok(acceleration)
    } else {
        Err(Error::undefined(what, "leaving out blocks changes nothing: no BCa interval"))
    }
}

/// The value at `share` of the way through sorted values, linear between two of them.
fn linear_quantile(sorted: &[f64], share: f64) -> f64 {
    let position = share.clamp(0.0, 1.0) * (sorted.len() - 1) as f64;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within 0..len")]
    let below = (position.floor() as usize).min(sorted.len() - 1);
    let above = (below + 1).min(sorted.len() - 1);
    sorted[below] + (position - below as f64) * (sorted[above] - sorted[below])
}

#[cfg(test)]
mod tests;
