use mlops_stats::two_sample::Sample;

use super::numpy;
use crate::{Error, Result};

/// Bins of a histogram: each holds its lower edge, the last one also its upper edge.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Bins {
    edges: Vec<f64>,
}

impl Bins {
    /// Doane's number of equal bins over the range of the values, which are in the order of
    /// their rows: sums in another order may round the number up to one more.
    ///
    /// # Errors
    /// [`Error::Undefined`] if a value is infinite, or the range too narrow for so many bins.
    ///
    /// # Source
    /// Doane, *Aesthetic frequency classifications* (1976), as `numpy.histogram_bin_edges(bins="doane")` (2.4).
    pub(super) fn doane(values: &[f64]) -> Result<Self> {
        let (min, max) = outer_edges(values)?;
        let n = values.len() as f64;
        let range = extremes(values).map_or(0.0, |(min, max)| max - min);
        let deviation = if values.len() > 2 { numpy::standard_deviation(values) } else { 0.0 };
        let mut bins = 1.0;
        if deviation > 0.0 {
            let spread = (6.0 * (n - 2.0) / ((n + 1.0) * (n + 3.0))).sqrt();
            let mean = numpy::mean(values);
            let cubes: Vec<f64> = values.iter().map(|value| ((value - mean) / deviation).powf(3.0)).collect();
            let skewness = numpy::mean(&cubes).abs();
            let width = range / (1.0 + n.log2() + (1.0 + skewness / spread).log2());
            if width > 0.0 {
                bins = ((max - min) / width).ceil();
            }
        }
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a few dozen")]
        Self::even(min, max, bins as usize)
    }

    /// So many equal bins over the range of the values; half a unit to each side of a constant.
    ///
    /// # Errors
    /// As [`doane`](Self::doane).
    pub(super) fn equal(values: &[f64], bins: usize) -> Result<Self> {
        let (min, max) = outer_edges(values)?;
        Self::even(min, max, bins)
    }

    /// So many equal bins over exactly the range of the values, without width if they are constant.
    pub(super) fn over_range(values: &[f64], bins: usize) -> Result<Self> {
        let (min, max) = finite_range(values)?;
        Ok(Self { edges: linspace(min, max, bins) })
    }

    fn even(min: f64, max: f64, bins: usize) -> Result<Self> {
        let edges = linspace(min, max, bins);
        if edges.windows(2).all(|pair| pair[0] < pair[1]) {
            Ok(Self { edges })
        } else {
            Err(Error::undefined("histogram", format!("no {bins} bins fit between {min} and {max}")))
        }
    }

    pub(super) fn first(&self) -> f64 {
        self.edges[0]
    }

    pub(super) fn last(&self) -> f64 {
        self.edges[self.edges.len() - 1]
    }

    pub(super) fn width(&self) -> f64 {
        self.edges[1] - self.edges[0]
    }

    /// The share of all values that lies in each bin; what lies outside is in none.
    pub(super) fn shares(&self, sample: &Sample) -> Vec<f64> {
        let values = sample.values();
        let last = self.edges.len() - 1;
        let below = |edge: usize| {
            let at = self.edges[edge];
            values.partition_point(|value| *value < at || edge == last && *value <= at)
        };
        let mut before = below(0);
        let mut shares = Vec::with_capacity(last);
        for edge in 1..=last {
            let upto = below(edge);
            shares.push((upto - before) as f64 / values.len() as f64);
            before = upto;
        }
        shares
    }
}

fn extremes(values: &[f64]) -> Option<(f64, f64)> {
    values.iter().fold(None, |seen: Option<(f64, f64)>, value| {
        Some(seen.map_or((*value, *value), |(min, max)| (min.min(*value), max.max(*value))))
    })
}

fn finite_range(values: &[f64]) -> Result<(f64, f64)> {
    match extremes(values) {
        Some((min, max)) if min.is_finite() && max.is_finite() => Ok((min, max)),
        Some(_) => Err(Error::undefined("histogram", "the reference has infinite values")),
        None => Err(Error::undefined("histogram", "the reference has no values")),
    }
}

fn outer_edges(values: &[f64]) -> Result<(f64, f64)> {
    let (min, max) = finite_range(values)?;
    #[expect(clippy::float_cmp, reason = "exactly the same value")]
    let constant = min == max;
    Ok(if constant { (min - 0.5, max + 0.5) } else { (min, max) })
}

/// # Source
/// `numpy.linspace` (2.4).
fn linspace(start: f64, stop: f64, steps: usize) -> Vec<f64> {
    let step = (stop - start) / steps as f64;
    let mut points: Vec<f64> = (0..steps).map(|point| point as f64 * step + start).collect();
    points.push(stop);
    points
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample(values: &[f64]) -> Sample {
        Sample::new(values.to_vec()).unwrap()
    }

    #[test]
    fn the_last_bin_holds_its_upper_edge() {
        let bins = Bins::equal(&[0.0, 4.0], 4).unwrap();
        assert_eq!(bins.shares(&sample(&[0.0, 1.0, 3.9, 4.0])), [0.25, 0.25, 0.0, 0.5]);
        assert_eq!(bins.shares(&sample(&[-1.0, 4.1])), [0.0; 4]);
    }

    #[test]
    fn a_constant_has_one_bin_of_width_one() {
        assert_eq!(Bins::doane(&[0.1; 9]).unwrap().edges, [-0.4, 0.6]);
        assert_eq!(Bins::over_range(&[2.0, 2.0], 3).unwrap().shares(&sample(&[2.0])), [0.0, 0.0, 1.0]);
        assert!(Bins::doane(&[1.0, f64::INFINITY]).is_err() && Bins::doane(&[]).is_err());
        assert!(Bins::equal(&[1e300], 10).is_err(), "half a unit is nothing beside it");
    }
}
