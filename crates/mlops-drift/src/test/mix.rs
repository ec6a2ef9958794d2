use mlops_stats::counts::ContingencyTable;
use mlops_stats::distance::jensen_shannon;
use mlops_stats::interval::Interval;

use super::{DriftTest, Measurement, Pair};
use crate::classifier::quantile;
use crate::{Error, Result};

/// Below this expected count, on the smaller side, a category is judged with the other rare ones.
const RARE: f64 = 5.0;
/// How sure the interval of the effect is.
const LEVEL: f64 = 0.95;

/// The default for categories: how much the mix has changed, as a Jensen–Shannon distance
/// from 0 (the same shares) to 1 (nothing in common), with the p-value of a chi-square test.
///
/// Categories too rare for the chi-square test are taken together. What chance alone adds
/// to the distance on average is taken off: with many categories and few rows it would
/// pass any limit.
///
/// # Source
/// Effect: [`jensen_shannon`]; its expectation by chance in first order, `(k − 1)(1/n + 1/m) / (8 ln 2)`
/// in bits of divergence, follows from its expansion as a chi-square statistic (Grosse et al.,
/// *Analysis of symbolic sequences using the Jensen–Shannon divergence*, 2002). The default
/// limit 0.1 is Evidently's. p-value: [`ContingencyTable::chi_square`]. Interval: normal, from the influence
/// function of the divergence; near 0 it is wider than it need be.
#[derive(Clone, Copy, Debug, PartialEq)]
#[non_exhaustive]
pub struct MixTest {
    /// From this distance on a change matters.
    pub limit: f64,
}

impl MixTest {
    /// The name of this rule.
    pub const NAME: &'static str = "mix";

    /// A test with a limit from 0 to 1.
    pub const fn new(limit: f64) -> Self {
        Self { limit }
    }
}

impl DriftTest for MixTest {
    fn name(&self) -> &'static str {
        Self::NAME
    }

    fn compare(&self, pair: &Pair<'_>) -> Result<Measurement> {
        let Pair::Categories { reference, current, .. } = pair else {
            return Err(Error::undefined(Self::NAME, "numbers are not a mix"));
        };
        let undefined = |error: mlops_stats::Error| Error::undefined(Self::NAME, error.to_string());
        let (reference, current): (Vec<u64>, Vec<u64>) = without_rare(reference, current).into_iter().unzip();
        let as_numbers = |counts: &[u64]| counts.iter().map(|count| *count as f64).collect::<Vec<f64>>();
        let (r, c) = (as_numbers(&reference), as_numbers(&current));
        let distance = jensen_shannon(&r, &c).map_err(undefined)?;
        let (n, m) = (r.iter().sum::<f64>(), c.iter().sum::<f64>());
        let by_chance = (r.len() - 1) as f64 * (1.0 / n + 1.0 / m) / (8.0 * std::f64::consts::LN_2);
        let divergence = distance * distance - by_chance;
        let effect = divergence.max(0.0).sqrt();
        let p_value = ContingencyTable::of_samples(&reference, &current)
            .and_then(|table| table.chi_square())
            .map_err(undefined)?
            .p_value();
        let found = Measurement::new(effect, "of 1 (Jensen–Shannon distance)", self.limit).p_value(p_value);
        let half = quantile(f64::midpoint(LEVEL, 1.0)) * standard_error(&r, &c);
        Ok(found.within(Interval {
            level: LEVEL,
            lower: (divergence - half).max(0.0).sqrt(),
            upper: (divergence + half).clamp(0.0, 1.0).sqrt(),
        }))
    }
}

/// The standard error of the Jensen–Shannon divergence in bits, from its influence function:
/// the mean, on each side, of half the logarithm of its share over the shares' mean.
fn standard_error(reference: &[f64], current: &[f64]) -> f64 {
    let (n, m) = (reference.iter().sum::<f64>(), current.iter().sum::<f64>());
    let of = |own: f64, middle: f64| if own > 0.0 { 0.5 * (own / middle).log2() } else { 0.0 };
    let variance = |side: fn((f64, f64)) -> f64| {
        let shares = reference.iter().zip(current).map(|(r, c)| (r / n, c / m));
        let (mut mean, mut square) = (0.0, 0.0);
        for (r, c) in shares {
            let (own, influence) = (side((r, c)), of(side((r, c)), f64::midpoint(r, c)));
            mean += own * influence;
            square += own * influence * influence;
        }
        (square - mean * mean).max(0.0)
    };
    (variance(|shares| shares.0) / n + variance(|shares| shares.1) / m).sqrt()
}

