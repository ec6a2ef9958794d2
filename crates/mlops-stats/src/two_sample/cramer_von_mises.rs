use std::cmp::Ordering;

use super::Sample;
use super::cramer_von_mises_limit::cramer_von_mises_limit_cdf;
use super::ranks::ties;
use crate::{Error, Result};

/// Up to this many values in the larger sample the exact p-value is the default, as in `SciPy`.
const EXACT_UP_TO: usize = 20;

/// The two-sample Cramér–von Mises test: the mean squared distance of two distribution functions.
///
/// Sees a difference all along the line that Kolmogorov–Smirnov, which looks at one place,
/// may not. Assumes independent rows. Only the order of the values counts, so infinities are
/// welcome; ties have their mean rank. `O(n + m)` on the sorted samples, in whole numbers:
/// the statistic is exact.
///
/// ```
/// use mlops_stats::two_sample::{CramerVonMises, Sample};
/// let before = Sample::new(vec![1.0, 2.0, 3.0, 4.0, 5.0])?;
/// let after = Sample::new(vec![6.0, 7.0, 8.0, 9.0, 10.0])?;
/// let test = CramerVonMises::of(&before, &after)?;
/// assert_eq!(test.statistic(), 0.85);
/// assert!((test.p_value() - 1.0 / 126.0).abs() < 1e-12);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Anderson, *On the distribution of the two-sample Cramér–von Mises criterion* (1962).
/// Agrees with `scipy.stats.cramervonmises_2samp` (1.17).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct CramerVonMises {
    sizes: (usize, usize),
    /// Four times the `Σ (r − i)²` of each sample, over the ranks in the pooled sample and in the own one.
    four_squares: (u128, u128),
}

impl CramerVonMises {
    /// Compares two samples.
    ///
    /// # Errors
    /// [`Error::Undefined`] if a sample has less than two values.
    pub fn of(x: &Sample, y: &Sample) -> Result<Self> {
        let sizes = (x.len(), y.len());
        if sizes.0.min(sizes.1) < 2 {
            return Err(Error::undefined("cramér-von mises", "a sample has less than 2 values"));
        }
        let (mut of_x, mut of_y) = (0_u128, 0_u128);
        for tie in ties(x.values(), y.values()) {
            let rank = tie.twice_midrank();
            let squares = |before: usize, here: usize| -> u128 {
                let own = (before + 1..=before + here).map(|own| u128::from(rank.abs_diff(2 * own as u64)));
                own.map(|distance| distance * distance).sum()
            };
            of_x += squares(tie.before.0, tie.here.0);
            of_y += squares(tie.before.1, tie.here.1);
        }
        Ok(Self { sizes, four_squares: (of_x, of_y) })
    }

    /// Anderson's T: `n m / (n + m)²` times the sum of the squared distances of the two
    /// distribution functions at all values.
    pub fn statistic(&self) -> f64 {
        let (n, m) = (self.sizes.0 as i128, self.sizes.1 as i128);
        let pairs = n * m;
        // U is close to its least value, so that nothing may be rounded before this.
        let above = 6 * i128::try_from(self.four_u()).unwrap_or(i128::MAX / 8) - 4 * pairs * (4 * pairs - 1);
        above as f64 / (24 * pairs * (n + m)) as f64
    }

    /// Four times Anderson's U, `n Σ (rᵢ − i)² + m Σ (sⱼ − j)²`.
    fn four_u(&self) -> u128 {
        self.sizes.0 as u128 * self.four_squares.0 + self.sizes.1 as u128 * self.four_squares.1
    }

    /// The p-value as `SciPy` chooses it: exact up to 20 values in the larger sample, the
    /// limit beyond.
    pub fn p_value(&self) -> f64 {
        let exact = self.sizes.0.max(self.sizes.1) <= EXACT_UP_TO;
        exact.then(|| self.p_exact().ok()).flatten().unwrap_or_else(|| self.p_limit())
    }

    /// The exact p-value for continuous distributions; with ties an approximation, as `SciPy`'s.
    ///
    /// Costs time and memory that grow fast with the sizes, the more the smaller their
    /// common divisors: milliseconds up to 20 values, seconds at 60.
    ///
    /// # Errors
    /// [`Error::Parameter`] if there would be too many different statistics to keep.
    ///
    /// # Source
    /// Xiao, Gordon and Yakovlev, *A C++ program for the Cramér-von Mises two-sample test*
    /// (2007). Here the walk carries probabilities, and what is beyond the statistic leaves it.
    pub fn p_exact(&self) -> Result<f64> {
        let (n, m) = (self.sizes.0 as u128, self.sizes.1 as u128);
        let divisor = greatest_common_divisor(n, m);
        let least = 4 * n * m * (4 * n * m - 1);
        // The sum of squares along a walk that is as extreme as what was seen, rounded down.
        let Some(above) = (6 * self.four_u()).checked_sub(least) else { return Ok(1.0) };
        let extreme = (n + m) * above / (24 * divisor * divisor);
        share_beyond(self.sizes, extreme).ok_or(Error::Parameter {
            what: "number of values",
            value: (n + m) as f64,
            expected: "few enough to count all statistics",
        })
    }

