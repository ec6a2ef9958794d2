use arrow_array::{RecordBatch, RecordBatchReader};
use arrow_schema::SchemaRef;
use mlops_core::Severity;

use super::rows::{Broken, Splitter};
use crate::result::{ExpectationResult, Level, ResultFormat, ValidationResult};
use crate::suite::OnProgress;
use crate::table::NanIs;
use crate::{Error, Progress, Result, Suite, Validator};

/// Takes a table apart: rows that break no rule of a suite are accepted, the others
/// quarantined with the reasons.
///
/// Every expectation about rows counts, whether it holds as a whole or not: `mostly` says
/// how many rows may break a rule, not that those are good. Expectations about a table or
/// a column as a whole quarantine nothing; what they say is in [`Split::validation`].
///
/// The table is read twice, once to judge the rows and once to take them apart, so that
/// rules that need the whole table count too, such as uniqueness. Memory is that of a
/// [`Validator`](crate::Validator), and 8 bytes for each row and rule that it breaks.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Int64Array, RecordBatch, RecordBatchIterator};
/// use mlops_validate::Suite;
/// use mlops_validate::expectation::{ValuesBetween, ValuesUnique};
///
/// # let column = |values: Vec<i64>| Arc::new(Int64Array::from(values)) as ArrayRef;
/// # let batch = RecordBatch::try_from_iter([
/// #     ("id", column(vec![1, 2, 2, 3])), ("distance", column(vec![187, -5, 96, 8])),
/// # ])?;
/// let suite = Suite::new("flights")
///     .expect(ValuesUnique::new("id"))
///     .expect(ValuesBetween::new("distance").above(0));
/// let (mut good, mut bad) = (Vec::new(), Vec::new());
/// let open = || Ok(RecordBatchIterator::new([Ok(batch.clone())], batch.schema()));
/// let split = suite.quarantine().split(
///     open,
///     |accepted| { good.push(accepted.clone()); Ok(()) },
///     |quarantined| { bad.push(quarantined.clone()); Ok(()) },
/// )?;
/// assert_eq!((split.accepted, split.quarantined), (2, 2));
/// # let reasons: &arrow_array::StringArray = bad[0].column_by_name("quarantine_reason").unwrap().as_any().downcast_ref().unwrap();
/// assert_eq!(reasons.value(0), "id: unique; distance: above 0");
/// assert_eq!(reasons.value(1), "id: unique");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[must_use]
pub struct Quarantine<'a> {
    suite: &'a Suite,
    nan: NanIs,
    severity: Severity,
    reason_column: String,
    row_column: Option<String>,
    on_progress: Option<OnProgress<'a>>,
}

/// What became of the rows.
#[derive(Clone, Debug)]
#[non_exhaustive]
#[must_use]
pub struct Split {
    /// Rows that break no rule.
    pub accepted: u64,
    /// Rows that break one or more.
    pub quarantined: u64,
    /// The suite's results.
    pub validation: ValidationResult,
}

impl std::fmt::Debug for Quarantine<'_> {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Quarantine")
            .field("suite", &self.suite.name())
            .field("nan", &self.nan)
            .field("severity", &self.severity)
            .field("reason_column", &self.reason_column)
            .field("row_column", &self.row_column)
            .finish_non_exhaustive()
    }
}

impl Suite {
    /// Takes a table apart by the rules about its rows.
    pub fn quarantine(&self) -> Quarantine<'_> {
        Quarantine {
            suite: self,
            nan: NanIs::default(),
            severity: Severity::Info,
            reason_column: "quarantine_reason".to_owned(),
            row_column: Some("quarantine_row".to_owned()),
            on_progress: None,
        }
    }
}

impl<'a> Quarantine<'a> {
    /// Only rules at least as severe as this count; all if not set.
    pub fn at_least(mut self, severity: Severity) -> Self {
        self.severity = severity;
        self
    }

    /// What NaN stands for; a missing value if not set.
    pub fn nan_is(mut self, nan: NanIs) -> Self {
        self.nan = nan;
        self
    }

    /// The column of quarantined rows that says which rules they break, `; ` between them;
    /// `quarantine_reason` if not set.
    pub fn reason_column(mut self, name: impl Into<String>) -> Self {
        self.reason_column = name.into();
        self
    }

