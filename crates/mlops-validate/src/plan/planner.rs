use std::any::{Any, TypeId};
use std::collections::BTreeSet;
use std::marker::PhantomData;
use std::sync::Arc;

use arrow_schema::{DataType, Schema};
use hashbrown::HashMap;

use super::metric::AnyMetric;
use super::state::Failure;
use super::{Accumulator, Metric};
use crate::condition::RowCondition;
use crate::expectation::{Judge, Judgement, Mostly};
use crate::metric::{Breaks, Examined, Keep, RowsThatBreak, no_key};
use crate::rule::ValueRule;
use crate::table::only_column;
use crate::{Error, Result};

/// The rows that an expectation is about: all, or those that fulfil a condition.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Domain(pub(super) Option<usize>);

impl Domain {
    /// All rows.
    pub const ALL: Self = Self(None);

    /// Tells domains of one plan apart, for the keys of metrics.
    pub fn key(self) -> String {
        self.0.map_or_else(String::new, |at| format!(" where {at}"))
    }
}

/// The way back to what a metric measured.
#[derive(Debug)]
pub struct Handle<T> {
    at: usize,
    output: PhantomData<fn() -> T>,
}

impl<T> Clone for Handle<T> {
    fn clone(&self) -> Self {
        *self
    }
}

impl<T> Copy for Handle<T> {}

/// A column, which of its rows, and what breaks the rule.
pub(crate) type JudgedRows = (String, Option<RowCondition>, Breaks);

/// Collects what the expectations of a suite need to have measured.
#[derive(Debug)]
pub struct Planner<'a> {
    pub(super) schema: &'a Schema,
    pub(super) keep: &'a Keep,
    pub(super) metrics: Vec<Box<dyn AnyMetric>>,
    pub(super) conditions: Vec<RowCondition>,
    pub(super) columns: BTreeSet<String>,
    /// The columns of each metric, and of the conditions that its expectations have asked for.
    pub(super) looked_at: Vec<BTreeSet<String>>,
    /// The columns of the conditions that the present expectation has asked for.
    of_conditions: BTreeSet<String>,
    /// What the present expectation has had judged row by row.
    judged: Vec<JudgedRows>,
    /// How often the present expectation asked for something to be measured.
    asked: usize,
    known: HashMap<(TypeId, String), usize>,
    known_conditions: HashMap<String, usize>,
}

impl<'a> Planner<'a> {
    pub(super) fn new(schema: &'a Schema, keep: &'a Keep) -> Self {
        Self {
            schema,
            keep,
            metrics: Vec::new(),
            conditions: Vec::new(),
            columns: keep.columns().map(ToOwned::to_owned).collect(),
            looked_at: Vec::new(),
            of_conditions: BTreeSet::new(),
            judged: Vec::new(),
            asked: 0,
            known: HashMap::new(),
            known_conditions: HashMap::new(),
        }
    }

    /// What is asked for from now on is for another expectation.
    pub(crate) fn next_expectation(&mut self) {
        self.asked = 0;
        self.of_conditions.clear();
        self.judged.clear();
    }

    /// What the present expectation has had judged row by row.
    pub(crate) fn take_judged(&mut self) -> Vec<JudgedRows> {
        std::mem::take(&mut self.judged)
    }

