use mlops_stats::counts::BinomialTest;
use mlops_stats::{Alternative, interval};
use serde::{Deserialize, Serialize};

use super::LatencyReport;
use crate::{Error, Result};

/// An agreement: a percentile of latency is at most so many milliseconds.
///
/// ```
/// use mlops_validate::latency::Claim;
/// let claim = Claim::percentile(99.0).at_most_ms(50.0).with_confidence(0.99);
/// assert_eq!(claim.to_string(), "p99 <= 50 ms with 99 % confidence");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use]
pub struct Claim {
    /// At least 1 and below 100.
    pub percentile: f64,
    /// The limit in milliseconds, above 0.
    pub max_ms: f64,
    /// How sure the claim has to be, above 0 and below 1.
    pub confidence: f64,
}

impl Claim {
    /// A claim about this percentile, such as 99, with 95 % confidence; its limit is
    /// [`at_most_ms`](Self::at_most_ms).
    pub const fn percentile(percentile: f64) -> Self {
        Self { percentile, max_ms: f64::NAN, confidence: 0.95 }
    }

    /// The limit.
    pub const fn at_most_ms(self, max_ms: f64) -> Self {
        Self { max_ms, ..self }
    }

    /// Another confidence.
    pub const fn with_confidence(self, confidence: f64) -> Self {
        Self { confidence, ..self }
    }

    pub(super) const fn share(&self) -> f64 {
        self.percentile / 100.0
    }

    fn checked(&self) -> Result<()> {
        let within = |what, value: f64, low: f64, high: f64, expected| {
            if value > low && value < high {
                Ok(())
            } else {
                Err(Error::invalid("claim", what, value, expected))
            }
        };
        // 0.99 is a share by mistake: nearly every call is slower than that percentile.
        if !(1.0..100.0).contains(&self.percentile) {
            let expected = "at least 1 and below 100, such as 99";
            return Err(Error::invalid("claim", "percentile", self.percentile, expected));
        }
        within("max_ms", self.max_ms, 0.0, f64::INFINITY, "milliseconds, above 0")?;
        within("confidence", self.confidence, 0.0, 1.0, "above 0 and below 1")
    }
}

impl std::fmt::Display for Claim {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { percentile, max_ms, confidence } = self;
        write!(f, "p{percentile} <= {max_ms} ms with {} % confidence", 100.0 * confidence)
    }
}

/// What a sample says about a claim.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(clippy::exhaustive_enums, reason = "who acts on a statement must decide for each")]
pub enum Statement {
    /// The percentile is at most the limit, as sure as was asked for.
    Shown,
    /// The percentile of the sample is above the limit.
    Above,
    /// The sample is within the limit, but does not make the claim sure.
    NotShown {
        /// How many calls would make it sure if as large a share of them was slow; `None` if
        /// no number would.
        needed_calls: Option<u64>,
    },
}

/// A claim held against a sample.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ClaimAnswer {
    /// What can be said.
    pub statement: Statement,
    /// The percentile of the sample in milliseconds.
    pub value_ms: f64,
    /// What the percentile does not exceed with the confidence of the claim, one-sided, in
    /// milliseconds; `None` if the sample is too small for any.
    pub upper_bound_ms: Option<f64>,
    /// Calls that took longer than the limit.
    pub slow_calls: u64,
    /// The confidence at which the claim is just shown by this sample, 0 to 1.
    pub confidence: f64,
}

impl LatencyReport {
    /// What the sample says about a claim: exact for independent calls, whatever the
    /// distribution of latencies.
    ///
    /// The claim is shown if so few slow calls would be unlikely were the percentile above
    /// the limit: the binomial test that order statistics rest on, so it is shown exactly if
    /// [`upper_bound_ms`](ClaimAnswer::upper_bound_ms) is within the limit.
    ///
    /// # Errors
    /// [`Error::Invalid`] for a claim that is none.
    ///
    /// # Source
    /// David and Nagaraja, *Order Statistics* (2003), section 7.1.
    pub fn claim(&self, claim: &Claim) -> Result<ClaimAnswer> {
        claim.checked()?;
        let times = self.times_ms();
        let failed = |error: mlops_stats::Error| Error::input("latency", error.to_string());
        let (share, level) = (claim.share(), claim.confidence);
        let seen = interval::quantile_estimate(times, share, level).map_err(failed)?;
        let upper_bound_ms = interval::quantile_upper_bound(times, share, level).map_err(failed)?;
        let calls = times.len() as u64;
        let slow_calls = times.iter().filter(|took| **took > claim.max_ms).count() as u64;
        let statement = if seen.value > claim.max_ms {
            Statement::Above
        } else if upper_bound_ms.is_some_and(|bound| bound <= claim.max_ms) {
            Statement::Shown
        } else {
            Statement::NotShown { needed_calls: needed(slow_calls, calls, claim) }
        };
        let confidence = 1.0 - chance(slow_calls, calls, claim).unwrap_or(1.0);
        Ok(ClaimAnswer { statement, value_ms: seen.value, upper_bound_ms, slow_calls, confidence })
    }
}

/// How likely at most so many slow calls are if the percentile is just at the limit.
fn chance(slow: u64, calls: u64, claim: &Claim) -> Option<f64> {
    BinomialTest::new(slow, calls, 1.0 - claim.share()).ok().map(|test| test.p_value(Alternative::Less))
}

/// The fewest calls that would show the claim if the same share of them was slow.
fn needed(slow: u64, calls: u64, claim: &Claim) -> Option<u64> {
    const MOST: u64 = 1 << 40;
    let shows = |more: u64| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a share of `more`")]
        let slow = (slow as f64 / calls as f64 * more as f64).ceil() as u64;
        chance(slow.min(more), more, claim).is_some_and(|chance| chance <= 1.0 - claim.confidence)
    };
    if slow as f64 >= calls as f64 * (1.0 - claim.share()) {
        return None;
    }
    let mut enough = calls.max(1);
    while !shows(enough) {
        enough = enough.checked_mul(2).filter(|enough| *enough <= MOST)?;
    }
    let (mut low, mut high) = (enough / 2, enough);
    while low + 1 < high {
        let middle = low + (high - low) / 2;
        if shows(middle) {
            high = middle;
        } else {
            low = middle;
        }
    }
    Some(high)
}
