use std::sync::Arc;

use arrow_schema::DataType;
use serde_json::{Map, Value};

use super::rows::{with_share, write_share};
use super::{Judge, Judgement, Kwargs, Mostly};
use crate::condition::RowCondition;
use crate::metric::{IgnoredRows, RecordsThatBreak, RepeatedRecords};
use crate::plan::{Domain, Planner};
use crate::rule::RecordRule;
use crate::table::{Kind, RecordOf};
use crate::{Error, Result};

/// Which rows an expectation about several columns leaves out; they count as missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
#[expect(clippy::exhaustive_enums, reason = "Great Expectations has these three")]
pub enum IgnoreRowIf {
    /// No column has a value.
    #[default]
    AllMissing,
    /// Some column has no value.
    AnyMissing,
    /// None is left out.
    Never,
}

impl IgnoreRowIf {
    /// The names for a pair of columns, and for a list of columns.
    const NAMES: [(Self, &str, &str); 3] = [
        (Self::AllMissing, "both_values_are_missing", "all_values_are_missing"),
        (Self::AnyMissing, "either_value_is_missing", "any_value_is_missing"),
        (Self::Never, "neither", "never"),
    ];

    fn name(self, pair: bool) -> &'static str {
        let known = Self::NAMES.iter().find(|(one, _, _)| *one == self);
        known.map_or("never", |(_, of_pair, of_list)| if pair { of_pair } else { of_list })
    }

    fn parse(kwargs: &Kwargs<'_>, pair: bool) -> Result<Self> {
        let Some(value) = kwargs.get("ignore_row_if") else { return Ok(Self::default()) };
        let known = Self::NAMES
            .iter()
            .find(|(one, _, _)| value.as_str() == Some(one.name(pair)))
            .map(|(one, _, _)| *one);
        known.ok_or_else(|| {
            let names: Vec<&str> = Self::NAMES.iter().map(|(one, _, _)| one.name(pair)).collect();
            kwargs.invalid("ignore_row_if", value, &names.join(", "))
        })
    }

    fn rows(self) -> IgnoredRows {
        match self {
            Self::AllMissing => IgnoredRows::WithoutAnyValue,
            Self::AnyMissing => IgnoredRows::WithAMissingValue,
            Self::Never => IgnoredRows::None,
        }
    }
}

/// What all expectations about several columns have.
#[derive(Clone, Debug)]
pub(super) struct AboutColumns {
    pub(super) columns: Arc<[String]>,
    pub(super) ignore: IgnoreRowIf,
    pub(super) mostly: Mostly,
    pub(super) condition: Option<RowCondition>,
    pair: bool,
}

impl AboutColumns {
    fn new(columns: Arc<[String]>, pair: bool) -> Self {
        let (ignore, mostly) = (IgnoreRowIf::default(), Mostly::ALL);
        Self { columns, ignore, mostly, condition: None, pair }
    }

    pub(super) fn pair(a: impl Into<String>, b: impl Into<String>) -> Self {
        Self::new([a.into(), b.into()].into(), true)
    }

    pub(super) fn list<S: Into<String>>(columns: impl IntoIterator<Item = S>) -> Self {
        Self::new(columns.into_iter().map(Into::into).collect(), false)
    }

    pub(super) fn parse_pair(kwargs: &Kwargs<'_>) -> Result<Self> {
        let columns = Self::pair(kwargs.column("column_A")?, kwargs.column("column_B")?);
        columns.parse_rest(kwargs)
    }

    pub(super) fn parse_list(kwargs: &Kwargs<'_>) -> Result<Self> {
        let expected = "a list of at least two column names";
        let list = kwargs.required("column_list", expected)?;
        let names: Option<Vec<&str>> =
            list.as_array().and_then(|names| names.iter().map(Value::as_str).collect());
        match names {
            Some(names) if names.len() > 1 => Self::list(names).parse_rest(kwargs),
            _ => Err(kwargs.invalid("column_list", list, expected)),
        }
    }

