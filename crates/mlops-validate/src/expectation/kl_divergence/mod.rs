//! The distribution of a column against an expected one.

mod entropy;
mod partition;
mod weights;

use serde_json::{Map, Value, json};

pub use partition::Partition;

use super::rows::{with_condition, write_condition};
use super::{Expectation, Judge, Judgement, Kwargs};
use crate::condition::RowCondition;
use crate::metric::{CountValues, Histogram, KeepColumn};
use crate::plan::Planner;
use crate::table::number;
use crate::{Error, Result};
use partition::Of;
use weights::{Holdouts, Weights};

/// `expect_column_kl_divergence_to_be_less_than`: the distribution of a column differs from
/// an expected one by no more than a threshold, in nats.
///
/// A value where nothing was expected makes the divergence infinite, and without a value
/// there is none; both fail, and are `null` in the result. Weight that is held out of the
/// expected distribution makes up for that: it is spread over the values that were not
/// expected, over the tails outside the bins, and over bins without weight.
///
/// Without a distribution the column is described: its own distribution is in the details.
///
/// Memory is that of the bins, or of the distinct values; to find bins, the column is kept.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Float64Array, RecordBatch};
/// use mlops_validate::Suite;
/// use mlops_validate::expectation::{KlDivergence, Partition};
///
/// let usual = Partition::bins([0.0, 10.0, 20.0, 40.0], [0.5, 0.3, 0.2])?;
/// let suite = Suite::new("flights").expect(KlDivergence::from("delay", &usual).at_most(0.1));
/// # let delay: ArrayRef = Arc::new(Float64Array::from(vec![1.0, 5.0, 12.0, 35.0]));
/// # let batch = RecordBatch::try_from_iter([("delay", delay)])?;
/// assert!(suite.validate(&[batch])?.success());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct KlDivergence {
    column: String,
    /// As it was written: what is wrong with it is found when it is evaluated, as Great
    /// Expectations does. `None` describes the column.
    partition: Option<Value>,
    /// `None` allows any.
    threshold: Option<f64>,
    /// `None` is a mistake that is found when it is evaluated.
    tail_holdout: Option<f64>,
    internal_holdout: Option<f64>,
    bucketize: bool,
    /// Parameters that Great Expectations takes and does not look at.
    ignored: Map<String, Value>,
    condition: Option<RowCondition>,
}

impl KlDivergence {
    pub(super) const NAME: &str = "expect_column_kl_divergence_to_be_less_than";

    fn new(column: impl Into<String>, partition: Option<Value>) -> Self {
        Self {
            column: column.into(),
            partition,
            threshold: None,
            tail_holdout: Some(0.0),
            internal_holdout: Some(0.0),
            bucketize: true,
            ignored: Map::new(),
            condition: None,
        }
    }

    /// Compared with a distribution.
    pub fn from(column: impl Into<String>, partition: &Partition) -> Self {
        Self::new(column, Some(partition.to_json()))
    }

    /// Compared with itself, to have the distribution of numbers over bins described.
    pub fn describe_numbers(column: impl Into<String>) -> Self {
        Self::new(column, None)
    }

    /// Compared with itself, to have the distribution of values described.
    pub fn describe_values(column: impl Into<String>) -> Self {
        Self { bucketize: false, ..Self::new(column, None) }
    }

    /// The divergence that is allowed; any if not set.
    pub fn at_most(mut self, threshold: f64) -> Self {
        self.threshold = Some(threshold);
        self
    }

    /// Weight for values that were not expected, or for what lies outside the bins.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is not from 0 to 1.
    pub fn tail_holdout(mut self, weight: f64) -> Result<Self> {
        self.tail_holdout = Some(weight_of("tail_weight_holdout", weight)?);
        Ok(self)
    }

    /// Weight for bins that have none.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is not from 0 to 1.
    pub fn internal_holdout(mut self, weight: f64) -> Result<Self> {
        self.internal_holdout = Some(weight_of("internal_weight_holdout", weight)?);
        Ok(self)
    }

