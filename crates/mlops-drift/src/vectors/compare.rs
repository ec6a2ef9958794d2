use mlops_stats::distance::PermutationSettings;
use mlops_stats::multiple_testing::holm;
use serde::{Deserialize, Serialize};

use super::centroid::Centroids;
use super::{VectorDrift, Vectors, shape};
use crate::classifier::sampled;
use crate::{Error, Result};

/// Compares where two sets of vectors lie, and how they lie around their centroid.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct VectorTest {
    /// From how many spreads of the reference on a move of the centroid matters, at the least it
    /// may be; 0.2. In one dimension a spread is the standard deviation.
    pub limit: f64,
    /// From which squared maximum mean discrepancy on a change of shape matters; 0.01. Of normal
    /// vectors of many entries, those that lie wider by a quarter have it.
    pub shape_limit: f64,
    /// The confidence of the interval, and of the two tests together; 0.95.
    pub level: f64,
    /// So many times the sides are mixed to see what chance does; 999. The smallest p-value
    /// is 1 of one more, and twice that once it is adjusted: with fewer than 39, nothing is ever
    /// beyond chance at a level of 0.95.
    pub permutations: u32,
    /// So many vectors a side are looked at, drawn at random; 5,000.
    pub max_rows: usize,
    /// So many of those a side the shape is looked at in: the pairs of `n` vectors a side take
    /// `32 · n²` bytes. 1,000, which is 32 MB.
    pub shape_rows: usize,
    /// Of the drawing and the mixing.
    pub seed: u64,
}

impl Default for VectorTest {
    fn default() -> Self {
        Self {
            limit: 0.2,
            shape_limit: 0.01,
            level: 0.95,
            permutations: 999,
            max_rows: 5_000,
            shape_rows: 1_000,
            seed: 7,
        }
    }
}

impl VectorTest {
    /// Compares the centroids, and the vectors of each side as seen from its centroid. Vectors
    /// are taken as independent.
    ///
    /// The shape is compared by maximum mean discrepancy with a Gaussian kernel as wide as the
    /// median distance (where half of all pairs are equal, as the root mean square): vectors that
    /// lie wider, in other directions or in clusters are found, and not a move alone. Its limit
    /// is held against the estimate itself. Both p-values are adjusted together after Holm. The
    /// same seed gives the same answer, whatever the number of threads.
    /// What is much finer than that distance it does not see: a ring instead of a cloud of the
    /// same width.
    ///
    /// Cost: `O(permutations · vectors · dimension)` for the centroids, with at most
    /// [`max_rows`](Self::max_rows) vectors a side, and `O(n² · (permutations + dimension))` for
    /// the shape, with `n` of at most [`shape_rows`](Self::shape_rows).
    ///
    /// ```
    /// use mlops_drift::Magnitude;
    /// use mlops_drift::vectors::{Moved, VectorTest, Vectors};
    /// let vectors = |shift: f64, width: f64| {
    ///     let entry = |row: u32, of: u32| width * (f64::from((row + 1) * of % 101) / 101.0 - 0.5) + shift;
    ///     Vectors::from_rows((0..200).map(|row| [entry(row, 37), entry(row, 71), entry(row, 53)]))
    /// };
    /// let (test, before) = (VectorTest::default(), vectors(0.0, 1.0)?);
    /// let elsewhere = test.compare(&before, &vectors(0.4, 1.0)?)?;
    /// assert_eq!((elsewhere.magnitude, elsewhere.moved), (Magnitude::Material, Moved::Centroid));
    /// assert!(elsewhere.centroid.distance > 0.39 && elsewhere.centroid.p_value <= 0.001);
    /// let wider = test.compare(&before, &vectors(0.0, 2.0)?)?;
    /// assert_eq!((wider.magnitude, wider.moved), (Magnitude::Material, Moved::Shape));
    /// assert!(wider.shape.discrepancy > 0.05);
    /// assert_eq!(test.compare(&before, &before)?.moved, Moved::Nothing);
    /// # Ok::<(), mlops_drift::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Setting`] if one is outside its range; [`Error::Empty`] without vectors;
    /// [`Error::Input`] if the dimensions differ; [`Error::Undefined`] with a single vector on a
    /// side, if all of the reference are the same, or if a squared distance is too large for a number.
    ///
    /// # Source
    /// Gretton, Borgwardt, Rasch, Schölkopf and Smola, *A kernel two-sample test*, JMLR 13 (2012).
    pub fn compare(&self, reference: &Vectors, current: &Vectors) -> Result<VectorDrift> {
        self.check(reference, current)?;
        let rows = |vectors: &Vectors, stream: u64| sampled(vectors.len(), self.max_rows, self.seed, stream);
        let (of_r, of_c) = (rows(reference, 0), rows(current, 1));
        let r: Vec<&[f64]> = of_r.iter().map(|row| reference.row(*row)).collect();
        let c: Vec<&[f64]> = of_c.iter().map(|row| current.row(*row)).collect();
        let limits = (self.limit, self.level);
        let centroids = Centroids::compare(&r, &c, limits, self.permutations, self.seed)?;
        let mut settings = PermutationSettings::default();
        settings.permutations = self.permutations;
        settings.seed = self.seed;
        settings.max_rows = self.shape_rows;
        let mut shape = shape::compare(&r, &c, &centroids, self.shape_limit, settings)?;
        let mut centroid = centroids.found;
        let adjusted = holm(&[centroid.p_value, shape.p_value])
            .map_err(|error| Error::undefined("vectors", error.to_string()))?;
        centroid.judge(adjusted[0]);
        shape.judge(adjusted[1], 1.0 - self.level);
        Ok(VectorDrift::of(centroid, shape))
    }

    fn check(&self, reference: &Vectors, current: &Vectors) -> Result<()> {
        let refuse = |setting, value, expected| Err(Error::Setting { setting, value, expected });
        for (setting, limit) in [("limit", self.limit), ("shape_limit", self.shape_limit)] {
            if limit.is_nan() || limit < 0.0 {
                return refuse(setting, limit, "at least 0");
            }
        }
        if !(self.level > 0.0 && self.level < 1.0) {
            return refuse("level", self.level, "above 0 and below 1");
        }
        if self.permutations == 0 {
            return refuse("permutations", 0.0, "at least 1");
        }
        for (setting, rows) in [("max_rows", self.max_rows), ("shape_rows", self.shape_rows)] {
            if rows < 2 {
                return refuse(setting, rows as f64, "at least 2");
            }
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
}
