use std::any::Any;

use super::Chunk;
use super::metric::{AnyMetric, AnyState};
use crate::Error;

/// How far a metric is: gathering, or given up.
pub(super) enum State {
    Measuring(Box<dyn AnyState>),
    Failed(Failure),
}

/// The rule and the reason of an [`Error::Evaluation`], which several may ask for.
pub(super) type Failure = (String, String);

impl State {
    pub(super) fn start(metric: &dyn AnyMetric) -> Self {
        Self::Measuring(metric.start())
    }

    /// Whether it is worth while to gather parts and merge them.
    pub(super) fn merges_cheaply(&self) -> bool {
        match self {
            Self::Measuring(state) => state.merges_cheaply(),
            Self::Failed(_) => true,
        }
    }

    pub(super) fn update(&mut self, chunk: &Chunk<'_>) {
        if let Self::Measuring(state) = self
            && let Err(error) = state.update(chunk)
        {
            *self = Self::Failed(match error {
                Error::Evaluation { rule, reason } => (rule, reason),
                other => ("the data".to_owned(), other.to_string()),
            });
        }
    }

    pub(super) fn merge(&mut self, later: Self) {
        match (&mut *self, later) {
            (Self::Failed(_), _) => {}
            (_, failed @ Self::Failed(_)) => *self = failed,
            (Self::Measuring(state), Self::Measuring(later)) => state.merge(later),
        }
    }

    pub(super) fn finish(self) -> Result<Box<dyn Any + Send + Sync>, Failure> {
        match self {
            Self::Measuring(state) => Ok(state.finish()),
            Self::Failed(reason) => Err(reason),
        }
    }
}
