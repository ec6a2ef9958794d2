use std::collections::{BTreeMap, HashMap};
use std::ops::Range;

use mlops_stats::two_sample::Sample;
use serde::{Deserialize, Serialize};

use super::categories::{Counts, measure};
use super::numbers::NumbersFit;
use super::{Approximation, Chunking, Method, Threshold, Thresholds};
use crate::rows::{Categories, MISSING, RowColumn, RowValues};
use crate::{Error, Result, Rows};

/// What is measured of each chunk, and what counts as unusual. The default is the tool's:
/// Jensen–Shannon distance for every column, and three standard deviations above the mean
/// of the reference's chunks, of which there are about ten.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct UnivariateSettings {
    /// How rows are cut.
    pub chunking: Chunking,
    /// The methods for columns of numbers.
    pub continuous_methods: Vec<Method>,
    /// The methods for columns of categories.
    pub categorical_methods: Vec<Method>,
    /// Thresholds of methods that are to have others.
    pub thresholds: BTreeMap<Method, Threshold>,
    /// Whether [`Method::KolmogorovSmirnov`] works in bins.
    pub kolmogorov_smirnov: Approximation,
    /// Whether [`Method::Wasserstein`] works in bins.
    pub wasserstein: Approximation,
}

impl Default for UnivariateSettings {
    fn default() -> Self {
        Self {
            chunking: Chunking::default(),
            continuous_methods: vec![Method::JensenShannon],
            categorical_methods: vec![Method::JensenShannon],
            thresholds: BTreeMap::new(),
            kolmogorov_smirnov: Approximation::Auto,
            wasserstein: Approximation::Auto,
        }
    }
}

impl UnivariateSettings {
    /// Another way to cut.
    #[must_use]
    pub fn chunks(mut self, chunking: Chunking) -> Self {
        self.chunking = chunking;
        self
    }

    /// Every method for its kind of column.
    #[must_use]
    pub fn all_methods(mut self) -> Self {
        self.continuous_methods = Method::NUMBERS.to_vec();
        self.categorical_methods = Method::CATEGORIES.to_vec();
        self
    }

    /// Another threshold for a method. [`Method::Chi2`] has none.
    #[must_use]
    pub fn threshold(mut self, method: Method, threshold: Threshold) -> Self {
        self.thresholds.insert(method, threshold);
        self
    }
}

/// Which of the two data sets a chunk is from.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a chunk is from one of the two")]
pub enum Period {
    /// What is known to be in order.
    Reference,
    /// What came after it.
    Analysis,
}

/// What was measured of one chunk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChunkDrift {
    /// Which data set it is from.
    pub period: Period,
    /// Its place among the chunks of the data set, from 0.
    pub chunk_index: usize,
    /// Its first row in the data set, from 0.
    pub start_index: usize,
    /// Its last row.
    pub end_index: usize,
    /// What each method says of each column, in the order of the columns.
    pub columns: Vec<ChunkColumn>,
}

/// What one method says of one column of a chunk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ChunkColumn {
    /// The column.
    pub column: String,
    /// The method.
    pub method: Method,
    /// How far the chunk is from the reference; `None` if that is not defined.
    pub value: Option<f64>,
    /// Between what it is usual.
    #[serde(flatten)]
    pub thresholds: Thresholds,
    /// Whether it is unusual. What is not defined never is.
    pub alert: bool,
    /// Why there is no value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

impl ChunkDrift {
    /// What a method says of a column.
    pub fn get(&self, column: &str, method: Method) -> Option<&ChunkColumn> {
        self.columns.iter().find(|found| found.column == column && found.method == method)
    }

    /// What is unusual in this chunk.
    pub fn alerts(&self) -> impl Iterator<Item = &ChunkColumn> {
        self.columns.iter().filter(|found| found.alert)
    }
}

/// Drift of each column by itself, chunk by chunk, against a reference.
///
/// Rows are taken as independent of each other only in so far as the thresholds are: a
/// reference whose chunks differ (by day, by season) has wide ones.
///
/// Cost: a sort a chunk and numeric column; exact methods walk the reference once a chunk.
///
/// ```
/// use mlops_drift::Rows;
/// use mlops_drift::chunks::{Chunking, UnivariateChunks, UnivariateSettings};
///
/// let table = |mean: f64| {
///     let temp = (0..800).map(|row| mean + f64::from(row * 37 % 101) / 10.0).collect();
///     Rows::default().numbers("temp", temp)
/// };
/// let settings = UnivariateSettings::default().chunks(Chunking::size(200));
/// let reference = UnivariateChunks::fit(&table(30.0)?, &settings)?;
/// let found = reference.measure(&table(33.0)?)?;
/// assert!(found.iter().all(|chunk| chunk.alerts().count() == 1));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
///
/// # Source
/// `NannyML` 0.13.1, `UnivariateDriftCalculator`. Differs where it has no answer: a chunk
/// without values is not defined and never an alert, while its chi-square repeats the
/// alert of the chunk before.
#[derive(Clone, Debug)]
pub struct UnivariateChunks {
    chunking: Chunking,
    fits: Vec<Fit>,
    reference: Vec<ChunkDrift>,
}

