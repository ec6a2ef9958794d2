use std::ops::Range;

use mlops_core::{Timestamp, Window};
use rayon::prelude::*;

use super::calibration::Calibrators;
use super::cells::Cells;
use super::chunk::Sighted;
use super::curves::Areas;
use super::predictions::class;
use super::realized::{Realized, against_rest};
use super::sampling::{self, SamplingError};
use super::{
    CbpeSettings, ChunkPerformance, ClassifierMetric, Estimated, Expected, Isotonic, Predictions, ValueShare,
};
use crate::chunks::{Chunking, Period, Reach, Threshold, Thresholds};
use crate::{Error, Result};

/// Performance of a classifier estimated from its own confidence, chunk by chunk, without
/// labels (confidence-based performance estimation, CBPE).
///
/// Scores are made probabilities on a reference with labels; a row that is positive with
/// probability `p` then counts as `p` of a positive. What is usual is how the model really did
/// in the chunks of the reference.
///
/// # What it can't see
/// Concept drift: whether a score still means what it meant in the reference. The probabilities
/// are believed, so a model that has become wrong and stays confident is estimated as good as
/// ever. On the California housing table of `testdata` (chunks of 1,000 rows; along the table the
/// place changes, and with it what a score is worth) accuracy is estimated at 0.67 and 0.58 in
/// two chunks where 0.43 and 0.41 was realized (rows 2,000 to 3,999 of the analysis), and at
/// 0.61 where it was 0.82 (the thousand before). None of the three alerts on accuracy: the
/// reference's own chunks go from 0.49 to 0.80, and limits that wide (0.34 to 1) see little.
/// Wherever labels come in later, compare [`Estimated::value`] with [`Estimated::realized`].
///
/// Thresholds come from a handful of chunks: with ten of them and three standard deviations a
/// false alarm a metric every few dozen chunks is normal.
///
/// Cost: a sort a chunk and class for the areas, chunks in parallel; the other metrics one pass.
///
/// ```
/// use mlops_drift::chunks::Chunking;
/// use mlops_drift::performance::{Cbpe, CbpeSettings, ClassifierMetric, Predictions};
///
/// // Scores that are right: a row is positive as often as its score says.
/// let scores = |spread: f64| -> Vec<f64> {
///     (0..4000).map(|row| 0.5 + spread * (f64::from(row * 37 % 4001) / 4001.0 - 0.5)).collect()
/// };
/// let sure = scores(0.9);
/// let reference = Predictions::binary(sure.clone())?
///     .predicted(sure.iter().map(|score| *score > 0.5))?
///     .actual(sure.iter().zip(0..).map(|(score, row)| f64::from(row * 45 % 4003) / 4003.0 < *score))?;
/// let settings = CbpeSettings::default()
///     .metrics([ClassifierMetric::Accuracy, ClassifierMetric::RocAuc])
///     .chunks(Chunking::size(500));
/// let cbpe = Cbpe::fit(&reference, &settings)?;
///
/// // Today the model is less sure of its rows.
/// let unsure = scores(0.3);
/// let today = Predictions::binary(unsure.clone())?.predicted(unsure.iter().map(|score| *score > 0.5))?;
/// let found = cbpe.estimate(&today)?;
/// let accuracy = found[0].get("accuracy").unwrap();
/// assert!(accuracy.value.unwrap() < 0.6 && accuracy.alert);
/// # Ok::<(), mlops_drift::Error>(())
/// ```
///
/// # Source
/// `NannyML` 0.13.1, `CBPE`, of two classes and of more. Differs: rows with something missing are
/// left out of the reference too, where the tool refuses them; rows of one score have no
/// order; whether to calibrate is decided by a fixed rule (see
/// [`Calibration`](super::Calibration)); the sampling error of the average precision comes from
/// seeded samples; a metric that is a share of nothing says so beside its 0.
#[derive(Clone, Debug)]
pub struct Cbpe {
    chunking: Chunking,
    classes: Vec<String>,
    binary: bool,
    calibrators: Calibrators,
    asked: Vec<Asked>,
    settings: CbpeSettings,
    reference: Vec<ChunkPerformance>,
}

