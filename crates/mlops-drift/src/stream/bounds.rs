//! What settings and saved states may hold.

use std::ops::RangeBounds;

use crate::{Error, Result};

/// The largest number of values that a detector counts: one a nanosecond takes 104 days. A
/// count from a file that is below never overflows afterwards.
pub(crate) const MOST: u64 = 1 << 53;

/// Whether a setting is within its range; NaN never is.
pub(crate) fn setting(
    setting: &'static str,
    value: f64,
    range: impl RangeBounds<f64>,
    expected: &'static str,
) -> Result<()> {
    if range.contains(&value) { Ok(()) } else { Err(Error::Setting { setting, value, expected }) }
}

/// Whether a setting in the unit of the values is one: as large as a value at most, so that
/// sums stay numbers.
pub(crate) fn at_least_0(name: &'static str, value: f64) -> Result<()> {
    setting(name, value, 0.0..=1e140, "within 0 to 1e140")
}

/// What is wrong with numbers that were saved: the first that is outside its range.
pub(crate) fn outside(numbers: &[(&str, f64, f64, f64)]) -> Option<String> {
    let (name, value, least, most) =
        numbers.iter().find(|(_, value, least, most)| !(least..=most).contains(&value))?;
    Some(format!("{name} is {value}, expected within {least} to {most}"))
}
