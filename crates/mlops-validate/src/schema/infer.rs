use std::collections::BTreeMap;

use arrow_array::RecordBatch;
use mlops_core::Version;
use rayon::prelude::*;
use serde::{Deserialize, Serialize};

use super::column_type::TypeKind;
use super::columns::{OfColumn, as_before, as_here, columns_of};
use super::model::writable;
use super::{ColumnSchema, ColumnType, Range, Schema, file};
use crate::profile::{Extent, Unique};
use crate::table::{ValueKind, Values};
use crate::{Error, Result};

/// How a schema is inferred.
#[derive(Clone, Copy, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct InferenceSettings {
    /// A text column with at most so many different values has a domain, if each comes
    /// twice on average.
    pub max_domain: usize,
    /// How much smaller than seen the share of rows with a value may get, for columns that
    /// do not always have one.
    pub presence_slack: f64,
    /// By how much of its width a range is wider than seen, at either end. It never goes
    /// beyond zero if no value did.
    pub range_margin: f64,
    /// A column of more values is never taken for unique. It costs some 16 bytes a value.
    pub max_unique: usize,
}

impl Default for InferenceSettings {
    fn default() -> Self {
        Self { max_domain: 100, presence_slack: 0.05, range_margin: 0.1, max_unique: 1 << 20 }
    }
}

/// Infers a [`Schema`] from record batches, in one pass, in parts that merge.
///
/// Type, share of rows with a value, domain of text, range, and which columns could be
/// keys. The state is bounded by the settings, whatever the number of rows; how the rows are
/// split does not matter. The data has no anomaly by its own schema.
///
/// ```
/// # use std::sync::Arc;
/// # use arrow_array::{ArrayRef, Int64Array, RecordBatch, StringArray};
/// use mlops_validate::schema::SchemaInference;
///
/// # let id: ArrayRef = Arc::new(Int64Array::from(vec![1, 2, 3, 4]));
/// # let dest: ArrayRef = Arc::new(StringArray::from(vec!["JFK", "BOS", "JFK", "BOS"]));
/// # let batch = RecordBatch::try_from_iter([("id", id), ("dest", dest)])?;
/// let mut inference = SchemaInference::default();
/// inference.update(&batch)?;
/// let inferred = inference.finish("flights");
/// assert_eq!(inferred.key_candidates(), ["id"]);
/// assert_eq!(
///     inferred.to_toml(),
///     "\
/// ## Inferred from 4 rows. What is too narrow is to be widened by hand.
/// format = 1
/// name = \"flights\"
/// version = \"1.0.0\"
///
/// ## 4 values, 0 missing, from 1 to 4, no value twice
/// [[columns]]
/// name = \"id\"
/// type = \"Int64\"
/// nullable = false
/// unique = true
/// min = 0
/// max = 5
///
/// ## 4 values, 0 missing, 2 different texts
/// [[columns]]
/// name = \"dest\"
/// type = \"Utf8\"
/// nullable = false
/// domain = [\"BOS\", \"JFK\"]
/// "
/// );
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub struct SchemaInference {
    settings: InferenceSettings,
    rows: u64,
    columns: Option<Vec<ColumnState>>,
}

#[derive(Clone, Debug)]
struct ColumnState {
    name: String,
    data_type: ColumnType,
    missing: u64,
    nan: u64,
    extent: Extent,
    unique: Unique,
    /// `None` once there are too many.
    texts: Option<BTreeMap<Box<str>, u64>>,
    most_texts: usize,
}

impl SchemaInference {
    /// With other settings than the usual ones.
    pub fn new(settings: InferenceSettings) -> Self {
        Self { settings, ..Self::default() }
    }

