//! What compares two windows.

mod measure;
mod settings;

use std::collections::{BTreeMap, HashMap, HashSet};
use std::sync::Arc;

use arrow_array::RecordBatch;
use mlops_stats::multiple_testing::benjamini_hochberg;
use rayon::prelude::*;

pub use settings::Settings;

pub(crate) use self::measure::new_column;
use crate::report::{ColumnDrift, Comparison, DatasetRule, DriftReport, Status};
use crate::window::Column;
use crate::{Columns, Decision, DriftTest, Error, MixTest, Result, ShiftTest, Window, words};

/// Compares two windows column by column.
///
/// A column has drifted if the effect of its test reaches the test's limit *and* its
/// p-value, adjusted for all tests of the report, is at most α. On tens of thousands of rows
/// every p-value is small, so there the effect decides; on few rows every effect is large,
/// so there the p-value does.
#[derive(Clone, Debug)]
pub struct Detector {
    pub(crate) settings: Settings,
    numbers: Arc<dyn DriftTest>,
    categories: Arc<dyn DriftTest>,
    columns: BTreeMap<String, Arc<dyn DriftTest>>,
    with_missing: bool,
    pub(crate) dataset: DatasetRule,
}

impl Default for Detector {
    fn default() -> Self {
        Self::new(Settings::default()).expect("the defaults lie in their ranges: a test says so")
    }
}

impl Detector {
    /// A detector with its own settings and the tests [`ShiftTest`] and [`MixTest`].
    ///
    /// # Errors
    /// [`Error::Setting`] if one is outside its range.
    pub fn new(settings: Settings) -> Result<Self> {
        settings.check()?;
        Ok(Self {
            numbers: Arc::new(ShiftTest::new(settings.shift)),
            categories: Arc::new(MixTest::new(settings.mix)),
            columns: BTreeMap::new(),
            with_missing: true,
            dataset: DatasetRule::AnyColumn,
            settings,
        })
    }

    /// Another test for columns of numbers.
    #[must_use]
    pub fn numbers_by(mut self, test: Arc<dyn DriftTest>) -> Self {
        self.numbers = test;
        self
    }

    /// Another test for columns of categories.
    #[must_use]
    pub fn categories_by(mut self, test: Arc<dyn DriftTest>) -> Self {
        self.categories = test;
        self
    }

    /// Another test for one column.
    #[must_use]
    pub fn column_by(mut self, column: impl Into<String>, test: Arc<dyn DriftTest>) -> Self {
        self.columns.insert(column.into(), test);
        self
    }

    /// Missing values are left out and nothing is said of how many there are.
    #[must_use]
    pub fn without_missing(mut self) -> Self {
        self.with_missing = false;
        self
    }

    /// From when on the table as a whole has drifted.
    ///
    /// # Errors
    /// [`Error::Setting`] if a share is not above 0 and at most 1.
    pub fn dataset_by(mut self, rule: DatasetRule) -> Result<Self> {
        if let DatasetRule::Share(share) = rule
            && !(share > 0.0 && share <= 1.0)
        {
            let expected = "above 0 and at most 1";
            return Err(Error::Setting { setting: "share of drifted columns", value: share, expected });
        }
        self.dataset = rule;
        Ok(self)
    }

    /// Its settings.
    pub fn settings(&self) -> &Settings {
        &self.settings
    }

    /// Reads and compares two tables.
    ///
    /// # Errors
    /// As [`Window::read`] and [`compare`](Self::compare).
    pub fn compare_batches(
        &self,
        reference: &[RecordBatch],
        current: &[RecordBatch],
        columns: &Columns,
    ) -> Result<DriftReport> {
        self.compare(&Window::read(reference, columns)?, &Window::read(current, columns)?)
    }

    /// Compares two windows. The order of their rows does not matter; a column that only
    /// one of them has, or that changed its kind, is a finding and not an error.
    ///
    /// # Errors
    /// [`Error::Empty`] if a window has no rows.
    pub fn compare(&self, reference: &Window, current: &Window) -> Result<DriftReport> {
        self.look(reference, current, 1.0)
    }

    /// The same as one look of many, which may spend this share of α.
    pub(crate) fn look(&self, reference: &Window, current: &Window, share: f64) -> Result<DriftReport> {
        for (window, rows) in [("reference", reference.rows), ("current", current.rows)] {
            if rows == 0 {
                return Err(Error::Empty { window });
            }
        }
        let by_name: HashMap<&str, &Column> =
            current.columns.iter().map(|column| (column.name.as_str(), column)).collect();
        let mut columns: Vec<ColumnDrift> = reference
            .columns
            .par_iter()
            .map(|column| self.column(column, by_name.get(column.name.as_str()).copied()))
            .collect();
        let known: HashSet<&str> = reference.columns.iter().map(|column| column.name.as_str()).collect();
        let new = current.columns.iter().filter(|column| !known.contains(column.name.as_str()));
        columns.extend(new.map(new_column));
        Ok(self.report(reference.rows, current.rows, columns, share))
    }

    /// The report of columns that are measured.
    pub(crate) fn report(
        &self,
        reference_rows: u64,
        current_rows: u64,
        mut columns: Vec<ColumnDrift>,
        share: f64,
    ) -> DriftReport {
        self.judge(&mut columns, share);
        DriftReport {
            reference_rows,
            current_rows,
            alpha: self.settings.alpha,
            dataset: self.dataset,
            severity: self.settings.severity,
            columns,
        }
    }

    /// Judges all measurements together and finds the words. Only what is decided together
    /// is counted together: a test that looks at its p-value alone takes none from the others.
    ///
    /// A p-value that is divided by the share of α and compared with α is one compared with the
    /// share, and it says by itself what was decided.
    fn judge(&self, columns: &mut [ColumnDrift], share: f64) {
        let mut comparisons: Vec<&mut Comparison> = columns
            .iter_mut()
            .flat_map(|column| column.values.as_mut().into_iter().chain(column.missing.as_mut()))
            .collect();
        let together = |comparison: &Comparison| {
            let counted = comparison.decision == Decision::EffectBeyondChance;
            comparison.p_value.filter(|_| counted)
        };
        let p_values: Vec<f64> = comparisons.iter().filter_map(|comparison| together(comparison)).collect();
        let adjusted = benjamini_hochberg(&p_values).expect("p-values are checked when they are measured");
        let mut adjusted = adjusted.into_iter();
        for comparison in &mut comparisons {
            if together(comparison).is_some() {
                comparison.adjusted_p_value = adjusted.next().map(|p| (p / share).min(1.0));
            }
            comparison.judge(self.settings.alpha);
        }
        for column in columns.iter_mut().filter(|column| column.status == Status::Inconclusive) {
            let drifted = |found: &Option<Comparison>| found.as_ref().is_some_and(Comparison::drifted);
            if drifted(&column.values) || drifted(&column.missing) {
                column.status = Status::Drifted;
            } else if column.values.is_some() {
                column.status = Status::Stable;
            }
            column.reason = words::reason(column, self.settings.alpha);
        }
    }
}
