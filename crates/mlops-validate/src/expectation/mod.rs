//! Expectations: rules about a table, under Great Expectations' names.
//!
//! Each is a value that can be built in code or read from a suite. To add one of your
//! own, implement [`Expectation`] and, if suites shall name it, put it in a [`Catalog`].
//!
//! | what is expected | types |
//! | --- | --- |
//! | number of rows and columns | [`RowCount`], [`ColumnCount`] |
//! | which columns there are, and their order | [`ColumnExists`], [`ColumnsInOrder`], [`ColumnsInSet`] |
//! | types of columns and values | [`ColumnType`], [`ValuesOfType`] |
//! | values that are there, or missing | [`ValuesNotNull`], [`ValuesNull`] |
//! | values in a range, in a set, or in none | [`ValuesBetween`], [`ValuesInSet`] |
//! | no value twice | [`ValuesUnique`], [`CompoundUnique`] over several columns |
//! | values in order | [`Monotonic`] |
//! | values far from the others | [`NotOutliers`], [`ZScoresBelow`] |
//! | text of a shape | [`ValuesMatchRegex`], [`ValuesMatchLike`], [`ValueLengths`] |
//! | text that is a date, JSON, a document | [`ValuesMatchStrftime`], [`ValuesAreDates`], [`ValuesAreJson`], [`ValuesMatchJsonSchema`] |
//! | two columns row by row | [`PairEqual`], [`PairGreater`], [`PairInSet`] |
//! | several columns row by row | [`AllColumnsEqual`], [`UniqueWithinRecord`], [`ColumnsAddUp`] |
//! | mean, median, sum, deviation, extremes, shares of a column | [`AggregateBetween`] |
//! | quantiles of a column | [`QuantilesBetween`] |
//! | which values a column has at all, and which most often | [`DistinctValues`], [`MostCommonInSet`] |
//! | a distribution, against an expected one or a profile's | [`KlDivergence`] of a [`Partition`], [`ColumnDistribution`] |
//! | what only a database can say (read and written, not evaluated) | [`NoRowsFound`], [`QueriesMatch`], [`RowCountOfOtherTable`] |
//!
//! Those about values may look only at some rows ([`condition`](crate::condition)) and allow
//! a share of them to differ ([`Mostly`]).

mod aggregate;
mod between;
mod catalog;
mod columns;
mod distinct;
mod distribution;
mod ignore;
mod in_set;
mod json_schema;
mod judgement;
mod kl_divergence;
mod kwargs;
mod lengths;
mod like;
mod monotonic;
mod most_common;
mod multicolumn;
mod nulls;
mod outliers;
mod pairs;
mod parsing;
mod quantiles;
mod regex;
mod rows;
mod sql_only;
mod table;
mod types;
mod unique;

use std::fmt;

use serde_json::{Map, Value};

pub use aggregate::AggregateBetween;
pub use between::{End, ValuesBetween};
pub use catalog::Catalog;
pub use columns::{ColumnExists, ColumnsInOrder, ColumnsInSet};
pub use distinct::DistinctValues;
pub use distribution::{ColumnDistribution, Distance};
pub use ignore::IgnoreRowIf;
pub use in_set::ValuesInSet;
pub use json_schema::ValuesMatchJsonSchema;
pub use judgement::{Differing, Judgement, Observed};
pub use kl_divergence::{KlDivergence, Partition};
pub use kwargs::Kwargs;
pub use lengths::ValueLengths;
pub use like::ValuesMatchLike;
pub use monotonic::Monotonic;
pub use most_common::MostCommonInSet;
pub use multicolumn::{AllColumnsEqual, ColumnsAddUp, CompoundUnique, UniqueWithinRecord};
pub use nulls::{ValuesNotNull, ValuesNull};
pub use outliers::{NotOutliers, ZScoresBelow};
pub use pairs::{PairEqual, PairGreater, PairInSet};
pub use parsing::{ValuesAreDates, ValuesAreJson, ValuesMatchStrftime};
pub use quantiles::QuantilesBetween;
pub use regex::{MatchOn, ValuesMatchRegex};
pub use rows::Mostly;
pub use sql_only::{NoRowsFound, QueriesMatch, RowCountOfOtherTable};
pub use table::{ColumnCount, RowCount};
pub use types::{ColumnType, ValuesOfType};
pub use unique::ValuesUnique;

use crate::Result;
use crate::plan::{Measurements, Planner};

/// How an expectation judges what was measured for it.
pub type Judge = Box<dyn Fn(&Measurements) -> Result<Judgement> + Send + Sync>;

/// A rule about a table.
///
/// # Contract
/// - `kwargs` are those that a [`Catalog`] would build the same expectation from.
/// - `plan` only asks for metrics; it sees no row. The [`Judge`] gives the same judgement
///   for the same measurements.
///
/// ```
/// use arrow_schema::DataType;
/// use mlops_validate::expectation::{Expectation, Judge, Judgement};
/// use mlops_validate::plan::Planner;
/// use serde_json::{Map, Value, json};
///
/// /// The table has at least one column of text.
/// #[derive(Debug)]
/// struct HasText;
///
/// impl Expectation for HasText {
///     fn name(&self) -> &str { "expect_table_to_have_text" }
///     fn kwargs(&self) -> Map<String, Value> { Map::new() }
///     fn rule(&self) -> String { "a column of text".to_owned() }
///     fn plan(&self, planner: &mut Planner<'_>) -> mlops_validate::Result<Judge> {
///         let text = planner.schema().fields().iter().filter(|field| *field.data_type() == DataType::Utf8);
///         let count = text.count();
///         Ok(Box::new(move |_| Ok(Judgement::value(count > 0, json!(count)))))
///     }
/// }
/// ```
pub trait Expectation: fmt::Debug + Send + Sync {
    /// Its name, such as `expect_column_values_to_be_unique`.
    fn name(&self) -> &str;

    /// Its parameters as Great Expectations writes them, without those at their default.
    fn kwargs(&self) -> Map<String, Value>;

    /// What must hold, in words, such as `between 0 and 10`.
    fn rule(&self) -> String;

    /// The column that it is about; `None` if it is about the table.
    fn column(&self) -> Option<&str> {
        None
    }

    /// Asks for what has to be measured, and says how to judge it.
    ///
    /// # Errors
    /// [`Error::Evaluation`](crate::Error::Evaluation) if it can't be evaluated on such a
    /// table. The result then says so; it is not a pass, and the suite goes on.
    fn plan(&self, planner: &mut Planner<'_>) -> Result<Judge>;
}
