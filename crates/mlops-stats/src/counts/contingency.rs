use super::PowerDivergence;
use crate::distribution::chi_square_sf;
use crate::error::same_length;
use crate::{Error, Result};

/// Counts of categories (columns) in samples (rows), and what to expect of them if the
/// samples share one distribution.
///
/// All rows are taken as samples. (Taking the shares of one of them as known, as a test of
/// goodness of fit does, alarms far too often.)
///
/// ```
/// use mlops_stats::counts::ContingencyTable;
/// let table = ContingencyTable::of_samples(&[12, 5, 7], &[8, 9, 14])?;
/// let test = table.chi_square()?;
/// assert!((test.statistic() - 3.441_020).abs() < 1e-6);
/// assert!((test.p_value() - 0.178_975).abs() < 1e-6);
/// assert!((table.g_test()?.statistic() - 3.449_614).abs() < 1e-6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Agrees with `scipy.stats.chi2_contingency` (1.17) on tables of two dimensions.
#[derive(Clone, Debug, PartialEq)]
pub struct ContingencyTable {
    columns: usize,
    /// Row by row.
    observed: Vec<f64>,
    expected: Vec<f64>,
    total: f64,
}

/// What is done about counts being whole and the chi-square distribution smooth.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[non_exhaustive]
pub enum Correction {
    /// Nothing.
    #[default]
    None,
    /// Yates': in a table of one degree of freedom each count is taken nearer to what is
    /// expected, by 0.5 at most. Elsewhere nothing.
    Yates,
}

/// The outcome of a test of a table.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TableTest {
    statistic: f64,
    degrees_of_freedom: usize,
}

impl ContingencyTable {
    /// A table from its rows, which may hold weights.
    ///
    /// # Errors
    /// [`Error::Shape`] without a cell or if the rows' lengths differ; [`Error::Value`]
    /// (with its place row by row) if a count is negative or not finite;
    /// [`Error::Undefined`] if all counts of a row or column are 0.
    pub fn new<R: AsRef<[f64]>>(rows: &[R]) -> Result<Self> {
        let columns = rows.first().map_or(0, |row| row.as_ref().len());
        if columns == 0 {
            return Err(Error::Shape { what: "table", found: 0, expected: "at least 1".to_owned() });
        }
        let mut observed = Vec::with_capacity(rows.len() * columns);
        for row in rows {
            same_length("a row", row.as_ref().len(), "the first row", columns)?;
            observed.extend_from_slice(row.as_ref());
        }
        if let Some(index) = observed.iter().position(|count| !(count.is_finite() && *count >= 0.0)) {
            let (value, expected) = (observed[index], "a count, not negative");
            return Err(Error::Value { what: "table", index, value, expected });
        }
        let of_row: Vec<f64> = observed.chunks_exact(columns).map(|row| row.iter().sum()).collect();
        let of_column: Vec<f64> =
            (0..columns).map(|column| observed[column..].iter().step_by(columns).sum()).collect();
        for (what, sums) in [("row", &of_row), ("category", &of_column)] {
            if let Some(index) = sums.iter().position(|sum| *sum <= 0.0) {
                return Err(Error::undefined("test of a table", format!("{what} {index} has no counts")));
            }
        }
        let total: f64 = of_row.iter().sum();
        let expected =
            of_row.iter().flat_map(|row| of_column.iter().map(move |column| row * column / total)).collect();
        Ok(Self { columns, observed, expected, total })
    }

    /// The counts of the same categories in two samples. A category may be missing on one side.
    ///
    /// # Errors
    /// As [`Self::new`]: the lengths differ, a side has no counts, or neither side has a category.
    pub fn of_samples(reference: &[u64], current: &[u64]) -> Result<Self> {
        same_length("current", current.len(), "reference", reference.len())?;
        let row = |counts: &[u64]| counts.iter().map(|count| *count as f64).collect::<Vec<_>>();
        Self::new(&[row(reference), row(current)])
    }

    /// The expected counts, row by row.
    pub fn expected(&self) -> &[f64] {
        &self.expected
    }

    /// `(rows − 1) · (columns − 1)`
    pub fn degrees_of_freedom(&self) -> usize {
        (self.observed.len() / self.columns - 1) * (self.columns - 1)
    }

    /// Pearson's chi-square test. Trust its p-value where the expected counts are about 5 or more.
    ///
    /// # Errors
    /// As [`Self::test`]; but this one is always defined.
    pub fn chi_square(&self) -> Result<TableTest> {
        self.test(PowerDivergence::PEARSON, Correction::None)
    }

    /// The G-test: a likelihood ratio.
    ///
    /// # Errors
    /// As [`Self::test`]; but this one is always defined.
    pub fn g_test(&self) -> Result<TableTest> {
        self.test(PowerDivergence::LOG_LIKELIHOOD, Correction::None)
    }

    /// A test by any power divergence. A single row or column can't differ: statistic 0, p-value 1.
    ///
    /// # Errors
    /// [`Error::Undefined`] where the divergence has no value for a count of 0.
    pub fn test(&self, divergence: PowerDivergence, correction: Correction) -> Result<TableTest> {
        let degrees_of_freedom = self.degrees_of_freedom();
        if degrees_of_freedom == 0 {
            return Ok(TableTest { statistic: 0.0, degrees_of_freedom });
        }
        let yates = correction == Correction::Yates && degrees_of_freedom == 1;
        let nearer = |(observed, expected): (&f64, &f64)| {
            let lacks = expected - observed;
            let moved = if yates { lacks.clamp(-0.5, 0.5) } else { 0.0 };
            (observed + moved, *expected)
        };
        let statistic = divergence.statistic(self.observed.iter().zip(&self.expected).map(nearer))?;
        Ok(TableTest { statistic, degrees_of_freedom })
    }

    /// Cramér's V: the size of the difference from 0 to 1, whatever the number of rows.
    ///
    /// # Source
    /// Cramér, *Mathematical Methods of Statistics* (1946), § 21.9.
    pub fn cramers_v(&self) -> f64 {
        let rows = self.observed.len() / self.columns;
        let shorter = rows.min(self.columns) - 1;
        if shorter == 0 {
            return 0.0;
        }
        let squares = self.observed.iter().zip(&self.expected).map(|(o, e)| (o - e).powi(2) / e);
        (squares.sum::<f64>() / (self.total * shorter as f64)).sqrt().min(1.0)
    }
}

impl TableTest {
    /// The divergence; infinite where an expected count is impossible beside the observed.
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// `(rows − 1) · (columns − 1)`
    pub fn degrees_of_freedom(&self) -> usize {
        self.degrees_of_freedom
    }

    /// How likely a statistic this large is if all rows share one distribution.
    pub fn p_value(&self) -> f64 {
        if self.degrees_of_freedom == 0 {
            return 1.0;
        }
        chi_square_sf(self.degrees_of_freedom as f64, self.statistic)
    }
}
