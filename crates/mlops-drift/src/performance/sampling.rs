//! How far estimates of a chunk lie from the truth by chance.

use mlops_stats::Random;
use rayon::prelude::*;

use super::cells::{Cells, OneAgainstRest};
use super::order::sort_by_number;
use super::{CellShare, ClassifierMetric};

/// A standard error for each size of a chunk.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) struct SamplingError {
    scale: f64,
    /// Whether it is of a sum, which grows with the chunk, or of a mean.
    of_sum: bool,
}

impl SamplingError {
    /// Of a mean over a share of the rows, by the standard deviation among those; `None` if it is
    /// a share of nothing.
    fn new(deviation: f64, share: f64) -> Option<Self> {
        Self { scale: deviation / share.sqrt(), of_sum: false }.checked()
    }

    fn checked(self) -> Option<Self> {
        self.scale.is_finite().then_some(self)
    }

    /// `None` without rows.
    pub(super) fn of_rows(self, rows: usize) -> Option<f64> {
        let root = (rows as f64).sqrt();
        let error = if self.of_sum { self.scale * root } else { self.scale / root };
        (rows > 0 && error.is_finite()).then_some(error)
    }
}

/// The labelled rows of the reference by the truth and the prediction.
///
/// # Source
/// `NannyML` 0.13.1, `sampling_error/binary_classification.py` and
/// `sampling_error/multiclass_classification.py`.
pub(super) fn of_metric(cells: &Cells, metric: ClassifierMetric, binary: bool) -> Option<SamplingError> {
    let rows = cells.rows as f64;
    if metric == ClassifierMetric::Accuracy {
        return SamplingError::new(deviation(cells.accuracy()), 1.0);
    }
    let part = |class: usize| {
        let OneAgainstRest { tp, fp, fn_, tn } = cells.against_rest(class);
        let (hits, relevant) = match metric {
            ClassifierMetric::Precision => (tp, tp + fp),
            ClassifierMetric::Recall => (tp, tp + fn_),
            ClassifierMetric::Specificity => (tn, tn + fp),
            _ => (tp, tp + fp + fn_),
        };
        // The mean of F1's rows is not F1 itself, which the binary form makes up for.
        let stretch =
            if binary && metric == ClassifierMetric::F1 { relevant / (tp + 0.5 * (fp + fn_)) } else { 1.0 };
        (relevant > 0.0).then(|| (deviation(hits / relevant) * stretch, relevant / rows))
    };
    if binary {
        let (deviation, share) = part(1)?;
        return SamplingError::new(deviation, share);
    }
    let classes = cells.classes();
    of_classes((0..classes).map(part).collect::<Option<Vec<_>>>()?)
}

/// Of a mean over classes.
fn of_classes(parts: Vec<(f64, f64)>) -> Option<SamplingError> {
    let classes = parts.len() as f64;
    let variance: f64 = parts.into_iter().map(|(deviation, share)| deviation * deviation / share).sum();
    SamplingError { scale: variance.sqrt() / classes, of_sum: false }.checked()
}

/// Of a share of ones.
fn deviation(share: f64) -> f64 {
    (share * (1.0 - share)).sqrt()
}

pub(super) fn of_cell(
    cells: &Cells,
    truth: usize,
    predicted: usize,
    share: Option<CellShare>,
) -> Option<SamplingError> {
    let rows = cells.rows as f64;
    let relevant = match share {
        None | Some(CellShare::All) => rows,
        Some(CellShare::True) => cells.of_true(truth),
        Some(CellShare::Pred) => cells.of_predicted(predicted),
    };
    let found = SamplingError::new(deviation(cells.get(truth, predicted) / relevant), relevant / rows)?;
    SamplingError { of_sum: share.is_none(), ..found }.checked()
}

pub(super) fn of_value(
    cells: &Cells,
    values: &[Vec<f64>],
    per_prediction: bool,
    binary: bool,
) -> Option<SamplingError> {
    let deviation = cells.worth_deviation(values, if binary { 0.0 } else { 1.0 })?;
    SamplingError { scale: deviation, of_sum: !per_prediction }.checked()
}

/// Of the area under the ROC curve: how the share of negatives that a positive leaves behind
/// varies. The smaller class counts as positive. Rows of one score count half, where the tool
/// takes them in the order of an unstable sort.
pub(super) fn of_roc_auc(classes: &[(Vec<bool>, Vec<f64>)]) -> Option<SamplingError> {
    let parts: Vec<(f64, f64)> =
        classes.iter().map(|(labels, scores)| wins(labels, scores)).collect::<Option<_>>()?;
    if let [(deviation, share)] = parts[..] {
        return SamplingError::new(deviation, share);
    }
    let found = of_classes(parts)?;
    // The areas of classes go up and down together, for which the tool allows a fifth.
    SamplingError { scale: found.scale * 1.2, ..found }.checked()
}

