use mlops_stats::distance::{PermutationSettings, PermutationTest, VectorSample, maximum_mean_discrepancy};

use super::ShapeDrift;
use super::centroid::{Centroids, spread};
use crate::classifier::sampled;
use crate::report::Magnitude;
use crate::{Error, Result};

/// Compares the sides, each as seen from its own centroid; the magnitude is still to be judged.
///
/// Mixing sides that were centred apart is not quite mixing rows that could be exchanged: what is
/// left of chance in the centroids counts in the mixings and not in what is compared with them, so
/// that the p-value is on the large side.
pub(super) fn compare(
    r: &[&[f64]],
    c: &[&[f64]],
    centroids: &Centroids,
    limit: f64,
    settings: PermutationSettings,
) -> Result<ShapeDrift> {
    let undefined =
        |error: mlops_stats::Error| Error::undefined("maximum mean discrepancy", error.to_string());
    let (of_r, of_c) = (drawn(r, settings, u64::MAX), drawn(c, settings, u64::MAX - 1));
    let (x, y) = (seen_from(&of_r, &centroids.reference), seen_from(&of_c, &centroids.current));
    let dimension = centroids.reference.len();
    let (x, y) = (
        VectorSample::new(&x, dimension).map_err(undefined)?,
        VectorSample::new(&y, dimension).map_err(undefined)?,
    );
    let PermutationTest { statistic, p_value, rows } = maximum_mean_discrepancy(x, y, settings)
        .or_else(|error| {
            // Half of all pairs are the same vector twice.
            let squared = spread(&of_r, &centroids.reference) + spread(&of_c, &centroids.current);
            let mut settings = settings;
            settings.bandwidth =
                (error.is_undefined() && squared > 0.0 && squared.is_finite()).then(|| squared.sqrt());
            if settings.bandwidth.is_some() { maximum_mean_discrepancy(x, y, settings) } else { Err(error) }
        })
        .map_err(undefined)?;
    Ok(ShapeDrift {
        discrepancy: statistic,
        p_value,
        adjusted_p_value: p_value,
        limit,
        magnitude: Magnitude::None,
        reference_rows: rows.0,
        current_rows: rows.1,
    })
}

impl ShapeDrift {
    pub(super) fn judge(&mut self, adjusted_p_value: f64, alpha: f64) {
        self.adjusted_p_value = adjusted_p_value;
        self.magnitude = if adjusted_p_value > alpha {
            Magnitude::None
        } else if self.discrepancy >= self.limit {
            Magnitude::Material
        } else {
            Magnitude::Slight
        };
    }
}

fn drawn<'v>(side: &[&'v [f64]], settings: PermutationSettings, stream: u64) -> Vec<&'v [f64]> {
    let rows = sampled(side.len(), settings.max_rows, settings.seed, stream);
    rows.into_iter().map(|row| side[row]).collect()
}

fn seen_from(rows: &[&[f64]], centre: &[f64]) -> Vec<f64> {
    rows.iter().flat_map(|row| row.iter().zip(centre).map(|(entry, centre)| entry - centre)).collect()
}
