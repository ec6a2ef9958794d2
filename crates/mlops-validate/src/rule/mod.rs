//! Rules about single values, as kernels over whole columns.

mod bounds;
mod date_text;
#[cfg(feature = "json-schema")]
mod json_schema;
mod json_text;
mod judged;
mod lengths;
mod like;
mod members;
mod pattern;
mod prepared;
mod records;
mod text;
mod types;

use std::fmt;

use arrow_array::cast::AsArray;
use arrow_array::{Array, BooleanArray, UInt64Array};
use arrow_buffer::{BooleanBuffer, BooleanBufferBuilder};
use arrow_schema::DataType;

pub(crate) use bounds::{Bound, Bounds};
pub(crate) use date_text::{IsDate, TimeFormat};
#[cfg(feature = "json-schema")]
pub(crate) use json_schema::FitsSchema;
pub(crate) use json_text::IsJson;
pub(crate) use judged::Judged;
pub(crate) use lengths::Lengths;
pub(crate) use like::{Like, LikePattern};
pub(crate) use members::{Members, constants, packed, text};
pub(crate) use pattern::{Matching, Pattern, Patterns};
pub(crate) use records::{Pairs, RecordRule, Side};
pub(crate) use types::{OfTypes, TypeName, type_name};

use crate::table::{Cell, through_dictionary};

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

    /// The rule for single values of a column of this type, which is no dictionary, with
    /// all that can be done beforehand done. Its answers are those of
    /// [`broken`](Self::broken) for values that are there; others are never asked about.
    /// `None`, the default, if single values shall become arrays for `broken`, which
    /// allocates.
    fn prepare(&self, data_type: &DataType) -> Option<Result<CellRule, Mismatch>> {
        let _ = data_type;
        None
    }
}

/// Whether a value breaks a rule.
pub type CellRule = Box<dyn Fn(&Cell<'_>) -> Result<bool, Mismatch> + Send + Sync>;

/// Why a rule can't judge a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Mismatch(pub String);

impl Mismatch {
    pub(crate) fn new(rule: impl fmt::Display, data_type: &DataType) -> Self {
        Self(format!("{rule} can't be compared with values of type {data_type}"))
    }
}

/// Which of the rows `considered` break a rule that gave a mismatch for all rows. It counts
/// only if it is met in one of them: a rule may fail on a single value that lies elsewhere.
pub(crate) fn broken_among(
    rule: &dyn ValueRule,
    array: &dyn Array,
    considered: Option<&BooleanBuffer>,
    mismatch: Mismatch,
) -> Result<BooleanBuffer, Mismatch> {
    let all = BooleanBuffer::new_set(array.len());
    let considered = considered.unwrap_or(&all);
    let filter = BooleanArray::new(considered.clone(), None);
    let Ok(chosen) = arrow_select::filter::filter(array, &filter) else { return Err(mismatch) };
    let broken = match chosen.data_type() {
        // Only those values of the dictionary that the rows name.
        DataType::Dictionary(_, _) => {
            let dictionary = chosen.as_any_dictionary();
            let keys = dictionary.normalized_keys();
            let keys: UInt64Array = keys.into_iter().map(|key| key as u64).collect();
            match arrow_select::take::take(dictionary.values(), &keys, None) {
                Ok(values) => broken_rows(rule, values.as_ref())?,
                Err(_) => return Err(mismatch),
            }
        }
        _ => broken_rows(rule, chosen.as_ref())?,
    };
    let mut among = BooleanBufferBuilder::new(array.len());
    among.append_n(array.len(), false);
    for (at, row) in considered.set_indices().enumerate() {
        among.set_bit(row, broken.value(at));
    }
    Ok(among.finish())
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
