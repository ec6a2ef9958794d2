//! The audit log: its leaves, and the nodes of the tree over them.

use std::collections::HashMap;
use std::ops::Range;

use mlops_core::Digest;

use super::connection::{Connection, get, integer, sequence};
use super::failure::{Answer, Failure};
use super::name::Schema;
use crate::audit::Pruned;
use crate::merkle::{Frontier, NodeId, NodeSource};
use crate::{Error, Result};

/// How many leaves there are.
pub(super) fn size(connection: &mut Connection, schema: &Schema) -> Answer<u64> {
    let text = format!("SELECT coalesce(max(sequence) + 1, 0) FROM {schema}.leaf");
    let rows = connection.query(&text, &[])?;
    rows.first().map_or(Ok(0), |row| sequence(row, 0))
}

/// The leaves of a range that are there.
pub(super) fn leaves(
    connection: &mut Connection,
    schema: &Schema,
    range: &Range<u64>,
) -> Answer<Vec<(u64, Vec<u8>)>> {
    let bound = |sequence| i64::try_from(sequence).unwrap_or(i64::MAX);
    let text = format!(
        "SELECT sequence, body FROM {schema}.leaf WHERE sequence >= $1 AND sequence < $2 ORDER BY sequence"
    );
    let rows = connection.query(&text, &[&bound(range.start), &bound(range.end)])?;
    rows.iter().map(|row| Ok((sequence(row, 0)?, get::<String>(row, 1)?.into_bytes()))).collect()
}

/// The hashes at `ids`.
pub(super) fn nodes(connection: &mut Connection, schema: &Schema, ids: &[NodeId]) -> Answer<Vec<Digest>> {
    let text = format!(
        "SELECT n.hash FROM unnest($1::integer[], $2::bigint[]) WITH ORDINALITY AS k(level, position, place)
         LEFT JOIN {schema}.node AS n ON n.level = k.level AND n.position = k.position ORDER BY k.place"
    );
    let levels: Vec<i32> = ids.iter().map(|id| i32::from(id.level)).collect();
    let positions: Vec<i64> = ids.iter().map(|id| integer(id.index)).collect::<Answer<_>>()?;
    let rows = connection.query(&text, &[&levels, &positions])?;
    ids.iter().zip(&rows).map(|(id, row)| hash(*id, get(row, 0)?)).collect()
}

fn hash(id: NodeId, bytes: Option<&[u8]>) -> Answer<Digest> {
    let hash = bytes.and_then(|bytes| <[u8; 32]>::try_from(bytes).ok());
    hash.map(Digest::from_bytes).ok_or_else(|| {
        Failure::Damaged(format!(
            "no hash of 32 bytes at node {} of level {} of the audit tree",
            id.index, id.level
        ))
    })
}

/// The right edge of the tree, as this transaction sees it: for each bit of the size, the last
/// subtree of that height.
pub(super) fn frontier(connection: &mut Connection, schema: &Schema) -> Answer<Frontier> {
    let text = format!(
        "SELECT s.size, l.level, n.hash
         FROM (SELECT coalesce(max(sequence) + 1, 0) AS size FROM {schema}.leaf) AS s
         LEFT JOIN generate_series(0, 62) AS l(level) ON (s.size >> l.level) & 1 = 1
         LEFT JOIN {schema}.node AS n ON n.level = l.level AND n.position = (s.size >> l.level) - 1"
    );
    let (mut size, mut peaks) = (0, HashMap::new());
    for row in connection.query(&text, &[])? {
        size = sequence(&row, 0)?;
        let level: Option<i32> = get(&row, 1)?;
        if let Some(level) = level.and_then(|level| u8::try_from(level).ok()) {
            let id = NodeId { level, index: (size >> level).saturating_sub(1) };
            peaks.insert(id, hash(id, get(&row, 2)?)?);
        }
    }
    Ok(Frontier::load(&Peaks(peaks), size)?)
}

/// Nodes that were read before.
struct Peaks(HashMap<NodeId, Digest>);

impl NodeSource for Peaks {
    fn nodes(&self, ids: &[NodeId]) -> Result<Vec<Digest>> {
        let one = |id: &NodeId| {
            self.0.get(id).copied().ok_or_else(|| Error::Corrupt {
                what: "the audit tree".to_owned(),
                reason: format!("node {} of level {} is no peak", id.index, id.level),
            })
        };
        ids.iter().map(one).collect()
    }
}

/// Whether every leaf that is to be forgotten is there.
pub(super) fn has_all(connection: &mut Connection, schema: &Schema, pruned: &Pruned) -> Answer<bool> {
    let text = format!("SELECT count(*) FROM {schema}.leaf WHERE sequence >= $1 AND sequence < $2");
    for range in pruned.ranges() {
        let rows = connection.query(&text, &[&integer(range.start)?, &integer(range.end)?])?;
        let found: u64 = rows.first().map_or(Ok(0), |row| sequence(row, 0))?;
        if found != range.end - range.start {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Takes the bodies of these leaves out.
pub(super) fn forget(connection: &mut Connection, schema: &Schema, pruned: &Pruned) -> Answer<()> {
    connection.batch("SET LOCAL mlops.pruning = 'on'")?;
    let text = format!("DELETE FROM {schema}.leaf WHERE sequence >= $1 AND sequence < $2");
    for range in pruned.ranges() {
        connection.execute(&text, &[&integer(range.start)?, &integer(range.end)?])?;
    }
    connection.batch("SET LOCAL mlops.pruning = 'off'")
}

/// Leaves and nodes that are to be written.
#[derive(Debug, Default)]
pub(super) struct Grown {
    sequences: Vec<i64>,
    bodies: Vec<String>,
    levels: Vec<i32>,
    positions: Vec<i64>,
    hashes: Vec<[u8; 32]>,
}

impl Grown {
    pub(super) fn leaf(&mut self, sequence: i64, body: String) {
        self.sequences.push(sequence);
        self.bodies.push(body);
    }

    pub(super) fn node(&mut self, node: NodeId, position: i64, hash: &Digest) {
        self.levels.push(i32::from(node.level));
        self.positions.push(position);
        self.hashes.push(*hash.as_bytes());
    }

    pub(super) fn write(&mut self, connection: &mut Connection, schema: &Schema) -> Answer<()> {
        if self.sequences.is_empty() {
            return Ok(());
        }
        let grown = std::mem::take(self);
        // One round trip for both.
        let text = format!(
            "WITH leaves AS (
                INSERT INTO {schema}.leaf (sequence, body) SELECT * FROM unnest($1::bigint[], $2::text[]))
             INSERT INTO {schema}.node (level, position, hash)
             SELECT * FROM unnest($3::integer[], $4::bigint[], $5::bytea[])"
        );
        let hashes: Vec<&[u8]> = grown.hashes.iter().map(|hash| &hash[..]).collect();
        connection
            .execute(&text, &[&grown.sequences, &grown.bodies, &grown.levels, &grown.positions, &hashes])?;
        Ok(())
    }
}
