use std::fmt;
use std::ops::ControlFlow;
use std::sync::Arc;

use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::{ArrowError, SchemaRef};

use super::Suite;
use crate::expectation::Judge;
#[cfg(doc)]
use crate::expectation::{
    AggregateBetween, CompoundUnique, DistinctValues, KlDivergence, MostCommonInSet, NotOutliers,
    QuantilesBetween, ValuesUnique, ZScoresBelow,
};
use crate::metric::Examined;
use crate::plan::{Gathered, Handle, Plan, rows_a_window};
use crate::result::{ExpectationResult, ResultFormat, Seen, ValidationResult};
use crate::table::NanIs;
use crate::{Error, Result};

/// How far a validation is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub struct Progress {
    /// Rows that have been looked at.
    pub rows: u64,
    /// How many there are, if the source says so beforehand: a table in memory, Parquet.
    pub total: Option<u64>,
}

pub(crate) type OnProgress<'a> = Box<dyn FnMut(Progress) -> ControlFlow<()> + Send + 'a>;

/// Validates tables with a suite.
///
/// One pass over the record batches: what several expectations need is measured once,
/// with the threads of rayon's current pool. The result does not depend on how the rows
/// are split into batches, nor on the number of threads.
///
/// Memory is a window of batches, and of the rows that break a rule those that are kept: at
/// [`Level::Complete`](crate::result::Level::Complete) the numbers of all of them. Most
/// expectations have a state that does not depend on how many rows there are; these have not:
///
/// | state | expectations |
/// | --- | --- |
/// | the column itself | [`median`](AggregateBetween::median), [`QuantilesBetween`], [`ZScoresBelow`], [`NotOutliers`], [`KlDivergence::describe_numbers`] |
/// | its distinct values | [`ValuesUnique`], [`unique_count`](AggregateBetween::unique_count), [`unique_share`](AggregateBetween::unique_share), [`DistinctValues`], [`MostCommonInSet`], [`KlDivergence`] of values without bins |
/// | distinct rows of some columns | [`CompoundUnique`] |
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Int64Array, RecordBatch};
/// use mlops_validate::result::{Level, ResultFormat};
/// use mlops_validate::{Suite, expectation::ValuesBetween};
///
/// let distance: ArrayRef = Arc::new(Int64Array::from(vec![Some(187), Some(-5), None]));
/// let batch = RecordBatch::try_from_iter([("distance", distance)])?;
/// let suite = Suite::new("flights").expect(ValuesBetween::new("distance").above(0));
/// let result = suite
///     .validator()
///     .result_format(ResultFormat::new(Level::Complete))
///     .on_progress(|progress| {
///         eprintln!("{} rows", progress.rows);
///         std::ops::ControlFlow::Continue(())
///     })
///     .batches(&[batch])?;
/// assert_eq!(
///     result.lines(),
///     ["distance: expected above 0, but 1 of 2 values are not (50.00 %): row 1 has -5"]
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct Validator<'a> {
    suite: &'a Suite,
    format: Arc<ResultFormat>,
    nan: NanIs,
    counts: bool,
    on_progress: Option<OnProgress<'a>>,
}

impl fmt::Debug for Validator<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Validator")
            .field("suite", &self.suite.name())
            .field("format", &self.format)
            .field("nan", &self.nan)
            .finish_non_exhaustive()
    }
}

impl<'a> Validator<'a> {
    pub(super) fn new(suite: &'a Suite) -> Self {
        Self { suite, format: Arc::default(), nan: NanIs::default(), counts: false, on_progress: None }
    }

    /// What the result says of rows that break a rule; [`Level::Summary`](crate::result::Level)
    /// if not set.
    pub fn result_format(mut self, format: ResultFormat) -> Self {
        self.format = Arc::new(format);
        self
    }

