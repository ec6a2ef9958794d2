use super::{checked, positive};
use crate::interval::proper_share;
use crate::{Error, Result};

/// Polynomial stitching: what a sum of variance `v` ever exceeds with a chance of at most
/// `alpha`, by a formula that grows as `√(v log log v)`; sub-gamma of scale `c`, which is 0 for
/// sub-Gaussian sums. Below the variance `v_min` it is what it is there.
///
/// `s > 1` and `eta > 1` are its shape; 1.4 and 2 are the authors' choice.
///
/// # Errors
/// [`Error::Parameter`] if one is outside its range, or `v` negative or not finite.
///
/// # Source
/// Howard et al., Annals of Statistics 49 (2021), Theorem 1; equal to `poly_stitching_bound` of
/// confseq 0.0.11.
///
/// ```
/// let bound = mlops_stats::sequential::boundary::poly_stitching(25.0, 0.05, 1.0, 0.0, (1.4, 2.0))?;
/// assert!((bound - 18.371_759).abs() < 1e-6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn poly_stitching(v: f64, alpha: f64, v_min: f64, c: f64, (s, eta): (f64, f64)) -> Result<f64> {
    checked(v, alpha, v_min)?;
    shape(s, eta)?;
    if !(c >= 0.0 && c.is_finite()) {
        return Err(Error::Parameter { what: "c", value: c, expected: "at least 0" });
    }
    let v = v.max(v_min);
    let a = (zeta(s) / eta.ln().powf(s)).ln();
    let ell = s * (eta * v / v_min).ln().ln() + a - alpha.ln();
    let (k1, k2) = constants(eta);
    let of_scale = k2 * c * ell;
    Ok((k1 * k1 * v * ell + of_scale * of_scale).sqrt() + of_scale)
}

/// Double stitching: how far, in rows, the place of the quantile `p` among `t` sorted rows ever
/// lies from `t · p`, for all quantiles and times at once, with a chance of at most `alpha`.
/// Valid from `t_min` rows on, a whole number.
///
/// `delta > 0`, `s > 1` and `eta > 1` are its shape; 0.5, 1.4 and 2 are the authors' choice.
///
/// # Errors
/// [`Error::Parameter`] if one is outside its range.
///
/// # Source
/// Howard and Ramdas, *Sequential estimation of quantiles with applications to A/B testing and
/// best-arm identification*, Bernoulli 28 (2022), Theorem 3; equal to `double_stitching_bound`
/// of confseq 0.0.11.
///
/// ```
/// use mlops_stats::sequential::boundary::double_stitching;
/// let rows = double_stitching(0.9, 1_000.0, 0.05, 100.0, (0.5, 1.4, 2.0))?;
/// assert!((rows - 43.721_193).abs() < 1e-6);
/// # Ok::<(), mlops_stats::Error>(())
/// ```
pub fn double_stitching(
    p: f64,
    t: f64,
    alpha: f64,
    t_min: f64,
    (delta, s, eta): (f64, f64, f64),
) -> Result<f64> {
    proper_share("p", p)?;
    checked(t, alpha, t_min)?;
    positive("delta", delta)?;
    shape(s, eta)?;
    let t_min = t_min.trunc();
    if t_min < 1.0 {
        return Err(Error::Parameter { what: "t_min", value: t_min, expected: "at least 1" });
    }
    let t = t.max(t_min);
    let logit = (p / (1.0 - p)).ln();
    let moved = logit + 2.0 * delta * (t_min * eta / t).sqrt();
    let r = if p >= 0.5 { p } else { (1.0 / (1.0 + (-moved).exp())).min(0.5) };
    let variance = r * (1.0 - r);
    let j = (t / t_min).sqrt() * logit.abs() / (2.0 * delta) + 1.0;
    let zeta = zeta(s);
    let ell = s * (eta * t / t_min).ln().ln()
        + s * j.ln()
        + (2.0 * zeta * (2.0 * zeta + 1.0) / (alpha * eta.ln().powf(s))).ln();
    let (k1, k2) = constants(eta);
    let of_scale = k2 * (1.0 - 2.0 * p) / 3.0 * ell;
    let of_grid = delta * (eta * t * variance / t_min).sqrt();
    Ok(of_grid + (k1 * k1 * variance * t * ell + of_scale * of_scale).sqrt() + of_scale)
}

fn shape(s: f64, eta: f64) -> Result<()> {
    for (what, value) in [("s", s), ("eta", eta)] {
        if !(value > 1.0 && value.is_finite()) {
            return Err(Error::Parameter { what, value, expected: "above 1" });
        }
    }
    Ok(())
}

fn constants(eta: f64) -> (f64, f64) {
    let root = eta.sqrt();
    ((root.sqrt() + 1.0 / root.sqrt()) / std::f64::consts::SQRT_2, f64::midpoint(root, 1.0))
}

/// Riemann's zeta function for `s > 1`: twenty terms, and Euler–Maclaurin for the rest.
fn zeta(s: f64) -> f64 {
    let n = 20.0_f64;
    let head: f64 = (1..20).map(|k| f64::from(k).powf(-s)).sum();
    // B₂ / 2!, B₄ / 4!, …
    let bernoulli = [1.0 / 12.0, -1.0 / 720.0, 1.0 / 30_240.0, -1.0 / 1_209_600.0];
    let mut rest = n.powf(1.0 - s) / (s - 1.0) + 0.5 * n.powf(-s);
    let mut falling = s * n.powf(-s - 1.0);
    for (index, factor) in (0_u8..).zip(bernoulli) {
        rest += factor * falling;
        let k = 2.0 * f64::from(index);
        falling *= (s + k + 1.0) * (s + k + 2.0) / (n * n);
    }
    head + rest
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn zeta_is_scipys_and_known_at_even_numbers() {
        let pi = std::f64::consts::PI;
        assert!((zeta(2.0) - pi * pi / 6.0).abs() < 1e-14);
        assert!((zeta(4.0) - pi.powi(4) / 90.0).abs() < 1e-14);
        assert!((zeta(1.001) - 1_000.577_288_476_011_5).abs() < 1e-9);
        assert!((zeta(1.4) - 3.105_547_277_977_580_6).abs() < 1e-13);
    }

    #[test]
    fn settings_are_checked() {
        assert!(poly_stitching(1.0, 0.05, 1.0, -1.0, (1.4, 2.0)).is_err());
        assert!(poly_stitching(1.0, 0.05, 1.0, 0.0, (1.0, 2.0)).is_err());
        assert!(poly_stitching(f64::NAN, 0.05, 1.0, 0.0, (1.4, 2.0)).is_err());
        assert!(double_stitching(1.0, 1.0, 0.05, 1.0, (0.5, 1.4, 2.0)).is_err());
        assert!(double_stitching(0.5, 1.0, 0.05, 0.5, (0.5, 1.4, 2.0)).is_err());
        assert!(double_stitching(0.5, 1.0, 0.05, 1.0, (0.5, 1.4, 1.0)).is_err());
    }
}
