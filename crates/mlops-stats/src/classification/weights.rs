use crate::error::all_finite;
use crate::{Error, Result};

/// Refuses weights that are not finite, and weights that are all 0.
pub(super) fn some_weight(weights: &[f64]) -> Result<()> {
    all_finite("weights", weights)?;
    if weights.iter().all(|weight| *weight == 0.0) {
        let expected = "at least 1 that is not 0".to_owned();
        return Err(Error::Shape { what: "weights", found: 0, expected });
    }
    Ok(())
}