    /// Takes in the rows that follow.
    ///
    /// # Errors
    /// [`Error::Input`] if its columns are not those of the first batch, in name, order and
    /// type, or if two have one name. Nothing is taken in then.
    pub fn update(&mut self, batch: &RecordBatch) -> Result<()> {
        let columns = columns_of(batch)?;
        let settings = self.settings;
        let start = |(name, data_type): &(String, ColumnType)| ColumnState {
            name: name.clone(),
            data_type: data_type.clone(),
            missing: 0,
            nan: 0,
            extent: Extent::default(),
            unique: Unique::new(settings.max_unique),
            texts: (data_type.kind() == TypeKind::Text).then(BTreeMap::new),
            most_texts: settings.max_domain,
        };
        let states = self.columns.get_or_insert_with(|| columns.iter().map(start).collect());
        as_before(states, &columns)?;
        states.par_iter_mut().zip(batch.columns()).for_each(|(state, array)| {
            state.update(&Values::of(array.as_ref()));
        });
        self.rows += batch.num_rows() as u64;
        Ok(())
    }

    /// Takes in what another has seen of the rows that follow.
    ///
    /// # Errors
    /// [`Error::Input`] if it saw other columns or has other settings.
    pub fn merge(&mut self, later: Self) -> Result<()> {
        if self.settings != later.settings {
            return Err(Error::input("the part to be merged", "it has other settings"));
        }
        let Some(theirs) = later.columns else { return Ok(()) };
        let Some(own) = &mut self.columns else {
            self.columns = Some(theirs);
            self.rows += later.rows;
            return Ok(());
        };
        as_here(own, &theirs)?;
        for (own, theirs) in own.iter_mut().zip(theirs) {
            own.merge(theirs);
        }
        self.rows += later.rows;
        Ok(())
    }

    /// Rows seen so far.
    pub fn rows(&self) -> u64 {
        self.rows
    }

    /// The schema of what was seen, at version 1.0.0. Without a batch it has no column.
    pub fn finish(self, name: impl Into<String>) -> InferredSchema {
        let rows = self.rows;
        let states = self.columns.unwrap_or_default();
        let columns = states.iter().map(|state| state.schema(rows, &self.settings)).collect();
        let schema = Schema {
            name: name.into(),
            version: Version::new(1, 0, 0),
            severities: BTreeMap::new(),
            rows: super::CountRange::default(),
            columns,
        };
        let seen = states.iter().map(|state| (state.name.clone(), state.seen(rows))).collect();
        InferredSchema { schema, rows, seen }
    }
}

impl OfColumn for ColumnState {
    fn column(&self) -> (&str, &ColumnType) {
        (&self.name, &self.data_type)
    }
}

impl ColumnState {
    fn update(&mut self, values: &Values<'_>) {
        self.missing += values.missing;
        self.nan += values.nan;
        self.extent.update(values);
        self.unique.update(values);
        if let (ValueKind::Text(texts), Some(counts)) = (&values.kind, &mut self.texts) {
            for (text, times) in texts {
                match counts.get_mut(*text) {
                    Some(count) => *count += times,
                    None => _ = counts.insert(Box::from(*text), *times),
                }
                if counts.len() > self.most_texts {
                    self.texts = None;
                    break;
                }
            }
        }
    }

    fn merge(&mut self, later: Self) {
        self.missing += later.missing;
        self.nan += later.nan;
        self.extent.merge(&later.extent);
        self.unique.merge(later.unique);
        self.texts = self.texts.take().zip(later.texts).and_then(|(mut texts, later)| {
            for (text, times) in later {
                *texts.entry(text).or_default() += times;
            }
            (texts.len() <= self.most_texts).then_some(texts)
        });
    }

    fn schema(&self, rows: u64, settings: &InferenceSettings) -> ColumnSchema {
        let present = rows - self.missing;
        let share = if rows == 0 { 0.0 } else { present as f64 / rows as f64 };
        let min_presence = if rows > 0 && self.missing == 0 {
            1.0
        } else {
            // Three digits are enough to review.
            ((share - settings.presence_slack).clamp(0.0, 1.0) * 1000.0).floor() / 1000.0
        };
        let texts = self.texts.as_ref().filter(|texts| present >= 2 * texts.len() as u64 && present > 0);
        let is_float = self.data_type.kind() == TypeKind::Float;
        ColumnSchema {
            // With nothing seen, nothing is forbidden.
            nan: !is_float || self.nan > 0 || rows == 0,
            infinite: !is_float || self.extent.infinite > 0 || rows == 0,
            min_presence,
            domain: texts.map(|texts| texts.keys().map(ToString::to_string).collect()),
            range: self.range(settings.range_margin).closed(),
            unique: self.unique.is_proven() && present > 1,
            ..ColumnSchema::new(self.name.clone(), self.data_type.clone())
        }
    }