    pub(super) fn suite(&self) -> &'a Suite {
        self.suite
    }

    pub(super) fn format(&self) -> &ResultFormat {
        &self.format
    }

    pub(super) fn nan(&self) -> NanIs {
        self.nan
    }

    /// What NaN stands for; a missing value if not set.
    pub fn nan_is(mut self, nan: NanIs) -> Self {
        self.nan = nan;
        self
    }

    /// Counts, for each expectation about a figure of a column such as its mean, the
    /// column's rows and how many of them have no value. Results in the form of 0.18 have
    /// these counts; otherwise they are [`ExpectationResult::seen`].
    pub fn count_values(mut self) -> Self {
        self.counts = true;
        self
    }

    /// Is told now and then how far the work is, and may stop it. It may be called from
    /// any thread, from one at a time.
    pub fn on_progress(mut self, call: impl FnMut(Progress) -> ControlFlow<()> + Send + 'a) -> Self {
        self.on_progress = Some(Box::new(call));
        self
    }

    /// Prepares the suite for tables of a schema. An expectation that can't be evaluated on
    /// them is kept, and its result says why.
    pub fn compile(&self, schema: &SchemaRef) -> Compiled<'a> {
        let entries = self.suite.entries();
        let (plan, judges) = Plan::new(schema, &self.format.keep(), self.nan, |planner| {
            entries
                .iter()
                .map(|entry| {
                    planner.next_expectation();
                    let judge = entry.expectation.plan(planner).map_err(|error| error.to_string());
                    let counted =
                        self.counts.then(|| planner.count_values(entry.expectation.column())).flatten();
                    (judge, counted)
                })
                .collect()
        });
        Compiled { suite: self.suite, format: Arc::clone(&self.format), plan, judges }
    }

    /// Validates a table that is in memory.
    ///
    /// # Errors
    /// [`Error::Input`] if there is no batch (and with it no schema) or a batch has another
    /// schema, [`Error::Stopped`] if the progress callback breaks.
    pub fn batches(self, batches: &[RecordBatch]) -> Result<ValidationResult> {
        let Some(first) = batches.first() else {
            return Err(Error::input("table", "there is no record batch, and so no schema"));
        };
        let schema = first.schema();
        let columns = |batch: &RecordBatch| -> Vec<(String, String)> {
            let fields = batch.schema_ref().fields().iter();
            fields.map(|field| (field.name().clone(), field.data_type().to_string())).collect()
        };
        if let Some(at) = batches.iter().position(|batch| columns(batch) != columns(first)) {
            let reason = format!("record batch {at} has other columns than the first");
            return Err(Error::input("table", reason));
        }
        let total = batches.iter().map(|batch| batch.num_rows() as u64).sum();
        let rows: Vec<_> = batches.iter().cloned().map(Ok).collect();
        self.read(arrow_array::RecordBatchIterator::new(rows, schema), Some(total), &unreadable)
    }

    /// Validates a table that is read batch by batch, such as a Parquet file. Read only the
    /// columns that [`Compiled::columns`] names if the file has many.
    ///
    /// # Errors
    /// [`Error::Input`] if the reader fails or gives a batch of another schema,
    /// [`Error::Stopped`] if the progress callback breaks.
    pub fn reader(self, reader: impl RecordBatchReader) -> Result<ValidationResult> {
        self.read(reader, None, &unreadable)
    }

    /// `failed` makes an error of what the reader says after so many rows.
    /// The places of the columns that are looked at, at least one so that rows can be counted;
    /// `None` if whole rows are to be shown.
    #[cfg(any(feature = "csv", feature = "json"))]
    pub(crate) fn looked_at(&self, schema: &SchemaRef) -> Option<Vec<usize>> {
        if self.format.keep().whole_rows > 0 {
            return None;
        }
        let compiled = self.compile(schema);
        let names = compiled.columns();
        let fields = schema.fields().iter().enumerate();
        let looked_at =
            fields.filter(|(place, field)| names.contains(field.name()) || (names.is_empty() && *place == 0));
        Some(looked_at.map(|(place, _)| place).collect())
    }

    pub(crate) fn read(
        mut self,
        reader: impl RecordBatchReader,
        total: Option<u64>,
        failed: &dyn Fn(ArrowError, u64) -> Error,
    ) -> Result<ValidationResult> {
        let compiled = self.compile(&reader.schema());
        let mut part = compiled.part(0);
        let window = rows_a_window();
        let mut waiting = Vec::new();
        let mut rows = 0;
        for batch in reader {
            let batch = batch.map_err(|error| failed(error, part.rows() + rows as u64))?;
            rows += batch.num_rows();
            waiting.push(batch);
            if rows >= window {
                part.update(&waiting)?;
                waiting.clear();
                rows = 0;
                self.report(part.rows(), total)?;
            }
        }
        part.update(&waiting)?;
        self.report(part.rows(), total)?;
        Ok(part.finish())
    }

    #[cfg(feature = "parquet")]
    pub(crate) fn take_on_progress(&mut self) -> Option<OnProgress<'a>> {
        self.on_progress.take()
    }

    fn report(&mut self, rows: u64, total: Option<u64>) -> Result<()> {
        match self.on_progress.as_mut().map(|call| call(Progress { rows, total })) {
            Some(ControlFlow::Break(())) => Err(Error::Stopped { rows }),
            _ => Ok(()),
        }
    }
}