    /// The p-value in the limit of large samples.
    ///
    /// The distance of a distribution function from 1, as in `SciPy`: below about 1e−12 only
    /// rounding is left of it, and it may be 0.
    pub fn p_limit(&self) -> f64 {
        let (n, m) = (self.sizes.0 as u128, self.sizes.1 as u128);
        let (total, pairs) = (n + m, n * m);
        let mean = (1.0 + 1.0 / total as f64) / 6.0;
        let variance = ((total + 1) * (4 * pairs * total - 3 * (n * n + m * m) - 2 * pairs)) as f64
            / (45 * total * total * 4 * pairs) as f64;
        // Not `statistic`, which is rounded once: in the far tail it is this rounding that decides.
        let of = |size: u128, four: u128| size as f64 * (four as f64 / 4.0);
        let u = of(n, self.four_squares.0) + of(m, self.four_squares.1);
        let statistic = u / (pairs * total) as f64 - (4 * pairs - 1) as f64 / (6 * total) as f64;
        let standardised = 1.0 / 6.0 + (statistic - mean) / (45.0 * variance).sqrt();
        if standardised < 0.003 {
            1.0
        } else {
            (1.0 - cramer_von_mises_limit_cdf(standardised)).clamp(0.0, 1.0)
        }
    }
}

fn greatest_common_divisor(mut a: u128, mut b: u128) -> u128 {
    while b > 0 {
        (a, b) = (b, a % b);
    }
    a
}

/// At most this many statistics are kept at once: 256 MiB.
const MOST_KEPT: usize = 1 << 24;

/// The share of the walks from (0, 0) to both sizes whose squared distances from the
/// diagonal sum to `extreme` or more. `None` if there are too many sums to keep.
fn share_beyond(sizes: (usize, usize), extreme: u128) -> Option<f64> {
    let (long, short) = (sizes.0.max(sizes.1), sizes.0.min(sizes.1));
    let divisor = greatest_common_divisor(long as u128, short as u128);
    let of_long = u64::try_from(short as u128 / divisor).ok()?;
    let of_short = u64::try_from(long as u128 / divisor).ok()?;
    // A word has room for all sums below the extreme, and one more square.
    of_long.checked_mul(long as u64).filter(|distance| *distance < 1 << 30)?;
    let extreme = u64::try_from(extreme).ok().filter(|extreme| *extreme < 1 << 62)?;
    let mut beyond = 0.0;
    // At each place of the column before: sums below the extreme, ascending, with their
    // probability times that of the step to this column.
    let mut column: Vec<Vec<(u64, f64)>> = vec![Vec::new(); short + 1];
    for i in 0..=long {
        // The same for the step up from the place below.
        let mut from_below: Vec<(u64, f64)> = if i == 0 { vec![(0, 1.0)] } else { Vec::new() };
        let mut kept = 0;
        for (j, place) in column.iter_mut().enumerate() {
            let square = (of_long * i as u64).abs_diff(of_short * j as u64).pow(2);
            let mut here = merged(&from_below, place);
            for (sum, _) in &mut here {
                *sum += square;
            }
            let inside = here.partition_point(|(sum, _)| *sum < extreme);
            beyond += here.drain(inside..).map(|(_, probability)| probability).sum::<f64>();
            let (right, up) = (long - i, short - j);
            let step = |steps: usize| {
                let share = steps as f64 / (right + up).max(1) as f64;
                let moved = here.iter().filter(|_| steps > 0);
                moved.map(|(sum, probability)| (*sum, probability * share)).collect::<Vec<_>>()
            };
            from_below = step(up);
            *place = step(right);
            kept += place.len();
            if kept > MOST_KEPT {
                return None;
            }
        }
    }
    Some(beyond.min(1.0))
}

/// Two ascending lists as one, with the probabilities of equal sums added.
fn merged(mut a: &[(u64, f64)], mut b: &[(u64, f64)]) -> Vec<(u64, f64)> {
    let mut all = Vec::with_capacity(a.len() + b.len());
    while let (Some((left, after_left)), Some((right, after_right))) = (a.split_first(), b.split_first()) {
        all.push(match left.0.cmp(&right.0) {
            Ordering::Less => *left,
            Ordering::Greater => *right,
            Ordering::Equal => (left.0, left.1 + right.1),
        });
        a = if left.0 <= right.0 { after_left } else { a };
        b = if right.0 <= left.0 { after_right } else { b };
    }
    all.extend_from_slice(a);
    all.extend_from_slice(b);
    all
}
