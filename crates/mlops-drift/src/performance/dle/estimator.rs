use std::collections::BTreeMap;
use std::collections::btree_map::Entry;
use std::ops::Range;

use super::check::{RegressionColumns, TimedRows, column, numbers};
use super::fit::{FitProgress, Learnt, Losses, fit};
use super::metric::Loss;
use super::nanny::{Inputs, Nanny};
use super::{DleSettings, RegressionMetric};
use crate::chunks::{Period, Thresholds};
use crate::performance::chunk::Sighted;
use crate::performance::{ChunkPerformance, Estimated};
use crate::rows::RowColumn;
use crate::{Error, Result, Rows};

/// How large the errors of a regression are, chunk by chunk, before the targets are known.
///
/// From a reference with targets, trees learn the loss of a row from its features and the
/// prediction; the estimate of a chunk is the mean (or its root) of what they expect of its
/// rows. The reference must be rows that the model was not trained on: of those its errors are too
/// small. Every row needs a prediction; features may be missing.
///
/// # What it sees, and what not
/// It follows a covariate shift: more rows of a kind that the model was never good at. It
/// can't follow
/// - concept drift: what the features mean has changed, they themselves have not. The
///   estimate stays where it was, whatever becomes of the errors;
/// - rows outside of what the reference has: trees give them the loss of the nearest rows
///   they know. A name that the reference does not have is taken as a missing one;
/// - what the features do not tell: if errors grow with something that is no feature.
///
/// The boundaries are by how many rows a chunk has, and not by how good the trees are.
///
/// Missing values are a bin of their own, below all others; infinities are as any large number.
/// The same rows give the same answer, whatever the number of threads.
///
/// Cost: per loss (four of them for the six metrics) and fold
/// `O(trees · columns · rows · ln leaves)`; estimating `O(trees · rows · ln leaves)`. Memory: a
/// byte a value, 8 bytes a row and loss.
///
/// ```
/// use mlops_drift::Rows;
/// use mlops_drift::chunks::Chunking;
/// use mlops_drift::performance::{Dle, DleSettings, RegressionColumns, RegressionMetric};
///
/// // The model says x; the truth lies further off the larger x is.
/// let table = |from: u32| {
///     let x: Vec<f64> = (0..600).map(|row| f64::from(from + row * 37 % 101)).collect();
///     let off = |(row, x): (u32, &f64)| x + x * f64::from(row * 71 % 97) / 97.0;
///     Rows::default()
///         .numbers("y", (0..600).zip(&x).map(off).collect())?
///         .numbers("predicted", x.clone())?
///         .numbers("x", x)
/// };
/// let columns = RegressionColumns::new("predicted", "y", ["x"]);
/// let settings = DleSettings::default().chunks(Chunking::size(200)).metrics([RegressionMetric::Mae]);
/// let dle = Dle::fit(&table(0)?, &columns, &settings)?;
/// // Later, without "y", or with it where it came; here with it, to see how close.
/// let found = dle.estimate(&table(40)?)?;
/// let mae = found[0].get("mae").unwrap();
/// assert!(mae.alert && mae.value.unwrap() > 1.2 * dle.reference()[0].get("mae").unwrap().value.unwrap());
/// # Ok::<(), mlops_drift::Error>(())
/// ```
///
/// # Source
/// `NannyML` 0.13.1, `DLE`. Realized metrics, thresholds and sampling errors are the tool's;
/// estimates are close to it, since the trees are our own. Different on purpose: one model serves a metric
/// and its root; the reference's chunks are estimated by trees that have not seen them
/// ([`DleSettings::reference_folds`]); a reference row without target or prediction is an
/// error, and not left out; the sampling error of a percentage takes the target's size, not
/// its sign.
#[derive(Clone, Debug)]
pub struct Dle {
    settings: DleSettings,
    columns: RegressionColumns,
    inputs: Inputs,
    learnt: Vec<Learnt>,
    thresholds: BTreeMap<RegressionMetric, Thresholds>,
    reference: Vec<ChunkPerformance>,
}

