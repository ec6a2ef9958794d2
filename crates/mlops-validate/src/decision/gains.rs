use serde::{Deserialize, Serialize};

use super::DecisionRows;
use crate::{Error, Result};

/// A slice of the rows by score, such as the highest tenth.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GainBin {
    /// Share of the rows down to the end of this slice.
    pub depth: f64,
    /// Highest score of it.
    pub highest: f64,
    /// Lowest score of it.
    pub lowest: f64,
    /// Rows of it; a part of a row where equal scores are divided.
    pub rows: f64,
    /// Positives of it.
    pub positives: f64,
    /// Share of its rows that are positive.
    pub rate: f64,
    /// That, by the share among all rows.
    pub lift: f64,
    /// Share of all positives down to its end: cumulative gain.
    pub gain: f64,
    /// Cumulative gain by depth.
    pub cumulative_lift: f64,
    /// Share of all positives down to its end, less that of all negatives.
    pub ks: f64,
}

/// A point of the exact curve: all rows with at least this score.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GainPoint {
    /// The score.
    pub score: f64,
    /// Share of rows with at least this score.
    pub depth: f64,
    /// Share of positives among them.
    pub gain: f64,
    /// Gain by depth.
    pub lift: f64,
    /// Gain less the share of negatives with at least this score.
    pub ks: f64,
}

/// What the highest scores hold: lift, cumulative gain, Gini and Kolmogorov–Smirnov.
///
/// Equal scores can't be told apart: a slice that ends among them gets its share of them, as
/// rows in random order would on average. So nothing hangs on the order of the rows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct GainTable {
    /// From the highest scores to the lowest.
    pub bins: Vec<GainBin>,
    /// One a distinct score, from the highest to the lowest; between them the curve is straight.
    pub points: Vec<GainPoint>,
    /// Share of positives.
    pub positive_rate: f64,
    /// `2 · area under the ROC curve − 1`: the accuracy ratio.
    pub gini: f64,
    /// The point at which shares of positives and negatives are furthest apart; of several, the
    /// one of the highest score.
    pub ks: GainPoint,
}

impl DecisionRows<'_> {
    /// Lift, cumulative gain, Gini and Kolmogorov–Smirnov in so many slices of equal size; 10
    /// are deciles. One sort, O(n log n).
    ///
    /// # Errors
    /// [`Error::Input`] for 0 slices, [`Error::Evaluation`] if all labels are of one class.
    ///
    /// ```
    /// use mlops_validate::decision::DecisionRows;
    /// let rows = DecisionRows::new(&[true, true, false, false], &[0.9, 0.4, 0.4, 0.1])?;
    /// let table = rows.gains(2)?;
    /// assert_eq!((table.bins[0].positives, table.bins[0].lift), (1.5, 1.5)); // half of the tie
    /// assert_eq!((table.gini, table.ks.depth), (0.75, 0.25));
    /// # Ok::<(), mlops_validate::Error>(())
    /// ```
    pub fn gains(&self, slices: usize) -> Result<GainTable> {
        if slices == 0 {
            return Err(Error::input("slices", "0, expected at least 1"));
        }
        let whole = self.tally(f64::INFINITY);
        let (positives, negatives) = (whole.positives.rows, whole.negatives.rows);
        let rows = positives + negatives;
        if positives == 0.0 || negatives == 0.0 {
            let reason = format!("{positives} of {rows} labels are positive, both classes are needed");
            return Err(Error::Evaluation { rule: "gains".to_owned(), reason });
        }
        let sorted = self.sorted();
        let (mut seen, mut hits, mut won) = (0.0, 0.0, 0.0);
        let mut points = Vec::new();
        // Rows and positives down to each distinct score.
        let mut counts = vec![(0.0, 0.0)];
        for tie in sorted.chunk_by(|left, right| left.score.total_cmp(&right.score).is_eq()) {
            let tied = tie.iter().filter(|row| row.label).count() as f64;
            let alarms = seen - hits;
            let others = tie.len() as f64 - tied;
            // Negatives below, and half of those beside.
            won += tied * (negatives - alarms - 0.5 * others);
            seen += tie.len() as f64;
            hits += tied;
            counts.push((seen, hits));
            points.push(GainPoint {
                score: tie[0].score,
                depth: seen / rows,
                gain: hits / positives,
                lift: hits / positives / (seen / rows),
                ks: hits / positives - (seen - hits) / negatives,
            });
        }
        let further =
            |best: GainPoint, point: &GainPoint| if point.ks.abs() > best.ks.abs() { *point } else { best };
        let ks = points.iter().skip(1).fold(points[0], further);
        let mut bins = Vec::with_capacity(slices);
        let (mut begin, mut before) = (0.0, 0.0);
        for slice in 1..=slices {
            let end = rows * slice as f64 / slices as f64;
            let gained = positives_down_to(end, &counts);
            let (in_slice, of_slice) = (end - begin, gained - before);
            let (gain, depth) = (gained / positives, end / rows);
            let first = counts.partition_point(|(seen, _)| *seen <= begin).saturating_sub(1);
            let last = counts.partition_point(|(seen, _)| *seen < end).saturating_sub(1);
            bins.push(GainBin {
                depth,
                highest: points[first.min(points.len() - 1)].score,
                lowest: points[last.min(points.len() - 1)].score,
                rows: in_slice,
                positives: of_slice,
                rate: of_slice / in_slice,
                lift: of_slice / in_slice / (positives / rows),
                gain,
                cumulative_lift: gain / depth,
                ks: gain - (end - gained) / negatives,
            });
            (begin, before) = (end, gained);
        }
        let gini = 2.0 * won / (positives * negatives) - 1.0;
        Ok(GainTable { bins, points, positive_rate: positives / rows, gini, ks })
    }
}

/// Positives among the highest so many rows; among equal scores in proportion.
fn positives_down_to(rows: f64, counts: &[(f64, f64)]) -> f64 {
    let above = counts.partition_point(|(seen, _)| *seen < rows).min(counts.len() - 1);
    let Some(before) = above.checked_sub(1).map(|below| counts[below]) else { return 0.0 };
    let (seen, hits) = counts[above];
    before.1 + (hits - before.1) * ((rows - before.0) / (seen - before.0))
}
