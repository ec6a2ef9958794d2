use std::fmt::Display;

use mlops_core::{Digest, Timestamp};

use super::Dataset;

/// What stands in place of a value that must not be kept.
pub(crate) const REDACTED: &str = "[redacted]";

/// Things to be logged to a run, all in one transaction.
///
/// ```
/// use mlops_registry::tracking::RunBatch;
/// let batch = RunBatch::new().param("trees", 100).metric("auc", 0.71).tag("team", "pricing");
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
#[must_use]
pub struct RunBatch {
    pub(super) params: Vec<(String, String)>,
    pub(super) metrics: Vec<Point>,
    pub(super) tags: Vec<(String, String)>,
    pub(super) inputs: Vec<Dataset>,
}

/// A metric before it belongs to a run.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Point {
    pub(super) name: String,
    pub(super) value: f64,
    pub(super) step: i64,
    /// The time of the log call, if `None`.
    pub(super) at: Option<Timestamp>,
}

impl RunBatch {
    /// Nothing yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// A parameter: written once, then never another value.
    ///
    /// A secret is none: it would stand in the registry for good. Those of the crate
    /// `secrecy` do not even compile here; [`secret_param`](Self::secret_param) says that
    /// there was one.
    /// ```compile_fail
    /// use mlops_registry::tracking::RunBatch;
    /// let password = secrecy::SecretString::from("hunter2");
    /// let batch = RunBatch::new().param("password", password);
    /// ```
    pub fn param(mut self, name: impl Into<String>, value: impl Display) -> Self {
        self.params.push((name.into(), value.to_string()));
        self
    }

    /// A parameter whose value must not be known, of whatever type: that there was one is
    /// kept, as `[redacted]`. The value is never looked at.
    /// ```
    /// use mlops_registry::tracking::RunBatch;
    /// let password = secrecy::SecretString::from("hunter2");
    /// let batch = RunBatch::new().secret_param("db_password", &password);
    /// assert_eq!(batch, RunBatch::new().param("db_password", "[redacted]"));
    /// ```
    pub fn secret_param<T: ?Sized>(self, name: impl Into<String>, _value: &T) -> Self {
        self.param(name, REDACTED)
    }

    /// A metric at step 0, at the time when it is logged. NaN and infinities are kept.
    pub fn metric(mut self, name: impl Into<String>, value: f64) -> Self {
        self.metrics.push(Point { name: name.into(), value, step: 0, at: None });
        self
    }

    /// A metric at a step (within ±2⁵³) and a time (within ±2⁵³ µs of 1970: years 1684 to 2255).
    pub fn metric_at(mut self, name: impl Into<String>, value: f64, step: i64, at: Timestamp) -> Self {
        self.metrics.push(Point { name: name.into(), value, step, at: Some(at) });
        self
    }

    /// A remark, in place of the last one of that name.
    pub fn tag(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.tags.push((name.into(), value.into()));
        self
    }

    /// A data set that the run has read, and the digest of its bytes.
    pub fn input(self, name: impl Into<String>, digest: Digest) -> Self {
        self.dataset(Dataset::new(name, digest))
    }

    /// A data set that the run has read, with what is known of it.
    pub fn dataset(mut self, dataset: Dataset) -> Self {
        self.inputs.push(dataset);
        self
    }

    /// Whether there is nothing but tags, which an ended run takes too.
    pub(super) fn is_remarks(&self) -> bool {
        self.params.is_empty() && self.metrics.is_empty() && self.inputs.is_empty()
    }
}
