use arrow_schema::{DataType, TimeUnit};
use serde_json::{Map, Value, json};

use super::rows::{with_condition, write_condition};
use super::{Expectation, Judge, Judgement, Kwargs};
use crate::Result;
use crate::condition::RowCondition;
use crate::metric::CountValues;
use crate::plan::Planner;
use crate::rule::{Members, constants};
use crate::table::{Cell, Scalar};

/// `expect_column_most_common_value_to_be_in_set`: the value that occurs most often is one of
/// a set of constants.
///
/// If several occur equally often there is no such value, and the expectation fails, unless
/// ties are okay: then one of them has to be in the set. Equality is that of
/// [`ValuesInSet`](super::ValuesInSet).
///
/// Needs memory for every distinct value.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Int64Array, RecordBatch};
/// use mlops_validate::{Cell, Suite};
/// use mlops_validate::expectation::MostCommonInSet;
///
/// let suite = Suite::new("flights").expect(MostCommonInSet::new("hour", [Cell::Int(6), Cell::Int(7)]));
/// # let hour: ArrayRef = Arc::new(Int64Array::from(vec![6, 6, 5]));
/// # let batch = RecordBatch::try_from_iter([("hour", hour)])?;
/// let result = suite.validate(&[batch])?;
/// assert!(result.success());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct MostCommonInSet {
    column: String,
    set: Members,
    ties_okay: Option<bool>,
    condition: Option<RowCondition>,
}

impl MostCommonInSet {
    pub(super) const NAME: &str = "expect_column_most_common_value_to_be_in_set";

    /// The most common value is one of `set`.
    pub fn new(column: impl Into<String>, set: impl IntoIterator<Item = Scalar>) -> Self {
        let set = Members::new(set.into_iter().collect(), false);
        Self { column: column.into(), set, ties_okay: None, condition: None }
    }

    /// Of several that are as common, one in the set is enough.
    pub fn ties_okay(mut self) -> Self {
        self.ties_okay = Some(true);
        self
    }

    /// Looks only at the rows that fulfil a condition.
    pub fn only_where(mut self, condition: RowCondition) -> Self {
        self.condition = Some(condition);
        self
    }

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let expected = "a list of constants";
        let written = kwargs.required("value_set", expected)?;
        let set = constants(written).ok_or_else(|| kwargs.invalid("value_set", written, expected))?;
        let ties_okay = match kwargs.optional("ties_okay") {
            None => None,
            Some(_) => Some(kwargs.flag("ties_okay", false)?),
        };
        let (column, condition) = (kwargs.column("column")?, kwargs.condition()?);
        Ok(Self { column, set: Members::new(set, false), ties_okay, condition })
    }
}

/// A value as Great Expectations writes it here: moments with all digits of their unit.
fn written(value: &Scalar, data_type: &DataType) -> Value {
    let digits = match data_type {
        DataType::Timestamp(TimeUnit::Millisecond, _) => 3,
        DataType::Timestamp(TimeUnit::Microsecond, _) => 6,
        DataType::Timestamp(TimeUnit::Nanosecond, _) => 9,
        _ => 0,
    };
    match value {
        Cell::Moment { zoned: false, .. } if digits > 0 => {
            let text = value.to_string();
            let (seconds, fraction) = text.split_once('.').unwrap_or((&text, ""));
            let fraction = &fraction[..fraction.len().min(digits)];
            Value::from(format!("{seconds}.{fraction:0<digits$}"))
        }
        value => value.to_json(),
    }
}

impl Expectation for MostCommonInSet {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = Map::new();
        kwargs.insert("column".to_owned(), Value::from(self.column.as_str()));
        kwargs.insert("value_set".to_owned(), self.set.to_json());
        if let Some(ties_okay) = self.ties_okay {
            kwargs.insert("ties_okay".to_owned(), json!(ties_okay));
        }
        write_condition(&mut kwargs, self.condition.as_ref());
        kwargs
    }

    fn rule(&self) -> String {
        let ties = if self.ties_okay == Some(true) { ", or one of them if there are more" } else { "" };
        let rule = format!("a most common value{ties} in {}", self.set.describe());
        with_condition(rule, self.condition.as_ref())
    }

    fn column(&self) -> Option<&str> {
        Some(&self.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let data_type = planner.column(&self.column)?.clone();
        let domain = planner.domain(self.condition.as_ref())?;
        let counted = planner.measure(CountValues { column: self.column.clone(), domain });
        let (set, ties_okay) = (self.set.clone(), self.ties_okay == Some(true));
        Ok(Box::new(move |measured| {
            let common = measured.get(counted)?.most_common();
            let has = common.iter().any(|value| set.has(value));
            let success = has && (ties_okay || common.len() == 1);
            let observed = common.iter().map(|value| written(value, &data_type)).collect();
            Ok(Judgement::value(success, observed))
        }))
    }
}
