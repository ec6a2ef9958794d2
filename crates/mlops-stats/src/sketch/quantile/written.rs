//! A sketch as it is written, and what is refused when it is read.

use serde::{Deserialize, Serialize};

use super::{MAX_LEVELS, QuantileSketch};

/// What is written down.
#[derive(Clone, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Written {
    k: usize,
    count: u64,
    #[serde(skip_serializing_if = "Option::is_none", default)]
    range: Option<(f64, f64)>,
    over: u64,
    under: u64,
    levels: Vec<Vec<f64>>,
}

impl From<QuantileSketch> for Written {
    fn from(mut sketch: QuantileSketch) -> Self {
        if let Some(first) = sketch.levels.first_mut() {
            first.sort_unstable_by(f64::total_cmp);
        }
        let range = (sketch.count > 0).then_some((sketch.min, sketch.max));
        let QuantileSketch { k, count, levels, over, under, .. } = sketch;
        Self { k, count, range, over, under, levels }
    }
}

/// Only what such a sketch can be is read.
impl TryFrom<Written> for QuantileSketch {
    type Error = String;

    fn try_from(written: Written) -> std::result::Result<Self, String> {
        let mut sketch = Self::new(written.k).map_err(|error| error.to_string())?;
        if written.levels.len() > MAX_LEVELS {
            return Err(format!("a quantile sketch of {} levels", written.levels.len()));
        }
        let mut total = 0_u64;
        for (level, values) in written.levels.iter().enumerate() {
            if values.len() > written.k {
                return Err(format!("level {level} of a quantile sketch with {} values", values.len()));
            }
            if !values.is_sorted() || values.iter().any(|value| !value.is_finite()) {
                return Err(format!("level {level} of a quantile sketch is not in order"));
            }
            // At most 2²⁰ values of at most 2⁵⁵ each, 56 times: checked below.
            total = (values.len() as u64)
                .checked_mul(1 << level)
                .and_then(|weight| total.checked_add(weight))
                .ok_or("a quantile sketch of more values than can be counted")?;
        }
        if total != written.count || written.over.max(written.under) > written.count {
            return Err(format!("a quantile sketch of {} values with {total}", written.count));
        }
        match written.range {
            None if total == 0 => {}
            Some((min, max)) if total > 0 => {
                let kept = written.levels.iter().flatten();
                if !(min.is_finite() && max.is_finite()) || kept.into_iter().any(|v| *v < min || *v > max) {
                    return Err(format!("a quantile sketch with values outside {min} to {max}"));
                }
                (sketch.min, sketch.max) = (min, max);
            }
            _ => return Err("a quantile sketch whose range does not fit its values".to_owned()),
        }
        sketch.count = total;
        sketch.levels = written.levels;
        (sketch.over, sketch.under) = (written.over, written.under);
        Ok(sketch)
    }
}
