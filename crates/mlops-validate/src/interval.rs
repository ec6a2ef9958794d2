use mlops_core::Interval;

/// An interval of the numerics in the vocabulary of verdicts.
pub(crate) const fn as_core(interval: mlops_stats::interval::Interval) -> Interval {
    Interval { level: interval.level, lower: interval.lower, upper: interval.upper }
}
