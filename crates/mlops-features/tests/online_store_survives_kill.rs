//! What a durable online store has acknowledged survives any end of its process, and several
//! processes may share it.
#![cfg(feature = "sqlite")]

use std::path::Path;

use mlops_features::{Flush, Result, SqliteOnlineStore};

mlops_features::durable_online_store_suite!(
    flushed_at_each_write,
    tempfile::tempdir().unwrap(),
    |folder: &Path| { SqliteOnlineStore::open(folder.join("online.db"), Flush::EachWrite) }
);

fn open(folder: &Path) -> Result<SqliteOnlineStore> {
    SqliteOnlineStore::open(folder.join("online.db"), Flush::Checkpoints)
}

mlops_features::durable_online_store_suite!(flushed_at_checkpoints, tempfile::tempdir().unwrap(), open);
