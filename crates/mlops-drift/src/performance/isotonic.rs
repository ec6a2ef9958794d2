use mlops_stats::Random;
use mlops_stats::classification::BinaryScores;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use crate::{Error, Result};

/// Scores closer than this are one score, as in scikit-learn.
const RESOLUTION: f64 = 1e-15;

/// A curve that never falls, fitted to targets by least squares: what a score is worth.
///
/// Between the scores that were fitted it is linear, beyond them it stays at its ends.
/// Scores closer than 1e-15 are one, with the mean of their targets. JSON: the knots,
/// checked as they are read.
///
/// ```
/// use mlops_drift::performance::Isotonic;
/// let curve = Isotonic::fit(&[0.1, 0.2, 0.3, 0.4], &[0.0, 1.0, 0.0, 1.0])?;
/// assert_eq!([0.0, 0.25, 0.3].map(|score| curve.predict(score)), [0.0, 0.5, 0.5]);
/// # Ok::<(), mlops_drift::Error>(())
/// ```
///
/// # Source
/// Pool adjacent violators: Ayer et al., *Annals of Mathematical Statistics* 26 (1955). Equal
/// to `IsotonicRegression(out_of_bounds="clip")` of scikit-learn 1.9.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Knots")]
pub struct Isotonic {
    scores: Vec<f64>,
    values: Vec<f64>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Knots {
    scores: Vec<f64>,
    values: Vec<f64>,
}

impl TryFrom<Knots> for Isotonic {
    type Error = Error;
    fn try_from(knots: Knots) -> Result<Self> {
        let Knots { scores, values } = knots;
        let finite = scores.iter().chain(&values).all(|number| number.is_finite());
        let rising = scores.is_sorted_by(|a, b| a < b) && values.is_sorted();
        if !finite || !rising || scores.is_empty() || scores.len() != values.len() {
            let reason = "its knots are not finite, not ascending, or not as many scores as values";
            return Err(Error::Damaged { what: "the curve".to_owned(), reason: reason.to_owned() });
        }
        Ok(Self { scores, values })
    }
}

/// Neighbours of one value.
struct Block {
    first: f64,
    last: f64,
    sum: f64,
    weight: f64,
}

impl Isotonic {
    /// Fits the curve. `O(n log n)`.
    ///
    /// # Errors
    /// [`Error::Input`] without scores, if there are not as many targets, or for a score or
    /// target that is NaN or infinite.
    pub fn fit(scores: &[f64], targets: &[f64]) -> Result<Self> {
        if scores.len() != targets.len() {
            let expected = format!("{}, one a score", scores.len());
            return Err(Error::input("the targets", format!("{} values", targets.len()), expected));
        }
        let strange = |value: &f64| !value.is_finite();
        if let Some(row) =
            scores.iter().zip(targets).position(|(score, target)| strange(score) || strange(target))
        {
            let found = format!("{} with target {}", scores[row], targets[row]);
            return Err(Error::input(format!("score {row}"), found, "finite numbers"));
        }
        let mut rows: Vec<(f64, f64)> = scores.iter().copied().zip(targets.iter().copied()).collect();
        rows.sort_unstable_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
        Self::from_sorted(rows.into_iter()).ok_or_else(|| Error::input("the scores", "none", "at least one"))
    }

    /// From finite pairs in the order of their scores; `None` without one.
    pub(crate) fn from_sorted(rows: impl Iterator<Item = (f64, f64)>) -> Option<Self> {
        let mut blocks: Vec<Block> = Vec::new();
        let mut open: Option<Block> = None;
        for (score, target) in rows {
            match &mut open {
                Some(same) if score - same.first < RESOLUTION => {
                    same.sum += target;
                    same.weight += 1.0;
                }
                _ => {
                    let next = Block { first: score, last: score, sum: target, weight: 1.0 };
                    if let Some(whole) = open.replace(next) {
                        pool(&mut blocks, whole);
                    }
                }
            }
        }
        pool(&mut blocks, open?);
        let (mut scores, mut values) = (Vec::new(), Vec::new());
        for block in &blocks {
            let value = block.sum / block.weight;
            scores.push(block.first);
            values.push(value);
            if block.last > block.first {
                scores.push(block.last);
                values.push(value);
            }
        }
        Some(Self { scores, values })
    }

    /// What a score is worth; NaN of NaN. `O(log k)` for `k` steps of the curve.
    pub fn predict(&self, score: f64) -> f64 {
        if score.is_nan() {
            return score;
        }
        self.value(score, self.scores.partition_point(|knot| *knot <= score))
    }

    /// What each of many scores is worth. `O(1)` a score if the knots are spread evenly.
    pub(super) fn predict_all(&self, scores: &[f64]) -> Vec<f64> {
        let shelf = Shelf::new(&self.scores);
        let predict =
            |score: &f64| if score.is_nan() { *score } else { self.value(*score, shelf.after(*score)) };
        scores.par_iter().map(predict).collect()
    }

    /// What scores are worth that come in ascending order, none of them NaN: `O(n + k)`.
    pub(super) fn sweep(&self) -> impl FnMut(f64) -> f64 {
        let mut after = 0;
        move |score| {
            while self.scores.get(after).is_some_and(|knot| *knot <= score) {
                after += 1;
            }
            self.value(score, after)
        }
    }