    /// Looks only at the rows that fulfil a condition.
    pub fn only_where(mut self, condition: RowCondition) -> Self {
        self.condition = Some(condition);
        self
    }

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let partition = match kwargs.optional("partition_object") {
            Some(other) if !other.is_object() => {
                let expected = "an object with `weights`, and `values` or `bins`";
                return Err(kwargs.invalid("partition_object", other, expected));
            }
            partition => partition.cloned(),
        };
        let holdout = |name: &'static str| -> Result<Option<f64>> {
            match kwargs.get(name) {
                None => Ok(Some(0.0)),
                Some(Value::Null) => Ok(None),
                Some(value) => {
                    let weight = kwargs.number(name)?.unwrap_or(f64::NAN);
                    let weight = weight_of(name, weight);
                    weight.map(Some).map_err(|_| kwargs.invalid(name, value, "a number from 0 to 1"))
                }
            }
        };
        let mut ignored = Map::new();
        for name in ["min_value", "max_value"] {
            if let Some(value) = kwargs.optional(name) {
                ignored.insert(name.to_owned(), value.clone());
            }
        }
        Ok(Self {
            column: kwargs.column("column")?,
            partition,
            threshold: kwargs.number("threshold")?,
            tail_holdout: holdout("tail_weight_holdout")?,
            internal_holdout: holdout("internal_weight_holdout")?,
            bucketize: kwargs.flag("bucketize_data", true)?,
            ignored,
            condition: kwargs.condition()?,
        })
    }

    fn cannot(reason: impl Into<String>) -> Error {
        Error::Evaluation { rule: Self::NAME.to_owned(), reason: reason.into() }
    }

    /// The weights that are held out, if they can be.
    fn holdouts(&self, partition: Option<&Partition>) -> Result<Holdouts> {
        if let Some(threshold) = self.threshold
            && (threshold < 0.0 || threshold.is_nan())
        {
            return Err(Self::cannot(format!("threshold is {threshold}, expected at least 0")));
        }
        let weight = |name: &str, weight: Option<f64>| {
            weight.ok_or_else(|| Self::cannot(format!("{name} is null, expected a number from 0 to 1")))
        };
        let tail = weight("tail_weight_holdout", self.tail_holdout)?;
        let internal = weight("internal_weight_holdout", self.internal_holdout)?;
        let are_values = partition.map_or(!self.bucketize, |one| matches!(one.of, Of::Values(_)));
        if are_values && internal > 0.0 {
            return Err(Self::cannot("internal_weight_holdout is for bins, not for values"));
        }
        if !are_values && !self.bucketize {
            return Err(Self::cannot("a partition with bins needs bucketize_data"));
        }
        // The tails of a column that is described are known too.
        let tails = match partition.map(|partition| &partition.of) {
            None => !are_values,
            Some(Of::Values(_)) => false,
            Some(Of::Bins { edges, tails }) => {
                let infinite = |edge: Option<&f64>| edge.is_some_and(|edge| edge.is_infinite());
                let ends = (infinite(edges.first()), infinite(edges.last()));
                if tails.is_some() && (ends.0 || ends.1) {
                    return Err(Self::cannot("tail_weights and infinite bins exclude each other"));
                }
                if ends.0 && ends.1 && tail > 0.0 {
                    return Err(Self::cannot("tail_weight_holdout and infinite bins exclude each other"));
                }
                tails.is_some()
            }
        };
        if tails && tail > 0.0 {
            return Err(Self::cannot("tail_weight_holdout and tail_weights exclude each other"));
        }
        Ok(Holdouts { tail, internal })
    }

    fn judgement(threshold: Option<f64>, weights: &Weights) -> Judgement {
        let divergence = weights.divergence();
        let success = threshold.is_none_or(|threshold| divergence <= threshold);
        let observed = if divergence.is_finite() { json!(divergence) } else { Value::Null };
        Judgement::value(success, observed).details(weights.details())
    }
}

fn weight_of(name: &str, weight: f64) -> Result<f64> {
    if (0.0..=1.0).contains(&weight) {
        Ok(weight)
    } else {
        Err(Error::invalid(KlDivergence::NAME, name, weight, "a number from 0 to 1"))
    }
}

impl Expectation for KlDivergence {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = self.ignored.clone();
        let mut write = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                kwargs.insert(name.to_owned(), value);
            }
        };
        let holdout = |weight: Option<f64>| match weight {
            Some(0.0) => None,
            weight => Some(weight.map_or(Value::Null, number)),
        };
        write("column", Some(json!(self.column)));
        write("partition_object", self.partition.clone());
        write("threshold", self.threshold.map(number));
        write("tail_weight_holdout", holdout(self.tail_holdout));
        write("internal_weight_holdout", holdout(self.internal_holdout));
        write("bucketize_data", (!self.bucketize).then_some(json!(false)));
        write_condition(&mut kwargs, self.condition.as_ref());
        kwargs
    }

    fn rule(&self) -> String {
        let rule = match (&self.partition, self.threshold) {
            (None, _) => "any distribution".to_owned(),
            (Some(_), None) => "any divergence from the expected distribution".to_owned(),
            (Some(_), Some(threshold)) => {
                format!("a divergence from the expected distribution of at most {threshold}")
            }
        };
        with_condition(rule, self.condition.as_ref())
    }

    fn column(&self) -> Option<&str> {
        Some(&self.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let data_type = planner.column(&self.column)?;
        let partition = self.partition.as_ref().map(Partition::from_json).transpose();
        let partition = partition.map_err(|error| Self::cannot(error.to_string()))?;
        let holdouts = self.holdouts(partition.as_ref())?;
        let threshold = self.threshold;
        let domain = planner.domain(self.condition.as_ref())?;
        let column = self.column.clone();
        match partition {
            Some(Partition { of: Of::Values(values), weights }) => {
                let expected = weights::ExpectedValues::new(&values, weights, data_type)?;
                let counted = planner.measure(CountValues { column, domain });
                Ok(Box::new(move |measured| {
                    let weights = expected.against(measured.get(counted)?, holdouts);
                    Ok(Self::judgement(threshold, &weights))
                }))
            }
            Some(Partition { of: Of::Bins { .. }, .. }) if data_type.is_temporal() => {
                Err(Self::cannot(format!("values of type {data_type} have no bins")))
            }
            Some(Partition { of: Of::Bins { edges, tails }, weights }) => {
                let binned = planner.measure(Histogram { column, domain, edges: edges.clone() });
                Ok(Box::new(move |measured| {
                    let binned = measured.get(binned)?;
                    let weights = Weights::of_bins(&edges, &weights, tails, binned, holdouts);
                    Ok(Self::judgement(threshold, &weights))
                }))
            }
            None if self.bucketize => {
                if !crate::metric::has_numbers(data_type) {
                    return Err(Self::cannot(format!("values of type {data_type} have no bins")));
                }
                let kept = planner.measure(KeepColumn { column, domain, rows: None });
                Ok(Box::new(move |measured| {
                    let weights = Weights::of_numbers_themselves(measured.get(kept)?, holdouts)?;
                    Ok(Self::judgement(threshold, &weights))
                }))
            }
            None => {
                let counted = planner.measure(CountValues { column, domain });
                Ok(Box::new(move |measured| {
                    let weights = Weights::of_values_themselves(measured.get(counted)?)?;
                    Ok(Self::judgement(threshold, &weights))
                }))
            }
        }
    }
}
