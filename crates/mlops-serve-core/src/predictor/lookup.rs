use std::fmt::Debug;

use mlops_core::Timestamp;

use super::{FieldValue, Request};

/// Where the inputs of models come from: a feature store, or the request itself.
///
/// One look-up serves all versions of a route: each takes its inputs from it by name, so a
/// version on trial may use some that the version in production does not.
///
/// # Contract
/// - [`names`](Self::names) never changes, and no name stands there twice.
/// - [`look_up`](Self::look_up) gives what was known at the decision moment, never later
///   knowledge, in the order of the names.
/// - What is not known stays NaN, as it is found in `inputs`: it is an answer, not an error.
/// - It blocks no longer than the callers of the service are willing to wait.
pub trait FeatureLookup: Debug + Send + Sync {
    /// The inputs that it gives, in its order.
    fn names(&self) -> &[String];

    /// Fills `inputs`, which has one place, NaN, for each name.
    ///
    /// # Errors
    /// [`LookupError`] if it can't be found out: no version can answer then, only the
    /// constant of the route.
    fn look_up(&self, request: &Request<'_>, at: Timestamp, inputs: &mut [f64]) -> Result<(), LookupError>;
}

/// Why inputs could not be looked up.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum LookupError {
    /// The store did not answer. The same request may succeed later.
    #[error("{store} is unavailable")]
    Unavailable {
        /// Which store.
        store: String,
        /// Why.
        #[source]
        source: Box<dyn std::error::Error + Send + Sync>,
    },
    /// A field of the request is no key or input. Fix the request.
    #[error("field {field:?} is {value}, expected {expected}")]
    Field {
        /// The field.
        field: String,
        /// What it held.
        value: String,
        /// What would have been right.
        expected: &'static str,
    },
    /// The look-up itself is broken. Report it; repeating does not help.
    #[error("the look-up failed: {reason}")]
    Broken {
        /// What happened.
        reason: String,
    },
}

impl LookupError {
    /// Whether the same request may succeed later.
    pub const fn is_transient(&self) -> bool {
        matches!(self, Self::Unavailable { .. })
    }

    /// The error in the words of the metric label `error_type`.
    pub const fn kind(&self) -> &'static str {
        match self {
            Self::Unavailable { .. } => "lookup_unavailable",
            Self::Field { .. } => "lookup_field",
            Self::Broken { .. } => "lookup_broken",
        }
    }
}

/// All inputs are fields of the request, by name: for services without a feature store.
///
/// A field that the request lacks is missing; yes is 1, no is 0. Cost: a comparison a
/// feature if the request's fields begin with them in this order, a search of the fields
/// a feature if not.
#[derive(Clone, Debug)]
pub struct RequestLookup {
    names: Vec<String>,
}

impl RequestLookup {
    /// The fields that are inputs; the order of the model is the quickest.
    pub fn new<S: Into<String>>(names: impl IntoIterator<Item = S>) -> Self {
        Self { names: names.into_iter().map(Into::into).collect() }
    }
}

impl FeatureLookup for RequestLookup {
    fn names(&self) -> &[String] {
        &self.names
    }

    fn look_up(&self, request: &Request<'_>, _at: Timestamp, inputs: &mut [f64]) -> Result<(), LookupError> {
        let in_order = self.names.len() <= request.fields().len()
            && self.names.iter().zip(request.fields()).all(|(name, (field, _))| name == field);
        for (position, (name, input)) in self.names.iter().zip(inputs).enumerate() {
            let value = if in_order { request.fields()[position].1 } else { request.field(name) };
            *input = match value {
                FieldValue::Text(text) => {
                    return Err(LookupError::Field {
                        field: name.clone(),
                        value: crate::error::excerpt(text),
                        expected: "a number",
                    });
                }
                value => value.as_number().unwrap_or(f64::NAN),
            };
        }
        Ok(())
    }
}