    /// What a score is worth after which `after` is the next knot.
    #[inline]
    fn value(&self, score: f64, after: usize) -> f64 {
        let (Some(before), true) = (after.checked_sub(1), after < self.scores.len()) else {
            // Beyond an end, or at the last knot.
            return self.values[after.min(self.values.len() - 1)];
        };
        let (left, right) = (self.values[before], self.values[after]);
        let slope = (right - left) / (self.scores[after] - self.scores[before]);
        // A step over neighbouring numbers may be steeper than a number can be.
        if slope.is_finite() { slope * (score - self.scores[before]) + left } else { left }
    }

    /// The scores at which the curve bends, in ascending order, and its values there.
    pub fn knots(&self) -> impl Iterator<Item = (f64, f64)> {
        self.scores.iter().copied().zip(self.values.iter().copied())
    }
}

/// Ascending knots by where they lie between the first and the last, so that the knots about a
/// score are found without halving all of them again and again.
struct Shelf<'k> {
    knots: &'k [f64],
    low: f64,
    scale: f64,
    /// How many knots lie in the places before each.
    before: Vec<u32>,
}

impl<'k> Shelf<'k> {
    /// Places for each knot: with so many most have one knot or none.
    const PLACES: usize = 4;

    fn new(knots: &'k [f64]) -> Self {
        let (low, high) = (knots.first().copied().unwrap_or(0.0), knots.last().copied().unwrap_or(0.0));
        let places = knots.len() * Self::PLACES;
        let scale = places as f64 / (high - low);
        let scale = if scale.is_finite() { scale } else { 0.0 };
        let mut shelf = Self { knots, low, scale, before: vec![0; places + 2] };
        for knot in knots {
            let place = shelf.place(*knot);
            shelf.before[place + 1] += 1;
        }
        for place in 1..shelf.before.len() {
            shelf.before[place] += shelf.before[place - 1];
        }
        shelf
    }

    /// Rounding keeps the order: of two scores the larger is never in an earlier place.
    #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "below 0 it is 0")]
    fn place(&self, score: f64) -> usize {
        // The last index is only there to end the last place.
        (((score - self.low) * self.scale) as usize).min(self.before.len() - 2)
    }

    /// How many knots are at most the score.
    fn after(&self, score: f64) -> usize {
        let place = self.place(score);
        let (from, to) = (self.before[place] as usize, self.before[place + 1] as usize);
        from + self.knots[from..to].partition_point(|knot| *knot <= score)
    }
}

/// Adds a block; those before it that are not below it become one with it.
fn pool(blocks: &mut Vec<Block>, mut block: Block) {
    while let Some(before) = blocks.pop_if(|before| before.sum * block.weight >= block.sum * before.weight) {
        block.first = before.first;
        block.sum += before.sum;
        block.weight += before.weight;
    }
    blocks.push(block);
}

/// Into how many folds rows are put to see whether the curve helps, …
const FOLDS: u64 = 10;
/// … and into how many if there are more than so many rows: half of them is then enough to
/// learn a curve from, and all have their say either way.
const FOLDS_OF_MANY: u64 = 2;
const MANY: usize = 20_000;
/// Of fewer rows nothing is learnt.
const FEWEST: usize = 20;
/// From which area under the ROC curve on scores separate the classes as they are.
const SEPARATED: f64 = 0.999;

/// Whether calibrated scores say better than scores as they are which rows are positive: by the
/// Brier score of rows that each had no part in their curve. `rows` are finite scores in
/// ascending order.
///
/// A proper score, row by row: how far bins of rows are off would not do. Of each bin the
/// curves of all folds together have seen every row, and whatever is fitted to noise looks right.
pub(super) fn helps(rows: &[(f64, bool)]) -> bool {
    let positives = rows.iter().filter(|(_, positive)| *positive).count();
    if positives == 0 || positives == rows.len() || rows.len() < FEWEST {
        return false;
    }
    let (scores, labels): (Vec<f64>, Vec<bool>) = rows.iter().copied().unzip();
    let area = BinaryScores::new(&labels, &scores).and_then(|rows| rows.roc_auc());
    if area.is_ok_and(|area| area > SEPARATED) {
        return false;
    }
    // At random: what goes by turns, of rows in the order of their scores, is a comb, and a fold
    // is never far from what its curve was fitted to.
    let mut random = Random::replicate(0, 0);
    let count = if rows.len() > MANY { FOLDS_OF_MANY } else { FOLDS };
    let folds: Vec<u64> = rows.iter().map(|_| random.below(count)).collect();
    let gains = (0..count).into_par_iter().map(|fold| {
        let of_fold = |within: bool| rows.iter().zip(&folds).filter(move |(_, of)| (**of == fold) == within);
        let others = of_fold(false).map(|((score, positive), _)| (*score, one_or_0(*positive)));
        let Some(curve) = Isotonic::from_sorted(others) else { return 0.0 };
        let mut worth = curve.sweep();
        let gain = of_fold(true).map(|((score, positive), _)| {
            let off = |said: f64| (said - one_or_0(*positive)).powi(2);
            off(*score) - off(worth(*score))
        });
        gain.sum::<f64>()
    });
    // Summed in the order of the folds: threads change no digit.
    gains.collect::<Vec<f64>>().into_iter().sum::<f64>() > 0.0
}