/// The counts with all rare categories in one, and that one in the smallest other if it is
/// rare itself.
fn without_rare(reference: &[u64], current: &[u64]) -> Vec<(u64, u64)> {
    let (n, m) = (reference.iter().sum::<u64>() as f64, current.iter().sum::<u64>() as f64);
    let smaller = n.min(m) / (n + m);
    let is_rare = |(r, c): &(u64, u64)| (r + c) as f64 * smaller < RARE;
    let (rare, mut kept): (Vec<_>, Vec<_>) =
        reference.iter().copied().zip(current.iter().copied()).partition(is_rare);
    let rest = rare.iter().fold((0, 0), |sum, (r, c)| (sum.0 + r, sum.1 + c));
    if is_rare(&rest)
        && let Some(smallest) = kept.iter_mut().min_by_key(|(r, c)| r + c)
    {
        *smallest = (smallest.0 + rest.0, smallest.1 + rest.1);
        return kept;
    }
    if rest != (0, 0) {
        kept.push(rest);
    }
    kept
}

#[cfg(test)]
mod tests {
    use mlops_stats::Random;

    use super::*;

    #[test]
    fn rare_categories_are_judged_together() {
        let pooled = |r: &[u64], c: &[u64]| without_rare(r, c);
        assert_eq!(pooled(&[90, 40, 9, 8], &[80, 30, 2, 1]), [(90, 80), (40, 30), (17, 3)]);
        assert_eq!(pooled(&[90, 40, 2, 0], &[80, 30, 1, 1]), [(90, 80), (42, 32)]);
        assert_eq!(pooled(&[1, 1, 1], &[1, 1, 0]), [(3, 2)]);
        assert_eq!(pooled(&[100, 100], &[100, 100]), [(100, 100), (100, 100)]);
    }

    #[test]
    fn the_interval_covers_the_distance_of_what_was_drawn_from() {
        let (p, q) = ([0.5, 0.3, 0.2], [0.35, 0.3, 0.35]);
        let truth = jensen_shannon(&p, &q).unwrap();
        let mut covered = 0;
        for replicate in 0..400 {
            let mut random = Random::replicate(9, replicate);
            let mut draw = |shares: &[f64; 3]| {
                let mut counts = [0; 3];
                for _ in 0..600 {
                    let at = random.unit();
                    counts[usize::from(at >= shares[0]) + usize::from(at >= shares[0] + shares[1])] += 1;
                }
                counts
            };
            let (r, c) = (draw(&p), draw(&q));
            let pair = Pair::Categories { names: &["a", "b", "c"], reference: &r, current: &c };
            let interval = MixTest::new(0.1).compare(&pair).unwrap().interval.unwrap();
            covered += u32::from(interval.lower <= truth && truth <= interval.upper);
        }
        assert!((368..=394).contains(&covered), "{covered} of 400 at 95 %");
    }

    #[test]
    fn one_strange_row_of_thirty_is_no_drift() {
        let pair = Pair::Categories { names: &[], reference: &[50_000, 49_999, 1], current: &[15, 14, 1] };
        let found = MixTest::new(0.1).compare(&pair).unwrap();
        assert!(found.p_value.unwrap() > 0.5 && found.effect < 0.1, "{found:?}");
    }

    #[test]
    fn identifiers_do_not_pass_for_a_change() {
        let counts: Vec<(u64, u64)> = (0..400).map(|id| if id % 2 == 0 { (1, 0) } else { (0, 1) }).collect();
        let (reference, current): (Vec<u64>, Vec<u64>) = counts.into_iter().unzip();
        let pair = Pair::Categories { names: &[], reference: &reference, current: &current };
        let found = MixTest::new(0.1).compare(&pair).unwrap();
        assert_eq!((found.effect, found.p_value), (0.0, Some(1.0)));
    }
}
