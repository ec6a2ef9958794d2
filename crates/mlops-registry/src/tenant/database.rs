use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use super::TenantName;
use super::tenants::{Stores, not_found};
use crate::artifact::ArtifactStore;
use crate::store::{PostgresServer, PostgresStore};
use crate::{Error, Result};

/// What the names of their schemas begin with.
const PREFIX: &str = "tenant_";

/// What the name of a schema begins with that is not a tenant's yet.
const BESIDE: &str = "making_";

/// How many were made beside by this process.
static MADE: AtomicU64 = AtomicU64::new(0);

/// Where the files of a tenant are.
type ArtifactsOf = dyn Fn(&TenantName) -> Result<Arc<dyn ArtifactStore>> + Send + Sync;

/// Schemas of tenants in one database.
pub(super) struct Database {
    server: PostgresServer,
    artifacts_of: Box<ArtifactsOf>,
}

impl Database {
    pub(super) fn new(server: PostgresServer, artifacts_of: Box<ArtifactsOf>) -> Self {
        Self { server, artifacts_of }
    }

    /// Makes the schema of a tenant, whose registry `found` founds; `false` if it is there
    /// already. It is made beside and gets its name when it is whole: whoever lists tenants
    /// meanwhile, or after a crash, sees those that are.
    pub(super) fn create(
        &self,
        tenant: &TenantName,
        found: impl FnOnce(Stores) -> Result<()>,
    ) -> Result<bool> {
        let schema = schema(tenant)?;
        if self.server.has_schema(&schema)? {
            return Ok(false);
        }
        let number = MADE.fetch_add(1, Ordering::Relaxed);
        let mut beside = Beside { server: &self.server, schema: String::new() };
        let name = format!("{BESIDE}{}_{number}_{}", std::process::id(), self.server.moment()?);
        let store = PostgresStore::open(&self.server, &name)?;
        beside.schema = name;
        found(Stores { records: Arc::new(store), artifacts: (self.artifacts_of)(tenant)? })?;
        let renamed = self.server.rename_schema(&beside.schema, &schema)?;
        if renamed {
            beside.schema.clear();
        }
        Ok(renamed)
    }

    /// The stores of a tenant that is there.
    pub(super) fn stores(&self, tenant: &TenantName) -> Result<Stores> {
        let schema = schema(tenant)?;
        if !self.server.has_schema(&schema)? {
            return Err(not_found(tenant));
        }
        let records = Arc::new(PostgresStore::open(&self.server, &schema)?);
        Ok(Stores { records, artifacts: (self.artifacts_of)(tenant)? })
    }

    pub(super) fn list(&self) -> Result<Vec<TenantName>> {
        let schemas = self.server.schemas()?;
        let name = |schema: &String| TenantName::new(schema.strip_prefix(PREFIX)?).ok();
        let mut tenants: Vec<TenantName> = schemas.iter().filter_map(name).collect();
        tenants.sort();
        Ok(tenants)
    }
}

fn schema(tenant: &TenantName) -> Result<String> {
    let schema = format!("{PREFIX}{tenant}");
    if schema.len() <= crate::store::LONGEST_SCHEMA {
        return Ok(schema);
    }
    Err(Error::Invalid {
        field: "name of a tenant",
        value: tenant.to_string(),
        expected: format!(
            "at most {} bytes, where tenants are schemas of a database",
            crate::store::LONGEST_SCHEMA - PREFIX.len()
        ),
    })
}

/// A schema that is not a tenant's yet; dropped if it does not become one.
struct Beside<'s> {
    server: &'s PostgresServer,
    /// Empty, if there is none.
    schema: String,
}

impl Drop for Beside<'_> {
    fn drop(&mut self) {
        if !self.schema.is_empty() {
            // What can't be dropped is no tenant either.
            let _ = self.server.drop_schema(&self.schema);
        }
    }
}
