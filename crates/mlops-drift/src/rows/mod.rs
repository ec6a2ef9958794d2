//! A table whose rows keep their order and stay together.
//!
//! A [`Window`](crate::Window) knows how each column is distributed; what looks at a column
//! along the rows (chunks) or at columns together (principal components, a domain classifier)
//! needs the rows themselves.

mod read;

use std::collections::HashMap;

pub(crate) use read::each_category;

use crate::{Error, Result};

/// The code of a missing category.
pub(crate) const MISSING: u32 = u32::MAX;

/// A table in memory: columns of numbers and of categories, each with a value a row.
///
/// NaN and null are missing values. Infinities are kept: what can't use them says so.
/// Memory: 8 bytes a number, 4 bytes a category, and every distinct category once.
///
/// ```
/// use mlops_drift::Rows;
/// let rows = Rows::default()
///     .numbers("temp", vec![39.9, f64::NAN, 41.2])?
///     .categories("sky", [Some("clear"), Some("rain"), None])?;
/// assert_eq!((rows.len(), rows.names().collect::<Vec<_>>()), (3, vec!["temp", "sky"]));
/// # Ok::<(), mlops_drift::Error>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Rows {
    length: usize,
    columns: Vec<RowColumn>,
    skipped: Vec<String>,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) struct RowColumn {
    pub(crate) name: String,
    pub(crate) values: RowValues,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum RowValues {
    /// NaN is missing.
    Numbers(Vec<f64>),
    Categories(Categories),
}

/// Categories as codes into their names; [`MISSING`] has none.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Categories {
    pub(crate) codes: Vec<u32>,
    pub(crate) names: Vec<String>,
    index: HashMap<String, u32>,
}

impl Categories {
    pub(crate) fn code(&mut self, name: &str) -> u32 {
        if let Some(code) = self.index.get(name) {
            return *code;
        }
        let code = u32::try_from(self.names.len()).unwrap_or(MISSING);
        self.names.push(name.to_owned());
        self.index.insert(name.to_owned(), code);
        code
    }

    pub(crate) fn push(&mut self, name: Option<&str>) {
        let code = name.map_or(MISSING, |name| self.code(name));
        self.codes.push(code);
    }
}

impl Rows {
    /// Adds a column of numbers; NaN is missing.
    ///
    /// # Errors
    /// [`Error::Input`] if the column is there already or has another number of rows.
    pub fn numbers(self, name: impl Into<String>, values: Vec<f64>) -> Result<Self> {
        let rows = values.len();
        self.with(name.into(), rows, RowValues::Numbers(values))
    }

    /// Adds a column of categories; `None` is missing.
    ///
    /// # Errors
    /// As [`numbers`](Self::numbers).
    pub fn categories<'n>(
        self,
        name: impl Into<String>,
        values: impl IntoIterator<Item = Option<&'n str>>,
    ) -> Result<Self> {
        let mut categories = Categories::default();
        values.into_iter().for_each(|value| categories.push(value));
        let rows = categories.codes.len();
        self.with(name.into(), rows, RowValues::Categories(categories))
    }

    fn with(mut self, name: String, rows: usize, values: RowValues) -> Result<Self> {
        if self.column(&name).is_some() {
            return Err(Error::input(format!("column {name:?}"), "there twice", "different names"));
        }
        if !self.columns.is_empty() && rows != self.length {
            let expected = format!("{} as the columns before", self.length);
            return Err(Error::input(format!("column {name:?}"), format!("{rows} values long"), expected));
        }
        self.length = rows;
        self.columns.push(RowColumn { name, values });
        Ok(self)
    }

    /// How many rows it has.
    pub fn len(&self) -> usize {
        self.length
    }

    /// Whether it has no rows.
    pub fn is_empty(&self) -> bool {
        self.length == 0
    }

    /// The names of its columns in their order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|column| column.name.as_str())
    }

    /// Columns of the batches that have neither numbers nor categories, and were left out.
    pub fn skipped(&self) -> &[String] {
        &self.skipped
    }

    pub(crate) fn columns(&self) -> &[RowColumn] {
        &self.columns
    }

    pub(crate) fn column(&self, name: &str) -> Option<&RowColumn> {
        self.columns.iter().find(|column| column.name == name)
    }

    /// The column of this name and kind.
    pub(crate) fn same_column(&self, like: &RowColumn) -> Result<&RowColumn> {
        let expected = like.kind();
        let found = self.column(&like.name);
        match found {
            Some(column) if column.kind() == expected => Ok(column),
            _ => Err(Error::Schema {
                column: like.name.clone(),
                found: found.map_or("missing", RowColumn::kind).to_owned(),
                expected: format!("{expected} in the reference"),
            }),
        }
    }
}

impl RowColumn {
    /// Its name and kind.
    pub(crate) fn without_values(&self) -> Self {
        let values = match self.values {
            RowValues::Numbers(_) => RowValues::Numbers(Vec::new()),
            RowValues::Categories(_) => RowValues::Categories(Categories::default()),
        };
        Self { name: self.name.clone(), values }
    }

    pub(crate) fn kind(&self) -> &'static str {
        match self.values {
            RowValues::Numbers(_) => "numbers",
            RowValues::Categories(_) => "categories",
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn columns_are_as_long_as_each_other_and_named_once() {
        let rows = Rows::default().numbers("a", vec![1.0, 2.0]).unwrap();
        assert!(matches!(rows.clone().numbers("b", vec![1.0]), Err(Error::Input { .. })));
        assert!(matches!(rows.clone().numbers("a", vec![1.0, 2.0]), Err(Error::Input { .. })));
        let twice = rows.categories("k", [Some("x"), None]).unwrap();
        assert_eq!(twice.column("k").unwrap().kind(), "categories");
    }
}
