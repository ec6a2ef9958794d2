//! Rules about single values, as kernels over whole columns.

mod bounds;
mod judged;
mod members;

use std::fmt;

use arrow_array::Array;
use arrow_array::cast::AsArray;
use arrow_buffer::BooleanBuffer;
use arrow_schema::DataType;

pub(crate) use bounds::{Bound, Bounds};
pub(crate) use judged::Judged;
pub(crate) use members::{Members, constants, text};

use crate::table::through_dictionary;

/// A rule that looks at one value at a time.
pub trait ValueRule: fmt::Debug + Send + Sync + 'static {
    /// Two rules with the same key give the same answers; their work is shared.
    fn key(&self) -> String;

    /// Which rows break the rule. What is said of rows without a value is not looked at.
    /// Dictionary columns are taken care of: `values` is never one.
    ///
    /// # Errors
    /// [`Mismatch`] if the rule can't judge values of this type. It counts only if there
    /// is a value to judge.
    fn broken(&self, values: &dyn Array) -> Result<BooleanBuffer, Mismatch>;
}

/// Why a rule can't judge a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch(pub String);

impl Mismatch {
    pub(crate) fn new(rule: impl fmt::Display, data_type: &DataType) -> Self {
        Self(format!("{rule} can't be compared with values of type {data_type}"))
    }
}

/// Which rows of `array` break `rule`, dictionaries included.
pub(crate) fn broken_rows(rule: &dyn ValueRule, array: &dyn Array) -> Result<BooleanBuffer, Mismatch> {
    if let DataType::Dictionary(_, _) = array.data_type() {
        let of_values = broken_rows(rule, array.as_any_dictionary().values().as_ref())?;
        Ok(through_dictionary(array, &of_values))
    } else {
        rule.broken(array)
    }
}