    /// The column of quarantined rows with their number in the table, from 0;
    /// `quarantine_row` if not set, none if `None`.
    pub fn row_column(mut self, name: Option<&str>) -> Self {
        self.row_column = name.map(str::to_owned);
        self
    }

    /// Is told now and then how far the work is, and may stop it. The rows of the table are
    /// counted twice: they are read twice.
    pub fn on_progress(
        mut self,
        call: impl FnMut(Progress) -> std::ops::ControlFlow<()> + Send + 'a,
    ) -> Self {
        self.on_progress = Some(Box::new(call));
        self
    }

    /// Takes apart a table that can be read twice. Batches without rows are not passed on.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if a rule about rows can't be evaluated: nothing is accepted
    /// unseen. [`Error::Input`] if a source fails, the two readings differ in their columns
    /// or number of rows, or the table has a column of the name of one that is added;
    /// [`Error::Stopped`] if the progress callback breaks; and what the two callbacks return.
    pub fn split<R: RecordBatchReader>(
        mut self,
        open: impl Fn() -> Result<R>,
        accepted: impl FnMut(&RecordBatch) -> Result<()>,
        quarantined: impl FnMut(&RecordBatch) -> Result<()>,
    ) -> Result<Split> {
        let first = open()?;
        let schema = first.schema();
        let validation = self.validator().reader(first)?;
        let splitter = self.splitter(&schema, &validation)?;
        self.take_apart(open()?, splitter, validation, accepted, quarantined)
    }

    /// What judges the rows.
    pub(super) fn validator(&mut self) -> Validator<'_> {
        let format = ResultFormat::new(Level::Complete);
        let validator = self.suite.validator().result_format(format).nan_is(self.nan);
        match &mut self.on_progress {
            None => validator,
            Some(call) => validator.on_progress(|Progress { rows, total }| {
                call(Progress { rows, total: total.and_then(|total| total.checked_mul(2)) })
            }),
        }
    }

    /// What takes the table apart, once it has been judged.
    pub(super) fn splitter(&self, schema: &SchemaRef, validation: &ValidationResult) -> Result<Splitter> {
        let counts = |result: &&ExpectationResult| result.entry.severity >= self.severity;
        let mut rules = Vec::new();
        for result in validation.results.iter().filter(counts) {
            if let Err(reason) = &result.outcome {
                let rule = format!("{}: {}", result.subject(), result.expectation().name());
                return Err(Error::Evaluation { rule, reason: reason.clone() });
            }
            rules.extend(Broken::of(result));
        }
        Splitter::new(schema, rules, &self.reason_column, self.row_column.as_deref())
    }

    /// Reads the table again.
    pub(super) fn take_apart(
        mut self,
        reader: impl RecordBatchReader,
        mut splitter: Splitter,
        validation: ValidationResult,
        mut accepted: impl FnMut(&RecordBatch) -> Result<()>,
        mut quarantined: impl FnMut(&RecordBatch) -> Result<()>,
    ) -> Result<Split> {
        let mut split = Split { accepted: 0, quarantined: 0, validation };
        let judged = split.validation.rows;
        for batch in reader {
            let batch = batch.map_err(|error| Error::Input {
                what: "table".to_owned(),
                reason: format!("it can't be read again after {} rows", splitter.rows()),
                source: Some(Box::new(error)),
            })?;
            let (good, bad) = splitter.take(&batch)?;
            if good.num_rows() > 0 {
                accepted(&good)?;
            }
            if bad.num_rows() > 0 {
                quarantined(&bad)?;
            }
            split.accepted += good.num_rows() as u64;
            split.quarantined += bad.num_rows() as u64;
            let rows = judged + splitter.rows();
            let total = judged.checked_mul(2);
            if let Some(call) = &mut self.on_progress
                && call(Progress { rows, total }).is_break()
            {
                return Err(Error::Stopped { rows });
            }
        }
        if splitter.rows() != judged {
            let reason = format!("it had {judged} rows when it was judged, and {} now", splitter.rows());
            return Err(Error::input("table", reason));
        }
        Ok(split)
    }
}
