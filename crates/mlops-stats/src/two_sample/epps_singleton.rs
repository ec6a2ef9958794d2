use crate::distribution::chi_square_sf;
use crate::error::all_finite;
use crate::sum::sum;
use crate::{Error, Result};

/// Where the characteristic functions are compared, in half interquartile ranges.
const POINTS: [f64; 2] = [0.4, 0.8];
/// With fewer values than this the asymptotics has nothing to stand on.
const LEAST_VALUES: usize = 5;
/// Below this size of the larger sample the statistic is corrected.
const SMALL: usize = 25;

/// The Epps–Singleton test: the distance of two empirical characteristic functions at a few points.
///
/// For continuous and discrete values; often sees more than Kolmogorov–Smirnov. Points that
/// lie close together, or more than two or three, make the covariance of what is compared all
/// but singular: the statistic then has few valid digits, in any implementation. Assumes
/// independent rows. `O(n + m)` for each point, plus a selection of the quartiles of a copy.
///
/// ```
/// use mlops_stats::two_sample::EppsSingleton;
/// let before: Vec<f64> = (0..30).map(f64::from).collect();
/// let after: Vec<f64> = (0..30).map(|i| f64::from(i * i) / 20.0).collect();
/// let test = EppsSingleton::of(&before, &after)?;
/// assert!(test.p_value() < 0.05);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Epps and Singleton, *An omnibus test for the two-sample problem using the empirical
/// characteristic function* (1986). Agrees with `scipy.stats.epps_singleton_2samp` (1.17).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EppsSingleton {
    statistic: f64,
    rank: usize,
}

impl EppsSingleton {
    /// Compares two samples at 0.4 and 0.8.
    ///
    /// # Errors
    /// As [`EppsSingleton::at`].
    pub fn of(x: &[f64], y: &[f64]) -> Result<Self> {
        Self::at(x, y, &POINTS)
    }

    /// Compares two samples at these points, in half interquartile ranges of both.
    ///
    /// # Errors
    /// [`Error::Value`] for NaN or an infinity, [`Error::Parameter`] without a point or for
    /// one that is not above 0, [`Error::Undefined`] with less than five values in a sample,
    /// their interquartile range is 0, or nothing varies within each of them.
    pub fn at(x: &[f64], y: &[f64], points: &[f64]) -> Result<Self> {
        if let Some(point) = points.iter().find(|point| !(**point > 0.0 && point.is_finite())) {
            return Err(Error::Parameter {
                what: "point",
                value: *point,
                expected: "a finite number above 0",
            });
        }
        if points.is_empty() {
            return Err(Error::Parameter { what: "number of points", value: 0.0, expected: "at least 1" });
        }
        all_finite("x", x)?;
        all_finite("y", y)?;
        if x.len().min(y.len()) < LEAST_VALUES {
            return Err(Error::undefined("epps-singleton", "a sample has less than 5 values"));
        }
        let scale = interquartile_range(x.iter().chain(y).copied().collect()) / 2.0;
        if scale == 0.0 {
            return Err(Error::undefined("epps-singleton", "the interquartile range is 0"));
        }
        let (n, m) = (x.len() as f64, y.len() as f64);
        let total = n + m;
        let (of_x, of_y) = (Waves::of(x, points, scale), Waves::of(y, points, scale));
        let covariance: Vec<Vec<f64>> = (0..2 * points.len())
            .map(|i| {
                let cell = |j| total / n * of_x.covariance(i, j) + total / m * of_y.covariance(i, j);
                (0..2 * points.len()).map(cell).collect()
            })
            .collect();
        let difference: Vec<f64> = of_x.means.iter().zip(&of_y.means).map(|(a, b)| a - b).collect();
        let (length, rank) = generalised_square(covariance, &difference);
        if rank == 0 {
            return Err(Error::undefined("epps-singleton", "within each sample nothing varies"));
        }
        let correction = if x.len().max(y.len()) < SMALL {
            1.0 / (1.0 + total.powf(-0.45) + 10.1 * (n.powf(-1.7) + m.powf(-1.7)))
        } else {
            1.0
        };
        Ok(Self { statistic: total * length * correction, rank })
    }

    /// The squared distance, in units of its covariance.
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// How many of the two numbers for each point vary on their own: the degrees of freedom.
    /// Less than twice the points says that these are badly chosen for the data, and the
    /// p-value is not to be trusted.
    pub fn rank(&self) -> usize {
        self.rank
    }

    /// How likely a distance this large is if both samples come from one distribution: the
    /// chi-square limit.
    pub fn p_value(&self) -> f64 {
        self.p_value_with(self.rank)
    }

    /// The p-value with another number of degrees of freedom than [`rank`](Self::rank), such
    /// as that of an implementation that takes rounding for variation.
    pub fn p_value_with(&self, degrees_of_freedom: usize) -> f64 {
        chi_square_sf(degrees_of_freedom as f64, self.statistic)
    }
}

/// The cosines at all points, then the sines: each a row with its mean.
struct Waves {
    rows: Vec<Vec<f64>>,
    means: Vec<f64>,
}

