use super::Sample;
use crate::sum::sum;
use crate::{Error, Random, Result};

/// How the k-sample Anderson–Darling statistic counts values that are equal.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "the paper has two, and SciPy these three")]
pub enum TieRule {
    /// Equal values count half as below: for rounded and discrete values. (7) of the paper.
    #[default]
    Midrank,
    /// Equal values count as below. (6) of the paper.
    Right,
    /// As if there were none. (3) of the paper: meaningless with many ties.
    Continuous,
}

/// The k-sample Anderson–Darling test: do samples come from one distribution?
///
/// Like [`CramerVonMises`](super::CramerVonMises), but each distance is weighed by how
/// precise it is, so that the tails count. Assumes independent rows. Only the order of the
/// values counts, so infinities are welcome. `O(k n)` for `n` values in `k` sorted samples.
///
/// The p-value is read off a table of seven levels, and is never below 0.001 or above 0.25,
/// whatever the statistic: use [`AndersonDarling::p_permutation`] to compare smaller ones,
/// as a correction for many tests does.
///
/// ```
/// use mlops_stats::two_sample::{AndersonDarling, Sample, TieRule};
/// let before = Sample::new(vec![1.0, 2.0, 3.0, 4.0, 5.0])?;
/// let after = Sample::new(vec![6.0, 7.0, 8.0, 9.0, 10.0])?;
/// let test = AndersonDarling::of(&[&before, &after], TieRule::Midrank)?;
/// assert!((test.statistic() - 4.726_015).abs() < 1e-6);
/// assert!((test.p_value() - 0.004_355_978).abs() < 1e-9);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Scholz and Stephens, *K-sample Anderson–Darling tests* (1987), with the interpolation of
/// the levels of `scipy.stats.anderson_ksamp` (1.17), with which it agrees. (That one's
/// `right` and `continuous` overflow at some 100,000 values; these do not.)
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct AndersonDarling {
    statistic: f64,
    samples: usize,
}

/// The levels of the table, and the coefficients of its critical values.
const LEVELS: [f64; 7] = [0.25, 0.1, 0.05, 0.025, 0.01, 0.005, 0.001];
const COEFFICIENTS: [[f64; 7]; 3] = [
    [0.675, 1.281, 1.645, 1.96, 2.326, 2.573, 3.085],
    [-0.245, 0.25, 0.678, 1.149, 1.822, 2.364, 3.615],
    [-0.105, -0.305, -0.362, -0.391, -0.396, -0.345, -0.154],
];

impl AndersonDarling {
    /// Compares two samples or more.
    ///
    /// # Errors
    /// [`Error::Shape`] with less than two samples; [`Error::Undefined`] with less than four
    /// values in all, or if all are the same.
    pub fn of(samples: &[&Sample], rule: TieRule) -> Result<Self> {
        let sorted: Vec<&[f64]> = samples.iter().map(|sample| sample.values()).collect();
        Self::of_sorted(&sorted, rule)
    }

    /// As [`AndersonDarling::of`], of values in any order, among them NaN: one stands above
    /// all numbers, and equals the others. This is what `SciPy` does with them. Where a NaN
    /// means a missing value, leave it out instead. Sorts copies.
    ///
    /// # Errors
    /// As [`AndersonDarling::of`], and [`Error::Shape`] for an empty sample.
    pub fn with_nan_above(samples: &[&[f64]], rule: TieRule) -> Result<Self> {
        let mut sorted = Vec::with_capacity(samples.len());
        for values in samples {
            if values.is_empty() {
                return Err(Error::Shape { what: "sample", found: 0, expected: "at least 1".to_owned() });
            }
            // Whatever its sign.
            let above = |value: &f64| if value.is_nan() { f64::NAN.abs() } else { *value };
            let mut values: Vec<f64> = values.iter().map(above).collect();
            values.sort_unstable_by(f64::total_cmp);
            sorted.push(values);
        }
        Self::of_sorted(&sorted.iter().map(Vec::as_slice).collect::<Vec<_>>(), rule)
    }

    fn of_sorted(samples: &[&[f64]], rule: TieRule) -> Result<Self> {
        let (raw, spread) = standardisation(samples, rule)?;
        let statistic = (raw - (samples.len() - 1) as f64) / spread;
        Ok(Self { statistic, samples: samples.len() })
    }

