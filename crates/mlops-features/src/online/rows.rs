use arrow_array::{ArrayRef, RecordBatch};
use mlops_core::{FeatureName, Timestamp};

use super::cells::{Cells, TooLarge};
use crate::definition::FeatureView;
use crate::offline::column_index;
use crate::pit::{KeyKind, Micros};
use crate::{EntityKey, Error, FeatureRow, Result};

/// What messages expect of an integer.
const INT: &str = "at most 9223372036854775807";

/// The columns of a view that its rows are made of.
#[derive(Debug)]
pub(super) struct Columns<'a> {
    view: &'a FeatureView,
}

impl<'a> Columns<'a> {
    /// The columns of `view`.
    ///
    /// # Errors
    /// [`Error::ColumnType`] for a join key of bytes, which no online store has.
    pub(super) fn new(view: &'a FeatureView) -> Result<Self> {
        let schema = view.source().schema();
        for key in view.keys() {
            let field = schema.field(column_index(view.source().name(), &schema, &key.source)?);
            if !matches!(KeyKind::of(field.data_type()), Some(KeyKind::Int | KeyKind::Text)) {
                return Err(Error::ColumnType {
                    table: view.source().name().to_owned(),
                    column: key.source.clone(),
                    found: field.data_type().to_string(),
                    expected: "integers or text as the key of an online store".to_owned(),
                });
            }
        }
        Ok(Self { view })
    }

    /// Their names, each once.
    pub(super) fn names(&self) -> Vec<&'a str> {
        let keys = self.view.keys().iter().map(|key| key.source.as_str());
        let times = [Some(self.view.timestamp()), self.view.created()].into_iter().flatten();
        let features = self.view.features().iter().map(|feature| feature.name.as_str());
        let mut names = Vec::new();
        for name in keys.chain(times).chain(features) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        names
    }
}

/// The names of the features of `view`, in its order.
pub(super) fn feature_names(view: &FeatureView) -> Vec<FeatureName> {
    view.features().iter().map(|feature| feature.name.clone()).collect()
}

/// The rows of a view in a batch that has its columns.
#[derive(Debug)]
pub(super) struct Rows {
    /// What messages call the batch.
    table: String,
    keys: Vec<(String, Cells)>,
    timestamp: String,
    times: Micros,
    created: Option<Micros>,
    features: Vec<(String, Cells)>,
}

impl Rows {
    /// The rows of `batch`, whose columns have the types that the view's source has.
    pub(super) fn new(view: &FeatureView, batch: &RecordBatch, table: &str) -> Result<Self> {
        let column = |name: &str| -> Result<&ArrayRef> {
            Ok(batch.column(column_index(table, &batch.schema(), name)?))
        };
        let cells = |name: &str| Ok((name.to_owned(), Cells::new(column(name)?, table, name)?));
        let micros = |name: &str| Micros::read(column(name)?, table, name);
        Ok(Self {
            table: table.to_owned(),
            keys: view.keys().iter().map(|key| cells(&key.source)).collect::<Result<_>>()?,
            timestamp: view.timestamp().to_owned(),
            times: micros(view.timestamp())?,
            created: view.created().map(micros).transpose()?,
            features: view.features().iter().map(|f| cells(f.name.as_str())).collect::<Result<_>>()?,
        })
    }

    /// When row `row` becomes known.
    pub(super) fn time(&self, row: usize) -> Option<i64> {
        self.times.get(row)
    }

    /// The key of row `row`, which is row `number` of the table; the name of the column that
    /// is null if there is one.
    pub(super) fn key(&self, row: usize, number: u64) -> Result<Result<EntityKey, &str>> {
        let mut parts = Vec::with_capacity(self.keys.len());
        for (name, cells) in &self.keys {
            match cells.key(row).map_err(|value| self.too_large(name, number, &value))? {
                Some(part) => parts.push(part),
                None => return Ok(Err(name)),
            }
        }
        Ok(Ok(parts.into_iter().collect()))
    }

    /// The times and values of row `row`, which is row `number` of the table and known from
    /// `time` on.
    pub(super) fn row(&self, row: usize, number: u64, time: i64) -> Result<FeatureRow> {
        let created = self.created.as_ref().and_then(|created| created.get(row));
        let values = self
            .features
            .iter()
            .map(|(name, cells)| cells.value(row).map_err(|value| self.too_large(name, number, &value)))
            .collect::<Result<_>>()?;
        Ok(FeatureRow {
            event_timestamp: Timestamp::from_micros(time),
            created: created.map(Timestamp::from_micros),
            values,
        })
    }

    /// The error of a cell that must not be null.
    pub(super) fn null(&self, column: &str, row: u64, expected: &str) -> Error {
        Error::Cell {
            table: self.table.clone(),
            column: column.to_owned(),
            row,
            value: "null".to_owned(),
            expected: expected.to_owned(),
        }
    }

    /// The error of a row without time.
    pub(super) fn no_time(&self, row: u64) -> Error {
        self.null(&self.timestamp, row, "a moment")
    }

    fn too_large(&self, column: &str, row: u64, TooLarge(value): &TooLarge) -> Error {
        Error::Cell {
            table: self.table.clone(),
            column: column.to_owned(),
            row,
            value: value.to_string(),
            expected: INT.to_owned(),
        }
    }
}
