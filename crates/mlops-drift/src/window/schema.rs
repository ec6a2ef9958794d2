//! Which columns there are, and whether they are those of before.

use std::collections::HashSet;

use arrow_schema::Schema;

use super::column::{Columns, Kind};
use crate::{Error, Result};

/// What a table says of a column.
#[derive(Clone, Debug)]
pub(crate) struct Found<'a> {
    pub(crate) name: &'a str,
    /// As Arrow spells it.
    pub(crate) data_type: String,
    pub(crate) kind: Kind,
}

impl<'a> Found<'a> {
    /// The columns that are looked at, and where they stand.
    pub(crate) fn in_schema(schema: &'a Schema, columns: &Columns) -> (Vec<usize>, Vec<Self>) {
        let fields = schema.fields();
        let looked_at = (0..fields.len()).filter(|index| !columns.ignored.contains(fields[*index].name()));
        let found = looked_at.map(|index| {
            let (name, data_type) = (fields[index].name().as_str(), fields[index].data_type());
            (index, Self { name, data_type: data_type.to_string(), kind: columns.kind(name, data_type) })
        });
        found.unzip()
    }
}

/// The columns gathered so far, which must be those found; the first that come decide.
pub(crate) fn expect_columns<'c, C>(
    columns: &'c mut Option<Vec<C>>,
    found: &[Found<'_>],
    describe: impl Fn(&C) -> Found<'_>,
    new: impl Fn(&Found<'_>) -> C,
) -> Result<&'c mut Vec<C>> {
    match columns {
        Some(columns) => same_columns(&columns.iter().map(describe).collect::<Vec<_>>(), found)?,
        None => all_different(found)?,
    }
    Ok(columns.get_or_insert_with(|| found.iter().map(new).collect()))
}

pub(crate) fn same_columns(before: &[Found<'_>], found: &[Found<'_>]) -> Result<()> {
    for index in 0..before.len().max(found.len()) {
        let (expected, found) = (before.get(index), found.get(index));
        let same = match (expected, found) {
            (Some(expected), Some(found)) => {
                (expected.name, &expected.data_type, expected.kind)
                    == (found.name, &found.data_type, found.kind)
            }
            _ => false,
        };
        if !same {
            let column = found.or(expected).map_or("", |column| column.name).to_owned();
            let written = |side: Option<&Found<'_>>| match side {
                Some(side) if side.name == column => side.data_type.clone(),
                _ => "missing".to_owned(),
            };
            return Err(Error::Schema { found: written(found), expected: written(expected), column });
        }
    }
    Ok(())
}

pub(crate) fn all_different(found: &[Found<'_>]) -> Result<()> {
    let mut seen = HashSet::new();
    match found.iter().find(|column| !seen.insert(column.name)) {
        None => Ok(()),
        Some(column) => Err(Error::Schema {
            column: column.name.to_owned(),
            found: column.data_type.clone(),
            expected: "there already".to_owned(),
        }),
    }
}
