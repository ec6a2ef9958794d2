use super::Sample;

/// Up to this many values in the larger sample the exact p-value is the default, as in `SciPy`.
const EXACT_UP_TO: usize = 10_000;

/// The two-sided Kolmogorov–Smirnov statistic of two samples: the largest distance
/// between their distribution functions, and where it is.
///
/// Only the order of the values counts, so infinities are welcome. `O(n + m)` on the
/// sorted samples. Steps are counted in whole numbers: the statistic is exact.
///
/// ```
/// use mlops_stats::two_sample::{KolmogorovSmirnov, Sample};
/// let before = Sample::new((0..20).map(f64::from).collect())?;
/// let after = Sample::new((10..30).map(f64::from).collect())?;
/// let ks = KolmogorovSmirnov::of(&before, &after);
/// assert_eq!((ks.statistic(), ks.location(), ks.sign()), (0.5, 9.0, 1));
/// assert!(ks.p_value() < 0.02);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Statistic, location and sign as `scipy.stats.ks_2samp` (1.17).
#[derive(Clone, Debug, PartialEq)]
pub struct KolmogorovSmirnov {
    /// How many values each sample has.
    sizes: (usize, usize),
    /// The statistic as a multiple of `1 / (n · m)`.
    steps: u128,
    location: f64,
    sign: i8,
}

/// The first place, in the order of the first sample and then of the second, where a
/// difference is largest.
///
/// Heights are compared as doubles: `SciPy` does so too, and where two places tie it is the
/// rounding that decides which one it names.
#[derive(Clone, Copy)]
struct Peak {
    at_first: (f64, f64),
    at_second: (f64, f64),
}

impl Peak {
    const NONE: Self =
        Self { at_first: (f64::NEG_INFINITY, f64::NAN), at_second: (f64::NEG_INFINITY, f64::NAN) };

    fn see(&mut self, height: f64, location: f64, in_first: bool) {
        let best = if in_first { &mut self.at_first } else { &mut self.at_second };
        if height > best.0 {
            *best = (height, location);
        }
    }

    fn top(self) -> (f64, f64) {
        if self.at_second.0 > self.at_first.0 { self.at_second } else { self.at_first }
    }
}

impl KolmogorovSmirnov {
    /// Compares two samples.
    pub fn of(x: &Sample, y: &Sample) -> Self {
        let (x, y) = (x.values(), y.values());
        let (mut in_x, mut in_y, mut steps) = (0, 0, 0_i128);
        let (mut above, mut below) = (Peak::NONE, Peak::NONE);
        while in_x < x.len() || in_y < y.len() {
            let value = match (x.get(in_x), y.get(in_y)) {
                (Some(a), Some(b)) => a.min(*b),
                (Some(value), None) | (None, Some(value)) => *value,
                (None, None) => break,
            };
            let start = in_x;
            in_x += x[in_x..].iter().take_while(|other| **other <= value).count();
            in_y += y[in_y..].iter().take_while(|other| **other <= value).count();
            steps = steps.max((in_x as i128 * y.len() as i128 - in_y as i128 * x.len() as i128).abs());
            let height = in_x as f64 / x.len() as f64 - in_y as f64 / y.len() as f64;
            above.see(height, value, in_x > start);
            below.see(-height, value, in_x > start);
        }
        let (above, below) = (above.top(), below.top());
        let (location, sign) = if below.0 > above.0 { (below.1, -1) } else { (above.1, 1) };
        Self { sizes: (x.len(), y.len()), steps: steps.unsigned_abs(), location, sign }
    }

    /// The largest distance, from 0 (the same steps) to 1 (no overlap).
    pub fn statistic(&self) -> f64 {
        self.steps as f64 / (self.sizes.0 as f64 * self.sizes.1 as f64)
    }

    /// The first value, among the sorted first sample and then the second, where the distance is largest.
    pub fn location(&self) -> f64 {
        self.location
    }

    /// 1 if the first sample's distribution function lies above the second's there, which
    /// means that the first sample has the smaller values; −1 if below.
    pub fn sign(&self) -> i8 {
        self.sign
    }

    /// How likely a distance this large is if both samples come from one distribution:
    /// exact up to 10,000 values in the larger sample, the limit beyond.
    pub fn p_value(&self) -> f64 {
        if self.sizes.0.max(self.sizes.1) <= EXACT_UP_TO { self.p_exact() } else { self.p_limit() }
    }

