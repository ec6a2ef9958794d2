use std::num::NonZeroUsize;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use mlops_core::{Clock, Timestamp};

use super::{NotNow, PredictError, RateLimiter, Request};

/// The door: who is let in, and until when they may stay.
#[derive(Debug, Default)]
pub(crate) struct Admission {
    pub(crate) rate: Option<RateLimiter>,
    pub(crate) concurrency: Option<NonZeroUsize>,
    pub(crate) time_limit: Option<Duration>,
    inside: AtomicUsize,
}

/// One place among those that are taken; given back when dropped.
#[derive(Debug)]
pub(crate) struct Admitted<'a> {
    inside: Option<&'a AtomicUsize>,
    deadline: Option<Timestamp>,
}

impl Drop for Admitted<'_> {
    fn drop(&mut self) {
        if let Some(inside) = self.inside {
            inside.fetch_sub(1, Ordering::Relaxed);
        }
    }
}

impl Admission {
    /// The deadline first, since a request that nobody waits for shall cost nothing; then a
    /// place; the rate last, so that only who is let in counts towards it.
    pub(crate) fn admit(
        &self,
        clock: &dyn Clock,
        request: &Request<'_>,
    ) -> Result<Admitted<'_>, PredictError> {
        let in_time = request.waits_until().is_some() || self.time_limit.is_some();
        if !in_time && self.rate.is_none() && self.concurrency.is_none() {
            return Ok(Admitted { inside: None, deadline: None });
        }
        let now = clock.now();
        let own = self.time_limit.map(|limit| now + limit);
        let deadline = match (request.waits_until(), own) {
            (Some(one), Some(other)) => Some(one.min(other)),
            (one, other) => one.or(other),
        };
        if let Some(deadline) = deadline.filter(|deadline| *deadline <= now) {
            return Err(PredictError::DeadlineExceeded { deadline, now });
        }
        let admitted = Admitted { inside: self.take_a_place()?, deadline };
        if let Some(rate) = &self.rate
            && let Err(not_now) = rate.admit(now, 1)
        {
            let limit = format!("the rate of {} requests a second", rate.limit().rate());
            let retry_after = match not_now {
                NotNow::RetryAfter(wait) => Some(wait),
                NotNow::TooLarge => None,
            };
            return Err(PredictError::Overloaded { limit, retry_after });
        }
        Ok(admitted)
    }

    fn take_a_place(&self) -> Result<Option<&AtomicUsize>, PredictError> {
        let Some(places) = self.concurrency else { return Ok(None) };
        let one_more = |inside: usize| (inside < places.get()).then_some(inside + 1);
        if self.inside.fetch_update(Ordering::Relaxed, Ordering::Relaxed, one_more).is_ok() {
            return Ok(Some(&self.inside));
        }
        let limit = format!("the limit of {places} requests at a time");
        Err(PredictError::Overloaded { limit, retry_after: None })
    }
}

impl Admitted<'_> {
    /// Whether somebody still waits.
    pub(crate) fn in_time(&self, clock: &dyn Clock) -> Result<(), PredictError> {
        let Some(deadline) = self.deadline else { return Ok(()) };
        let now = clock.now();
        if now < deadline { Ok(()) } else { Err(PredictError::DeadlineExceeded { deadline, now }) }
    }
}
