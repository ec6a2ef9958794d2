use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{Bins, Suggestion};
use crate::schema::ColumnType;
use crate::suite::Suite;
use crate::{Error, Result};

/// What is known of a table: counts, extremes, quantiles, frequent values and histograms of
/// its columns, and how the numbers among them go together. Made by a [`Profiler`](super::Profiler).
///
/// Kept as JSON. A stored profile is what later tables are compared with; see
/// [`ColumnDistribution`](crate::expectation::ColumnDistribution).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Profile {
    /// The version of the format.
    format: u32,
    /// Rows of the table.
    pub rows: u64,
    /// The columns, in their order.
    pub columns: Vec<ColumnProfile>,
    /// How columns of numbers go together, each pair once, in the order of the columns.
    pub correlations: Vec<Correlation>,
}

/// What is known of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct ColumnProfile {
    /// Its name.
    pub name: String,
    /// Its type, as Arrow writes it.
    #[serde(with = "as_text")]
    pub data_type: ColumnType,
    /// Rows without a value, those with NaN among them.
    pub missing: u64,
    /// Rows with NaN.
    pub nan: u64,
    /// Rows with an infinite number. They are in no other figure but the bins and the frequent values.
    pub infinite: u64,
    /// How many different values there are.
    pub distinct: f64,
    /// The standard deviation of `distinct` as a share of it; 0 while it is exact.
    pub distinct_error: f64,
    /// Whether it is proven that no value occurs twice.
    pub unique: bool,
    /// The lowest value: a number, or a moment as ISO 8601.
    pub min: Option<Value>,
    /// The highest.
    pub max: Option<Value>,
    /// The most frequent values first, those of one count by value.
    pub top: Vec<TopValue>,
    /// How often more than counted each of them may have come; 0 while all are counted.
    pub top_error: u64,
    /// More of numbers and moments.
    pub numbers: Option<NumberProfile>,
    /// More of text.
    pub text: Option<TextProfile>,
    /// The distribution that later tables are compared with; `None` without a value.
    pub bins: Option<Bins>,
}

/// A value that came often.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TopValue {
    /// The value: text, a number, a truth value, or a moment as ISO 8601.
    pub value: Value,
    /// How often it came at least.
    pub count: u64,
}

/// What is known of a column's finite numbers. Of moments, the numbers are microseconds since
/// 1970-01-01 (UTC).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct NumberProfile {
    /// The mean; `None` if it overflows.
    pub mean: Option<f64>,
    /// The standard deviation, divided by n − 1; `None` of fewer than two.
    pub standard_deviation: Option<f64>,
    /// How many are 0.
    pub zeros: u64,
    /// How many are below 0.
    pub negative: u64,
    /// Pairs of a share and the quantile there.
    pub quantiles: Vec<(f64, f64)>,
    /// How far the rank of a quantile, or a count of the bins as a share, may be off; 0 while
    /// they are exact.
    pub rank_error: f64,
    /// Counts between the extremes, in parts of equal width.
    pub histogram: Histogram,
}

/// Counts in parts of a range. A part holds its upper edge, the first its lower one too.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Histogram {
    /// The edges, ascending, one more than parts.
    pub edges: Vec<f64>,
    /// How many values each part has.
    pub counts: Vec<u64>,
}

/// What is known of a column's texts.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct TextProfile {
    /// Characters of the shortest.
    pub min_length: u64,
    /// Characters of the longest.
    pub max_length: u64,
    /// Characters on average.
    pub mean_length: f64,
    /// How many are empty.
    pub empty: u64,
}

/// How two columns of numbers go together, over the rows where both have a finite value.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[non_exhaustive]
pub struct Correlation {
    /// The one.
    pub a: String,
    /// The other.
    pub b: String,
    /// Rows where both have a finite value.
    pub rows: u64,
    /// Pearson's coefficient, from −1 to 1; `None` if either does not vary or there are
    /// fewer than two rows.
    pub pearson: Option<f64>,
}

const FORMAT: u32 = 1;

impl Profile {
    pub(super) fn new(rows: u64, columns: Vec<ColumnProfile>, correlations: Vec<Correlation>) -> Self {
        Self { format: FORMAT, rows, columns, correlations }
    }

    /// A column by its name.
    pub fn column(&self, name: &str) -> Option<&ColumnProfile> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// As JSON.
    pub fn to_json(&self) -> String {
        write(self)
    }

    /// Reads it back.
    ///
    /// # Errors
    /// [`Error::Parse`] with the place if it is no profile, [`Error::Invalid`] if it is one of
    /// another version or its counts do not fit together.
    pub fn from_json(text: &str) -> Result<Self> {
        let profile: Self = serde_json::from_str(text).map_err(|error| Error::parse("profile", error))?;
        if profile.format != FORMAT {
            return Err(Error::invalid("profile", "format", profile.format, FORMAT.to_string()));
        }
        for (at, column) in profile.columns.iter().enumerate() {
            if column.missing > profile.rows || column.nan > column.missing {
                let expected = format!("at most {} rows, NaN among them", profile.rows);
                return Err(Error::invalid(
                    "profile",
                    format!("columns[{at}].missing"),
                    column.missing,
                    expected,
                ));
            }
            if let Some(bins) = &column.bins {
                bins.check().map_err(|reason| {
                    Error::invalid(
                        "profile",
                        format!("columns[{at}].bins"),
                        reason,
                        "bins in order, with a count each",
                    )
                })?;
            }
        }
        Ok(profile)
    }

    /// A suite that this table passes and that tables like it should; see [`Suggestion`] to
    /// say how wide it is.
    pub fn suggest(&self, name: impl Into<String>) -> Suite {
        Suggestion::default().suite(self, name)
    }
}

fn write(profile: &Profile) -> String {
    serde_json::to_string_pretty(profile).expect("keys are text, and numbers that are not finite are null")
}

mod as_text {
    use serde::{Deserialize as _, Deserializer, Serializer, de};

    use crate::schema::ColumnType;

    pub(super) fn serialize<S: Serializer>(data_type: &ColumnType, to: S) -> Result<S::Ok, S::Error> {
        to.collect_str(data_type)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(from: D) -> Result<ColumnType, D::Error> {
        String::deserialize(from)?.parse().map_err(de::Error::custom)
    }
}