impl Dle {
    /// Learns the losses of the reference, and what is usual.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows; [`Error::Setting`] if one is outside its range or rows
    /// can't be cut; [`Error::Schema`] if a column is missing or of another kind;
    /// [`Error::Input`] without features or with one twice, with fewer rows than two leaves
    /// (a fold apart), and with the row of the first target or prediction that is missing,
    /// infinite, below 0 while msle or rmsle is asked for, or whose loss is too large for a number;
    /// [`Error::Undefined`] if all losses are the same.
    pub fn fit<'r>(
        reference: impl Into<TimedRows<'r>>,
        columns: &RegressionColumns,
        settings: &DleSettings,
    ) -> Result<Self> {
        Self::fit_watched(reference, columns, settings, &|_| ())
    }

    /// As [`fit`](Self::fit); `watch` is told after each tree, from any thread, how far it is.
    ///
    /// # Errors
    /// As [`fit`](Self::fit).
    pub fn fit_watched<'r>(
        reference: impl Into<TimedRows<'r>>,
        columns: &RegressionColumns,
        settings: &DleSettings,
        watch: &(dyn Fn(FitProgress) + Sync),
    ) -> Result<Self> {
        let reference = reference.into();
        let rows = reference.rows;
        if rows.is_empty() {
            return Err(Error::Empty { window: "reference" });
        }
        settings.check()?;
        columns.check()?;
        let names = columns.features.iter().chain([&columns.prediction]);
        let looked_at: Vec<&RowColumn> = names.map(|name| column(rows, name)).collect::<Result<_>>()?;
        let order = reference.order();
        let losses = losses(rows, columns, settings, &order)?;
        enough(rows.len(), settings)?;
        let chunks = cut(&reference, settings)?;
        let inputs = Inputs::fit(&looked_at, &order);
        let (learnt, expected) = fit(&inputs, &looked_at, &order, &losses, settings, watch)?;
        let mut thresholds = BTreeMap::new();
        for metric in &settings.metrics {
            let realized: Vec<Option<f64>> =
                chunks.iter().map(|rows| realized(*metric, &losses, rows)).collect();
            let threshold = settings.threshold_of(*metric);
            thresholds.insert(*metric, threshold.of(&realized, RegressionMetric::REACH));
        }
        let mut fitted = Self {
            settings: settings.clone(),
            columns: columns.clone(),
            inputs,
            learnt,
            thresholds,
            reference: Vec::new(),
        };
        fitted.reference = fitted.judge(Period::Reference, &reference, &chunks, &expected, &losses);
        Ok(fitted)
    }

    /// The chunks of the reference itself; see [`DleSettings::reference_folds`].
    pub fn reference(&self) -> &[ChunkPerformance] {
        &self.reference
    }

    /// Estimates the chunks of other rows. If they have the target, what was realized is
    /// beside it, from those rows of a chunk where it is known. Columns that it
    /// does not know are not looked at.
    ///
    /// # Errors
    /// [`Error::Empty`] without rows; [`Error::Schema`] if a feature or the prediction is
    /// missing or of another kind; [`Error::Input`] with the row of the first prediction or
    /// target that can't be used, as for [`fit`](Self::fit), only that targets may be missing;
    /// [`Error::Setting`] if the rows can't be cut.
    pub fn estimate<'r>(&self, analysis: impl Into<TimedRows<'r>>) -> Result<Vec<ChunkPerformance>> {
        let analysis = analysis.into();
        let rows = analysis.rows;
        if rows.is_empty() {
            return Err(Error::Empty { window: "analysis" });
        }
        let looked_at = self.inputs.of(rows)?;
        let order = analysis.order();
        let losses = if rows.column(&self.columns.target).is_some() {
            losses_known(rows, &self.columns, &self.settings, &order)?
        } else {
            numbers(rows, &self.columns.prediction, &self.settings, false)?;
            Losses::new()
        };
        let chunks = cut(&analysis, &self.settings)?;
        let nannies: Vec<&Nanny> = self.learnt.iter().map(|learnt| &learnt.nanny).collect();
        let expected = self.inputs.expected(&looked_at, &order, &nannies);
        let expected: Losses = self.learnt.iter().map(|learnt| learnt.loss).zip(expected).collect();
        Ok(self.judge(Period::Analysis, &analysis, &chunks, &expected, &losses))
    }

    fn judge(
        &self,
        period: Period,
        rows: &TimedRows<'_>,
        chunks: &[Range<usize>],
        expected: &Losses,
        losses: &Losses,
    ) -> Vec<ChunkPerformance> {
        let times = rows.sorted_times();
        let estimated = |metric: &RegressionMetric, rows: &Range<usize>| {
            let spread = self.learnt.iter().find(|learnt| learnt.loss == metric.loss())?.spread;
            let sighted = Sighted {
                value: Some(metric.of(&expected.get(&metric.loss())?[rows.clone()])),
                sampling_error: Some(metric.sampling_error(spread, rows.len())),
                realized: realized(*metric, losses, rows),
                reason: None,
            };
            let thresholds = self.thresholds.get(metric).copied().unwrap_or_default();
            Some(Estimated::new(metric.name(), sighted, thresholds, RegressionMetric::REACH))
        };
        let chunk = |(chunk_index, rows): (usize, &Range<usize>)| ChunkPerformance {
            period,
            chunk_index,
            start_index: rows.start,
            end_index: rows.end - 1,
            window: match (self.settings.chunking.calendar(), &times) {
                (Some(calendar), Some(times)) => Some(calendar.window_of(times[rows.start])),
                _ => None,
            },
            metrics: self.settings.metrics.iter().filter_map(|metric| estimated(metric, rows)).collect(),
        };
        chunks.iter().enumerate().map(chunk).collect()
    }
}