/// The standard deviation of the share of negatives below each positive, and the share of positives.
fn wins(labels: &[bool], scores: &[f64]) -> Option<(f64, f64)> {
    let rows = labels.len();
    let positives = labels.iter().filter(|positive| **positive).count();
    // Exactly half are left as they are.
    let flip = 2 * positives > rows;
    let positives = if flip { rows - positives } else { positives };
    let negatives = rows - positives;
    let mut order: Vec<(f64, bool)> = labels
        .iter()
        .zip(scores)
        .map(|(label, score)| if flip { (1.0 - score, !label) } else { (score + 0.0, *label) })
        .collect();
    sort_by_number(&mut order, |row| row.0);
    let mut below = 0;
    let mut shares = Vec::with_capacity(positives);
    for tied in order.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let of_class = tied.iter().filter(|(_, positive)| *positive).count();
        let others = tied.len() - of_class;
        let share = (below as f64 + others as f64 / 2.0) / negatives as f64;
        // A positive in the very first place is passed over by the tool.
        let passed_over = usize::from(below == 0 && others == 0 && shares.is_empty());
        shares.extend(std::iter::repeat_n(share, of_class.saturating_sub(passed_over)));
        below += others;
    }
    let n = shares.len() as f64;
    let mean = shares.iter().sum::<f64>() / n;
    let variance = shares.iter().map(|share| (share - mean) * (share - mean)).sum::<f64>() / n;
    (negatives > 0 && !shares.is_empty()).then(|| (variance.sqrt(), positives as f64 / rows as f64))
}

/// How often, and at most how large, samples are drawn.
const EXPERIMENTS: u64 = 50;
const LARGEST_SAMPLE: usize = 50_000;

/// Of the average precision: how it varies over samples, with replacement, of half of the rows.
/// The draws are those of the seed, where the tool's are new each time.
pub(super) fn of_average_precision(classes: &[(Vec<bool>, Vec<f64>)], seed: u64) -> Option<SamplingError> {
    let parts: Option<Vec<(f64, f64)>> = classes
        .iter()
        .enumerate()
        .map(|(class, (labels, scores))| {
            let size = (labels.len() / 2).min(LARGEST_SAMPLE);
            if size == 0 || !labels.contains(&true) {
                return None;
            }
            // Adding 0 makes one zero of the two.
            let mut order: Vec<(f64, bool)> =
                scores.iter().map(|score| score + 0.0).zip(labels.iter().copied()).collect();
            order.par_sort_unstable_by(|a, b| b.0.total_cmp(&a.0));
            let draw = |experiment| {
                let random = Random::replicate(seed, class as u64 * EXPERIMENTS + experiment);
                sampled_precision(&order, size, random)
            };
            let found: Vec<f64> = (0..EXPERIMENTS).into_par_iter().map(draw).collect();
            let mean = found.iter().sum::<f64>() / found.len() as f64;
            let squares = found.iter().map(|value| (value - mean) * (value - mean)).sum::<f64>();
            Some((squares / found.len() as f64, size as f64))
        })
        .collect();
    let parts = parts?;
    let variance = parts.iter().map(|(variance, size)| variance * size).sum::<f64>() / parts.len() as f64;
    SamplingError { scale: variance.sqrt(), of_sum: false }.checked()
}

/// The average precision of a sample of rows that lie in descending order; 0 without a positive.
fn sampled_precision(order: &[(f64, bool)], size: usize, mut random: Random) -> f64 {
    let mut times = vec![0_u32; order.len()];
    for _ in 0..size {
        times[random.index(order.len())] += 1;
    }
    let (mut rows, mut hits, mut sum) = (0_u32, 0_u32, 0.0);
    let mut from = 0;
    for tied in order.chunk_by(|a, b| a.0.total_cmp(&b.0).is_eq()) {
        let mut new = 0;
        for ((_, positive), times) in tied.iter().zip(&times[from..]) {
            rows += times;
            new += if *positive { *times } else { 0 };
        }
        from += tied.len();
        hits += new;
        if new > 0 {
            sum += f64::from(new) * f64::from(hits) / f64::from(rows);
        }
    }
    if hits > 0 { sum / f64::from(hits) } else { 0.0 }
}
