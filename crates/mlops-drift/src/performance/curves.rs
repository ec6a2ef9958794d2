//! Areas under curves of rows that are positive with a probability each.

use super::Isotonic;
use super::order::sort_by_number;

/// What is to be expected of the order of the scores.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Areas {
    /// Under the ROC curve; `None` if one of the classes is not to be expected at all.
    pub(super) roc_auc: Option<f64>,
    /// `None` if no positive is to be expected.
    pub(super) average_precision: Option<f64>,
}

impl Areas {
    /// Of scores that are the probabilities themselves; NaN is left out.
    pub(super) fn of_probabilities(probabilities: &[f64], precision: bool) -> Self {
        Self::of_ascending(&ascending(probabilities), precision)
    }

    /// Of scores that a curve makes probabilities of; NaN is left out.
    pub(super) fn of_curve(scores: &[f64], curve: &Isotonic, precision: bool) -> Self {
        let mut probabilities = ascending(scores);
        let mut worth = curve.sweep();
        for score in &mut probabilities {
            *score = worth(*score);
        }
        Self::of_ascending(&probabilities, precision)
    }

    fn of_ascending(probabilities: &[f64], precision: bool) -> Self {
        let mut area = Area::default();
        if !precision {
            for probability in probabilities.iter().rev() {
                area.add(*probability);
            }
            return Self { roc_auc: area.roc_auc(), average_precision: None };
        }
        let mut mean = Precision::default();
        for probability in probabilities.iter().rev() {
            area.add(*probability);
            mean.add(*probability);
        }
        Self { roc_auc: area.roc_auc(), average_precision: mean.value() }
    }

    /// Of rows with scores of another kind than their probabilities. Rows of one score share
    /// the mean of their probabilities, so that their order does not matter.
    pub(super) fn of(rows: impl Iterator<Item = (f64, f64)>) -> Self {
        let mut rows: Vec<(f64, f64)> = rows
            .filter(|(score, probability)| !score.is_nan() && !probability.is_nan())
            .map(|(score, probability)| (score + 0.0, probability))
            .collect();
        rows.sort_unstable_by(|a, b| b.0.total_cmp(&a.0).then(b.1.total_cmp(&a.1)));
        let (mut area, mut mean) = (Area::default(), Precision::default());
        for tied in rows.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
            // What is equal stays exactly so.
            let same = tied.iter().all(|row| row.1.total_cmp(&tied[0].1).is_eq());
            let sum = || tied.iter().map(|row| row.1).sum::<f64>();
            let probability = if same { tied[0].1 } else { sum() / tied.len() as f64 };
            for _ in tied {
                area.add(probability);
                mean.add(probability);
            }
        }
        Self { roc_auc: area.roc_auc(), average_precision: mean.value() }
    }
}

/// The scores that are there, and one zero of the two.
fn ascending(scores: &[f64]) -> Vec<f64> {
    let mut scores: Vec<f64> =
        scores.iter().filter(|score| !score.is_nan()).map(|score| score + 0.0).collect();
    sort_by_number(&mut scores, |score| *score);
    scores
}

/// Rows from the highest score down.
#[derive(Default)]
struct Area {
    positives: f64,
    negatives: f64,
    sum: f64,
}

impl Area {
    #[inline]
    fn add(&mut self, probability: f64) {
        // The row's negative part, times the positives above it and half of its own.
        self.sum += (1.0 - probability) * (self.positives + 0.5 * probability);
        self.positives += probability;
        self.negatives += 1.0 - probability;
    }

    fn roc_auc(&self) -> Option<f64> {
        let pairs = self.positives * self.negatives;
        (pairs > 0.0).then(|| (self.sum / pairs).min(1.0))
    }
}

#[derive(Default)]
struct Precision {
    rows: f64,
    positives: f64,
    sum: f64,
}

impl Precision {
    fn add(&mut self, probability: f64) {
        self.rows += 1.0;
        self.positives += probability;
        self.sum += probability * self.positives / self.rows;
    }

    fn value(&self) -> Option<f64> {
        (self.positives > 0.0).then(|| (self.sum / self.positives).min(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn both_ways_and_the_definition_agree(tenths in prop::collection::vec(0_u8..=10, 1..40)) {
            let p: Vec<f64> = tenths.iter().map(|tenth| f64::from(*tenth) / 10.0).collect();
            let fast = Areas::of_probabilities(&p, true);
            let pairs = Areas::of(p.iter().map(|p| (*p, *p)));
            let (mut won, mut all) = (0.0, 0.0);
            for (i, above) in p.iter().enumerate() {
                for (j, below) in p.iter().enumerate() {
                    // A row against itself: its parts tie.
                    let wins = if i == j || above == below { 0.5 } else { f64::from(u8::from(above > below)) };
                    won += above * (1.0 - below) * wins;
                    all += above * (1.0 - below);
                }
            }
            match fast.roc_auc {
                Some(area) => prop_assert!((area - won / all).abs() < 1e-12),
                None => prop_assert!(all.abs() < 1e-12),
            }
            prop_assert_eq!(fast, pairs);
            // A curve through (0, 0.2), (0.5, 0.2) and (1, 0.7).
            let curve = Isotonic::fit(&[0.0, 0.5, 1.0], &[0.2, 0.2, 0.7]).unwrap();
            let by_pairs = Areas::of(p.iter().map(|p| (*p, curve.predict(*p))));
            prop_assert_eq!(Areas::of_curve(&p, &curve, true), by_pairs);
        }

        #[test]
        fn the_order_of_tied_rows_does_not_matter(
            mut rows in prop::collection::vec((0_u8..4, 0_u8..=10), 1..30), turn in 0_usize..30,
        ) {
            let areas = |rows: &[(u8, u8)]| {
                Areas::of(rows.iter().map(|(s, p)| (f64::from(*s) - 1.5, f64::from(*p) / 10.0)))
            };
            let before = areas(&rows);
            let turn = turn % rows.len();
            rows.rotate_left(turn);
            prop_assert_eq!(areas(&rows), before);
        }
    }

    #[test]
    fn without_one_of_the_classes_there_is_no_area() {
        let certain = Areas::of_probabilities(&[1.0, 1.0, f64::NAN], true);
        assert_eq!((certain.roc_auc, certain.average_precision), (None, Some(1.0)));
        assert_eq!(Areas::of_probabilities(&[0.0], true), Areas::default());
        assert_eq!(Areas::of_probabilities(&[], true), Areas::default());
    }
}
