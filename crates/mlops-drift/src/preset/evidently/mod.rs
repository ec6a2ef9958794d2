//! Drift as Evidently 0.7.23 finds it: its tests, its choice of them, its thresholds, its
//! bins and its rule for the table as a whole, to 10⁻⁹ of its scores.
//!
//! ```
//! use std::sync::Arc;
//! use arrow_array::{ArrayRef, Float64Array, RecordBatch};
//! use mlops_drift::{Columns, Detector};
//!
//! let table = |mean: f64| {
//!     let temp = (0..500).map(|row| Some(mean + f64::from(row * 37 % 100) / 10.0));
//!     RecordBatch::try_from_iter([("temp", Arc::new(temp.collect::<Float64Array>()) as ArrayRef)])
//! };
//! let report = Detector::evidently().compare_batches(&[table(33.0)?], &[table(36.0)?], &Columns::default())?;
//! let temp = report.columns[0].values.as_ref().ok_or("it was compared")?;
//! assert_eq!((temp.test.as_str(), temp.limit), ("K-S p_value", 0.05));
//! assert!(temp.score() < 1e-9 && report.dataset_drifted() == Some(true));
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```
//!
//! | you want to … | start at … |
//! | --- | --- |
//! | compare tables as `DataDriftPreset` | [`Detector::evidently`] |
//! | know which test a column gets | [`DefaultTest`] |
//! | take one of its tests for a column | [`EvidentlyTest`], [`StatTest`] |
//! | see what `DataQualityPreset` shows | [`quality`](crate::quality) |
//!
//! # What it gets wrong
//!
//! Every column is judged for itself, so the more columns, the more false alarms; rows are
//! taken as independent. Beyond that, and kept here because the numbers are to be the tool's:
//!
//! - `chisquare` and `g_test` take the shares of the reference as known for certain. With as
//!   many current rows as rows in the reference the statistic is twice too large; 31 to 92 % of
//!   undrifted pairs alarm at 0.05, the more categories the more.
//! - `wasserstein`, the choice beyond 1,000 rows of the reference, has a limit that chance
//!   alone reaches on few *current* rows: 75 % of undrifted pairs alarm at 100 of them.
//! - `wasserstein` divides by at least 0.001: a column in small units never drifts.
//! - `mannw` is one-sided: a shift to smaller values has a p-value close to 1.
//! - `jensenshannon` of few rows in many categories is large by chance.
//! - `TVD` and `empirical_mmd` have p-values from 1,000 and 100 random permutations.
//!
//! [`Detector::default`] has none of these.
//!
//! # What differs
//!
//! | case | Evidently | here |
//! | --- | --- | --- |
//! | a column without values, or of another kind | the report fails | the column says so, the others are judged |
//! | `chisquare`, `g_test` of one category, `t_test` of constants | NaN, no drift | inconclusive |
//! | `g_test`, `fisher_exact` on sides of different lengths | an error | a score |
//! | `empirical_mmd` of large numbers | loses its digits | does not |
//! | a p-value exactly at its threshold | drift for `ks` and `cramer_von_mises` | none |
//! | a column of text | its own tests for long texts | categories |
//!
//! # Source
//! Evidently 0.7.23, `evidently.legacy.calculations.stattests`, on `SciPy` 1.17 and `NumPy` 2.4.

mod bins;
mod categories;
mod counts;
mod hypergeometric;
mod mmd;
mod numbers;
mod shares;
mod stat_test;
mod test;
#[cfg(test)]
mod tests;
mod total_variation;

use std::sync::Arc;

pub use stat_test::StatTest;
pub use test::{DefaultTest, EvidentlyTest};

use crate::{DatasetRule, Detector, DriftTest, Error};

/// The share of drifted columns from which on a table has drifted.
const DRIFT_SHARE: f64 = 0.5;

impl Detector {
    /// Evidently's `DataDriftPreset`: [`DefaultTest`] for each column by itself, a table that
    /// has drifted when half of its columns have. Missing values are left out, and how many
    /// there are says nothing; one value on a side is enough to judge it.
    ///
    /// [`preset::evidently`](crate::preset::evidently) says what is known to be wrong with it.
    pub fn evidently() -> Self {
        let test: Arc<dyn DriftTest> = Arc::new(DefaultTest::new());
        let mut detector =
            Self::default().numbers_by(Arc::clone(&test)).categories_by(test).without_missing();
        detector.settings.min_values = 1;
        detector.dataset = DatasetRule::Share(DRIFT_SHARE);
        detector
    }
}

/// What a test found, before it is held against a threshold.
#[derive(Clone, Copy, Debug, PartialEq)]
struct Found {
    effect: f64,
    unit: &'static str,
    /// `None` for a distance.
    p_value: Option<f64>,
}

/// An error of a statistic as that of the test that uses it.
fn undefined(test: StatTest) -> impl Fn(mlops_stats::Error) -> Error {
    move |error| Error::undefined(test.name(), error.to_string())
}
