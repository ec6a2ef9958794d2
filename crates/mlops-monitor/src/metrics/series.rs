//! One series each: the numbers behind a set of label values. All of them are handles:
//! a clone records into the same series, and recording takes no lock.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::exposition::Samples;
use super::{Buckets, Error, Kind, Result};

/// A number that threads add to without a lock.
#[derive(Debug, Default)]
struct Sum(AtomicU64);

impl Sum {
    fn get(&self) -> f64 {
        f64::from_bits(self.0.load(Ordering::Relaxed))
    }

    fn set(&self, value: f64) {
        self.0.store(value.to_bits(), Ordering::Relaxed);
    }

    /// Adds `value`; leaves the sum as it is, and says so, if NaN would come of it.
    fn add(&self, value: f64) -> bool {
        let mut now = self.0.load(Ordering::Relaxed);
        loop {
            let next = f64::from_bits(now) + value;
            if next.is_nan() {
                return false;
            }
            match self.0.compare_exchange_weak(now, next.to_bits(), Ordering::Relaxed, Ordering::Relaxed) {
                Ok(_) => return true,
                Err(other) => now = other,
            }
        }
    }
}

fn refused(what: &'static str, value: f64, expected: &'static str) -> Error {
    Error::Value { what, value, expected }
}

const OBSERVABLE: &str = "a number that has a sum with those before it";

/// A count of what happened, or a total of what was used: it never falls.
#[derive(Clone, Debug, Default)]
pub struct Counter(Arc<CounterCell>);

/// Whole increments, nearly all there are, are one `fetch_add`; the others add up apart.
#[derive(Debug, Default)]
struct CounterCell {
    whole: AtomicU64,
    rest: Sum,
}

/// Increments up to here are exact as f64 and take the fast path.
const MAX_WHOLE: f64 = 9_007_199_254_740_992.0;

impl Counter {
    /// Counts one.
    pub fn inc(&self) {
        self.0.whole.fetch_add(1, Ordering::Relaxed);
    }

    /// Counts `by`. Whole and fractional increments are summed apart, so that a mixture may
    /// differ in the last bit from a sum in the order of the calls.
    ///
    /// # Errors
    /// [`Error::Value`] if `by` is negative or not finite; nothing is counted then.
    pub fn inc_by(&self, by: f64) -> Result<()> {
        if !(by.is_finite() && by >= 0.0) {
            return Err(refused("increment of a counter", by, "a finite number that is not negative"));
        }
        if by <= MAX_WHOLE && by.fract() == 0.0 {
            #[expect(
                clippy::cast_possible_truncation,
                clippy::cast_sign_loss,
                reason = "checked just before"
            )]
            self.0.whole.fetch_add(by as u64, Ordering::Relaxed);
        } else {
            self.0.rest.add(by);
        }
        Ok(())
    }

    /// What was counted so far.
    pub fn value(&self) -> f64 {
        self.0.whole.load(Ordering::Relaxed) as f64 + self.0.rest.get()
    }

    /// Back to 0; increments at the same moment may survive or not.
    pub(super) fn reset(&self) {
        self.0.whole.store(0, Ordering::Relaxed);
        self.0.rest.set(0.0);
    }
}

/// A number that goes up and down; 0 until it is set, and any number after that: NaN is
/// "not known", on which no Prometheus alert fires.
#[derive(Clone, Debug, Default)]
pub struct Gauge(Arc<Sum>);

impl Gauge {
    /// It is `value` now.
    pub fn set(&self, value: f64) {
        self.0.set(value);
    }

    /// It is `by` more now, or less if that is negative.
    ///
    /// # Errors
    /// [`Error::Value`] if NaN would come of it; the gauge stays as it is then.
    pub fn add(&self, by: f64) -> Result<()> {
        if self.0.add(by) { Ok(()) } else { Err(refused("change of a gauge", by, OBSERVABLE)) }
    }

    /// What it was set to last.
    pub fn value(&self) -> f64 {
        self.0.get()
    }
}

/// How often observations fell into which bucket, and their sum.
#[derive(Clone, Debug)]
pub struct Histogram(Arc<HistogramCell>);

#[derive(Debug)]
struct HistogramCell {
    bounds: Arc<Buckets>,
    /// Not cumulative, so that an observation touches one.
    counts: Box<[AtomicU64]>,
    sum: Sum,
}

impl Histogram {
    /// Takes note of `value`, in the first bucket whose bound is not below it.
    ///
    /// # Errors
    /// [`Error::Value`] if `value` is NaN, or an infinity after one of the other sign: the
    /// sum would be NaN for ever. Nothing is recorded then.
    pub fn observe(&self, value: f64) -> Result<()> {
        let cell = &*self.0;
        let Some(count) = cell.counts.get(cell.bounds.place(value)).filter(|_| cell.sum.add(value)) else {
            return Err(refused("observation", value, OBSERVABLE));
        };
        count.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// How many were observed: the sum of [`counts`](Self::counts).
    pub fn count(&self) -> u64 {
        self.0.counts.iter().map(|count| count.load(Ordering::Relaxed)).sum()
    }

    /// The sum of what was observed. While others record it may be ahead of the count.
    pub fn sum(&self) -> f64 {
        self.0.sum.get()
    }

    /// How many fell into each bucket, the last one unbounded; not cumulative.
    pub fn counts(&self) -> Vec<u64> {
        self.0.counts.iter().map(|count| count.load(Ordering::Relaxed)).collect()
    }
}

/// How many observations there were, and their sum.
#[derive(Clone, Debug, Default)]
pub struct Summary(Arc<SummaryCell>);

#[derive(Debug, Default)]
struct SummaryCell {
    count: AtomicU64,
    sum: Sum,
}

impl Summary {
    /// Takes note of `value`.
    ///
    /// # Errors
    /// As [`Histogram::observe`].
    pub fn observe(&self, value: f64) -> Result<()> {
        if !self.0.sum.add(value) {
            return Err(refused("observation", value, OBSERVABLE));
        }
        self.0.count.fetch_add(1, Ordering::Relaxed);
        Ok(())
    }

