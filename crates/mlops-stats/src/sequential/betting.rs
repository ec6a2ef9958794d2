use serde::{Deserialize, Serialize};

use super::Range;
use crate::{Error, Result};

/// Against which side of the limit evidence is gathered.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[expect(clippy::exhaustive_enums, reason = "there is no fourth side")]
pub enum Alternative {
    /// The mean is above the limit.
    Above,
    /// The mean is below the limit.
    Below,
    /// The mean is not the limit.
    Different,
}

/// Evidence that the mean of bounded observations is above a limit, to be looked at after
/// each of them.
///
/// One plays against the hypothesis "the mean is at most `m`": a stake `λ` turns 1 into
/// `1 + λ (x − m)`, which on average gains nothing if the hypothesis holds. The e-value is
/// what has become of 1, spread over a grid of stakes. Whoever turns it into 20 has either
/// been lucky, at a chance of 1 in 20 at most, **over the whole course and however often
/// looked at**, or the hypothesis is wrong.
///
/// # What a rejection says
/// Observations need to be bounded, nothing else: they may depend on each other, and the
/// mean may move. With `μᵢ` the mean of observation `i` given those before it, the chance
/// of a rejection is at most α
/// - if every `μᵢ` is at most `m`, at any time;
/// - and also for the mere mean of them: that `e ≥ 1/α` at a time at which
///   `(μ₁ + … + μₙ)/n ≤ m` has a chance of at most α. So at the moment of the (first)
///   rejection, what has been seen so far *was* worse than the limit on average.
///
/// [`BettingLowerBound`](super::BettingLowerBound) decides, and says what the mean is at
/// least, by one number; its documentation compares the two.
///
/// # Power
/// Stakes lie a factor √2 apart, from 0.95 of the one that can be ruined, `1/(m − low)`, down
/// to where a detection would take some hundred thousand observations; the `k`-th has the
/// weight `1/(k (k + 1))`, so that half is on the largest. It is what rare failures ask for:
/// for `d ∈ {−1, 0, 1}` and `m = 0.005`, six failures among 90 in any order suffice for
/// e ≥ 20, or ten against one; with the best stake chosen afterwards it were five, or nine.
///
/// Cost of an observation: about 20 logarithms; no allocation.
///
/// # Source
/// Waudby-Smith and Ramdas, *Estimating means of bounded random variables by betting*,
/// JRSS B 86 (2024); Ville's inequality. The second guarantee: for each stake,
/// `Π (1 + λ(xᵢ − m)) / (1 + λ(μᵢ − m))` is a martingale, whose denominator is at most
/// `(1 + λ(μ̄ − m))ⁿ ≤ 1` by the inequality of the means.
///
/// ```
/// use mlops_stats::sequential::BettingEProcess;
/// let mut failures = BettingEProcess::above(0.005, (-1.0, 1.0))?;
/// for _ in 0..84 {
///     failures.observe(0.0)?;
/// }
/// assert!(!failures.rejects(0.05));
/// for _ in 0..6 {
///     failures.observe(1.0)?;
/// }
/// assert!(failures.rejects(0.05) && failures.log_e_value() > 20_f64.ln());
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct BettingEProcess {
    range: Range,
    limit: f64,
    alternative: Alternative,
    n: u64,
    pub(super) bets: Vec<Bet>,
    highest: f64,
}

/// A stake and what has become of the part of the capital that is played with it.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
pub(super) struct Bet {
    pub(super) stake: f64,
    pub(super) log_weight: f64,
    log_capital: f64,
}

/// The largest stake, as a share of the one that could be ruined by one observation.
///
/// A bolder one would gain a little where all speaks against the hypothesis, and lose all
/// that it has with the first observation to the contrary.
const BOLDEST: f64 = 0.95;

/// The smallest stake, times the width of the range.
const MEEKEST: f64 = 0.004;

/// At most so many stakes on a side, for limits close to an end of the range.
const MOST_BETS: u32 = 64;

impl BettingEProcess {
    /// Against "the mean is at most `limit`", for observations within `range`.
    ///
    /// # Errors
    /// [`Error::Parameter`] if the range is none, or the limit does not lie inside it.
    pub fn above(limit: f64, range: (f64, f64)) -> Result<Self> {
        Self::new(Alternative::Above, limit, range)
    }

