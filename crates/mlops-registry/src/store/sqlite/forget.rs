//! Leaves whose bodies are taken out.

use std::ops::Range;

use rusqlite::Connection;

use super::sql;
use crate::audit::Pruned;

/// Whether every leaf that is to be forgotten is there.
pub(super) fn has_all(connection: &Connection, pruned: &Pruned) -> rusqlite::Result<bool> {
    let mut count =
        connection.prepare_cached("SELECT count(*) FROM leaf WHERE sequence >= ?1 AND sequence < ?2")?;
    for range in pruned.ranges() {
        let found = count.query_row(bounds(&range)?, |row| sql::sequence(row, 0))?;
        if found != range.end - range.start {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Takes the bodies of these leaves out.
pub(super) fn forget(connection: &Connection, pruned: &Pruned) -> rusqlite::Result<()> {
    let mut delete = connection.prepare_cached("DELETE FROM leaf WHERE sequence >= ?1 AND sequence < ?2")?;
    for range in pruned.ranges() {
        delete.execute(bounds(&range)?)?;
    }
    Ok(())
}

fn bounds(range: &Range<u64>) -> rusqlite::Result<[i64; 2]> {
    Ok([sql::integer(range.start)?, sql::integer(range.end)?])
}
