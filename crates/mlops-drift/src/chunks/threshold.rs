use serde::{Deserialize, Serialize};

use super::numpy;
use crate::{Error, Result};

/// What value of a chunk is unusual. The JSON is that of `NannyML`'s configuration.
///
/// ```
/// use mlops_drift::chunks::Threshold;
/// let constant: Threshold = serde_json::from_str(r#"{"type": "constant", "upper": 0.1}"#)?;
/// assert_eq!(constant, Threshold::Constant { lower: None, upper: Some(0.1) });
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Threshold {
    /// These values.
    Constant {
        /// Below it is unusual; `None` for no such limit.
        #[serde(default)]
        lower: Option<f64>,
        /// Above it is unusual; `None` for no such limit.
        #[serde(default)]
        upper: Option<f64>,
    },
    /// So many standard deviations (divided by n) of the reference's chunks from their mean.
    StandardDeviation {
        /// How many below the mean; `None` for no lower limit.
        #[serde(default = "three", rename = "std_lower_multiplier")]
        lower: Option<f64>,
        /// How many above the mean; `None` for no upper limit.
        #[serde(default = "three", rename = "std_upper_multiplier")]
        upper: Option<f64>,
    },
}

#[expect(clippy::unnecessary_wraps, reason = "the default of an option")]
fn three() -> Option<f64> {
    Some(3.0)
}

/// The two limits that a [`Threshold`] comes to; `None` where there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Thresholds {
    /// Below it is unusual.
    pub lower: Option<f64>,
    /// Above it is unusual.
    pub upper: Option<f64>,
}

/// What becomes of a limit that lies beyond what the statistic can reach.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Reach {
    pub(crate) lower: Option<f64>,
    pub(crate) upper: Option<f64>,
    /// Whether such a limit goes, or is moved to the end of the range.
    pub(crate) drop: bool,
}

impl Threshold {
    /// Refuses what no value can obey.
    pub(crate) fn check(&self) -> Result<()> {
        let refuse = |setting, value, expected| Err(Error::Setting { setting, value, expected });
        match *self {
            Self::Constant { lower: Some(lower), upper: Some(upper) } if lower >= upper => {
                refuse("lower", lower, "less than upper")
            }
            Self::Constant { lower, upper } => {
                match lower.into_iter().chain(upper).find(|value| value.is_nan()) {
                    Some(value) => refuse("threshold", value, "a number"),
                    None => Ok(()),
                }
            }
            Self::StandardDeviation { lower, upper } => {
                match lower.into_iter().chain(upper).find(|value| !(value.is_finite() && *value >= 0.0)) {
                    Some(value) => refuse("standard deviations", value, "at least 0"),
                    None => Ok(()),
                }
            }
        }
    }

    /// The limits for these values of the reference's chunks; a chunk without a value counts
    /// for nothing, and if none has one there are no limits.
    pub(crate) fn of(&self, values: &[Option<f64>], reach: Reach) -> Thresholds {
        let (lower, upper) = match *self {
            Self::Constant { lower, upper } => (lower, upper),
            Self::StandardDeviation { lower, upper } => {
                let present = values.iter().flatten().count();
                if present == 0 {
                    return Thresholds::default();
                }
                // A missing value adds nothing, but keeps its place in the order of the sum.
                let centre = numpy::sum(&each(values, |value| value)) / present as f64;
                let squares = each(values, |value| (value - centre) * (value - centre));
                let spread = (numpy::sum(&squares) / present as f64).sqrt();
                (lower.map(|times| centre - spread * times), upper.map(|times| centre + spread * times))
            }
        };
        let moved = |limit: f64, beyond: bool, end: Option<f64>| match end {
            Some(_) if beyond && reach.drop => None,
            Some(end) if beyond => Some(end),
            _ => Some(limit),
        };
        Thresholds {
            lower: lower.and_then(|l| moved(l, reach.lower.is_some_and(|end| l <= end), reach.lower)),
            upper: upper.and_then(|u| moved(u, reach.upper.is_some_and(|end| u >= end), reach.upper)),
        }
    }
}

fn each(values: &[Option<f64>], of: impl Fn(f64) -> f64) -> Vec<f64> {
    values.iter().map(|value| value.map_or(0.0, &of)).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    const SHARES: Reach = Reach { lower: Some(0.0), upper: Some(1.0), drop: false };

    #[test]
    fn limits_stay_within_reach() {
        let values = [Some(0.2), None, Some(0.6)];
        let three = Threshold::StandardDeviation { lower: Some(3.0), upper: Some(3.0) };
        assert_eq!(three.of(&values, SHARES), Thresholds { lower: Some(0.0), upper: Some(1.0) });
        assert_eq!(three.of(&values, Reach { drop: true, ..SHARES }), Thresholds::default());
        let one = Threshold::StandardDeviation { lower: None, upper: Some(1.0) };
        let found = one.of(&values, SHARES);
        assert!(found.lower.is_none() && (found.upper.unwrap() - 0.6).abs() < 1e-12);
        assert_eq!(three.of(&[None], SHARES), Thresholds::default());
    }

    #[test]
    fn a_threshold_nothing_can_obey_is_refused() {
        assert!(Threshold::Constant { lower: Some(1.0), upper: Some(1.0) }.check().is_err());
        assert!(Threshold::StandardDeviation { lower: Some(-1.0), upper: None }.check().is_err());
        assert!(Threshold::Constant { lower: None, upper: Some(f64::NAN) }.check().is_err());
    }
}
