use serde_json::{Map, Value};

use super::between::{bounds_methods, write_bounds};
use super::rows::{with_condition, write_condition};
use super::{Expectation, Judge, Judgement, Kwargs};
use crate::condition::RowCondition;
use crate::metric::{CountPresent, CountValues, Extremes, KeepColumn, Spread, Sum, SumOf, has_numbers};
use crate::plan::{Measurements, Planner};
use crate::rule::{Bound, Bounds, Mismatch};
use crate::table::{Cell, Scalar};
use crate::{Error, Result};

/// One value that is made of a whole column lies in a range: `expect_column_max_to_be_between`
/// and its sisters.
///
/// | | reads | gives | memory |
/// | --- | --- | --- | --- |
/// | [`maximum`](Self::maximum), [`minimum`](Self::minimum) | anything with an order | a value | constant |
/// | [`mean`](Self::mean) | numbers, timestamps | a number, a timestamp | constant |
/// | [`median`](Self::median) | numbers, timestamps | a number, a timestamp | the column |
/// | [`stdev`](Self::stdev) | numbers | a number, of a sample (`n − 1`) | constant |
/// | [`sum`](Self::sum) | numbers | a number | constant |
/// | [`unique_count`](Self::unique_count) | anything | a count | the distinct values |
/// | [`unique_share`](Self::unique_share) | anything | distinct values among all | the distinct values |
/// | [`present_share`](Self::present_share) | anything | rows with a value among all | constant |
///
/// Truth values are 0 and 1. Sums are exact and rounded once, in any order and split of the
/// rows. Without a value the sum, the count and the shares are 0; all else is nothing, and
/// the expectation fails. What is no number (the mean of infinities of both signs, the
/// deviation of one value) is nothing too.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Float64Array, RecordBatch};
/// use mlops_validate::Suite;
/// use mlops_validate::expectation::AggregateBetween;
///
/// let suite = Suite::new("flights")
///     .expect(AggregateBetween::mean("delay").min(-10).max(30))
///     .expect(AggregateBetween::unique_share("delay").above(0.9));
/// # let delay: ArrayRef = Arc::new(Float64Array::from(vec![12.0, 90.5, 12.0]));
/// # let batch = RecordBatch::try_from_iter([("delay", delay)])?;
/// let result = suite.validate(&[batch])?;
/// assert_eq!(
///     result.lines(),
///     [
///         "delay: expected a mean between -10 and 30, but it is 38.166666666666664",
///         "delay: expected a share of unique values above 0.9, but it is 0.6666666666666666",
///     ]
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[must_use]
pub struct AggregateBetween {
    of: Aggregate,
    column: String,
    bounds: Bounds,
    condition: Option<RowCondition>,
}

/// What is made of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Aggregate {
    Max,
    Min,
    Mean,
    Median,
    Stdev,
    Sum,
    UniqueCount,
    UniqueShare,
    PresentShare,
}

impl Aggregate {
    const ALL: [Self; 9] = [
        Self::Max,
        Self::Min,
        Self::Mean,
        Self::Median,
        Self::Stdev,
        Self::Sum,
        Self::UniqueCount,
        Self::UniqueShare,
        Self::PresentShare,
    ];

    const fn name(self) -> &'static str {
        match self {
            Self::Max => "expect_column_max_to_be_between",
            Self::Min => "expect_column_min_to_be_between",
            Self::Mean => "expect_column_mean_to_be_between",
            Self::Median => "expect_column_median_to_be_between",
            Self::Stdev => "expect_column_stdev_to_be_between",
            Self::Sum => "expect_column_sum_to_be_between",
            Self::UniqueCount => "expect_column_unique_value_count_to_be_between",
            Self::UniqueShare => "expect_column_proportion_of_unique_values_to_be_between",
            Self::PresentShare => "expect_column_proportion_of_non_null_values_to_be_between",
        }
    }

    /// In words.
    fn describe(self) -> &'static str {
        match self {
            Self::Max => "maximum",
            Self::Min => "minimum",
            Self::Mean => "mean",
            Self::Median => "median",
            Self::Stdev => "standard deviation",
            Self::Sum => "sum",
            Self::UniqueCount => "number of distinct values",
            Self::UniqueShare => "share of unique values",
            Self::PresentShare => "share of rows with a value",
        }
    }

    /// What the ends of its range may be: text bounds the extremes of text, a moment what is
    /// a moment, and all else is a number.
    fn allows(self, bound: &Bound) -> Result<(), &'static str> {
        match self {
            Self::Max | Self::Min => Ok(()),
            Self::Mean | Self::Median | Self::Sum if !bound.is_only_text() => Ok(()),
            Self::Mean | Self::Median | Self::Sum => Err("a number, a moment as ISO 8601, or null"),
            _ if bound.is_number() => Ok(()),
            _ => Err("a number or null"),
        }
    }
}

/// Gets the value to compare from what was measured; missing if there is none.
type Observe = Box<dyn Fn(&Measurements) -> Result<Scalar> + Send + Sync>;

