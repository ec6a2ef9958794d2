use std::collections::{BTreeMap, HashMap};

use mlops_stats::two_sample::Sample;
use serde::{Deserialize, Serialize};

use super::MissingValues;
use crate::rows::{Categories, MISSING, RowColumn, RowValues};

/// A value of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum Value {
    /// A number, which may be infinite.
    Number(#[serde(with = "mlops_core::number")] f64),
    /// A category.
    Category(String),
}

/// A value that no other is more frequent than.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct MostCommon {
    /// The value, of equally frequent ones the first in the table; `None` if it is that
    /// there is none.
    pub value: Option<Value>,
    /// How many rows have it.
    pub rows: u64,
}

/// One column in a few numbers.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct ColumnQuality {
    /// The column.
    pub name: String,
    /// The rows of the table.
    pub rows: u64,
    /// What stands for missing values in it.
    pub missing: MissingValues,
    /// How many different values it has; ∞ is one, a missing value none.
    pub distinct: u64,
    /// What is most frequent in it, and be it that nothing is there; `None` without rows.
    pub most_common: Option<MostCommon>,
    /// What is most frequent in it of what is there; `None` if nothing is.
    pub most_common_value: Option<MostCommon>,
    /// Its values.
    pub summary: ColumnSummary,
}

/// What else there is to say of the values of a column.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[non_exhaustive]
pub enum ColumnSummary {
    /// Numbers.
    Numbers(NumberQuality),
    /// Each category and how often it occurs.
    Categories(BTreeMap<String, u64>),
}

/// Numbers in a few others. Infinite values count; where they leave no answer, and where
/// there are no values, there is `None`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct NumberQuality {
    /// The mean.
    #[serde(with = "mlops_core::number::option")]
    pub mean: Option<f64>,
    /// The standard deviation (divided by n − 1); `None` for fewer than 2 values.
    #[serde(with = "mlops_core::number::option")]
    pub standard_deviation: Option<f64>,
    /// The smallest value.
    #[serde(with = "mlops_core::number::option")]
    pub minimum: Option<f64>,
    /// The value below which a quarter lies, interpolated linearly.
    #[serde(with = "mlops_core::number::option")]
    pub lower_quartile: Option<f64>,
    /// The value below which half of them lie.
    #[serde(with = "mlops_core::number::option")]
    pub median: Option<f64>,
    /// The value below which three quarters lie.
    #[serde(with = "mlops_core::number::option")]
    pub upper_quartile: Option<f64>,
    /// The largest value.
    #[serde(with = "mlops_core::number::option")]
    pub maximum: Option<f64>,
}

impl ColumnQuality {
    /// Rows with a value; an infinite one is one.
    pub fn present(&self) -> u64 {
        self.rows - self.missing.null
    }

    /// A share of all rows; `None` without rows.
    pub fn share(&self, rows: u64) -> Option<f64> {
        (self.rows > 0).then(|| rows as f64 / self.rows as f64)
    }

    /// What is to be said of it if it has numbers.
    pub fn numbers(&self) -> Option<&NumberQuality> {
        match &self.summary {
            ColumnSummary::Numbers(numbers) => Some(numbers),
            ColumnSummary::Categories(_) => None,
        }
    }

    /// Its categories and their counts if it has categories.
    pub fn categories(&self) -> Option<&BTreeMap<String, u64>> {
        match &self.summary {
            ColumnSummary::Categories(categories) => Some(categories),
            ColumnSummary::Numbers(_) => None,
        }
    }

    /// The categories that another column does not have: with the reference as the other,
    /// new ones; of the reference, with the current data as the other, those that are gone.
    pub fn new_categories<'c>(&'c self, other: &'c Self) -> impl Iterator<Item = &'c str> {
        let known = |name: &&String| other.categories().is_some_and(|others| others.contains_key(*name));
        let all = self.categories().into_iter().flatten().map(|(name, _)| name);
        all.filter(move |name| !known(name)).map(String::as_str)
    }

    /// Whether it has one value at most.
    pub fn is_constant(&self) -> bool {
        self.distinct <= 1
    }

    /// Whether at least this share of the rows has one and the same value.
    pub fn is_almost_constant(&self, share: f64) -> bool {
        let rows = self.most_common_value.as_ref().map(|found| found.rows);
        rows.and_then(|rows| self.share(rows)).is_some_and(|found| found >= share)
    }
}

/// A column with its rows as codes: equal values have equal codes, in the order in which they
/// first appear.
pub(super) struct Coded {
    pub(super) codes: Vec<u32>,
    pub(super) quality: ColumnQuality,
}