    /// The statistic less its mean, by its standard deviation.
    pub fn statistic(&self) -> f64 {
        self.statistic
    }

    /// The level and the critical value of the statistic at it, for seven levels from 0.25 to 0.001.
    pub fn critical_values(&self) -> [(f64, f64); 7] {
        let m = (self.samples - 1) as f64;
        let [b0, b1, b2] = COEFFICIENTS;
        std::array::from_fn(|i| (LEVELS[i], b0[i] + b1[i] / m.sqrt() + b2[i] / m))
    }

    /// Roughly how likely a statistic this large is if all samples come from one
    /// distribution: the logarithm of the level as a parabola of the critical values; 0.25
    /// stands for all above, 0.001 for all below.
    pub fn p_value(&self) -> f64 {
        let table = self.critical_values();
        let (least, most) = table
            .iter()
            .fold((f64::INFINITY, f64::NEG_INFINITY), |(a, b), (_, value)| (a.min(*value), b.max(*value)));
        if self.statistic < least {
            LEVELS[0]
        } else if self.statistic > most {
            LEVELS[6]
        } else {
            parabola(table.map(|(level, value)| (value, level.ln())), self.statistic).exp()
        }
    }

    /// How likely a statistic this large is among `rounds` random divisions of the values
    /// into samples of the same sizes, this one included: at least `1 / (rounds + 1)`.
    /// `O(rounds · k n)` after the samples are merged.
    ///
    /// # Errors
    /// [`Error::Parameter`] without a round; as [`AndersonDarling::of`].
    pub fn p_permutation(samples: &[&Sample], rule: TieRule, rounds: u32, seed: u64) -> Result<f64> {
        if rounds == 0 {
            return Err(Error::Parameter { what: "rounds", value: 0.0, expected: "at least 1" });
        }
        let seen = Self::of(samples, rule)?.statistic;
        let mut pooled: Vec<f64> = samples.iter().flat_map(|sample| sample.values()).copied().collect();
        pooled.sort_unstable_by(f64::total_cmp);
        // Which sample each of the pooled values is in.
        let mut owners: Vec<usize> =
            samples.iter().enumerate().flat_map(|(k, sample)| std::iter::repeat_n(k, sample.len())).collect();
        let mut as_extreme = 1_u32;
        for round in 0..rounds {
            let mut random = Random::replicate(seed, u64::from(round));
            for last in (1..owners.len()).rev() {
                owners.swap(last, random.index(last + 1));
            }
            let mut drawn = vec![Vec::new(); samples.len()];
            for (value, owner) in pooled.iter().zip(&owners) {
                drawn[*owner].push(*value);
            }
            let drawn: Vec<&[f64]> = drawn.iter().map(Vec::as_slice).collect();
            // Divisions that are equal on paper may differ in the last digits.
            let slack = 1e-12 * seen.abs().max(1.0);
            as_extreme += u32::from(Self::of_sorted(&drawn, rule)?.statistic >= seen - slack);
        }
        Ok(f64::from(as_extreme) / (f64::from(rounds) + 1.0))
    }
}

/// The statistic as it is, and its standard deviation.
fn standardisation(samples: &[&[f64]], rule: TieRule) -> Result<(f64, f64)> {
    if samples.len() < 2 {
        return Err(Error::Shape {
            what: "samples",
            found: samples.len(),
            expected: "at least 2".to_owned(),
        });
    }
    let total: usize = samples.iter().map(|values| values.len()).sum();
    if total < 4 {
        return Err(Error::undefined("anderson-darling", format!("{total} values in all are too few")));
    }
    // NaN is the last, and equals itself.
    let above = |a: f64, b: f64| a > b || a.is_nan() && !b.is_nan();
    let first = samples[0][0];
    let differs = |value: f64| above(value, first) || above(first, value);
    if !samples.iter().any(|values| differs(values[0]) || differs(values[values.len() - 1])) {
        return Err(Error::undefined("anderson-darling", "all values are the same"));
    }
    Ok((raw_statistic(samples, total as f64, rule), spread(samples, total)))
}

