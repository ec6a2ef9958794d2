use arrow_array::{Array, RecordBatch};
use arrow_schema::DataType;
use mlops_stats::sketch::QuantileSketch;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::column::ColumnState;
use super::correlation::Together;
use super::{Correlation, Profile};
use crate::outlier::numbers;
use crate::schema::{ColumnType, as_before, as_here, columns_of};
use crate::{Error, Result};

/// How a table is profiled.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct ProfileSettings {
    /// How many frequent values are found for certain; all are counted up to twice as many.
    /// From 1 to 2²⁰.
    pub frequent: usize,
    /// How many of them are shown.
    pub top: usize,
    /// How many values of a weight a sketch of quantiles keeps; even, from 8 to 2²⁰.
    pub quantile_points: usize,
    /// Parts of a histogram, from 1 to 1000.
    pub parts: usize,
    /// The first so many columns of numbers are correlated, each with each.
    pub correlated: usize,
    /// A column of more values is never taken for unique. It costs some 16 bytes a value.
    pub max_unique: usize,
}

impl Default for ProfileSettings {
    fn default() -> Self {
        Self {
            frequent: 1000,
            top: 10,
            quantile_points: QuantileSketch::DEFAULT_K,
            parts: 20,
            correlated: 32,
            max_unique: 1 << 20,
        }
    }
}

/// Makes a [`Profile`] of record batches, in one pass, in parts that merge.
///
/// Memory is bounded by the settings, whatever the number of rows. Counts, extremes and means do not
/// depend on how the rows are split, deviations and correlations only by rounding. So do quantiles, bins
/// and frequent values as long as they are exact, that is, up to
/// [`quantile_points`](ProfileSettings::quantile_points) values and twice
/// [`frequent`](ProfileSettings::frequent) different ones; beyond, they keep the error that stands
/// with them.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
/// use mlops_validate::profile::{Profile, Profiler};
///
/// # let distance: ArrayRef = Arc::new(Int64Array::from(vec![187, 1400, 187, 2586]));
/// # let dest: ArrayRef = Arc::new(StringArray::from(vec!["BOS", "MIA", "BOS", "SFO"]));
/// # let batch = RecordBatch::try_from_iter([("distance", distance), ("dest", dest)])?;
/// let mut profiler = Profiler::default();
/// profiler.update(&batch)?;
/// let profile = profiler.finish();
/// let distance = profile.column("distance").ok_or("no such column")?;
/// assert_eq!((distance.distinct, distance.missing), (3.0, 0));
/// assert_eq!(distance.numbers.as_ref().and_then(|numbers| numbers.mean), Some(1090.0));
/// assert_eq!(profile.columns[1].top[0].count, 2);
/// assert_eq!(Profile::from_json(&profile.to_json())?, profile);
///
/// // A suite that this table passes, to be looked over and kept.
/// let suite = profile.suggest("flights");
/// assert!(suite.validate(&[batch])?.success());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct Profiler {
    settings: ProfileSettings,
    rows: u64,
    columns: Option<Vec<ColumnState>>,
    /// The places of the columns that are correlated.
    correlated: Vec<usize>,
    /// Of each pair of them, in order.
    together: Vec<Together>,
}

impl Profiler {
    /// With other settings than the usual ones.
    ///
    /// # Errors
    /// [`Error::Invalid`] if one is out of its range.
    pub fn new(settings: ProfileSettings) -> Result<Self> {
        let ranges = [
            ("frequent", settings.frequent, 1, 1 << 20),
            ("parts", settings.parts, 1, 1000),
            ("quantile_points", settings.quantile_points, 8, 1 << 20),
        ];
        for (path, value, least, most) in ranges {
            if !(least..=most).contains(&value) {
                let expected = format!("from {least} to {most}");
                return Err(Error::invalid("profile settings", path, value, expected));
            }
        }
        if !settings.quantile_points.is_multiple_of(2) {
            let value = settings.quantile_points;
            return Err(Error::invalid("profile settings", "quantile_points", value, "an even number"));
        }
        Ok(Self { settings, ..Self::default() })
    }

    /// Takes in the rows that follow.
    ///
    /// # Errors
    /// [`Error::Input`] if its columns are not those of the first batch, in name, order and
    /// type, or if two have one name. Nothing is taken in then.
    pub fn update(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = columns_of(batch)?;
        let settings = self.settings;
        if self.columns.is_none() {
            let states = columns
                .iter()
                .map(|(name, data_type)| ColumnState::new(name.clone(), data_type.clone(), &settings));
            self.columns = Some(states.collect::<Result<_>>()?);
            let of_numbers = |at: &usize| is_number(batch.column(*at).data_type());
            self.correlated = (0..batch.num_columns()).filter(of_numbers).take(settings.correlated).collect();
            self.together = vec![Together::default(); pairs(self.correlated.len()).count()];
        }
        let states = self.columns.get_or_insert_default();
        as_before(states, &columns)?;
        let floats: Vec<Vec<f64>> = self
            .correlated
            .par_iter()
            .map(|at| numbers(batch.column(*at).as_ref()))
            .collect::<Result<_>>()?;
        let pairs: Vec<(usize, usize)> = pairs(floats.len()).collect();
        self.together
            .par_iter_mut()
            .zip(pairs)
            .for_each(|(together, (a, b))| together.update(&floats[a], &floats[b]));
        states.par_iter_mut().zip(batch.columns()).for_each(|(state, array)| state.update(array.as_ref()));
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Takes in what another has seen of the rows that follow.
    ///
    /// # Errors
    /// [`Error::Input`] if it saw other columns or has other settings.
    pub fn merge(&mut self, later: Self) -> Result<()> {
        if self.settings != later.settings {
            return Err(Error::input("the part to be merged", "it has other settings"));
        }
        let Some(theirs) = later.columns else { return Ok(()) };
        let Some(own) = &mut self.columns else {
            *self = Self { columns: Some(theirs), ..later };
            return Ok(());
        };
        as_here(own, &theirs)?;
        for (own, theirs) in own.iter_mut().zip(theirs) {
            own.merge(theirs);
        }
        for (own, theirs) in self.together.iter_mut().zip(&later.together) {
            own.merge(theirs);
        }
        self.rows += later.rows;
        Ok(())
    }

    /// Rows seen so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The profile.
    pub fn finish(self) -> Profile {
        let states = self.columns.unwrap_or_default();
        let name = |at: usize| states[self.correlated[at]].name.clone();
        let correlations = pairs(self.correlated.len()).zip(&self.together).map(|((a, b), together)| {
            Correlation { a: name(a), b: name(b), rows: together.rows, pearson: together.pearson() }
        });
        let correlations = correlations.collect();
        let columns = states.iter().map(|state| state.profile(&self.settings)).collect();
        Profile::new(self.rows, columns, correlations)
    }
}

fn pairs(columns: usize) -> impl Iterator<Item = (usize, usize)> {
    (0..columns).flat_map(move |a| (a + 1..columns).map(move |b| (a, b)))
}

fn is_number(data_type: &DataType) -> bool {
    use crate::schema::TypeKind;
    matches!(ColumnType::of(data_type).kind(), TypeKind::Whole | TypeKind::Float)
}
