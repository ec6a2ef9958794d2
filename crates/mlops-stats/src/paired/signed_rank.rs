use crate::distribution::normal_sf;
use crate::{Alternative, Error, Result};

use super::differences;

/// What becomes of rows without a difference.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the three that the literature has")]
pub enum Zeros {
    /// They are dropped before the ranks are given (Wilcoxon, 1945).
    #[default]
    Drop,
    /// They are ranked, and their ranks dropped (Pratt, 1959).
    Pratt,
    /// They are ranked, and half of their ranks goes to each side.
    Split,
}

/// Which distribution the p-value is taken from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "the ones that SciPy has")]
pub enum WilcoxonMethod {
    /// As `SciPy`: up to 50 rows without ties and zeros exact, up to 13 rows with them
    /// exact for these ranks, else normal.
    Auto {
        /// Moves the statistic half a rank towards its mean, where it comes to the normal limit.
        corrected: bool,
    },
    /// The distribution of the ranks 1..n without ties; with ties or zeros a statistic
    /// between two whole numbers is taken as the one that gives the larger p. O(n³).
    Exact,
    /// The distribution of the ranks as they are, ties among them: every choice of signs. O(n³).
    ExactWithTies,
    /// The normal limit, its variance corrected for ties.
    Normal {
        /// Moves the statistic half a rank towards its mean.
        corrected: bool,
    },
}

/// Exact distributions take `n³` steps; this many rows take a second.
const EXACT_UP_TO: usize = 1_000;

/// Wilcoxon's signed-rank test: are the differences `a − b` symmetric around 0?
///
/// Takes rows as independent. Only the order of the differences' sizes counts, so that a
/// few wild rows do not decide.
///
/// # Source
/// Wilcoxon, *Biometrics Bulletin* 1 (1945); equal to `scipy.stats.wilcoxon` (1.17).
#[derive(Clone, Debug, PartialEq)]
pub struct Wilcoxon {
    zeros: Zeros,
    /// How many rows have no difference.
    zero_rows: usize,
    rows: usize,
    /// Rank sum of the positive differences, and of the negative ones.
    plus: f64,
    minus: f64,
    /// Ranks of the differences that have a sign, in twice their value, ascending: whole numbers.
    doubled_ranks: Vec<u64>,
    /// `Σ (t³ − t)` over groups of equal sizes, zeros counted as the treatment asks.
    ties: f64,
    tied: bool,
}

impl Wilcoxon {
    /// Of two values a row; rows without a difference are dropped. `O(n log n)`.
    ///
    /// # Errors
    /// [`Error::Shape`] if the lengths differ or there are no rows, [`Error::Value`] for
    /// what is not finite.
    pub fn of(a: &[f64], b: &[f64]) -> Result<Self> {
        Self::with_zeros(a, b, Zeros::Drop)
    }

    /// Of two values a row, with what becomes of rows without a difference.
    ///
    /// # Errors
    /// As [`of`](Self::of).
    pub fn with_zeros(a: &[f64], b: &[f64], zeros: Zeros) -> Result<Self> {
        let mut signed = differences(a, b)?;
        let rows = signed.len();
        signed.sort_unstable_by(|left, right| left.abs().total_cmp(&right.abs()));
        let zero_rows = signed.partition_point(|difference| difference.abs() == 0.0);
        let ranked = if zeros == Zeros::Drop { &signed[zero_rows..] } else { &signed[..] };
        let mut test = Self {
            zeros,
            zero_rows,
            rows,
            plus: 0.0,
            minus: 0.0,
            doubled_ranks: Vec::with_capacity(rows),
            ties: 0.0,
            tied: false,
        };
        let mut before = 0_u64;
        for tie in ranked.chunk_by(|left, right| left.abs().total_cmp(&right.abs()).is_eq()) {
            test.add(tie, before);
            before += tie.len() as u64;
        }
        Ok(test)
    }

    fn add(&mut self, tie: &[f64], before: u64) {
        let size = tie.len() as u64;
        let doubled = 2 * before + size + 1;
        let rank = 0.5 * doubled as f64;
        self.tied |= size > 1;
        let is_zero = tie[0] == 0.0;
        if !(is_zero && self.zeros == Zeros::Pratt) {
            let size = size as f64;
            self.ties += size * size * size - size;
        }
        for difference in tie {
            if *difference > 0.0 {
                self.plus += rank;
            } else if *difference < 0.0 {
                self.minus += rank;
            } else if self.zeros == Zeros::Split {
                self.plus += 0.5 * rank;
                self.minus += 0.5 * rank;
            }
            if !is_zero {
                self.doubled_ranks.push(doubled);
            }
        }
    }

    /// Rank sum of the rows where `a` is greater.
    pub const fn rank_sum(&self) -> f64 {
        self.plus
    }

    /// The statistic that `SciPy` shows: the smaller rank sum for a two-sided test, else that
    /// of the rows where `a` is greater.
    pub fn statistic(&self, alternative: Alternative) -> f64 {
        if alternative == Alternative::TwoSided { self.plus.min(self.minus) } else { self.plus }
    }

