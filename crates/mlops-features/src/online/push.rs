use std::fmt;
use std::sync::Arc;

use arrow_array::RecordBatch;
use mlops_core::FeatureName;

use super::request::KeyType;
use super::rows::{Columns, Rows, feature_names};
use crate::definition::{FeatureView, ValueType};
use crate::offline::column_type;
use crate::pit::{KeyKind, is_moment};
use crate::{EntityKey, Error, FeatureRow, KeyPart, OnlineStore, Result};

/// What messages call the rows that are pushed.
const TABLE: &str = "the pushed rows";

/// Writes rows of a view straight to an online store: from a stream, or late ones that the
/// watermark has passed.
///
/// A row takes a place only if it is not older than the one that is there, and the watermark
/// stays where it is: push and [`Materializer`](crate::Materializer) may run side by side.
/// What is pushed should reach the offline source too, or training will not see what serving saw.
///
/// Push a row when it is known, not before: one whose time is yet to come takes the place of
/// the present one, and until then nothing is known.
#[derive(Clone)]
pub struct Push {
    view: Arc<FeatureView>,
    features: Vec<FeatureName>,
    keys: Vec<(String, KeyType)>,
    store: Arc<dyn OnlineStore>,
}

impl fmt::Debug for Push {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Push").field("view", &self.view.name().as_str()).finish_non_exhaustive()
    }
}

impl Push {
    /// Pushes rows of `view` to `store`.
    ///
    /// # Errors
    /// [`Error::ColumnType`] for a view with a join key of bytes.
    pub fn new(view: Arc<FeatureView>, store: Arc<dyn OnlineStore>) -> Result<Self> {
        Columns::new(&view)?;
        let schema = view.source().schema();
        let keys = view
            .keys()
            .iter()
            .map(|key| {
                let found = column_type(view.source().name(), &schema, &key.source)?;
                Ok((key.source.clone(), KeyType::of(found)))
            })
            .collect::<Result<_>>()?;
        Ok(Self { features: feature_names(&view), keys, view, store })
    }

    /// Writes the rows of `batch`, which has the columns that the view's source has, by name
    /// and in any width, and says how many of them took a place. Nothing is written if one
    /// row is wrong.
    ///
    /// # Errors
    /// [`Error::Unknown`] for a column that is not there, [`Error::ColumnType`] for one of
    /// another type, [`Error::Cell`] for a row without key or time, or with an integer that
    /// 64 bits with sign can't hold; what the store gives.
    pub fn batch(&self, batch: &RecordBatch) -> Result<usize> {
        self.check_columns(batch)?;
        let rows = Rows::new(&self.view, batch, TABLE)?;
        let pushed = (0..batch.num_rows())
            .map(|row| {
                let number = row as u64;
                let key = rows.key(row, number)?.map_err(|column| rows.null(column, number, "a join key"))?;
                let time = rows.time(row).ok_or_else(|| rows.no_time(number))?;
                Ok((key, rows.row(row, number, time)?))
            })
            .collect::<Result<Vec<_>>>()?;
        self.store.write(self.view.name(), &self.features, &pushed)
    }

    /// Writes `rows`, each with a key of as many parts as the view has join keys, and a value
    /// for each feature in the order of the view, and says how many of them took a place.
    /// Nothing is written if one row is wrong.
    ///
    /// # Errors
    /// [`Error::Shape`] for a key of another length, [`Error::Cell`] for a part or a value of
    /// another type; what the store gives, as [`OnlineStore::write`].
    pub fn rows(&self, rows: &[(EntityKey, FeatureRow)]) -> Result<usize> {
        for (number, (key, row)) in (0..).zip(rows) {
            let wrong = |column: &str, value: String, expected: String| Error::Cell {
                table: TABLE.to_owned(),
                column: column.to_owned(),
                row: number,
                value,
                expected,
            };
            if key.parts().len() != self.keys.len() {
                return Err(Error::Shape {
                    what: "parts of a key",
                    found: key.parts().len(),
                    expected: self.keys.len(),
                });
            }
            for (part, (name, key_type)) in key.parts().iter().zip(&self.keys) {
                if !key_type.takes(part) {
                    let value = match part {
                        KeyPart::Int(value) => value.to_string(),
                        KeyPart::Text(text) => format!("{text:?}"),
                    };
                    return Err(wrong(name, value, key_type.to_string()));
                }
            }
            for (value, feature) in row.values.iter().zip(self.view.features()) {
                if value.value_type().is_some_and(|found| found != feature.value_type) {
                    let expected = format!("a value of type {}", feature.value_type);
                    return Err(wrong(feature.name.as_str(), format!("{value:?}"), expected));
                }
            }
        }
        self.store.write(self.view.name(), &self.features, rows)
    }

    /// Checks that the batch has the columns of the view.
    fn check_columns(&self, batch: &RecordBatch) -> Result<()> {
        let schema = batch.schema();
        let wrong = |column: &str, found: String, expected: String| Error::ColumnType {
            table: TABLE.to_owned(),
            column: column.to_owned(),
            found,
            expected,
        };
        for (name, key_type) in &self.keys {
            let found = column_type(TABLE, &schema, name)?;
            let fits = match KeyKind::of(found) {
                Some(KeyKind::Int) => *key_type == KeyType::Int,
                Some(KeyKind::Text) => *key_type == KeyType::Text,
                _ => false,
            };
            if !fits {
                return Err(wrong(name, found.to_string(), format!("{key_type} as a join key")));
            }
        }
        for name in [Some(self.view.timestamp()), self.view.created()].into_iter().flatten() {
            let found = column_type(TABLE, &schema, name)?;
            if !is_moment(found) {
                return Err(wrong(name, found.to_string(), "a timestamp or a date".to_owned()));
            }
        }
        for feature in self.view.features() {
            let found = column_type(TABLE, &schema, feature.name.as_str())?;
            if ValueType::of(found) != Some(feature.value_type) {
                let expected = format!("a feature of type {}", feature.value_type);
                return Err(wrong(feature.name.as_str(), found.to_string(), expected));
            }
        }
        Ok(())
    }
}