impl Waves {
    fn of(values: &[f64], points: &[f64], scale: f64) -> Self {
        let row = |wave: fn(f64) -> f64| {
            move |point: &f64| values.iter().map(|value| wave(point / scale * value)).collect::<Vec<_>>()
        };
        let mut rows: Vec<Vec<f64>> =
            points.iter().map(row(f64::cos)).chain(points.iter().map(row(f64::sin))).collect();
        let mut means = Vec::with_capacity(rows.len());
        for row in &mut rows {
            let mean = pairwise_sum(row) / row.len() as f64;
            for value in row.iter_mut() {
                *value -= mean;
            }
            means.push(mean);
        }
        Self { rows, means }
    }

    fn covariance(&self, i: usize, j: usize) -> f64 {
        let (a, b) = (&self.rows[i], &self.rows[j]);
        sum(a.iter().zip(b).map(|(a, b)| a * b)) / a.len() as f64
    }
}

/// Sum by halves, and by eight running sums below 128 values, as `NumPy`'s: the spread of
/// equal values is the rounding of their mean, and the statistic of constants is made of it.
fn pairwise_sum(values: &[f64]) -> f64 {
    if values.len() > 128 {
        let half = values.len() / 2 / 8 * 8;
        return pairwise_sum(&values[..half]) + pairwise_sum(&values[half..]);
    }
    let (eights, rest) = values.as_chunks::<8>();
    let running = eights.iter().copied().reduce(|sums, eight| std::array::from_fn(|i| sums[i] + eight[i]));
    let start = running.map_or(0.0, |[a, b, c, d, e, f, g, h]| ((a + b) + (c + d)) + ((e + f) + (g + h)));
    rest.iter().fold(start, |sum, value| sum + value)
}

/// The distance of the quartiles, each interpolated linearly between neighbours.
fn interquartile_range(mut values: Vec<f64>) -> f64 {
    values.sort_unstable_by(f64::total_cmp);
    let quantile = |share: f64| {
        let place = share * (values.len() - 1) as f64;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "within the indices")]
        let below = place.floor() as usize;
        let (low, share) = (values[below], place - place.floor());
        let step = values.get(below + 1).map_or(0.0, |high| high - low);
        low + step * share
    };
    quantile(0.75) - quantile(0.25)
}

/// `vᵀ A⁺ v` with the pseudo-inverse of a symmetric matrix, and the rank of that: directions
/// that vary by nothing but rounding are left out, and of what remains the inverse counts
/// only what it tells apart from 0.
fn generalised_square(matrix: Vec<Vec<f64>>, vector: &[f64]) -> (f64, usize) {
    let (values, axes) = eigen(matrix);
    let largest = values.iter().fold(0.0_f64, |largest, value| largest.max(value.abs()));
    let kept = || values.iter().zip(&axes).filter(|(value, _)| value.abs() > 1e-15 * largest);
    let least = kept().fold(f64::INFINITY, |least, (value, _)| least.min(value.abs()));
    let square = kept().map(|(value, axis)| {
        let along: f64 = axis.iter().zip(vector).map(|(a, b)| a * b).sum();
        along * along / value
    });
    let seen = |value: &f64| least / value.abs() > values.len() as f64 * f64::EPSILON;
    (sum(square), kept().filter(|(value, _)| seen(value)).count())
}

/// Eigenvalues and, in the same order, eigenvectors of a small symmetric matrix.
///
/// # Source
/// Jacobi, *Über ein leichtes Verfahren …* (1846): rotations until nothing is left beside the diagonal.
fn eigen(mut matrix: Vec<Vec<f64>>) -> (Vec<f64>, Vec<Vec<f64>>) {
    let size = matrix.len();
    let mut axes: Vec<Vec<f64>> =
        (0..size).map(|i| (0..size).map(|j| if i == j { 1.0 } else { 0.0 }).collect()).collect();
    for _ in 0..60 {
        let mut rotated = false;
        for i in 0..size {
            for j in i + 1..size {
                let beside = matrix[i][j];
                if beside.abs() <= f64::EPSILON / 4.0 * (matrix[i][i] * matrix[j][j]).abs().sqrt() {
                    continue;
                }
                rotated = true;
                let angle = (matrix[j][j] - matrix[i][i]) / (2.0 * beside);
                let tangent = angle.signum() / (angle.abs() + angle.hypot(1.0));
                let cosine = 1.0 / tangent.hypot(1.0);
                let sine = tangent * cosine;
                let turn = |a: f64, b: f64| (cosine * a - sine * b, sine * a + cosine * b);
                for row in &mut matrix {
                    (row[i], row[j]) = turn(row[i], row[j]);
                }
                for rows in [&mut matrix, &mut axes] {
                    let (upper, lower) = rows.split_at_mut(j);
                    for (a, b) in upper[i].iter_mut().zip(&mut lower[0]) {
                        (*a, *b) = turn(*a, *b);
                    }
                }
            }
        }
        if !rotated {
            break;
        }
    }
    ((0..size).map(|i| matrix[i][i]).collect(), axes)
}
