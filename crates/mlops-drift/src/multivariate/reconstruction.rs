use std::ops::Range;

use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::eigen;
use super::encode::Encoder;
use crate::chunks::{Chunking, Period, Reach, Threshold, Thresholds};
use crate::rows::RowColumn;
use crate::{Error, Result, Rows};

/// How many principal components are kept.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(untagged)]
#[non_exhaustive]
pub enum Components {
    /// So many.
    Count(usize),
    /// As many as it takes to explain more than this share of the variance.
    Share(f64),
}

/// How rows are cut, how many components are kept, and what is unusual.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ReconstructionSettings {
    /// How rows are cut; into about ten chunks.
    pub chunking: Chunking,
    /// How many components are kept; as many as explain 65 % of the variance.
    pub n_components: Components,
    /// What is unusual; three standard deviations of the reference's chunks, on both sides:
    /// rows that are described better than ever are another kind of rows too.
    pub threshold: Threshold,
}

impl Default for ReconstructionSettings {
    fn default() -> Self {
        Self {
            chunking: Chunking::default(),
            n_components: Components::Share(0.65),
            threshold: Threshold::StandardDeviation { lower: Some(3.0), upper: Some(3.0) },
        }
    }
}

impl ReconstructionSettings {
    /// Another way to cut.
    #[must_use]
    pub fn chunks(mut self, chunking: Chunking) -> Self {
        self.chunking = chunking;
        self
    }

    /// Another number of components.
    #[must_use]
    pub fn components(mut self, components: Components) -> Self {
        self.n_components = components;
        self
    }

    /// Another threshold.
    #[must_use]
    pub fn threshold(mut self, threshold: Threshold) -> Self {
        self.threshold = threshold;
        self
    }
}

/// How well the reference's components describe one chunk.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ReconstructionChunk {
    /// Which data set it is from.
    pub period: Period,
    /// Its place among the chunks of the data set, from 0.
    pub chunk_index: usize,
    /// Its first row in the data set, from 0.
    pub start_index: usize,
    /// Its last row.
    pub end_index: usize,
    /// The mean distance of a row from its image, in standard deviations of the reference's columns.
    pub value: f64,
    /// The standard error of that mean; `None` for a single row.
    pub sampling_error: Option<f64>,
    /// Three standard errors above.
    pub upper_confidence_boundary: Option<f64>,
    /// Three standard errors below, at least 0.
    pub lower_confidence_boundary: Option<f64>,
    /// Between what it is usual.
    #[serde(flatten)]
    pub thresholds: Thresholds,
    /// Whether it is unusual, which it is at a threshold too.
    pub alert: bool,
}

/// The interval around a chunk's value, in standard errors.
const STANDARD_ERRORS: f64 = 3.0;

/// The error of reconstructing rows from the reference's principal components, chunk by chunk.
///
/// Missing numbers are the reference's mean, missing categories its most frequent one;
/// a category is as large as it is frequent, one never seen is 0; then every column has mean 0
/// and standard deviation 1 in the reference. A change of how columns go together linearly
/// moves rows away from the components (or, if they got more alike, towards them); a
/// change along the components does not show, nor one that only a curve would follow.
///
/// Cost: `O(rows · columns²)` and an eigenproblem of `columns³`; 8 bytes a value of a chunk.
///
/// ```
/// use mlops_drift::Rows;
/// use mlops_drift::chunks::Chunking;
/// use mlops_drift::multivariate::{ReconstructionChunks, ReconstructionSettings};
///
/// // Two columns that go together, and then against each other.
/// let table = |sign: f64| {
///     let x = |row: u32| f64::from(row * 37 % 101) / 50.0 - 1.0;
///     let noise = |row: u32| f64::from(row * 71 % 97) / 500.0;
///     Rows::default()
///         .numbers("a", (0..600).map(x).collect())?
///         .numbers("b", (0..600).map(|row| sign * x(row) + noise(row)).collect())
/// };
/// let settings = ReconstructionSettings::default().chunks(Chunking::size(150));
/// let reference = ReconstructionChunks::fit(&table(1.0)?, &settings)?;
/// assert!(reference.measure(&table(1.0)?)?.iter().all(|chunk| !chunk.alert));
/// assert!(reference.measure(&table(-1.0)?)?.iter().all(|chunk| chunk.alert));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
///
/// # Source
/// `NannyML` 0.13.1, `DataReconstructionDriftCalculator` (scikit-learn's `SimpleImputer`,
/// `StandardScaler` and `PCA`, `CountEncoder(normalize=True)` of `category_encoders`).
#[derive(Clone, Debug)]
pub struct ReconstructionChunks {
    settings: ReconstructionSettings,
    encoder: Encoder,
    /// What is left of the mean after scaling.
    mean: Vec<f64>,
    components: Vec<Vec<f64>>,
    explained: Vec<f64>,
    thresholds: Thresholds,
    reference: Vec<ReconstructionChunk>,
}

