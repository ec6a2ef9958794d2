use std::num::NonZeroU32;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;

use mlops_core::Timestamp;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// So many requests a second in the long run, and so many at once.
///
/// ```
/// use mlops_serve_core::predictor::RateLimit;
/// let limit = RateLimit::per_second(100, 20)?;
/// # Ok::<(), mlops_serve_core::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct RateLimit {
    per_second: NonZeroU32,
    burst: NonZeroU32,
}

impl RateLimit {
    /// `per_second` requests a second in the long run, `burst` of them at once.
    ///
    /// # Errors
    /// [`Error::InvalidSetting`] if one of them is 0.
    pub fn per_second(per_second: u32, burst: u32) -> Result<Self> {
        let positive = |what, value| {
            NonZeroU32::new(value).ok_or_else(|| Error::invalid_setting(what, value, "at least 1"))
        };
        let burst = positive("burst of the rate limit", burst)?;
        Ok(Self { per_second: positive("rate limit a second", per_second)?, burst })
    }

    /// How many a second.
    pub const fn rate(&self) -> u32 {
        self.per_second.get()
    }

    /// How many at once.
    pub const fn burst(&self) -> u32 {
        self.burst.get()
    }
}

/// Why a rate limiter says no.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "later, or never: there is no third answer")]
pub enum NotNow {
    /// After this time the same cost would be let in, if nothing else comes.
    RetryAfter(Duration),
    /// Never: the cost is larger than the burst.
    TooLarge,
}

/// The generic cell rate algorithm: lets a [`RateLimit`] in, in whole nanoseconds, without a
/// lock.
///
/// It keeps one number, the moment at which the bucket will be full again. A clock that
/// went back can't shut the door: that moment is never further away than a whole bucket.
/// Moments before 1678 and after 2262 are one.
///
/// # Source
/// ITU-T I.371, annex A; agrees with the crate `governor` 0.10.4 (nanosecond for nanosecond)
/// on clocks that don't go back.
///
/// ```
/// use std::time::Duration;
/// use mlops_core::Timestamp;
/// use mlops_serve_core::predictor::{NotNow, RateLimit, RateLimiter};
/// let limiter = RateLimiter::new(RateLimit::per_second(5, 1)?);
/// let now = Timestamp::from_micros(0);
/// assert_eq!(limiter.admit(now, 1), Ok(()));
/// assert_eq!(limiter.admit(now, 1), Err(NotNow::RetryAfter(Duration::from_millis(200))));
/// # Ok::<(), mlops_serve_core::Error>(())
/// ```
#[derive(Debug)]
pub struct RateLimiter {
    limit: RateLimit,
    /// Nanoseconds for one request.
    interval: i64,
    /// Nanoseconds for a whole bucket.
    bucket: i64,
    /// When the bucket is full again, in nanoseconds since 1970: the "theoretical arrival time".
    full_at: AtomicI64,
}

impl RateLimiter {
    /// With a full bucket.
    pub const fn new(limit: RateLimit) -> Self {
        // At most 10⁹ · 2³², which an i64 just holds.
        let interval = 1_000_000_000 / limit.per_second.get() as i64;
        let bucket = interval * limit.burst.get() as i64;
        Self { limit, interval, bucket, full_at: AtomicI64::new(i64::MIN) }
    }

    /// What it lets in.
    pub const fn limit(&self) -> RateLimit {
        self.limit
    }

    /// Lets a request of `cost` in, or says when to come back; a cost of 0 is always let in.
    ///
    /// # Errors
    /// [`NotNow`]; nothing is taken from the bucket then.
    pub fn admit(&self, now: Timestamp, cost: u32) -> std::result::Result<(), NotNow> {
        self.admit_at(now.as_micros().saturating_mul(1000), cost)
    }

    /// The same with the time in nanoseconds since 1970, for clocks finer than a [`Timestamp`].
    ///
    /// # Errors
    /// [`NotNow`].
    pub fn admit_at(&self, now_ns: i64, cost: u32) -> std::result::Result<(), NotNow> {
        if cost > self.limit.burst.get() {
            return Err(NotNow::TooLarge);
        }
        let weight = self.interval * i64::from(cost);
        let mut full_at = self.full_at.load(Ordering::Relaxed);
        loop {
            let latest = now_ns.saturating_add(self.bucket);
            let next = full_at.clamp(now_ns, latest).saturating_add(weight);
            if next > latest {
                if full_at > latest {
                    // The clock went back. What is kept must too, or nobody gets in until it
                    // has caught up; whoever else has changed it meanwhile has seen the same.
                    let _ =
                        self.full_at.compare_exchange(full_at, latest, Ordering::Relaxed, Ordering::Relaxed);
                }
                let wait = u64::try_from(next.saturating_sub(latest)).unwrap_or(0);
                return Err(NotNow::RetryAfter(Duration::from_nanos(wait)));
            }
            match self.full_at.compare_exchange_weak(full_at, next, Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return Ok(()),
                Err(other) => full_at = other,
            }
        }
    }
}
