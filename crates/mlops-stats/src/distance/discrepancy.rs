use rayon::prelude::*;

use super::pool::{Means, Pool};
use crate::error::all_finite;
use crate::{Error, Result};

/// Rows of numbers, one row after the other, for tests on vectors.
///
/// A single column of numbers is rows of one.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct VectorSample<'a> {
    pub(super) values: &'a [f64],
    dimensions: usize,
}

impl<'a> VectorSample<'a> {
    /// `values` holds the rows one after the other, each of so many numbers.
    ///
    /// # Errors
    /// [`Error::Shape`] without a row or if the last row is cut, [`Error::Value`] with the first
    /// number that is NaN or infinite, [`Error::Parameter`] without dimensions.
    pub fn new(values: &'a [f64], dimensions: usize) -> Result<Self> {
        if dimensions == 0 {
            return Err(Error::Parameter { what: "dimensions", value: 0.0, expected: "at least 1" });
        }
        all_finite("vectors", values)?;
        if !values.len().is_multiple_of(dimensions) {
            let expected = format!("a multiple of {dimensions}");
            return Err(Error::Shape { what: "vectors", found: values.len(), expected });
        }
        Ok(Self { values, dimensions })
    }

    /// How many rows there are; never 0.
    #[expect(clippy::len_without_is_empty, reason = "there is always a row")]
    pub const fn len(&self) -> usize {
        self.values.len() / self.dimensions
    }

    /// How many numbers a row has.
    pub const fn dimensions(&self) -> usize {
        self.dimensions
    }

    pub(super) fn rows(&self) -> impl Iterator<Item = &'a [f64]> {
        self.values.chunks_exact(self.dimensions)
    }
}

/// Whether two samples of vectors come from one distribution, by permutation.
#[derive(Clone, Copy, Debug, PartialEq)]
#[expect(clippy::exhaustive_structs, reason = "a test by permutation is these")]
pub struct PermutationTest {
    /// The statistic of the two samples; may be below 0 where it is unbiased.
    pub statistic: f64,
    /// Share of the permutations, the observed one among them, with a statistic as large.
    pub p_value: f64,
    /// Rows of the first and the second sample that were used.
    pub rows: (usize, usize),
}

/// Settings of [`maximum_mean_discrepancy`] and [`energy_test`].
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct PermutationSettings {
    /// How many permutations; the smallest p-value is one over one more. 999.
    pub permutations: u32,
    /// Seed of the permutations, and of the sample of rows. 0.
    pub seed: u64,
    /// Of a sample with more rows, so many are drawn without replacement: the matrix of all
    /// pairs has `8 · (2 · max_rows)²` bytes. 1,000, which is 32 MB.
    pub max_rows: usize,
    /// Width `σ` of the kernel `exp(−‖x − y‖² / 2σ²)`; without one, the median distance of all
    /// pairs. The energy test has none.
    pub bandwidth: Option<f64>,
}

impl Default for PermutationSettings {
    fn default() -> Self {
        Self { permutations: 999, seed: 0, max_rows: 1_000, bandwidth: None }
    }
}