#[derive(Clone, Debug)]
struct Fit {
    /// The column of the reference: its name and kind, and its categories' names.
    column: RowColumn,
    method: Method,
    /// `None` if the reference has no value.
    numbers: Option<NumbersFit>,
    counts: BTreeMap<String, u64>,
    thresholds: Thresholds,
}

type Measured = std::result::Result<(f64, Option<bool>), String>;

impl UnivariateChunks {
    /// Learns the reference: its bins and shares, and how its own chunks differ from it.
    ///
    /// A column without values has no value in any chunk and no thresholds.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows; [`Error::Setting`] if rows can't be cut, a threshold
    /// can't be obeyed, or there are no bins; [`Error::Undefined`] if a method can't measure a column of
    /// the reference: infinite values, or numbers by a method for categories.
    pub fn fit(reference: &Rows, settings: &UnivariateSettings) -> Result<Self> {
        if reference.is_empty() {
            return Err(Error::Empty { window: "reference" });
        }
        settings.thresholds.values().try_for_each(Threshold::check)?;
        for approximation in [settings.kolmogorov_smirnov, settings.wasserstein] {
            if matches!(approximation, Approximation::Estimated { n_bins: 0 }) {
                return Err(Error::Setting { setting: "n_bins", value: 0.0, expected: "at least 1" });
            }
        }
        let mut fits = Vec::new();
        for column in reference.columns() {
            fits.extend(Fit::of(column, settings)?);
        }
        let mut fitted = Self { chunking: settings.chunking, fits, reference: Vec::new() };
        let chunks = fitted.chunking.split(reference.len())?;
        let measured = fitted.values(reference, &chunks)?;
        for (index, fit) in fitted.fits.iter_mut().enumerate() {
            // The test brings its own limit.
            if fit.method != Method::Chi2 {
                let values: Vec<Option<f64>> = measured
                    .iter()
                    .map(|chunk| chunk[index].as_ref().ok().map(|(value, _)| *value))
                    .collect();
                let usual = Threshold::StandardDeviation { lower: None, upper: Some(3.0) };
                let threshold = settings.thresholds.get(&fit.method).unwrap_or(&usual);
                fit.thresholds = threshold.of(&values, fit.method.reach());
            }
        }
        fitted.reference = fitted.judge(Period::Reference, &chunks, measured);
        Ok(fitted)
    }

    /// The chunks of the reference itself.
    pub fn reference(&self) -> &[ChunkDrift] {
        &self.reference
    }

    /// Measures the chunks of other rows. Columns that the reference does not have are not
    /// looked at.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows, [`Error::Schema`] if a column is missing or of another
    /// kind, [`Error::Setting`] if the rows can't be cut.
    pub fn measure(&self, analysis: &Rows) -> Result<Vec<ChunkDrift>> {
        if analysis.is_empty() {
            return Err(Error::Empty { window: "analysis" });
        }
        let chunks = self.chunking.split(analysis.len())?;
        let measured = self.values(analysis, &chunks)?;
        Ok(self.judge(Period::Analysis, &chunks, measured))
    }

    /// What each fit says of each chunk.
    fn values(&self, rows: &Rows, chunks: &[Range<usize>]) -> Result<Vec<Vec<Measured>>> {
        let columns: Vec<&RowColumn> =
            self.fits.iter().map(|fit| rows.same_column(&fit.column)).collect::<Result<_>>()?;
        let of_chunk = |chunk: &Range<usize>| {
            // Sorted or counted once for all methods of a column.
            let mut samples: HashMap<&str, Option<Sample>> = HashMap::new();
            let mut counts: HashMap<&str, Counts<'_>> = HashMap::new();
            let mut measured: Vec<Measured> = Vec::with_capacity(self.fits.len());
            for (fit, column) in self.fits.iter().zip(&columns) {
                let name = fit.column.name.as_str();
                measured.push(match &column.values {
                    RowValues::Numbers(values) => {
                        let sorted = || Sample::new(present(&values[chunk.clone()])).ok();
                        fit.number(samples.entry(name).or_insert_with(sorted).as_ref())
                    }
                    RowValues::Categories(categories) => {
                        fit.category(counts.entry(name).or_insert_with(|| count(categories, chunk.clone())))
                    }
                });
            }
            measured
        };
        Ok(chunks.iter().map(of_chunk).collect())
    }