fn one_or_0(positive: bool) -> f64 {
    f64::from(u8::from(positive))
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// By definition: the largest mean from the left of the smallest to the right.
    fn slow(rows: &[(f64, f64)]) -> Vec<f64> {
        let mean = |from: usize, to: usize| {
            rows[from..=to].iter().map(|row| row.1).sum::<f64>() / (to - from + 1) as f64
        };
        (0..rows.len())
            .map(|at| {
                let low = |from| (at..rows.len()).map(|to| mean(from, to)).fold(f64::INFINITY, f64::min);
                (0..=at).map(low).fold(f64::NEG_INFINITY, f64::max)
            })
            .collect()
    }

    proptest! {
        #[test]
        fn it_is_the_least_squares_curve(targets in prop::collection::vec(0_u8..6, 1..30)) {
            let rows: Vec<(f64, f64)> =
                targets.iter().enumerate().map(|(at, target)| (at as f64, f64::from(*target))).collect();
            let (scores, targets): (Vec<f64>, Vec<f64>) = rows.iter().copied().unzip();
            let curve = Isotonic::fit(&scores, &targets).unwrap();
            for (score, expected) in scores.iter().zip(slow(&rows)) {
                prop_assert!((curve.predict(*score) - expected).abs() < 1e-9);
            }
        }

        #[test]
        fn whatever_is_read_predicts_numbers(scores in prop::collection::vec(-1e308..1e308, 1..5), at: f64) {
            let curve = Isotonic::fit(&scores, &scores).unwrap();
            let read: Isotonic = serde_json::from_str(&serde_json::to_string(&curve).unwrap()).unwrap();
            prop_assert!(at.is_nan() || !read.predict(at).is_nan());
            prop_assert_eq!(read.predict_all(&[at])[0].to_bits(), read.predict(at).to_bits());
        }

        #[test]
        fn many_scores_are_worth_what_each_is(
            knots in prop::collection::vec(-0.2..1.2, 1..60), mut scores in prop::collection::vec(-0.5..1.5, 60),
        ) {
            let curve = Isotonic::fit(&knots, &knots).unwrap();
            scores.extend(&knots);
            let each: Vec<f64> = scores.iter().map(|score| curve.predict(*score)).collect();
            prop_assert_eq!(curve.predict_all(&scores), each);
            scores.sort_unstable_by(f64::total_cmp);
            let each: Vec<f64> = scores.iter().map(|score| curve.predict(*score)).collect();
            prop_assert_eq!(scores.iter().copied().map(curve.sweep()).collect::<Vec<_>>(), each);
        }
    }

    #[test]
    fn ends_are_kept_and_what_is_no_number_is_refused() {
        let curve = Isotonic::fit(&[0.3, 0.3, 0.6], &[0.0, 1.0, 1.0]).unwrap();
        assert_eq!([-5.0, 0.3, 0.6, f64::INFINITY].map(|at| curve.predict(at)), [0.5, 0.5, 1.0, 1.0]);
        assert!(curve.predict(f64::NAN).is_nan());
        assert_eq!(Isotonic::fit(&[0.2], &[0.7]).unwrap().predict(9.0), 0.7);
        for (scores, targets) in
            [(&[][..], &[][..]), (&[f64::NAN], &[0.0]), (&[0.5], &[f64::INFINITY]), (&[0.5], &[])]
        {
            assert!(matches!(Isotonic::fit(scores, targets), Err(Error::Input { .. })));
        }
        for damaged in [
            r#"{"scores": [], "values": []}"#,
            r#"{"scores": [0.1, 0.1], "values": [0.0, 1.0]}"#,
            r#"{"scores": [0.1, 0.2], "values": [1.0, 0.0]}"#,
            r#"{"scores": [0.1], "values": [0.0, 1.0]}"#,
        ] {
            assert!(serde_json::from_str::<Isotonic>(damaged).is_err(), "{damaged}");
        }
    }

    #[test]
    fn it_helps_where_scores_are_overconfident_only() {
        // A row is positive as often as its score says, or half as far from one half.
        let mut random = Random::replicate(31, 0);
        let mut rows = |shrink: f64| -> Vec<(f64, bool)> {
            let scores = (0..4_000).map(|row| f64::from(row) / 4_000.0);
            scores.map(|score| (score, random.unit() < 0.5 + (score - 0.5) * shrink)).collect()
        };
        assert!(helps(&rows(0.4)));
        assert!(!helps(&rows(1.0)));
        let apart: Vec<(f64, bool)> = (0..100).map(|row| (f64::from(row) / 400.0, row >= 50)).collect();
        assert!(!helps(&apart), "scores that separate the classes are left");
        assert!(!helps(&apart[..40]), "one class only");
        assert!(!helps(&[(0.9, false), (0.95, true)]), "too few");
    }
}