fn cut(rows: &TimedRows<'_>, settings: &DleSettings) -> Result<Vec<Range<usize>>> {
    match rows.sorted_times() {
        Some(times) => settings.chunking.split_by_time(&times),
        None => settings.chunking.split(rows.rows.len()),
    }
}

/// Of the smallest part that trees are grown on, one split must be possible.
fn enough(rows: usize, settings: &DleSettings) -> Result<()> {
    let needed = settings.leaf_rows.saturating_mul(2);
    let folds = settings.reference_folds;
    let fewest = if folds == 0 { rows } else { rows - rows.div_ceil(folds) };
    if fewest >= needed {
        return Ok(());
    }
    let expected = match folds {
        0 => format!("at least {needed}, two leaves"),
        _ => format!("at least {needed}, two leaves, without the largest of {folds} folds"),
    };
    Err(Error::input("the number of rows of the reference", rows.to_string(), expected))
}

/// The losses of the reference in this order of its rows.
fn losses(
    rows: &Rows,
    columns: &RegressionColumns,
    settings: &DleSettings,
    order: &[usize],
) -> Result<Losses> {
    numbers(rows, &columns.target, settings, false)?;
    losses_known(rows, columns, settings, order)
}

/// The same, NaN where the target is missing.
fn losses_known(
    rows: &Rows,
    columns: &RegressionColumns,
    settings: &DleSettings,
    order: &[usize],
) -> Result<Losses> {
    let targets = numbers(rows, &columns.target, settings, true)?;
    let predictions = numbers(rows, &columns.prediction, settings, false)?;
    let mut losses = Losses::new();
    for loss in settings.metrics.iter().map(|metric| metric.loss()) {
        if let Entry::Vacant(place) = losses.entry(loss) {
            place.insert(of_rows(loss, targets, predictions, order)?);
        }
    }
    Ok(losses)
}

fn of_rows(loss: Loss, targets: &[f64], predictions: &[f64], order: &[usize]) -> Result<Vec<f64>> {
    let of_row = |row: &usize| {
        let value = loss.of(targets[*row], predictions[*row]);
        if value.is_infinite() {
            let found = format!("of target {:e} and prediction {:e}", targets[*row], predictions[*row]);
            return Err(Error::input(format!("the {} of row {row}", loss.name()), found, "a finite number"));
        }
        Ok(value)
    };
    order.iter().map(of_row).collect()
}

/// What a metric was in these rows, as far as their targets are known.
fn realized(metric: RegressionMetric, losses: &Losses, rows: &Range<usize>) -> Option<f64> {
    let known: Vec<f64> =
        losses.get(&metric.loss())?[rows.clone()].iter().copied().filter(|loss| !loss.is_nan()).collect();
    if known.is_empty() { None } else { Some(metric.of(&known)) }
}
