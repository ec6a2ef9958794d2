use serde::{Deserialize, Serialize};

/// How many stakes a wager spreads its capital over.
const STAKES: usize = 10;

/// How the capital is spread over stakes, each given as a share of the largest stake that
/// can't be ruined.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Spread {
    /// For events that are rare while all is well: nearly everything on the largest stake,
    /// which is the best one (Kelly) against any rate of at least twice what is tolerated.
    /// Five failures among 65 requests suffice for e ≥ 20, and no wager needs fewer than five
    /// where an observation may be as far below the limit as above.
    Rare,
    /// For means of numbers that vary: from 0.9 downwards, a factor 0.7 apart.
    Steady,
}

impl Spread {
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

/// A wager against "the running mean of what is observed is at most `limit`", and the lower
/// bound of that mean that goes with it. Both may be looked at after every observation.
///
/// A stake `λ` turns 1 into `Π (1 + λ(xᵢ − limit))`. The stakes are fixed in advance, which
/// is what makes the answer one about the *running* mean `μ̄` of the conditional means `μᵢ`,
/// however they move: `Π (1 + λ(xᵢ − limit)) / (1 + λ(μᵢ − limit))` is a martingale with mean
/// 1, and its denominator is at most `(1 + λ(μ̄ − limit))ⁿ` by the inequality of the means.
/// So by Ville's inequality, with a chance of at least 1 − α, at all times
///
/// `Σ w · Π (1 + λ(xᵢ − limit)) / (1 + λ(μ̄ − limit))ⁿ < 1/α`,
///
/// which falls in `μ̄`: where it is 1/α lies the lower bound, and the bound is above `limit`
/// exactly if the e-value `Σ w · Π (1 + λ(xᵢ − limit))` is above 1/α. One number decides and
/// is drawn.
///
/// # Source
/// Waudby-Smith and Ramdas, *Estimating means of bounded random variables by betting*, JRSS B
/// 86 (2024), for the wager; the running mean by the argument above.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Wager {
    limit: f64,
    low: f64,
    spread: Spread,
    n: u64,
    /// Logarithms of what became of 1 at each stake.
    log_capital: [f64; STAKES],
}

impl Wager {
    /// For observations of at least `low`, which is below `limit`.
    pub(super) fn new(limit: f64, low: f64, spread: Spread) -> Self {
        Self { limit, low, spread, n: 0, log_capital: [0.0; STAKES] }
    }

    fn ruin(&self) -> f64 {
        1.0 / (self.limit - self.low)
    }

    /// Takes the next observation; one below `low` counts as `low`.
    pub(super) fn observe(&mut self, value: f64) {
        let gain = (value.max(self.low) - self.limit) * self.ruin();
        for (capital, share) in self.log_capital.iter_mut().zip(self.spread.shares()) {
            *capital += (share * gain).ln_1p();
        }
        self.n += 1;
    }

    /// How many observations there have been.
    pub(super) const fn n(&self) -> u64 {
        self.n
    }

    /// Natural logarithm of the e-value.
    pub(super) fn log_e_value(&self) -> f64 {
        self.log_value_at(self.limit)
    }

    /// Whether the e-value has reached 1/α now.
    pub(super) fn reaches(&self, alpha: f64) -> bool {
        let needed = -alpha.ln();
        // A mean of the capitals is never above the largest: mostly the exponentials are saved.
        self.log_capital.iter().any(|capital| *capital >= needed) && self.log_e_value() >= needed
    }

    /// Logarithm of the mixture if the running mean were `mean`.
    fn log_value_at(&self, mean: f64) -> f64 {
        let drift = (mean - self.limit) * self.ruin();
        let n = self.n as f64;
        let mut terms = [0.0; STAKES];
        let stakes = self.spread.shares().zip(self.spread.log_weights());
        for ((term, capital), (share, log_weight)) in terms.iter_mut().zip(&self.log_capital).zip(stakes) {
            *term = log_weight + capital - n * (share * drift).ln_1p();
        }
        let largest = terms.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        largest + terms.iter().map(|term| (term - largest).exp()).sum::<f64>().ln()
    }

    /// The lower bound of the running mean with a chance of `alpha` of ever being wrong;
    /// `low` if nothing is known. `high` is the largest value that it may have.
    pub(super) fn lower_bound(&self, alpha: f64, high: f64) -> f64 {
        let needed = -alpha.ln();
        if self.n == 0 || self.log_value_at(self.low) < needed {
            return self.low;
        }
        let (mut below, mut above) = (self.low, high);
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
}

#[cfg(test)]
mod tests {
    use super::*;

    fn with(values: impl IntoIterator<Item = f64>, mut wager: Wager) -> Wager {
        values.into_iter().for_each(|value| wager.observe(value));
        wager
    }

    #[test]
    fn the_capital_is_all_spent_and_no_more() {
        for spread in [Spread::Rare, Spread::Steady] {
            let total: f64 = spread.log_weights().map(f64::exp).sum();
            assert!((total - 1.0).abs() < 1e-12, "{spread:?}: {total}");
            assert!(spread.shares().all(|share| share > 0.0 && share < 1.0));
        }
    }

    #[test]
    fn it_is_the_product_written_out() {
        let values = [0.3, -0.2, 0.9, 0.05, -1.0];
        let wager = with(values, Wager::new(0.05, -1.0, Spread::Steady));
        let product = |share: f64| values.iter().map(|x| 1.0 + share / 1.05 * (x - 0.05)).product::<f64>();
        let e: f64 = Spread::Steady
            .shares()
            .zip(Spread::Steady.log_weights())
            .map(|(share, w)| w.exp() * product(share))
            .sum();
        assert!((wager.log_e_value() - e.ln()).abs() < 1e-12);
    }

    #[test]
    fn five_failures_stop_and_four_never_do() {
        let failures = |count: usize, of: usize| {
            let values = (0..of).map(|index| if index >= of - count { 1.0 } else { 0.0 });
            with(values, Wager::new(0.005, -1.0, Spread::Rare)).reaches(0.05)
        };
        assert!(failures(5, 70) && !failures(5, 80));
        assert!(!failures(4, 4));
        assert!(failures(6, 180));
    }

    #[test]
    fn the_bound_passes_the_limit_when_the_e_value_does() {
        let mut wager = Wager::new(0.05, -1.0, Spread::Steady);
        let mut crossed = 0;
        for index in 0..400 {
            wager.observe(if index % 3 == 0 { -0.1 } else { 0.32 });
            let bound = wager.lower_bound(0.001, 1.0);
            assert_eq!(bound > 0.05, wager.reaches(0.001), "after {index}: {bound}");
            crossed += u32::from(bound > 0.05);
        }
        assert!((1..400).contains(&crossed), "{crossed}");
    }

    #[test]
    fn nothing_known_is_the_end_of_the_range() {
        let wager = Wager::new(0.05, -1.0, Spread::Steady);
        assert_eq!(wager.lower_bound(0.05, 1.0), -1.0);
        assert_eq!(with([0.2], wager).lower_bound(0.05, 1.0), -1.0);
    }
}
