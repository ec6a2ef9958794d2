use crate::{Error, Result};

use super::{BinaryScores, ZeroDivision, by_score};

/// Which thresholds a curve has points for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[expect(clippy::exhaustive_enums, reason = "scikit-learn's `drop_intermediate`: off or on")]
pub enum CurvePoints {
    /// Each distinct score.
    #[default]
    All,
    /// Only those that change how a drawn curve looks.
    Corners,
}

/// What shares of negatives and of positives score at least a threshold.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct RocCurve {
    /// Share of negatives that score at least the threshold, ascending from 0 to 1.
    pub false_positive_rate: Vec<f64>,
    /// Share of positives that score at least the threshold, ascending from 0 to 1.
    pub true_positive_rate: Vec<f64>,
    /// The thresholds, descending; the first is infinite.
    pub thresholds: Vec<f64>,
}

/// Precision and recall at each threshold.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct PrecisionRecallCurve {
    /// Share of positives among the rows that score at least the threshold; one more than
    /// there are thresholds, the last is 1.
    pub precision: Vec<f64>,
    /// Share of the positives that score at least the threshold; one more than there are
    /// thresholds, the last is 0.
    pub recall: Vec<f64>,
    /// The thresholds, ascending.
    pub thresholds: Vec<f64>,
    /// Whether no row is positive, so that recall is a choice.
    pub recall_is_undefined: bool,
}

/// Detection error tradeoff: both error rates at each threshold.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct DetCurve {
    /// Share of negatives that score at least the threshold.
    pub false_positive_rate: Vec<f64>,
    /// Share of positives that score below the threshold.
    pub false_negative_rate: Vec<f64>,
    /// The thresholds, ascending.
    pub thresholds: Vec<f64>,
}

/// Weight of the rows that score at least each of the thresholds, which descend.
struct Steps {
    thresholds: Vec<f64>,
    positives: Vec<f64>,
    negatives: Vec<f64>,
}

impl Steps {
    fn of(rows: &BinaryScores<'_>) -> Result<Self> {
        let mut order = by_score(rows.scores());
        order.retain(|ranked| rows.weight(ranked.row()) > 0.0);
        if order.is_empty() {
            let expected = "at least 1 that is not 0".to_owned();
            return Err(Error::Shape { what: "weights", found: 0, expected });
        }
        let mut steps = Self { thresholds: Vec::new(), positives: Vec::new(), negatives: Vec::new() };
        let (mut positives, mut negatives) = (0.0, 0.0);
        for tie in order.chunk_by(|left, right| left.ties(*right)).rev() {
            for ranked in tie {
                let row = ranked.row();
                *(if rows.labels()[row] { &mut positives } else { &mut negatives }) += rows.weight(row);
            }
            steps.push(rows.scores()[tie[0].row()], positives, negatives);
        }
        Ok(steps)
    }

    fn push(&mut self, threshold: f64, positives: f64, negatives: f64) {
        self.thresholds.push(threshold);
        self.positives.push(positives);
        self.negatives.push(negatives);
    }

    fn totals(&self) -> (f64, f64) {
        (self.positives.last().copied().unwrap_or(0.0), self.negatives.last().copied().unwrap_or(0.0))
    }

    /// With the threshold that nothing reaches before all.
    fn with_nothing(mut self) -> Self {
        self.thresholds.insert(0, f64::INFINITY);
        self.positives.insert(0, 0.0);
        self.negatives.insert(0, 0.0);
        self
    }

    /// Without the points between the ends that `keep` does not want.
    fn thinned(self, points: CurvePoints, keep: impl Fn(&Self, usize) -> bool) -> Self {
        let last = self.thresholds.len() - 1;
        if points == CurvePoints::All || last < 2 {
            return self;
        }
        let mut kept = Self { thresholds: Vec::new(), positives: Vec::new(), negatives: Vec::new() };
        for point in 0..=last {
            if point == 0 || point == last || keep(&self, point) {
                kept.push(self.thresholds[point], self.positives[point], self.negatives[point]);
            }
        }
        kept
    }

