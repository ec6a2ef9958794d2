//! Score tests of a difference of two shares, and the intervals that invert them.

use crate::distribution::{normal_isf, normal_sf};
use crate::interval::Interval;
use crate::root::brent;
use crate::{Error, Result};

use super::{DifferenceMethod, Share};

/// Variance of the difference of the shares seen, if the true one is `difference`: from the
/// likeliest shares with that difference, times Miettinen and Nurminen's `N / (N − 1)`.
/// NaN where the formula of statsmodels has no value.
pub(super) fn variance(first: &Share, second: &Share, difference: f64, of_statsmodels: bool) -> f64 {
    let (n_1, n_0) = (first.trials as f64, second.trials as f64);
    let (x_1, x_0) = (first.successes as f64, second.successes as f64);
    let (n, x) = (n_1 + n_0, x_1 + x_0);
    let (p_1, p_0) = if difference == 0.0 {
        (x / n, x / n)
    } else {
        let cubic = Cubic {
            third: n,
            second: (n_1 + 2.0 * n_0) * difference - n - x,
            first: if of_statsmodels {
                (x_0 * difference - n - 2.0 * x_0) * difference + x
            } else {
                (n_0 * difference - n - 2.0 * x_0) * difference + x
            },
            constant: x_0 * difference * (1.0 - difference),
        };
        let p_0 = if of_statsmodels {
            cubic.middle_root()
        } else {
            // The root lies within what the difference leaves; rounding may step over it.
            let (low, high) = ((-difference).max(0.0), (1.0 - difference).min(1.0));
            let root = cubic.middle_root();
            if root.is_nan() { cubic.root_between(low, high) } else { root.clamp(low, high) }
        };
        let p_1 = p_0 + difference;
        if of_statsmodels { (p_1, p_0) } else { (p_1.clamp(0.0, 1.0), p_0) }
    };
    (p_1 * (1.0 - p_1) / n_1 + p_0 * (1.0 - p_0) / n_0) * (n / (n - 1.0))
}

/// `third · p³ + second · p² + first · p + constant`
struct Cubic {
    third: f64,
    second: f64,
    first: f64,
    constant: f64,
}

impl Cubic {
    /// The root that is a share, by the cosine; NaN where rounding takes the cosine's
    /// argument beyond 1, or at a triple root.
    fn middle_root(&self) -> f64 {
        let third = self.second / (3.0 * self.third);
        let q = third.powf(3.0) - self.first * self.second / (6.0 * self.third.powf(2.0))
            + self.constant / (2.0 * self.third);
        let sign = if q == 0.0 { 0.0 } else { q.signum() };
        let p = sign * (third.powf(2.0) - self.first / (3.0 * self.third)).sqrt();
        let angle = (std::f64::consts::PI + (q / p.powf(3.0)).acos()) / 3.0;
        2.0 * p * angle.cos() - third
    }

    /// The root where the likelihood turns from rising to falling, by halving.
    fn root_between(&self, mut low: f64, mut high: f64) -> f64 {
        // The cubic is the slope of the likelihood times a positive number.
        let at = |p: f64| ((self.third * p + self.second) * p + self.first) * p + self.constant;
        for _ in 0..200 {
            let middle = 0.5 * (low + high);
            if middle <= low || middle >= high {
                break;
            }
            if at(middle) > 0.0 {
                low = middle;
            } else {
                high = middle;
            }
        }
        0.5 * (low + high)
    }
}

/// All differences that the two-sided test does not refuse.
pub(super) fn interval(first: &Share, second: &Share, level: f64) -> Interval {
    let seen = first.value() - second.value();
    let limit = normal_isf(0.5 * (1.0 - level));
    // The statistic falls as the difference tested grows; at the ends of −1..1 it is infinite
    // unless the shares seen are there too.
    let beyond = |difference: f64, limit: f64| {
        let deviation = variance(first, second, difference, false).sqrt();
        let distance = seen - difference;
        if distance == 0.0 { -limit } else { distance / deviation - limit }
    };
    let end = |from: f64, to: f64, limit: f64| {
        let (mut inside, mut outside) = (from, to);
        // Halving needs no care for infinities, and 100 steps leave no double between.
        for _ in 0..100 {
            let middle = 0.5 * (inside + outside);
            if beyond(middle, limit) * limit.signum() > 0.0 {
                outside = middle;
            } else {
                inside = middle;
            }
        }
        inside
    };
    Interval { level, lower: end(seen, -1.0, limit), upper: end(seen, 1.0, -limit) }
}

/// The same search as statsmodels', with the same way to fail.
pub(super) fn interval_of_statsmodels(first: &Share, second: &Share, level: f64) -> Result<Interval> {
    let alpha = 1.0 - level;
    let seen = first.value() - second.value();
    let excess = |difference: f64| {
        let deviation = variance(first, second, difference, true).sqrt();
        2.0 * normal_sf(((seen - difference) / deviation).abs()) - alpha
    };
    let wald = first.difference_interval(second, DifferenceMethod::Wald, level)?;
    let upper = (wald.upper + 0.5 * wald.upper.abs()).min(0.999_99);
    let lower = wald.lower - 0.25 * wald.lower.abs();
    let root = |from: f64, to: f64| {
        let (at_from, at_to) = (excess(from), excess(to));
        if at_from.is_nan() || at_to.is_nan() || at_from * at_to > 0.0 {
            return Err(Error::undefined("score interval of statsmodels", "its search has no start"));
        }
        let root = brent((from, at_from), (to, at_to), 2e-12, excess);
        if excess(root).is_nan() {
            return Err(Error::undefined("score interval of statsmodels", "its statistic has no value"));
        }
        Ok(root)
    };
    let upper = root(seen, upper)?;
    Ok(Interval { level, lower: root(lower, seen)?, upper })
}