    /// How many were observed.
    pub fn count(&self) -> u64 {
        self.0.count.load(Ordering::Relaxed)
    }

    /// The sum of what was observed. While others record it may be ahead of the count.
    pub fn sum(&self) -> f64 {
        self.0.sum.get()
    }
}

/// A kind of series: [`Counter`], [`Gauge`], [`Histogram`] or [`Summary`]; sealed.
pub trait Series: sealed::Sealed {}

impl Series for Counter {}
impl Series for Gauge {}
impl Series for Histogram {}
impl Series for Summary {}

pub(super) mod sealed {
    use super::{Arc, Buckets, Counter, Gauge, Histogram, HistogramCell, Kind, Samples, Sum, Summary};

    pub trait Sealed: Clone + std::fmt::Debug + Send + Sync + 'static {
        /// What all series of a family have in common.
        type Shape: Clone + std::fmt::Debug + Send + Sync;
        const KIND: Kind;
        fn start(shape: &Self::Shape) -> Self;
        /// Its samples in their order, without the time of creation.
        fn write(&self, samples: &mut Samples<'_>);
    }

    impl Sealed for Counter {
        type Shape = ();
        const KIND: Kind = Kind::Counter;
        fn start((): &()) -> Self {
            Self::default()
        }
        fn write(&self, samples: &mut Samples<'_>) {
            samples.push("_total", self.value());
        }
    }

    impl Sealed for Gauge {
        type Shape = ();
        const KIND: Kind = Kind::Gauge;
        fn start((): &()) -> Self {
            Self::default()
        }
        fn write(&self, samples: &mut Samples<'_>) {
            samples.push("", self.value());
        }
    }

    impl Sealed for Histogram {
        type Shape = Arc<Buckets>;
        const KIND: Kind = Kind::Histogram;
        fn start(bounds: &Arc<Buckets>) -> Self {
            let counts = bounds.bounds().iter().map(|_| super::AtomicU64::default()).collect();
            Self(Arc::new(HistogramCell { bounds: Arc::clone(bounds), counts, sum: Sum::default() }))
        }
        fn write(&self, samples: &mut Samples<'_>) {
            let HistogramCell { bounds, counts, sum } = &*self.0;
            let mut below = 0;
            for (text, count) in bounds.texts().iter().zip(counts) {
                below += count.load(super::Ordering::Relaxed);
                samples.push_bucket(text, below as f64);
            }
            // Of the very buckets written above, so that the two agree at every scrape.
            samples.push("_count", below as f64);
            // A sum that can fall is no counter: the format leaves it out.
            if bounds.bounds().first().is_some_and(|first| *first >= 0.0) {
                samples.push("_sum", sum.get());
            }
        }
    }

    impl Sealed for Summary {
        type Shape = ();
        const KIND: Kind = Kind::Summary;
        fn start((): &()) -> Self {
            Self::default()
        }
        fn write(&self, samples: &mut Samples<'_>) {
            samples.push("_count", self.count() as f64);
            samples.push("_sum", self.sum());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::sealed::Sealed as _;
    use super::*;

    #[test]
    fn a_counter_never_falls() {
        let counter = Counter::default();
        counter.inc();
        counter.inc_by(2.5).unwrap();
        counter.inc_by(0.0).unwrap();
        for bad in [-1.0, -f64::MIN_POSITIVE, f64::NAN, f64::INFINITY, f64::NEG_INFINITY] {
            let error = counter.inc_by(bad).unwrap_err();
            assert!(matches!(error, Error::Value { what: "increment of a counter", .. }), "{error}");
        }
        assert_eq!(counter.value(), 3.5);
        counter.inc_by(1e300).unwrap();
        assert_eq!(counter.value(), 1e300);
    }

    #[test]
    fn a_sum_is_never_nan() {
        let histogram = Histogram::start(&Arc::new(Buckets::new([1.0, 2.0]).unwrap()));
        let summary = Summary::default();
        for value in [0.5, f64::NAN, 1.5, f64::INFINITY, f64::NEG_INFINITY, 9.0] {
            assert_eq!(histogram.observe(value).is_ok(), summary.observe(value).is_ok(), "{value}");
        }
        assert_eq!(histogram.counts(), [1, 1, 2]);
        assert_eq!((histogram.count(), histogram.sum()), (4, f64::INFINITY));
        assert_eq!((summary.count(), summary.sum()), (4, f64::INFINITY));
    }

    #[test]
    fn a_gauge_takes_any_number() {
        let gauge = Gauge::default();
        gauge.add(3.0).unwrap();
        gauge.add(-0.5).unwrap();
        assert_eq!(gauge.value(), 2.5);
        gauge.add(f64::NAN).unwrap_err();
        assert_eq!(gauge.value(), 2.5);
        gauge.set(f64::NAN);
        assert!(gauge.value().is_nan());
    }
}
