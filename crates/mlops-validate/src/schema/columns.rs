use arrow_array::RecordBatch;

use super::ColumnType;
use crate::{Error, Result};

/// The name and type of a column whose values are gathered.
pub(crate) trait OfColumn {
    fn column(&self) -> (&str, &ColumnType);
}

/// Refuses a batch whose columns are not those of the batches before.
pub(crate) fn as_before(states: &[impl OfColumn], batch: &[(String, ColumnType)]) -> Result<()> {
    let known = states.iter().map(OfColumn::column);
    if known.eq(batch.iter().map(|(name, data_type)| (name.as_str(), data_type))) {
        return Ok(());
    }
    Err(Error::input("record batch", "it has other columns than the first"))
}

/// Refuses a part to be merged whose columns are not those of this one.
pub(crate) fn as_here<S: OfColumn>(states: &[S], later: &[S]) -> Result<()> {
    if states.iter().map(OfColumn::column).eq(later.iter().map(OfColumn::column)) {
        return Ok(());
    }
    Err(Error::input("the part to be merged", "it has other columns"))
}

/// The names and types of a batch.
pub(crate) fn columns_of(batch: &RecordBatch) -> Result<Vec<(String, ColumnType)>> {
    let fields = batch.schema_ref().fields();
    let mut names: Vec<&str> = fields.iter().map(|field| field.name().as_str()).collect();
    names.sort_unstable();
    if let Some((name, _)) = names.iter().zip(names.iter().skip(1)).find(|(one, next)| one == next) {
        return Err(Error::input("record batch", format!("column {name:?} is there twice")));
    }
    if names.first().is_some_and(|name| name.is_empty()) {
        return Err(Error::input("record batch", "a column has no name"));
    }
    Ok(fields.iter().map(|field| (field.name().clone(), ColumnType::of(field.data_type()))).collect())
}
