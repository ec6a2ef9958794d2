//! Direct loss estimation: trees learn from a reference how large the model's error is in which
//! rows, and say how large it will be in others.

mod check;
mod estimator;
mod fit;
mod metric;
mod nanny;
mod settings;
#[cfg(test)]
mod tests;

pub use check::{RegressionColumns, TimedRows};
pub use estimator::Dle;
pub use fit::FitProgress;
pub use metric::RegressionMetric;
pub use settings::DleSettings;