    #[expect(clippy::cast_possible_truncation, reason = "it saturates, and ranges are cut at 64 bits then")]
    fn range(&self, margin: f64) -> Range {
        let whole = |(min, max): (i128, i128)| {
            let by = ((max - min) as f64 * margin.max(0.0)).ceil() as i128;
            let lower = min.saturating_sub(by);
            let upper = max.saturating_add(by);
            (if min >= 0 { lower.max(0) } else { lower }, if max <= 0 { upper.min(0) } else { upper })
        };
        match (self.data_type.kind(), self.extent.whole, self.extent.floats) {
            (TypeKind::Whole, Some(ends), _) => {
                let (min, max) = whole(ends);
                Range::Whole { min: Some(min), max: Some(max) }
            }
            (TypeKind::Moment, Some((min, max)), _) => {
                // The year 1970 is no zero.
                let mut by = ((max - min) as f64 * margin.max(0.0)).ceil() as i128;
                if *self.data_type.arrow() == arrow_schema::DataType::Date32 {
                    by += (-by).rem_euclid(crate::table::NANOS_PER_DAY);
                }
                let end = |nanos| writable(nanos, &self.data_type);
                let (min, max) = (end(min - by).or_else(|| end(min)), end(max + by).or_else(|| end(max)));
                Range::Moment { min, max }
            }
            // An infinite value lies in no range, at that end.
            (TypeKind::Float, _, Some((min, max))) if self.extent.infinite == 0 => {
                let by = (max - min) * margin.max(0.0);
                let (lower, upper) = (min - by, max + by);
                let lower = if min >= 0.0 { lower.max(0.0) } else { lower };
                let upper = if max <= 0.0 { upper.min(0.0) } else { upper };
                let finite = |end: f64| end.is_finite().then_some(end);
                Range::Float { min: finite(lower), max: finite(upper) }
            }
            _ => Range::Any,
        }
    }

    fn seen(&self, rows: u64) -> String {
        let mut said = vec![format!("{} values", rows - self.missing), format!("{} missing", self.missing)];
        if self.nan > 0 {
            said.push(format!("{} of them NaN", self.nan));
        }
        if self.extent.infinite > 0 {
            said.push(format!("{} infinite", self.extent.infinite));
        }
        let exact = self.range(0.0).closed();
        if exact != Range::Any {
            let column =
                ColumnSchema { range: exact, ..ColumnSchema::new(self.name.clone(), self.data_type.clone()) };
            said.push(column.range_text());
        }
        match &self.texts {
            Some(texts) => said.push(format!("{} different texts", texts.len())),
            None if self.data_type.kind() == TypeKind::Text => {
                said.push(format!("more than {} different texts", self.most_texts));
            }
            None => {}
        }
        if self.unique.is_proven() {
            said.push("no value twice".to_owned());
        }
        said.join(", ")
    }
}

/// A schema with what was seen, for the people who review it.
#[derive(Clone, Debug, PartialEq)]
#[non_exhaustive]
pub struct InferredSchema {
    /// The schema.
    pub schema: Schema,
    /// Rows that were seen.
    pub rows: u64,
    seen: BTreeMap<String, String>,
}

impl InferredSchema {
    /// What was seen of a column, in words.
    pub fn seen(&self, column: &str) -> Option<&str> {
        self.seen.get(column).map(String::as_str)
    }

    /// The columns that could be a key: always there and never twice the same.
    pub fn key_candidates(&self) -> Vec<&str> {
        let keys = self.schema.columns.iter().filter(|column| column.unique && !column.nullable());
        keys.map(|column| column.name.as_str()).collect()
    }

    /// As TOML, with what was seen of each column as a comment above it.
    pub fn to_toml(&self) -> String {
        let head =
            format!("# Inferred from {} rows. What is too narrow is to be widened by hand.\n", self.rows);
        head + &file::to_toml(&self.schema, |column| self.seen.get(column).cloned())
    }
}
