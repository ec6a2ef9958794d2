use mlops_stats::Random;
use mlops_stats::interval::Interval;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::Vectors;
use crate::classifier::{quantile, sampled};
use crate::report::{ColumnDrift, Magnitude};
use crate::{Decision, Error, Measurement, Result};

/// Compares where two sets of vectors lie.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct VectorTest {
    /// From how many spreads of the reference on a move of the centroid matters, at the least it
    /// may be; 0.2. In one dimension a spread is the standard deviation.
    pub limit: f64,
    /// The confidence of the interval; 0.95.
    pub level: f64,
    /// So many times the sides are mixed to see what chance does; 999.
    pub permutations: u32,
    /// So many vectors a side are looked at, drawn at random; 5,000.
    pub max_rows: usize,
    /// Of the drawing and the mixing.
    pub seed: u64,
}

impl Default for VectorTest {
    fn default() -> Self {
        Self { limit: 0.2, level: 0.95, permutations: 999, max_rows: 5_000, seed: 7 }
    }
}

/// Where the vectors went.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct VectorDrift {
    /// How far apart the centroids are (Euclidean).
    pub distance: f64,
    /// How far apart chance alone puts them, as a root mean square.
    pub by_chance: f64,
    /// How far they are beyond chance, in spreads of the reference.
    pub effect: f64,
    /// Between what the effect lies.
    pub interval: Interval,
    /// The cosine of the angle between the centroids; `None` if one of them is 0.
    pub cosine: Option<f64>,
    /// How likely so large a distance is if the sides do not differ: the share of mixings that
    /// put the centroids at least as far apart.
    pub p_value: f64,
    /// From which effect on it matters, at the least it may be.
    pub limit: f64,
    /// How much it matters.
    pub magnitude: Magnitude,
    /// The answer in words.
    pub reason: String,
}

impl VectorTest {
    /// Compares the centroids. Vectors are taken as independent.
    ///
    /// A change of shape around the same centroid does not show here. The same seed gives the
    /// same answer, whatever the number of threads.
    ///
    /// Cost: `O(permutations · vectors · dimension)`.
    ///
    /// ```
    /// use mlops_drift::Magnitude;
    /// use mlops_drift::vectors::{VectorTest, Vectors};
    /// let vectors = |shift: f64| {
    ///     let entry = |row: u32, of: u32| f64::from((row + 1) * of % 101) / 101.0;
    ///     Vectors::from_rows((0..200).map(|row| [entry(row, 37) + shift, entry(row, 71), entry(row, 53)]))
    /// };
    /// let found = VectorTest::default().compare(&vectors(0.0)?, &vectors(0.4)?)?;
    /// assert_eq!(found.magnitude, Magnitude::Material);
    /// assert!(found.distance > 0.39 && found.p_value <= 0.001);
    /// assert_eq!(VectorTest::default().compare(&vectors(0.0)?, &vectors(0.0)?)?.magnitude, Magnitude::None);
    /// # Ok::<(), mlops_drift::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] if one is outside its range; [`Error::Empty`] without vectors;
    /// [`Error::Input`] if the dimensions differ; [`Error::Undefined`] with a single vector on a
    /// side, or if all of the reference are the same.
    pub fn compare(&self, reference: &Vectors, current: &Vectors) -> Result<VectorDrift> {
        self.check(reference, current)?;
        let rows = |vectors: &Vectors, stream: u64| sampled(vectors.len(), self.max_rows, self.seed, stream);
        let (of_r, of_c) = (rows(reference, 0), rows(current, 1));
        let r: Vec<&[f64]> = of_r.iter().map(|row| reference.row(*row)).collect();
        let c: Vec<&[f64]> = of_c.iter().map(|row| current.row(*row)).collect();
        let (before, after) = (centroid(&r), centroid(&c));
        let apart: Vec<f64> = after.iter().zip(&before).map(|(after, before)| after - before).collect();
        let squared = dot(&apart, &apart);
        let (spread_r, spread_c) = (spread(&r, &before), spread(&c, &after));
        if spread_r <= 0.0 {
            return Err(Error::undefined("centroid distance", "all vectors of the reference are the same"));
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
            ((along(&r, &before) / n + along(&c, &after) / m) / squared).sqrt() / scale
        } else {
            0.0
        };
        let away = quantile(f64::midpoint(self.level, 1.0)) * error;
        let interval = Interval { level: self.level, lower: (effect - away).max(0.0), upper: effect + away };
        let p_value = self.p_value(&[r, c].concat(), of_c.len(), squared);
        let beyond_chance = p_value <= 1.0 - self.level;
        let magnitude = if beyond_chance && interval.lower > self.limit {
            Magnitude::Material
        } else if beyond_chance && interval.lower > 0.0 {
            Magnitude::Slight
        } else {
            Magnitude::None
        };
        let lengths = (dot(&before, &before) * dot(&after, &after)).sqrt();
        let words = if magnitude == Magnitude::None { "the centroid stayed" } else { "the centroid moved" };
        let Interval { lower, upper, .. } = interval;
        Ok(VectorDrift {
            distance: squared.sqrt(),
            by_chance: chance.sqrt(),
            effect,
            interval,
            cosine: (lengths > 0.0).then(|| (dot(&before, &after) / lengths).clamp(-1.0, 1.0)),
            p_value,
            limit: self.limit,
            magnitude,
            reason: format!(
                "{words}: {effect:.2} spreads of the reference beyond chance, between {lower:.2} and {upper:.2}"
            ),
        })
    }

