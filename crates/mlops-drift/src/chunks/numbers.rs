use mlops_stats::distance::wasserstein;
use mlops_stats::two_sample::{KolmogorovSmirnov, Sample};

use super::categories::{hellinger, jensen_shannon};
use super::histogram::Bins;
use super::numpy;
use super::{Approximation, Method};
use crate::{Error, Result};

/// A reference's column of numbers, ready to measure chunks by one method.
#[derive(Clone, Debug)]
pub(super) enum NumbersFit {
    KolmogorovSmirnov(Sample),
    KolmogorovSmirnovBinned { bins: Bins, reference: Vec<f64> },
    Wasserstein(Sample),
    WassersteinBinned { bins: Bins, reference: Vec<f64> },
    JensenShannon { bins: Bins, reference: Vec<f64> },
    Hellinger { bins: Bins, reference: Vec<f64> },
}

impl NumbersFit {
    /// `values` are those that are not missing, in the order of their rows; `sorted` the same.
    pub(super) fn new(
        method: Method,
        values: &[f64],
        sorted: &Sample,
        approximation: Approximation,
    ) -> Result<Self> {
        let bins = approximation.bins(values.len());
        Ok(match (method, bins) {
            (Method::KolmogorovSmirnov, None) => Self::KolmogorovSmirnov(sorted.clone()),
            (Method::KolmogorovSmirnov, Some(bins)) => {
                let bins = Bins::over_range(values, bins)?;
                Self::KolmogorovSmirnovBinned { reference: cumulated(&bins.shares(sorted)), bins }
            }
            (Method::Wasserstein, None) => Self::Wasserstein(sorted.clone()),
            (Method::Wasserstein, Some(bins)) => {
                let bins = Bins::equal(values, bins)?;
                Self::WassersteinBinned { reference: cumulated(&bins.shares(sorted)), bins }
            }
            (Method::JensenShannon, _) => {
                let bins = Bins::doane(values)?;
                Self::JensenShannon { reference: bins.shares(sorted), bins }
            }
            (Method::Hellinger, _) => {
                let bins = Bins::doane(values)?;
                Self::Hellinger { reference: bins.shares(sorted), bins }
            }
            (Method::Chi2 | Method::LInfinity, _) => {
                return Err(Error::undefined(method.name(), "it measures categories, not numbers"));
            }
        })
    }

    pub(super) fn value(&self, chunk: &Sample) -> mlops_stats::Result<f64> {
        match self {
            Self::KolmogorovSmirnov(reference) => Ok(KolmogorovSmirnov::of(reference, chunk).statistic()),
            Self::KolmogorovSmirnovBinned { bins, reference } => {
                let below = share_of(chunk, |value| value < bins.first());
                let differences = cumulated(&bins.shares(chunk)).into_iter().zip(reference);
                Ok(differences.map(|(c, r)| (r - (below + c)).abs()).fold(0.0, f64::max))
            }
            Self::Wasserstein(reference) => wasserstein(reference, chunk),
            Self::WassersteinBinned { bins, reference } => Ok(wasserstein_in_bins(bins, reference, chunk)),
            Self::JensenShannon { bins, reference } => jensen_shannon(reference, &bins.shares(chunk)),
            Self::Hellinger { bins, reference } => hellinger(reference, &bins.shares(chunk)),
        }
    }
}

fn cumulated(shares: &[f64]) -> Vec<f64> {
    let mut sum = 0.0;
    let add = |share: &f64| {
        sum += share;
        sum
    };
    shares.iter().map(add).collect()
}

fn share_of(chunk: &Sample, holds: impl Fn(f64) -> bool) -> f64 {
    chunk.values().iter().filter(|value| holds(**value)).count() as f64 / chunk.len() as f64
}

/// The area between the distribution functions: within the bins by their shares, outside
/// them by the values.
fn wasserstein_in_bins(bins: &Bins, reference: &[f64], chunk: &Sample) -> f64 {
    let (values, n) = (chunk.values(), chunk.len() as f64);
    let smaller = &values[..values.partition_point(|value| *value < bins.first())];
    let bigger = &values[values.partition_point(|value| *value <= bins.last())..];
    // Outside, the tool counts the end of the range as one more value.
    let amount = |outside: &[f64]| if outside.is_empty() { 0.0 } else { (outside.len() as f64 + 1.0) / n };
    let gaps = |points: &mut dyn Iterator<Item = f64>, outside: usize, rising: bool| -> f64 {
        let all = outside as f64 + 1.0;
        let mut before: Option<f64> = None;
        let mut area = 0.0;
        for (seen, point) in points.enumerate() {
            if let Some(before) = before {
                let below = seen as f64 / all;
                area += (point - before) * if rising { below } else { 1.0 - below };
            }
            before = Some(point);
        }
        area
    };
    let ends = (std::iter::once(bins.first()), std::iter::once(bins.last()));
    let left = gaps(&mut smaller.iter().copied().chain(ends.0), smaller.len(), true) * amount(smaller);
    let right = gaps(&mut ends.1.chain(bigger.iter().copied()), bigger.len(), false) * amount(bigger);
    let heights: Vec<f64> = cumulated(&bins.shares(chunk))
        .into_iter()
        .zip(reference)
        .map(|(c, r)| (r - (c + amount(smaller))).abs() * bins.width())
        .collect();
    numpy::sum(&heights) + left + right
}