    fn judge(
        &self,
        period: Period,
        chunks: &[Range<usize>],
        measured: Vec<Vec<Measured>>,
    ) -> Vec<ChunkDrift> {
        let chunk = |(index, (rows, measured)): (usize, (&Range<usize>, Vec<Measured>))| ChunkDrift {
            period,
            chunk_index: index,
            start_index: rows.start,
            end_index: rows.end - 1,
            columns: self.fits.iter().zip(measured).map(|(fit, measured)| fit.judge(measured)).collect(),
        };
        chunks.iter().zip(measured).enumerate().map(chunk).collect()
    }
}

impl Fit {
    fn of(column: &RowColumn, settings: &UnivariateSettings) -> Result<Vec<Self>> {
        let new = |method, numbers, counts, values| Self {
            column: RowColumn { name: column.name.clone(), values },
            method,
            numbers,
            counts,
            thresholds: Thresholds::default(),
        };
        match &column.values {
            RowValues::Numbers(values) => {
                let values = present(values);
                let sorted = Sample::new(values.clone()).ok();
                let fit = |method: &Method| {
                    let approximation = match method {
                        Method::Wasserstein => settings.wasserstein,
                        _ => settings.kolmogorov_smirnov,
                    };
                    let fit = |sorted| NumbersFit::new(*method, &values, sorted, approximation);
                    let numbers = sorted.as_ref().map(fit).transpose();
                    let numbers = numbers.map_err(|error| of_column(&column.name, *method, &error))?;
                    Ok(new(*method, numbers, BTreeMap::new(), RowValues::Numbers(Vec::new())))
                };
                settings.continuous_methods.iter().map(fit).collect()
            }
            RowValues::Categories(categories) => {
                let counts = count(categories, 0..categories.codes.len());
                let counts: BTreeMap<String, u64> =
                    counts.into_iter().map(|(name, count)| (name.to_owned(), count)).collect();
                let fit = |method: &Method| {
                    if !Method::CATEGORIES.contains(method) {
                        let error = Error::undefined(method.name(), "it measures numbers, not categories");
                        return Err(of_column(&column.name, *method, &error));
                    }
                    let values = RowValues::Categories(Categories::default());
                    Ok(new(*method, None, counts.clone(), values))
                };
                settings.categorical_methods.iter().map(fit).collect()
            }
        }
    }

    fn number(&self, chunk: Option<&Sample>) -> Measured {
        let reference = self.numbers.as_ref().ok_or("the reference has no values")?;
        let chunk = chunk.ok_or("the chunk has no values")?;
        match reference.value(chunk) {
            Ok(value) if value.is_finite() => Ok((value, None)),
            Ok(_) => Err("the chunk has infinite values".to_owned()),
            Err(error) => Err(error.to_string()),
        }
    }

    fn category(&self, chunk: &Counts<'_>) -> Measured {
        let reference: Counts<'_> = self.counts.iter().map(|(name, count)| (name.as_str(), *count)).collect();
        measure(self.method, &reference, chunk).map_err(|error| error.to_string())
    }

    fn judge(&self, measured: Measured) -> ChunkColumn {
        let (value, own, reason) = match measured {
            Ok((value, own)) => (Some(value), own, None),
            Err(reason) => (None, None, Some(reason)),
        };
        let beyond = |value: f64| {
            let Thresholds { lower, upper } = self.thresholds;
            lower.is_some_and(|lower| value < lower) || upper.is_some_and(|upper| value > upper)
        };
        ChunkColumn {
            column: self.column.name.clone(),
            method: self.method,
            value,
            thresholds: self.thresholds,
            alert: own.or(value.map(beyond)).unwrap_or(false),
            reason,
        }
    }
}

fn of_column(column: &str, method: Method, error: &Error) -> Error {
    Error::undefined(method.name(), format!("column {column:?}: {error}"))
}

fn present(values: &[f64]) -> Vec<f64> {
    values.iter().copied().filter(|value| !value.is_nan()).collect()
}

fn count(categories: &Categories, rows: Range<usize>) -> Counts<'_> {
    let mut by_code = vec![0_u64; categories.names.len()];
    for code in categories.codes[rows].iter().filter(|code| **code != MISSING) {
        by_code[*code as usize] += 1;
    }
    let counted = categories.names.iter().zip(by_code).filter(|(_, count)| *count > 0);
    counted.map(|(name, count)| (name.as_str(), count)).collect()
}
