//! The audit tree's nodes.

use std::path::Path;

use mlops_core::Digest;
use rusqlite::{Connection, OptionalExtension, params};

use super::sql;
use crate::merkle::NodeId;
use crate::{Error, Result};

/// As many neighbours are worth a search of their own.
const RUN: usize = 4;

/// The hashes at `ids`, whatever bytes they are; `None` for one that is not there.
///
/// Those that stand side by side are read in one go.
pub(super) fn read(connection: &Connection, ids: &[NodeId]) -> rusqlite::Result<Vec<Option<Vec<u8>>>> {
    let follows =
        |one: &NodeId, next: &NodeId| one.level == next.level && one.index.checked_add(1) == Some(next.index);
    let mut found = Vec::with_capacity(ids.len());
    for run in ids.chunk_by(follows) {
        if run.len() >= RUN {
            neighbours(connection, run, &mut found)?;
        } else {
            let mut statement =
                connection.prepare_cached("SELECT hash FROM node WHERE level = ?1 AND position = ?2")?;
            for id in run {
                let hash = statement
                    .query_row(params![id.level, sql::integer(id.index)?], |row| sql::bytes(row, 0))
                    .optional()?;
                found.push(hash);
            }
        }
    }
    Ok(found)
}

fn neighbours(
    connection: &Connection,
    run: &[NodeId],
    found: &mut Vec<Option<Vec<u8>>>,
) -> rusqlite::Result<()> {
    let [first, .., last] = run else { return Ok(()) };
    let mut statement = connection.prepare_cached(
        "SELECT position, hash FROM node WHERE level = ?1 AND position >= ?2 AND position <= ?3 ORDER BY position",
    )?;
    let mut rows =
        statement.query(params![first.level, sql::integer(first.index)?, sql::integer(last.index)?])?;
    let mut next = rows.next()?;
    for id in run {
        let here = match next {
            Some(row) if sql::sequence(row, 0)? == id.index => Some(sql::bytes(row, 1)?),
            _ => None,
        };
        if here.is_some() {
            next = rows.next()?;
        }
        found.push(here);
    }
    Ok(())
}

/// What was read, if it is a hash for each node.
pub(super) fn complete(path: &Path, ids: &[NodeId], hashes: Vec<Option<Vec<u8>>>) -> Result<Vec<Digest>> {
    let digest = |(id, hash): (&NodeId, Option<Vec<u8>>)| {
        let hash = hash.and_then(|hash| <[u8; 32]>::try_from(hash).ok());
        hash.map(Digest::from_bytes).ok_or_else(|| Error::Corrupt {
            what: path.display().to_string(),
            reason: format!(
                "no hash of 32 bytes at node {} of level {} of the audit tree",
                id.index, id.level
            ),
        })
    };
    ids.iter().zip(hashes).map(digest).collect()
}
