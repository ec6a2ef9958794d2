//! The flights as the chapters need them: by month, with their labels and features.

use std::collections::HashMap;
use std::ops::RangeInclusive;
use std::path::Path;

use mlops::arrow::array::cast::AsArray as _;
use mlops::arrow::array::types::{Int64Type, TimestampMicrosecondType};
use mlops::arrow::array::{Array as _, BooleanArray, RecordBatch};
use mlops::features::{DenseRows, Joined, OfflineSourceExt as _, ParquetSource};
use mlops::{Timestamp, Window};
use mlops_examples::{decisions, texts};

use crate::Result;

/// The months that the champion was trained on.
pub(crate) const TRAINING: RangeInclusive<u32> = 1..=2;

/// All flights, one row each.
pub(crate) fn read(data: &Path) -> Result<RecordBatch> {
    Ok(ParquetSource::open(data.join("flights.parquet"))?.read_all()?)
}

/// From the first month to the last, in UTC.
pub(crate) fn months(months: RangeInclusive<u32>) -> Result<Window> {
    let start = |month: u32| format!("{}-{:02}-01", 2013 + (month - 1) / 12, (month - 1) % 12 + 1).parse();
    Ok(Window::new(start(*months.start())?, start(months.end() + 1)?)?)
}

/// Every flight with what was known at its decision, and what came of it.
#[derive(Debug)]
pub(crate) struct History {
    pub(crate) flights: RecordBatch,
    /// The columns that are the model's inputs, in its order.
    pub(crate) inputs: Vec<String>,
    /// The same as numbers, row by row; NaN is missing.
    pub(crate) features: DenseRows,
    pub(crate) times: Vec<Timestamp>,
    labels: BooleanArray,
    rows_by_id: HashMap<i64, usize>,
}

/// The flights whose decision falls into a window.
#[derive(Debug)]
pub(crate) struct Rows {
    /// Where they are in the history.
    pub(crate) places: Vec<usize>,
    pub(crate) times: Vec<Timestamp>,
    /// `None` if the flight never arrived.
    pub(crate) late: Vec<Option<bool>>,
}

impl Rows {
    /// Those of `values`, one for each flight of the history, that belong to these flights.
    pub(crate) fn of<'v, T>(&self, values: &'v [T]) -> impl Iterator<Item = &'v T> {
        self.places.iter().map(|place| &values[*place])
    }
}

impl History {
    /// What the join gave.
    pub(crate) fn new(joined: Joined) -> Result<Self> {
        let features = joined.dense()?;
        let inputs = joined.inputs().to_vec();
        let flights = joined.into_batch();
        let times = decisions(&flights)?;
        let labels = flights
            .column_by_name("late")
            .and_then(|column| column.as_boolean_opt())
            .ok_or("flights need a boolean column late")?
            .clone();
        let ids = flights
            .column_by_name("flight_id")
            .and_then(|column| column.as_primitive_opt::<Int64Type>())
            .ok_or("flights need a column flight_id of 64-bit integers")?;
        let rows_by_id = ids.values().iter().copied().zip(0..).collect();
        Ok(Self { flights, inputs, features, times, labels, rows_by_id })
    }

    /// Where the flight with this id is.
    pub(crate) fn place_of(&self, id: &str) -> Result<usize> {
        let place = id.parse().ok().and_then(|id: i64| self.rows_by_id.get(&id));
        place.copied().ok_or_else(|| format!("there is no flight {id}").into())
    }

    /// The features of the flight `id`.
    pub(crate) fn features_of(&self, id: i64) -> Result<&[f64]> {
        let row = self.rows_by_id.get(&id).ok_or_else(|| format!("there is no flight {id}"))?;
        Ok(self.features.row(*row))
    }

    /// The flights whose decision falls into `window`.
    pub(crate) fn rows(&self, window: Window) -> Rows {
        let places: Vec<usize> =
            (0..self.times.len()).filter(|place| window.contains(self.times[*place])).collect();
        Rows {
            times: places.iter().map(|place| self.times[*place]).collect(),
            late: places
                .iter()
                .map(|place| self.labels.is_valid(*place).then(|| self.labels.value(*place)))
                .collect(),
            places,
        }
    }

    /// Those of them whose label is known: what models are trained and scored on.
    pub(crate) fn labelled(&self, window: Window) -> Rows {
        let Rows { places, times, late } = self.rows(window);
        let known = |row: &usize| late[*row].is_some();
        let kept: Vec<usize> = (0..places.len()).filter(known).collect();
        Rows {
            places: kept.iter().map(|row| places[*row]).collect(),
            times: kept.iter().map(|row| times[*row]).collect(),
            late: kept.iter().map(|row| late[*row]).collect(),
        }
    }

    /// When it was known of each of `rows` whether it was late.
    pub(crate) fn arrivals(&self, rows: &Rows) -> Result<Vec<Timestamp>> {
        let column = self.flights.column_by_name("arrived_at");
        let column = column
            .and_then(|column| column.as_primitive_opt::<TimestampMicrosecondType>())
            .ok_or("flights need a column arrived_at in microseconds")?;
        Ok(rows.places.iter().map(|place| Timestamp::from_micros(column.value(*place))).collect())
    }

    /// The text in `column` of each of `rows`.
    pub(crate) fn texts(&self, column: &str, rows: &Rows) -> Result<Vec<Option<&str>>> {
        let texts = texts(&self.flights, column)?;
        Ok(rows.of(&texts).copied().collect())
    }
}
