/// What keeps a metric from being defined or recorded, by what the caller can do about it.
#[derive(Clone, Debug, PartialEq, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// A family can't be defined like this. Fix the definition.
    #[error("{what} {value:?} of metric {metric:?} is not valid: expected {expected}")]
    Definition {
        /// The part that is wrong, such as `label name`.
        what: &'static str,
        /// The metric, as it was named.
        metric: String,
        /// The value of the part.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
    /// Bounds that can't be those of a histogram. Fix them.
    #[error("bucket bounds {bounds:?} are not valid: expected {expected}")]
    Buckets {
        /// The bounds, as they came.
        bounds: Vec<f64>,
        /// What they should be.
        expected: &'static str,
    },
    /// The registry exposes something under this name already. Choose another name, or use
    /// the family that is there.
    #[error("metric {metric:?} would expose {name:?}, which another metric of the registry does already")]
    Duplicate {
        /// The metric, as it was named.
        metric: String,
        /// The name that both expose.
        name: String,
    },
    /// Labels that the family was not defined with. Fix the call.
    #[error("metric {metric:?} takes the labels {expected:?}, not {given:?}")]
    Labels {
        /// The metric.
        metric: String,
        /// The label names of the family, in their order.
        expected: Vec<String>,
        /// The values, or the names, that were given.
        given: Vec<String>,
    },
    /// A number that would spoil what is recorded already; it was not recorded.
    #[error("{what} is {value}, expected {expected}")]
    Value {
        /// What was given, such as `increment`.
        what: &'static str,
        /// The number.
        value: f64,
        /// What it should be.
        expected: &'static str,
    },
}

/// The result of this module's functions.
pub type Result<T, E = Error> = std::result::Result<T, E>;