    /// The p-value by [`WilcoxonMethod::Auto`], not corrected.
    ///
    /// # Errors
    /// As [`p_value_by`](Self::p_value_by).
    pub fn p_value(&self, alternative: Alternative) -> Result<f64> {
        self.p_value_by(WilcoxonMethod::Auto { corrected: false }, alternative)
    }

    /// The p-value by this method.
    ///
    /// # Errors
    /// [`Error::Undefined`] for the normal limit if no row has a difference,
    /// [`Error::Parameter`] for an exact method and more than 1,000 rows.
    pub fn p_value_by(&self, method: WilcoxonMethod, alternative: Alternative) -> Result<f64> {
        match method {
            WilcoxonMethod::Auto { corrected } => self.p_value_by(self.chosen(corrected), alternative),
            WilcoxonMethod::Exact => {
                let n = self.ranked() as u64;
                let ranks: Vec<u64> = (1..=n).collect();
                let chances = chances_of_sums(&ranks)?;
                let at_most = self.plus.ceil();
                let at_least = self.plus.floor();
                let (below, above) = tails(&chances, at_most, at_least);
                Ok(alternative.of_tails(below, above))
            }
            WilcoxonMethod::ExactWithTies => {
                let chances = chances_of_sums(&self.doubled_ranks)?;
                let split = if self.zeros == Zeros::Split { self.zero_half() } else { 0.0 };
                let doubled = 2.0 * (self.plus - split);
                let (below, above) = tails(&chances, doubled, doubled);
                Ok(alternative.of_tails(below, above))
            }
            WilcoxonMethod::Normal { corrected } => self.p_normal(corrected, alternative),
        }
    }

    fn chosen(&self, corrected: bool) -> WilcoxonMethod {
        let plain = !self.tied && self.zero_rows == 0;
        match self.rows {
            0..=50 if plain => WilcoxonMethod::Exact,
            0..=13 => WilcoxonMethod::ExactWithTies,
            _ => WilcoxonMethod::Normal { corrected },
        }
    }

    /// Rows that were given a rank.
    fn ranked(&self) -> usize {
        if self.zeros == Zeros::Drop { self.rows - self.zero_rows } else { self.rows }
    }

    /// Half of the ranks of the zeros.
    fn zero_half(&self) -> f64 {
        let zeros = self.zero_rows as f64;
        0.25 * zeros * (zeros + 1.0)
    }

    fn p_normal(&self, corrected: bool, alternative: Alternative) -> Result<f64> {
        let mean_of = |n: f64| n * (n + 1.0) * 0.25;
        let square_of = |n: f64| n * (n + 1.0) * (2.0 * n + 1.0);
        let (n, zeros) = (self.ranked() as f64, self.zero_rows as f64);
        let (mut mean, mut square) = (mean_of(n), square_of(n));
        if self.zeros == Zeros::Pratt {
            mean -= mean_of(zeros);
            square -= square_of(zeros);
        }
        let deviation = ((square - 0.5 * self.ties) / 24.0).sqrt();
        let mut z = (self.plus - mean) / deviation;
        if z.is_nan() {
            return Err(Error::undefined("signed-rank test", "no row has a difference"));
        }
        if corrected {
            let sign = match alternative {
                Alternative::Greater => 1.0,
                Alternative::Less => -1.0,
                Alternative::TwoSided if z == 0.0 => 0.0,
                Alternative::TwoSided => z.signum(),
            };
            z -= sign * 0.5 / deviation;
        }
        Ok(alternative.of_tails(normal_sf(-z), normal_sf(z)))
    }
}

/// How likely each sum of a random half of the ranks is, from 0 to the sum of all.
pub(super) fn chances_of_sums(ranks: &[u64]) -> Result<Vec<f64>> {
    if ranks.len() > EXACT_UP_TO {
        let value = ranks.len() as f64;
        return Err(Error::Parameter {
            what: "rows of an exact signed-rank test",
            value,
            expected: "at most 1000",
        });
    }
    let total: u64 = ranks.iter().sum();
    let mut chances = vec![0.0; usize::try_from(total).unwrap_or(usize::MAX) + 1];
    chances[0] = 1.0;
    let mut reached = 0;
    for rank in ranks {
        let rank = usize::try_from(*rank).unwrap_or(usize::MAX);
        reached += rank;
        for sum in (0..=reached).rev() {
            let without = if sum <= reached - rank { chances[sum] } else { 0.0 };
            let with = if sum >= rank { chances[sum - rank] } else { 0.0 };
            chances[sum] = 0.5 * (without + with);
        }
    }
    Ok(chances)
}

/// The chance of a sum of at most the one and of at least the other.
fn tails(chances: &[f64], at_most: f64, at_least: f64) -> (f64, f64) {
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "rank sums")]
    let (at_most, at_least) = (at_most as usize, at_least as usize);
    // From the rare end inwards: small chances keep their digits.
    let below = chances.iter().take(at_most + 1).sum::<f64>();
    let above = chances.iter().skip(at_least).rev().sum::<f64>();
    (below.min(1.0), above.min(1.0))
}