/// A value of each chunk.
#[derive(Clone, Debug)]
struct Asked {
    name: String,
    what: What,
    reach: Reach,
    threshold: Threshold,
    thresholds: Thresholds,
    error: Option<SamplingError>,
}

#[derive(Clone, Copy, Debug)]
enum What {
    Metric(ClassifierMetric),
    Cell(usize, usize),
    Value,
}

/// What is known of a value, and over how many rows.
type Counted = (Sighted, usize);

const THREE: Threshold = Threshold::StandardDeviation { lower: Some(3.0), upper: Some(3.0) };

impl Cbpe {
    /// Learns from rows with labels: what scores are worth, how estimates vary, and how the
    /// model did in each chunk.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows; [`Error::Input`] without true classes, without predicted
    /// ones if a metric needs them, if a class of more than two never occurs, or for scores
    /// outside 0 to 1 that are not calibrated; [`Error::Setting`] if rows can't be cut or a
    /// threshold can't be obeyed.
    pub fn fit(reference: &Predictions, settings: &CbpeSettings) -> Result<Self> {
        if reference.is_empty() {
            return Err(Error::Empty { window: "reference" });
        }
        settings.check(reference)?;
        needs_predictions(reference, settings)?;
        let Some(actual) = &reference.actual else {
            return Err(Error::input("the true classes of the reference", "missing", "one a row"));
        };
        let reference = reference.in_order();
        if !reference.is_binary() {
            for (at, name) in reference.classes().iter().enumerate() {
                if !(0..reference.len()).any(|row| class(actual, row) == Some(at)) {
                    return Err(Error::input(
                        format!("class {name:?}"),
                        "in no row",
                        "some in the reference",
                    ));
                }
            }
        }
        let mut fitted = Self {
            chunking: settings.chunking,
            classes: reference.classes().to_vec(),
            binary: reference.is_binary(),
            calibrators: Calibrators::fit(&reference, &settings.calibration),
            asked: Vec::new(),
            settings: settings.clone(),
            reference: Vec::new(),
        };
        fitted.asked = settings.metrics.iter().flat_map(|metric| fitted.asked_of(*metric)).collect();
        let chunks = split(fitted.chunking, &reference)?;
        let sighted = fitted.sighted(&reference, &chunks)?;
        fitted.learn_errors(&reference);
        for (index, asked) in fitted.asked.iter_mut().enumerate() {
            let realized: Vec<Option<f64>> = sighted.iter().map(|chunk| chunk[index].0.realized).collect();
            asked.thresholds = asked.threshold.of(&realized, asked.reach);
        }
        fitted.reference = fitted.judge(Period::Reference, &reference, &chunks, sighted);
        Ok(fitted)
    }

    /// The chunks of the reference itself, with what they really were.
    pub fn reference(&self) -> &[ChunkPerformance] {
        &self.reference
    }

    /// The curve that makes probabilities of the scores of a class; `None` if they are
    /// believed as they are. Of two classes only `1` has scores.
    pub fn calibrator(&self, class: &str) -> Option<&Isotonic> {
        let place = self.classes.iter().position(|name| name == class)?;
        let column = if self.binary { place.checked_sub(1)? } else { place };
        self.calibrators.of.get(column)?.as_ref()
    }

    /// Estimates the chunks of other rows. With labels it also says what they really were.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows; [`Error::Input`] if the classes are others, predicted ones
    /// are missing and a metric needs them, or scores outside 0 to 1 are not calibrated;
    /// [`Error::Setting`] if the rows can't be cut.
    pub fn estimate(&self, analysis: &Predictions) -> Result<Vec<ChunkPerformance>> {
        if analysis.is_empty() {
            return Err(Error::Empty { window: "analysis" });
        }
        if analysis.classes() != self.classes || analysis.is_binary() != self.binary {
            let expected = format!("{} as in the reference", self.classes.join(", "));
            return Err(Error::input("the classes", analysis.classes().join(", "), expected));
        }
        needs_predictions(analysis, &self.settings)?;
        let analysis = analysis.in_order();
        let chunks = split(self.chunking, &analysis)?;
        let sighted = self.sighted(&analysis, &chunks)?;
        Ok(self.judge(Period::Analysis, &analysis, &chunks, sighted))
    }

