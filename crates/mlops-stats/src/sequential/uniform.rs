use serde::{Deserialize, Serialize};

use super::Onset;
use super::purse::{Kept, Purse};
use crate::{Error, Result};

/// Which p-values are bet on.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "there is nothing else to bet on")]
pub enum PValues {
    /// Small ones. The guarantee holds also for p-values that are at
    /// most `u` with a chance of at most `u`: conservative tests, discrete statistics.
    #[default]
    Small,
    /// Small or large ones: they have to be uniform exactly.
    SmallOrLarge,
}

/// Evidence that p-values are not uniform and independent any more, from an unknown one on; to
/// be looked at after each: a test martingale.
///
/// Bets `1 + e (½ − p)`, `e` from 0.1 to 1.6, live on many p-values that are a little small; the
/// powers `κ p^(κ − 1)`, `κ ∈ {¾, ½, ¼}`, a fourth of the capital, on few that are tiny. The
/// hypothesis: each p-value, given those before it, is uniform, or with [`PValues::Small`] at
/// most `u` with a chance of at most `u`. Then the capital ever reaches 1/α with a chance of at
/// most α, by Ville's inequality: no bet gains on average, and how the capital moves is agreed on
/// in advance. The p-values of one test repeated on the same reference are **not** independent,
/// and the guarantee is lost; ranks among all that came before
/// ([`ConformalRanks`](super::ConformalRanks)) are.
///
/// # Beside [`SimpleJumper`](super::SimpleJumper)
/// | | `SimpleJumper` | this |
/// | --- | --- | --- |
/// | bets | `e ∈ {−1, 0, 1}` | bolder ones, and powers |
/// | while nothing happens | loses a constant share each time, and finds late changes late | what is in reserve falls with the root of their number |
/// | take it | to agree with MAPIE, for short courses | for streams |
///
/// Cost: a multiplication a bet, and three square roots.
///
/// # Source
/// Vovk, Nouretdinov and Gammerman, *Testing exchangeability on-line* (2003), for the powers;
/// Vovk et al., *Retrain or not retrain* (2021), for the linear bets.
///
/// ```
/// use mlops_stats::sequential::{Onset, PValues, UniformMartingale};
/// let mut daily = UniformMartingale::new(PValues::Small, Onset::Any);
/// for p in [0.4, 0.7, 0.2, 0.9, 0.5] {
///     daily.observe(p)?;
/// }
/// assert!(!daily.rejects(0.05));
/// daily.observe(1e-7)?;
/// assert!(daily.rejects(0.05), "{}", daily.log_value());
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Stored", into = "Stored")]
pub struct UniformMartingale {
    which: PValues,
    onset: Onset,
    purse: Purse,
}

/// What the linear bets stake; boldest first, each with half the weight of the one before.
const LINEAR: [f64; 5] = [1.6, 0.8, 0.4, 0.2, 0.1];
const POWERS: usize = 3;
/// What is staked on powers.
const ON_POWERS: f64 = 0.25;
/// Smaller p-values count as this one: a gain has to be a number.
const SMALLEST: f64 = 1e-200;

impl UniformMartingale {
    /// Nothing seen yet.
    pub fn new(which: PValues, onset: Onset) -> Self {
        let linear = [16.0, 8.0, 4.0, 2.0, 1.0].map(|weight| weight / 31.0 * (1.0 - ON_POWERS));
        let mut weights = vec![ON_POWERS / POWERS as f64; POWERS];
        match which {
            PValues::Small => weights.extend(linear),
            PValues::SmallOrLarge => weights.extend(linear.iter().chain(&linear).map(|weight| 0.5 * weight)),
        }
        Self { which, onset, purse: Purse::new(weights, onset) }
    }

    /// Takes the next p-value.
    ///
    /// # Errors
    /// [`Error::Value`] if it is NaN or outside 0 to 1; nothing has changed then.
    pub fn observe(&mut self, p_value: f64) -> Result<()> {
        if !(0.0..=1.0).contains(&p_value) {
            let (what, index) = ("p_values", self.purse.index());
            return Err(Error::Value { what, index, value: p_value, expected: "between 0 and 1" });
        }
        let root = p_value.max(SMALLEST).sqrt();
        let fourth = root.sqrt();
        let powers = [0.75 / fourth, 0.5 / root, 0.25 / (root * fourth)];
        let short = 0.5 - p_value;
        let bets = powers.into_iter().chain(LINEAR.iter().map(|stake| 1.0 + stake * short));
        match self.which {
            PValues::Small => self.purse.play(bets),
            PValues::SmallOrLarge => {
                self.purse.play(bets.chain(LINEAR.iter().map(|stake| 1.0 - stake * short)));
            }
        }
        Ok(())
    }

