//! What a durable store has acknowledged survives any end of its process, and several
//! processes may share it.

use std::path::Path;

use mlops_registry::Result;
use mlops_registry::store::SqliteStore;

fn open(folder: &Path) -> Result<SqliteStore> {
    SqliteStore::open(folder.join("registry.db"))
}

mlops_registry::durable_store_suite!(sqlite, tempfile::tempdir().unwrap(), open);
