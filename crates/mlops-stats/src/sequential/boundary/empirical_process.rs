use crate::interval::proper_share;
use crate::{Error, Result};

/// How far an empirical distribution function ever lies from the true one, anywhere, from
/// `t_min` rows on, with a chance of at most α: a band around all quantiles that may be looked
/// at after each row.
///
/// Rows are independent and alike.
///
/// # Source
/// Howard and Ramdas, *Sequential estimation of quantiles*, Bernoulli 28 (2022), Theorem 2;
/// equal to `empirical_process_lil_bound` of confseq 0.0.11.
///
/// ```
/// use mlops_stats::sequential::boundary::EmpiricalProcess;
/// let band = EmpiricalProcess::new(0.05, 10.0)?;
/// assert!((band.at(1_000.0) - 0.084_344_71).abs() < 1e-8);
/// assert_eq!(band.at(9.0), f64::INFINITY);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct EmpiricalProcess {
    t_min: f64,
    a: f64,
    c: f64,
}

impl EmpiricalProcess {
    /// With the authors' leading constant, 0.85.
    ///
    /// # Errors
    /// [`Error::Parameter`] if alpha is not within 0..1 or `t_min` is below 1.
    pub fn new(alpha: f64, t_min: f64) -> Result<Self> {
        Self::with_leading_constant(alpha, t_min, 0.85)
    }

    /// With a leading constant `a` of your own, above √½: smaller ones are better after very
    /// many rows, larger ones before. Searches for the second constant: some 10,000 evaluations
    /// of a formula.
    ///
    /// # Errors
    /// As [`new`](Self::new), and if `a` is not above √½ or the search finds nothing.
    pub fn with_leading_constant(alpha: f64, t_min: f64, a: f64) -> Result<Self> {
        proper_share("alpha", alpha)?;
        if !(t_min >= 1.0 && t_min.is_finite()) {
            return Err(Error::Parameter { what: "t_min", value: t_min, expected: "at least 1" });
        }
        if !(a > std::f64::consts::FRAC_1_SQRT_2 && a.is_finite()) {
            return Err(Error::Parameter { what: "a", value: a, expected: "above the root of one half" });
        }
        let (mut below, mut above) = (0.0, 5.0);
        while smallest_error(a, above) > alpha {
            below = above;
            above *= 2.0;
            if above > 1e12 {
                return Err(Error::undefined("empirical process", format!("{a} is too close to √½")));
            }
        }
        for _ in 0..60 {
            let middle = f64::midpoint(below, above);
            if smallest_error(a, middle) > alpha {
                below = middle;
            } else {
                above = middle;
            }
        }
        Ok(Self { t_min, a, c: above })
    }

    /// The distance after `t` rows; infinite before `t_min` of them.
    pub fn at(&self, t: f64) -> f64 {
        if t >= self.t_min {
            self.a * (((t / self.t_min).ln().ln_1p() + self.c) / t).sqrt()
        } else {
            f64::INFINITY
        }
    }
}

/// What the chance of an error is at most with the second constant `c`, with the best `eta`.
fn smallest_error(a: f64, c: f64) -> f64 {
    // The largest eta: there the exponent is 1.
    let excess = |eta: f64| (0.5 * eta).sqrt() + (2.0 * (eta - 1.0) / c).sqrt() - a;
    let (mut below, mut above) = (1.0, 2.0 * a * a);
    for _ in 0..60 {
        let middle = f64::midpoint(below, above);
        if excess(middle) < 0.0 {
            below = middle;
        } else {
            above = middle;
        }
    }
    let error = |eta: f64| {
        let squared = 2.0 / eta * (a - (2.0 * (eta - 1.0) / c).sqrt()).powi(2);
        if squared <= 1.0 {
            f64::INFINITY
        } else {
            4.0 * (-squared * c).exp() * (1.0 + 1.0 / ((squared - 1.0) * eta.ln()))
        }
    };
    // Golden section: the error falls, then rises. Its value is flat around the minimum, so that
    // half of the digits of eta give all of the error's.
    let golden = 0.5 * (5.0_f64.sqrt() - 1.0);
    let (mut low, mut high) = (1.0, below);
    let (mut left, mut right) = (high - golden * (high - low), low + golden * (high - low));
    let (mut at_left, mut at_right) = (error(left), error(right));
    for _ in 0..60 {
        if at_left < at_right {
            (high, right, at_right) = (right, left, at_left);
            left = high - golden * (high - low);
            at_left = error(left);
        } else {
            (low, left, at_left) = (left, right, at_right);
            right = low + golden * (high - low);
            at_right = error(right);
        }
    }
    at_left.min(at_right)
}
