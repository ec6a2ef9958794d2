use std::collections::BTreeMap;
use std::sync::Arc;

use arrow_array::RecordBatch;
use mlops_core::Severity;
use mlops_stats::multiple_testing::benjamini_hochberg;
use mlops_stats::two_sample::fisher_exact;
use serde::{Deserialize, Serialize};

use crate::report::{ColumnDrift, Comparison, DriftReport, Status, Summary};
use crate::window::{Column, Values};
use crate::{Columns, DriftTest, Error, Measurement, MixTest, Pair, Result, ShiftTest, Window, bins, words};

/// The name of the rule for missing values.
const MISSING: &str = "missing";

/// What counts as drift. The defaults alarm when a difference is both more than chance,
/// over all columns together, and large enough to matter.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Settings {
    /// The share of false alarms among the alarms that is accepted; 0.05. If nothing has
    /// changed at all, it is the chance that a report alarms.
    pub alpha: f64,
    /// From how many standard deviations of the reference on a shift of a number matters; 0.2.
    pub shift: f64,
    /// From which Jensen–Shannon distance on a change of a mix of categories matters; 0.1.
    pub mix: f64,
    /// From which change on the share of missing values matters; 0.05.
    pub missing: f64,
    /// Columns with fewer values on a side are inconclusive; 30.
    pub min_values: u64,
    /// How much a drift matters; `warning`.
    pub severity: Severity,
}

impl Default for Settings {
    fn default() -> Self {
        Self { alpha: 0.05, shift: 0.2, mix: 0.1, missing: 0.05, min_values: 30, severity: Severity::Warning }
    }
}

