use crate::saddle_point::binomial_weight;
use crate::{Alternative, Error, Result};

/// Counts this much likelier than the observed one still count as no likelier, as in
/// `SciPy`: they differ by rounding only.
const EQUAL: f64 = 1.0 + 1e-7;

/// The exact test that a share is what it is said to be.
///
/// `O(√n)`: as many terms of a tail as matter. Small p-values keep their digits.
///
/// ```
/// use mlops_stats::{Alternative, counts::BinomialTest};
/// let test = BinomialTest::new(550, 1000, 0.5)?;
/// assert_eq!(test.estimate(), 0.55);
/// assert!((test.p_value(Alternative::TwoSided) - 0.001_730_5).abs() < 1e-7);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
///
/// # Source
/// Two-sided the sum of all counts that are at most as likely; agrees with
/// `scipy.stats.binomtest` (1.17).
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct BinomialTest {
    successes: u64,
    trials: u64,
    share: f64,
}

impl BinomialTest {
    /// `successes` of `trials`, where a share is expected.
    ///
    /// # Errors
    /// [`Error::Parameter`] without a trial or with more than 2⁵³, if there are more
    /// successes than trials, or if the share is not between 0 and 1.
    pub fn new(successes: u64, trials: u64, share: f64) -> Result<Self> {
        let refused = |what, value, expected| Err(Error::Parameter { what, value, expected });
        if !(1..=1 << 53).contains(&trials) {
            return refused("trials", trials as f64, "between 1 and 2^53");
        }
        if successes > trials {
            return refused("successes", successes as f64, "at most the trials");
        }
        if !(0.0..=1.0).contains(&share) {
            return refused("share", share, "between 0 and 1");
        }
        Ok(Self { successes, trials, share })
    }

    /// The observed share.
    pub fn estimate(&self) -> f64 {
        self.successes as f64 / self.trials as f64
    }

    /// How likely a count this far from what is expected is, in a direction
    /// ([`Alternative::Less`]: this low) or in either.
    pub fn p_value(&self, alternative: Alternative) -> f64 {
        match alternative {
            Alternative::Less => self.at_most(self.successes),
            Alternative::Greater => self.at_least(self.successes),
            Alternative::TwoSided => self.two_sided(),
        }
    }

    fn expected(&self) -> f64 {
        self.trials as f64 * self.share
    }

    #[expect(clippy::float_cmp, reason = "as expected, to the last digit")]
    fn two_sided(&self) -> f64 {
        let (k, expected) = (self.successes as f64, self.expected());
        if k == expected {
            return 1.0;
        }
        let limit = self.probability(self.successes) * EQUAL;
        let rare = |count: u64| self.probability(count) <= limit;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "0 to the trials")]
        let p = if k < expected {
            let first = first(expected.ceil() as u64, self.trials + 1, rare);
            self.at_most(self.successes) + self.at_least(first)
        } else {
            // The first that is not rare ends the lower tail.
            let end = first(0, expected.floor() as u64 + 1, |count| !rare(count));
            self.at_least(self.successes) + if end == 0 { 0.0 } else { self.at_most(end - 1) }
        };
        p.min(1.0)
    }

    /// How likely exactly `count` is.
    fn probability(&self, count: u64) -> f64 {
        let (n, k, p) = (self.trials as f64, count as f64, self.share);
        if count == 0 {
            (n * (-p).ln_1p()).exp()
        } else if count == self.trials {
            (n * p.ln()).exp()
        } else if p <= 0.0 || p >= 1.0 {
            0.0
        } else {
            binomial_weight(n, k, n.mul_add(p, -k))
        }
    }

    fn at_least(&self, count: u64) -> f64 {
        if count == 0 {
            1.0
        } else if count as f64 > self.expected() {
            self.tail_above(count)
        } else {
            1.0 - self.tail_below(count - 1)
        }
    }

    fn at_most(&self, count: u64) -> f64 {
        if count >= self.trials {
            1.0
        } else if (count as f64) < self.expected() {
            self.tail_below(count)
        } else {
            1.0 - self.tail_above(count + 1)
        }
    }

    /// The sum from `count` up, which is beyond what is expected: each term is less than
    /// the one before.
    fn tail_above(&self, count: u64) -> f64 {
        let odds = self.share / (1.0 - self.share);
        let n = self.trials as f64;
        let ratio = |k: f64| (n - k) / (k + 1.0) * odds;
        if count > self.trials { 0.0 } else { tail(self.probability(count), count as f64, 1.0, ratio) }
    }

    fn tail_below(&self, count: u64) -> f64 {
        let odds = (1.0 - self.share) / self.share;
        let n = self.trials as f64;
        tail(self.probability(count), count as f64, -1.0, |k| k / (n - k + 1.0) * odds)
    }
}

/// The sum of falling terms, until they change nothing.
fn tail(first: f64, start: f64, step: f64, ratio: impl Fn(f64) -> f64) -> f64 {
    let (mut sum, mut term, mut k) = (0.0, first, start);
    while term > sum * 1e-18 {
        sum += term;
        term *= ratio(k);
        k += step;
    }
    sum
}

/// The first of `start..end` that holds, where all after it do; `end` if none.
fn first(start: u64, end: u64, holds: impl Fn(u64) -> bool) -> u64 {
    let (mut low, mut high) = (start, end);
    while low < high {
        let middle = low + (high - low) / 2;
        if holds(middle) {
            high = middle;
        } else {
            low = middle + 1;
        }
    }
    low
}