    fn asked_of(&self, metric: ClassifierMetric) -> Vec<Asked> {
        let threshold = self.settings.thresholds.get(&metric).copied().unwrap_or(THREE);
        let asked = |name: String, what, lower, upper| Asked {
            name,
            what,
            reach: Reach { lower, upper, drop: false },
            threshold,
            thresholds: Thresholds::default(),
            error: None,
        };
        let classes = &self.classes;
        match metric {
            ClassifierMetric::BusinessValue => {
                vec![asked(metric.name().to_owned(), What::Value, None, None)]
            }
            ClassifierMetric::ConfusionMatrix => {
                let most = self.settings.normalize_confusion_matrix.map(|_| 1.0);
                let cell = |name: String, truth, predicted| {
                    asked(name, What::Cell(truth, predicted), Some(0.0), most)
                };
                if self.binary {
                    let cells = [
                        ("true_positive", 1, 1),
                        ("true_negative", 0, 0),
                        ("false_positive", 0, 1),
                        ("false_negative", 1, 0),
                    ];
                    return cells.map(|(name, truth, pred)| cell(name.to_owned(), truth, pred)).into();
                }
                let pairs =
                    (0..classes.len()).flat_map(|truth| (0..classes.len()).map(move |pred| (truth, pred)));
                pairs
                    .map(|(truth, pred)| {
                        cell(format!("true_{}_pred_{}", classes[truth], classes[pred]), truth, pred)
                    })
                    .collect()
            }
            _ => vec![asked(metric.name().to_owned(), What::Metric(metric), Some(0.0), Some(1.0))],
        }
    }

    fn values(&self) -> &[Vec<f64>] {
        self.settings.business_value_matrix.as_deref().unwrap_or_default()
    }

    fn per_prediction(&self) -> bool {
        self.settings.normalize_business_value == Some(ValueShare::PerPrediction)
    }

    fn learn_errors(&mut self, reference: &Predictions) {
        let all = Realized::of(reference, 0..reference.len());
        let cells = all.as_ref().and_then(Realized::cells);
        let ranked: Vec<(Vec<bool>, Vec<f64>)> = if self.settings.metrics.iter().any(|metric| metric.ranks())
        {
            let first = usize::from(self.binary);
            (first..self.classes.len()).map(|of| against_rest(reference, 0..reference.len(), of)).collect()
        } else {
            Vec::new()
        };
        let errors: Vec<Option<SamplingError>> = self
            .asked
            .iter()
            .map(|asked| match asked.what {
                What::Metric(ClassifierMetric::RocAuc) => sampling::of_roc_auc(&ranked),
                What::Metric(ClassifierMetric::AveragePrecision) => {
                    sampling::of_average_precision(&ranked, self.settings.seed)
                }
                What::Metric(metric) => sampling::of_metric(cells?, metric, self.binary),
                What::Cell(truth, predicted) => {
                    sampling::of_cell(cells?, truth, predicted, self.settings.normalize_confusion_matrix)
                }
                What::Value => sampling::of_value(cells?, self.values(), self.per_prediction(), self.binary),
            })
            .collect();
        for (asked, error) in self.asked.iter_mut().zip(errors) {
            asked.error = error;
        }
    }

    /// What is known of each chunk before errors and thresholds are, and over how many rows.
    fn sighted(&self, rows: &Predictions, chunks: &[Range<usize>]) -> Result<Vec<Vec<Counted>>> {
        let probabilities = self.calibrators.probabilities(rows)?;
        let of_chunk = |chunk: &Range<usize>| {
            let expected = self.expected(rows, &probabilities, chunk);
            let realized = Realized::of(rows, chunk.clone());
            let share = self.settings.normalize_confusion_matrix;
            let counted = expected.cells.as_ref().map_or(0, |cells| cells.rows);
            let ranked = || chunk.clone().filter(|row| rows.is_scored(*row)).count();
            let sight = |asked: &Asked| {
                let (value, reason) = match asked.what {
                    What::Metric(metric) => expected.metric(metric),
                    What::Cell(truth, predicted) => expected.cell(truth, predicted, share),
                    What::Value => expected.value(self.values(), self.per_prediction()),
                };
                let realized = realized.as_ref().and_then(|realized| match asked.what {
                    What::Metric(metric) => realized.metric(metric),
                    What::Cell(truth, predicted) => realized.cell(truth, predicted, share),
                    What::Value => Some(realized.cells()?.worth(self.values(), self.per_prediction())),
                });
                let rows = match asked.what {
                    What::Metric(metric) if metric.ranks() => ranked(),
                    _ => counted,
                };
                (Sighted { value, sampling_error: None, realized, reason }, rows)
            };
            self.asked.iter().map(sight).collect()
        };
        Ok(chunks.par_iter().map(of_chunk).collect())
    }

