use arrow_schema::DataType;
use rayon::prelude::*;

use super::accumulator::Gathered;
use super::schema::{Found, all_different};
use super::{Columns, Window};
use crate::{Error, Result};

/// The values of one column as slices.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum Series<'a> {
    /// Numbers; NaN and infinities are missing.
    Numbers(&'a [f64]),
    /// Names.
    Categories(&'a [&'a str]),
    /// Names, some of them missing.
    MaybeCategories(&'a [Option<&'a str>]),
}

impl<'a> From<&'a [f64]> for Series<'a> {
    fn from(numbers: &'a [f64]) -> Self {
        Self::Numbers(numbers)
    }
}

impl<'a> From<&'a [&'a str]> for Series<'a> {
    fn from(names: &'a [&'a str]) -> Self {
        Self::Categories(names)
    }
}

impl<'a> From<&'a [Option<&'a str>]> for Series<'a> {
    fn from(names: &'a [Option<&'a str>]) -> Self {
        Self::MaybeCategories(names)
    }
}

impl Series<'_> {
    /// How many values there are, with the missing ones.
    pub const fn len(&self) -> usize {
        match self {
            Self::Numbers(values) => values.len(),
            Self::Categories(values) => values.len(),
            Self::MaybeCategories(values) => values.len(),
        }
    }

    /// Whether there is none.
    pub const fn is_empty(&self) -> bool {
        self.len() == 0
    }

    fn data_type(&self) -> DataType {
        match self {
            Self::Numbers(_) => DataType::Float64,
            Self::Categories(_) | Self::MaybeCategories(_) => DataType::Utf8,
        }
    }
}

impl Window {
    /// Reads columns that lie in slices, each with one value a row: columns of type
    /// `Float64` and `Utf8` by these names.
    ///
    /// ```
    /// use mlops_drift::{Columns, Detector, Series, Window};
    /// let (temps, airports) = ([39.9, 41.0, f64::NAN], ["EWR", "JFK", "EWR"]);
    /// let window = Window::from_columns(
    ///     [("temp", Series::from(&temps[..])), ("origin", Series::from(&airports[..]))],
    ///     &Columns::default(),
    /// )?;
    /// assert_eq!(window.rows(), 3);
    /// # Ok::<(), mlops_drift::Error>(())
    /// ```
    ///
    /// # Errors
    /// [`Error::Input`] if a column has more or fewer values than the first,
    /// [`Error::Schema`] if a name is there twice.
    pub fn from_columns<'a>(
        columns: impl IntoIterator<Item = (&'a str, Series<'a>)>,
        settings: &Columns,
    ) -> Result<Self> {
        let all: Vec<(&str, Series<'_>)> = columns.into_iter().collect();
        let rows = all.first().map_or(0, |(_, series)| series.len());
        if let Some((name, series)) = all.iter().find(|(_, series)| series.len() != rows) {
            return Err(Error::Input {
                what: format!("column {name:?}"),
                found: format!("{} values long", series.len()),
                expected: format!("{rows}, as the first column has"),
            });
        }
        let mut read: Vec<(Found<'_>, Series<'_>)> = Vec::with_capacity(all.len());
        for (name, series) in all {
            if !settings.ignored.contains(name) {
                let (data_type, kind) = (series.data_type(), settings.kind(name, &series.data_type()));
                read.push((Found { name, data_type: data_type.to_string(), kind }, series));
            }
        }
        all_different(&read.iter().map(|(found, _)| found.clone()).collect::<Vec<_>>())?;
        let columns = read.par_iter().map(|(found, series)| {
            let mut column = Gathered::new(found);
            match series {
                Series::Numbers(numbers) => numbers.iter().for_each(|value| column.add_number(Some(*value))),
                Series::Categories(names) => names.iter().for_each(|name| column.count(name, 1)),
                Series::MaybeCategories(names) => names.iter().for_each(|name| match name {
                    Some(name) => column.count(name, 1),
                    None => column.add_missing(1),
                }),
            }
            column.finish(rows as u64)
        });
        Ok(Self { rows: rows as u64, columns: columns.collect() })
    }
}