    /// Whether the line through the point bends there.
    fn bends(&self, point: usize) -> bool {
        let bend =
            |values: &[f64]| (values[point + 1] - values[point]) - (values[point] - values[point - 1]) != 0.0;
        bend(&self.positives) || bend(&self.negatives)
    }

    /// Whether the positives are others than before or after the point.
    fn changes_positives(&self, point: usize) -> bool {
        let values = &self.positives;
        values[point] - values[point - 1] != 0.0 || values[point + 1] - values[point] != 0.0
    }
}

fn shares(parts: &[f64], whole: f64) -> Vec<f64> {
    parts.iter().map(|part| part / whole).collect()
}

impl BinaryScores<'_> {
    fn two_classes(&self, what: &'static str, steps: &Steps) -> Result<(f64, f64)> {
        match steps.totals() {
            (positives, negatives) if positives > 0.0 && negatives > 0.0 => Ok((positives, negatives)),
            _ => Err(Error::undefined(what, self.one_class())),
        }
    }

    /// The receiver operating characteristic. One sort, O(n log n).
    ///
    /// # Errors
    /// [`Error::Undefined`] if only one class has weight, [`Error::Shape`] if no row has.
    ///
    /// # Source
    /// Equal to `roc_curve` of scikit-learn 1.9, whose default is [`CurvePoints::Corners`].
    ///
    /// ```
    /// use mlops_stats::classification::{BinaryScores, CurvePoints};
    /// let rows = BinaryScores::new(&[false, true, true], &[0.1, 0.4, 0.8])?;
    /// let curve = rows.roc_curve(CurvePoints::All)?;
    /// assert_eq!(curve.true_positive_rate, [0.0, 0.5, 1.0, 1.0]);
    /// # Ok::<(), mlops_stats::Error>(())
    /// ```
    pub fn roc_curve(&self, points: CurvePoints) -> Result<RocCurve> {
        let steps = Steps::of(self)?;
        let (positives, negatives) = self.two_classes("roc_curve", &steps)?;
        let steps = steps.thinned(points, Steps::bends).with_nothing();
        Ok(RocCurve {
            false_positive_rate: shares(&steps.negatives, negatives),
            true_positive_rate: shares(&steps.positives, positives),
            thresholds: steps.thresholds,
        })
    }

    /// Area under the ROC curve up to a false positive rate of `limit`, on a scale where
    /// guessing is 0.5 and the best is 1.
    ///
    /// # Errors
    /// [`Error::Parameter`] if `limit` is not above 0 and at most 1, [`Error::Undefined`] if
    /// only one class has weight.
    ///
    /// # Source
    /// `McClish`, *Medical Decision Making* 9 (1989); equal to `roc_auc_score(max_fpr=…)` of
    /// scikit-learn 1.9.
    pub fn partial_roc_auc(&self, limit: f64) -> Result<f64> {
        if !(limit > 0.0 && limit <= 1.0) {
            let expected = "above 0 and at most 1";
            return Err(Error::Parameter { what: "limit", value: limit, expected });
        }
        if limit >= 1.0 {
            return self.roc_auc();
        }
        let curve = self.roc_curve(CurvePoints::All)?;
        let (x, y) = (&curve.false_positive_rate, &curve.true_positive_rate);
        // The rate ends at 1, above the limit.
        let stop = x.partition_point(|rate| *rate <= limit);
        let trapezoid = |x0: f64, x1: f64, y0: f64, y1: f64| (x1 - x0) * (y0 + y1) / 2.0;
        let mut area: f64 = (1..stop).map(|i| trapezoid(x[i - 1], x[i], y[i - 1], y[i])).sum();
        let (x0, x1, y0, y1) = (x[stop - 1], x[stop], y[stop - 1], y[stop]);
        let at_limit = y0 + (y1 - y0) * (limit - x0) / (x1 - x0);
        area += trapezoid(x0, limit, y0, at_limit);
        let guessing = 0.5 * limit * limit;
        Ok(0.5 * (1.0 + (area - guessing) / (limit - guessing)))
    }

    /// Precision against recall, without interpolation. Where no row is positive, recall is
    /// what `zero` says at every threshold.
    ///
    /// # Errors
    /// [`Error::Undefined`] if no row is positive and `zero` is [`ZeroDivision::Undefined`],
    /// [`Error::Shape`] if no row has weight.
    ///
    /// # Source
    /// Equal to `precision_recall_curve` of scikit-learn 1.9 (its choices: `All`, `One`).
    pub fn precision_recall_curve(
        &self,
        points: CurvePoints,
        zero: ZeroDivision,
    ) -> Result<PrecisionRecallCurve> {
        let steps = Steps::of(self)?.thinned(points, Steps::changes_positives);
        let (positives, _) = steps.totals();
        let recall_is_undefined = positives <= 0.0;
        let recall = if recall_is_undefined {
            let value = zero.value().ok_or_else(|| {
                Error::undefined("precision_recall_curve", "no row that counts is positive")
            })?;
            vec![value; steps.positives.len()]
        } else {
            shares(&steps.positives, positives)
        };
        let precision =
            steps.positives.iter().zip(&steps.negatives).map(|(hits, alarms)| hits / (hits + alarms));
        let ends_at = |values: Vec<f64>, end: f64| values.into_iter().rev().chain([end]).collect();
        Ok(PrecisionRecallCurve {
            precision: ends_at(precision.collect(), 1.0),
            recall: ends_at(recall, 0.0),
            thresholds: steps.thresholds.into_iter().rev().collect(),
            recall_is_undefined,
        })
    }

    /// Mean precision over the positives, each at its own score as threshold: the area under
    /// the precision-recall curve in steps. One sort, O(n log n).
    ///
    /// # Errors
    /// [`Error::Undefined`] if no row that counts is positive, where scikit-learn warns and
    /// says 0; [`Error::Shape`] if no row has weight.
    ///
    /// # Source
    /// Equal to `average_precision_score` of scikit-learn 1.9.
    pub fn average_precision(&self) -> Result<f64> {
        let steps = Steps::of(self)?;
        let (positives, _) = steps.totals();
        if positives <= 0.0 {
            return Err(Error::undefined("average_precision", "no row that counts is positive"));
        }
        let (mut sum, mut before) = (0.0, 0.0);
        for (hits, alarms) in steps.positives.iter().zip(&steps.negatives) {
            sum += (hits - before) / positives * (hits / (hits + alarms));
            before = *hits;
        }
        Ok(sum)
    }

    /// The detection error tradeoff, from the last threshold that misses no positive to the
    /// first that lets no negative through.
    ///
    /// # Errors
    /// As [`roc_curve`](Self::roc_curve).
    ///
    /// # Source
    /// Martin et al., *Eurospeech* (1997); equal to `det_curve` of scikit-learn 1.9.
    pub fn det_curve(&self, points: CurvePoints) -> Result<DetCurve> {
        let steps = Steps::of(self)?;
        let (positives, negatives) = self.two_classes("det_curve", &steps)?;
        let steps = steps.with_nothing().thinned(points, Steps::changes_positives);
        let first = steps.negatives.partition_point(|weight| *weight <= 0.0).saturating_sub(1);
        let last = steps.positives.partition_point(|weight| *weight < positives);
        let backwards = |values: Vec<f64>| values.into_iter().rev().collect();
        let missed: Vec<f64> = steps.positives[first..=last].iter().map(|hits| positives - hits).collect();
        Ok(DetCurve {
            false_positive_rate: backwards(shares(&steps.negatives[first..=last], negatives)),
            false_negative_rate: backwards(shares(&missed, positives)),
            thresholds: backwards(steps.thresholds[first..=last].to_vec()),
        })
    }
}
