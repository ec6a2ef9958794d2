use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// From when on a change is looked for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "a change is there from the start, or comes later")]
pub enum Onset {
    /// From the first observation on: everything is staked at once, and stays where it is. Found
    /// soonest if it was there from the start; a later change has to make up for all that was
    /// lost before it.
    First,
    /// From any observation on: three tenths are staked at once, the rest little by little, so
    /// that a late change is met by capital that has lost nothing yet.
    #[default]
    Any,
}

/// What is staked at once where the onset may be any.
const AT_ONCE: f64 = 0.3;
/// Of what is not staked yet, `PACE / (n + DELAY)` is staked before observation `n`: what is
/// left falls with the root of `n`, and not exponentially as with a constant share, so that
/// there is still something to bet with after a hundred thousand observations.
const PACE: f64 = 0.5;
const DELAY: f64 = 100.0;

/// More than can be: a count from a file that is below never overflows afterwards.
const MOST_OBSERVATIONS: u64 = 1 << 53;

/// Capital is kept as numbers near 1 and the logarithm of their unit.
const LEAST: f64 = 1e-50;
const MOST: f64 = 1e50;
/// What is below is dropped: nothing is won by it, and numbers of no normal size are slow.
const NEGLIGIBLE: f64 = 1e-290;

/// A capital of 1, in parts that bet each in their own way, and a reserve that does not bet yet.
///
/// As long as no bet gains on average, neither does the whole: what moves from the reserve to
/// the bets was agreed on in advance.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Purse {
    /// How the bets share what is staked; they sum to 1.
    weights: Vec<f64>,
    onset: Onset,
    kept: Kept,
    /// What all parts come to.
    total: f64,
    /// `exp(highest − log_unit)`: what the whole has to exceed to be the highest.
    top: f64,
}

/// What of a purse changes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Kept {
    n: u64,
    reserve: f64,
    capital: Vec<f64>,
    log_unit: f64,
    highest: f64,
}

impl Purse {
    /// With weights of any sum above 0.
    pub(super) fn new(mut weights: Vec<f64>, onset: Onset) -> Self {
        let sum: f64 = weights.iter().sum();
        for weight in &mut weights {
            *weight /= sum;
        }
        let kept = Kept::begin(&weights, onset);
        Self { weights, onset, total: kept.total(), kept, top: 1.0 }
    }

    /// Multiplies each bet's part by what one unit of it has become.
    #[inline]
    pub(super) fn play(&mut self, factors: impl Iterator<Item = f64>) {
        let kept = &mut self.kept;
        let put = match self.onset {
            Onset::First => 0.0,
            Onset::Any => kept.reserve * (PACE / (kept.n as f64 + DELAY)),
        };
        kept.reserve -= put;
        kept.n += 1;
        let mut total = kept.reserve;
        for ((capital, weight), factor) in kept.capital.iter_mut().zip(&self.weights).zip(factors) {
            let become_of = (*capital + put * weight) * factor;
            *capital = if become_of < NEGLIGIBLE { 0.0 } else { become_of };
            total += *capital;
        }
        if total > self.top {
            kept.highest = kept.highest.max(kept.log_unit + total.ln());
            self.top = top(kept);
        }
        if !(LEAST..=MOST).contains(&total) {
            kept.log_unit += total.ln();
            kept.reserve /= total;
            kept.capital.iter_mut().for_each(|capital| *capital /= total);
            self.top = top(kept);
            total = kept.total();
        }
        self.total = total;
    }

    pub(super) fn log_value(&self) -> f64 {
        self.kept.log_unit + self.total.ln()
    }

    pub(super) const fn highest(&self) -> f64 {
        self.kept.highest
    }

    pub(super) const fn n(&self) -> u64 {
        self.kept.n
    }

    /// Where the next observation stands, for errors.
    pub(super) fn index(&self) -> usize {
        usize::try_from(self.kept.n).unwrap_or(usize::MAX)
    }

    pub(super) fn restart(&mut self) {
        self.kept.begin_anew(&self.weights, self.onset);
        (self.total, self.top) = (self.kept.total(), 1.0);
    }

    pub(super) fn kept(&self) -> Kept {
        self.kept.clone()
    }

    /// Goes on from a state that was kept.
    pub(super) fn resume(mut self, kept: Kept) -> Result<Self> {
        let damaged = |value| {
            Err(Error::Parameter {
                what: "state of a martingale",
                value,
                expected: "one that observations lead to",
            })
        };
        if kept.capital.len() != self.weights.len() {
            return damaged(kept.capital.len() as f64);
        }
        if kept.n > MOST_OBSERVATIONS {
            return damaged(kept.n as f64);
        }
        let parts = || kept.capital.iter().copied().chain([kept.reserve]);
        if let Some(part) = parts().find(|part| !(0.0..=2.0 * MOST).contains(part)) {
            return damaged(part);
        }
        if !(0.5 * LEAST..=2.0 * MOST).contains(&kept.total()) {
            return damaged(kept.total());
        }
        // No observation multiplies the capital by more than 1e300, or by less than a fifth.
        if kept.log_unit.is_nan() || kept.log_unit.abs() > 700.0 * kept.n as f64 {
            return damaged(kept.log_unit);
        }
        let now = kept.log_unit + kept.total().ln();
        if !(kept.highest.is_finite()
            && kept.highest >= 0.0
            && kept.highest >= now - 1e-9 * now.abs().max(1.0))
        {
            return damaged(kept.highest);
        }
        if (kept.n == 0 && kept != self.kept) || (self.onset == Onset::First && kept.reserve > 0.0) {
            return damaged(kept.reserve);
        }
        (self.total, self.top) = (kept.total(), top(&kept));
        self.kept = kept;
        Ok(self)
    }
}

impl Kept {
    fn begin(weights: &[f64], onset: Onset) -> Self {
        let mut kept = Self { n: 0, reserve: 0.0, capital: Vec::new(), log_unit: 0.0, highest: 0.0 };
        kept.begin_anew(weights, onset);
        kept
    }

    /// In the memory that it has.
    fn begin_anew(&mut self, weights: &[f64], onset: Onset) {
        let staked = match onset {
            Onset::First => 1.0,
            Onset::Any => AT_ONCE,
        };
        self.capital.clear();
        self.capital.extend(weights.iter().map(|weight| weight * staked));
        (self.n, self.reserve, self.log_unit, self.highest) = (0, 1.0 - staked, 0.0, 0.0);
    }

    /// In the order in which a play adds them up: a state that was kept goes on to the last digit.
    fn total(&self) -> f64 {
        self.capital.iter().fold(self.reserve, |sum, part| sum + part)
    }
}

fn top(kept: &Kept) -> f64 {
    (kept.highest - kept.log_unit).exp()
}
