//! The small world that the tests of all stores play in, over PostgreSQL alone.

use std::sync::Arc;

use mlops_registry::store::MetadataStore;
use tempfile::TempDir;

pub(crate) use crate::base::*;
use crate::server::{Fresh, skipped};

/// None, where there is no server.
pub(crate) fn worlds() -> Vec<World> {
    let Some(fresh) = Fresh::new() else {
        skipped();
        return Vec::new();
    };
    vec![World::over("postgres", tempfile::tempdir().unwrap(), Arc::new(fresh))]
}

/// A new store, if there is a server.
pub(crate) fn stores() -> (TempDir, Vec<Box<dyn MetadataStore>>) {
    let fresh = Fresh::new();
    if fresh.is_none() {
        skipped();
    }
    let stores = fresh.into_iter().map(|fresh| Box::new(fresh) as Box<dyn MetadataStore>);
    (tempfile::tempdir().unwrap(), stores.collect())
}
