use std::fmt::Debug;
use std::time::Duration;

use parking_lot::Mutex;

use crate::Timestamp;

/// Where the time comes from. Nothing in `mlops` reads the machine's clock but [`SystemClock`].
///
/// # Contract
/// [`now`](Self::now) never panics and never blocks. It may repeat and, as clocks of
/// machines do, go back: what needs order must not take it from here.
pub trait Clock: Debug + Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

/// The clock of the machine.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> Timestamp {
        #[expect(clippy::disallowed_methods, reason = "this is the one place that reads the machine's clock")]
        let now = std::time::SystemTime::now();
        let micros = match now.duration_since(std::time::UNIX_EPOCH) {
            Ok(after) => i64::try_from(after.as_micros()).unwrap_or(i64::MAX),
            Err(before) => i64::try_from(before.duration().as_micros()).map_or(i64::MIN, |micros| -micros),
        };
        Timestamp::from_micros(micros)
    }
}

/// A clock that stands still until told to move: for tests and simulated time.
///
/// ```
/// use std::time::Duration;
/// use mlops_core::{Clock, ManualClock};
/// let clock = ManualClock::new("2013-04-01T00:00:00Z".parse()?);
/// clock.advance(Duration::from_secs(60));
/// assert_eq!(clock.now().to_string(), "2013-04-01T00:01:00Z");
/// # Ok::<(), mlops_core::Error>(())
/// ```
#[derive(Debug)]
pub struct ManualClock(Mutex<Timestamp>);

impl ManualClock {
    /// A clock that shows `start`.
    pub const fn new(start: Timestamp) -> Self {
        Self(Mutex::new(start))
    }

    /// Shows `now`, be it earlier or later than before.
    pub fn set(&self, now: Timestamp) {
        *self.0.lock() = now;
    }

    /// Moves on by `duration`.
    pub fn advance(&self, duration: Duration) {
        let mut now = self.0.lock();
        *now = *now + duration;
    }
}

impl Clock for ManualClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }
}