    /// The exact p-value for continuous distributions. With ties it is an upper bound.
    ///
    /// Walks from (0, 0) to (n, m), one step for each value, are all as likely; this is
    /// the share of those that leave the band. Summed from the far end without a
    /// subtraction, so that small p-values keep their digits. Costs the area of the band,
    /// `O(n · m · statistic)`, and memory for the smaller sample.
    ///
    /// # Source
    /// The lattice walks are Hodges', *The significance probability of the Smirnov two-sample
    /// test* (1958); agrees with `scipy.stats.ks_2samp(method="exact")` (1.17).
    pub fn p_exact(&self) -> f64 {
        let (long, short) = (self.sizes.0.max(self.sizes.1), self.sizes.0.min(self.sizes.1));
        share_outside(long, short, self.steps)
    }

    /// The p-value in the limit of large samples: [`kolmogorov_sf`] of the statistic times
    /// `√(n·m / (n + m))`. Costs nothing; off by some percent of itself at a thousand values.
    pub fn p_limit(&self) -> f64 {
        let (n, m) = (self.sizes.0 as f64, self.sizes.1 as f64);
        kolmogorov_sf((n * m / (n + m)).sqrt() * self.statistic())
    }
}

/// The share of walks from (0, 0) to (`long`, `short`) that at some point (i, j) have
/// `|i · short − j · long| ≥ steps`.
fn share_outside(long: usize, short: usize, steps: u128) -> f64 {
    if steps == 0 {
        return 1.0;
    }
    let (n, m) = (long as i128, short as i128);
    let steps = i128::try_from(steps).unwrap_or(i128::MAX / 4);
    // The points inside have i · m − steps < j · n < i · m + steps.
    let band = |i: usize| {
        let middle = i as i128 * m;
        let low = ((middle - steps).div_euclid(n) + 1).clamp(0, m + 1);
        let high = ((middle + steps - 1).div_euclid(n)).clamp(-1, m);
        (usize::try_from(low).unwrap_or(0), usize::try_from(high + 1).unwrap_or(0))
    };
    let reciprocals: Vec<f64> = (0..=long + short).map(|left| 1.0 / left.max(1) as f64).collect();
    // `leaves[j]`: how likely a walk at (i, j) still leaves; 1 where it is out already.
    let mut leaves = vec![1.0; short + 2];
    let mut end_before = short + 1;
    for i in (0..=long).rev() {
        let (start, end) = band(i);
        // What the row after this one had inside, and this one has outside.
        for out in leaves.iter_mut().take(end_before).skip(end.max(start)) {
            *out = 1.0;
        }
        let mut after = leaves[end.max(start)];
        for j in (start..end).rev() {
            let (right, up) = (long - i, short - j);
            let here = if right + up == 0 {
                0.0
            } else {
                (right as f64 * leaves[j] + up as f64 * after) * reciprocals[right + up]
            };
            leaves[j] = here;
            after = here;
        }
        end_before = end;
    }
    leaves[0].min(1.0)
}

/// How likely the Kolmogorov distribution exceeds `x`: the limit of `√n · D`.
///
/// 1 at and below 0, NaN for NaN.
///
/// # Source
/// Kolmogorov, *Sulla determinazione empirica di una legge di distribuzione* (1933). The
/// series in `exp(−2k²x²)` above 1, its theta transform below; agrees with
/// `scipy.special.kolmogorov` (1.17).
pub fn kolmogorov_sf(x: f64) -> f64 {
    if x.is_nan() {
        return f64::NAN;
    }
    if x <= 0.0 {
        return 1.0;
    }
    if x < 1.0 {
        let scale = std::f64::consts::PI.powi(2) / (8.0 * x * x);
        let terms = (0..6).map(|k| (-scale * f64::from(2 * k + 1).powi(2)).exp());
        1.0 - (2.0 * std::f64::consts::PI).sqrt() / x * terms.sum::<f64>()
    } else {
        let term = |k: u8| {
            let sign = if k % 2 == 1 { 2.0 } else { -2.0 };
            sign * (-2.0 * (f64::from(k) * x).powi(2)).exp()
        };
        (1..=7).map(term).sum()
    }
}