/// Compares two windows column by column.
///
/// A column has drifted if the effect of its test reaches the test's limit *and* its
/// p-value, adjusted for all tests of the report, is at most α. On tens of thousands of rows
/// every p-value is small, so there the effect decides; on few rows every effect is large,
/// so there the p-value does.
#[derive(Clone, Debug)]
pub struct Detector {
    settings: Settings,
    numbers: Arc<dyn DriftTest>,
    categories: Arc<dyn DriftTest>,
    columns: BTreeMap<String, Arc<dyn DriftTest>>,
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
        let refuse = |setting, value, expected| Err(Error::Setting { setting, value, expected });
        if !(settings.alpha > 0.0 && settings.alpha < 1.0) {
            return refuse("alpha", settings.alpha, "between 0 and 1");
        }
        if settings.shift.is_nan() || settings.shift < 0.0 {
            return refuse("shift", settings.shift, "at least 0");
        }
        for (setting, value) in [("mix", settings.mix), ("missing", settings.missing)] {
            if !(0.0..=1.0).contains(&value) {
                return refuse(setting, value, "between 0 and 1");
            }
        }
        Ok(Self {
            numbers: Arc::new(ShiftTest::new(settings.shift)),
            categories: Arc::new(MixTest::new(settings.mix)),
            columns: BTreeMap::new(),
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
        for (window, rows) in [("reference", reference.rows), ("current", current.rows)] {
            if rows == 0 {
                return Err(Error::Empty { window });
            }
        }
        let of_reference =
            reference.columns.iter().map(|column| self.column(column, current.column(&column.name)));
        let new = current.columns.iter().filter(|column| reference.column(&column.name).is_none());
        let mut columns: Vec<ColumnDrift> = of_reference.chain(new.map(new_column)).collect();
        self.decide(&mut columns);
        Ok(DriftReport {
            reference_rows: reference.rows,
            current_rows: current.rows,
            alpha: self.settings.alpha,
            severity: self.settings.severity,
            columns,
        })
    }

    /// Measures one column; what it means is decided when all are measured.
    fn column(&self, reference: &Column, current: Option<&Column>) -> ColumnDrift {
        let mut drift = ColumnDrift {
            name: reference.name.clone(),
            status: Status::Inconclusive,
            reason: String::new(),
            values: None,
            missing: None,
            reference: Some(summary(reference)),
            current: current.map(summary),
            distribution: None,
        };
        let Some(current) = current else {
            drift.status = Status::SchemaChanged;
            "the column is gone".clone_into(&mut drift.reason);
            return drift;
        };
        let few = |present: u64| present < self.settings.min_values.max(1);
        let compared = match (&reference.values, &current.values) {
            (Values::Unsupported, Values::Unsupported) if same_kind(reference, current) => {
                drift.status = Status::Skipped;
                drift.reason = format!("values of type {} are not compared", reference.data_type);
                return drift;
            }
            _ if few(reference.rows - reference.missing) || few(current.rows - current.missing) => {
                Err(format!(
                    "too few values to say: {} in the reference, {} now, of {} each",
                    reference.rows - reference.missing,
                    current.rows - current.missing,
                    self.settings.min_values
                ))
            }
            (Values::Numbers(Some(r)), Values::Numbers(Some(c))) => {
                drift.distribution = Some(bins::of_numbers(r, c));
                self.measure(&drift.name, &self.numbers, &Pair::Numbers { reference: r, current: c })
            }
            (Values::Categories(r), Values::Categories(c)) => {
                let (names, reference, current) = bins::union(r, c);
                drift.distribution = Some(bins::of_categories(&names, &reference, &current));
                let pair = Pair::Categories { names: &names, reference: &reference, current: &current };
                self.measure(&drift.name, &self.categories, &pair)
            }
            _ => Err(String::new()),
        };
        if !same_kind(reference, current) {
            drift.status = Status::SchemaChanged;
            drift.reason = format!("{} in the reference, {} now", reference.data_type, current.data_type);
            return drift;
        }
        match compared {
            Ok(comparison) => drift.values = Some(comparison),
            Err(reason) => drift.reason = reason,
        }
        drift.missing = self.missing(reference, current);
        drift
    }

    fn measure(
        &self,
        column: &str,
        default: &Arc<dyn DriftTest>,
        pair: &Pair<'_>,
    ) -> std::result::Result<Comparison, String> {
        let test = self.columns.get(column).unwrap_or(default);
        let found = test.compare(pair).map_err(|error| error.to_string())?;
        if found.effect.is_nan() || found.p_value.is_some_and(|p| !(0.0..=1.0).contains(&p)) {
            return Err(format!("{} gave an effect or a p-value that is not a number", test.name()));
        }
        Ok(comparison(test.name(), found))
    }

    fn missing(&self, reference: &Column, current: &Column) -> Option<Comparison> {
        if reference.missing + current.missing == 0 {
            return None;
        }
        let share = |column: &Column| column.missing as f64 / column.rows as f64;
        let effect = (share(current) - share(reference)).abs();
        let counts = |column: &Column| (column.missing, column.rows - column.missing);
        let p_value = fisher_exact(counts(reference), counts(current)).ok()?;
        let found = Measurement::new(effect, "of the rows", self.settings.missing).p_value(p_value);
        Some(comparison(MISSING, found))
    }

    /// Judges all measurements together and finds the words.
    fn decide(&self, columns: &mut [ColumnDrift]) {
        let mut comparisons: Vec<&mut Comparison> = columns
            .iter_mut()
            .flat_map(|column| column.values.as_mut().into_iter().chain(column.missing.as_mut()))
            .collect();
        let p_values: Vec<f64> = comparisons.iter().filter_map(|comparison| comparison.p_value).collect();
        let adjusted = benjamini_hochberg(&p_values).expect("p-values are checked when they are measured");
        let mut adjusted = adjusted.into_iter();
        for comparison in &mut comparisons {
            if comparison.p_value.is_some() {
                comparison.adjusted_p_value = adjusted.next();
            }
            let beyond_chance = comparison.adjusted_p_value.is_none_or(|p| p <= self.settings.alpha);
            comparison.drifted = beyond_chance && comparison.effect >= comparison.limit;
        }
        for column in columns.iter_mut().filter(|column| column.status == Status::Inconclusive) {
            let drifted = |comparison: &Option<Comparison>| comparison.as_ref().is_some_and(|c| c.drifted);
            if drifted(&column.values) || drifted(&column.missing) {
                column.status = Status::Drifted;
            } else if column.values.is_some() {
                column.status = Status::Stable;
            }
            column.reason = words::reason(column, self.settings.alpha);
        }
    }
}

fn comparison(test: &str, found: Measurement) -> Comparison {
    Comparison {
        test: test.to_owned(),
        effect: found.effect,
        unit: found.unit,
        limit: found.limit,
        p_value: found.p_value,
        adjusted_p_value: None,
        drifted: false,
    }
}

fn new_column(column: &Column) -> ColumnDrift {
    ColumnDrift {
        name: column.name.clone(),
        status: Status::SchemaChanged,
        reason: "the column is new: the reference does not have it".to_owned(),
        values: None,
        missing: None,
        reference: None,
        current: Some(summary(column)),
        distribution: None,
    }
}

/// Whether two columns can be the same one. Numbers of any width can; a column of nulls fits all.
fn same_kind(reference: &Column, current: &Column) -> bool {
    match (&reference.values, &current.values) {
        (Values::Nothing, _) | (_, Values::Nothing) => true,
        (Values::Unsupported, Values::Unsupported) => reference.data_type == current.data_type,
        (r, c) => std::mem::discriminant(r) == std::mem::discriminant(c),
    }
}

fn summary(column: &Column) -> Summary {
    let mut summary = Summary { rows: column.rows, missing: column.missing, ..Summary::default() };
    match &column.values {
        Values::Numbers(Some(sample)) => {
            summary.mean = Some(sample.mean());
            summary.standard_deviation = Some(sample.standard_deviation());
        }
        Values::Categories(counts) => summary.categories = Some(counts.len() as u64),
        Values::Numbers(None) | Values::Nothing | Values::Unsupported => {}
    }
    summary
}
