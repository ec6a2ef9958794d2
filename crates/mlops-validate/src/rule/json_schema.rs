//! JSON schemas, with the feature `json-schema`.

use std::sync::Arc;

use arrow_array::Array;
use arrow_buffer::BooleanBuffer;
use serde_json::Value;

use super::json_text::is_json;
use super::text::broken_by_only_text;
use super::{Mismatch, ValueRule};
use crate::error::shorten;

/// Values are JSON that a schema allows.
#[derive(Clone, Debug)]
pub(crate) struct FitsSchema {
    key: String,
    validator: Arc<jsonschema::Validator>,
}

impl FitsSchema {
    /// Compiles a schema.
    ///
    /// # Errors
    /// Why it is none.
    pub(crate) fn new(schema: &Value) -> Result<Self, String> {
        let validator = jsonschema::validator_for(schema).map_err(|error| error.to_string())?;
        Ok(Self { key: format!("JSON schema {schema}"), validator: Arc::new(validator) })
    }
}

impl ValueRule for FitsSchema {
    fn key(&self) -> String {
        self.key.clone()
    }

    fn broken(&self, values: &dyn Array) -> Result<BooleanBuffer, Mismatch> {
        broken_by_only_text(values, "a JSON schema", false, |text| {
            match serde_json::from_str::<Value>(text) {
                Ok(value) => Ok(self.validator.is_valid(&value)),
                // Python's JSON holds more than JSON does.
                Err(error) if is_json(text) => Err(Mismatch(format!(
                    "the value {:?} can't be held against a schema: {error}",
                    shorten(text)
                ))),
                Err(error) => Err(Mismatch(format!("the value {:?} is not JSON: {error}", shorten(text)))),
            }
        })
    }
}