/// `A²` of the paper.
fn raw_statistic(samples: &[&[f64]], total: f64, rule: TieRule) -> f64 {
    let mut heads = vec![0_usize; samples.len()];
    let mut of_sample = vec![Vec::new(); samples.len()];
    let mut before = 0.0;
    loop {
        let next = heads.iter().zip(samples).filter_map(|(head, values)| values.get(*head));
        let Some(value) = next.copied().min_by(f64::total_cmp) else { break };
        let mut here = vec![0.0; samples.len()];
        for ((head, values), here) in heads.iter_mut().zip(samples).zip(&mut here) {
            // -0 and 0 are one place; NaN, the last, takes all that is left.
            let equal = values[*head..].iter().take_while(|other| **other <= value || value.is_nan()).count();
            *head += equal;
            *here = equal as f64;
        }
        let equal: f64 = here.iter().sum();
        for ((head, values), (here, terms)) in heads.iter().zip(samples).zip(here.iter().zip(&mut of_sample))
        {
            let (upto, size) = (*head as f64, values.len() as f64);
            let squared = |below: f64, all_below: f64| (total * below - all_below * size).powi(2);
            match rule {
                TieRule::Midrank => {
                    let all_below = before + equal / 2.0;
                    let weight = all_below * (total - all_below) - total * equal / 4.0;
                    terms.push(equal / total * squared(upto - here / 2.0, all_below) / weight);
                }
                TieRule::Right => {
                    let all_below = before + equal;
                    if all_below < total {
                        let weight = all_below * (total - all_below);
                        terms.push(equal / total * squared(upto, all_below) / weight);
                    }
                }
                TieRule::Continuous => {
                    let mut all_below = before + 1.0;
                    while all_below <= before + equal && all_below < total {
                        terms.push(squared(upto, all_below) / (all_below * (total - all_below)) / total);
                        all_below += 1.0;
                    }
                }
            }
        }
        before += equal;
    }
    let sums =
        of_sample.iter().zip(samples).map(|(terms, values)| sum(terms.iter().copied()) / values.len() as f64);
    let correction = if rule == TieRule::Midrank { (total - 1.0) / total } else { 1.0 };
    sum(sums) * correction
}

/// The standard deviation of `A²` under one distribution, (4) of the paper.
fn spread(samples: &[&[f64]], total: usize) -> f64 {
    let reciprocals: f64 = samples.iter().map(|values| 1.0 / values.len() as f64).sum();
    let (mut harmonic, mut g) = (0.0, 0.0);
    for i in 2..total {
        harmonic += 1.0 / (total - i + 1) as f64;
        g += harmonic / i as f64;
    }
    let (h, k, n) = (harmonic + 1.0, samples.len() as f64, total as f64);
    let a = (4.0 * g - 6.0) * (k - 1.0) + (10.0 - 6.0 * g) * reciprocals;
    let b = (2.0 * g - 4.0) * k * k + 8.0 * h * k + (2.0 * g - 14.0 * h - 4.0) * reciprocals - 8.0 * h
        + 4.0 * g
        - 6.0;
    let c = (6.0 * h + 2.0 * g - 2.0) * k * k
        + (4.0 * h - 4.0 * g + 6.0) * k
        + (2.0 * h - 6.0) * reciprocals
        + 4.0 * h;
    let d = (2.0 * h + 6.0) * k * k - 4.0 * h * k;
    ((((a * n + b) * n + c) * n + d) / ((n - 1.0) * (n - 2.0) * (n - 3.0))).sqrt()
}

/// The parabola that fits the points best, in least squares, at a place: by polynomials
/// that are orthogonal on the points.
fn parabola(points: [(f64, f64); 7], at: f64) -> f64 {
    let mean = points.iter().map(|(x, _)| x).sum::<f64>() / 7.0;
    let squares: f64 = points.iter().map(|(x, _)| (x - mean).powi(2)).sum();
    let cubes: f64 = points.iter().map(|(x, _)| (x - mean).powi(3)).sum();
    let line = |x: f64| x - mean;
    let curve = |x: f64| line(x).powi(2) - cubes / squares * line(x) - squares / 7.0;
    let share = |polynomial: &dyn Fn(f64) -> f64| {
        let (along, length) = points.iter().fold((0.0, 0.0), |(along, length), (x, y)| {
            (along + polynomial(*x) * y, length + polynomial(*x).powi(2))
        });
        along / length * polynomial(at)
    };
    share(&|_| 1.0) + share(&line) + share(&curve)
}
