//! Rows of the log where it has no place for any.

use rusqlite::{Connection, OptionalExtension as _};

/// What lies outside the log and its tree, in words. Nobody reads such rows; that they are
/// there says that someone has written to the file by hand.
///
/// The hash right behind the end is not among them: an audit looks there itself.
pub(super) fn strays(connection: &Connection) -> rusqlite::Result<Vec<String>> {
    // Of one moment, since others write.
    let reading = connection.unchecked_transaction()?;
    let one = |text: &str, values: &[i64]| {
        let mut statement = reading.prepare_cached(text)?;
        let row = statement.query_row(rusqlite::params_from_iter(values), |row| row.get::<_, i64>(0));
        row.optional()
    };
    let mut found = Vec::new();
    if let Some(sequence) = one("SELECT sequence FROM leaf WHERE sequence < 0 LIMIT 1", &[])? {
        found.push(format!("table leaf has a row {sequence}, which no entry has"));
    }
    let size = one("SELECT coalesce(max(sequence) + 1, 0) FROM leaf", &[])?.unwrap_or(0).max(0);
    for text in
        ["SELECT level FROM node WHERE level < 0 LIMIT 1", "SELECT level FROM node WHERE level > 63 LIMIT 1"]
    {
        if let Some(level) = one(text, &[])? {
            found.push(format!("table node has a row at level {level}, which no tree has"));
        }
    }
    for level in 0..64_u32 {
        let end = size.checked_shr(level).unwrap_or(0);
        let before =
            one("SELECT position FROM node WHERE level = ?1 AND position < 0 LIMIT 1", &[level.into()]);
        let behind =
            one("SELECT position FROM node WHERE level = ?1 AND position > ?2 LIMIT 1", &[level.into(), end]);
        if let Some(position) = before?.or(behind?) {
            found.push(format!(
                "table node has a row at level {level}, position {position}, beyond the tree of {size} entries"
            ));
        }
    }
    Ok(found)
}
