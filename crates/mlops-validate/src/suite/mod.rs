//! Suites: expectations with a name, as Great Expectations keeps them in JSON.

mod json;
mod parameters;
mod row;
mod validator;

use std::sync::Arc;

use arrow_array::RecordBatch;
use mlops_core::Severity;
use serde_json::{Map, Value};

pub use row::{RowBreak, RowRules};
pub(crate) use validator::OnProgress;
pub use validator::{Compiled, Part, Progress, Validator};

use crate::Result;
use crate::expectation::{Catalog, Expectation};
use crate::result::ValidationResult;

/// Expectations that belong together.
///
/// ```
/// use mlops_validate::Suite;
/// use mlops_validate::expectation::{ValuesBetween, ValuesUnique};
///
/// let suite = Suite::new("flights")
///     .expect(ValuesUnique::new("id"))
///     .expect(ValuesBetween::new("distance").above(0));
/// assert_eq!(suite.entries().len(), 2);
/// assert_eq!(Suite::from_json(&suite.to_json().to_string())?.to_json(), suite.to_json());
/// # Ok::<(), mlops_validate::Error>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct Suite {
    name: String,
    entries: Vec<SuiteEntry>,
    /// What else the file holds: `id`, `meta`, `notes`.
    rest: Map<String, Value>,
    /// The values of its parameters.
    parameters: Map<String, Value>,
}

/// An expectation of a suite, and what the suite says of it.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SuiteEntry {
    /// The expectation.
    pub expectation: Arc<dyn Expectation>,
    /// How much it matters if it does not hold.
    pub severity: Severity,
    /// Its id in Great Expectations' store.
    pub id: Option<String>,
    /// What people noted, kept as it is.
    pub meta: Map<String, Value>,
    /// Other fields, kept as they are: `notes`, `description`.
    pub rest: Map<String, Value>,
    /// Parameters that every expectation may have and that change no answer here:
    /// `batch_id`, `catch_exceptions`.
    pub passed_on: Map<String, Value>,
    /// What it was before the suite's parameters had values, if it names any.
    unbound: Option<parameters::Unbound>,
}

impl SuiteEntry {
    /// An expectation that blocks, without notes.
    pub fn new(expectation: impl Expectation + 'static) -> Self {
        Self::from_arc(Arc::new(expectation))
    }

    pub(crate) fn from_arc(expectation: Arc<dyn Expectation>) -> Self {
        Self {
            expectation,
            severity: Severity::Critical,
            id: None,
            meta: Map::new(),
            rest: Map::new(),
            passed_on: Map::new(),
            unbound: None,
        }
    }

    /// How much it matters if it does not hold.
    #[must_use]
    pub fn severity(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// A note.
    #[must_use]
    pub fn meta(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.meta.insert(name.into(), value.into());
        self
    }

    /// As Great Expectations 1.x writes it.
    pub fn to_json(&self) -> Value {
        json::write_entry(self)
    }
}

impl<E: Expectation + 'static> From<E> for SuiteEntry {
    fn from(expectation: E) -> Self {
        Self::new(expectation)
    }
}

impl Suite {
    /// A suite without expectations.
    pub fn new(name: impl Into<String>) -> Self {
        Self { name: name.into(), entries: Vec::new(), rest: Map::new(), parameters: Map::new() }
    }

    /// Adds an expectation, or an entry with severity and notes.
    pub fn expect(mut self, entry: impl Into<SuiteEntry>) -> Self {
        self.entries.push(entry.into());
        self
    }

    /// Reads a suite as Great Expectations 1.x or 0.18 writes it.
    ///
    /// # Errors
    /// [`Error::Parse`](crate::Error::Parse) if the text is not JSON,
    /// [`Error::Invalid`](crate::Error::Invalid) if a part of it is not what it has to be,
    /// [`Error::UnknownExpectation`](crate::Error::UnknownExpectation) for an expectation
    /// that there is none of.
    pub fn from_json(text: &str) -> Result<Self> {
        Self::from_json_with(text, &Catalog::default())
    }

    /// Reads a suite that may name expectations of your own.
    ///
    /// # Errors
    /// As [`from_json`](Self::from_json).
    pub fn from_json_with(text: &str, catalog: &Catalog) -> Result<Self> {
        json::read(text, catalog)
    }

    /// Gives values to the parameters that the suite names with
    /// `{"$PARAMETER": "name"}`, wherever the parameter of an expectation may stand. Names
    /// that the suite does not have are passed over; an expectation with one that has no
    /// value can't be evaluated, and its result says so. Expressions are not computed.
    ///
    /// ```
    /// use mlops_validate::Suite;
    /// use serde_json::json;
    ///
    /// let suite = json!({"name": "s", "expectations": [{
    ///     "type": "expect_table_row_count_to_equal",
    ///     "kwargs": {"value": {"$PARAMETER": "rows"}},
    /// }]});
    /// let suite = Suite::from_json(&suite.to_string())?;
    /// let bound = suite.with_parameters([("rows", json!(3))])?;
    /// assert_eq!(bound.entries()[0].expectation.rule(), "3 rows");
    /// # Ok::<(), mlops_validate::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Invalid`](crate::Error::Invalid) if a value is not what the expectation's
    /// parameter has to be.
    pub fn with_parameters<N: Into<String>>(
        mut self,
        values: impl IntoIterator<Item = (N, Value)>,
    ) -> Result<Self> {
        self.parameters = values.into_iter().map(|(name, value)| (name.into(), value)).collect();
        for entry in &mut self.entries {
            if let Some(unbound) = &entry.unbound {
                entry.expectation = unbound.bind(&self.parameters)?;
            }
        }
        Ok(self)
    }

    /// The suite as Great Expectations 1.x writes it.
    pub fn to_json(&self) -> Value {
        json::write(self)
    }

    /// The name.
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The expectations, in order.
    pub fn entries(&self) -> &[SuiteEntry] {
        &self.entries
    }

    /// A validator with this suite; see there for streams, formats and progress.
    pub fn validator(&self) -> Validator<'_> {
        Validator::new(self)
    }

    /// Validates a table that is in memory.
    ///
    /// # Errors
    /// [`Error::Input`](crate::Error::Input) if there is no batch (and with it no schema),
    /// or the batches have different schemas.
    pub fn validate(&self, batches: &[RecordBatch]) -> Result<ValidationResult> {
        self.validator().batches(batches)
    }
}
