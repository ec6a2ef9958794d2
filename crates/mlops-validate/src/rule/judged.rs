use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowDictionaryKeyType, Int8Type, Int16Type, Int32Type, UInt8Type, UInt16Type, UInt32Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_buffer::{ArrowNativeType, BooleanBuffer};
use arrow_schema::DataType;

use super::{Mismatch, ValueRule, broken_rows};
use crate::table::{same_values, through_dictionary};

/// The answers of a rule for the values of a dictionary, which the batches of a source
/// share: each value is judged once a dictionary, not once a batch.
#[derive(Default)]
pub(crate) struct Judged {
    dictionary: Option<(ArrayRef, BooleanBuffer, bool)>,
}

impl Judged {
    /// Which rows break the rule; `None` if none does. What is said of rows without a
    /// value is not to be looked at.
    pub(crate) fn broken(
        &mut self,
        rule: &dyn ValueRule,
        array: &ArrayRef,
    ) -> Result<Option<BooleanBuffer>, Mismatch> {
        if !matches!(array.data_type(), DataType::Dictionary(_, _)) {
            return rule.broken(array.as_ref()).map(Some);
        }
        let values = array.as_any_dictionary().values();
        let is_known = self.dictionary.as_ref().is_some_and(|(known, _, _)| same_values(known, values));
        if !is_known {
            let broken = broken_rows(rule, values.as_ref())?;
            let any = broken.count_set_bits() > 0;
            self.dictionary = Some((ArrayRef::clone(values), broken, any));
        }
        let Some((_, broken, true)) = &self.dictionary else { return Ok(None) };
        Ok(Some(of_rows(array.as_ref(), broken)))
    }
}

/// The answers for rows from those for the values of their dictionary.
fn of_rows(array: &dyn Array, of_values: &BooleanBuffer) -> BooleanBuffer {
    fn gather<K: ArrowDictionaryKeyType>(array: &dyn Array, of_values: &BooleanBuffer) -> BooleanBuffer {
        let keys = array.as_dictionary::<K>().keys().values();
        // The key of a row without a value may be any number.
        let last = of_values.len().saturating_sub(1);
        BooleanBuffer::collect_bool(keys.len(), |row| of_values.value(keys[row].as_usize().min(last)))
    }
    if of_values.is_empty() {
        return BooleanBuffer::new_unset(array.len());
    }
    match array.data_type() {
        DataType::Dictionary(key, _) => match key.as_ref() {
            DataType::Int8 => gather::<Int8Type>(array, of_values),
            DataType::Int16 => gather::<Int16Type>(array, of_values),
            DataType::Int32 => gather::<Int32Type>(array, of_values),
            DataType::UInt8 => gather::<UInt8Type>(array, of_values),
            DataType::UInt16 => gather::<UInt16Type>(array, of_values),
            DataType::UInt32 => gather::<UInt32Type>(array, of_values),
            _ => through_dictionary(array, of_values),
        },
        _ => through_dictionary(array, of_values),
    }
}
