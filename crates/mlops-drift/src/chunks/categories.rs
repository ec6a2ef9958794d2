use std::collections::BTreeMap;

use mlops_stats::counts::{ContingencyTable, Correction, PowerDivergence};
use mlops_stats::{Error as StatsError, Result as StatsResult};

use super::{Method, numpy};

/// How often each category occurs; what is missing counts for nothing.
pub(super) type Counts<'n> = BTreeMap<&'n str, u64>;

/// From which p-value on the chi-square test is quiet.
const CHI2_ALPHA: f64 = 0.05;

/// A chunk's distance from the reference, and whether the method itself alarms.
pub(super) fn measure(
    method: Method,
    reference: &Counts<'_>,
    chunk: &Counts<'_>,
) -> StatsResult<(f64, Option<bool>)> {
    let (all, here) = (total(reference), total(chunk));
    if all == 0 || here == 0 {
        let side = if all == 0 { "reference" } else { "chunk" };
        return Err(undefined(method, format!("the {side} has no values")));
    }
    match method {
        Method::Chi2 => chi_square(reference, chunk),
        Method::LInfinity => {
            let share = |counts: &Counts<'_>, name: &str, of: u64| {
                counts.get(name).copied().unwrap_or_default() as f64 / of as f64
            };
            let names = reference.keys().chain(chunk.keys());
            let changes = names.map(|name| (share(reference, name, all) - share(chunk, name, here)).abs());
            Ok((changes.fold(0.0, f64::max), None))
        }
        Method::JensenShannon | Method::Hellinger => {
            let r: Vec<f64> = reference.values().map(|count| *count as f64 / all as f64).collect();
            let known = reference.keys().map(|name| chunk.get(name).copied().unwrap_or_default());
            let c: Vec<f64> = known.map(|count| count as f64 / here as f64).collect();
            let distance =
                if method == Method::Hellinger { hellinger(&r, &c) } else { jensen_shannon(&r, &c) };
            Ok((distance?, None))
        }
        Method::KolmogorovSmirnov | Method::Wasserstein => {
            Err(undefined(method, "it measures numbers, not categories"))
        }
    }
}

fn undefined(method: Method, reason: impl Into<String>) -> StatsError {
    StatsError::Undefined { what: method.name(), reason: reason.into() }
}

fn total(counts: &Counts<'_>) -> u64 {
    counts.values().sum()
}

/// # Source
/// `scipy.stats.chi2_contingency` (1.17).
fn chi_square(reference: &Counts<'_>, chunk: &Counts<'_>) -> StatsResult<(f64, Option<bool>)> {
    let mut both: BTreeMap<&str, (u64, u64)> = reference.iter().map(|(name, n)| (*name, (*n, 0))).collect();
    for (name, count) in chunk {
        both.entry(name).or_default().1 = *count;
    }
    let (r, c): (Vec<u64>, Vec<u64>) = both.into_values().unzip();
    // In a table of two categories the tool corrects for continuity.
    let test = ContingencyTable::of_samples(&r, &c)?.test(PowerDivergence::PEARSON, Correction::Yates)?;
    Ok((test.statistic(), Some(test.p_value() < CHI2_ALPHA)))
}

/// Adds what the chunk has outside the bins of the reference as one more bin. It may be a
/// hair of rounding: the tool keeps that too.
fn with_the_rest(reference: &[f64], chunk: &[f64]) -> (Vec<f64>, Vec<f64>) {
    let (mut r, mut c) = (reference.to_vec(), chunk.to_vec());
    let rest = 1.0 - numpy::sum(chunk);
    if rest > 0.0 {
        r.push(0.0);
        c.push(rest);
    }
    (r, c)
}

/// Jensen–Shannon distance in bits of the shares of the reference's bins.
///
/// [`mlops_stats::distance::jensen_shannon`] in the tool's order of operations: for equal
/// shares the root makes 1e-8 of the last bit.
///
/// # Source
/// `scipy.spatial.distance.jensenshannon(base=2)` (1.17).
pub(super) fn jensen_shannon(reference: &[f64], chunk: &[f64]) -> StatsResult<f64> {
    let (r, c) = with_the_rest(reference, chunk);
    let normed = |shares: &[f64]| -> Vec<f64> {
        let sum = numpy::sum(shares);
        shares.iter().map(|share| share / sum).collect()
    };
    if c.iter().sum::<f64>() <= 0.0 {
        return Err(undefined(Method::JensenShannon, "the chunk has no values"));
    }
    let (r, c) = (normed(&r), normed(&c));
    let entropy = |side: &[f64]| -> f64 {
        let terms: Vec<f64> = side
            .iter()
            .zip(r.iter().zip(&c))
            .map(|(p, (r, c))| relative_entropy(*p, f64::midpoint(*r, *c)))
            .collect();
        numpy::sum(&terms)
    };
    let divergence = (entropy(&r) + entropy(&c)) / std::f64::consts::LN_2;
    Ok((divergence / 2.0).max(0.0).sqrt())
}

fn relative_entropy(p: f64, middle: f64) -> f64 {
    if p <= 0.0 {
        return 0.0;
    }
    let ratio = p / middle;
    if ratio > 0.5 && ratio < 2.0 { p * ((p - middle) / middle).ln_1p() } else { p * ratio.ln() }
}

/// Hellinger distance of the shares of the reference's bins.
pub(super) fn hellinger(reference: &[f64], chunk: &[f64]) -> StatsResult<f64> {
    let (r, c) = with_the_rest(reference, chunk);
    mlops_stats::distance::hellinger(&r, &c)
}