    /// The columns of the table.
    pub fn schema(&self) -> &'a Schema {
        self.schema
    }

    /// How many of the rows that break a rule are kept, and what of them.
    pub fn keep(&self) -> &'a Keep {
        self.keep
    }

    /// The type of a column that an expectation needs.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if the table has no such column, or several of that name.
    pub fn column(&self, name: &str) -> Result<&'a DataType> {
        let at = only_column(self.schema, name)
            .map_err(|reason| Error::Evaluation { rule: format!("column {name:?}"), reason })?;
        Ok(self.schema.field(at).data_type())
    }

    /// The rows that fulfil a condition; all if there is none.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if the condition can't be evaluated on these columns.
    pub fn domain(&mut self, condition: Option<&RowCondition>) -> Result<Domain> {
        let Some(condition) = condition else { return Ok(Domain::ALL) };
        for column in condition.meaning()?.columns() {
            self.column(column)
                .map_err(|error| Error::Evaluation { rule: condition.rule(), reason: error.to_string() })?;
            self.columns.insert(column.to_owned());
            self.of_conditions.insert(column.to_owned());
        }
        let next = self.conditions.len();
        let at = *self.known_conditions.entry(condition.key()).or_insert(next);
        if at == next {
            self.conditions.push(condition.clone());
        }
        Ok(Domain(Some(at)))
    }

    /// Has the values of a column looked at one by one: the judgement holds if at least
    /// `mostly` of those in the domain obey the rule. Values that are missing are left out.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if there is no such column, or the condition can't be evaluated.
    pub fn judge_values(
        &mut self,
        column: &str,
        condition: Option<&RowCondition>,
        mostly: Mostly,
        rule: impl ValueRule,
    ) -> Result<Judge> {
        self.judge_rows(column, condition, mostly, Breaks::Rule(Arc::new(rule)))
    }

    pub(crate) fn judge_rows(
        &mut self,
        column: &str,
        condition: Option<&RowCondition>,
        mostly: Mostly,
        breaks: Breaks,
    ) -> Result<Judge> {
        self.column(column)?;
        self.keep.check_keys(self.schema)?;
        let domain = self.domain(condition)?;
        let of_values = matches!(breaks, Breaks::Rule(_));
        self.judged.push((column.to_owned(), condition.cloned(), breaks.clone()));
        let (keep, column) = (self.keep.clone(), column.to_owned());
        let examined = self.measure(RowsThatBreak { breaks, column, domain, keep });
        Ok(Box::new(move |measured| Ok(Judgement::rows(measured.get(examined)?, mostly.share(), of_values))))
    }

    /// Judges rows that a metric kept before it knew whether they break the rule, with a
    /// [`Keep`] that says so: a key column may be absent only if none does.
    pub(crate) fn judge_examined(&self, examined: Handle<Examined>, mostly: Mostly) -> Judge {
        let absent = self.keep.need_keys(self.schema);
        Box::new(move |measured| {
            let examined = measured.get(examined)?;
            if let Some(reason) = &examined.failed {
                return Err(Error::Evaluation {
                    rule: "the table as a whole".to_owned(),
                    reason: reason.clone(),
                });
            }
            match &absent {
                Some((name, reason)) if examined.broken.count > 0 => Err(no_key(name, reason)),
                _ => Ok(Judgement::rows(examined, mostly.share(), true)),
            }
        })
    }

    /// Has the rows of a column counted, and those without a value, if it is there and the
    /// expectation has something measured.
    pub(crate) fn count_values(&mut self, column: Option<&str>) -> Option<Handle<Examined>> {
        let column = column.filter(|column| self.asked > 0 && self.column(column).is_ok())?.to_owned();
        let keep = self.keep.clone();
        let (breaks, domain) = (Breaks::Missing, Domain::ALL);
        Some(self.measure(RowsThatBreak { breaks, column, domain, keep }))
    }

    /// Has a metric measured; the handle gives its output when the judgement is made.
    pub fn measure<M: Metric>(&mut self, metric: M) -> Handle<<M::State as Accumulator>::Output> {
        self.asked += 1;
        let next = self.metrics.len();
        let at = *self.known.entry((TypeId::of::<M>(), metric.key())).or_insert(next);
        if at == next {
            let columns = || metric.columns().into_iter().map(ToOwned::to_owned);
            self.columns.extend(columns());
            self.looked_at.push(columns().collect());
            self.metrics.push(Box::new(metric));
        }
        self.looked_at[at].extend(self.of_conditions.iter().cloned());
        Handle { at, output: PhantomData }
    }
}

/// What was measured, or why it could not be.
pub struct Measurements {
    pub(super) outputs: Vec<Result<Box<dyn Any + Send + Sync>, Failure>>,
}

impl std::fmt::Debug for Measurements {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Measurements").field("outputs", &self.outputs.len()).finish()
    }
}

impl Measurements {
    /// What the metric behind the handle measured.
    ///
    /// # Errors
    /// [`Error::Evaluation`] if it could not be measured on this data.
    ///
    /// # Panics
    /// If the handle comes from another plan.
    pub fn get<T: 'static>(&self, handle: Handle<T>) -> Result<&T> {
        match &self.outputs[handle.at] {
            Ok(output) => Ok(output.downcast_ref().expect("a handle has the type of its metric's output")),
            Err((rule, reason)) => Err(Error::Evaluation { rule: rule.clone(), reason: reason.clone() }),
        }
    }
}
