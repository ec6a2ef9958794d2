//! The index of search in tables of its own, written in the transaction that changes the records.

mod build;
mod compare;
mod find;
mod index;
mod narrow;
mod read;
mod shelf;
mod sql;
mod walk;

pub(super) use build::build;
pub(super) use compare::differences;
pub(super) use find::find;
pub(super) use index::flush;

#[cfg(test)]
mod tests;

use rusqlite::Connection;
use rusqlite::functions::{Context, FunctionFlags};

use crate::search::Pattern;

/// Teaches a connection to fit patterns as all stores do.
pub(super) fn register(connection: &Connection) -> rusqlite::Result<()> {
    const FLAGS: FunctionFlags = FunctionFlags::SQLITE_UTF8
        .union(FunctionFlags::SQLITE_DETERMINISTIC)
        .union(FunctionFlags::SQLITE_DIRECTONLY);
    for (name, ignore_case) in [("mlops_like", false), ("mlops_ilike", true)] {
        connection.create_scalar_function(name, 2, FLAGS, move |context: &mut Context<'_>| {
            let pattern = context.get_or_create_aux(0, |value| -> rusqlite::Result<Pattern> {
                Ok(Pattern::new(value.as_str()?, ignore_case))
            })?;
            Ok(context.get_raw(1).as_str().is_ok_and(|text| pattern.fits(text)))
        })?;
    }
    Ok(())
}