pub(super) fn of_column(column: &RowColumn) -> Coded {
    let (codes, values, summary) = match &column.values {
        RowValues::Numbers(numbers) => {
            let (codes, distinct) = codes_of_numbers(numbers);
            let summary = ColumnSummary::Numbers(of_numbers(numbers));
            (codes, distinct.into_iter().map(Value::Number).collect::<Vec<_>>(), summary)
        }
        RowValues::Categories(categories) => {
            let counts = counts_of(&categories.codes, categories.names.len());
            let names = categories.names.iter().cloned().zip(counts);
            let summary = ColumnSummary::Categories(names.filter(|(_, count)| *count > 0).collect());
            (
                categories.codes.clone(),
                categories.names.iter().cloned().map(Value::Category).collect(),
                summary,
            )
        }
    };
    let counts = counts_of(&codes, values.len());
    let missing = missing(column, &codes);
    let most_common = |with_missing: bool| most_common(&codes, &values, &counts, with_missing, missing.null);
    let quality = ColumnQuality {
        name: column.name.clone(),
        rows: codes.len() as u64,
        distinct: counts.iter().filter(|count| **count > 0).count() as u64,
        most_common: most_common(true),
        most_common_value: most_common(false),
        missing,
        summary,
    };
    Coded { codes, quality }
}

fn codes_of_numbers(numbers: &[f64]) -> (Vec<u32>, Vec<f64>) {
    let mut known: HashMap<u64, u32> = HashMap::new();
    let mut distinct = Vec::new();
    let mut code = |number: f64| {
        if number.is_nan() {
            return MISSING;
        }
        // Adding 0 makes one zero of the two.
        *known.entry((number + 0.0).to_bits()).or_insert_with(|| {
            distinct.push(number);
            u32::try_from(distinct.len() - 1).unwrap_or(MISSING)
        })
    };
    let codes = numbers.iter().map(|number| code(*number)).collect();
    (codes, distinct)
}

fn counts_of(codes: &[u32], distinct: usize) -> Vec<u64> {
    let mut counts = vec![0; distinct];
    for code in codes.iter().filter(|code| **code != MISSING) {
        counts[*code as usize] += 1;
    }
    counts
}

fn most_common(
    codes: &[u32],
    values: &[Value],
    counts: &[u64],
    with_missing: bool,
    missing: u64,
) -> Option<MostCommon> {
    let missing = if with_missing { missing } else { 0 };
    let rows = counts.iter().copied().max().unwrap_or(0).max(missing);
    let count = |code: u32| if code == MISSING { missing } else { counts[code as usize] };
    let first = codes.iter().find(|code| rows > 0 && count(**code) == rows)?;
    Some(MostCommon { value: values.get(*first as usize).cloned(), rows })
}

fn missing(column: &RowColumn, codes: &[u32]) -> MissingValues {
    let null = codes.iter().filter(|code| **code == MISSING).count() as u64;
    let mut missing = MissingValues { null, ..MissingValues::default() };
    match &column.values {
        RowValues::Numbers(numbers) => {
            let infinite = || numbers.iter().filter(|number| number.is_infinite());
            missing.infinity = infinite().filter(|number| **number > 0.0).count() as u64;
            missing.negative_infinity = infinite().count() as u64 - missing.infinity;
        }
        RowValues::Categories(categories) => missing.empty_text = empty_texts(categories),
    }
    missing
}

fn empty_texts(categories: &Categories) -> u64 {
    let empty = categories.names.iter().position(String::is_empty).and_then(|code| u32::try_from(code).ok());
    empty.map_or(0, |empty| categories.codes.iter().filter(|code| **code == empty).count() as u64)
}

fn of_numbers(numbers: &[f64]) -> NumberQuality {
    let present: Vec<f64> = numbers.iter().copied().filter(|number| !number.is_nan()).collect();
    let Ok(sample) = Sample::new(present) else {
        return NumberQuality::default();
    };
    let number = |number: f64| (!number.is_nan()).then_some(number);
    let quantile = |share: f64| sample.quantile(share).ok().and_then(number);
    let n = sample.len() as f64;
    let deviation = (n > 1.0).then(|| sample.standard_deviation() * (n / (n - 1.0)).sqrt());
    NumberQuality {
        mean: number(sample.mean()),
        standard_deviation: deviation.and_then(number),
        minimum: number(sample.min()),
        lower_quartile: quantile(0.25),
        median: quantile(0.5),
        upper_quartile: quantile(0.75),
        maximum: number(sample.max()),
    }
}
