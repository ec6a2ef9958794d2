use std::fmt::Display;

use mlops_core::{Digest, Timestamp};

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
    pub(super) inputs: Vec<(String, Digest)>,
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
    pub fn param(mut self, name: impl Into<String>, value: impl Display) -> Self {
        self.params.push((name.into(), value.to_string()));
        self
    }

    /// A metric at step 0, at the time when it is logged.
    pub fn metric(mut self, name: impl Into<String>, value: f64) -> Self {
        self.metrics.push(Point { name: name.into(), value, step: 0, at: None });
        self
    }

    /// A metric at a step (within ±2⁵³) and a time.
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
    pub fn input(mut self, name: impl Into<String>, digest: Digest) -> Self {
        self.inputs.push((name.into(), digest));
        self
    }
}
