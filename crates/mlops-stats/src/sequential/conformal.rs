use serde::{Deserialize, Serialize};

use crate::{Error, Random, Result};

/// Evidence that p-values are not uniform and independent, to be looked at after each: the
/// simple jumper, a test martingale.
///
/// Three experts multiply their capital by `1 + e (p − ½)`, `e ∈ {−1, 0, 1}`: one bets on small
/// p-values, one on large ones, one does not bet. Before each p-value, every expert gives a
/// share `jump` of its capital to be split among all three, so that the right one is found again
/// after a change. As long as the p-values are uniform and independent, the capital ever
/// reaches 1/α with a chance of at most α.
///
/// # Source
/// Vovk, Petej, Nouretdinov, Ahlberg, Carlsson and Gammerman, *Retrain or not retrain:
/// conformal test martingales for change-point detection* (2021); equal to the
/// `simple_jumper` of MAPIE 1.6.
///
/// ```
/// use mlops_stats::sequential::SimpleJumper;
/// let mut drift = SimpleJumper::new(0.01)?;
/// for row in 0..100 {
///     drift.observe(f64::from(row % 10) / 50.0)?;
/// }
/// assert!(drift.rejects(0.01), "all p-values below 0.2: {}", drift.value());
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SimpleJumper {
    jump: f64,
    n: u64,
    /// Shares of the capital: of the experts for −1, 0 and 1.
    shares: [f64; 3],
    log_capital: f64,
    highest: f64,
}

impl SimpleJumper {
    /// With this share redistributed before each p-value: 0.01 is a common choice, larger ones
    /// find sudden changes sooner and lasting ones later.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `jump` lies between 0 and 1.
    pub fn new(jump: f64) -> Result<Self> {
        if !(0.0..=1.0).contains(&jump) {
            return Err(Error::Parameter { what: "jump", value: jump, expected: "between 0 and 1" });
        }
        Ok(Self { jump, n: 0, shares: [1.0 / 3.0; 3], log_capital: 0.0, highest: 0.0 })
    }

    /// Takes the next p-value.
    ///
    /// # Errors
    /// [`Error::Value`] if it is NaN or outside 0 to 1; nothing has changed then.
    pub fn observe(&mut self, p_value: f64) -> Result<()> {
        if !(0.0..=1.0).contains(&p_value) {
            let index = usize::try_from(self.n).unwrap_or(usize::MAX);
            return Err(Error::Value {
                what: "p_values",
                index,
                value: p_value,
                expected: "between 0 and 1",
            });
        }
        self.n += 1;
        for (share, bet) in self.shares.iter_mut().zip([-1.0, 0.0, 1.0]) {
            *share = ((1.0 - self.jump) * *share + self.jump / 3.0) * (1.0 + bet * (p_value - 0.5));
        }
        // Shares keep their sum at 1: a capital that grows without end is no number any more.
        let growth: f64 = self.shares.iter().sum();
        for share in &mut self.shares {
            *share /= growth;
        }
        self.log_capital += growth.ln();
        self.highest = self.highest.max(self.log_capital);
        Ok(())
    }

    /// The capital now, 1 before the first p-value; infinite beyond the largest number.
    pub fn value(&self) -> f64 {
        self.log_capital.exp()
    }

    /// Natural logarithm of the capital now.
    pub const fn log_value(&self) -> f64 {
        self.log_capital
    }

    /// The highest value that [`log_value`](Self::log_value) has had.
    pub const fn highest_log_value(&self) -> f64 {
        self.highest
    }

    /// Whether the capital has been at least 1/α at any time so far.
    pub fn rejects(&self, alpha: f64) -> bool {
        self.highest >= -alpha.ln()
    }

    /// How many p-values there have been.
    pub const fn n(&self) -> u64 {
        self.n
    }
}

