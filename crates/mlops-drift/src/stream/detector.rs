use std::fmt::Debug;

use super::{Reading, Status};
use crate::{Error, Result};

/// Something that watches a stream, value by value.
///
/// # Contract
/// - Memory is bounded by the settings, or grows with the logarithm of the stream.
/// - A value that is refused leaves everything as it was.
/// - After [`Status::Drift`] the next value is the first of a new course, as if after
///   [`reset`](Self::reset), save for what the method itself keeps (ADWIN's window).
/// - The same values give the same answers, also over a state that was saved between them.
pub trait StreamDetector: Debug + Send + Sync {
    /// What it is called, such as `ADWIN`.
    fn name(&self) -> &'static str;

    /// Says whether it can take this value next; [`update`](Self::update) refuses what this does.
    ///
    /// # Errors
    /// [`Error::Input`] if the value is NaN, infinite, beyond ±1e140, or not what it takes.
    fn admits(&self, value: f64) -> Result<()>;

    /// Takes the next value.
    ///
    /// # Errors
    /// Those of [`admits`](Self::admits); nothing has changed then.
    fn update(&mut self, value: f64) -> Result<Status>;

    /// What the latest value came to; [`Status::Stable`] before the first.
    fn status(&self) -> Status;

    /// What it looks at, after the latest value.
    fn reading(&self) -> Reading;

    /// How many values it has taken since it last began anew.
    fn observations(&self) -> u64;

    /// Forgets all but its settings.
    fn reset(&mut self);

    /// Takes whether the next prediction was wrong: as 1 if it was, or, where a method counts
    /// the right ones, as 0.
    ///
    /// # Errors
    /// As [`update`](Self::update).
    fn update_error(&mut self, wrong: bool) -> Result<Status> {
        self.update(f64::from(u8::from(wrong)))
    }
}

/// A state that was read from somewhere may be none that values lead to.
pub(crate) trait Sound {
    /// What is wrong with it, if anything.
    fn damage(&self) -> Option<String>;
}

/// The largest size of a value: the squares of a hundred million of them are still a number
/// when added up.
const LARGEST: f64 = 1e140;

/// Whether a value is a finite number that sums can be made of.
#[inline]
pub(crate) fn is_finite(value: f64) -> bool {
    value.abs() <= LARGEST
}

/// Refuses a value unless it can be reckoned with; `place` is how many were taken before.
#[inline]
pub(crate) fn finite(place: u64, value: f64) -> Result<()> {
    if is_finite(value) {
        return Ok(());
    }
    Err(refused(place, value, "a finite number within ±1e140"))
}

/// Refuses a value unless it says right or wrong; `place` is how many were taken before.
#[expect(clippy::float_cmp, reason = "1 and nothing near it")]
#[inline]
pub(crate) fn bit(place: u64, value: f64) -> Result<()> {
    if value == 0.0 || value == 1.0 {
        return Ok(());
    }
    Err(refused(place, value, "1 for wrong or 0 for right"))
}

/// Refuses a value unless it lies within 0 to 1; `place` is how many were taken before.
#[inline]
pub(crate) fn share(place: u64, value: f64) -> Result<()> {
    if (0.0..=1.0).contains(&value) {
        return Ok(());
    }
    Err(refused(place, value, "within 0 to 1"))
}

/// The error for a value that can't be taken; `place` is how many were taken before. Apart from
/// the checks, so that they are small enough to stand where they are asked for.
#[cold]
pub(crate) fn refused(place: u64, value: f64, expected: &str) -> Error {
    Error::input(format!("value {place} of the stream"), value.to_string(), expected)
}