/// Maximum mean discrepancy of two samples of vectors: how far apart the means of the two lie
/// in the space of a Gaussian kernel, squared, with a p-value by permutation.
///
/// The estimate is unbiased: 0 on average, and below it as often, if nothing differs. Rows are
/// taken as independent. The values are centred first, so that their distance from 0 costs no
/// digits. `O((n + m)² (d + permutations))` in parallel; the answer does not depend on the
/// number of threads.
///
/// # Errors
/// [`Error::Shape`] if the dimensions differ or a sample has fewer than two rows,
/// [`Error::Undefined`] if the median distance is 0 or not finite and no bandwidth is given,
/// [`Error::Parameter`] if a setting is outside its range.
///
/// # Source
/// Gretton, Borgwardt, Rasch, Schölkopf and Smola, *A kernel two-sample test*, JMLR 13 (2012),
/// equation 3 and the median heuristic; p-value with the observed permutation counted (Phipson
/// and Smyth, 2010).
///
/// ```
/// use mlops_stats::distance::{PermutationSettings, VectorSample, maximum_mean_discrepancy};
/// let before: Vec<f64> = (0..60_u32).map(|i| f64::from(i * 7 % 13)).collect();
/// let after: Vec<f64> = (0..60_u32).map(|i| f64::from(i * 7 % 13) + 6.0).collect();
/// let (before, after) = (VectorSample::new(&before, 2)?, VectorSample::new(&after, 2)?);
/// let found = maximum_mean_discrepancy(before, after, PermutationSettings::default())?;
/// assert!(found.statistic > 0.1 && found.p_value < 0.01);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn maximum_mean_discrepancy(
    x: VectorSample<'_>,
    y: VectorSample<'_>,
    settings: PermutationSettings,
) -> Result<PermutationTest> {
    const WHAT: &str = "maximum mean discrepancy";
    let pool = Pool::new(x, y, settings)?;
    let mut matrix = pool.squared_distances();
    let width = match settings.bandwidth {
        Some(width) if width > 0.0 && width.is_finite() => width * width,
        Some(value) => {
            return Err(Error::Parameter { what: "bandwidth", value, expected: "a positive number" });
        }
        None => pool.median_off_diagonal(&matrix),
    };
    if !(width > 0.0 && width.is_finite()) {
        let reason = format!("the median squared distance of the rows is {width}");
        return Err(Error::undefined(WHAT, reason));
    }
    matrix.par_iter_mut().for_each(|squared| *squared = (-*squared / (2.0 * width)).exp());
    pool.test(&matrix, WHAT, settings, |means| means.within_x + means.within_y - 2.0 * means.between)
}