impl ReconstructionChunks {
    /// Learns the components of the reference, and how well they describe its own chunks.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows or columns; [`Error::Input`] if a column has no value or an
    /// infinite one; [`Error::Undefined`] if no column varies; [`Error::Setting`] if rows can't
    /// be cut, a threshold can't be obeyed, or there can't be so many components.
    pub fn fit(reference: &Rows, settings: &ReconstructionSettings) -> Result<Self> {
        if reference.is_empty() {
            return Err(Error::Empty { window: "reference" });
        }
        settings.threshold.check()?;
        let encoder = Encoder::fit(reference)?;
        let rows = encoder.encode(&encoder.columns(reference)?, 0..reference.len())?;
        let mean = mean(&rows, encoder.width());
        let found = eigen::symmetric(covariance(&rows, &mean));
        let total: f64 = found.values.iter().map(|value| value.max(0.0)).sum();
        if total <= 0.0 {
            return Err(Error::undefined("reconstruction error", "no column of the reference varies"));
        }
        let shares: Vec<f64> = found.values.iter().map(|value| value.max(0.0) / total).collect();
        let kept = kept(settings.n_components, &shares, rows.len())?;
        let mut fitted = Self {
            settings: *settings,
            encoder,
            mean,
            components: found.vectors.into_iter().take(kept).collect(),
            explained: shares.into_iter().take(kept).collect(),
            thresholds: Thresholds::default(),
            reference: Vec::new(),
        };
        let mut chunks = fitted.chunks(Period::Reference, reference)?;
        let values: Vec<Option<f64>> = chunks.iter().map(|chunk| Some(chunk.value)).collect();
        let reach = Reach { lower: Some(0.0), upper: None, drop: true };
        fitted.thresholds = settings.threshold.of(&values, reach);
        fitted.judge(&mut chunks);
        fitted.reference = chunks;
        Ok(fitted)
    }

    /// The chunks of the reference itself.
    pub fn reference(&self) -> &[ReconstructionChunk] {
        &self.reference
    }

    /// The share of the variance that each kept component explains.
    pub fn explained_variance(&self) -> &[f64] {
        &self.explained
    }

    /// Measures the chunks of other rows. Columns that the reference does not have are not
    /// looked at.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows, [`Error::Schema`] if a column is missing or of another
    /// kind, [`Error::Input`] if a value is infinite, [`Error::Setting`] if the rows can't be cut.
    pub fn measure(&self, analysis: &Rows) -> Result<Vec<ReconstructionChunk>> {
        if analysis.is_empty() {
            return Err(Error::Empty { window: "analysis" });
        }
        let mut chunks = self.chunks(Period::Analysis, analysis)?;
        self.judge(&mut chunks);
        Ok(chunks)
    }

    fn chunks(&self, period: Period, rows: &Rows) -> Result<Vec<ReconstructionChunk>> {
        let columns = self.encoder.columns(rows)?;
        let ranges = self.settings.chunking.split(rows.len())?;
        let chunk = |(index, range): (usize, &Range<usize>)| self.chunk(period, index, range, &columns);
        ranges.par_iter().enumerate().map(chunk).collect()
    }

