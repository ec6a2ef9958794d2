//! How good is the model today, though the labels come later or never? Performance estimated
//! from what is known at once: features, predictions and scores.
//!
//! An estimate carries what the reference taught about the model's errors over to rows that
//! look otherwise. It follows a covariate shift: more rows of the kind that the model was
//! never good at. It can't see concept drift: rows that look as ever and now mean something
//! else are estimated as if nothing had happened.
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | estimate a classifier from its own confidence | [`Cbpe`] |
//! | read scores, predictions and labels from a table | [`Predictions::read`] |
//! | estimate the errors of a regression from where they were large | [`Dle`] |
//! | make scores probabilities | [`Isotonic`], [`Calibration`] |
//! | see it beside what was realised | `performance_section` (feature `report`) |
//! | put an estimate into a gate | [`ChunkPerformance::check`], [`ChunkPerformance::findings`] |
//!
//! A chunk in which a metric is not defined (no row with a score, one class only) is
//! inconclusive: it never passes.

mod calibration;
mod cbpe;
mod cbpe_settings;
mod cells;
mod chunk;
mod curves;
mod dle;
mod expected;
#[cfg(feature = "report")]
mod html;
mod isotonic;
mod label;
mod metric;
mod order;
mod predictions;
mod read;
mod realized;
mod sampling;

pub use calibration::Calibration;
pub use cbpe::Cbpe;
pub use cbpe_settings::CbpeSettings;
pub use chunk::{ChunkPerformance, Estimated};
pub use dle::{Dle, DleSettings, FitProgress, RegressionColumns, RegressionMetric, TimedRows};
pub use expected::Expected;
#[cfg(feature = "report")]
pub use html::performance_section;
pub use isotonic::Isotonic;
pub use label::Label;
pub use metric::{CellShare, ClassifierMetric, ValueShare};
pub use predictions::Predictions;
pub use read::{PredictionColumns, ScoreColumns};
