use std::sync::Arc;

use serde_json::Value;

use crate::metric::Keep;
use crate::{Error, Result};

/// Values in a list of unexpected values at most; Great Expectations has the same limit.
pub(super) const MAX_VALUES: usize = 200;
/// Rows that break a rule and are named in words, whatever the format.
pub(super) const IN_WORDS: usize = 5;

/// How much a result says of the rows that break a rule, from least to most.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[expect(clippy::exhaustive_enums, reason = "Great Expectations has these four")]
pub enum Level {
    /// Whether the rule holds.
    BooleanOnly,
    /// And the counts, and the first values.
    Basic,
    /// And the most frequent of them, and their rows.
    #[default]
    Summary,
    /// And all rows, and 200 values.
    Complete,
}

impl Level {
    const ALL: [(&str, Self); 4] = [
        ("BOOLEAN_ONLY", Self::BooleanOnly),
        ("BASIC", Self::Basic),
        ("SUMMARY", Self::Summary),
        ("COMPLETE", Self::Complete),
    ];

    /// Great Expectations' name of it.
    pub fn name(self) -> &'static str {
        Self::ALL.iter().find(|(_, level)| *level == self).map_or("SUMMARY", |(name, _)| name)
    }
}

/// What a result says: Great Expectations' `result_format`.
///
/// The number of rows that are kept is bounded by `partial_unexpected_count` (20), except
/// at [`Level::Complete`], which keeps the number of every row that breaks a rule, with
/// its key if key columns are named.
#[derive(Clone, Debug, PartialEq, Eq)]
#[must_use]
pub struct ResultFormat {
    pub(super) level: Level,
    pub(super) partial_unexpected_count: usize,
    pub(super) index_columns: Option<Arc<[String]>>,
    pub(super) include_unexpected_rows: bool,
    pub(super) exclude_unexpected_values: bool,
}

impl Default for ResultFormat {
    fn default() -> Self {
        Self::new(Level::Summary)
    }
}

impl From<Level> for ResultFormat {
    fn from(level: Level) -> Self {
        Self::new(level)
    }
}

impl ResultFormat {
    /// A level with the defaults.
    pub fn new(level: Level) -> Self {
        Self {
            level,
            partial_unexpected_count: 20,
            index_columns: None,
            include_unexpected_rows: false,
            exclude_unexpected_values: false,
        }
    }

    /// How many values and rows the partial lists hold at most.
    pub fn partial_unexpected_count(mut self, count: usize) -> Self {
        self.partial_unexpected_count = count;
        self
    }

    /// Columns that identify a row, such as its key. Rows are then given with their values
    /// instead of by number.
    pub fn index_columns<S: Into<String>>(mut self, columns: impl IntoIterator<Item = S>) -> Self {
        self.index_columns = Some(columns.into_iter().map(Into::into).collect());
        self
    }

    /// Adds the first rows that break a rule, whole.
    pub fn include_unexpected_rows(mut self) -> Self {
        self.include_unexpected_rows = true;
        self
    }

    /// Leaves out the values that break a rule, as if they were secret. They are left out
    /// of the words too.
    pub fn exclude_unexpected_values(mut self) -> Self {
        self.exclude_unexpected_values = true;
        self
    }

    /// The level.
    pub fn level(&self) -> Level {
        self.level
    }

    /// The level's name, or an object if there are options.
    pub fn to_json(&self) -> Value {
        let plain = Self::new(self.level);
        if *self == plain {
            return Value::from(self.level.name());
        }
        let mut options = serde_json::Map::new();
        options.insert("result_format".to_owned(), self.level.name().into());
        if self.partial_unexpected_count != plain.partial_unexpected_count {
            options.insert("partial_unexpected_count".to_owned(), self.partial_unexpected_count.into());
        }
        if let Some(columns) = &self.index_columns {
            let names: Value = columns.iter().map(String::as_str).collect();
            options.insert("unexpected_index_column_names".to_owned(), names);
        }
        for (name, flag) in [
            ("include_unexpected_rows", self.include_unexpected_rows),
            ("exclude_unexpected_values", self.exclude_unexpected_values),
        ] {
            if flag {
                options.insert(name.to_owned(), flag.into());
            }
        }
        Value::Object(options)
    }

    /// Reads a level's name, or the object with its options.
    ///
    /// # Errors
    /// [`Error::Invalid`] if it is neither, or an option has a wrong value.
    pub fn from_json(value: &Value) -> Result<Self> {
        let invalid = |path: &str, value: &Value, expected: &str| {
            Error::invalid("result format", format!("result_format{path}"), value, expected)
        };
        let level = |path: &str, value: &Value| {
            let name = value.as_str();
            Level::ALL
                .iter()
                .find(|(known, _)| name == Some(known))
                .map(|(_, level)| *level)
                .ok_or_else(|| invalid(path, value, "BOOLEAN_ONLY, BASIC, SUMMARY or COMPLETE"))
        };
        let Value::Object(options) = value else { return level("", value).map(Self::new) };
        let name = options.get("result_format").unwrap_or(&Value::Null);
        let mut format = Self::new(level(".result_format", name)?);
        let flag = |name: &str| match options.get(name) {
            None | Some(Value::Null) => Ok(false),
            Some(Value::Bool(flag)) => Ok(*flag),
            Some(other) => Err(invalid(&format!(".{name}"), other, "true or false")),
        };
        format.include_unexpected_rows = flag("include_unexpected_rows")?;
        format.exclude_unexpected_values = flag("exclude_unexpected_values")?;
        if let Some(count) = options.get("partial_unexpected_count") {
            let whole = count.as_u64().and_then(|count| usize::try_from(count).ok());
            format.partial_unexpected_count =
                whole.ok_or_else(|| invalid(".partial_unexpected_count", count, "a whole number"))?;
        }
        match options.get("unexpected_index_column_names") {
            None | Some(Value::Null) => {}
            Some(names) => {
                let list: Option<Vec<&str>> =
                    names.as_array().and_then(|names| names.iter().map(Value::as_str).collect());
                let list = list.ok_or_else(|| {
                    invalid(".unexpected_index_column_names", names, "a list of column names")
                })?;
                format = format.index_columns(list);
            }
        }
        Ok(format)
    }

    pub(super) fn keys(&self) -> &[String] {
        self.index_columns.as_deref().unwrap_or_default()
    }

    /// What has to be kept to say this.
    pub(crate) fn keep(&self) -> Keep {
        let has_keys = !self.keys().is_empty();
        let complete = self.level == Level::Complete;
        let partial = self.partial_unexpected_count.max(IN_WORDS);
        Keep {
            rows: match (complete, has_keys) {
                (true, true) => usize::MAX,
                (true, false) => partial.max(MAX_VALUES),
                (false, _) => partial,
            },
            all_row_numbers: complete && !has_keys,
            keys: self.index_columns.clone().unwrap_or_default(),
            needs_keys: self.level >= Level::Summary,
            whole_rows: if self.include_unexpected_rows { self.partial_unexpected_count } else { 0 },
        }
    }
}