    fn parse_rest(self, kwargs: &Kwargs<'_>) -> Result<Self> {
        let (mostly, condition) = (kwargs.mostly()?, kwargs.condition()?);
        Ok(Self { ignore: IgnoreRowIf::parse(kwargs, self.pair)?, mostly, condition, ..self })
    }

    pub(super) fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = Map::new();
        let mut write = |name: &str, value: Value| kwargs.insert(name.to_owned(), value);
        match &*self.columns {
            [a, b] if self.pair => {
                write("column_A", Value::from(a.as_str()));
                write("column_B", Value::from(b.as_str()));
            }
            list => {
                write("column_list", list.iter().map(String::as_str).collect());
            }
        }
        if self.ignore != IgnoreRowIf::default() {
            write("ignore_row_if", Value::from(self.ignore.name(self.pair)));
        }
        write_share(&mut kwargs, self.mostly, self.condition.as_ref());
        kwargs
    }

    /// The rule with the columns, how many rows must fulfil it, and where.
    pub(super) fn rule(&self, rule: &str) -> String {
        with_share(rule, self.mostly, self.condition.as_ref())
    }

    /// The names, for a rule.
    pub(super) fn names(&self) -> String {
        self.columns.join(", ")
    }

    fn types(&self, planner: &Planner<'_>) -> Result<Vec<DataType>> {
        self.columns.iter().map(|column| planner.column(column).cloned()).collect()
    }

    fn of(&self, types: &[DataType]) -> Arc<RecordOf> {
        Arc::new(RecordOf::new(self.columns.iter().map(String::as_str).zip(types), self.pair))
    }

    pub(super) fn judge(&self, planner: &mut Planner<'_>, name: &str, rule: RecordRule) -> Result<Judge> {
        let types = self.types(planner)?;
        let kinds: Vec<Kind> = types.iter().map(Kind::of).collect();
        if let Some(reason) = rule.mismatch(&kinds) {
            return Err(self.evaluation(name, reason));
        }
        let domain = planner.domain(self.condition.as_ref())?;
        let examined = planner.measure(RecordsThatBreak {
            rule: Arc::new(rule),
            columns: Arc::clone(&self.columns),
            of: self.of(&types),
            ignored: self.ignore.rows(),
            domain,
            keep: planner.keep().clone(),
        });
        let mostly = self.mostly.share();
        Ok(Box::new(move |measured| Ok(Judgement::rows(measured.get(examined)?, mostly, true))))
    }

    pub(super) fn judge_repeated(&self, planner: &mut Planner<'_>, name: &str) -> Result<Judge> {
        let types = self.types(planner)?;
        if types.iter().any(|one| Kind::of(one) == Kind::Opaque) {
            return Err(self.evaluation(name, "values that hold other values can't be compared"));
        }
        let domain: Domain = planner.domain(self.condition.as_ref())?;
        let of = self.of(&types);
        let plain = types.into_iter().map(|one| match one {
            DataType::Dictionary(_, values) => *values,
            other => other,
        });
        let examined = planner.measure(RepeatedRecords {
            columns: Arc::clone(&self.columns),
            types: plain.collect(),
            of,
            ignored: self.ignore.rows(),
            domain,
            keep: planner.keep().not_yet_broken(),
        });
        Ok(planner.judge_examined(examined, self.mostly))
    }

    fn evaluation(&self, name: &str, reason: &str) -> Error {
        Error::Evaluation { rule: format!("{name} of columns {}", self.names()), reason: reason.to_owned() }
    }
}

/// The builder methods of expectations about several columns.
macro_rules! about_columns_methods {
    () => {
        /// Holds if at least this share of the rows fulfils the rule.
        pub fn mostly(mut self, mostly: $crate::expectation::Mostly) -> Self {
            self.about.mostly = mostly;
            self
        }

        /// Leaves out rows with missing values; without this, those without any value.
        pub fn ignore_row_if(mut self, ignore: $crate::expectation::IgnoreRowIf) -> Self {
            self.about.ignore = ignore;
            self
        }

        /// Looks only at the rows that fulfil a condition.
        pub fn only_where(mut self, condition: $crate::condition::RowCondition) -> Self {
            self.about.condition = Some(condition);
            self
        }
    };
}
pub(super) use about_columns_methods;
