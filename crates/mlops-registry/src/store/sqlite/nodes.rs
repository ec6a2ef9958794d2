//! The audit tree's nodes.

use std::path::Path;

use mlops_core::Digest;
use rusqlite::{Connection, OptionalExtension, params};

use super::sql;
use crate::merkle::NodeId;
use crate::{Error, Result};

pub(super) fn read(connection: &Connection, ids: &[NodeId]) -> rusqlite::Result<Vec<Option<Vec<u8>>>> {
    let mut statement =
        connection.prepare_cached("SELECT hash FROM node WHERE level = ?1 AND position = ?2")?;
    ids.iter()
        .map(|id| {
            statement
                .query_row(params![id.level, sql::integer(id.index)?], |row| sql::bytes(row, 0))
                .optional()
        })
        .collect()
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
