use std::collections::BTreeSet;

use arrow_schema::DataType;
use serde::{Deserialize, Serialize};

/// What is to be known of the columns beyond their types.
///
/// ```
/// use mlops_drift::Columns;
/// let columns = Columns::default().categorical(["day_of_week"]).ignore(["flight_id"]);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
#[non_exhaustive]
pub struct Columns {
    /// Numbers that are names: codes, days of the week.
    pub categorical: BTreeSet<String>,
    /// What is not looked at: identifiers, labels. A name that no column has does nothing.
    pub ignored: BTreeSet<String>,
}

impl Columns {
    /// Adds numbers that are names.
    #[must_use]
    pub fn categorical<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.categorical.extend(names.into_iter().map(Into::into));
        self
    }

    /// Adds columns that are not looked at.
    #[must_use]
    pub fn ignore<N: Into<String>>(mut self, names: impl IntoIterator<Item = N>) -> Self {
        self.ignored.extend(names.into_iter().map(Into::into));
        self
    }

    pub(crate) fn kind(&self, name: &str, data_type: &DataType) -> Kind {
        let as_categories = self.categorical.contains(name);
        match data_type {
            number if number.is_integer() || matches!(number, DataType::Float32 | DataType::Float64) => {
                if as_categories {
                    Kind::Category
                } else {
                    Kind::Number
                }
            }
            DataType::Boolean => Kind::Category,
            text if is_text(text) => Kind::Category,
            DataType::Dictionary(_, values) if is_text(values) => Kind::Category,
            DataType::Null => Kind::Nothing,
            _ => Kind::Unsupported,
        }
    }
}

pub(crate) fn is_text(data_type: &DataType) -> bool {
    matches!(data_type, DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View)
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Number,
    Category,
    Nothing,
    Unsupported,
}
