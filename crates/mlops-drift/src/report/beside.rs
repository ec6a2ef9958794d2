use super::{ColumnDrift, Comparison, DriftReport, NewCategories, Status};
use crate::Measurement;

impl ColumnDrift {
    /// What was found of several columns together, or of one in another way. What decides
    /// must need no other test of the report.
    pub(crate) fn found(name: impl Into<String>, measured: Measurement, reason: String) -> Self {
        let mut comparison = Comparison::new("", measured);
        // Neither effects nor p-values that decide alone look at α.
        comparison.judge(0.0);
        let column = Self {
            name: name.into(),
            status: Status::Stable,
            reason,
            values: None,
            missing: None,
            reference: None,
            current: None,
            distribution: None,
            new_categories: NewCategories::default(),
        };
        column.decided_by(comparison)
    }

    /// The same with another comparison, which is judged already.
    pub(crate) fn decided_by(mut self, comparison: Comparison) -> Self {
        self.status = if comparison.drifted() { Status::Drifted } else { Status::Stable };
        self.values = Some(comparison);
        self
    }
}

impl DriftReport {
    /// Puts what was found elsewhere beside the columns: in findings, in the check and in what
    /// is said of the table as a whole. It takes the place of a column of the same name, such
    /// as that of a text whose words were compared as categories before.
    ///
    /// ```
    /// use mlops_drift::multivariate::DomainClassifier;
    /// use mlops_drift::{Columns, Detector, Rows, Window};
    /// # use std::sync::Arc;
    /// # use arrow_array::{ArrayRef, Float64Array, RecordBatch};
    /// # let table = |sign: f64| {
    /// #     let x = |row: i32| f64::from(row * 37 % 101) / 50.0 - 1.0;
    /// #     let a: Float64Array = (0..600).map(|row| Some(x(row))).collect();
    /// #     let b: Float64Array = (0..600).map(|row| Some(sign * x(row))).collect();
    /// #     RecordBatch::try_from_iter([("a", Arc::new(a) as ArrayRef), ("b", Arc::new(b) as ArrayRef)])
    /// # };
    /// # let (before, after) = (table(1.0)?, table(-1.0)?);
    /// // Two columns that went together, and now go against each other.
    /// let columns = Columns::default();
    /// let report = Detector::default().compare_batches(&[before.clone()], &[after.clone()], &columns)?;
    /// assert_eq!(report.drifted().count(), 0);
    /// let together = DomainClassifier::default()
    ///     .compare(&Rows::read([&before], &columns)?, &Rows::read([&after], &columns)?)?;
    /// let report = report.beside(together.as_column("all columns together"));
    /// assert_eq!(report.findings()[0].subject, "all columns together");
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn beside(mut self, found: ColumnDrift) -> Self {
        match self.columns.iter_mut().find(|column| column.name == found.name) {
            Some(column) => *column = found,
            None => self.columns.push(found),
        }
        self
    }
}