/// Energy statistic of two samples of vectors, `2 E‖X − Y‖ − E‖X − X′‖ − E‖Y − Y′‖` over
/// different rows, with a p-value by permutation: without a bandwidth to choose.
///
/// Otherwise as [`maximum_mean_discrepancy`].
///
/// # Errors
/// [`Error::Shape`] if the dimensions differ or a sample has fewer than two rows,
/// [`Error::Undefined`] if a distance is too large for a number, [`Error::Parameter`] if a
/// setting is outside its range.
///
/// # Source
/// Székely and Rizzo, *Energy statistics* (2013).
///
/// ```
/// use mlops_stats::distance::{PermutationSettings, VectorSample, energy_test};
/// let before: Vec<f64> = (0..60_u32).map(|i| f64::from(i * 7 % 13)).collect();
/// let (x, y) = (VectorSample::new(&before[..40], 1)?, VectorSample::new(&before[40..], 1)?);
/// assert!(energy_test(x, y, PermutationSettings::default())?.p_value > 0.1);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn energy_test(
    x: VectorSample<'_>,
    y: VectorSample<'_>,
    settings: PermutationSettings,
) -> Result<PermutationTest> {
    let pool = Pool::new(x, y, settings)?;
    let mut matrix = pool.squared_distances();
    matrix.par_iter_mut().for_each(|squared| *squared = squared.sqrt());
    let of = |means: Means| 2.0 * means.between - means.within_x - means.within_y;
    pool.test(&matrix, "energy statistic", settings, of)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    fn normals(replicate: u64, rows: usize, dimensions: usize, shift: f64) -> Vec<f64> {
        let mut random = Random::replicate(21, replicate);
        (0..rows * dimensions).map(|_| (0..12).map(|_| random.unit()).sum::<f64>() - 6.0 + shift).collect()
    }

    fn quick() -> PermutationSettings {
        PermutationSettings { permutations: 99, ..Default::default() }
    }

    #[test]
    fn it_is_the_sum_over_pairs() {
        let (x, y) = (normals(1, 9, 3, 0.0), normals(2, 7, 3, 0.4));
        let settings = PermutationSettings { bandwidth: Some(1.3), ..quick() };
        let seen = maximum_mean_discrepancy(
            VectorSample::new(&x, 3).unwrap(),
            VectorSample::new(&y, 3).unwrap(),
            settings,
        );
        let kernel = |a: &[f64], b: &[f64]| {
            (-a.iter().zip(b).map(|(a, b)| (a - b).powi(2)).sum::<f64>() / (2.0 * 1.69)).exp()
        };
        let mean = |a: &[f64], b: &[f64], different: bool| {
            let (mut sum, mut count) = (0.0, 0.0);
            for (i, a) in a.chunks(3).enumerate() {
                for (j, b) in b.chunks(3).enumerate().filter(|(j, _)| !different || *j != i) {
                    sum += kernel(a, b);
                    count += f64::from(u8::from(!different || i != j));
                }
            }
            sum / count
        };
        let naive = mean(&x, &x, true) + mean(&y, &y, true) - 2.0 * mean(&x, &y, false);
        assert!((seen.unwrap().statistic - naive).abs() < 1e-12);
    }

    #[test]
    fn far_from_the_origin_it_is_the_same() {
        let (x, y) = (normals(1, 40, 2, 0.0), normals(2, 40, 2, 0.8));
        let test = |x: &[f64], y: &[f64]| {
            maximum_mean_discrepancy(
                VectorSample::new(x, 2).unwrap(),
                VectorSample::new(y, 2).unwrap(),
                quick(),
            )
            .unwrap()
        };
        let away = |values: &[f64]| values.iter().map(|value| value + 1e8).collect::<Vec<f64>>();
        let (near, far) = (test(&x, &y), test(&away(&x), &away(&y)));
        assert!((near.statistic - far.statistic).abs() < 1e-6, "{near:?} {far:?}");
        assert_eq!(near.p_value, far.p_value);
    }

    #[test]
    fn p_values_are_uniform_without_a_difference_and_small_with_one() {
        for test in [maximum_mean_discrepancy, energy_test] {
            let p = |replicate, shift| {
                let (x, y) = (normals(replicate, 20, 2, 0.0), normals(replicate + 5_000, 30, 2, shift));
                test(VectorSample::new(&x, 2).unwrap(), VectorSample::new(&y, 2).unwrap(), quick())
                    .unwrap()
                    .p_value
            };
            let alarms = (0..300).filter(|replicate| p(*replicate, 0.0) <= 0.05).count();
            assert!((4..=27).contains(&alarms), "{alarms} of 300 at 5 %");
            assert!((0..20).filter(|replicate| p(*replicate, 1.5) <= 0.05).count() >= 19);
        }
    }

    #[test]
    fn neither_threads_nor_the_cap_change_what_is_promised() {
        let (x, y) = (normals(1, 300, 1, 0.0), normals(2, 200, 1, 0.1));
        let settings = PermutationSettings { max_rows: 50, ..quick() };
        let test = || {
            energy_test(VectorSample::new(&x, 1).unwrap(), VectorSample::new(&y, 1).unwrap(), settings)
                .unwrap()
        };
        let alone = rayon::ThreadPoolBuilder::new().num_threads(1).build().unwrap().install(test);
        assert_eq!(alone, test());
        assert_eq!(alone.rows, (50, 50));
    }

    #[test]
    fn input_is_checked() {
        let values = [1.0, 2.0, 3.0, 4.0];
        let two = VectorSample::new(&values, 2).unwrap();
        assert_eq!((two.len(), two.dimensions()), (2, 2));
        assert!(matches!(VectorSample::new(&values, 0), Err(Error::Parameter { .. })));
        assert!(matches!(VectorSample::new(&values, 3), Err(Error::Shape { .. })));
        assert!(matches!(VectorSample::new(&[], 1), Err(Error::Shape { .. })));
        assert!(matches!(VectorSample::new(&[f64::NAN], 1), Err(Error::Value { .. })));
        let one = VectorSample::new(&values, 4).unwrap();
        assert!(matches!(energy_test(one, one, quick()), Err(Error::Shape { .. })));
        assert!(matches!(
            energy_test(two, VectorSample::new(&values, 1).unwrap(), quick()),
            Err(Error::Shape { .. })
        ));
        for bad in [0.0, -1.0, f64::NAN] {
            let settings = PermutationSettings { bandwidth: Some(bad), ..quick() };
            assert!(maximum_mean_discrepancy(two, two, settings).is_err());
        }
        let same = VectorSample::new(&[7.0; 8], 2).unwrap();
        assert!(maximum_mean_discrepancy(same, same, quick()).unwrap_err().is_undefined());
        assert_eq!(energy_test(same, same, quick()).unwrap().p_value, 1.0);
        let huge = [1e300, -1e300, 1e300, -1e300];
        let huge = VectorSample::new(&huge, 1).unwrap();
        assert!(energy_test(huge, huge, quick()).unwrap_err().is_undefined());
    }
}
