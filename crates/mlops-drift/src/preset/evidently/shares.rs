//! Distances of binned shares.

use std::f64::consts::E;

use mlops_stats::distance::{EmptyBins, jensen_shannon_distance, kullback_leibler_filled, psi_filled};

use super::bins::{counts, histogram, sturges};
use super::counts::{Counts, Distinct};
use super::{Found, StatTest, undefined};
use crate::{Pair, Result};

/// `psi`, `jensenshannon` and `kl_div`, all in nats.
pub(super) fn divergence(test: StatTest, pair: &Pair<'_>) -> Result<Found> {
    let (r, c) = counts(test, pair)?.weights();
    let (found, unit) = match test {
        StatTest::JensenShannon => (jensen_shannon_distance(&r, &c, E), "of 0.83 (√nats)"),
        StatTest::KullbackLeibler => (kullback_leibler_filled(&r, &c, EmptyBins::Evidently), "nats"),
        _ => (psi_filled(&r, &c, EmptyBins::Evidently), "nats"),
    };
    Ok(Found { effect: found.map_err(undefined(test))?, unit, p_value: None })
}

/// `hellinger`: from the densities of Sturges' bins over the *distinct* numbers of both sides,
/// or from the shares of categories.
///
/// `√(1 − Σ √(rᵢ cᵢ))` as the tool writes it, to the last digit: close to 0 its root makes
/// 10⁻⁸ of a rounding of 10⁻¹⁶.
pub(super) fn hellinger(pair: &Pair<'_>) -> Result<Found> {
    let affinity: f64 = match pair {
        Pair::Numbers { reference, current } => {
            let distinct = Distinct::of(reference.values(), current.values()).count();
            let edges = sturges(StatTest::Hellinger, reference, current, distinct)?;
            let density = |counts: Vec<u64>| {
                let total = counts.iter().sum::<u64>() as f64;
                let widths = edges.windows(2).map(|pair| pair[1] - pair[0]);
                counts.into_iter().zip(widths).map(|(n, width)| n as f64 / width / total).collect::<Vec<_>>()
            };
            let (r, c) = (density(histogram(&edges, reference)), density(histogram(&edges, current)));
            let width = (edges[edges.len() - 1] - edges[0]) / (edges.len() - 1) as f64;
            r.iter().zip(&c).map(|(r, c)| (r * c).sqrt() * width).sum()
        }
        Pair::Categories { .. } => {
            let counts = Counts::of(StatTest::Hellinger, pair)?;
            let (n, m) = counts.rows();
            let share = |count: u64, rows: u64| count as f64 / rows as f64;
            let both = counts.reference.iter().zip(&counts.current);
            both.map(|(r, c)| (share(*r, n) * share(*c, m)).sqrt()).sum()
        }
    };
    let effect = (1.0 - affinity.clamp(0.0, 1.0)).sqrt();
    Ok(Found { effect, unit: "of 1", p_value: None })
}
