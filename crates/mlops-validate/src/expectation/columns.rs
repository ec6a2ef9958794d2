use std::collections::BTreeSet;

use serde_json::{Map, Value, json};

use super::{Expectation, Judge, Judgement, Kwargs};
use crate::Result;
use crate::plan::Planner;

/// `expect_column_to_exist`: the table has a column, and has it at a place if one is named.
#[derive(Clone, Debug)]
#[must_use]
pub struct ColumnExists {
    column: String,
    index: Option<i64>,
}

impl ColumnExists {
    pub(super) const NAME: &str = "expect_column_to_exist";

    /// Anywhere.
    pub fn new(column: impl Into<String>) -> Self {
        Self { column: column.into(), index: None }
    }

    /// At this place, from 0; from the end if negative.
    pub fn at(mut self, index: i64) -> Self {
        self.index = Some(index);
        self
    }

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        Ok(Self { column: kwargs.column("column")?, index: kwargs.integer("column_index")? })
    }
}

impl Expectation for ColumnExists {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = Map::new();
        kwargs.insert("column".to_owned(), json!(self.column));
        if let Some(index) = self.index {
            kwargs.insert("column_index".to_owned(), json!(index));
        }
        kwargs
    }

    fn rule(&self) -> String {
        self.index.map_or_else(|| "a column".to_owned(), |index| format!("a column at place {index}"))
    }

    fn column(&self) -> Option<&str> {
        Some(&self.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let fields = planner.schema().fields();
        let success = match self.index {
            None => fields.iter().any(|field| *field.name() == self.column),
            Some(index) => {
                let from_start =
                    if index < 0 { index.checked_add_unsigned(fields.len() as u64) } else { Some(index) };
                from_start
                    .and_then(|index| usize::try_from(index).ok())
                    .and_then(|index| fields.get(index))
                    .is_some_and(|field| *field.name() == self.column)
            }
        };
        Ok(Box::new(move |_| Ok(Judgement::only(success))))
    }
}

/// `expect_table_columns_to_match_ordered_list`: the columns are these, in this order.
#[derive(Clone, Debug)]
#[must_use]
pub struct ColumnsInOrder {
    /// `None` allows any.
    list: Option<Vec<Value>>,
}

impl ColumnsInOrder {
    pub(super) const NAME: &str = "expect_table_columns_to_match_ordered_list";

    /// These columns, in this order.
    pub fn new<'a>(columns: impl IntoIterator<Item = &'a str>) -> Self {
        Self { list: Some(columns.into_iter().map(Value::from).collect()) }
    }

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        Ok(Self { list: kwargs.list("column_list")? })
    }
}

impl Expectation for ColumnsInOrder {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        self.list.iter().map(|list| ("column_list".to_owned(), json!(list))).collect()
    }

    fn rule(&self) -> String {
        match &self.list {
            None => "any columns".to_owned(),
            Some(list) => format!("the columns {} in this order", names(list.iter())),
        }
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let found: Vec<Value> =
            planner.schema().fields().iter().map(|field| Value::from(field.name().as_str())).collect();
        let judgement = match &self.list {
            Some(expected) if *expected != found => {
                let places = 0..expected.len().max(found.len());
                let mismatched: Value = places
                    .filter(|at| expected.get(*at) != found.get(*at))
                    .map(|at| {
                        json!({
                            "Expected Column Position": at,
                            "Expected": expected.get(at),
                            "Found": found.get(at),
                        })
                    })
                    .collect();
                Judgement::value(false, json!(found)).details(json!({"mismatched": mismatched}))
            }
            _ => Judgement::value(true, json!(found)),
        };
        Ok(Box::new(move |_| Ok(judgement.clone())))
    }
}

/// `expect_table_columns_to_match_set`: the columns are these, in any order; others may be
/// there too if the match need not be exact.
#[derive(Clone, Debug)]
#[must_use]
pub struct ColumnsInSet {
    set: Option<Vec<Value>>,
    exact: bool,
}

impl ColumnsInSet {
    pub(super) const NAME: &str = "expect_table_columns_to_match_set";

    /// These columns and no others.
    pub fn exactly<'a>(columns: impl IntoIterator<Item = &'a str>) -> Self {
        Self { set: Some(columns.into_iter().map(Value::from).collect()), exact: true }
    }

    /// These columns at least.
    pub fn at_least<'a>(columns: impl IntoIterator<Item = &'a str>) -> Self {
        Self { exact: false, ..Self::exactly(columns) }
    }

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let set = kwargs.list("column_set")?;
        let exact = match kwargs.get("exact_match") {
            Some(Value::Null) => false,
            _ => kwargs.flag("exact_match", true)?,
        };
        Ok(Self { set, exact })
    }
}

impl Expectation for ColumnsInSet {
    fn name(&self) -> &str {
        Self::NAME
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs: Map<String, Value> =
            self.set.iter().map(|set| ("column_set".to_owned(), json!(set))).collect();
        if !self.exact {
            kwargs.insert("exact_match".to_owned(), json!(false));
        }
        kwargs
    }

    fn rule(&self) -> String {
        let set = names(self.set.iter().flatten());
        if self.exact {
            format!("the columns {set} and no others")
        } else {
            format!("the columns {set} at least")
        }
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let text = |value: &Value| value.as_str().map_or_else(|| value.to_string(), ToOwned::to_owned);
        let expected: BTreeSet<String> = self.set.iter().flatten().map(text).collect();
        let found: BTreeSet<String> =
            planner.schema().fields().iter().map(|field| field.name().clone()).collect();
        let missing: Vec<&String> = expected.difference(&found).collect();
        let unexpected: Vec<&String> = found.difference(&expected).collect();
        let judgement = if missing.is_empty() && unexpected.is_empty() {
            Judgement::value(true, json!(found))
        } else {
            let mut mismatched = Map::new();
            if !unexpected.is_empty() {
                mismatched.insert("unexpected".to_owned(), json!(unexpected));
            }
            if !missing.is_empty() {
                mismatched.insert("missing".to_owned(), json!(missing));
            }
            let success = !self.exact && missing.is_empty();
            Judgement::value(success, json!(found)).details(json!({"mismatched": mismatched}))
        };
        Ok(Box::new(move |_| Ok(judgement.clone())))
    }
}

fn names<'a>(values: impl Iterator<Item = &'a Value>) -> String {
    let names: Vec<String> = values.map(ToString::to_string).collect();
    names.join(", ")
}
