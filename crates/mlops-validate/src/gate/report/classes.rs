use mlops_core::Interval;
use mlops_stats::classification::{BinaryScores, Bins, CurvePoints, ZeroDivision};
use mlops_stats::interval::wilson;
use serde::Serialize;

use crate::gate::Candidate;
use crate::interval::as_core;

/// How finely a curve is drawn: points closer than this to the one before are left out.
const FINE: f64 = 1.0 / 256.0;

/// Bins of the reliability diagram, of equally many rows.
const BINS: usize = 10;

/// A point of a curve, x and y.
pub type Point = (f64, f64);

/// What there is of a model of two classes, and of the one in production.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ClassScores {
    /// Share of rows that are positive.
    pub positive_rate: f64,
    /// Of the candidate.
    pub candidate: Curves,
    /// Of the version in production.
    pub production: Option<Curves>,
}

/// Curves of one model, and its decisions at the threshold.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct Curves {
    /// True positive rate over false positive rate; empty if all rows are of one class.
    pub roc: Vec<Point>,
    /// Precision over recall; empty if no row is positive.
    pub precision_recall: Vec<Point>,
    /// Share of all positives found over the share of rows looked at, highest scores first;
    /// empty if no row is positive.
    pub gain: Vec<Point>,
    /// Said and seen frequencies.
    pub reliability: Vec<ReliabilityBin>,
    /// Counts at the decision threshold, if the gate has one.
    pub confusion: Option<ConfusionCounts>,
}

/// A bin of the reliability diagram.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
#[non_exhaustive]
pub struct ReliabilityBin {
    /// Rows in it.
    pub rows: u64,
    /// Their mean score.
    pub predicted: f64,
    /// The share of them that is positive.
    pub observed: f64,
    /// Wilson's 95 % interval of that share, as if rows had nothing to do with each other.
    pub interval: Interval,
}

/// Decisions against the truth.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct ConfusionCounts {
    /// Positive, and said to be.
    pub true_positives: u64,
    /// Negative, but said to be positive.
    pub false_positives: u64,
    /// Negative, and said to be.
    pub true_negatives: u64,
    /// Positive, but said to be negative.
    pub false_negatives: u64,
}

impl ClassScores {
    pub(super) fn of(candidate: &Candidate<'_>, threshold: Option<f64>) -> Option<Self> {
        let rows = candidate.rows().ok()?;
        Some(Self {
            positive_rate: rows.positive_rate().ok()?,
            candidate: Curves::of(&rows, threshold),
            production: candidate
                .production_rows()
                .and_then(Result::ok)
                .map(|rows| Curves::of(&rows, threshold)),
        })
    }
}

impl Curves {
    fn of(rows: &BinaryScores<'_>, threshold: Option<f64>) -> Self {
        let roc = rows.roc_curve(CurvePoints::Corners);
        let roc = roc.map(|curve| pairs(&curve.false_positive_rate, &curve.true_positive_rate));
        let precision_recall = rows.precision_recall_curve(CurvePoints::Corners, ZeroDivision::Undefined);
        let precision_recall = precision_recall.map(|curve| pairs(&curve.recall, &curve.precision));
        let roc = roc.unwrap_or_default();
        let gain = gain(rows, &roc);
        Self {
            gain: thinned(gain),
            roc: thinned(roc),
            precision_recall: thinned(precision_recall.unwrap_or_default()),
            reliability: reliability(rows),
            confusion: threshold.and_then(|threshold| ConfusionCounts::of(rows, threshold)),
        }
    }
}

impl ConfusionCounts {
    fn of(rows: &BinaryScores<'_>, threshold: f64) -> Option<Self> {
        let counts = rows.at(threshold).ok()?;
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "counts of rows")]
        let whole = |count: f64| count as u64;
        Some(Self {
            true_positives: whole(counts.true_positives),
            false_positives: whole(counts.false_positives),
            true_negatives: whole(counts.true_negatives),
            false_negatives: whole(counts.false_negatives),
        })
    }
}

fn pairs(x: &[f64], y: &[f64]) -> Vec<Point> {
    x.iter().copied().zip(y.iter().copied()).collect()
}

/// The gain from the rates: who is looked at are true and false positives together.
fn gain(rows: &BinaryScores<'_>, roc: &[Point]) -> Vec<Point> {
    let Ok(rate) = rows.positive_rate() else { return Vec::new() };
    roc.iter()
        .map(|(false_positive, true_positive)| {
            (rate * true_positive + (1.0 - rate) * false_positive, *true_positive)
        })
        .collect()
}

/// The curve to what an eye can see: both ends, and each point that is far enough from the
/// last that was kept.
fn thinned(curve: Vec<Point>) -> Vec<Point> {
    let last = curve.len().saturating_sub(1);
    let mut kept: Vec<Point> = Vec::new();
    for (index, point) in curve.into_iter().enumerate() {
        let far = kept
            .last()
            .is_none_or(|kept| (kept.0 - point.0).abs() >= FINE || (kept.1 - point.1).abs() >= FINE);
        if far || index == last {
            kept.push(point);
        }
    }
    kept
}

fn reliability(rows: &BinaryScores<'_>) -> Vec<ReliabilityBin> {
    const LEVEL: f64 = 0.95;
    let Ok(curve) = rows.calibration_curve(BINS, Bins::Quantile) else { return Vec::new() };
    let bins = curve.weight.iter().zip(&curve.observed).zip(&curve.predicted);
    bins.filter_map(|((weight, observed), predicted)| {
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "a count of rows")]
        let (rows, positives) = (*weight as u64, (weight * observed).round() as u64);
        let interval = wilson(positives, rows, LEVEL).ok().map(as_core)?;
        Some(ReliabilityBin { rows, predicted: *predicted, observed: *observed, interval })
    })
    .collect()
}