    fn chunk(
        &self,
        period: Period,
        chunk_index: usize,
        rows: &Range<usize>,
        columns: &[&RowColumn],
    ) -> Result<ReconstructionChunk> {
        let errors: Vec<f64> =
            self.encoder.encode(columns, rows.clone())?.iter().map(|row| self.error(row)).collect();
        let n = errors.len() as f64;
        let value = errors.iter().sum::<f64>() / n;
        let squares: f64 = errors.iter().map(|error| (error - value).powi(2)).sum();
        let sampling_error = (errors.len() > 1).then(|| (squares / (n - 1.0) / n).sqrt());
        let away = sampling_error.map(|error| STANDARD_ERRORS * error);
        Ok(ReconstructionChunk {
            period,
            chunk_index,
            start_index: rows.start,
            end_index: rows.end - 1,
            value,
            sampling_error,
            upper_confidence_boundary: away.map(|away| value + away),
            lower_confidence_boundary: away.map(|away| (value - away).max(0.0)),
            thresholds: Thresholds::default(),
            alert: false,
        })
    }

    /// How far a row is from its image in the space of the components.
    fn error(&self, row: &[f64]) -> f64 {
        let mut rest: Vec<f64> = row.iter().zip(&self.mean).map(|(value, mean)| value - mean).collect();
        let images: Vec<f64> = self.components.iter().map(|component| dot(component, &rest)).collect();
        for (image, component) in images.iter().zip(&self.components) {
            rest.iter_mut().zip(component).for_each(|(rest, entry)| *rest -= image * entry);
        }
        dot(&rest, &rest).sqrt()
    }

    fn judge(&self, chunks: &mut [ReconstructionChunk]) {
        let Thresholds { lower, upper } = self.thresholds;
        for chunk in chunks {
            chunk.thresholds = self.thresholds;
            chunk.alert = lower.is_some_and(|lower| chunk.value <= lower)
                || upper.is_some_and(|upper| chunk.value >= upper);
        }
    }
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn mean(rows: &[Vec<f64>], width: usize) -> Vec<f64> {
    let mut mean = vec![0.0; width];
    for row in rows {
        mean.iter_mut().zip(row).for_each(|(mean, value)| *mean += value / rows.len() as f64);
    }
    mean
}

fn covariance(rows: &[Vec<f64>], mean: &[f64]) -> Vec<Vec<f64>> {
    let width = mean.len();
    let mut covariance = vec![vec![0.0; width]; width];
    let mut away = vec![0.0; width];
    for row in rows {
        away.iter_mut().zip(row.iter().zip(mean)).for_each(|(away, (value, mean))| *away = value - mean);
        for (i, line) in covariance.iter_mut().enumerate() {
            let here = away[i];
            line.iter_mut().zip(&away).for_each(|(sum, other)| *sum += here * other);
        }
    }
    let degrees = (rows.len() as f64 - 1.0).max(1.0);
    covariance.iter_mut().flatten().for_each(|sum| *sum /= degrees);
    covariance
}

/// How many components, of which each explains its share.
fn kept(components: Components, shares: &[f64], rows: usize) -> Result<usize> {
    let most = shares.len().min(rows);
    match components {
        Components::Count(count) if count <= most => Ok(count),
        Components::Count(count) => Err(Error::Setting {
            setting: "n_components",
            value: count as f64,
            expected: "at most as many as columns, and as rows",
        }),
        Components::Share(share) if share > 0.0 && share < 1.0 => {
            let mut explained = 0.0;
            let short = |of: &&f64| {
                explained += **of;
                explained <= share
            };
            Ok((shares.iter().take_while(short).count() + 1).min(most))
        }
        Components::Share(value) => Err(Error::Setting {
            setting: "n_components",
            value,
            expected: "a share between 0 and 1, or a count",
        }),
    }
}