    /// Against "the mean is at least `limit`", for observations within `range`.
    ///
    /// # Errors
    /// As [`above`](Self::above).
    pub fn below(limit: f64, range: (f64, f64)) -> Result<Self> {
        Self::new(Alternative::Below, limit, range)
    }

    /// Against the hypothesis that goes with `alternative`; [`Alternative::Different`] puts
    /// half of the capital on each side.
    ///
    /// # Errors
    /// As [`above`](Self::above).
    pub fn new(alternative: Alternative, limit: f64, range: (f64, f64)) -> Result<Self> {
        let range = Range::new(range)?;
        if !(limit > range.low && limit < range.high) {
            return Err(Error::Parameter { what: "limit", value: limit, expected: "inside the range" });
        }
        let up = || stakes(1.0 / (limit - range.low), range.width());
        let down = || stakes(1.0 / (range.high - limit), range.width()).map(|(stake, share)| (-stake, share));
        let bet = |(stake, share): (f64, f64)| Bet { stake, log_weight: share.ln(), log_capital: 0.0 };
        let bets = match alternative {
            Alternative::Above => up().map(bet).collect(),
            Alternative::Below => down().map(bet).collect(),
            Alternative::Different => {
                up().chain(down()).map(|(stake, share)| bet((stake, share / 2.0))).collect()
            }
        };
        Ok(Self { range, limit, alternative, n: 0, bets, highest: 0.0 })
    }

    /// Takes the next observation.
    ///
    /// # Errors
    /// [`Error::Value`] if it is NaN or outside the range; nothing has changed then.
    pub fn observe(&mut self, value: f64) -> Result<()> {
        self.range.admits(value, self.n)?;
        self.n += 1;
        let gain = value - self.limit;
        let mut best = f64::NEG_INFINITY;
        for bet in &mut self.bets {
            bet.log_capital += (bet.stake * gain).ln_1p();
            best = best.max(bet.log_capital);
        }
        // The capital is a mean of those of the stakes: most of the time none of them
        // reaches the highest, and the exponentials can be saved.
        if best > self.highest {
            self.highest = self.highest.max(self.log_e_value());
        }
        Ok(())
    }

    /// Natural logarithm of the e-value now: 0 before the first observation; `ln 20` is what
    /// it takes at α = 0.05.
    pub fn log_e_value(&self) -> f64 {
        let terms = || self.bets.iter().map(|bet| bet.log_weight + bet.log_capital);
        let largest = terms().fold(f64::NEG_INFINITY, f64::max);
        largest + terms().map(|term| (term - largest).exp()).sum::<f64>().ln()
    }

    /// The highest value that [`log_e_value`](Self::log_e_value) has had.
    pub const fn highest_log_e_value(&self) -> f64 {
        self.highest
    }

    /// Whether the hypothesis has been rejected at level `alpha` at any time so far. It stays
    /// rejected, whatever comes later.
    pub fn rejects(&self, alpha: f64) -> bool {
        self.highest >= -alpha.ln()
    }

    /// An upper bound of the p-value, valid at any time: 1 over the highest e-value.
    pub fn p_value(&self) -> f64 {
        (-self.highest).exp()
    }

    /// How many observations there have been.
    pub const fn n(&self) -> u64 {
        self.n
    }

    /// The limit that the mean is compared with.
    pub const fn limit(&self) -> f64 {
        self.limit
    }

    /// Against which side of the limit evidence is gathered.
    pub const fn alternative(&self) -> Alternative {
        self.alternative
    }
}

/// Stakes below `ruin`, and their shares of the capital, which sum to 1.
fn stakes(ruin: f64, width: f64) -> impl Iterator<Item = (f64, f64)> {
    let boldest = BOLDEST * ruin;
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "clamped just before")]
    let count = (2.0 * (boldest * width / MEEKEST).log2()).ceil().clamp(1.0, f64::from(MOST_BETS)) as u32;
    let total = f64::from(count) / f64::from(count + 1);
    (0..count).map(move |index| {
        let k = f64::from(index);
        (boldest * (-0.5 * k).exp2(), 1.0 / ((k + 1.0) * (k + 2.0) * total))
    })
}