    fn check(&self, reference: &Vectors, current: &Vectors) -> Result<()> {
        let refuse = |setting, value, expected| Err(Error::Setting { setting, value, expected });
        if self.limit.is_nan() || self.limit < 0.0 {
            return refuse("limit", self.limit, "at least 0");
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            return refuse("level", self.level, "above 0 and below 1");
        }
        if self.permutations == 0 {
            return refuse("permutations", 0.0, "at least 1");
        }
        if self.max_rows < 2 {
            return refuse("max_rows", self.max_rows as f64, "at least 2");
        }
        for (window, vectors) in [("reference", reference), ("current", current)] {
            match vectors.len() {
                0 => return Err(Error::Empty { window }),
                1 => {
                    let reason = format!("the {window} window has a single vector");
                    return Err(Error::undefined("centroid distance", reason));
                }
                _ => {}
            }
        }
        if reference.dimension() == current.dimension() {
            Ok(())
        } else {
            let found = format!("{} entries long", current.dimension());
            Err(Error::input(
                "a current vector",
                found,
                format!("{} as in the reference", reference.dimension()),
            ))
        }
    }

    /// The share of random divisions into sides of the same sizes whose centroids are at
    /// least so far apart, the one at hand among them.
    fn p_value(&self, all: &[&[f64]], current: usize, squared: f64) -> f64 {
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
            let mut random = Random::replicate(self.seed, 2 + u64::from(replicate));
            let mut rows: Vec<usize> = (0..n).collect();
            let mut sum = vec![0.0; dimension];
            for place in 0..few {
                rows.swap(place, place + random.index(n - place));
                add(&mut sum, all[rows[place]]);
            }
            let apart =
                sum.iter().zip(&total).map(|(sum, total)| sum / few_rows - (total - sum) / other_rows);
            // As far but for rounding is as far.
            apart.map(|apart| apart * apart).sum::<f64>() >= squared * (1.0 - 1e-12)
        };
        let far = (0..self.permutations).into_par_iter().filter(|replicate| as_far(*replicate)).count();
        (far + 1) as f64 / (f64::from(self.permutations) + 1.0)
    }
}

impl VectorDrift {
    /// The answer as a row of a report.
    #[must_use]
    pub fn as_column(&self, name: impl Into<String>) -> ColumnDrift {
        let least = if self.magnitude == Magnitude::None { 0.0 } else { self.interval.lower };
        let measured = Measurement::new(least, "spreads of the reference, at the least", self.limit)
            .decided_by(Decision::EffectAtLeast)
            .slight_from(f64::MIN_POSITIVE)
            .p_value(self.p_value)
            .within(self.interval)
            .named("centroid");
        ColumnDrift::found(name, measured, self.reason.clone())
    }
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
fn spread(rows: &[&[f64]], centre: &[f64]) -> f64 {
    let squares =
        rows.iter().flat_map(|row| row.iter().zip(centre).map(|(entry, centre)| (entry - centre).powi(2)));
    squares.sum::<f64>() / (rows.len() as f64 - 1.0)
}