/// Whether rows are still like those before them, asked after each row: a conformal test
/// martingale over scores.
///
/// A score says how strange a row is (a loss, a distance, one column). Each is ranked among all
/// scores so far: as long as the rows are exchangeable (independent and alike, for instance) the
/// ranks are uniform and independent, whatever the scores' distribution, and an alarm at level α
/// is false with a chance of at most α over the whole course. Ties are broken at random, from the
/// seed, which the guarantee needs.
///
/// Feed the rows of the reference first, then those to be watched, in their order. Rows of
/// one day that are alike among themselves are **not** exchangeable with the next day's: then
/// an alarm says so, and not that something is broken.
///
/// Keeps all scores: 8 bytes each; a row costs `O(n)` moved bytes, some microseconds at 100,000.
///
/// # Source
/// Vovk, Nouretdinov and Gammerman, *Testing exchangeability on-line* (2003), with the
/// betting of [`SimpleJumper`].
///
/// ```
/// use mlops_stats::sequential::ConformalMartingale;
/// let mut errors = ConformalMartingale::new(0.01, 7)?;
/// for row in 0..300_u32 {
///     errors.observe(f64::from(row * 37 % 101))?;
/// }
/// assert!(!errors.alarms(0.01));
/// for row in 0..100_u32 {
///     errors.observe(f64::from(row * 37 % 101) + 60.0)?;
/// }
/// assert!(errors.alarms(0.01));
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Debug)]
pub struct ConformalMartingale {
    jumper: SimpleJumper,
    random: Random,
    sorted: Vec<f64>,
}

impl ConformalMartingale {
    /// With the jump of [`SimpleJumper::new`] and the seed of the random tie-breaks.
    ///
    /// # Errors
    /// [`Error::Parameter`] unless `jump` lies between 0 and 1.
    pub fn new(jump: f64, seed: u64) -> Result<Self> {
        Ok(Self { jumper: SimpleJumper::new(jump)?, random: Random::replicate(seed, 0), sorted: Vec::new() })
    }

    /// Takes the next score and returns its p-value: small if it is one of the largest so far.
    ///
    /// # Errors
    /// [`Error::Value`] if it is NaN; nothing has changed then.
    pub fn observe(&mut self, score: f64) -> Result<f64> {
        if score.is_nan() {
            let index = self.sorted.len();
            return Err(Error::Value { what: "scores", index, value: score, expected: "a number" });
        }
        let below = self.sorted.partition_point(|other| *other < score);
        let upto = self.sorted.partition_point(|other| *other <= score);
        let above = (self.sorted.len() - upto) as f64;
        let tied = (upto - below + 1) as f64;
        let p_value = (above + self.random.unit() * tied) / (self.sorted.len() + 1) as f64;
        self.sorted.insert(upto, score);
        self.jumper.observe(p_value)?;
        Ok(p_value)
    }

    /// Whether there has been an alarm at level `alpha` at any time so far.
    pub fn alarms(&self, alpha: f64) -> bool {
        self.jumper.rejects(alpha)
    }

    /// The martingale: its value, and the highest so far.
    pub const fn martingale(&self) -> &SimpleJumper {
        &self.jumper
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_no_p_value_changes_nothing() {
        let mut jumper = SimpleJumper::new(0.1).unwrap();
        jumper.observe(0.3).unwrap();
        let before = jumper.clone();
        for bad in [-0.1, 1.1, f64::NAN] {
            assert!(matches!(jumper.observe(bad), Err(Error::Value { index: 1, .. })));
            assert!(SimpleJumper::new(bad).is_err());
        }
        assert_eq!(jumper, before);
        let mut scores = ConformalMartingale::new(0.01, 1).unwrap();
        assert!(scores.observe(f64::NAN).is_err());
        assert_eq!(scores.martingale().n(), 0);
    }

    /// Ever above 20 in at most 5 of 100 courses while nothing changes; nearly always after a change.
    #[test]
    fn it_alarms_after_a_change_and_seldom_before() {
        let (mut false_alarms, mut found) = (0, 0);
        for run in 0..200 {
            let mut random = Random::replicate(5, run);
            let mut scores = ConformalMartingale::new(0.01, run).unwrap();
            // Rounded: ties among most rows.
            for _ in 0..400 {
                scores.observe((random.unit() * 20.0).floor()).unwrap();
            }
            false_alarms += u32::from(scores.alarms(0.05));
            for _ in 0..200 {
                scores.observe((random.unit() * 20.0).floor() + 6.0).unwrap();
            }
            found += u32::from(scores.alarms(0.05));
        }
        assert!(false_alarms <= 18, "{false_alarms} of 200");
        assert!(found >= 190, "{found} of 200");
    }

    #[test]
    fn a_capital_beyond_numbers_is_infinite() {
        let mut jumper = SimpleJumper::new(0.0).unwrap();
        (0..3_000).for_each(|_| jumper.observe(1.0).unwrap());
        assert!(
            jumper.value().is_infinite() && jumper.log_value() > 1_000.0 && jumper.log_value().is_finite()
        );
        assert!(jumper.rejects(1e-300));
    }
}
