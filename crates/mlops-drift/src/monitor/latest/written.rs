//! How the rows of a sliding window are written down, and what can't be one.

use std::collections::VecDeque;

use mlops_core::Timestamp;
use serde::{Deserialize, Serialize};

use super::{Codes, Kept, LatestRows, Values};
use crate::window::{Found, Kind, MAX_ROWS, all_different};
use crate::{Columns, Error, Result};

/// What is written of it.
#[derive(Serialize, Deserialize)]
pub(super) struct Written {
    settings: Columns,
    /// Microseconds since 1970.
    moments: Vec<i64>,
    new: u64,
    columns: Option<Vec<WrittenColumn>>,
}

#[derive(Serialize, Deserialize)]
struct WrittenColumn {
    name: String,
    data_type: String,
    kind: Kind,
    values: WrittenValues,
}

#[derive(Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum WrittenValues {
    Numbers(Vec<Option<f64>>),
    Categories { codes: Vec<Option<u32>>, names: Vec<String> },
    Present(Vec<bool>),
}

impl From<LatestRows> for Written {
    fn from(latest: LatestRows) -> Self {
        let column = |column: Kept| WrittenColumn {
            name: column.name,
            data_type: column.data_type,
            kind: column.kind,
            values: match column.values {
                Values::Numbers(numbers) => WrittenValues::Numbers(
                    numbers.into_iter().map(|number| number.is_finite().then_some(number)).collect(),
                ),
                Values::Categories(Codes { of_rows, names, .. }) => {
                    WrittenValues::Categories { codes: of_rows.into(), names }
                }
                Values::Present(present) => WrittenValues::Present(present.into()),
            },
        };
        Self {
            settings: latest.settings,
            moments: latest.moments.into_iter().map(Timestamp::as_micros).collect(),
            new: latest.new,
            columns: latest.columns.map(|columns| columns.into_iter().map(column).collect()),
        }
    }
}

impl TryFrom<Written> for LatestRows {
    type Error = Error;

    fn try_from(written: Written) -> Result<Self> {
        let damaged = |reason: String| Error::Damaged { what: "a window".to_owned(), reason };
        let rows = written.moments.len();
        if written.new > MAX_ROWS {
            return Err(damaged(format!("{} new rows are more than can be", written.new)));
        }
        if written.columns.is_none() && rows > 0 {
            return Err(damaged(format!("{rows} rows without columns")));
        }
        let columns = written.columns.map(|columns| {
            columns
                .into_iter()
                .map(|column| column.read(rows).map_err(damaged))
                .collect::<Result<Vec<Kept>>>()
        });
        let columns = columns.transpose()?;
        let found: Vec<Found<'_>> = columns.iter().flatten().map(Kept::found).collect();
        all_different(&found).map_err(|error| damaged(error.to_string()))?;
        let moments = written.moments.into_iter().map(Timestamp::from_micros).collect();
        Ok(Self { settings: written.settings, moments, new: written.new, columns })
    }
}

impl WrittenColumn {
    fn read(self, rows: usize) -> Result<Kept, String> {
        let name = self.name;
        let (length, values) = match (self.kind, self.values) {
            (Kind::Number, WrittenValues::Numbers(numbers)) => {
                if numbers.iter().flatten().any(|number| !number.is_finite()) {
                    return Err(format!("{name:?} with a number that is not finite"));
                }
                let numbers: VecDeque<f64> =
                    numbers.into_iter().map(|number| number.unwrap_or(f64::NAN)).collect();
                (numbers.len(), Values::Numbers(numbers))
            }
            (Kind::Category, WrittenValues::Categories { codes, names }) => {
                if let Some(code) = codes.iter().flatten().find(|code| **code as usize >= names.len()) {
                    return Err(format!("{name:?} with name {code} of {}", names.len()));
                }
                let mut read = Codes { of_rows: codes.into(), ..Codes::default() };
                for category in names {
                    if read.index.contains_key(&category) {
                        return Err(format!("{name:?} with the name {category:?} twice"));
                    }
                    read.add(category);
                }
                (read.of_rows.len(), Values::Categories(read))
            }
            (Kind::Nothing | Kind::Unsupported, WrittenValues::Present(present)) => {
                (present.len(), Values::Present(present.into()))
            }
            (kind, _) => return Err(format!("{name:?} with values that are not of the kind {kind:?}")),
        };
        if length != rows {
            return Err(format!("{name:?} with {length} values of {rows} rows"));
        }
        Ok(Kept { name, data_type: self.data_type, kind: self.kind, values })
    }
}
