use serde_json::{Map, Value, json};

use super::rows::{with_condition, write_condition};
use super::{Expectation, Judge, Judgement, Kwargs};
use crate::Result;
use crate::condition::RowCondition;
use crate::metric::CountRows;
use crate::plan::Planner;

/// A count that is asked for: one number, or a range.
#[derive(Clone, Copy, Debug)]
enum Count {
    Exactly(i64),
    Between { min: Option<i64>, max: Option<i64>, strict_min: bool, strict_max: bool },
}

impl Count {
    fn parse(kwargs: &Kwargs<'_>, equal: bool, strict: bool) -> Result<Self> {
        if equal {
            kwargs.required("value", "a whole number")?;
            return Ok(Self::Exactly(kwargs.integer("value")?.unwrap_or_default()));
        }
        Ok(Self::Between {
            min: kwargs.integer("min_value")?,
            max: kwargs.integer("max_value")?,
            strict_min: strict && kwargs.flag("strict_min", false)?,
            strict_max: strict && kwargs.flag("strict_max", false)?,
        })
    }

    fn kwargs(self) -> Map<String, Value> {
        let mut kwargs = Map::new();
        let mut write = |name: &str, value: Option<Value>| {
            if let Some(value) = value {
                kwargs.insert(name.to_owned(), value);
            }
        };
        match self {
            Self::Exactly(value) => write("value", Some(json!(value))),
            Self::Between { min, max, strict_min, strict_max } => {
                write("min_value", min.map(Value::from));
                write("max_value", max.map(Value::from));
                write("strict_min", strict_min.then_some(json!(true)));
                write("strict_max", strict_max.then_some(json!(true)));
            }
        }
        kwargs
    }

    fn allows(self, count: u64) -> bool {
        let count = i64::try_from(count).unwrap_or(i64::MAX);
        match self {
            Self::Exactly(value) => count == value,
            Self::Between { min, max, strict_min, strict_max } => {
                min.is_none_or(|min| count > min || (count == min && !strict_min))
                    && max.is_none_or(|max| count < max || (count == max && !strict_max))
            }
        }
    }

    fn describe(self, what: &str) -> String {
        let word =
            |strict: bool, open: &'static str, closed: &'static str| if strict { open } else { closed };
        match self {
            Self::Exactly(value) => format!("{value} {what}"),
            Self::Between { min: None, max: None, .. } => format!("any number of {what}"),
            Self::Between { min, max, strict_min, strict_max } => {
                let min = min.map(|min| format!("{} {min}", word(strict_min, "more than", "at least")));
                let max = max.map(|max| format!("{} {max}", word(strict_max, "fewer than", "at most")));
                let ends: Vec<String> = min.into_iter().chain(max).collect();
                format!("{} {what}", ends.join(" and "))
            }
        }
    }
}

/// `expect_table_row_count_to_equal` and `expect_table_row_count_to_be_between`.
#[derive(Clone, Debug)]
#[must_use]
pub struct RowCount {
    count: Count,
    condition: Option<RowCondition>,
}

impl RowCount {
    pub(super) const EQUAL: &str = "expect_table_row_count_to_equal";
    pub(super) const BETWEEN: &str = "expect_table_row_count_to_be_between";

    /// So many rows.
    pub fn equal(value: i64) -> Self {
        Self { count: Count::Exactly(value), condition: None }
    }

    /// At least `min` and at most `max` rows.
    pub fn between(min: Option<i64>, max: Option<i64>) -> Self {
        Self { count: Count::Between { min, max, strict_min: false, strict_max: false }, condition: None }
    }

    /// Counts only the rows that fulfil a condition.
    pub fn only_where(mut self, condition: RowCondition) -> Self {
        self.condition = Some(condition);
        self
    }

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let count = Count::parse(kwargs, kwargs.expectation() == Self::EQUAL, true)?;
        if let Count::Between { min: Some(min), max: Some(max), .. } = count
            && min > max
        {
            return Err(kwargs.invalid("min_value", &json!(min), "not more than max_value"));
        }
        Ok(Self { count, condition: kwargs.condition()? })
    }
}

impl Expectation for RowCount {
    fn name(&self) -> &str {
        match self.count {
            Count::Exactly(_) => Self::EQUAL,
            Count::Between { .. } => Self::BETWEEN,
        }
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = self.count.kwargs();
        write_condition(&mut kwargs, self.condition.as_ref());
        kwargs
    }

    fn rule(&self) -> String {
        with_condition(self.count.describe("rows"), self.condition.as_ref())
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let domain = planner.domain(self.condition.as_ref())?;
        let rows = planner.measure(CountRows { domain });
        let count = self.count;
        Ok(Box::new(move |measured| {
            let rows = *measured.get(rows)?;
            Ok(Judgement::value(count.allows(rows), json!(rows)))
        }))
    }
}

/// `expect_table_column_count_to_equal` and `expect_table_column_count_to_be_between`.
#[derive(Clone, Debug)]
#[must_use]
pub struct ColumnCount {
    count: Count,
}

impl ColumnCount {
    pub(super) const EQUAL: &str = "expect_table_column_count_to_equal";
    pub(super) const BETWEEN: &str = "expect_table_column_count_to_be_between";

    /// So many columns.
    pub fn equal(value: i64) -> Self {
        Self { count: Count::Exactly(value) }
    }

    /// At least `min` and at most `max` columns.
    pub fn between(min: Option<i64>, max: Option<i64>) -> Self {
        Self { count: Count::Between { min, max, strict_min: false, strict_max: false } }
    }

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        Ok(Self { count: Count::parse(kwargs, kwargs.expectation() == Self::EQUAL, false)? })
    }
}

impl Expectation for ColumnCount {
    fn name(&self) -> &str {
        match self.count {
            Count::Exactly(_) => Self::EQUAL,
            Count::Between { .. } => Self::BETWEEN,
        }
    }

    fn kwargs(&self) -> Map<String, Value> {
        self.count.kwargs()
    }

    fn rule(&self) -> String {
        self.count.describe("columns")
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let columns = planner.schema().fields().len();
        let success = self.count.allows(columns as u64);
        Ok(Box::new(move |_| Ok(Judgement::value(success, json!(columns)))))
    }
}
