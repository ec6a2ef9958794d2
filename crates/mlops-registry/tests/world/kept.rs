//! A registry on a disk, and what was kept of it elsewhere.

use std::fs;
use std::path::PathBuf;

use mlops_registry::audit::{AuditReport, Discrepancy};
use mlops_registry::merkle::{SignedTreeHead, Signer as _, leaf_hash};
use rusqlite::{Connection, params};

use super::World;

/// A registry with a version in production, and the tree head that was kept outside then.
pub(crate) struct Kept {
    pub(crate) world: World,
    head: PathBuf,
}

pub(crate) fn kept() -> Kept {
    let world = World::sqlite();
    world.promoted("1.0.0");
    world.tried("1.1.0-rc.1");
    world.promoted("1.1.0");
    let head = world.folder.path().join("tree-head.json");
    fs::write(&head, world.registry.tree_head().unwrap().to_text().unwrap()).unwrap();
    Kept { world, head }
}

impl Kept {
    pub(crate) fn connection(&self) -> Connection {
        Connection::open(self.world.folder.path().join("registry.db")).unwrap()
    }

    pub(crate) fn execute(&self, sql: &str) {
        assert_eq!(self.connection().execute(sql, []).unwrap(), 1, "{sql}");
    }

    pub(crate) fn kept_head(&self) -> SignedTreeHead {
        SignedTreeHead::from_text(&fs::read_to_string(&self.head).unwrap()).unwrap()
    }

    pub(crate) fn report(&self) -> AuditReport {
        let head = self.kept_head();
        self.world.registry.audit().against(&head, &self.world.signer.public_key()).verify().unwrap()
    }

    pub(crate) fn found(&self) -> Vec<Discrepancy> {
        self.report().discrepancies
    }

    /// The number of the entry that did `action`, the last if there are several.
    pub(crate) fn entry(&self, action: &str) -> u64 {
        let entries = self.world.registry.entries(0..u64::MAX).unwrap();
        entries.iter().rfind(|entry| entry.act.action == action).unwrap().sequence
    }
}

/// Rewrites the tree over the leaves that are there now, as who knows how it is made can.
pub(crate) fn reroot(connection: &Connection) {
    let mut statement = connection.prepare("SELECT body FROM leaf ORDER BY sequence").unwrap();
    let leaves: Vec<String> =
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect();
    connection.execute("DELETE FROM node", []).unwrap();
    let mut frontier = mlops_registry::merkle::Frontier::new();
    for leaf in leaves {
        frontier.append_with(leaf_hash(leaf.as_bytes()), |node, hash| {
            let insert = "INSERT INTO node (level, position, hash) VALUES (?1, ?2, ?3)";
            let index = i64::try_from(node.index).unwrap();
            connection.execute(insert, params![node.level, index, hash.as_bytes()]).unwrap();
        });
    }
}

/// Changes one bit of the text in one row.
pub(crate) fn flip(connection: &Connection, table: &str, condition: &str, at: impl Fn(&str) -> usize) {
    let select = format!("SELECT body FROM \"{table}\" WHERE {condition}");
    let body: String = connection.query_row(&select, [], |row| row.get(0)).unwrap();
    let at = at(&body);
    let mut bytes = body.into_bytes();
    bytes[at] ^= 1;
    let update = format!("UPDATE \"{table}\" SET body = CAST(?1 AS TEXT) WHERE {condition}");
    assert_eq!(connection.execute(&update, params![bytes]).unwrap(), 1);
}
