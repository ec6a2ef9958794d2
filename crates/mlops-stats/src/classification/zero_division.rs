use crate::{Error, Result};

/// What a metric that divides by 0 counts as: the precision of a class that was never
/// predicted, the recall of a class that no row has.
///
/// Whatever is chosen, a [`Measured`] answer says for which classes it was needed.
///
/// ```
/// use mlops_stats::classification::{Confusion, ZeroDivision};
/// let never_predicted = Confusion::new(0.0, 0.0, 5.0, 2.0);
/// assert!(never_predicted.precision().is_err());
/// let seen = ZeroDivision::Zero.decide(never_predicted.precision())?;
/// assert_eq!((seen.value, seen.undefined.len()), (0.0, 1));
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the choices of scikit-learn; another number is no rate")]
pub enum ZeroDivision {
    /// It has no value: left out of a mean, an error where nothing is left. NaN in scikit-learn.
    #[default]
    Undefined,
    /// It counts as 0, as scikit-learn does with a warning.
    Zero,
    /// It counts as 1.
    One,
}

impl ZeroDivision {
    /// The number that it stands for.
    pub const fn value(self) -> Option<f64> {
        match self {
            Self::Undefined => None,
            Self::Zero => Some(0.0),
            Self::One => Some(1.0),
        }
    }

    /// The value of a single metric, with the choice in place of "not defined".
    ///
    /// # Errors
    /// The error given, unless it is [`Error::Undefined`] and a number was chosen.
    pub fn decide(self, result: Result<f64>) -> Result<Measured> {
        match (result, self.value()) {
            (Ok(value), _) => Ok(Measured { value, undefined: Vec::new() }),
            (Err(Error::Undefined { .. }), Some(value)) => Ok(Measured { value, undefined: vec![0] }),
            (Err(error), _) => Err(error),
        }
    }
}

/// A metric over classes, and which of them had no value of their own.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
#[must_use]
pub struct Measured {
    /// The metric.
    pub value: f64,
    /// Classes, as positions in their list, that divided by 0 and that were counted as
    /// [`ZeroDivision`] says. Empty if the value hangs on no such choice.
    pub undefined: Vec<usize>,
}
