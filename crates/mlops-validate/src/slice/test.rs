use mlops_core::Interval;
use mlops_stats::Alternative;
use mlops_stats::counts::{BinomialTest, FisherExact};
use mlops_stats::interval::wilson;
use mlops_stats::proportion::{DifferenceMethod, Share};
use mlops_stats::two_sample::{Summary, TTest};

use super::LossKind;
use super::count::{Centred, Counted, Moments};
use super::search::WorseThan;
use crate::interval::as_core;

/// What a slice is compared with, and how.
#[derive(Debug)]
pub(super) struct Test<'a> {
    pub(super) kind: LossKind,
    pub(super) than: WorseThan,
    pub(super) all: Moments,
    pub(super) losses: &'a Centred,
    pub(super) level: f64,
}

/// How a slice compares.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct Compared {
    pub(super) difference: f64,
    pub(super) interval: Interval,
    pub(super) p_value: f64,
}

impl Test<'_> {
    /// `None` where nothing can be said: no rows outside, too few clusters, no variance.
    pub(super) fn of(&self, slice: &Counted) -> Option<Compared> {
        let rest = self.all.less(slice.rows);
        match (&slice.clusters, self.kind) {
            (Some((within, outside)), _) => self.of_means(within, outside),
            (None, LossKind::Error) => self.of_shares(&slice.rows, &rest),
            (None, _) => self.of_means(&slice.rows, &rest),
        }
    }

    /// The one-sided p-value alone, which is all that the correction needs of most slices. A
    /// slice that is not worse counts as 1: nothing that is reported can depend on it.
    pub(super) fn p_value(&self, slice: &Counted) -> f64 {
        self.of(slice).map_or(1.0, |compared| compared.p_value)
    }

    fn of_means(&self, slice: &Moments, rest: &Moments) -> Option<Compared> {
        let summary = |moments: &Moments| Summary {
            mean: moments.mean(),
            variance: moments.variance(),
            count: count(moments.count),
        };
        let (x, y, by) = match self.than {
            WorseThan::Rest { by } => (summary(slice), summary(rest), by),
            // A sample without variance is a number.
            WorseThan::Limit(limit) => {
                let limit = Summary { mean: limit - self.losses.centre, variance: 0.0, count: 2 };
                (summary(slice), limit, 0.0)
            }
        };
        if x.count < 2 || y.count < 2 {
            return None;
        }
        let difference = x.mean - y.mean;
        let interval = TTest::of_summaries(x, y).ok()?.confidence_interval(self.level).ok()?;
        let interval = as_core(interval);
        if difference <= by {
            return Some(Compared { difference, interval, p_value: 1.0 });
        }
        let beyond = TTest::of_summaries(Summary { mean: x.mean - by, ..x }, y).ok()?;
        Some(Compared { difference, interval, p_value: beyond.p_value(Alternative::Greater) })
    }

    fn of_shares(&self, slice: &Moments, rest: &Moments) -> Option<Compared> {
        let (wrong, trials) = (count(slice.sum), count(slice.count));
        let of_slice = Share::new(wrong, trials).ok()?;
        match self.than {
            WorseThan::Rest { by } => {
                let (rest_wrong, rest_trials) = (count(rest.sum), count(rest.count));
                let of_rest = Share::new(rest_wrong, rest_trials).ok()?;
                let difference = of_slice.value() - of_rest.value();
                let interval = of_slice
                    .difference_interval(&of_rest, DifferenceMethod::Newcombe, self.level)
                    .map(as_core)
                    .ok()?;
                let p_value = if difference <= by {
                    1.0
                } else if by > 0.0 {
                    let (method, greater) = (DifferenceMethod::Score, Alternative::Greater);
                    of_slice.test_difference(&of_rest, by, method, greater).ok()?.p_value()
                } else {
                    FisherExact::new((wrong, trials - wrong), (rest_wrong, rest_trials - rest_wrong))
                        .ok()?
                        .p_value(Alternative::Greater)
                };
                Some(Compared { difference, interval, p_value })
            }
            WorseThan::Limit(limit) => {
                let difference = of_slice.value() - limit;
                let own = wilson(wrong, trials, self.level).ok()?;
                let interval =
                    Interval { level: own.level, lower: own.lower - limit, upper: own.upper - limit };
                let p_value = if difference <= 0.0 {
                    1.0
                } else {
                    BinomialTest::new(wrong, trials, limit.clamp(0.0, 1.0))
                        .ok()?
                        .p_value(Alternative::Greater)
                };
                Some(Compared { difference, interval, p_value })
            }
        }
    }
}

/// A count that was summed up as a number.
#[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of rows, and whole")]
fn count(number: f64) -> u64 {
    number.round().max(0.0) as u64
}
