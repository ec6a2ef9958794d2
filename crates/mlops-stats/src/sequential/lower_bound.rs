use serde::{Deserialize, Serialize};

use super::Range;
use crate::interval::proper_share;
use crate::{Error, Result};

/// How many stakes the capital is spread over.
const STAKES: usize = 10;

/// How a [`BettingLowerBound`] spreads its capital over stakes, each of which is a share of
/// the largest stake that can't be ruined. It decides how soon something is shown, not how
/// often that is wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Stakes {
    /// For means of numbers that vary: from 0.9 downwards, a factor 0.7 apart.
    #[default]
    Steady,
    /// For events that are rare while all is well: nearly everything on the largest stake,
    /// which is the best one (Kelly) against any rate of at least twice what is tolerated.
    /// Five failures among 65 requests suffice for e ≥ 20, and no bet needs fewer than five
    /// where an observation may be as far below the limit as above.
    Rare,
}

impl Stakes {
    /// The stakes, as shares of the ruinous one.
    fn shares(self) -> impl Iterator<Item = f64> {
        let (boldest, ratio): (f64, f64) = match self {
            Self::Rare => (0.98, 0.75),
            Self::Steady => (0.9, 0.7),
        };
        std::iter::successors(Some(boldest), move |share| Some(share * ratio)).take(STAKES)
    }

    /// Logarithms of the weights of the stakes; the weights sum to 1.
    fn log_weights(self) -> impl Iterator<Item = f64> {
        let (first, second, ratio): (f64, f64, f64) = match self {
            Self::Rare => (0.94, 0.06 / (STAKES - 1) as f64, 1.0),
            Self::Steady => {
                let first = 0.3 / (1.0 - 0.7_f64.powf(STAKES as f64));
                (first, 0.7 * first, 0.7)
            }
        };
        let (second, step) = (second.ln(), ratio.ln());
        let later = (0..STAKES - 1).map(move |index| second + index as f64 * step);
        std::iter::once(first.ln()).chain(later)
    }
}

/// A lower bound of the running mean of bounded observations that is sharpest at a limit:
/// whether the mean is above the limit, and what it is at least, are one and the same answer.
/// Both may be looked at after every observation.
///
/// For an upper bound, give it the observations and the limit with their signs changed.
///
/// # Why it may be looked at all the time
/// A stake `λ` turns 1 into `Π (1 + λ(xᵢ − limit))`. The stakes are fixed in advance, which
/// is what makes the answer one about the *running* mean `μ̄ = (μ₁ + … + μₙ)/n` of the means
/// `μᵢ` of each observation given those before it, however they move and however the
/// observations depend on each other: `Π (1 + λ(xᵢ − limit)) / (1 + λ(μᵢ − limit))` is a
/// martingale with mean 1, and its denominator is at most `(1 + λ(μ̄ − limit))ⁿ` by the
/// inequality of the means. So by Ville's inequality, with weights `w` that sum to 1 and a
/// chance of at least 1 − α, at all times
///
/// `Σ w · Π (1 + λ(xᵢ − limit)) / (1 + λ(μ̄ − limit))ⁿ < 1/α`,
///
/// which falls in `μ̄`: where it is 1/α lies the lower bound, and the bound is above the limit
/// exactly if the e-value `Σ w · Π (1 + λ(xᵢ − limit))` is above 1/α.
///
/// # Which to take
/// | | [`BettingEProcess`](super::BettingEProcess) | this |
/// | --- | --- | --- |
/// | asks | was the mean ever above (below, other than) the limit? | is it now, and what is it at least? |
/// | a rejection | stays | may be taken back by what comes later |
/// | α | any, asked for afterwards | one, agreed on in advance |
/// | stakes | down to effects that take some 100,000 observations | ten, the smallest 1/28 of the ruinous one ([`Stakes::Rare`]: 1/14): smaller effects take longer |
///
/// [`MeanSequence`](super::MeanSequence) has no limit at which it is sharpest: it is the one
/// for a mean of which nothing is asked but where it lies.
///
/// Cost: ten logarithms an observation, ten exponentials when asked whether it is above (most
/// often none), 600 of each for the bound; no allocation.
///
/// # Source
/// Waudby-Smith and Ramdas, *Estimating means of bounded random variables by betting*, JRSS B
/// 86 (2024), for the bets; the running mean by the argument above.
///
/// ```
/// use mlops_stats::sequential::BettingLowerBound;
/// // How much higher does the candidate score? More than 0.05 is too much.
/// let mut difference = BettingLowerBound::new(0.05, 0.05, (-1.0, 1.0))?;
/// for request in 0..120 {
///     difference.observe(if request % 3 == 0 { -0.1 } else { 0.4 })?;
/// }
/// assert!(difference.is_above() && difference.bound() > 0.05);
/// assert!(difference.bound() < 0.23, "the mean is 0.233");
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BettingLowerBound {
    alpha: f64,
    limit: f64,
    range: Range,
    stakes: Stakes,
    n: u64,
    /// Logarithms of what became of 1 at each stake.
    log_capital: [f64; STAKES],
}

