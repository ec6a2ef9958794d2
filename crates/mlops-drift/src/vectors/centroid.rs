use mlops_stats::Random;
use mlops_stats::interval::Interval;
use rayon::prelude::*;

use super::CentroidDrift;
use crate::classifier::quantile;
use crate::report::Magnitude;
use crate::{Error, Result};

/// Centroids of both sides and how they compare; the magnitude is still to be judged.
pub(super) struct Centroids {
    pub(super) reference: Vec<f64>,
    pub(super) current: Vec<f64>,
    pub(super) found: CentroidDrift,
}

impl Centroids {
    pub(super) fn compare(
        r: &[&[f64]],
        c: &[&[f64]],
        (limit, level): (f64, f64),
        permutations: u32,
        seed: u64,
    ) -> Result<Self> {
        let undefined = |reason| Err(Error::undefined("centroid distance", reason));
        let (before, after) = (centroid(r), centroid(c));
        let apart: Vec<f64> = after.iter().zip(&before).map(|(after, before)| after - before).collect();
        let squared = dot(&apart, &apart);
        let (spread_r, spread_c) = (spread(r, &before), spread(c, &after));
        // No sum of rows overflows, whichever side chance puts them on.
        let largest = r.iter().chain(c).flat_map(|row| row.iter()).fold(0.0_f64, |most, x| most.max(x.abs()));
        let sums = 2.0 * (r.len() + c.len()) as f64 * largest;
        if ![squared, spread_r, spread_c, sums].iter().all(|value| value.is_finite()) {
            return undefined("the vectors are too far apart for a number");
        }
        if spread_r <= 0.0 {
            return undefined("all vectors of the reference are the same");
        }
        let (n, m) = (r.len() as f64, c.len() as f64);
        let chance = spread_r / n + spread_c / m;
        let scale = spread_r.sqrt();
        let effect = (squared - chance).max(0.0).sqrt() / scale;
        // Along the line between the centroids, which is taken as known.
        let along = |side: &[&[f64]], centre: &[f64]| {
            let away =
                |row: &&[f64]| row.iter().zip(centre).zip(&apart).map(|((x, c), u)| (x - c) * u).sum::<f64>();
            side.iter().map(|row| away(row).powi(2)).sum::<f64>() / (side.len() as f64 - 1.0)
        };
        let error = if squared > 0.0 {
            ((along(r, &before) / n + along(c, &after) / m) / squared).sqrt() / scale
        } else {
            0.0
        };
        if !error.is_finite() {
            return undefined("the vectors are too far apart to say how sure their distance is");
        }
        let away = quantile(f64::midpoint(level, 1.0)) * error;
        let p_value = p_value(&[r, c].concat(), c.len(), squared, permutations, seed);
        let lengths = dot(&before, &before).sqrt() * dot(&after, &after).sqrt();
        let found = CentroidDrift {
            distance: squared.sqrt(),
            by_chance: chance.sqrt(),
            effect,
            interval: Interval { level, lower: (effect - away).max(0.0), upper: effect + away },
            cosine: (lengths > 0.0 && lengths.is_finite())
                .then(|| (dot(&before, &after) / lengths).clamp(-1.0, 1.0)),
            p_value,
            adjusted_p_value: p_value,
            limit,
            magnitude: Magnitude::None,
        };
        Ok(Self { reference: before, current: after, found })
    }
}

impl CentroidDrift {
    pub(super) fn judge(&mut self, adjusted_p_value: f64) {
        self.adjusted_p_value = adjusted_p_value;
        let beyond_chance = adjusted_p_value <= 1.0 - self.interval.level;
        self.magnitude = if beyond_chance && self.interval.lower > self.limit {
            Magnitude::Material
        } else if beyond_chance && self.interval.lower > 0.0 {
            Magnitude::Slight
        } else {
            Magnitude::None
        };
    }
}

/// The share of random divisions into sides of the same sizes whose centroids are at
/// least so far apart, the one at hand among them.
fn p_value(all: &[&[f64]], current: usize, squared: f64, permutations: u32, seed: u64) -> f64 {
    let n = all.len();
    let dimension = all.first().map_or(0, |row| row.len());
    let mut total = vec![0.0; dimension];
    for row in all {
        add(&mut total, row);
    }
    // The smaller side is summed, the other is what is left.
    let few = current.min(n - current);
    let (few_rows, other_rows) = (few as f64, (n - few) as f64);
    let as_far = |replicate: u32| {
        let mut random = Random::replicate(seed, 2 + u64::from(replicate));
        let mut rows: Vec<usize> = (0..n).collect();
        let mut sum = vec![0.0; dimension];
        for place in 0..few {
            rows.swap(place, place + random.index(n - place));
            add(&mut sum, all[rows[place]]);
        }
        let apart = sum.iter().zip(&total).map(|(sum, total)| sum / few_rows - (total - sum) / other_rows);
        // As far but for rounding is as far.
        apart.map(|apart| apart * apart).sum::<f64>() >= squared * (1.0 - 1e-12)
    };
    let far = (0..permutations).into_par_iter().filter(|replicate| as_far(*replicate)).count();
    (far + 1) as f64 / (f64::from(permutations) + 1.0)
}

fn add(sum: &mut [f64], row: &[f64]) {
    sum.iter_mut().zip(row).for_each(|(sum, entry)| *sum += entry);
}

fn dot(a: &[f64], b: &[f64]) -> f64 {
    a.iter().zip(b).map(|(a, b)| a * b).sum()
}

fn centroid(rows: &[&[f64]]) -> Vec<f64> {
    let mut sum = vec![0.0; rows.first().map_or(0, |row| row.len())];
    for row in rows {
        add(&mut sum, row);
    }
    sum.iter().map(|sum| sum / rows.len() as f64).collect()
}

/// The sum of the variances of all entries.
pub(super) fn spread(rows: &[&[f64]], centre: &[f64]) -> f64 {
    let squares =
        rows.iter().flat_map(|row| row.iter().zip(centre).map(|(entry, centre)| (entry - centre).powi(2)));
    squares.sum::<f64>() / (rows.len() as f64 - 1.0)
}