    fn expected(&self, rows: &Predictions, probabilities: &[Vec<f64>], chunk: &Range<usize>) -> Expected {
        let asked = |metric| self.settings.metrics.contains(&metric);
        let precision = asked(ClassifierMetric::AveragePrecision);
        let areas = if !precision && !asked(ClassifierMetric::RocAuc) {
            Vec::new()
        } else if self.calibrators.is_nothing() {
            vec![Areas::of_probabilities(&probabilities[0][chunk.clone()], precision)]
        } else if let [Some(curve)] = &self.calibrators.of[..] {
            vec![Areas::of_curve(&rows.scores[0][chunk.clone()], curve, precision)]
        } else {
            let of = |(scores, probabilities): (&Vec<f64>, &Vec<f64>)| {
                let pairs = scores[chunk.clone()].iter().zip(&probabilities[chunk.clone()]);
                Areas::of(pairs.map(|(score, probability)| (*score, *probability)))
            };
            rows.scores.iter().zip(probabilities).map(of).collect()
        };
        let cells = rows.predicted.as_ref().map(|predicted| {
            if self.binary {
                return Cells::expected_of_two(&probabilities[0][chunk.clone()], &predicted[chunk.clone()]);
            }
            let mut cells = Cells::new(self.classes.len());
            for row in chunk.clone() {
                if let (Some(predicted), true) = (class(predicted, row), rows.is_scored(row)) {
                    cells.expect(probabilities.iter().map(|column| column[row]), predicted);
                }
            }
            cells
        });
        Expected { cells, areas, classes: self.classes.clone(), binary: self.binary }
    }

    fn judge(
        &self,
        period: Period,
        rows: &Predictions,
        chunks: &[Range<usize>],
        sighted: Vec<Vec<Counted>>,
    ) -> Vec<ChunkPerformance> {
        let chunk = |(index, (chunk, sighted)): (usize, (&Range<usize>, Vec<Counted>))| {
            let judge = |(asked, (sighted, rows)): (&Asked, Counted)| {
                let sampling_error = asked.error.and_then(|error| error.of_rows(rows));
                let sighted = Sighted { sampling_error, ..sighted };
                Estimated::new(&asked.name, sighted, asked.thresholds, asked.reach)
            };
            ChunkPerformance {
                period,
                chunk_index: index,
                start_index: chunk.start,
                end_index: chunk.end - 1,
                window: window(self.chunking, rows.times.as_deref(), chunk.start),
                metrics: self.asked.iter().zip(sighted).map(judge).collect(),
            }
        };
        chunks.iter().zip(sighted).enumerate().map(chunk).collect()
    }
}

fn needs_predictions(rows: &Predictions, settings: &CbpeSettings) -> Result<()> {
    match settings.metrics.iter().find(|metric| !metric.ranks()) {
        Some(metric) if rows.predicted.is_none() => {
            Err(Error::input("the predicted classes", "missing", format!("one a row, for {metric}")))
        }
        _ => Ok(()),
    }
}

fn split(chunking: Chunking, rows: &Predictions) -> Result<Vec<Range<usize>>> {
    match &rows.times {
        Some(times) => chunking.split_by_time(times),
        None => chunking.split(rows.len()),
    }
}

fn window(chunking: Chunking, times: Option<&[Timestamp]>, row: usize) -> Option<Window> {
    Some(chunking.calendar()?.window_of(*times?.get(row)?))
}