macro_rules! aggregates {
    ($($(#[$doc:meta])* $name:ident = $of:ident;)*) => {
        $(
            $(#[$doc])*
            pub fn $name(column: impl Into<String>) -> Self {
                Self::new(Aggregate::$of, column)
            }
        )*
    };
}

/// A range without ends, which any value lies in; add them.
impl AggregateBetween {
    aggregates! {
        /// The greatest value; text by its bytes.
        maximum = Max;
        /// The least value; text by its bytes.
        minimum = Min;
        /// The mean of the values.
        mean = Mean;
        /// The value in the middle, or the mean of the two there.
        median = Median;
        /// The standard deviation of the values as those of a sample: by `n − 1`.
        stdev = Stdev;
        /// The sum of the values.
        sum = Sum;
        /// How many different values there are.
        unique_count = UniqueCount;
        /// How many different values there are, divided by the number of values.
        unique_share = UniqueShare;
        /// How many rows have a value, divided by the number of rows.
        present_share = PresentShare;
    }

    fn new(of: Aggregate, column: impl Into<String>) -> Self {
        Self { of, column: column.into(), bounds: Bounds::default(), condition: None }
    }

    bounds_methods!();

    /// Looks only at the rows that fulfil a condition.
    pub fn only_where(mut self, condition: RowCondition) -> Self {
        self.condition = Some(condition);
        self
    }

    /// Great Expectations' names of them.
    pub(super) fn names() -> impl Iterator<Item = &'static str> {
        Aggregate::ALL.into_iter().map(Aggregate::name)
    }

    pub(super) fn parse(kwargs: &Kwargs<'_>) -> Result<Self> {
        let name = kwargs.expectation();
        let of = Aggregate::ALL.into_iter().find(|of| of.name() == name).unwrap_or(Aggregate::Mean);
        let mut bounds = kwargs.bounds()?;
        for (name, bound) in [("min_value", &mut bounds.min), ("max_value", &mut bounds.max)] {
            if of == Aggregate::UniqueCount {
                *bound = kwargs.integer(name)?.map(|whole| Bound::whole(whole.into()));
            } else if let Some(Err(expected)) = bound.as_ref().map(|bound| of.allows(bound)) {
                return Err(kwargs.invalid(name, kwargs.get(name).unwrap_or(&Value::Null), expected));
            }
        }
        Ok(Self { of, column: kwargs.column("column")?, bounds, condition: kwargs.condition()? })
    }

    /// Asks for what the value is made of.
    fn observe(&self, planner: &mut Planner<'_>) -> Result<Observe> {
        let data_type = planner.column(&self.column)?;
        let without = || Error::Evaluation {
            rule: self.of.name().to_owned(),
            reason: format!("values of type {data_type} have no {}", self.of.describe()),
        };
        let domain = planner.domain(self.condition.as_ref())?;
        let column = self.column.clone();
        let (of, rule) = (self.of, self.of.name());
        Ok(match of {
            Aggregate::Max | Aggregate::Min => {
                let extremes = planner.measure(Extremes { column, domain });
                Box::new(move |measured| match measured.get(extremes)? {
                    Ok(range) if of == Aggregate::Max => Ok(range.max.clone()),
                    Ok(range) => Ok(range.min.clone()),
                    Err(reason) => Err(Error::Evaluation { rule: rule.to_owned(), reason: reason.clone() }),
                })
            }
            Aggregate::Mean | Aggregate::Sum => {
                let sum_of = SumOf::column(data_type)
                    .filter(|sum_of| of == Aggregate::Mean || *sum_of == SumOf::Numbers)
                    .ok_or_else(without)?;
                let sum = planner.measure(Sum { column, domain, of: sum_of });
                Box::new(move |measured| {
                    let sum = measured.get(sum)?;
                    Ok(if of == Aggregate::Mean { sum.mean() } else { sum.total() })
                })
            }
            Aggregate::Median => {
                SumOf::column(data_type).ok_or_else(without)?;
                let kept = planner.measure(KeepColumn { column, domain, rows: None });
                Box::new(move |measured| measured.get(kept)?.median())
            }
            Aggregate::Stdev => {
                if !has_numbers(data_type) {
                    return Err(without());
                }
                let spread = planner.measure(Spread { column, domain });
                Box::new(move |measured| Ok(measured.get(spread)?.map_or(Cell::Missing, Cell::Float)))
            }
            Aggregate::UniqueCount | Aggregate::UniqueShare => {
                let counted = planner.measure(CountValues { column, domain });
                Box::new(move |measured| {
                    let counted = measured.get(counted)?;
                    let distinct = counted.distinct();
                    Ok(match of {
                        Aggregate::UniqueCount => Cell::Int(distinct as i128),
                        _ => Cell::Float(share(distinct as u64, counted.present)),
                    })
                })
            }
            Aggregate::PresentShare => {
                let count = planner.measure(CountPresent { column, domain });
                Box::new(move |measured| {
                    let count = measured.get(count)?;
                    Ok(Cell::Float(share(count.present, count.rows)))
                })
            }
        })
    }
}

/// A part of a whole; 0 of nothing.
fn share(part: u64, whole: u64) -> f64 {
    if whole == 0 { 0.0 } else { part as f64 / whole as f64 }
}

impl Expectation for AggregateBetween {
    fn name(&self) -> &str {
        self.of.name()
    }

    fn kwargs(&self) -> Map<String, Value> {
        let mut kwargs = Map::new();
        kwargs.insert("column".to_owned(), Value::from(self.column.as_str()));
        write_bounds(&mut kwargs, &self.bounds);
        write_condition(&mut kwargs, self.condition.as_ref());
        kwargs
    }

    fn rule(&self) -> String {
        let what = self.of.describe();
        let range = if self.bounds.are_open() {
            format!("any {what}")
        } else {
            format!("a {what} {}", self.bounds.describe())
        };
        with_condition(range, self.condition.as_ref())
    }

    fn column(&self) -> Option<&str> {
        Some(&self.column)
    }

    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge> {
        let observe = self.observe(planner)?;
        let (bounds, rule) = (self.bounds.clone(), self.of.name());
        Ok(Box::new(move |measured| {
            let observed = observe(measured)?;
            if observed.is_missing() {
                return Ok(Judgement::value(false, Value::Null));
            }
            let within = bounds
                .contain(&observed)
                .map_err(|Mismatch(reason)| Error::Evaluation { rule: rule.to_owned(), reason })?;
            Ok(Judgement::value(within, observed.to_json()))
        }))
    }
}