fn unreadable(error: ArrowError, rows: u64) -> Error {
    Error::Input {
        what: "table".to_owned(),
        reason: format!("it can't be read after {rows} rows"),
        source: Some(Box::new(error)),
    }
}

/// How to judge an expectation, or why it can't be; and where its column is counted.
type Planned = (Result<Judge, String>, Option<Handle<Examined>>);

/// A suite prepared for tables of a schema.
///
/// To validate a table whose parts lie in different places, gather each part by itself
/// and merge them in order: the result is that of the whole table.
pub struct Compiled<'a> {
    suite: &'a Suite,
    format: Arc<ResultFormat>,
    plan: Plan,
    judges: Vec<Planned>,
}

impl fmt::Debug for Compiled<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Compiled").field("suite", &self.suite.name()).field("plan", &self.plan).finish()
    }
}

impl Compiled<'_> {
    /// The columns that are looked at, sorted; the others need not be read.
    pub fn columns(&self) -> &[String] {
        self.plan.columns()
    }

    #[cfg(feature = "parquet")]
    pub(crate) fn plan(&self) -> &Plan {
        &self.plan
    }

    /// The result of what was gathered of a whole table.
    pub(crate) fn finish(&self, gathered: Gathered) -> ValidationResult {
        let rows = gathered.rows();
        let measured = gathered.finish();
        let results = self
            .suite
            .entries()
            .iter()
            .zip(&self.judges)
            .map(|(entry, (judge, counted))| ExpectationResult {
                entry: entry.clone(),
                outcome: match judge {
                    Ok(judge) => judge(&measured).map_err(|error| error.to_string()),
                    Err(reason) => Err(reason.clone()),
                },
                seen: counted
                    .and_then(|counted| measured.get(counted).ok())
                    .map(|examined| Seen { rows: examined.rows, missing: examined.missing }),
                format: Arc::clone(&self.format),
            })
            .collect();
        ValidationResult {
            suite: self.suite.name().to_owned(),
            rows,
            results,
            parameters: self.suite.parameters.clone(),
        }
    }

    /// A part of the table that begins at this row.
    pub fn part(&self, first_row: u64) -> Part<'_> {
        Part { compiled: self, gathered: self.plan.start(first_row) }
    }
}

/// What has been gathered of consecutive rows of a table.
#[derive(Debug)]
pub struct Part<'a> {
    compiled: &'a Compiled<'a>,
    gathered: Gathered,
}

impl Part<'_> {
    /// Rows gathered so far.
    pub fn rows(&self) -> u64 {
        self.gathered.rows()
    }

    /// Takes in the batches that follow. Columns that are not looked at may be absent.
    ///
    /// # Errors
    /// [`Error::Input`] if a column is absent or of another type than was announced.
    pub fn update(&mut self, batches: &[RecordBatch]) -> Result<()> {
        self.gathered.update(&self.compiled.plan, batches)
    }

    /// Takes in the part that follows.
    ///
    /// # Errors
    /// [`Error::Input`] if it does not begin where this one ends.
    pub fn merge(&mut self, later: Self) -> Result<()> {
        self.gathered.merge(later.gathered)
    }

    /// The result.
    pub fn finish(self) -> ValidationResult {
        self.compiled.finish(self.gathered)
    }
}