impl BettingLowerBound {
    /// For observations within `range`, wrong with a chance of at most `alpha` over the whole
    /// course, with the stakes of [`Stakes::Steady`].
    ///
    /// # Errors
    /// [`Error::Parameter`] if alpha is not within 0..1, the range is none, or the limit does
    /// not lie inside it.
    pub fn new(alpha: f64, limit: f64, range: (f64, f64)) -> Result<Self> {
        proper_share("alpha", alpha)?;
        let range = Range::new(range)?;
        let made = Self { alpha, limit, range, stakes: Stakes::default(), n: 0, log_capital: [0.0; STAKES] };
        // A limit at the very end of the range makes a gain that is no number.
        if limit > range.low && limit < range.high && (range.width() * made.ruin()).is_finite() {
            Ok(made)
        } else {
            Err(Error::Parameter { what: "limit", value: limit, expected: "inside the range" })
        }
    }

    /// Spreads the capital otherwise, if it is said before the first observation; later it is
    /// ignored, for that would void the guarantee.
    #[must_use]
    pub fn with_stakes(mut self, stakes: Stakes) -> Self {
        if self.n == 0 {
            self.stakes = stakes;
        }
        self
    }

    /// The stake that one observation at the low end of the range takes everything from.
    fn ruin(&self) -> f64 {
        1.0 / (self.limit - self.range.low)
    }

    /// Takes the next observation.
    ///
    /// # Errors
    /// [`Error::Value`] if it is NaN or outside the range; nothing has changed then.
    pub fn observe(&mut self, value: f64) -> Result<()> {
        self.range.admits(value, self.n)?;
        let gain = (value - self.limit) * self.ruin();
        for (capital, share) in self.log_capital.iter_mut().zip(self.stakes.shares()) {
            *capital += (share * gain).ln_1p();
        }
        self.n += 1;
        Ok(())
    }

    /// Natural logarithm of the e-value against "the running mean is at most the limit" now: 0
    /// before the first observation.
    pub fn log_e_value(&self) -> f64 {
        self.log_value_at(self.limit)
    }

    /// Whether the running mean is shown to be above the limit now: the e-value is at least
    /// 1/α.
    pub fn is_above(&self) -> bool {
        let needed = -self.alpha.ln();
        // A mean of the capitals is never above the largest: mostly the exponentials are saved.
        self.log_capital.iter().any(|capital| *capital >= needed) && self.log_e_value() >= needed
    }

    /// Logarithm of the mixture if the running mean were `mean`.
    fn log_value_at(&self, mean: f64) -> f64 {
        let drift = (mean - self.limit) * self.ruin();
        let n = self.n as f64;
        let mut terms = [0.0; STAKES];
        let stakes = self.stakes.shares().zip(self.stakes.log_weights());
        for ((term, capital), (share, log_weight)) in terms.iter_mut().zip(&self.log_capital).zip(stakes) {
            *term = log_weight + capital - n * (share * drift).ln_1p();
        }
        let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        largest + terms.iter().map(|term| (term - largest).exp()).sum::<f64>().ln()
    }

    /// What the running mean is at least; the low end of the range if nothing is known.
    pub fn bound(&self) -> f64 {
        let Range { low, high } = self.range;
        let needed = -self.alpha.ln();
        if self.n == 0 || self.log_value_at(low) < needed {
            return low;
        }
        let (mut below, mut above) = (low, high);
        // 60 halvings leave nothing of the width but rounding.
        for _ in 0..60 {
            let middle = 0.5 * (below + above);
            if self.log_value_at(middle) >= needed {
                below = middle;
            } else {
                above = middle;
            }
        }
        below
    }

    /// How many observations there have been.
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// The limit at which it is sharpest.
    pub const fn limit(&self) -> f64 {
        self.limit
    }

