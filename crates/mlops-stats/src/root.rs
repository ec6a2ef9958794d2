/// A root of `f` between `from` and `to`, where its signs differ, to within `tolerance`.
///
/// With a step function it ends beside the step. Each step is the interpolation, or the
/// halving where that is not safe; the order of both decides what is returned inside a flat
/// stretch, and is that of R's `uniroot`.
///
/// # Source
/// Brent, *Algorithms for Minimization without Derivatives* (1973), chapter 4.
pub(crate) fn brent(
    (from, at_from): (f64, f64),
    (to, at_to): (f64, f64),
    tolerance: f64,
    f: impl Fn(f64) -> f64,
) -> f64 {
    if at_from == 0.0 {
        return from;
    }
    if at_to == 0.0 {
        return to;
    }
    // `best` has the smallest value so far, `other` the other sign, `before` is the last best.
    let (mut before, mut best, mut other) = ((from, at_from), (to, at_to), (from, at_from));
    for _ in 0..1_000 {
        let last_step = best.0 - before.0;
        if other.1.abs() < best.1.abs() {
            (before, best, other) = (best, other, best);
        }
        let least = 2.0 * f64::EPSILON * best.0.abs() + 0.5 * tolerance;
        let half = 0.5 * (other.0 - best.0);
        if half.abs() <= least || best.1 == 0.0 {
            return best.0;
        }
        let mut step = half;
        if last_step.abs() >= least && before.1.abs() > best.1.abs() {
            step = interpolated(before, best, other, last_step, least).unwrap_or(half);
        }
        if step.abs() < least {
            step = least.copysign(step);
        }
        before = best;
        let next = best.0 + step;
        best = (next, f(next));
        if best.1 > 0.0 && other.1 > 0.0 || best.1 < 0.0 && other.1 < 0.0 {
            other = before;
        }
    }
    best.0
}

/// The step of the secant, or of the inverse parabola, if it stays well within.
fn interpolated(
    before: (f64, f64),
    best: (f64, f64),
    other: (f64, f64),
    last_step: f64,
    least: f64,
) -> Option<f64> {
    let width = other.0 - best.0;
    let (mut p, mut q) = if before.0.total_cmp(&other.0).is_eq() {
        let ratio = best.1 / before.1;
        (width * ratio, 1.0 - ratio)
    } else {
        let (q, r, s) = (before.1 / other.1, best.1 / other.1, best.1 / before.1);
        let p = s * (width * q * (q - r) - (best.0 - before.0) * (r - 1.0));
        (p, (q - 1.0) * (r - 1.0) * (s - 1.0))
    };
    if p > 0.0 {
        q = -q;
    } else {
        p = -p;
    }
    let within = p < 0.75 * width * q - 0.5 * (least * q).abs() && p < (0.5 * last_step * q).abs();
    within.then(|| p / q)
}