    /// Natural logarithm of the capital now, the e-value: 0 before the first p-value.
    pub fn log_value(&self) -> f64 {
        self.purse.log_value()
    }

    /// The highest value that [`log_value`](Self::log_value) has had.
    pub const fn highest_log_value(&self) -> f64 {
        self.purse.highest()
    }

    /// Whether the capital has been at least 1/α at any time so far.
    pub fn rejects(&self, alpha: f64) -> bool {
        self.highest_log_value() >= -alpha.ln()
    }

    /// How many p-values there have been.
    pub const fn n(&self) -> u64 {
        self.purse.n()
    }

    /// Forgets all p-values.
    pub fn restart(&mut self) {
        self.purse.restart();
    }
}

/// A martingale as it is kept: what follows from its settings is made anew.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Stored {
    which: PValues,
    onset: Onset,
    capital: Kept,
}

impl From<UniformMartingale> for Stored {
    fn from(made: UniformMartingale) -> Self {
        Self { which: made.which, onset: made.onset, capital: made.purse.kept() }
    }
}

impl TryFrom<Stored> for UniformMartingale {
    type Error = Error;

    fn try_from(stored: Stored) -> Result<Self> {
        let made = Self::new(stored.which, stored.onset);
        Ok(Self { purse: made.purse.resume(stored.capital)?, ..made })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Random;

    #[test]
    fn what_is_no_p_value_changes_nothing() {
        for which in [PValues::Small, PValues::SmallOrLarge] {
            let mut made = UniformMartingale::new(which, Onset::Any);
            made.observe(0.3).unwrap();
            let before = made.clone();
            for bad in [-0.1, 1.1, f64::NAN] {
                assert!(matches!(made.observe(bad), Err(Error::Value { index: 1, .. })));
            }
            assert_eq!(made, before);
            let read: UniformMartingale =
                serde_json::from_str(&serde_json::to_string(&made).unwrap()).unwrap();
            assert_eq!(read, made);
            made.restart();
            assert_eq!(made, UniformMartingale::new(which, Onset::Any));
        }
    }

    /// Each bet is 1 on average over uniform p-values: by the middle of a million slices for the
    /// linear ones, and for powers within what slices miss near 0.
    #[test]
    fn no_bet_gains_on_average() {
        for which in [PValues::Small, PValues::SmallOrLarge] {
            let slices = 1_000_000;
            let mean: f64 = (0..slices)
                .map(|slice| {
                    let mut made = UniformMartingale::new(which, Onset::First);
                    made.observe((f64::from(slice) + 0.5) / f64::from(slices)).unwrap();
                    made.log_value().exp()
                })
                .sum::<f64>()
                / f64::from(slices);
            assert!((0.995..1.000_001).contains(&mean), "{which:?}: {mean}");
        }
    }

    #[test]
    fn the_smallest_p_values_are_numbers() {
        let mut made = UniformMartingale::new(PValues::Small, Onset::Any);
        (0..1_000).for_each(|_| made.observe(0.0).unwrap());
        assert!(made.log_value().is_finite() && made.rejects(1e-300));
        (0..1_000).for_each(|_| made.observe(1.0).unwrap());
        assert!(made.log_value().is_finite());
        let read: UniformMartingale = serde_json::from_str(&serde_json::to_string(&made).unwrap()).unwrap();
        assert_eq!(read, made);
    }

    #[test]
    fn late_changes_are_found_sooner_than_by_a_simple_jumper() {
        let delays = |late: u32| {
            let mut random = Random::replicate(3, u64::from(late));
            let mut jumper = super::super::SimpleJumper::new(0.01).unwrap();
            let mut made = UniformMartingale::new(PValues::SmallOrLarge, Onset::Any);
            for _ in 0..late {
                let p = random.unit();
                jumper.observe(p).unwrap();
                made.observe(p).unwrap();
            }
            let mut delays = [None; 2];
            for delay in 0..100_000 {
                let p = random.unit() * 0.6;
                jumper.observe(p).unwrap();
                made.observe(p).unwrap();
                for (seen, found) in delays.iter_mut().zip([jumper.rejects(0.05), made.rejects(0.05)]) {
                    if found {
                        seen.get_or_insert(delay);
                    }
                }
                if delays.iter().all(Option::is_some) {
                    break;
                }
            }
            delays.map(Option::unwrap)
        };
        let [jumper, ours] = delays(20_000);
        assert!(ours < 120 && jumper > 5 * ours, "{jumper} {ours}");
    }
}