    /// The chance of ever being wrong.
    pub const fn alpha(&self) -> f64 {
        self.alpha
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn with(values: impl IntoIterator<Item = f64>, mut bound: BettingLowerBound) -> BettingLowerBound {
        values.into_iter().for_each(|value| bound.observe(value).unwrap());
        bound
    }

    fn start(alpha: f64, limit: f64) -> BettingLowerBound {
        BettingLowerBound::new(alpha, limit, (-1.0, 1.0)).unwrap()
    }

    #[test]
    fn the_capital_is_all_spent_and_no_more() {
        for stakes in [Stakes::Rare, Stakes::Steady] {
            let total: f64 = stakes.log_weights().map(f64::exp).sum();
            assert!((total - 1.0).abs() < 1e-12, "{stakes:?}: {total}");
            assert!(stakes.shares().all(|share| share > 0.0 && share < 1.0));
        }
    }

    #[test]
    fn five_failures_show_it_and_four_never_do() {
        let failures = |count: usize, of: usize| {
            let values = (0..of).map(|index| if index >= of - count { 1.0 } else { 0.0 });
            with(values, start(0.05, 0.005).with_stakes(Stakes::Rare)).is_above()
        };
        assert!(failures(5, 70) && !failures(5, 80));
        assert!(!failures(4, 4));
        assert!(failures(6, 180));
    }

    #[test]
    fn the_bound_passes_the_limit_when_the_e_value_does() {
        let mut sequence = start(0.001, 0.05);
        let mut crossed = 0;
        for index in 0..400 {
            sequence.observe(if index % 3 == 0 { -0.1 } else { 0.32 }).unwrap();
            let bound = sequence.bound();
            assert_eq!(bound > 0.05, sequence.is_above(), "after {index}: {bound}");
            crossed += u32::from(bound > 0.05);
        }
        assert!((1..400).contains(&crossed), "{crossed}");
    }

    #[test]
    fn nothing_known_is_the_end_of_the_range() {
        let sequence = start(0.05, 0.05);
        assert_eq!((sequence.bound(), sequence.n(), sequence.is_above()), (-1.0, 0, false));
        assert!(sequence.log_e_value().abs() < 1e-15);
        assert_eq!(with([0.2], sequence).bound(), -1.0);
    }

    #[test]
    fn settings_and_observations_are_checked() {
        for alpha in [0.0, 1.0, -1.0, f64::NAN] {
            assert!(matches!(
                BettingLowerBound::new(alpha, 0.0, (-1.0, 1.0)),
                Err(Error::Parameter { what: "alpha", .. })
            ));
        }
        for limit in [-1.0, 1.0, 2.0, f64::NAN, f64::NEG_INFINITY] {
            assert!(BettingLowerBound::new(0.05, limit, (-1.0, 1.0)).is_err(), "{limit}");
        }
        assert!(BettingLowerBound::new(0.05, f64::from_bits(1), (0.0, 1.0)).is_err());
        assert!(BettingLowerBound::new(0.05, 0.0, (1.0, -1.0)).is_err());

        let mut sequence = with([0.3], start(0.05, 0.05));
        let before = sequence.clone();
        for value in [f64::NAN, f64::INFINITY, -1.000_001, 1.000_001] {
            assert!(matches!(sequence.observe(value), Err(Error::Value { index: 1, .. })), "{value}");
        }
        assert_eq!(sequence.clone().with_stakes(Stakes::Rare), before, "too late for other stakes");
        assert_eq!(sequence, before, "what is refused changes nothing");
    }

    fn cases() -> impl Strategy<Value = (f64, f64, f64, Stakes, Vec<f64>)> {
        let stakes = prop_oneof![Just(Stakes::Steady), Just(Stakes::Rare)];
        let values = prop::collection::vec(0.0..=1.0_f64, 0..60);
        (-5.0..5.0_f64, 0.1..10.0_f64, 0.01..0.99_f64, stakes, values).prop_map(
            |(low, width, at, stakes, values)| {
                let place = |share: f64| (low + width * share).clamp(low, low + width);
                (low, low + width, place(at), stakes, values.into_iter().map(place).collect())
            },
        )
    }

    proptest! {
        /// The products written out, and the bound as the only place where they are 1/α.
        #[test]
        fn it_is_what_is_written_above((low, high, limit, stakes, values) in cases()) {
            let fresh = BettingLowerBound::new(0.1, limit, (low, high)).unwrap().with_stakes(stakes);
            let sequence = with(values.iter().copied(), fresh);
            let n = i32::try_from(values.len()).unwrap();
            let mixture = |mean: f64| -> f64 {
                let of = |(share, log_weight): (f64, f64)| {
                    let stake = share / (limit - low);
                    let capital: f64 = values.iter().map(|x| 1.0 + stake * (x - limit)).product();
                    log_weight.exp() * capital / (1.0 + stake * (mean - limit)).powi(n)
                };
                stakes.shares().zip(stakes.log_weights()).map(of).sum()
            };
            prop_assert!((sequence.log_e_value() - mixture(limit).ln()).abs() < 1e-8);
            let bound = sequence.bound();
            prop_assert!((low..high).contains(&bound));
            if bound > low {
                prop_assert!((mixture(bound).ln() - 10_f64.ln()).abs() < 1e-6, "{}", mixture(bound));
                let mean = values.iter().sum::<f64>() / values.len() as f64;
                prop_assert!(bound < mean, "{} {}", bound, mean);
            } else {
                prop_assert!(mixture(low) < 10.0 * (1.0 + 1e-9));
            }
        }

        #[test]
        fn state_survives_a_restart((low, high, limit, stakes, values) in cases(), cut in 0..60_usize) {
            let fresh = BettingLowerBound::new(0.1, limit, (low, high)).unwrap().with_stakes(stakes);
            let (first, second) = values.split_at(cut.min(values.len()));
            let cut = with(first.iter().copied(), fresh.clone());
            let read: BettingLowerBound = serde_json::from_str(&serde_json::to_string(&cut).unwrap()).unwrap();
            let (read, steady) = (with(second.iter().copied(), read), with(values.iter().copied(), fresh));
            prop_assert!((read.log_e_value() - steady.log_e_value()).abs() < 1e-9);
            prop_assert!((read.bound() - steady.bound()).abs() < 1e-9 * (high - low));
        }
    }
}
