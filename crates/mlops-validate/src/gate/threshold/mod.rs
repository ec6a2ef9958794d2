//! Thresholds as MLflow has them, of numbers that were computed before.
//!
//! The rule of [`gate`](crate::gate) kind `metric_threshold`, and by itself: a list of names
//! with a [`MetricThreshold`] each, the candidate's metrics, and those of a baseline if there
//! is one.
//!
//! ```
//! use std::collections::BTreeMap;
//! use mlops_validate::gate::threshold::{MetricThreshold, check_metrics};
//!
//! let thresholds = BTreeMap::from([
//!     ("f1".to_owned(), MetricThreshold::builder().threshold(0.85).greater_is_better(true).build()?),
//!     ("loss".to_owned(), MetricThreshold::builder().min_relative_change(0.05).greater_is_better(false).build()?),
//! ]);
//! let candidate = BTreeMap::from([("f1".to_owned(), 0.86), ("loss".to_owned(), 0.47)]);
//! let baseline = BTreeMap::from([("f1".to_owned(), 0.84), ("loss".to_owned(), 0.48)]);
//! let checks = check_metrics(&thresholds, &candidate, Some(&baseline));
//! let failed: Vec<&str> = checks.iter().filter(|check| check.blocks()).map(|check| check.name.as_str()).collect();
//! assert_eq!(failed, ["loss"]);
//! assert_eq!(checks[1].reason, "it is better by 0.0208 of the baseline, at least 0.05 is needed");
//! # Ok::<(), mlops_validate::Error>(())
//! ```

mod judge;
mod metric_threshold;
mod rule;

pub use judge::check_metrics;
pub use metric_threshold::{MetricThreshold, MetricThresholdBuilder};
pub(super) use rule::ThresholdRule;
