//! A confusion matrix and what follows from it, of counts or of probabilities.

use super::{CellShare, ClassifierMetric};

/// Rows by their class and the class predicted for them: how many, or how many are expected.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Cells {
    classes: usize,
    /// How many rows were counted.
    pub(super) rows: usize,
    /// By true class, then by predicted class.
    of: Vec<f64>,
    /// What is left of each row's share in the class, summed alike: how many are not of it.
    not: Vec<f64>,
}

/// One class against the rest.
#[derive(Clone, Copy, Debug)]
pub(super) struct OneAgainstRest {
    pub(super) tp: f64,
    pub(super) fp: f64,
    pub(super) fn_: f64,
    pub(super) tn: f64,
}

/// A metric with the reason why it is one by convention only.
pub(super) type Ratio = (f64, Option<&'static str>);

impl OneAgainstRest {
    pub(super) fn metric(self, metric: ClassifierMetric) -> Ratio {
        let Self { tp, fp, fn_, tn } = self;
        match metric {
            ClassifierMetric::Precision => ratio(tp, tp + fp, "nothing is predicted"),
            ClassifierMetric::Recall => ratio(tp, tp + fn_, "no row is expected"),
            ClassifierMetric::Specificity => ratio(tn, tn + fp, "every row is expected"),
            _ => ratio(tp, tp + 0.5 * (fp + fn_), "nothing is predicted and no row is expected"),
        }
    }
}

fn ratio(part: f64, whole: f64, reason: &'static str) -> Ratio {
    if whole > 0.0 { (part / whole, None) } else { (0.0, Some(reason)) }
}

impl Cells {
    pub(super) fn new(classes: usize) -> Self {
        Self { classes, rows: 0, of: vec![0.0; classes * classes], not: vec![0.0; classes * classes] }
    }

    /// Of rows of one of two classes, by the probability of class 1; what is missing is left out.
    pub(super) fn expected_of_two(probabilities: &[f64], predicted: &[u32]) -> Self {
        // By predicted class, in lanes that do not wait for each other.
        const LANES: usize = 4;
        let mut sums = [[[0.0_f64; 2]; LANES]; 2];
        let mut rows = 0;
        for (place, (probability, predicted)) in probabilities.iter().zip(predicted).enumerate() {
            if let (Some(of), false) = (sums.get_mut(*predicted as usize), probability.is_nan()) {
                let lane = &mut of[place % LANES];
                lane[0] += 1.0 - probability;
                lane[1] += probability;
                rows += 1;
            }
        }
        let sum = |truth: usize, predicted: usize| sums[predicted].iter().map(|lane| lane[truth]).sum();
        let of = vec![sum(0, 0), sum(0, 1), sum(1, 0), sum(1, 1)];
        let not = vec![of[2], of[3], of[0], of[1]];
        Self { classes: 2, rows, of, not }
    }

    /// Adds a row that is of each class with these probabilities.
    pub(super) fn expect(&mut self, probabilities: impl Iterator<Item = f64>, predicted: usize) {
        for (truth, probability) in probabilities.enumerate() {
            self.of[truth * self.classes + predicted] += probability;
            self.not[truth * self.classes + predicted] += 1.0 - probability;
        }
        self.rows += 1;
    }

    /// Adds a row of this class.
    pub(super) fn count(&mut self, truth: usize, predicted: usize) {
        self.expect((0..self.classes).map(|class| f64::from(u8::from(class == truth))), predicted);
    }

    pub(super) const fn classes(&self) -> usize {
        self.classes
    }

    pub(super) fn get(&self, truth: usize, predicted: usize) -> f64 {
        self.of[truth * self.classes + predicted]
    }

    pub(super) fn of_true(&self, truth: usize) -> f64 {
        (0..self.classes).map(|predicted| self.get(truth, predicted)).sum()
    }

    pub(super) fn of_predicted(&self, predicted: usize) -> f64 {
        (0..self.classes).map(|truth| self.get(truth, predicted)).sum()
    }

    /// How many classes have rows, by the truth and by the prediction.
    pub(super) fn occurring(&self) -> (usize, usize) {
        let count = |has: &dyn Fn(usize) -> bool| (0..self.classes).filter(|class| has(*class)).count();
        (count(&|class| self.of_true(class) > 0.0), count(&|class| self.of_predicted(class) > 0.0))
    }

    pub(super) fn against_rest(&self, class: usize) -> OneAgainstRest {
        let others = |of: &[f64]| {
            let others = (0..self.classes).filter(|predicted| *predicted != class);
            others.map(|predicted| of[class * self.classes + predicted]).sum::<f64>()
        };
        let own = class * self.classes + class;
        OneAgainstRest { tp: self.of[own], fp: self.not[own], fn_: others(&self.of), tn: others(&self.not) }
    }

    pub(super) fn accuracy(&self) -> f64 {
        (0..self.classes).map(|class| self.get(class, class)).sum::<f64>() / self.rows as f64
    }

    /// The number or share of a cell; `None` if it is a share of nothing.
    pub(super) fn cell(&self, truth: usize, predicted: usize, share: Option<CellShare>) -> Option<f64> {
        let whole = match share {
            None => return Some(self.get(truth, predicted)),
            Some(CellShare::All) => self.rows as f64,
            Some(CellShare::True) => self.of_true(truth),
            Some(CellShare::Pred) => self.of_predicted(predicted),
        };
        (whole > 0.0).then(|| self.get(truth, predicted) / whole)
    }

    /// What the cells are worth by a matrix of values, each class predicted as a whole if
    /// `per_prediction`.
    pub(super) fn worth(&self, values: &[Vec<f64>], per_prediction: bool) -> f64 {
        let share = per_prediction.then_some(CellShare::Pred);
        let cells = (0..self.classes).flat_map(|truth| (0..self.classes).map(move |pred| (truth, pred)));
        cells.map(|(truth, pred)| values[truth][pred] * self.cell(truth, pred, share).unwrap_or(0.0)).sum()
    }

    /// The standard deviation of the rows' worth, divided by `n − less`.
    pub(super) fn worth_deviation(&self, values: &[Vec<f64>], less: f64) -> Option<f64> {
        let rows = self.rows as f64;
        let mean = self.worth(values, false) / rows;
        let away = |value: f64| (value - mean) * (value - mean);
        let squares: Vec<Vec<f64>> =
            values.iter().map(|values| values.iter().map(|value| away(*value)).collect()).collect();
        (rows > less).then(|| (self.worth(&squares, false) / (rows - less)).sqrt())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::rows::MISSING;

    #[test]
    fn two_classes_are_counted_either_way() {
        let (p, predicted) = ([0.9, 0.2, 0.6, f64::NAN, 0.4, 0.5], [1, 0, 1, 1, MISSING, 0]);
        let fast = Cells::expected_of_two(&p, &predicted);
        let mut slow = Cells::new(2);
        for (p, predicted) in p.iter().zip(predicted).filter(|(p, class)| !p.is_nan() && *class != MISSING) {
            slow.expect([1.0 - p, *p].into_iter(), predicted as usize);
        }
        assert_eq!(fast.rows, 4);
        for (one, two) in fast.of.iter().chain(&fast.not).zip(slow.of.iter().chain(&slow.not)) {
            assert!((one - two).abs() < 1e-15);
        }
        assert!((fast.accuracy() - (0.9 + 0.8 + 0.6 + 0.5) / 4.0).abs() < 1e-15);
    }

    #[test]
    fn a_share_of_nothing_is_none() {
        let mut cells = Cells::new(2);
        cells.count(1, 0);
        assert_eq!(cells.cell(1, 1, Some(CellShare::Pred)), None);
        assert_eq!(cells.cell(1, 1, Some(CellShare::True)), Some(0.0));
        assert_eq!(
            cells.against_rest(1).metric(ClassifierMetric::Precision),
            (0.0, Some("nothing is predicted"))
        );
        assert_eq!(cells.worth(&[vec![1.0, 1.0], vec![-5.0, 1.0]], true), -5.0);
    }
}
